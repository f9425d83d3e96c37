// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// A WebAssembly binary by hand: just enough for the smallest guests.

const (
	i32 = 0x7f
	i64 = 0x7e
)

// Types of every module here.
const (
	typeNothing   = iota // () -> ()
	typeFour             // (i32, i32, i32, i32) -> i32
	typeYield            // () -> i32
	typeClockTime        // (i32, i64, i32) -> i32
	typeExit             // (i32) -> ()
)

const wasi = "wasi_snapshot_preview1"

type wasmImport struct {
	module, name string
	kind         byte // 0 is a function, and more its type; else more is all that follows
	more         []byte
}

func importFunc(module, name string, typ byte) wasmImport {
	return wasmImport{module: module, name: name, more: []byte{typ}}
}

type wasmModule struct {
	imports  []wasmImport // functions first
	pages    byte
	noMemory bool
	table    bool
	start    string   // the exported name of the function, "_start" if empty
	runFirst bool     // name the function in the start section as well
	locals   []byte   // of the function: pairs of count and type; none if empty
	code     []byte   // of the function, without the final end
	more     [][]byte // the code of more functions
	custom   []byte   // body of a custom section at the end; none if empty
}

func (m wasmModule) bytes() []byte {
	section := func(id byte, body ...byte) []byte { return append([]byte{id}, vector(body)...) }
	name := m.start
	if name == "" {
		name = "_start"
	}
	var imports []byte
	self := 0
	for _, i := range m.imports {
		imports = slices.Concat(imports, vector([]byte(i.module)), vector([]byte(i.name)), []byte{i.kind}, i.more)
		if i.kind == 0 {
			self++
		}
	}
	exports := slices.Concat([]byte{1}, vector([]byte(name)), []byte{0}, uleb(self))
	if !m.noMemory {
		exports = slices.Concat([]byte{2}, exports[1:], vector([]byte("memory")), []byte{2, 0})
	}
	locals := []byte{0}
	if len(m.locals) > 0 {
		locals = append([]byte{1}, m.locals...)
	}
	bodies := vector(slices.Concat(locals, m.code, []byte{0x0b}))
	for _, code := range m.more {
		bodies = append(bodies, vector(slices.Concat([]byte{0}, code, []byte{0x0b}))...)
	}
	functions := 1 + len(m.more)

	out := []byte("\x00asm\x01\x00\x00\x00")
	out = append(out, section(1, 5, 0x60, 0, 0, 0x60, 4, i32, i32, i32, i32, 1, i32, 0x60, 0, 1, i32,
		0x60, 3, i32, i64, i32, 1, i32, 0x60, 1, i32, 0)...)
	out = append(out, section(2, append(uleb(len(m.imports)), imports...)...)...)
	out = append(out, section(3, append(uleb(functions), make([]byte, functions)...)...)...)
	if m.table {
		out = append(out, section(4, 1, 0x70, 0, 1)...)
	}
	if !m.noMemory {
		out = append(out, section(5, 1, 0, m.pages)...)
	}
	out = append(out, section(7, exports...)...)
	if m.runFirst {
		out = append(out, section(8, byte(self))...)
	}
	out = append(out, section(10, append(uleb(functions), bodies...)...)...)
	if len(m.custom) > 0 {
		out = append(out, section(0, m.custom...)...)
	}
	return out
}

// vector is bytes behind their count.
func vector(p []byte) []byte { return append(uleb(len(p)), p...) }

func uleb(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// constant is i32.const n for n from 0 to 2^27-1.
func constant(n int) []byte {
	out := []byte{0x41}
	for ; n >= 0x40; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

// call calls the function of that index, counting imports first.
func call(i int) []byte { return append([]byte{0x10}, uleb(i)...) }

// times runs code n times; local 0 of the function is an i32 that counts.
func times(n int, code ...byte) []byte {
	return slices.Concat(
		constant(n), []byte{0x21, 0, 0x03, 0x40}, code,
		[]byte{0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b},
	)
}

var oneLocal = []byte{1, i32}

// Instructions.
var (
	unreachable  = []byte{0x00}
	divideByZero = []byte{0x41, 1, 0x41, 0, 0x6d, 0x1a}
	badAccess    = []byte{0x41, 0x7f, 0x28, 2, 0, 0x1a}
	endless      = []byte{0x03, 0x40, 0x0c, 0, 0x0b}
	nothing      = []byte{}
	// growTable grows a table by 2^28 entries and traps if that is refused.
	growTable = []byte{0xd0, 0x70, 0x41, 0x80, 0x80, 0x80, 0x80, 1, 0xfc, 15, 0, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x00, 0x0b}
	// growTableBit by bit until that is refused, then traps.
	growTableBitByBit = []byte{
		0x03, 0x40, 0xd0, 0x70, 0x41, 0x80, 0x08, 0xfc, 15, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x00,
	}
	// growAndTrap grows memory by a page and goes on while it can, then traps.
	growAndTrap = []byte{0x03, 0x40, 0x41, 1, 0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x00}
)

// nested is code inside n blocks.
func nested(n int, code ...byte) []byte {
	return slices.Concat(bytes.Repeat([]byte{0x02, 0x40}, n), code, bytes.Repeat([]byte{0x0b}, n))
}

// branchTable branches on 0 with that many targets beside the default, all of
// them the innermost block.
func branchTable(targets int) []byte {
	return slices.Concat(constant(0), []byte{0x0e}, uleb(targets), make([]byte, targets+1))
}
