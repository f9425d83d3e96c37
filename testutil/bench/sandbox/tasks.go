// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

// TaskRow is a whole task of a program that does next to nothing: everything
// from the call of the runner to the delivered result, jail and all.
type TaskRow struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
	// Wall and CPU are ms with the module in the cache; CPU is of the child and of
	// the runner.
	Wall measure.Stat `json:"wall_ms"`
	CPU  measure.Stat `json:"cpu_ms"`
	// Load is what of the CPU is loading the compiled code, measured apart.
	Load measure.Stat `json:"load_ms"`
	// RSS is the child's largest resident set in MiB.
	RSS measure.Stat `json:"rss_mib"`
	// ColdWall is the first run in ms, with the module instrumented and compiled.
	ColdWall float64 `json:"cold_wall_ms"`
	// Gas of the task, which is the same each time.
	Gas uint64 `json:"gas"`
}

// command is a program that a task can run.
type command struct {
	name           string
	code           []byte
	path           string
	cold           float64
	gas            uint64
	wall, cpu, rss []float64
	load           starter
}

// tasks runs commands in jailed children, by turns.
func tasks(ctx context.Context, commands []*command, child, dir string, rounds int) ([]TaskRow, error) {
	runner, err := sandbox.New(sandbox.Config{CacheDir: filepath.Join(dir, "cache-tasks"), Executable: child})
	if err != nil {
		return nil, err
	}
	for i, c := range commands {
		c.path = filepath.Join(dir, fmt.Sprintf("command%d.wasm", i))
		if err := os.WriteFile(c.path, c.code, 0o600); err != nil {
			return nil, err
		}
		c.load = starter{code: c.code, cache: filepath.Join(dir, fmt.Sprintf("cache-command%d", i))}
		if err := c.run(ctx, runner, dir); err != nil {
			return nil, err
		}
		c.cold, c.wall, c.cpu, c.rss = c.wall[0], nil, nil, nil
		if err := c.load.round(ctx); err != nil {
			return nil, err
		}
	}
	for range rounds {
		for _, c := range commands {
			// The second of two counts: the first finds the kernel busy with what
			// the command before it has left behind.
			before := *c
			if err := c.run(ctx, runner, dir); err != nil {
				return nil, err
			}
			*c = before
			if err := c.run(ctx, runner, dir); err != nil {
				return nil, err
			}
		}
	}
	rows := make([]TaskRow, len(commands))
	for i, c := range commands {
		rows[i] = TaskRow{
			Name: c.name, Bytes: len(c.code), Wall: measure.NewStat(c.wall), CPU: measure.NewStat(c.cpu),
			Load: measure.NewStat(c.load.load), RSS: measure.NewStat(c.rss), ColdWall: c.cold, Gas: c.gas,
		}
	}
	return rows, nil
}

func (c *command) run(ctx context.Context, runner *sandbox.Runner, dir string) error {
	result := filepath.Join(dir, "result")
	var r sandbox.Result
	cost, err := measure.Run(func() (err error) {
		r, err = runner.Run(ctx, sandbox.Task{
			ID: c.name, Module: c.path, Args: []string{"command"}, ResultDir: result,
			GasLimit: 1e12, MemoryLimit: 256 << 20, OutputLimit: 1 << 20, Timeout: time.Minute,
		})
		return err
	})
	if err != nil {
		return err
	}
	if r.Outcome.Status != sandbox.StatusOK {
		return fmt.Errorf("%s ended with %s: %s", c.name, r.Outcome.Status, r.Detail)
	}
	c.wall = append(c.wall, milliseconds(cost.Wall))
	c.cpu = append(c.cpu, milliseconds(cost.CPU+r.Usage.CPU))
	c.rss = append(c.rss, float64(r.Usage.MaxRSS)/(1<<20))
	c.gas = r.Outcome.Gas
	return os.RemoveAll(result)
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
