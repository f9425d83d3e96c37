// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import (
	"encoding/binary"
	"math"
	"slices"
)

func (f *function) exprs(types []ValType, depth int) {
	for _, t := range types {
		f.expr(t, depth)
	}
}

// expr pushes one value of type t.
func (f *function) expr(t ValType, depth int) {
	if f.left <= 0 || depth <= 0 {
		f.leaf(t)
		return
	}
	for range 3 {
		if f.tryExpr(t, depth-1) {
			return
		}
	}
	f.leaf(t)
}

func (f *function) tryExpr(t ValType, depth int) bool {
	switch f.n(16) {
	case 0:
		f.leaf(t)
	case 1:
		f.block([]ValType{t}, depth)
	case 2:
		f.selection(t, depth)
	case 3:
		locals := f.localsOf(t)
		if len(locals) == 0 {
			return false
		}
		f.expr(t, depth)
		f.tee(choose(f.source, locals))
	case 4:
		return f.callFor(t, depth)
	case 5:
		return f.branchWith(t, depth)
	case 6, 7:
		return f.load(t, depth)
	case 8:
		return f.state(t, depth)
	default:
		if t.isRef() {
			return f.tableGet(t, depth)
		}
		f.operation(t, depth)
	}
	return true
}

// leaf pushes a value without computing one.
func (f *function) leaf(t ValType) {
	locals, globals := f.localsOf(t), f.globalsOf(t, false)
	switch f.pick([]int{2, 3 * min(len(locals), 1), min(len(globals), 1)}) {
	case 1:
		f.get(choose(f.source, locals))
	case 2:
		f.indexed("global.get", 0x23, choose(f.source, globals))
	default:
		if t == FuncRef && len(f.elements) > 0 && f.oneIn(2) {
			f.indexed("ref.func", 0xd2, uint32(f.n(len(f.functions))))
			return
		}
		f.left--
		f.constant(&f.code, t)
	}
}

// operation pushes the result of an instruction on values.
func (f *function) operation(t ValType, depth int) {
	o := choose(f.source, byResult[t])
	if t == V128 && f.oneIn(12) {
		f.exprs([]ValType{V128, V128}, depth)
		f.emit("i8x16.shuffle", 0xfd, 13)
		for range 16 {
			f.code.byte(byte(f.n(32)))
		}
		return
	}
	for !f.allows(o) {
		o = choose(f.source, byResult[t])
	}
	f.exprs(o.in, depth)
	f.guard(o)
	f.apply(o)
}

// allows says whether the features have all operands of an instruction.
func (f *function) allows(o *operation) bool {
	for _, t := range o.in {
		if (t == F32 || t == F64) && !f.Features.has(Floats) || t == V128 && !f.Features.has(Vectors) {
			return false
		}
	}
	return true
}

func (f *function) apply(o *operation) {
	f.emit(o.name, o.prefix, o.code)
	if o.lanes > 0 {
		f.code.byte(byte(f.n(o.lanes)))
	}
	f.canonical(o.nan)
}

// guard makes the operands of an instruction harmless.
func (f *function) guard(o *operation) {
	if o.guard == noGuard || !f.safe() {
		return
	}
	if o.guard == guardDivisor {
		if o.out == I32 { // odd and not negative: neither 0 nor -1
			f.i32(math.MaxInt32)
			f.plain("i32.and")
			f.i32(1)
			f.plain("i32.or")
			return
		}
		f.emit("i64.const", 0, 0x42)
		f.code.signed(math.MaxInt64)
		f.plain("i64.and")
		f.emit("i64.const", 0, 0x42)
		f.code.signed(1)
		f.plain("i64.or")
		return
	}
	low, high := truncateRange(o)
	t := o.in[0]
	x := f.scratch(t)
	f.tee(x)
	f.float(t, 0)
	f.get(x)
	f.get(x)
	name := map[ValType]string{F32: "f32", F64: "f64"}[t]
	f.plain(name + ".eq")
	f.emit("select", 0, 0x1b)
	f.float(t, low)
	f.plain(name + ".max")
	f.float(t, high)
	f.plain(name + ".min")
}

