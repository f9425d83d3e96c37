// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import "slices"

// A WebAssembly binary by hand: just enough for small modules.

const (
	i32  = 0x7f
	i64  = 0x7e
	f32  = 0x7d
	f64  = 0x7c
	v128 = 0x7b
)

func uleb(v int) []byte {
	var b []byte
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

func sleb(v int64) []byte {
	var b []byte
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

// vec is items behind their count.
func vec(items ...[]byte) []byte {
	return append(uleb(len(items)), slices.Concat(items...)...)
}

// sized is b behind its length.
func sized(b []byte) []byte { return append(uleb(len(b)), b...) }

func section(id byte, contents []byte) []byte { return append([]byte{id}, sized(contents)...) }

// functype is a function type of the given parameters and results.
func functype(params, results []byte) []byte {
	return slices.Concat([]byte{0x60}, sized(params), sized(results))
}

// export is an export of kind 0 (function), 1 (table), 2 (memory) or 3 (global).
func export(name string, kind byte, index int) []byte {
	return slices.Concat(sized([]byte(name)), []byte{kind}, uleb(index))
}

// locals are the groups of locals of a body, one local each.
func locals(types ...byte) []byte {
	b := uleb(len(types))
	for _, t := range types {
		b = append(b, 1, t)
	}
	return b
}

// body is a function body; the final end is added.
func body(locals []byte, code ...byte) []byte {
	return sized(slices.Concat(locals, code, []byte{0x0b}))
}

func binary(sections ...[]byte) []byte {
	return append([]byte("\x00asm\x01\x00\x00\x00"), slices.Concat(sections...)...)
}

// program is a module with one page of memory, a table of four entries and one
// exported function "f" of the given type.
func program(params, results, locals []byte, code ...byte) []byte {
	return binary(
		section(1, vec(functype(params, results))),
		section(3, vec([]byte{0})),
		section(4, vec([]byte{0x70, 0, 4})),
		section(5, vec([]byte{0, 1})),
		section(7, vec(export("f", 0, 0), export("memory", 2, 0))),
		section(10, vec(body(locals, code...))),
	)
}

func repeat(n int, code ...byte) []byte { return slices.Repeat(code, n) }
