// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"

	"github.com/bytecodealliance/wasmtime-go/v44"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// nativeStack is what wasmtime may use of a thread's stack in bytes, the most
// that its C API allows. The stack budgets of the cases lie below it, as
// detwasm.StackBudget lies below wazero's.
const nativeStack = 2 << 20

// engine is wasmtime.
type engine struct{ engine *wasmtime.Engine }

var wasmtimeEngine difftest.Engine = newEngine()

func newEngine() engine {
	config := wasmtime.NewConfig()
	config.SetMaxWasmStack(nativeStack)
	config.SetWasmRelaxedSIMD(false)
	config.SetWasmTailCall(false)
	config.SetWasmMemory64(false)
	config.SetWasmMultiMemory(false)
	return engine{wasmtime.NewEngineWithConfig(config)}
}

// Name implements difftest.Engine.
func (engine) Name() string { return "wasmtime" }

// Run implements difftest.Engine.
func (e engine) Run(c difftest.Case) (report difftest.Report, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	module, err := wasmtime.NewModule(e.engine, c.Code)
	if err != nil {
		return report, fmt.Errorf("compile: %w", err)
	}
	defer module.Close()
	store := wasmtime.NewStore(e.engine)
	defer store.Close()
	store.Limiter(int64(c.Memory), -1, -1, -1, -1)
	linker := wasmtime.NewLinker(e.engine)
	defer linker.Close()
	h := &host{run: difftest.NewRun(c), store: store}
	for _, f := range wasip1.Functions() {
		if err := h.define(linker, f); err != nil {
			return report, err
		}
	}
	instance, err := linker.Instantiate(store, module)
	if err != nil {
		return report, fmt.Errorf("instantiate: %w", err)
	}
	h.memory = instance.GetExport(store, "memory").Memory()
	h.gas = instance.GetExport(store, detwasm.GasGlobal).Global()
	stack := instance.GetExport(store, detwasm.StackGlobal).Global()
	if err := errors.Join(h.gas.Set(store, wasmtime.ValI64(c.Gas)), stack.Set(store, wasmtime.ValI64(c.Stack))); err != nil {
		return report, err
	}

	_, ended := instance.GetFunc(store, "_start").Call(store)
	if h.ended != nil {
		ended = h.ended
	}
	var trap *wasmtime.Trap
	trapped := errors.As(ended, &trap)
	if trapped {
		report.Detail, _, _ = strings.Cut(trap.Message(), "\n")
		if code := trap.Code(); code == nil || *code == wasmtime.StackOverflow {
			trapped = false
		}
	}
	report.Left(c, h.gas.Get(store).I64(), stack.Get(store).I64())
	for _, name := range c.Globals {
		report.Globals = append(report.Globals, bits(instance.GetExport(store, name).Global().Get(store)))
	}
	if err := report.Classify(ended, trapped); err != nil {
		return report, err
	}
	return report, h.run.Finish(&report, h.Memory())
}

// bits is a number as wazero gives it.
func bits(v wasmtime.Val) uint64 {
	switch v.Kind() {
	case wasmtime.KindI32:
		return uint64(uint32(v.I32()))
	case wasmtime.KindI64:
		return uint64(v.I64())
	case wasmtime.KindF32:
		return uint64(math.Float32bits(v.F32()))
	case wasmtime.KindF64:
		return math.Float64bits(v.F64())
	default:
		panic(fmt.Sprintf("a global of kind %v was to be compared", v.Kind()))
	}
}

// host is a running module as its host calls see it.
type host struct {
	run    *difftest.Run
	store  *wasmtime.Store
	memory *wasmtime.Memory
	gas    *wasmtime.Global
	ended  error // why a host call ended the guest
}

// Memory implements wasip1.Machine.
func (h *host) Memory() []byte { return h.memory.UnsafeData(h.store) }

// Charge implements wasip1.Machine.
func (h *host) Charge(gas uint64) error {
	left, err := difftest.Charge(h.gas.Get(h.store).I64(), gas)
	return errors.Join(err, h.gas.Set(h.store, wasmtime.ValI64(left)))
}

// define offers a function of WASI preview 1.
func (h *host) define(linker *wasmtime.Linker, f wasip1.Function) error {
	t := wasmtime.NewFuncType(valueTypes(f.Params), valueTypes(f.Results))
	return linker.FuncNew(wasip1.Module, f.Name, t, func(_ *wasmtime.Caller, in []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
		args := make([]uint64, len(in))
		for i, v := range in {
			args[i] = bits(v)
		}
		errno, err := f.Call(h.run.World, h, args)
		if err != nil {
			h.ended = err
			return nil, wasmtime.NewTrap(err.Error())
		}
		if len(f.Results) == 0 {
			return nil, nil
		}
		return []wasmtime.Val{wasmtime.ValI32(int32(errno))}, nil
	})
}

func valueTypes(types []detwasm.ValType) []*wasmtime.ValType {
	out := make([]*wasmtime.ValType, len(types))
	for i, t := range types {
		kind := wasmtime.KindI64
		if t == detwasm.I32 {
			kind = wasmtime.KindI32
		}
		out[i] = wasmtime.NewValType(kind)
	}
	return out
}
