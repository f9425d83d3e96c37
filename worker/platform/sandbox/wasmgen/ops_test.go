// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import (
	"encoding/binary"
	"testing"
)

func TestEveryInstructionIsMade(t *testing.T) {
	made, size := map[string]int{}, 0
	const modules = 3000
	for n := range uint64(modules) {
		m := New(binary.LittleEndian.AppendUint64(nil, n))
		size += len(m.Code)
		for name, count := range m.Ops {
			made[name] += count
		}
	}
	for _, name := range Instructions() {
		if made[name] == 0 {
			t.Errorf("%s is in none of %d modules", name, modules)
		}
	}
	if len(made) != len(Instructions()) {
		t.Errorf("%d names were counted, %d are known", len(made), len(Instructions()))
	}
	t.Logf("%d instructions, %d bytes on average", len(made), size/modules)
}

func TestTheTablesListAllOfTheVectorInstructions(t *testing.T) {
	codes := map[uint32]string{}
	for _, o := range operations {
		if o.prefix != 0xfd {
			continue
		}
		if other := codes[o.code]; other != "" {
			t.Errorf("%s and %s share the code %d", o.name, other, o.code)
		}
		codes[o.code] = o.name
	}
	for _, a := range append(append([]access{}, loads...), stores...) {
		if a.prefix == 0xfd {
			codes[a.code] = a.name
		}
	}
	// The specification has 236; v128.const and i8x16.shuffle have an immediate
	// of their own and stand in no table.
	if got := len(codes) + 2; got != 236 {
		t.Errorf("got %d vector instructions", got)
	}
	for name, code := range map[string]uint32{"f64x2.nearest": 148, "i64x2.extmul_high_i32x4_u": 223, "f64x2.pmax": 247, "f64x2.convert_low_i32x4_u": 255} {
		if codes[code] != name {
			t.Errorf("code %d is %q, want %q", code, codes[code], name)
		}
	}
}
