// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"strconv"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasmgen"
)

// seed is the shortest useful input: a number.
func seed(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

// seeds is how many modules a test makes; WASMGEN_SEEDS asks for another number.
func seeds(t *testing.T, most uint64) uint64 {
	if text := os.Getenv("WASMGEN_SEEDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if testing.Short() {
		return most / 10
	}
	return most
}

func TestEveryModuleIsAcceptedByAnEngine(t *testing.T) {
	ctx := context.Background()
	engine := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer func() { _ = engine.Close(ctx) }()
	for n := range seeds(t, 4000) {
		m := wasmgen.New(seed(n))
		compiled, err := engine.CompileModule(ctx, m.Code)
		if err != nil {
			t.Fatalf("seed %d, %d bytes, %+v: %v", n, len(m.Code), m.Config, err)
		}
		if err := compiled.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheSameBytesMakeTheSameModule(t *testing.T) {
	for n := range uint64(200) {
		a, b := wasmgen.New(seed(n)), wasmgen.New(seed(n))
		if !bytes.Equal(a.Code, b.Code) {
			t.Fatalf("seed %d gave two modules", n)
		}
	}
}
