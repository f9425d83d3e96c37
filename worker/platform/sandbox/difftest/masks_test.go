// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// wazero 1.12.0 compiles a branch on an ordered comparison of x&y with 0 to a
// test of the bits alone: with 0 on the left it swaps the operands, and on arm64
// it loses the carry that unsigned comparisons need. The instrumenter keeps such
// comparisons away from it.
func TestBranchesOnComparisonsOfMasksWithZero(t *testing.T) {
	names := []string{"lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"}
	for _, wide := range []bool{false, true} {
		for i, name := range names {
			for _, zeroLeft := range []bool{false, true} {
				for _, throughLocal := range []bool{false, true} {
					for _, value := range []byte{0, 1, 0x80} {
						title := fmt.Sprintf("wide %t, %s, zero on the left %t, a local %t, value %#x", wide, name, zeroLeft, throughLocal, value)
						t.Run(title, func(t *testing.T) { compareMask(t, wide, byte(i), zeroLeft, throughLocal, value) })
					}
				}
			}
		}
	}
}

// compareMask runs `if (value & -1) op 0 { memory[8] = 1 }` with the value in the
// topmost byte of a word in memory.
func compareMask(t *testing.T, wide bool, op byte, zeroLeft, throughLocal bool, value byte) {
	kind, load, and, first, top, zero := byte(0x7f), byte(0x28), byte(0x71), byte(0x48), byte(3), byte(0x41)
	if wide {
		kind, load, and, first, top, zero = 0x7e, 0x29, 0x83, 0x53, 7, 0x42
	}
	mask := []byte{0x41, 0, load, 0, 0, zero, 0x7f, and}
	if throughLocal {
		mask = append(mask, 0x21, 0, 0x20, 0)
	}
	nought := []byte{zero, 0}
	code := []byte{0x41, top, 0x41, value | 0x80, value >> 7, 0x3a, 0, 0} // i32.store8
	if zeroLeft {
		code = slices.Concat(code, nought, mask)
	} else {
		code = slices.Concat(code, mask, nought)
	}
	code = slices.Concat(code, []byte{first + op, 0x04, 0x40, 0x41, 8, 0x41, 1, 0x3a, 0, 0, 0x0b, 0x0b})
	body := slices.Concat([]byte{1, 1, kind}, code)
	module := slices.Concat([]byte("\x00asm\x01\x00\x00\x00\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x05\x03\x01\x00\x01\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00"),
		[]byte{10, byte(len(body) + 2), 1, byte(len(body))}, body)
	out, err := detwasm.Instrument(module, detwasm.Options{Import: wasip1.CheckImport})
	if err != nil {
		t.Fatal(err)
	}
	err = agree(difftest.Case{
		Code: out.Code, Instrumented: true, Gas: 1_000_000, Stack: difftest.ShallowStack,
		Memory: difftest.MemoryLimit, World: difftest.World(),
	})
	if err != nil {
		t.Error(err)
	}
}
