// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

import "slices"

// Opcodes that the code names. All others exist as rows of a table only.
const (
	opUnreachable  = 0x00
	opNop          = 0x01
	opBlock        = 0x02
	opLoop         = 0x03
	opIf           = 0x04
	opElse         = 0x05
	opEnd          = 0x0b
	opBr           = 0x0c
	opBrIf         = 0x0d
	opBrTable      = 0x0e
	opReturn       = 0x0f
	opCall         = 0x10
	opCallIndirect = 0x11
	opDrop         = 0x1a
	opSelect       = 0x1b
	opSelectT      = 0x1c
	opLocalGet     = 0x20
	opLocalSet     = 0x21
	opLocalTee     = 0x22
	opGlobalGet    = 0x23
	opGlobalSet    = 0x24
	opTableGet     = 0x25
	opTableSet     = 0x26
	opMemorySize   = 0x3f
	opMemoryGrow   = 0x40
	opI32Const     = 0x41
	opI64Const     = 0x42
	opF32Const     = 0x43
	opF64Const     = 0x44
	opI32Eq        = 0x46
	opI32Ne        = 0x47
	opI32Eqz       = 0x45
	opI64LtS       = 0x53
	opI64GeS       = 0x59
	opF32Ge        = 0x60
	opF64Ge        = 0x66
	opI32Add       = 0x6a
	opI32Sub       = 0x6b
	opI32Mul       = 0x6c
	opI32Or        = 0x72
	opI64Add       = 0x7c
	opI64Sub       = 0x7d
	opI64Mul       = 0x7e
	opI64Or        = 0x84
	opI64ShrU      = 0x88
	opI64ExtendU   = 0xad
	opI32OfF32     = 0xbc // i32.reinterpret_f32 and so on
	opI64OfF64     = 0xbd
	opF32OfI32     = 0xbe
	opF64OfI64     = 0xbf
	opRefNull      = 0xd0
	opRefIsNull    = 0xd1
	opRefFunc      = 0xd2
	prefixMisc     = 0xfc
	prefixSIMD     = 0xfd
	prefixAtomic   = 0xfe

	blockVoid = 0x40
)

// Second bytes after prefixMisc.
const (
	miscMemoryInit = 8
	miscDataDrop   = 9
	miscMemoryCopy = 10
	miscMemoryFill = 11
	miscTableInit  = 12
	miscElemDrop   = 13
	miscTableCopy  = 14
	miscTableGrow  = 15
	miscTableSize  = 16
	miscTableFill  = 17
)

// Second numbers after prefixSIMD.
const (
	simdConst     = 0x0c
	simdShuffle   = 0x0d
	simdF32x4Eq   = 0x41
	simdF64x2Eq   = 0x47
	simdSplatI32  = 0x11
	simdBitselect = 0x52
	simdRelaxed   = 0x100
)

// float says in which shape an instruction sees or makes floats.
type float uint8

const (
	floatNone float = iota
	floatF32
	floatF64
	floatF32x4
	floatF64x2
)

// immediate is the kind of an instruction's immediate.
type immediate uint8

const (
	immNone    immediate = iota
	immMemory            // alignment and offset
	immLane              // one lane index
	immMemLane           // alignment, offset and lane index
)

// opcode is one row of the table of instructions whose type is fixed.
type opcode struct {
	name string
	in   [3]ValType
	nIn  uint8
	out  ValType // 0 where there is no result
	imm  immediate
	// limit is the exponent of the greatest alignment of a memory access, in
	// the low nibble, and the number of lanes in the high one (0 means 16).
	limit uint8
	class class
	// frame is what the instruction may need in the native frame, see stackCost.
	frame uint16
	// size is what engines may allocate to compile it, see complexity.
	size uint16
	// makes is the shape in which the result may be a NaN of the engine's
	// choosing, and so has to be made canonical.
	makes float
	// blind is the shape in which the instruction cannot tell the NaNs of its
	// operands apart: it compares or converts them, or makes a result of the
	// same shape canonical itself.
	blind float
	// and marks the two instructions whose results engines may not see in a
	// comparison by order, see eventMask. passes has a bit for each operand for
	// which the instruction is such a comparison or may pass the operand on.
	and    bool
	passes uint8
	// rewrite says how the instruction is written, if not as it is.
	rewrite rewrite
}

var letters = map[byte]ValType{'i': I32, 'l': I64, 'f': F32, 'd': F64, 'v': V128}

// row makes a row; sig is operands, a colon and the result in letters.
func row(name, sig string, c class) opcode {
	o := opcode{name: name, class: c}
	i := 0
	for ; sig[i] != ':'; i++ {
		o.in[i] = letters[sig[i]]
		o.nIn++
	}
	if i+1 < len(sig) {
		o.out = letters[sig[i+1]]
	}
	return o
}

