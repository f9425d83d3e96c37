// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import "strings"

// ValType is a value type by its byte in the binary format.
type ValType byte

// The value types of WebAssembly 2.0.
const (
	I32       ValType = 0x7f
	I64       ValType = 0x7e
	F32       ValType = 0x7d
	F64       ValType = 0x7c
	V128      ValType = 0x7b
	FuncRef   ValType = 0x70
	ExternRef ValType = 0x6f
)

func (t ValType) isRef() bool { return t == FuncRef || t == ExternRef }

// letters are how signatures below name types.
var letters = map[rune]ValType{'i': I32, 'l': I64, 'f': F32, 'd': F64, 'v': V128}

// nan says which NaNs an instruction may make that the specification leaves open.
type nan byte

const (
	noNaN nan = iota
	nanF32
	nanF64
	nanF32x4
	nanF64x2
)

// operation is an instruction without control flow and state: operands in, one
// result out, and possibly a lane index.
type operation struct {
	name   string
	prefix byte // 0, 0xfc or 0xfd
	code   uint32
	in     []ValType
	out    ValType
	lanes  int // the lane index is below this; 0: the instruction has none
	nan    nan
	guard  guard
}

// guard says how operands are made harmless.
type guard byte

const (
	noGuard guard = iota
	guardDivisor
	guardTruncate
)

// structural are the instructions that stand in no table here.
var structural = []string{
	"unreachable", "nop", "block", "loop", "if", "else", "end", "br", "br_if", "br_table", "return", "call", "call_indirect",
	"drop", "select", "select t", "local.get", "local.set", "local.tee", "global.get", "global.set",
	"table.get", "table.set", "table.grow", "table.size", "table.fill", "table.copy", "table.init", "elem.drop",
	"ref.null", "ref.is_null", "ref.func", "memory.size", "memory.grow", "memory.fill", "memory.copy", "memory.init", "data.drop",
	"i32.const", "i64.const", "f32.const", "f64.const", "v128.const", "i8x16.shuffle",
}

// Instructions lists the names of all instructions that a module may have, the
// typed select as "select t".
func Instructions() []string {
	all := append([]string{}, structural...)
	for _, o := range operations {
		all = append(all, o.name)
	}
	for _, a := range append(append([]access{}, loads...), stores...) {
		all = append(all, a.name)
	}
	return all
}

// operations lists them all; byResult finds them by what they push.
var (
	operations = numericOperations()
	byResult   = index()
)

func index() map[ValType][]*operation {
	m := map[ValType][]*operation{}
	for _, o := range operations {
		m[o.out] = append(m[o.out], o)
	}
	return m
}

// run is a row of instructions with consecutive codes and one signature.
type run struct {
	first     uint32
	signature string
	names     string
}

func expand(prefix byte, runs []run) []*operation {
	var all []*operation
	for _, r := range runs {
		in, out, _ := strings.Cut(r.signature, ":")
		for i, name := range strings.Fields(r.names) {
			o := &operation{name: name, prefix: prefix, code: r.first + uint32(i), out: letters[rune(out[0])]}
			for _, c := range in {
				o.in = append(o.in, letters[c])
			}
			o.nan, o.guard = nanOf(name), guardOf(name)
			if strings.Contains(name, "_lane") {
				o.lanes = map[string]int{"i8x16": 16, "i16x8": 8, "i32x4": 4, "f32x4": 4, "i64x2": 2, "f64x2": 2}[name[:5]]
			}
			all = append(all, o)
		}
	}
	return all
}

