// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package proofs measures Proof of Resource by itself: what it takes to check each
// proof, of the size that it has on a public network, and how fast a core makes
// them. What the chain takes on top (signatures, state, blocks) is measured with
// the real application by the command that this package is part of.
package proofs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
)

// Config is the size of the benchmark.
type Config struct {
	// Xworker is the daemon's program: kernels run in its sandbox.
	Xworker string
	Rounds  int
	// Turn is the CPU time of a contender in a round, at least one operation.
	Turn time.Duration
	// PlotBytes and MemoryBytes are filled and searched; multiples of 1 MiB.
	PlotBytes, MemoryBytes uint64
}

// Report has both halves.
type Report struct {
	Checks []Check `json:"checks"`
	Rates  []Rate  `json:"rates"`
}

// Check is the verification of one proof, on one core, nothing else.
type Check struct {
	Name string `json:"name"`
	// Bytes of the proof at the params of a public network; 0 if it says nothing.
	Bytes     int          `json:"bytes"`
	CPUMicros measure.Stat `json:"cpu_us"`
	// TargetMicros is what it should take at most; 0 for none.
	TargetMicros float64 `json:"target_us"`
}

// Rate is how much of something a second of CPU makes.
type Rate struct {
	Name      string       `json:"name"`
	Unit      string       `json:"unit"`
	PerSecond measure.Stat `json:"per_cpu_second"`
	// Target is what it should be at least; 0 for none.
	Target float64 `json:"target"`
}

// item is a contender.
type item struct {
	name   string
	run    func() (time.Duration, error) // once; the CPU that it took where not this process's, else 0
	bytes  int                           // of a check's proof
	unit   string                        // of a rate; empty for a check
	amount float64                       // of a rate, made by one run
	target float64
	times  int
	values []float64
}

// bench is what contenders are made of and what is cleaned up behind them.
type bench struct {
	ctx   context.Context
	cfg   Config
	dir   string
	items []*item
	close []func() error
}

func (b *bench) check(name string, bytes int, target float64, run func() error) {
	b.items = append(b.items, &item{name: name, bytes: bytes, target: target, run: func() (time.Duration, error) { return 0, run() }})
}

func (b *bench) rate(name, unit string, amount, target float64, run func() error) {
	b.items = append(b.items, &item{name: name, unit: unit, amount: amount, target: target, run: func() (time.Duration, error) { return 0, run() }})
}

// Run measures. Contenders take turns in rounds.
func Run(ctx context.Context, cfg Config) (_ *Report, err error) {
	b := &bench{ctx: ctx, cfg: cfg}
	if b.dir, err = os.MkdirTemp("", "openmesh-bench-proofs-"); err != nil {
		return nil, err
	}
	b.close = append(b.close, func() error { return os.RemoveAll(b.dir) })
	defer func() {
		for i := range b.close {
			err = errors.Join(err, b.close[len(b.close)-1-i]())
		}
	}()
	for _, add := range []func() error{
		b.addBeacon, b.addStorage, b.addPossession, b.addCores, b.addCommittee, b.addMemory, b.addGPU,
		b.addPlot, b.addMemoryProver, b.addSteps, b.addSandbox,
	} {
		if err := add(); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	for round := range cfg.Rounds + 1 { // the first one warms up and finds out how many times make a turn
		for _, it := range b.items {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := it.turn(round == 0, cfg.Turn); err != nil {
				return nil, fmt.Errorf("%s: %w", it.name, err)
			}
		}
	}
	r := &Report{}
	for _, it := range b.items {
		if stat := measure.NewStat(it.values); it.unit == "" {
			r.Checks = append(r.Checks, Check{Name: it.name, Bytes: it.bytes, CPUMicros: stat, TargetMicros: it.target})
		} else {
			r.Rates = append(r.Rates, Rate{Name: it.name, Unit: it.unit, PerSecond: stat, Target: it.target})
		}
	}
	return r, nil
}

func (it *item) turn(warmup bool, turn time.Duration) error {
	if warmup {
		it.times = 1
	}
	var elsewhere time.Duration
	cost, err := measure.Run(func() error {
		for range it.times {
			took, err := it.run()
			if err != nil {
				return err
			}
			elsewhere += took
		}
		return nil
	})
	if err != nil {
		return err
	}
	cpu := cost.CPU
	if elsewhere > 0 {
		cpu = elsewhere
	}
	if warmup {
		it.times = int(max(1, min(100_000, turn/max(cpu, time.Microsecond))))
		return nil
	}
	each := cpu.Seconds() / float64(it.times)
	if it.unit == "" {
		it.values = append(it.values, each*1e6)
	} else {
		it.values = append(it.values, it.amount/each)
	}
	return nil
}

// Of finds the median CPU of a check in microseconds, 0 if there is none of that name.
func (r *Report) Of(name string) float64 {
	for _, c := range r.Checks {
		if c.Name == name {
			return c.CPUMicros.Median
		}
	}
	return 0
}

// Write writes the report as tables.
func (r *Report) Write(p func(string, ...any)) {
	p("\nCHECKING PROOFS, BY THEMSELVES, AT THE PARAMS OF A PUBLIC NETWORK\n")
	p("\tCPU us\ttarget us\tbytes\n")
	for _, c := range r.Checks {
		p("%s\t%s\t%s\t%s\n", c.Name, c.CPUMicros, known("at most ", c.TargetMicros), known("", float64(c.Bytes)))
	}
	p("\nMAKING PROOFS, FOR EACH SECOND OF CPU OF ONE CORE\n")
	p("\trate\tunit\ttarget\n")
	for _, c := range r.Rates {
		p("%s\t%s\t%s\t%s\n", c.Name, c.PerSecond, c.Unit, known("at least ", c.Target))
	}
}

// known leaves out what is 0.
func known(before string, n float64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%s%.0f", before, n)
}
