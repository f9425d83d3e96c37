// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/proving/cpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/memory"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// addPlot: filling a plot at the cost of a public network, and searching one on disk.
func (b *bench) addPlot() error {
	terms, _ := por.DefaultParams().Class(por.CLASS_STORAGE)
	const mega, bytes = 1e6, 8 << 20
	turn := 0
	b.rate(fmt.Sprintf("plot: fill, N = %d, synced to disk", terms.Storage.CostN), "MB/s", bytes/mega, 10, func() (err error) {
		turn++
		dir := filepath.Join(b.dir, fmt.Sprintf("fill%d", turn))
		p, err := plot.Create(dir, plot.Spec{N: terms.Storage.CostN, UnitBytes: bytes, Units: 1}, plot.Options{Workers: 1, Reserve: 1 << 20})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, p.Close(), plot.Delete(dir)) }()
		return p.Fill(b.ctx)
	})
	// How costly cells are makes no difference to a search.
	size := b.cfg.PlotBytes
	p, err := plot.Create(filepath.Join(b.dir, "search"), plot.Spec{N: 2, UnitBytes: size, Units: 1}, plot.Options{Workers: 1, Reserve: 1 << 20})
	if err != nil {
		return err
	}
	b.close = append(b.close, p.Close)
	if err := p.Fill(b.ctx); err != nil {
		return err
	}
	b.rate("plot: search the whole for 20 nonces, with reading", "MB/s", float64(size)/mega, 150, func() error {
		// No nonce has three times as many labels as it has on average.
		_, _, err := p.Prove(b.ctx, plot.Request{Units: 1, K1: cellpost.DefaultK, K2: 3 * cellpost.DefaultK})
		if errors.Is(err, plot.ErrNoProof) {
			return nil
		}
		return errors.Join(err, errNo)
	})
	return nil
}

// addMemoryProver: filling memory, and walking in it.
func (b *bench) addMemoryProver() error {
	terms, _ := por.DefaultParams().Class(por.CLASS_MEMORY)
	spec := terms.Memory.Spec()
	fill := ramwalk.Fill{Seed: seedOf(10), Operator: operator, Window: 1, Cells: b.cfg.MemoryBytes / ramwalk.CellSize}
	maker, at, cell := fill.Maker(spec), uint64(0), new(ramwalk.Cell)
	const some = 256
	b.rate("memory: fill", "MB/s", some*ramwalk.CellSize/1e6, 0, func() error {
		for range some {
			maker.Make(at%fill.Cells, cell)
			at++
		}
		return nil
	})
	held, err := memory.New(b.ctx, memory.Options{Spec: spec, Fill: fill, Reserve: 64 << 20})
	if errors.Is(err, memory.ErrNotFree) {
		return nil // nothing to say about a machine without memory
	}
	if err != nil {
		return err
	}
	b.close = append(b.close, held.Close)
	b.rate(fmt.Sprintf("memory: walk in %d MiB", b.cfg.MemoryBytes>>20), "steps/s", float64(spec.Steps), 0, func() error {
		_, err := held.Walk(b.ctx, seedOf(11))
		return err
	})
	return nil
}

// addSteps: the functions of CPU windows in Go, as the prover and the chain run them.
func (b *bench) addSteps() error {
	for _, f := range corechain.Functions {
		s, x := corechain.NewStepper(f), seedOf(12)
		run := func() error { s.Run(&x, f.Interval()); return nil }
		b.rate(fmt.Sprintf("processors: %s in Go", f), "steps/s", float64(f.Interval()), 0, run)
		if f.Gas() > 0 {
			b.rate(fmt.Sprintf("processors: %s in Go", f), "Mgas/s", float64(f.Interval()*f.Gas())/1e6, 0, run)
		}
	}
	return nil
}

// recorder remembers the CPU of the last two tasks.
type recorder struct {
	cpu.TaskRunner
	last [2]time.Duration
}

// Run implements cpu.TaskRunner.
func (r *recorder) Run(ctx context.Context, task sandbox.Task) (sandbox.Result, error) {
	result, err := r.TaskRunner.Run(ctx, task)
	r.last = [2]time.Duration{r.last[1], result.Usage.CPU}
	return result, err
}

// addSandbox: the kernels as tasks run them, without what it takes to start one.
func (b *bench) addSandbox() error {
	if _, err := os.Stat(b.cfg.Xworker); err != nil {
		return nil //nolint:nilerr // kernels are left out where the daemon's program is not there
	}
	runner, err := sandbox.New(sandbox.Config{CacheDir: filepath.Join(b.dir, "cache"), Executable: b.cfg.Xworker})
	if err != nil {
		return err
	}
	seen := &recorder{TaskRunner: runner}
	s, err := cpu.NewSandbox(seen, b.dir)
	if err != nil {
		return err
	}
	for _, f := range corechain.Functions {
		if f.Gas() == 0 {
			continue
		}
		// About 0.2 s, so that starting is little.
		steps := 300 * f.Interval()
		b.items = append(b.items, &item{
			name: fmt.Sprintf("processors: %s in the sandbox", f), unit: "Mgas/s", amount: float64(steps*f.Gas()) / 1e6,
			run: func() (time.Duration, error) {
				_, _, err := s.RunKernel(b.ctx, f.Kernel(), seedOf(13), uint32(steps))
				return max(seen.last[1]-seen.last[0], 1), err
			},
		})
	}
	return nil
}
