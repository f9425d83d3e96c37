// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// What the compiler of wazero 1.12.0 gets wrong, and what keeps guests from it.

// masked is a way of an `and` to a comparison. It writes a function's body with
// the value in local 0 (and 0 in local 1, of the same type) and compares it with
// 0 by the instruction op, with 0 on the right or on the left.
type masked struct {
	name string
	code func(c, and, op byte, zeroLeft bool) []byte
}

var maskings = []masked{
	{"directly", func(c, and, op byte, zeroLeft bool) []byte {
		return ordered([]byte{0x20, 0, c, 0x7f, and}, []byte{c, 0}, op, zeroLeft)
	}},
	{"with zero in a local", func(_, and, op byte, zeroLeft bool) []byte {
		return ordered([]byte{0x20, 0, 0x20, 0, and}, []byte{0x20, 1}, op, zeroLeft)
	}},
	{"through a local", func(c, and, op byte, zeroLeft bool) []byte {
		return slices.Concat([]byte{0x20, 0, c, 0x7f, and, 0x21, 2}, ordered([]byte{0x20, 2}, []byte{c, 0}, op, zeroLeft))
	}},
	{"through a tee", func(c, and, op byte, zeroLeft bool) []byte {
		return ordered([]byte{0x20, 0, c, 0x7f, and, 0x22, 2}, []byte{c, 0}, op, zeroLeft)
	}},
	{"of an and", func(c, and, op byte, zeroLeft bool) []byte {
		return ordered([]byte{0x20, 0, c, 0x7f, and, c, 0x7f, and}, []byte{c, 0}, op, zeroLeft)
	}},
	{"through a shift by zero", func(c, and, op byte, zeroLeft bool) []byte {
		shl := byte(0x74)
		if c == 0x42 {
			shl = 0x86
		}
		return ordered([]byte{0x20, 0, c, 0x7f, and, c, 0, shl}, []byte{c, 0}, op, zeroLeft)
	}},
	{"through a shift by a zero local", func(c, and, op byte, zeroLeft bool) []byte {
		shr := byte(0x75)
		if c == 0x42 {
			shr = 0x87
		}
		return ordered([]byte{0x20, 0, c, 0x7f, and, c, 0, 0x21, 2, 0x20, 2, shr}, []byte{c, 0}, op, zeroLeft)
	}},
	{"through the result of a block", func(c, and, op byte, zeroLeft bool) []byte {
		t := c + 0x3e // i32.const 0x41 to i32 0x7f
		if c == 0x42 {
			t = i64
		}
		return ordered([]byte{0x02, t, 0x20, 0, c, 0x7f, and, 0x0b}, []byte{c, 0}, op, zeroLeft)
	}},
	{"through the parameter of a block", func(c, and, op byte, zeroLeft bool) []byte {
		// The block of type 1 takes a value and has an i32.
		return slices.Concat([]byte{0x20, 0, c, 0x7f, and, 0x02, 1, 0x21, 2},
			ordered([]byte{0x20, 2}, []byte{c, 0}, op, zeroLeft), []byte{0x0b})
	}},
	{"through a select", func(c, and, op byte, zeroLeft bool) []byte {
		return ordered([]byte{0x20, 0, c, 0x7f, and, 0x20, 0, 0x41, 1, 0x1b}, []byte{c, 0}, op, zeroLeft)
	}},
}

func ordered(value, zero []byte, op byte, zeroLeft bool) []byte {
	if zeroLeft {
		return slices.Concat(zero, value, []byte{op})
	}
	return slices.Concat(value, zero, []byte{op})
}

// TestBranchesOnComparisonsOfMasksWithZero: an ordered comparison of x&y with 0
// that a branch takes is lowered to a test that swaps its operands on amd64 if 0
// is on the left, and that loses the carry on arm64.
func TestBranchesOnComparisonsOfMasksWithZero(t *testing.T) {
	names := []string{"eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"}
	compare := map[string]func(x int64, wide bool) bool{
		"eq": func(x int64, _ bool) bool { return x == 0 }, "ne": func(x int64, _ bool) bool { return x != 0 },
		"lt_s": func(x int64, _ bool) bool { return x < 0 }, "lt_u": func(int64, bool) bool { return false },
		"gt_s": func(x int64, _ bool) bool { return x > 0 }, "gt_u": func(x int64, _ bool) bool { return x != 0 },
		"le_s": func(x int64, _ bool) bool { return x <= 0 }, "le_u": func(x int64, _ bool) bool { return x == 0 },
		"ge_s": func(x int64, _ bool) bool { return x >= 0 }, "ge_u": func(int64, bool) bool { return true },
	}
	// 0 op x is x op' 0.
	swapped := map[string]string{
		"eq": "eq", "ne": "ne", "lt_s": "gt_s", "lt_u": "gt_u", "gt_s": "lt_s", "gt_u": "lt_u",
		"le_s": "ge_s", "le_u": "ge_u", "ge_s": "le_s", "ge_u": "le_u",
	}
	for _, wide := range []bool{false, true} {
		typ, c, and, first := byte(i32), byte(0x41), byte(0x71), byte(0x46)
		if wide {
			typ, c, and, first = i64, 0x42, 0x83, 0x51
		}
		for i, op := range names {
			for _, zeroLeft := range []bool{false, true} {
				for _, m := range maskings {
					t.Run(fmt.Sprintf("%s, wide %t, %s, zero on the left %t", op, wide, m.name, zeroLeft), func(t *testing.T) {
						code := m.code(c, and, first+byte(i), zeroLeft)
						taken := slices.Concat(code, []byte{0x04, i32, 0x41, 1, 0x05, 0x41, 0, 0x0b})
						module := binary(
							section(1, vec(functype([]byte{typ}, []byte{i32}), functype([]byte{typ}, []byte{i32}))),
							section(3, vec([]byte{0})),
							section(7, vec(export("f", 0, 0))),
							section(10, vec(body(locals(typ, typ), taken...))))
						word := op
						if zeroLeft {
							word = swapped[op]
						}
						for _, x := range []int64{0, 1, -1, 5, -1 << 31} {
							arg := uint64(x)
							if !wide {
								arg = uint64(uint32(x))
							}
							want := uint64(0)
							if compare[word](x, wide) {
								want = 1
							}
							if e := onBoth(t, module, plenty, specStack, arg); e.status != "ok" || e.results[0] != want {
								t.Errorf("of %d: %s, not %d", x, e, want)
							}
						}
					})
				}
			}
		}
	}
}

