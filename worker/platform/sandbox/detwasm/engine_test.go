// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"fmt"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

func compilerConfig() wazero.RuntimeConfig { return wazero.NewRuntimeConfigCompiler() }

func setGlobal(t *testing.T, m api.Module, name string, v int64) {
	t.Helper()
	g, ok := m.ExportedGlobal(name).(api.MutableGlobal)
	if !ok {
		t.Fatalf("%s is not a mutable global", name)
	}
	g.Set(uint64(v))
}

func getGlobal(m api.Module, name string) int64 {
	return int64(m.ExportedGlobal(name).Get())
}

// engines are the two engines of wazero.
var engines = []struct {
	name   string
	config func() wazero.RuntimeConfig
}{
	{"compiler", compilerConfig},
	{"interpreter", wazero.NewRuntimeConfigInterpreter},
}

// ending is how a run ended, by the classification of the profile.
type ending struct {
	status  string // ok, trap, out_of_gas or out_of_depth
	used    int64
	results []uint64
}

func (e ending) String() string { return fmt.Sprintf("%s, %d gas, %#x", e.status, e.used, e.results) }

// instrument instruments code with every import accepted.
func instrument(t testing.TB, code []byte) *detwasm.Module {
	t.Helper()
	m, err := detwasm.Instrument(code, detwasm.Options{Import: func(detwasm.Import) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// call runs the exported function f of an instrumented module.
func call(t *testing.T, config wazero.RuntimeConfig, code []byte, gas, stack int64, args ...uint64) ending {
	t.Helper()
	ctx := t.Context()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer func() { _ = r.Close(ctx) }()
	m, err := r.Instantiate(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	setGlobal(t, m, detwasm.GasGlobal, gas)
	setGlobal(t, m, detwasm.StackGlobal, stack)
	f := m.ExportedFunction("f")
	results, err := f.Call(ctx, args...)
	for i, t := range f.Definition().ResultTypes() {
		if err == nil && (t == api.ValueTypeI32 || t == api.ValueTypeF32) {
			results[i] = uint64(uint32(results[i])) // the rest of the word means nothing
		}
	}
	left := getGlobal(m, detwasm.GasGlobal)
	e := ending{status: "ok", used: gas - left, results: results}
	switch {
	case err != nil && getGlobal(m, detwasm.StackGlobal) < 0:
		e.status = "out_of_depth"
	case left < 0:
		e.status, e.used, e.results = "out_of_gas", gas, nil
	case err != nil:
		e.status = "trap"
	}
	if err == nil && getGlobal(m, detwasm.StackGlobal) != stack {
		t.Errorf("the stack was not given back")
	}
	return e
}

// onBoth runs f on both engines and checks that they agree.
func onBoth(t *testing.T, module []byte, gas, stack int64, args ...uint64) ending {
	t.Helper()
	m := instrument(t, module)
	first := call(t, engines[0].config(), m.Code, gas, stack, args...)
	second := call(t, engines[1].config(), m.Code, gas, stack, args...)
	if first.String() != second.String() {
		t.Errorf("the compiler says %s, the interpreter %s", first, second)
	}
	return first
}
