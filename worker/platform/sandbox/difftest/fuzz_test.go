// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasmgen"
)

// FuzzDifferential makes a program out of the input and compares its runs on
// both engines and, where NaNs cannot tell them apart, with the original.
//
//	make fuzz FUZZTIME=30m
//
// An input that fails is kept in testdata/fuzz and runs with every test from
// then on.
func FuzzDifferential(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			t.Skip("longer inputs only make slower programs")
		}
		if _, err := check(data); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzEdited edits a generated module byte by byte: in front of it an engine
// must accept whatever the instrumenter accepts, and behind it the engines must
// agree on what it does.
func FuzzEdited(f *testing.F) {
	f.Fuzz(func(t *testing.T, data, edits []byte) {
		if len(data) > 1<<12 || len(edits) > 1<<8 {
			t.Skip("longer inputs only make slower programs")
		}
		if _, err := checkEdited(data, edits); err != nil {
			t.Fatal(err)
		}
	})
}

// edited changes a module: every four bytes of edits are a place, and what is
// to be done there.
func edited(code, edits []byte) []byte {
	for ; len(edits) >= 4; edits = edits[4:] {
		at := 8 + int(binary.LittleEndian.Uint16(edits))%(len(code)-8)
		switch edits[2] % 4 {
		case 0:
			code[at] = edits[3]
		case 1:
			code[at] ^= 1 << (edits[3] % 8)
		case 2:
			code[at]++
		default:
			code[at] = code[8+int(edits[3])%(len(code)-8)]
		}
	}
	return code
}

// checkEdited compares the engines on an edited module; accepted says whether
// the instrumenter took it.
func checkEdited(data, edits []byte) (accepted bool, err error) {
	m := wasmgen.New(data)
	code := edited(m.Code, edits)
	out, err := detwasm.Instrument(code, detwasm.Options{Import: wasip1.CheckImport})
	if err != nil {
		return false, nil //nolint:nilerr // a refusal is what most edits are for
	}
	c := difftest.Case{Code: code, Memory: difftest.MemoryLimit, World: difftest.World()}
	if uint64(out.MemoryMin)*detwasm.PageSize > c.Memory {
		return true, nil // no engine of ours would start it
	}
	// wazero refuses a custom section that ends the module and is empty. No
	// instrumented module has one.
	if err := difftest.Accepts(c); err != nil && !strings.Contains(err.Error(), "failed to read custom section") {
		return true, err
	}
	if e, ok := out.Exports["_start"]; !ok || e.Kind != detwasm.ExternFunc || len(e.Func.Params)+len(e.Func.Results) > 0 {
		return true, nil
	}
	if e, ok := out.Exports["memory"]; !ok || e.Kind != detwasm.ExternMemory {
		return true, nil
	}
	c.Code, c.Instrumented, c.Gas, c.Stack = out.Code, true, 5_000_000, difftest.ShallowStack
	return true, agree(c)
}
