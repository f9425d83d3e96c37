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

// spilledSelect is
//
//	(func (param i32 i32 f32) (local i32 i32)
//	  (loop (br_if 0 (i32.const 0)))
//	  (f32.store (i32.const 0)
//	    (if (result f32) (local.get 3)
//	      (then (f32.const 0))
//	      (else (memory.copy (i32.const 4260) (i32.const 0) (i32.const 0))
//	            (select (local.get 2) (f32.const -0x1.fffffep+127) (local.get 4))))))
//
// called with zeros.
const spilledSelect = "0061736d01000000010a0260000060037f7f7d0003030200010503010002071302066d656d6f72790200065f737461727400000a40020d0041004100430000000010010b3001027f034041000d000b41002003047d43000000000541a42141004100fc0a0000200243ffff7fff20041b0b3802000b"

// wazero 1.12.0 declares its conditional move of vector registers on amd64 not
// to read the register that it writes, so a value that is reloaded just before
// may take its place. The instrumenter selects integers only.
func TestSelectsOfFloatsSurviveASpill(t *testing.T) {
	code, err := hex.DecodeString(spilledSelect)
	if err != nil {
		t.Fatal(err)
	}
	out, err := detwasm.Instrument(code, detwasm.Options{Import: wasip1.CheckImport})
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
