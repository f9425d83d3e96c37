// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/engine"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/jail"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// run runs the module, delivers its output and concludes.
func (c *child) run() {
	c.jail(
		jail.Limits{},
		jail.Paths{ReadOnly: []string{c.job.CacheDir}},
	)
	ctx := context.Background()
	program := c.load(ctx)
	g := c.world()
	c.seal(jail.Run)
	end, err := program.Run(ctx, g.World, engine.Limits{
		Gas:       c.job.Gas,
		StartGas:  c.job.Module.StartGas,
		Memory:    c.job.Memory,
		MemoryMin: c.job.Module.MemoryMin,
	})
	switch {
	case errors.Is(err, engine.ErrHostMemory):
		c.abandon(CauseMemory, err)
	case err != nil:
		c.abandon(CauseHost, err)
	}
	g.stdout.flush()
	c.send(frameStderr, g.stderr.kept)
	if err := c.sendOut(g.World); err != nil {
		c.abandon(CauseHost, err)
	}
	c.succeed(verdict{Status: Status(end.Status), ExitCode: end.ExitCode, Gas: end.Gas, Detail: end.Detail})
}

// load takes the compiled module from the cache. It checks that there is one
// first: after a miss the engine would compile here and fail to write.
func (c *child) load(ctx context.Context) engine.Program {
	code := c.module(CauseCache)
	if !engine.Cached(c.job.CacheDir) {
		c.abandon(CauseCache, errors.New("no compiled code"))
	}
	e, err := engine.New(ctx, engine.Compiler, engine.Options{CacheDir: c.job.CacheDir})
	if err != nil {
		c.abandon(CauseCache, err)
	}
	program, err := e.Load(ctx, code)
	if err != nil {
		c.abandon(CauseCache, err)
	}
	return program
}

// guest is a world and what is kept of it.
type guest struct {
	*wasip1.World
	stdout *stdout
	stderr *head
}

// world makes the guest's surroundings from the job.
func (c *child) world() guest {
	next := uintptr(fdInputs)
	open := func(name string) *os.File {
		f := os.NewFile(next, name)
		next++
		return f
	}
	g := guest{stdout: &stdout{out: c.outbox}, stderr: &head{size: MaxStderr}}
	config := wasip1.Config{
		Args: c.job.Args, Env: c.job.Env, OutputLimit: c.job.Output, Seed: c.job.Seed,
		Stdout: g.stdout, Stderr: g.stderr,
	}
	if c.job.HasStdin {
		config.Stdin, config.StdinSize = open("stdin"), c.job.StdinSize
	}
	for _, in := range c.job.Inputs {
		config.Inputs = append(config.Inputs, wasip1.File{Name: in.Name, Content: open(in.Name), Size: in.Size})
	}
	g.World = wasip1.New(config)
	return g
}

// sendOut sends what lies below /out, in order.
func (c *child) sendOut(w *wasip1.World) error {
	for _, entry := range w.Out() {
		if entry.Dir {
			c.send(frameDir, []byte(entry.Path))
			continue
		}
		c.send(frameFile, []byte(entry.Path))
		if _, err := entry.WriteTo(dataFrames{c.outbox}); err != nil {
			return fmt.Errorf("read /out/%s: %w", entry.Path, err)
		}
	}
	return nil
}
