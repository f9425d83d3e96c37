// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// rewrite names an instruction that is written as others with the same result.
// Engines expand these into several machine instructions that change a register
// in place between uses of others; wazero's compiler may reload what such a
// register held before the change, if it had to make room in between: most of
// them on amd64, lanes of floats on arm64, too.
type rewrite uint8

const (
	rewriteNone rewrite = iota
	rewriteBitselect
	rewriteCopysignF32
	rewriteCopysignF64
	rewriteReplaceLaneF32
	rewriteReplaceLaneF64
	rewritePopcnt
	rewriteMulI64x2
	rewriteConvertF32 // f32.convert_i64_u
	rewriteConvertF64 // f64.convert_i64_u
	rewriteMinF32x4
	rewriteMaxF32x4
	rewriteMinF64x2
	rewriteMaxF64x2
)

// perRewrite bounds what a rewritten instruction needs in the frame, see stackCost.
const perRewrite = 12 * 16

// Instructions that only rewriting writes.
const (
	opI32And      = 0x71
	opI64And      = 0x83
	opF32Mul      = 0x94
	opF64Mul      = 0xa2
	opF32ConvertS = 0xb4 // f32.convert_i64_s
	opF64ConvertS = 0xb9 // f64.convert_i64_s

	simdSwizzle     = 0x0e
	simdSplatI64    = 0x12
	simdExtractI64  = 0x1d
	simdReplaceI64  = 0x1e
	simdAnd         = 0x4e
	simdAndnot      = 0x4f
	simdOr          = 0x50
	simdI8x16ShrU   = 0x6d
	simdI8x16Add    = 0x6e
	simdReplaceI32  = 0x1c
	minF32x4        = 0xe8 // max follows, then pmin
	minF64x2        = 0xf4
	negF32x4        = 0xe1
	negF64x2        = 0xed
	replaceLaneF32  = 0x20
	replaceLaneF64  = 0x22
	popcntI8x16     = 0x62
	mulI64x2        = 0xd5
	copysignF32     = 0x98
	copysignF64     = 0xa6
	convertUI64F32  = 0xb5
	convertUI64F64  = 0xba
	nibble          = 0x0f
	nibbleBits      = 4
	signBitPosition = 63
)

func init() {
	mvp[copysignF32].rewrite = rewriteCopysignF32
	mvp[copysignF64].rewrite = rewriteCopysignF64
	mvp[convertUI64F32].rewrite = rewriteConvertF32
	mvp[convertUI64F64].rewrite = rewriteConvertF64
	simd[simdBitselect].rewrite = rewriteBitselect
	simd[replaceLaneF32].rewrite = rewriteReplaceLaneF32
	simd[replaceLaneF64].rewrite = rewriteReplaceLaneF64
	simd[popcntI8x16].rewrite = rewritePopcnt
	simd[mulI64x2].rewrite = rewriteMulI64x2
	simd[minF32x4].rewrite = rewriteMinF32x4
	simd[minF32x4+1].rewrite = rewriteMaxF32x4
	simd[minF64x2].rewrite = rewriteMinF64x2
	simd[minF64x2+1].rewrite = rewriteMaxF64x2
}

// scratch are the locals that rewriting needs, counted by the instructions that
// need them.
type scratch struct{ i32, i64, v128 int }

// rewrite notes that the instruction from at to here is written otherwise.
func (b *body) rewrite(w rewrite, at int) {
	if b.seg < 0 {
		return
	}
	switch w {
	case rewriteReplaceLaneF32, rewriteReplaceLaneF64:
	case rewriteCopysignF32:
		b.scratch.i32++
	case rewriteCopysignF64, rewriteConvertF32, rewriteConvertF64:
		b.scratch.i64++
	default:
		b.scratch.v128++
	}
	b.stack.values += perRewrite
	b.event(eventRewrite, at, int32(w)|int32(b.r.pos-at)<<8)
}

func (e *emitter) simd(ops ...byte) {
	for _, op := range ops {
		e.op(prefixSIMD)
		e.out = appendU32(e.out, uint32(op))
	}
}

