// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// Compiler and Interpreter are the two engines of wazero.
var (
	Compiler    Engine = wazeroEngine{"wazero compiler", wazero.NewRuntimeConfigCompiler}
	Interpreter Engine = wazeroEngine{"wazero interpreter", wazero.NewRuntimeConfigInterpreter}
)

type wazeroEngine struct {
	name   string
	config func() wazero.RuntimeConfig
}

// Name implements Engine.
func (e wazeroEngine) Name() string { return e.name }

// Run implements Engine.
func (e wazeroEngine) Run(c Case) (report Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s panicked: %v", e.name, p)
		}
	}()
	ctx := context.Background()
	config := e.config().WithCoreFeatures(api.CoreFeaturesV2).WithDebugInfoEnabled(false).
		WithMemoryLimitPages(uint32(c.Memory / detwasm.PageSize))
	engine := wazero.NewRuntimeWithConfig(ctx, config)
	defer func() { err = errors.Join(err, engine.Close(ctx)) }()
	compiled, err := engine.CompileModule(ctx, c.Code)
	if err != nil {
		return report, fmt.Errorf("compile: %w", err)
	}
	run := NewRun(c)
	host := &wazeroHost{run: run}
	if err := host.bind(ctx, engine, compiled); err != nil {
		return report, err
	}
	module, err := engine.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return report, fmt.Errorf("instantiate: %w", err)
	}
	host.memory = module.Memory()
	var stack api.MutableGlobal
	if c.Instrumented {
		host.gas = module.ExportedGlobal(detwasm.GasGlobal).(api.MutableGlobal)
		stack = module.ExportedGlobal(detwasm.StackGlobal).(api.MutableGlobal)
		host.gas.Set(uint64(c.Gas))
		stack.Set(uint64(c.Stack))
	}
	_, ended := module.ExportedFunction("_start").Call(ctx)
	if c.Instrumented {
		report.Left(c, int64(host.gas.Get()), int64(stack.Get()))
	}
	for _, name := range c.Globals {
		report.Globals = append(report.Globals, module.ExportedGlobal(name).Get())
	}
	trapped := false
	if ended != nil {
		report.Detail, _, _ = strings.Cut(ended.Error(), "\n")
		trapped = strings.HasPrefix(report.Detail, "wasm error: ") && report.Detail != "wasm error: stack overflow"
	}
	if err := report.Classify(ended, trapped); err != nil {
		return report, err
	}
	return report, run.Finish(&report, host.Memory())
}

// Accepts says why wazero does not take the code of a case.
func Accepts(c Case) error {
	ctx := context.Background()
	engine := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	_, err := engine.CompileModule(ctx, c.Code)
	return errors.Join(err, engine.Close(ctx))
}

// wazeroHost is a running module as its host calls see it.
type wazeroHost struct {
	run    *Run
	memory api.Memory
	gas    api.MutableGlobal // nil in an original module
}

// Memory implements wasip1.Machine.
func (h *wazeroHost) Memory() []byte {
	view, _ := h.memory.Read(0, h.memory.Size())
	return view
}

// Charge implements wasip1.Machine.
func (h *wazeroHost) Charge(gas uint64) error {
	if h.gas == nil {
		return nil
	}
	left, err := Charge(int64(h.gas.Get()), gas)
	h.gas.Set(uint64(left))
	return err
}

// Charge takes gas from what is left, as every engine does.
func Charge(left int64, gas uint64) (int64, error) {
	if left < 0 || gas > uint64(left) {
		return -1, wasip1.ErrOutOfGas
	}
	return left - int64(gas), nil
}

// bind offers the functions that the module imports.
func (h *wazeroHost) bind(ctx context.Context, engine wazero.Runtime, compiled wazero.CompiledModule) error {
	wanted := map[string]bool{}
	for _, f := range compiled.ImportedFunctions() {
		_, name, _ := f.Import()
		wanted[name] = true
	}
	if len(wanted) == 0 {
		return nil
	}
	builder := engine.NewHostModuleBuilder(wasip1.Module)
	for _, f := range wasip1.Functions() {
		if wanted[f.Name] {
			builder.NewFunctionBuilder().WithGoFunction(h.function(f), valueTypes(f.Params), valueTypes(f.Results)).Export(f.Name)
		}
	}
	_, err := builder.Instantiate(ctx)
	return err
}

func (h *wazeroHost) function(f wasip1.Function) api.GoFunc {
	return func(_ context.Context, stack []uint64) {
		args := make([]uint64, len(f.Params))
		for i, t := range f.Params {
			args[i] = stack[i]
			if t == detwasm.I32 {
				args[i] = uint64(uint32(stack[i]))
			}
		}
		errno, err := f.Call(h.run.World, h, args)
		if err != nil {
			panic(err)
		}
		if len(f.Results) > 0 {
			stack[0] = uint64(errno)
		}
	}
}

func valueTypes(types []detwasm.ValType) []api.ValueType {
	out := make([]api.ValueType, len(types))
	for i, t := range types {
		out[i] = api.ValueType(t)
	}
	return out
}
