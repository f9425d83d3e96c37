// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/experimental/sysfs"
	wasi "github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

// runHeadroom is what the child needs besides linear memory, output and code:
// the Go runtime and the native stack of a guest that recurses until it traps.
const runHeadroom = 512 << 20

// Numbers of the guest's devices.
const (
	deviceIn  = 1
	deviceOut = 2
)

// run runs the module, delivers its output and concludes.
func (c *child) run() {
	c.limit(limits{
		data:     c.job.Memory + 2*c.job.Output + 16*uint64(c.job.ModuleSize) + runHeadroom,
		cpu:      c.job.CPUSeconds,
		fileSize: 0,
	})
	runtime.GOMAXPROCS(2) // the guest, and the collector of what little there is

	code := c.module()
	g := c.world()
	ctx := experimental.WithMemoryAllocator(context.Background(), &g.memory)
	engine, compiled := c.load(ctx, code)

	v := g.run(ctx, engine, compiled)
	if v.Cause == "" {
		g.stdout.flush()
		c.send(frameStderr, g.stderr.kept)
		c.sendTree(g.out, g.out.root, "")
		c.conclude(v)
	}
	c.abandon(v.Cause, errors.New(v.Detail))
}

// load takes the compiled module from the cache. It checks that there is one
// first: after a miss the engine would compile here and fail to write.
func (c *child) load(ctx context.Context, code []byte) (wazero.Runtime, wazero.CompiledModule) {
	if !hasCode(c.job.CacheDir) {
		c.abandon(CauseCache, errors.New("no compiled code"))
	}
	cache, err := wazero.NewCompilationCacheWithDir(c.job.CacheDir)
	if err != nil {
		c.abandon(CauseCache, err)
	}
	engine := wazero.NewRuntimeWithConfig(ctx, engineConfig().WithCompilationCache(cache))
	if _, err := wasi.Instantiate(ctx, engine); err != nil {
		c.abandon(CauseHost, err)
	}
	compiled, err := engine.CompileModule(ctx, code)
	if err != nil {
		c.abandon(CauseCache, err)
	}
	return engine, compiled
}

// engineConfig is the engine every child uses. Memory is limited by the
// allocator and not here, so that compiled code is the same for every task.
func engineConfig() wazero.RuntimeConfig {
	return wazero.NewRuntimeConfigCompiler().WithDebugInfoEnabled(false)
}

// guest is everything a guest can reach.
type guest struct {
	memory memory
	config wazero.ModuleConfig
	stdout *stdout
	stderr *head
	out    *tree
}

// world makes the guest's surroundings from the job.
func (c *child) world() *guest {
	fail := func(err error) { c.abandon(CauseHost, err) }
	next := uintptr(fdModule + 1)
	open := func(name string) *os.File {
		f := os.NewFile(next, name)
		next++
		return f
	}
	input := &stdin{fail: fail}
	if c.job.HasStdin {
		input.file, input.size = open("stdin"), c.job.StdinSize
	}
	b := &budget{left: c.job.Output}
	in := newTree(deviceIn, true, b, fail)
	for _, i := range c.job.Inputs {
		in.addHostFile(i.Name, open(i.Name), i.Size)
	}
	g := &guest{
		memory: memory{limit: c.job.Memory &^ (wasmPage - 1), fail: func(err error) { c.abandon(CauseMemory, err) }},
		stdout: &stdout{out: c.outbox, budget: b},
		stderr: &head{size: MaxStderr},
		out:    newTree(deviceOut, false, b, fail),
	}
	mounts := wazero.NewFSConfig().(sysfs.FSConfig).WithSysFSMount(in, "/in")
	mounts = mounts.(sysfs.FSConfig).WithSysFSMount(g.out, "/out")

	now := &clock{}
	g.config = wazero.NewModuleConfig().
		WithName("").
		WithStartFunctions(). // _start is called by hand, to tell its traps from a failed instantiation
		WithArgs(c.job.Args...).
		WithStdin(input).
		WithStdout(g.stdout).
		WithStderr(g.stderr).
		WithFSConfig(mounts).
		WithRandSource(rand.NewChaCha8(c.job.Seed)).
		WithWalltime(now.walltime, sys.ClockResolution(tick)).
		WithNanotime(now.read, sys.ClockResolution(tick)).
		WithNanosleep(now.advance)
	for _, e := range c.job.Env {
		key, value, _ := strings.Cut(e, "=")
		g.config = g.config.WithEnv(key, value)
	}
	return g
}

// run instantiates the module and calls _start.
func (g *guest) run(ctx context.Context, engine wazero.Runtime, compiled wazero.CompiledModule) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			v = verdict{Cause: CauseHost, Detail: fmt.Sprint(p)}
			if g.memory.tooLarge {
				v = verdict{Status: StatusMemoryLimit, Detail: "the module's first memory is above the limit"}
			}
		}
	}()
	module, err := engine.InstantiateModule(ctx, compiled, g.config)
	if err != nil {
		var exit *sys.ExitError
		if !errors.As(err, &exit) { // a start section may leave by proc_exit
			return verdict{Status: StatusInvalidModule, Detail: err.Error()}
		}
		return g.classify(err)
	}
	_, err = module.ExportedFunction("_start").Call(ctx)
	return g.classify(err)
}

// classify turns the engine's error into the guest's end. What is neither an
// exit nor a trap is a fault of the engine or of this package.
func (g *guest) classify(err error) verdict {
	v := verdict{Status: StatusOK}
	var exit *sys.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit):
		if v.ExitCode = exit.ExitCode(); v.ExitCode != 0 {
			v.Status = StatusExit
		}
	case isTrap(err):
		v.Status, v.Detail = StatusTrap, err.Error()
	default:
		return verdict{Cause: CauseHost, Detail: err.Error()}
	}
	if v.Status != StatusOK && g.memory.refused {
		v.Status = StatusMemoryLimit
	}
	return v
}

// isTrap tells the guest's traps from faults of the host, by the words of the
// engine, whose error types are internal. Only a stack overflow is not prefixed.
func isTrap(err error) bool {
	return err.Error() == "stack overflow" || strings.HasPrefix(err.Error(), "wasm error: ")
}