// rewritten writes what stands for w, the last byte of which is the lane where
// it has one.
func (e *emitter) rewritten(w rewrite, lane byte) {
	switch w {
	case rewriteNone:
	case rewriteBitselect:
		e.bitselect()
	case rewriteReplaceLaneF32:
		e.op(opI32OfF32)
		e.simd(simdReplaceI32)
		e.op(lane)
	case rewriteReplaceLaneF64:
		e.op(opI64OfF64)
		e.simd(simdReplaceI64)
		e.op(lane)
	case rewritePopcnt:
		e.popcnt()
	case rewriteMulI64x2:
		e.mulI64x2()
	case rewriteMinF32x4:
		e.minimum(minF32x4 + 2)
	case rewriteMaxF32x4:
		e.maximum(minF32x4+2, negF32x4)
	case rewriteMinF64x2:
		e.minimum(minF64x2 + 2)
	case rewriteMaxF64x2:
		e.maximum(minF64x2+2, negF64x2)
	case rewriteConvertF32:
		e.convert(opF32ConvertS, opF32Mul)
	case rewriteConvertF64:
		e.convert(opF64ConvertS, opF64Mul)
	case rewriteCopysignF32:
		e.op(opI32OfF32, opI32Const)
		e.out = appendS64(e.out, -1<<31)
		e.op(opI32And)
		e.with(opLocalSet, e.i32Local)
		e.op(opI32OfF32, opI32Const)
		e.out = appendS64(e.out, 1<<31-1)
		e.op(opI32And)
		e.with(opLocalGet, e.i32Local)
		e.op(opI32Or, opF32OfI32)
	case rewriteCopysignF64:
		e.op(opI64OfF64)
		e.i64(-1 << 63)
		e.op(opI64And)
		e.with(opLocalSet, e.i64Local)
		e.op(opI64OfF64)
		e.i64(1<<63 - 1)
		e.op(opI64And)
		e.with(opLocalGet, e.i64Local)
		e.op(opI64Or, opF64OfI64)
	}
}

// bitselect writes v128.bitselect: a&c | b&^c of a, b and c.
func (e *emitter) bitselect() {
	c, b := e.vecLocal, e.vecLocal+1
	e.with(opLocalSet, c)
	e.with(opLocalSet, b)
	e.with(opLocalGet, c)
	e.simd(simdAnd)
	e.with(opLocalGet, b)
	e.with(opLocalGet, c)
	e.simd(simdAndnot, simdOr)
}

// popcnt writes i8x16.popcnt: the counts of the two halves of each byte, from a
// table of sixteen.
func (e *emitter) popcnt() {
	v := e.vecLocal
	table := func() {
		e.simd(simdConst)
		e.op(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4)
	}
	e.with(opLocalSet, v)
	table()
	e.with(opLocalGet, v)
	e.simd(simdConst)
	for range 16 {
		e.op(nibble)
	}
	e.simd(simdAnd, simdSwizzle)
	table()
	e.with(opLocalGet, v)
	e.op(opI32Const, nibbleBits)
	e.simd(simdI8x16ShrU, simdSwizzle, simdI8x16Add)
}

// mulI64x2 writes i64x2.mul lane by lane.
func (e *emitter) mulI64x2() {
	a, b := e.vecLocal, e.vecLocal+1
	lane := func(i byte) {
		for _, v := range []uint32{a, b} {
			e.with(opLocalGet, v)
			e.simd(simdExtractI64)
			e.op(i)
		}
		e.op(opI64Mul)
	}
	e.with(opLocalSet, b)
	e.with(opLocalSet, a)
	lane(0)
	e.simd(simdSplatI64)
	lane(1)
	e.simd(simdReplaceI64)
	e.op(1)
}

// convert writes a conversion of an unsigned i64 by the signed one. A number x
// with its highest bit set, s = 1, is halved first, the bit that is lost or-ed
// into the lowest so that rounding is the same, and doubled in the end:
// convert(x>>s | x&s) * convert(1+s).
func (e *emitter) convert(signed, mul byte) {
	x, s := e.i64Local, e.i64Local+1
	e.with(opLocalSet, x)
	e.with(opLocalGet, x)
	e.with(opLocalGet, x)
	e.i64(signBitPosition)
	e.op(opI64ShrU)
	e.with(opLocalTee, s)
	e.op(opI64ShrU)
	e.with(opLocalGet, x)
	e.with(opLocalGet, s)
	e.op(opI64And, opI64Or, signed)
	e.with(opLocalGet, s)
	e.i64(1)
	e.op(opI64Add, signed, mul)
}

// minimum writes a vector min as pmin(a,b) | pmin(b,a). pmin(x,y) is y < x ? y : x:
// both are the lesser number where one is less, of zeros one has the sign, and a
// NaN is one of them and stays one.
func (e *emitter) minimum(pmin byte) {
	a, b := e.vecLocal, e.vecLocal+1
	e.with(opLocalSet, b)
	e.with(opLocalTee, a)
	e.with(opLocalGet, b)
	e.simd(pmin)
	e.with(opLocalGet, b)
	e.with(opLocalGet, a)
	e.simd(pmin, simdOr)
}

// maximum writes a vector max as -min(-a,-b).
func (e *emitter) maximum(pmin, neg byte) {
	b := e.vecLocal + 1
	e.with(opLocalSet, b)
	e.simd(neg)
	e.with(opLocalGet, b)
	e.simd(neg)
	e.minimum(pmin)
	e.simd(neg)
}
