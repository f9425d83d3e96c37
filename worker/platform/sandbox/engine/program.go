// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// program is a module with its host functions, not yet instantiated.
type program struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	hosts    api.Module // the module's imports
	world    *wasip1.World
	machine  *machine // of the run that is on
}

// machine is the guest as its host calls see it.
type machine struct {
	memory memory
	gas    api.MutableGlobal
}

// Memory is linear memory as it is now.
func (m *machine) Memory() []byte { return m.memory.view }

// Charge takes gas from what is left.
func (m *machine) Charge(gas uint64) error {
	left := int64(m.gas.Get())
	if left < 0 || gas > uint64(left) {
		m.gas.Set(uint64(1<<64 - 1)) // -1
		return wasip1.ErrOutOfGas
	}
	m.gas.Set(uint64(left) - gas)
	return nil
}

// bind offers the module the host functions that it imports, and only those:
// each costs a little to set up.
func (p *program) bind(ctx context.Context) error {
	wanted := make(map[string]bool)
	for _, f := range p.compiled.ImportedFunctions() {
		_, name, _ := f.Import()
		wanted[name] = true
	}
	builder := p.runtime.NewHostModuleBuilder(wasip1.Module)
	for _, f := range wasip1.Functions() {
		if wanted[f.Name] {
			builder.NewFunctionBuilder().
				WithGoFunction(p.host(f), valueTypes(f.Params), valueTypes(f.Results)).
				Export(f.Name)
		}
	}
	compiled, err := builder.Compile(ctx)
	if err != nil {
		return err
	}
	// Without a name, so that an engine may hold several programs.
	p.hosts, err = p.runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
	return err
}

// host is a host function as the engine calls it: arguments come and the errno
// goes in one array. An error unwinds the guest as a panic does.
func (p *program) host(f wasip1.Function) api.GoFunc {
	narrow := make([]bool, len(f.Params))
	for i, t := range f.Params {
		narrow[i] = api.ValueType(t) == api.ValueTypeI32
	}
	return func(_ context.Context, stack []uint64) {
		args := stack[:len(narrow)]
		for i := range args {
			if narrow[i] {
				args[i] = uint64(uint32(args[i])) // what is above is not the guest's
			}
		}
		errno, err := f.Call(p.world, p.machine, args)
		if err != nil {
			panic(err)
		}
		if len(f.Results) > 0 {
			stack[0] = uint64(errno)
		}
	}
}

func valueTypes[T ~byte](types []T) []api.ValueType {
	out := make([]api.ValueType, len(types))
	for i, t := range types {
		out[i] = api.ValueType(t)
	}
	return out
}

// Run implements Program.
func (p *program) Run(ctx context.Context, world *wasip1.World, l Limits) (_ End, err error) {
	if l.StartGas > l.Gas {
		return End{Status: OutOfGas, Gas: l.Gas, Detail: outOfGas(l.Gas)}, nil
	}
	if first := uint64(l.MemoryMin) * detwasm.PageSize; first > l.Memory {
		detail := fmt.Sprintf("the module's first memory of %d bytes is above the limit of %d", first, l.Memory)
		return End{Status: MemoryLimit, Gas: l.StartGas, Detail: detail}, nil
	}
	defer recovered(&err)
	p.world = world
	p.machine = &machine{memory: memory{limit: l.Memory &^ (detwasm.PageSize - 1)}}
	ctx = experimental.WithMemoryAllocator(ctx, &p.machine.memory)
	ctx = experimental.WithImportResolver(ctx, func(string) api.Module { return p.hosts })
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions()
	module, err := p.runtime.InstantiateModule(ctx, p.compiled, config)
	if err != nil {
		return End{}, fmt.Errorf("instantiate: %w", err)
	}
	defer func() { err = errors.Join(err, module.Close(ctx)) }()

	gas, isGas := module.ExportedGlobal(detwasm.GasGlobal).(api.MutableGlobal)
	stack := module.ExportedGlobal(detwasm.StackGlobal)
	start := module.ExportedFunction("_start")
	if !isGas || stack == nil || start == nil {
		return End{}, errors.New("not an instrumented command: no gas, no stack or no _start")
	}
	p.machine.gas = gas
	gas.Set(l.Gas - l.StartGas)
	_, ended := start.Call(ctx)
	end, err := p.machine.classify(ended, int64(stack.Get()), l.Gas)
	if err == nil && l.HashMemory {
		end.MemoryHash = sha256.Sum256(p.machine.memory.view)
	}
	return end, err
}
