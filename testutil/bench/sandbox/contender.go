// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// turn is what a contender did in one call of a kernel.
type turn struct {
	cpu time.Duration
	sum uint64 // the kernel's checksum
	gas uint64 // 0 if not metered
}

// contender runs the kernels of one module.
type contender interface {
	run(ctx context.Context, k Kernel, n uint32) (turn, error)
	close(ctx context.Context) error
}

// program is a module's source built for this machine, in a process that waits
// for numbers.
type program struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startProgram(ctx context.Context, path string) (*program, error) {
	p := &program{cmd: exec.CommandContext(ctx, path)}
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

func (p *program) run(_ context.Context, k Kernel, n uint32) (turn, error) {
	line := fmt.Sprintln(n)
	if k.Go >= 0 {
		line = fmt.Sprintln(k.Go, n)
	}
	if _, err := io.WriteString(p.in, line); err != nil {
		return turn{}, err
	}
	var t turn
	_, err := fmt.Fscanln(p.out, &t.cpu, &t.sum)
	return t, err
}

func (p *program) close(context.Context) error { return errors.Join(p.in.Close(), p.cmd.Wait()) }

// instance is a module on wazero's compiler, in this process: the engine that
// workers run tasks with, but without their child processes.
type instance struct {
	runtime wazero.Runtime
	call    api.Function
	gas     api.MutableGlobal // nil if not metered
}

// newInstance compiles and instantiates a module.
func newInstance(ctx context.Context, code []byte) (_ *instance, err error) {
	i := &instance{runtime: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.runtime.Close(ctx))
		}
	}()
	compiled, err := i.runtime.CompileModule(ctx, code)
	if err != nil {
		return nil, err
	}
	module, err := instantiate(ctx, i.runtime, compiled)
	if err != nil {
		return nil, err
	}
	if i.call = module.ExportedFunction("run"); i.call == nil {
		return nil, errors.New("the kernel exports no run")
	}
	i.gas, _ = module.ExportedGlobal(detwasm.GasGlobal).(api.MutableGlobal)
	return i, nil
}

// instantiate a module whose imports are WASI's; it runs _initialize. Metered
// ones get more gas than they can use.
func instantiate(ctx context.Context, r wazero.Runtime, compiled wazero.CompiledModule) (api.Module, error) {
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, err
	}
	module, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		return nil, err
	}
	refuel(module)
	if start := module.ExportedFunction("_initialize"); start != nil {
		if _, err := start.Call(ctx); err != nil {
			return nil, err
		}
	}
	return module, nil
}

func refuel(module api.Module) {
	if gas, ok := module.ExportedGlobal(detwasm.GasGlobal).(api.MutableGlobal); ok {
		gas.Set(math.MaxInt64)
	}
}

func (i *instance) run(ctx context.Context, k Kernel, n uint32) (turn, error) {
	args := []uint64{uint64(n)}
	if k.Go >= 0 {
		args = []uint64{uint64(k.Go), uint64(n)}
	}
	if i.gas != nil {
		i.gas.Set(math.MaxInt64)
	}
	var results []uint64
	cost, err := measure.Run(func() (err error) {
		results, err = i.call.Call(ctx, args...)
		return err
	})
	if err != nil {
		return turn{}, err
	}
	t := turn{cpu: cost.CPU, sum: results[0]}
	if i.gas != nil {
		t.gas = math.MaxInt64 - i.gas.Get()
	}
	return t, nil
}

func (i *instance) close(ctx context.Context) error { return i.runtime.Close(ctx) }

// instrument a kernel's module; imports are WASI's.
func instrument(code []byte) ([]byte, error) {
	module, err := detwasm.Instrument(code, detwasm.Options{Import: func(detwasm.Import) error { return nil }})
	if err != nil {
		return nil, err
	}
	return module.Code, nil
}
