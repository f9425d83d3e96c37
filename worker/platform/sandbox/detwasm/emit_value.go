// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// choose writes a select of t by means of integers and bits: wazero's compiler
// may lose an operand of a select of floats or vectors on amd64.
func (e *emitter) choose(t ValType) {
	switch t {
	case F32:
		e.with(opLocalSet, e.i32Local)
		e.op(opI32OfF32)
		e.with(opLocalSet, e.i32Local+1)
		e.op(opI32OfF32)
		e.with(opLocalGet, e.i32Local+1)
		e.with(opLocalGet, e.i32Local)
		e.op(opSelect, opF32OfI32)
	case F64:
		e.with(opLocalSet, e.i32Local)
		e.op(opI64OfF64)
		e.with(opLocalSet, e.i64Local)
		e.op(opI64OfF64)
		e.with(opLocalGet, e.i64Local)
		e.with(opLocalGet, e.i32Local)
		e.op(opSelect, opF64OfI64)
	default:
		// All bits of the mask are 0 if the operand is, else 1.
		e.op(opI32Eqz, opI32Const, 1, opI32Sub)
		e.simd(simdSplatI32)
		e.bitselect()
	}
}

// The canonical NaNs in the order of the binary format.
var (
	nan32 = []byte{0x00, 0x00, 0xc0, 0x7f}
	nan64 = []byte{0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f}
)

// canonical replaces the NaNs on top of the operand stack.
func (e *emitter) canonical(shape float) {
	switch {
	case shape == floatF32x4, shape == floatF64x2:
		e.canonicalVector(shape)
	case e.b.branchesOnNaNs():
		e.canonicalByBranch(shape)
	default:
		e.canonicalBySelect(shape)
	}
}

// canonicalByBranch is the fast form: processors foresee the branch.
func (e *emitter) canonicalByBranch(shape float) {
	x := e.nanLocal[shape]
	e.with(opLocalTee, x)
	e.with(opLocalGet, x)
	if shape == floatF32 {
		e.op(opF32Ge, opIf, blockVoid, opElse, opF32Const)
		e.op(nan32...)
	} else {
		e.op(opF64Ge, opIf, blockVoid, opElse, opF64Const)
		e.op(nan64...)
	}
	e.with(opLocalSet, x)
	e.op(opEnd)
	e.with(opLocalGet, x)
}

// canonicalBySelect is the form without branches, which are dear to compile
// where there are many. The select is one of integers, see choose.
func (e *emitter) canonicalBySelect(shape float) {
	x := e.nanLocal[shape]
	e.with(opLocalTee, x)
	if shape == floatF32 {
		e.op(opI32OfF32, opI32Const)
		e.out = appendS64(e.out, 0x7fc00000)
	} else {
		e.op(opI64OfF64)
		e.i64(0x7ff8000000000000)
	}
	e.with(opLocalGet, x)
	e.with(opLocalGet, x)
	if shape == floatF32 {
		e.op(opF32Ge, opSelect, opF32OfI32)
	} else {
		e.op(opF64Ge, opSelect, opF64OfI64)
	}
}

// canonicalVector is x&m | nan&^m, where m are the lanes in which x is itself.
func (e *emitter) canonicalVector(shape float) {
	x, m := e.nanLocal[shape], e.vecLocal
	eq, nan, lanes := byte(simdF32x4Eq), nan32, 4
	if shape == floatF64x2 {
		eq, nan, lanes = simdF64x2Eq, nan64, 2
	}
	e.with(opLocalTee, x)
	e.with(opLocalGet, x)
	e.simd(eq)
	e.with(opLocalTee, m)
	e.with(opLocalGet, x)
	e.simd(simdAnd, simdConst)
	for range lanes {
		e.op(nan...)
	}
	e.with(opLocalGet, m)
	e.simd(simdAndnot, simdOr)
}
