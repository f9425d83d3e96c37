// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

var update = flag.Bool("update", false, "write testdata/golden.json anew")

const goldenFile = "testdata/golden.json"

// golden is one test vector: anybody who implements the profile gets the same.
type golden struct {
	Name         string   `json:"name"`
	Module       string   `json:"module"` // hex
	Args         []uint64 `json:"args"`
	Instrumented string   `json:"sha256"` // of the instrumented bytes
	StartGas     uint64   `json:"start_gas"`
	Status       string   `json:"status"`
	Gas          int64    `json:"gas"` // of a call of f with 10^9 gas
}

// goldenModules are small modules that between them have every kind of place
// where the instrumenter adds something.
func goldenModules() []golden {
	hexed := func(name string, module []byte, args ...uint64) golden {
		return golden{Name: name, Module: hex.EncodeToString(module), Args: args}
	}
	i32Func := []byte{i32}
	return []golden{
		hexed("an empty function", program(nil, nil, locals())),
		hexed("a sum", program([]byte{i32, i32}, i32Func, locals(), 0x20, 0, 0x20, 1, 0x6a), 3, 4),
		hexed("factorial by recursion", program([]byte{i64}, []byte{i64}, locals(),
			0x20, 0, 0x50, 0x04, i64, 0x42, 1, 0x05, 0x20, 0, 0x20, 0, 0x42, 1, 0x7d, 0x10, 0, 0x7e, 0x0b), 20),
		hexed("a loop with branches out", program(i32Func, i32Func, locals(i32),
			0x02, 0x40, 0x03, 0x40, 0x20, 0, 0x45, 0x0d, 1, 0x20, 1, 0x20, 0, 0x6a, 0x21, 1,
			0x20, 0, 0x41, 1, 0x6b, 0x21, 0, 0x0c, 0, 0x0b, 0x0b, 0x20, 1), 1000),
		hexed("a br_table", program(i32Func, i32Func, locals(),
			0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 2, 0, 1, 2, 0x0b, 0x41, 10, 0x0f, 0x0b, 0x41, 11, 0x0f, 0x0b, 0x41, 12), 1),
		hexed("memory.grow and bulk instructions", program(nil, i32Func, locals(),
			0x41, 1, 0x40, 0, 0x41, 0, 0x41, 7, 0x41, 0x80, 0x08, 0xfc, 11, 0, 0x41, 0x80, 0x10, 0x41, 0, 0x41, 0x80, 0x08, 0xfc, 10, 0, 0)),
		hexed("table instructions", program(nil, i32Func, locals(),
			0xd0, 0x70, 0x41, 5, 0xfc, 15, 0, 0x41, 0, 0xd0, 0x70, 0x41, 2, 0xfc, 17, 0, 0xfc, 16, 0, 0x6a)),
		hexed("floats", program([]byte{f64, f32}, []byte{f64, f32}, locals(),
			0x20, 0, 0x20, 0, 0xa3, 0x9f, 0x20, 1, 0x20, 1, 0x93, 0x91), 0, 0x7f800000),
		hexed("vectors", program([]byte{f64}, []byte{f64}, locals(v128),
			0x20, 0, 0xfd, 0x14, 0x22, 1, 0x20, 1, 0xfd, 0xf3, 0x01, 0x20, 1, 0xfd, 0xe4, 0x01, 0xfd, 0x21, 0), 0),
		hexed("a trap", program(nil, nil, locals(), 0x41, 1, 0x41, 0, 0x6d, 0x1a)),
		hexed("endless recursion", program(nil, nil, locals(), 0x10, 0)),
		hexed("an endless loop", program(nil, nil, locals(), 0x03, 0x40, 0x0c, 0, 0x0b)),
	}
}

func TestTheTestVectorsOfThisVersion(t *testing.T) {
	var file struct {
		Version int      `json:"version"`
		Gas     int64    `json:"gas"`
		Stack   int64    `json:"stack"`
		Vectors []golden `json:"vectors"`
	}
	got := goldenModules()
	const gas, stack = 1_000_000_000, specStack
	for i := range got {
		g := &got[i]
		module, err := hex.DecodeString(g.Module)
		if err != nil {
			t.Fatal(err)
		}
		m := instrument(t, module)
		sum := sha256.Sum256(m.Code)
		g.Instrumented, g.StartGas = hex.EncodeToString(sum[:]), m.StartGas
		limit := int64(gas)
		if g.Name == "an endless loop" {
			limit = 1_000_000 // the interpreter is slow
		}
		e := onBoth(t, module, limit, stack, g.Args...)
		g.Status, g.Gas = e.status, e.used
	}
	if *update {
		file.Version, file.Gas, file.Stack, file.Vectors = detwasm.Version, gas, stack, got
		out, err := json.MarshalIndent(file, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenFile, append(out, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if file.Version != detwasm.Version || len(file.Vectors) != len(got) {
		t.Fatalf("%d vectors of version %d, not %d of %d", len(file.Vectors), file.Version, len(got), detwasm.Version)
	}
	for i, want := range file.Vectors {
		g := got[i]
		if g.Name != want.Name || g.Module != want.Module || g.Instrumented != want.Instrumented ||
			g.StartGas != want.StartGas || g.Status != want.Status || g.Gas != want.Gas {
			t.Errorf("%s: got %+v, the file has %+v; a change of these is a new Version", want.Name, g, want)
		}
	}
}
