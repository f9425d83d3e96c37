// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package sandbox measures what the deterministic sandbox costs: instrumented
// code against the module as it came and against native code, gas for each
// second of CPU, instrumenting, compiling, cold starts, and a whole jailed task.
package sandbox

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
)

// Report is one run.
type Report struct {
	// Notes say what was left out, and why.
	Notes []string `json:"notes,omitempty"`
	Speed []Row    `json:"speed"`
	// Starts are modules on their way to the first instruction.
	Starts []StartRow `json:"starts"`
	// Tasks are whole tasks in jailed children.
	Tasks []TaskRow `json:"tasks"`
}

// Config is the size of a run.
type Config struct {
	// Kernels is the folder testutil/bench/kernels.
	Kernels string
	// Rounds that the contenders take turns in.
	Rounds int
	// Starts is the number of rounds of instrumenting and compiling.
	Starts int
	// Tasks is the number of rounds of whole tasks.
	Tasks int
	// Turn is about how long a contender's turn is, in CPU time of the raw module.
	Turn time.Duration
}

// Run measures everything.
func Run(ctx context.Context, cfg Config) (_ *Report, err error) {
	dir, err := os.MkdirTemp("", "openmesh-bench-sandbox-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &builder{ctx: ctx, sources: cfg.Kernels, dir: dir}
	done, err := b.all()
	if err != nil {
		return nil, err
	}
	r := &Report{Notes: b.notes}
	if r.Speed, err = speed(ctx, done, cfg.Rounds, cfg.Turn); err != nil {
		return nil, err
	}
	if r.Starts, err = starts(ctx, done, dir, cfg.Starts); err != nil {
		return nil, err
	}
	commands, child, err := b.commands()
	if err != nil {
		return nil, err
	}
	r.Tasks, err = tasks(ctx, commands, child, dir, cfg.Tasks)
	return r, err
}

// Write writes the report as tables; tabs part the columns.
func (r *Report) Write(p func(format string, args ...any)) {
	p("\nTHE SANDBOX'S SPEED: CPU PER STEP OF SMALL PROGRAMS\n")
	for _, n := range r.Notes {
		p("%s\n", n)
	}
	p("the same source natively (gcc -O2 or Go), as a raw module on wazero's compiler, and the module instrumented\n")
	p("\tnative us\traw us\tinstrumented us\tinstrumented/raw\traw/native\tgas\tG gas per CPU s\n")
	for _, k := range r.Speed {
		p("%s\t%.2f\t%.2f\t%.2f\t%s\t%s\t%.0f\t%s\n", k.Name, k.Native.Median/1e3, k.Raw.Median/1e3, k.Metered.Median/1e3,
			k.MeteredRaw.Format("%.2f"), k.RawNative.Format("%.1f"), k.Gas, scaled(k.GasPerSecond).Format("%.1f"))
	}
	for _, g := range []struct {
		name string
		of   func(Row) bool
	}{
		{"programs that compute", func(r Row) bool { return r.Kind != Stall }},
		{"those that make the processor wait for branches and memory as well", func(Row) bool { return true }},
	} {
		if ratio, least, most := spread(r.Speed, g.of); ratio > 0 {
			p("gas per second of %s lies within %.2f (%s to %s)\n", g.name, ratio, least, most)
		}
	}
	p("\nFROM A MODULE TO ITS FIRST INSTRUCTION, CPU ms (the engine alone, in one process)\n")
	p("\tKB\tinstrumented KB\tinstrument\tper MB\tcompile raw\tcompile\tload from cache\tinstantiate\n")
	for _, s := range r.Starts {
		p("%s\t%d\t%d\t%s\t%.1f", s.Name, s.Bytes>>10, s.Instrumented>>10, s.Instrument.Format("%.1f"), s.Instrument.Median/float64(s.Bytes)*1e6)
		for _, v := range []measure.Stat{s.CompileRaw, s.Compile, s.Load, s.Instantiate} {
			if v.Rounds == 0 {
				p("\t-")
				continue
			}
			p("\t%.1f", v.Median)
		}
		p("\n")
	}
	p("\nA WHOLE TASK IN ITS JAIL, MODULE IN THE CACHE (from the call of the runner to the delivered result)\n")
	p("\tKB\twall ms\tCPU ms\tof it loading code\tRSS MiB\tfirst run, wall ms\tgas\n")
	for _, t := range r.Tasks {
		p("%s\t%d\t%s\t%s\t%.1f\t%s\t%.0f\t%d\n", t.Name, t.Bytes>>10, t.Wall.Format("%.1f"), t.CPU.Format("%.1f"),
			t.Load.Median, t.RSS.Format("%.1f"), t.ColdWall, t.Gas)
	}
}
