// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// FuzzInstrument: no input panics, every refusal is an *Error with an offset in
// the module, and what is accepted is valid for wazero. (The original is not tried: wazero reads some
// custom sections, and refuses modules for their contents.)
func FuzzInstrument(f *testing.F) {
	for _, g := range goldenModules() {
		module, err := hex.DecodeString(g.Module)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(module)
	}
	f.Fuzz(func(t *testing.T, module []byte) {
		m, err := detwasm.Instrument(module, detwasm.Options{Import: func(detwasm.Import) error { return nil }})
		if err != nil {
			var refusal *detwasm.Error
			if !errors.As(err, &refusal) || refusal.Offset < 0 || refusal.Offset > len(module) || refusal.Construct == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		again, err := detwasm.Instrument(module, detwasm.Options{Import: func(detwasm.Import) error { return nil }})
		if err != nil || !bytes.Equal(m.Code, again.Code) {
			t.Fatal("not deterministic")
		}
		ctx := t.Context()
		r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
		defer func() { _ = r.Close(ctx) }()
		if _, err := r.CompileModule(ctx, m.Code); err != nil {
			t.Fatalf("the instrumented module is not valid: %v", err)
		}
		c := wazero.NewRuntimeWithConfig(ctx, compilerConfig())
		defer func() { _ = c.Close(ctx) }()
		if _, err := c.CompileModule(ctx, m.Code); err != nil {
			t.Fatalf("the instrumented module does not compile: %v", err)
		}
	})
}
