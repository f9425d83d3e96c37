// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// rewrite names an instruction that is written as others with the same result.
// Engines expand these into several machine instructions that change a register
// in place between uses of others; wazero's compiler on amd64 may reload what
// such a register held before the change, if it had to make room in between.
type rewrite uint8

const (
	rewriteNone rewrite = iota
	rewriteBitselect
	rewriteCopysignF32
	rewriteCopysignF64
	rewriteReplaceLaneF64 // lane 0
	rewritePopcnt
	rewriteMulI64x2
	rewriteConvertF32 // f32.convert_i64_u
	rewriteConvertF64 // f64.convert_i64_u
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
	simd[replaceLaneF64].rewrite = rewriteReplaceLaneF64
	simd[popcntI8x16].rewrite = rewritePopcnt
	simd[mulI64x2].rewrite = rewriteMulI64x2
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
	case rewriteReplaceLaneF64:
		if b.r.b[b.r.pos-1] != 0 {
			return // the other lane is written by an instruction of its own
		}
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

// rewritten writes what stands for w.
func (e *emitter) rewritten(w rewrite) {
	switch w {
	case rewriteNone:
	case rewriteBitselect:
		e.bitselect()
	case rewriteReplaceLaneF64:
		e.op(opI64OfF64)
		e.simd(simdReplaceI64)
		e.op(0)
	case rewritePopcnt:
		e.popcnt()
	case rewriteMulI64x2:
		e.mulI64x2()
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
