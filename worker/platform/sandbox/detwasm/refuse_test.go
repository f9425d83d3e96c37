// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

func TestD8_WhatTheProfileDoesNotHaveIsRefusedByNameAndOffset(t *testing.T) {
	void := section(1, vec(functype(nil, nil)))
	one := section(3, vec([]byte{0}))
	memory := section(5, vec([]byte{0, 1}))
	// code is a module of one function () -> () that begins at offset 21, its
	// instructions at 23.
	code := func(b ...byte) []byte { return binary(void, one, section(10, vec(body(locals(), b...)))) }
	inMemory := func(b ...byte) []byte { return binary(void, one, memory, section(10, vec(body(locals(), b...)))) }
	for _, c := range []struct {
		name, construct string
		offset          int
		module          []byte
	}{
		{"nothing", "header", 0, nil},
		{"another format", "header", 0, []byte("\x7fELF\x01\x00\x00\x00")},
		{"a component", "header", 4, []byte("\x00asm\x0d\x00\x01\x00")},
		{"an unknown section", "unknown section", 8, binary(section(14, nil))},
		{"a section twice", "type section", 14, binary(void, void)},
		{"sections out of order", "type section", 12, binary(one, void)},
		{"a start section", "start section", 18, binary(void, one, section(8, []byte{0}))},
		{"a tag section", "exception handling", 8, binary(section(13, vec([]byte{0, 0})))},
		{"shared memory", "threads", 11, binary(section(5, vec([]byte{3, 1, 1})))},
		{"64-bit memory", "memory64", 11, binary(section(5, vec([]byte{4, 1})))},
		{"64-bit table", "memory64", 12, binary(section(4, vec([]byte{0x70, 4, 1})))},
		{"two memories", "multi-memory", 13, binary(section(5, vec([]byte{0, 1}, []byte{0, 1})))},
		{"a memory above 4 GiB", "memory", 11, binary(section(5, vec(append([]byte{0}, uleb(65537)...))))},
		{"a table bomb", "table", 12, binary(section(4, vec(append([]byte{0x70, 0}, uleb(1<<28)...))))},
		{"an import", "import", 17, binary(void, section(2, vec(slices.Concat(sized([]byte("env")), sized([]byte("f")), []byte{0, 0}))))},
		{"an imported memory", "import", 11, binary(section(2, vec(slices.Concat(sized([]byte("env")), sized([]byte("m")), []byte{2, 0, 1}))))},
		{"a reserved export", "export", 26, binary(void, one, memory, section(7, vec(export("openmesh.gas", 2, 0))))},
		{"an extended constant", "extended constant expression", 15, binary(section(6, vec([]byte{i32, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b})))},
		{"data out of bounds", "data segment", 16, binary(memory, section(11, vec(slices.Concat([]byte{0, 0x41}, sleb(65535), []byte{0x0b, 2, 1, 2}))))},
		{"data at a negative offset", "data segment", 16, binary(memory, section(11, vec([]byte{0, 0x41, 0x7f, 0x0b, 0})))},
		{"elements out of bounds", "element segment", 27, binary(void, one, section(4, vec([]byte{0x70, 0, 1})), section(9, vec([]byte{0, 0x41, 1, 0x0b, 1, 0})))},
		{"an atomic instruction", "threads", 28, inMemory(0xfe, 0x03, 0)},
		{"a relaxed vector instruction", "relaxed SIMD", 23, code(0xfd, 0x80, 0x02)},
		{"a vector instruction in more bytes than it needs", "instruction", 23, code(0xfd, 0x87, 0x00, 0, 0)},
		{"a tail call", "tail call", 23, code(0x12, 0)},
		{"try", "exception handling", 23, code(0x06, 0x40, 0x0b)},
		{"throw", "exception handling", 23, code(0x08, 0)},
		{"try_table", "exception handling", 23, code(0x1f, 0x40, 0, 0x0b)},
		{"call_ref", "typed references or garbage collection", 23, code(0x14, 0)},
		{"struct.new", "typed references or garbage collection", 23, code(0xfb, 0, 0)},
		{"an unknown instruction", "unknown instruction", 23, code(0xff)},
		{"an unknown vector instruction", "unknown instruction", 23, code(0xfd, 0x9a, 0x01)},
		{"an unknown bulk instruction", "unknown instruction", 23, code(0xfc, 18)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := detwasm.Instrument(c.module, detwasm.Options{})
			var refusal *detwasm.Error
			if !errors.As(err, &refusal) {
				t.Fatalf("got %v", err)
			}
			if refusal.Construct != c.construct || refusal.Offset != c.offset {
				t.Errorf("%q at %d, not %q at %d", refusal.Construct, refusal.Offset, c.construct, c.offset)
			}
			if !strings.Contains(err.Error(), c.construct) {
				t.Errorf("%q does not name it", err)
			}
		})
	}
}