func (o opcode) access(align uint8) opcode { o.imm, o.limit = immMemory, align; return o }

func (o opcode) float(makes, blind float) opcode { o.makes, o.blind = makes, blind; return o }

// rows fills t from first on with instructions of the same type and class.
func rows(t []opcode, first int, sig string, c class, names ...string) {
	for i, name := range names {
		t[first+i] = row(name, sig, c)
	}
}

func floats(t []opcode, makes, blind float, codes ...int) {
	for _, i := range codes {
		t[i] = t[i].float(makes, blind)
	}
}

func span(first, last int) []int {
	var s []int
	for i := first; i <= last; i++ {
		s = append(s, i)
	}
	return s
}

// mvp are the instructions of one byte whose type is fixed.
var mvp = func() (t [256]opcode) {
	s := t[:]
	for i, a := range []struct {
		name, sig string
		align     uint8
	}{
		{"i32.load", "i:i", 2}, {"i64.load", "i:l", 3}, {"f32.load", "i:f", 2}, {"f64.load", "i:d", 3},
		{"i32.load8_s", "i:i", 0}, {"i32.load8_u", "i:i", 0}, {"i32.load16_s", "i:i", 1}, {"i32.load16_u", "i:i", 1},
		{"i64.load8_s", "i:l", 0}, {"i64.load8_u", "i:l", 0}, {"i64.load16_s", "i:l", 1}, {"i64.load16_u", "i:l", 1},
		{"i64.load32_s", "i:l", 2}, {"i64.load32_u", "i:l", 2},
		{"i32.store", "ii:", 2}, {"i64.store", "il:", 3}, {"f32.store", "if:", 2}, {"f64.store", "id:", 3},
		{"i32.store8", "ii:", 0}, {"i32.store16", "ii:", 1},
		{"i64.store8", "il:", 0}, {"i64.store16", "il:", 1}, {"i64.store32", "il:", 2},
	} {
		c := classLoad
		switch {
		case a.name == "i64.load":
			c = classLoadWide
		case a.name == "i64.store":
			c = classStoreWide
		case i >= 14:
			c = classStore
		}
		t[0x28+i] = row(a.name, a.sig, c).access(a.align)
	}
	rows(s, 0x45, "i:i", classCompare, "i32.eqz")
	rows(s, 0x46, "ii:i", classCompare, "i32.eq", "i32.ne", "i32.lt_s", "i32.lt_u", "i32.gt_s", "i32.gt_u",
		"i32.le_s", "i32.le_u", "i32.ge_s", "i32.ge_u")
	rows(s, 0x50, "l:i", classCompare, "i64.eqz")
	rows(s, 0x51, "ll:i", classCompare, "i64.eq", "i64.ne", "i64.lt_s", "i64.lt_u", "i64.gt_s", "i64.gt_u",
		"i64.le_s", "i64.le_u", "i64.ge_s", "i64.ge_u")
	rows(s, 0x5b, "ff:i", classFloat, "f32.eq", "f32.ne", "f32.lt", "f32.gt", "f32.le", "f32.ge")
	rows(s, 0x61, "dd:i", classFloat, "f64.eq", "f64.ne", "f64.lt", "f64.gt", "f64.le", "f64.ge")
	rows(s, 0x67, "i:i", classBits, "i32.clz", "i32.ctz", "i32.popcnt")
	rows(s, 0x6a, "ii:i", classInt, "i32.add", "i32.sub")
	rows(s, 0x6c, "ii:i", classMul, "i32.mul")
	rows(s, 0x6d, "ii:i", classDiv, "i32.div_s", "i32.div_u", "i32.rem_s", "i32.rem_u")
	rows(s, 0x71, "ii:i", classInt, "i32.and", "i32.or")
	rows(s, 0x73, "ii:i", classXor, "i32.xor")
	rows(s, 0x74, "ii:i", classShift, "i32.shl", "i32.shr_s", "i32.shr_u")
	rows(s, 0x77, "ii:i", classRotate, "i32.rotl", "i32.rotr")
	rows(s, 0x79, "l:l", classBits, "i64.clz", "i64.ctz", "i64.popcnt")
	rows(s, 0x7c, "ll:l", classInt, "i64.add", "i64.sub")
	rows(s, 0x7e, "ll:l", classMul, "i64.mul")
	rows(s, 0x7f, "ll:l", classDiv, "i64.div_s", "i64.div_u", "i64.rem_s", "i64.rem_u")
	rows(s, 0x83, "ll:l", classInt, "i64.and", "i64.or")
	rows(s, 0x85, "ll:l", classXor, "i64.xor")
	rows(s, 0x86, "ll:l", classShift, "i64.shl", "i64.shr_s", "i64.shr_u")
	rows(s, 0x89, "ll:l", classRotate, "i64.rotl", "i64.rotr")
	for _, f := range []struct {
		t, l  string
		first int
	}{{"f32.", "f", 0x8b}, {"f64.", "d", 0x99}} {
		un, bin := f.l+":"+f.l, f.l+f.l+":"+f.l
		rows(s, f.first, un, classFloat, f.t+"abs", f.t+"neg")
		rows(s, f.first+2, un, classFloatRound, f.t+"ceil", f.t+"floor", f.t+"trunc", f.t+"nearest")
		rows(s, f.first+6, un, classFloatDiv, f.t+"sqrt")
		rows(s, f.first+7, bin, classFloatArith, f.t+"add", f.t+"sub", f.t+"mul")
		rows(s, f.first+10, bin, classFloatDiv, f.t+"div")
		rows(s, f.first+11, bin, classFloatRound, f.t+"min", f.t+"max")
		rows(s, f.first+13, bin, classFloatRound, f.t+"copysign")
	}
	rows(s, 0xa7, "l:i", classInt, "i32.wrap_i64")
	rows(s, 0xa8, "f:i", classConvert, "i32.trunc_f32_s", "i32.trunc_f32_u")
	rows(s, 0xaa, "d:i", classConvert, "i32.trunc_f64_s", "i32.trunc_f64_u")
	rows(s, 0xac, "i:l", classInt, "i64.extend_i32_s", "i64.extend_i32_u")
	rows(s, 0xae, "f:l", classConvert, "i64.trunc_f32_s", "i64.trunc_f32_u")
	rows(s, 0xb0, "d:l", classConvert, "i64.trunc_f64_s", "i64.trunc_f64_u")
	rows(s, 0xb2, "i:f", classConvert, "f32.convert_i32_s", "f32.convert_i32_u")
	rows(s, 0xb4, "l:f", classConvert, "f32.convert_i64_s", "f32.convert_i64_u")
	rows(s, 0xb6, "d:f", classConvert, "f32.demote_f64")
	rows(s, 0xb7, "i:d", classConvert, "f64.convert_i32_s", "f64.convert_i32_u")
	rows(s, 0xb9, "l:d", classConvert, "f64.convert_i64_s", "f64.convert_i64_u")
	rows(s, 0xbb, "f:d", classConvert, "f64.promote_f32")
	rows(s, 0xbc, "f:i", classConvert, "i32.reinterpret_f32")
	rows(s, 0xbd, "d:l", classConvert, "i64.reinterpret_f64")
	rows(s, 0xbe, "i:f", classConvert, "f32.reinterpret_i32")
	rows(s, 0xbf, "l:d", classConvert, "f64.reinterpret_i64")
	rows(s, 0xc0, "i:i", classInt, "i32.extend8_s", "i32.extend16_s")
	rows(s, 0xc2, "l:l", classInt, "i64.extend8_s", "i64.extend16_s", "i64.extend32_s")

	for _, i := range slices.Concat(span(0x48, 0x4f), span(0x53, 0x5a)) { // lt, gt, le, ge
		t[i].passes = 0b11
	}
	for _, i := range slices.Concat(span(0x74, 0x76), span(0x86, 0x88)) { // shl, shr; by 0 it is the value itself
		t[i].passes = 0b01
	}
	t[0x71].and, t[0x83].and = true, true
	floats(s, floatNone, floatF32, span(0x5b, 0x60)...)
	floats(s, floatNone, floatF64, span(0x61, 0x66)...)
	floats(s, floatF32, floatF32, span(0x8d, 0x97)...)
	floats(s, floatF64, floatF64, span(0x9b, 0xa5)...)
	floats(s, floatNone, floatF32, 0xa8, 0xa9, 0xae, 0xaf)
	floats(s, floatNone, floatF64, 0xaa, 0xab, 0xb0, 0xb1)
	floats(s, floatF32, floatF64, 0xb6)
	floats(s, floatF64, floatF32, 0xbb)
	return t
}()

// misc are the saturating conversions, which follow prefixMisc.
var misc = func() (t [8]opcode) {
	s := t[:]
	rows(s, 0, "f:i", classConvert, "i32.trunc_sat_f32_s", "i32.trunc_sat_f32_u")
	rows(s, 2, "d:i", classConvert, "i32.trunc_sat_f64_s", "i32.trunc_sat_f64_u")
	rows(s, 4, "f:l", classConvert, "i64.trunc_sat_f32_s", "i64.trunc_sat_f32_u")
	rows(s, 6, "d:l", classConvert, "i64.trunc_sat_f64_s", "i64.trunc_sat_f64_u")
	floats(s, floatNone, floatF32, 0, 1, 4, 5)
	floats(s, floatNone, floatF64, 2, 3, 6, 7)
	return t
}()
