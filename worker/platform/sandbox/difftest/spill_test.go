// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest_test

import (
	"encoding/hex"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// wazero's compiler changes a register in place in the middle of some
// instructions, and forgets the change if it makes room for another value right
// then. The instrumenter writes these instructions as others.
func TestInstructionsThatChangeARegisterInPlaceSurviveASpill(t *testing.T) {
	for name, text := range map[string]string{
		"copysign and replace_lane": "0061736d01000000010d0360000060027c7c0060017c00030504000001020503010001062c047c00440000000000000c400b7b00fd0c111111111111111122222222222222220b7e0142000b7e0142000b070a01065f737461727400000a880104210044000000000000144044000000000000f03f100244000000000000144010030b02000b2a01017c4100047c44000000000000000005100120002001a60b210241002002390300410820003903000b3601017b4100047bfd0c0000000000000000000000000000000005100123012000fd22000b210141102001fd0b0400412020003903000b",
		"bitselect":                 "0061736d0100000001040160000003040300000005030100010620037b00fd0cffff7f0000000000feffffffff7f00000b7e0142000b7e0142000b070a01065f737461727400020a5503040010020b02000b4b01027b4100047bfd0c0000000000000000000000000000000005100123002000fd0c00000000000000000000000000000000fd520b210141002001fd0b040041002000fd1907b83903000b",
	} {
		code, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		out, err := detwasm.Instrument(code, detwasm.Options{Import: wasip1.CheckImport})
		if err != nil {
			t.Fatal(name, err)
		}
		c := difftest.Case{
			Code: out.Code, Instrumented: true, Gas: 1_000_000, Stack: difftest.ShallowStack,
			Memory: difftest.MemoryLimit, World: difftest.World(),
		}
		if err := agree(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