// TestSelectsOfFloatsAndVectors: the first operand of a select of floats or
// vectors that has to be reloaded may take the place of the second on amd64.
func TestSelectsOfFloatsAndVectors(t *testing.T) {
	for _, c := range []struct {
		name   string
		module []byte
		want   [2]uint64 // for the conditions 0 and 7
	}{
		{"f32", program([]byte{i32}, []byte{f32}, locals(), 0x43, 1, 0, 0xc0, 0x7f, 0x43, 2, 0, 0, 0, 0x20, 0, 0x1b), [2]uint64{2, 0x7fc00001}},
		{"f64", program([]byte{i32}, []byte{f64}, locals(), 0x44, 1, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0x44, 2, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0x1b), [2]uint64{2, 0x7ff8000000000001}},
		{"typed f64", program([]byte{i32}, []byte{f64}, locals(), 0x44, 1, 0, 0, 0, 0, 0, 0, 0, 0x44, 2, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0x1c, 0x81, 0x00, 0x7c), [2]uint64{2, 1}},
		{"v128", program([]byte{i32}, []byte{i64}, locals(), slices.Concat(
			[]byte{0xfd, 0x0c}, repeat(16, 0x11), []byte{0xfd, 0x0c}, repeat(16, 0x22), []byte{0x20, 0, 0x1b, 0xfd, 0x1d, 1})...),
			[2]uint64{0x2222222222222222, 0x1111111111111111}},
		{"typed v128", program([]byte{i32}, []byte{i64}, locals(), slices.Concat(
			[]byte{0xfd, 0x0c}, repeat(16, 0x11), []byte{0xfd, 0x0c}, repeat(16, 0x22), []byte{0x20, 0, 0x1c, 1, 0x7b, 0xfd, 0x1d, 1})...),
			[2]uint64{0x2222222222222222, 0x1111111111111111}},
		{"i64", program([]byte{i32}, []byte{i64}, locals(), 0x42, 1, 0x42, 2, 0x20, 0, 0x1b), [2]uint64{2, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, condition := range []uint64{0, 7} {
				if e := onBoth(t, c.module, plenty, specStack, condition); e.status != "ok" || e.results[0] != c.want[i] {
					t.Errorf("of %d: %s, not %#x", condition, e, c.want[i])
				}
			}
		})
	}
}

// TestD8_NoMemoryIsAbove2GiB: beyond that, constant addresses are taken for
// negative ones on amd64, outside of the memory.
func TestD8_NoMemoryIsAbove2GiB(t *testing.T) {
	memory := func(limits ...byte) []byte { return binary(section(5, vec(limits))) }
	_, err := detwasm.Instrument(memory(append([]byte{0}, uleb(detwasm.MaxMemoryPages+1)...)...), detwasm.Options{})
	var refusal *detwasm.Error
	if !errors.As(err, &refusal) || refusal.Construct != "memory" {
		t.Errorf("got %v", err)
	}
	for _, limits := range [][]byte{{0, 1}, append([]byte{1, 1}, uleb(1<<16)...)} {
		// memory.grow to one page above.
		code := slices.Concat([]byte{0x41}, sleb(detwasm.MaxMemoryPages), []byte{0x40, 0})
		m := instrument(t, binary(
			section(1, vec(functype(nil, []byte{i32}))), section(3, vec([]byte{0})), section(5, vec(limits)),
			section(7, vec(export("f", 0, 0))), section(10, vec(body(locals(), code...)))))
		if m.MemoryMax != detwasm.MaxMemoryPages {
			t.Errorf("%d pages", m.MemoryMax)
		}
		if e := call(t, compilerConfig(), m.Code, plenty, specStack); e.status != "ok" || uint32(e.results[0]) != 1<<32-1 {
			t.Errorf("memory grew: %s", e)
		}
	}
}