// truncateRange is the range of floats that a truncation can represent.
func truncateRange(o *operation) (low, high float64) {
	single := o.in[0] == F32
	signed := o.name[len(o.name)-1] == 's'
	switch {
	case o.out == I32 && signed && single:
		return math.MinInt32, 2147483520
	case o.out == I32 && signed:
		return math.MinInt32, math.MaxInt32
	case o.out == I32 && single:
		return 0, 4294967040
	case o.out == I32:
		return 0, math.MaxUint32
	case signed && single:
		return math.MinInt64, 9223371487098961920
	case signed:
		return math.MinInt64, 9223372036854774784
	case single:
		return 0, 18446742974197923840
	default:
		return 0, 18446744073709549568
	}
}

func (f *function) float(t ValType, v float64) {
	if t == F32 {
		f.emit("f32.const", 0, 0x43)
		f.code = binary.LittleEndian.AppendUint32(f.code, math.Float32bits(float32(v)))
		return
	}
	f.emit("f64.const", 0, 0x44)
	f.code = binary.LittleEndian.AppendUint64(f.code, math.Float64bits(v))
}

// canonical replaces a NaN on the stack by the canonical one, if the
// configuration wants that.
func (f *function) canonical(n nan) {
	if !f.Canonical || n == noNaN {
		return
	}
	t := map[nan]ValType{nanF32: F32, nanF64: F64, nanF32x4: V128, nanF64x2: V128}[n]
	x := f.scratch(t)
	f.tee(x)
	switch n {
	case noNaN:
	case nanF32:
		f.emit("f32.const", 0, 0x43)
		f.code = binary.LittleEndian.AppendUint32(f.code, 0x7fc00000)
	case nanF64:
		f.emit("f64.const", 0, 0x44)
		f.code = binary.LittleEndian.AppendUint64(f.code, 0x7ff8000000000000)
	case nanF32x4:
		f.emit("v128.const", 0xfd, 12)
		f.code = append(f.code, slices.Repeat([]byte{0, 0, 0xc0, 0x7f}, 4)...)
	case nanF64x2:
		f.emit("v128.const", 0xfd, 12)
		f.code = append(f.code, slices.Repeat([]byte{0, 0, 0, 0, 0, 0, 0xf8, 0x7f}, 2)...)
	}
	f.get(x)
	f.get(x)
	f.plain(map[nan]string{nanF32: "f32.eq", nanF64: "f64.eq", nanF32x4: "f32x4.eq", nanF64x2: "f64x2.eq"}[n])
	if t == V128 {
		f.plain("v128.bitselect")
		return
	}
	f.emit("select", 0, 0x1b)
}

func (f *function) selection(t ValType, depth int) {
	f.exprs([]ValType{t, t, I32}, depth)
	if t.isRef() || f.oneIn(2) {
		f.emit("select t", 0, 0x1c)
		f.code.byte(1, byte(t))
		return
	}
	f.emit("select", 0, 0x1b)
}

// callFor pushes a result of a function, and keeps its other results.
func (f *function) callFor(t ValType, depth int) bool {
	want := func(s signature) bool { return len(s.results) > 0 && s.results[0] == t }
	var s signature
	if f.oneIn(3) {
		var ok bool
		if s, ok = f.callIndirect(want, depth); !ok {
			return false
		}
	} else {
		callee := f.n(len(f.functions))
		if s = f.typeOf(callee); !want(s) || !f.mayCall(callee) {
			return false
		}
		f.exprs(s.params, depth)
		f.call(callee)
	}
	f.keep(s.results[1:])
	return true
}

// state pushes something about tables, memory or references.
func (f *function) state(t ValType, depth int) bool {
	if t != I32 {
		return false
	}
	switch f.n(5) {
	case 0:
		f.emit("memory.size", 0, 0x3f)
		f.code.byte(0)
	case 1:
		f.operand(choose(f.source, []int{0, 1, 1, 2, 20, 65536}), depth)
		f.emit("memory.grow", 0, 0x40)
		f.code.byte(0)
	case 2:
		if len(f.tables) == 0 {
			return false
		}
		f.emit("table.size", 0xfc, 16)
		f.code.unsigned(uint64(f.n(len(f.tables))))
	default:
		if !f.Features.has(References) {
			return false
		}
		f.expr(choose(f.source, []ValType{FuncRef, ExternRef}), depth)
		f.emit("ref.is_null", 0, 0xd1)
	}
	return true
}