func TestD8_WhatIsNotBoundedIsRefused(t *testing.T) {
	function := func(b ...byte) []byte { return program([]byte{i32}, nil, locals(), b...) }
	for _, c := range []struct {
		name, construct string
		module          []byte
	}{
		{"a module of 65 MiB", "module", make([]byte, 65<<20)},
		{"huge locals", "locals", program(nil, nil, append(append([]byte{1}, uleb(1<<31)...), i64))},
		{"many locals in all functions", "locals", binary(
			section(1, vec(functype(nil, nil))),
			section(3, vec(slices.Repeat([][]byte{{0}}, 600)...)),
			section(10, vec(slices.Repeat([][]byte{body(append(append([]byte{1}, uleb(20_000)...), i64))}, 600)...)),
		)},
		{"a br_table of 100,000", "targets of a br_table", function(slices.Concat([]byte{0x20, 0, 0x0e}, uleb(100_000), make([]byte, 100_001))...)},
		{"deep nesting", "nesting", function(slices.Concat(repeat(30_000, 0x02, 0x40), repeat(30_000, 0x0b))...)},
		{"many parameters", "parameters or results", binary(section(1, vec(functype(repeat(1001, i32), nil))))},
		{"a compiler bomb of few loops", "complexity", function(repeat(10_000, 0x03, 0x40, 0x0b)...)},
		{"a compiler bomb of ifs", "complexity", function(repeat(20_000, 0x20, 0, 0x04, 0x40, 0x41, 1, 0x21, 0, 0x0b)...)},
		{"a compiler bomb of returns", "complexity", function(repeat(20_000, 0x20, 0, 0x04, 0x40, 0x0f, 0x0b)...)},
		{"a compiler bomb of fills", "complexity", function(repeat(20_000, 0x20, 0, 0x20, 0, 0x20, 0, 0xfc, 11, 0)...)},
		{"a compiler bomb of br_tables", "complexity", function(slices.Concat(repeat(100, 0x02, 0x40),
			repeat(4000, slices.Concat([]byte{0x02, 0x40, 0x20, 0, 0x0e, 100}, slices.Repeat([]byte{1}, 100), []byte{0, 0x0b})...), repeat(100, 0x0b))...)},
		{"a compiler bomb of locals that live across loops", "complexity", liveAcrossLoops(1000, 200)},
		{"a memory bomb of loads", "complexity", function(repeat(400_000, 0x20, 0, 0x28, 2, 0, 0x21, 0)...)},
		{"a memory bomb of conversions", "complexity", function(repeat(400_000, 0x20, 0, 0xb2, 0xa8, 0x21, 0)...)},
		{"a compiler bomb of loops", "complexity", function(repeat(40_000, 0x03, 0x40, 0x20, 0, 0x0d, 0, 0x0b)...)},
		{"a compiler bomb of branches", "complexity", function(repeat(200_000, 0x20, 0, 0x0d, 0)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := detwasm.Instrument(c.module, detwasm.Options{})
			var refusal *detwasm.Error
			if !errors.As(err, &refusal) || refusal.Construct != c.construct {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// liveAcrossLoops is a module with n locals that are read and written within
// loops nested to the given depth.
func liveAcrossLoops(n, depth int) []byte {
	code := repeat(depth, 0x03, 0x40)
	for i := range n {
		local := uleb(1 + i)
		code = slices.Concat(code, []byte{0x20}, local, []byte{0x41, 1, 0x6a, 0x21}, local)
	}
	code = append(code, repeat(depth, 0x20, 0, 0x0d, 0, 0x0b)...)
	return program([]byte{i32}, nil, append(append([]byte{1}, uleb(n)...), i32), code...)
}

func TestD8_NoPrefixOfAModulePanics(t *testing.T) {
	m := program([]byte{i32}, []byte{i32}, locals(i64, v128), 0x20, 0, 0x04, i32, 0x41, 1, 0x05, 0x41, 2, 0x0b)
	if _, err := detwasm.Instrument(m, detwasm.Options{}); err != nil {
		t.Fatal(err)
	}
	for n := 9; n < len(m); n++ {
		// A prefix that ends between sections lacks bodies; the others are cut.
		if _, err := detwasm.Instrument(m[:n], detwasm.Options{}); err == nil && n > 20 {
			t.Errorf("the first %d bytes were accepted", n)
		}
	}
}