func numericOperations() []*operation {
	const compare = "X.eq X.ne X.lt_s X.lt_u X.gt_s X.gt_u X.le_s X.le_u X.ge_s X.ge_u"
	const integer = "X.add X.sub X.mul X.div_s X.div_u X.rem_s X.rem_u X.and X.or X.xor X.shl X.shr_s X.shr_u X.rotl X.rotr"
	const floats = "X.abs X.neg X.ceil X.floor X.trunc X.nearest X.sqrt"
	of := func(t, names string) string { return strings.ReplaceAll(names, "X", t) }
	plain := expand(0, []run{
		{0x45, "i:i", "i32.eqz"}, {0x46, "ii:i", of("i32", compare)},
		{0x50, "l:i", "i64.eqz"}, {0x51, "ll:i", of("i64", compare)},
		{0x5b, "ff:i", of("f32", "X.eq X.ne X.lt X.gt X.le X.ge")},
		{0x61, "dd:i", of("f64", "X.eq X.ne X.lt X.gt X.le X.ge")},
		{0x67, "i:i", of("i32", "X.clz X.ctz X.popcnt")}, {0x6a, "ii:i", of("i32", integer)},
		{0x79, "l:l", of("i64", "X.clz X.ctz X.popcnt")}, {0x7c, "ll:l", of("i64", integer)},
		{0x8b, "f:f", of("f32", floats)}, {0x92, "ff:f", of("f32", "X.add X.sub X.mul X.div X.min X.max X.copysign")},
		{0x99, "d:d", of("f64", floats)}, {0xa0, "dd:d", of("f64", "X.add X.sub X.mul X.div X.min X.max X.copysign")},
		{0xa7, "l:i", "i32.wrap_i64"},
		{0xa8, "f:i", "i32.trunc_f32_s i32.trunc_f32_u"}, {0xaa, "d:i", "i32.trunc_f64_s i32.trunc_f64_u"},
		{0xac, "i:l", "i64.extend_i32_s i64.extend_i32_u"},
		{0xae, "f:l", "i64.trunc_f32_s i64.trunc_f32_u"}, {0xb0, "d:l", "i64.trunc_f64_s i64.trunc_f64_u"},
		{0xb2, "i:f", "f32.convert_i32_s f32.convert_i32_u"}, {0xb4, "l:f", "f32.convert_i64_s f32.convert_i64_u"},
		{0xb6, "d:f", "f32.demote_f64"},
		{0xb7, "i:d", "f64.convert_i32_s f64.convert_i32_u"}, {0xb9, "l:d", "f64.convert_i64_s f64.convert_i64_u"},
		{0xbb, "f:d", "f64.promote_f32"},
		{0xbc, "f:i", "i32.reinterpret_f32"}, {0xbd, "d:l", "i64.reinterpret_f64"},
		{0xbe, "i:f", "f32.reinterpret_i32"}, {0xbf, "l:d", "f64.reinterpret_i64"},
		{0xc0, "i:i", "i32.extend8_s i32.extend16_s"}, {0xc2, "l:l", "i64.extend8_s i64.extend16_s i64.extend32_s"},
	})
	saturating := expand(0xfc, []run{
		{0, "f:i", "i32.trunc_sat_f32_s i32.trunc_sat_f32_u"}, {2, "d:i", "i32.trunc_sat_f64_s i32.trunc_sat_f64_u"},
		{4, "f:l", "i64.trunc_sat_f32_s i64.trunc_sat_f32_u"}, {6, "d:l", "i64.trunc_sat_f64_s i64.trunc_sat_f64_u"},
	})
	return append(append(plain, saturating...), expand(0xfd, vectorRuns())...)
}

// nanOf says whether the specification leaves the NaN open that an instruction
// makes; abs, neg, copysign, pmin and pmax only move bits.
func nanOf(name string) nan {
	shape, verb, _ := strings.Cut(name, ".")
	verb, _, _ = strings.Cut(verb, "_")
	switch verb {
	case "ceil", "floor", "trunc", "nearest", "sqrt", "add", "sub", "mul", "div", "min", "max", "demote", "promote":
	default:
		return noNaN
	}
	return map[string]nan{"f32": nanF32, "f64": nanF64, "f32x4": nanF32x4, "f64x2": nanF64x2}[shape]
}

func guardOf(name string) guard {
	_, verb, _ := strings.Cut(name, ".")
	switch {
	case strings.HasPrefix(name, "i") && (strings.HasPrefix(verb, "div_") || strings.HasPrefix(verb, "rem_")):
		return guardDivisor
	case strings.HasPrefix(verb, "trunc_f"):
		return guardTruncate
	}
	return noGuard
}
