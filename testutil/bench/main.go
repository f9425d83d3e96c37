// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command bench measures, side by side in one run, what a verified task costs:
// CPU against that of a bank send, blocks and seconds until it is verified, the
// draw of its committee from trees of all sizes, the state that it leaves, what the
// sandbox that runs it costs against native and against unmetered code, and what
// Proof of Resource costs those who prove and the chain that checks.
//
// Contenders take turns in rounds, medians are printed, and CPU comes before wall
// time: the machine may be busy with other things. No test judges the numbers.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/openmesh-network/openmesh/testutil/bench/proofs"
	"github.com/openmesh-network/openmesh/testutil/bench/sandbox"
)

func main() {
	opend := flag.String("opend", "bin/opend", "the chain's program")
	xworker := flag.String("xworker", "bin/xworker", "the daemon's program")
	kernels := flag.String("kernels", "testutil/bench/kernels", "the folder of the sandbox's small programs")
	output := flag.String("output", "text", "text or json")
	quick := flag.Bool("quick", os.Getenv("BENCH_QUICK") != "", "fewer rounds and smaller sizes; also by BENCH_QUICK=1")
	only := flag.String("only", "", "comma-separated: cpu, latency, draws, state, sandbox, proofs; all if empty")
	limit := flag.Duration("limit", 15*time.Minute, "give up after this long")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := run(ctx, programs{*opend, *xworker, *kernels}, *output, *only, *quick); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // the signal handler and the timer end with the process
	}
}

// programs are the paths of what is measured.
type programs struct{ opend, xworker, kernels string }

func run(ctx context.Context, p programs, output, only string, quick bool) (err error) {
	if output != "text" && output != "json" {
		return fmt.Errorf("--output is text or json, not %q", output)
	}
	for _, path := range []*string{&p.opend, &p.xworker, &p.kernels} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	report := &Report{Machine: newMachine(), Quick: quick}
	for _, b := range report.benchmarks(ctx, p, quick) {
		if only != "" && !strings.Contains(","+only+",", ","+b.kind+",") {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench: %s\n", b.name)
		began := time.Now()
		if err := b.run(); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		load, _, _ := strings.Cut(loadAverage(), " ")
		report.Took = append(report.Took, Took{Name: b.name, Seconds: time.Since(began).Seconds(), Load: load})
	}
	report.Machine.LoadEnd = loadAverage()
	if output == "json" {
		return report.writeJSON(os.Stdout)
	}
	return report.writeText(os.Stdout)
}

// benchmark is one of the parts of a run.
type benchmark struct {
	kind, name string
	run        func() error
}

// benchmarks are all parts, at full or quick size.
func (r *Report) benchmarks(ctx context.Context, p programs, quick bool) []benchmark {
	cpu := cpuConfig{tasks: 20, warmup: 26, blocks: 8, rounds: 7, budget: 2 * time.Minute}
	draws := drawsConfig{trees: []int{100, 10_000, 1_000_000}, keepers: []int{100, 10_000}, turn: 200 * time.Millisecond, rounds: 5}
	tasks, slowTasks := 7, 5
	jail := sandbox.Config{Kernels: p.kernels, Rounds: 7, Starts: 3, Tasks: 15, Turn: 40 * time.Millisecond}
	prove := proofs.Config{Xworker: p.xworker, Rounds: 7, Turn: 100 * time.Millisecond, PlotBytes: 64 << 20, MemoryBytes: 256 << 20}
	windows := windowsConfig{xnodes: 1_000, sends: 30, cells: 64}
	if quick {
		prove.Rounds, prove.Turn, prove.PlotBytes, prove.MemoryBytes = 3, 20*time.Millisecond, 16<<20, 64<<20
		windows = windowsConfig{xnodes: 100, sends: 10, cells: 32}
		jail.Rounds, jail.Starts, jail.Tasks, jail.Turn = 3, 1, 5, 10*time.Millisecond
		cpu = cpuConfig{tasks: 5, warmup: 26, blocks: 4, rounds: 3, budget: 10 * time.Second}
		draws.keepers = []int{100, 2_000}
		draws.turn, draws.rounds = 50*time.Millisecond, 3
		tasks, slowTasks = 2, 1
	}
	latency := func(blockTime time.Duration, tasks int) func() error {
		return func() error {
			l, err := benchLatency(ctx, latencyConfig{opend: p.opend, xworker: p.xworker, blockTime: blockTime, tasks: tasks})
			r.Latency = append(r.Latency, l)
			return err
		}
	}
	return []benchmark{
		{"cpu", "CPU", func() (err error) { r.CPU, err = benchCPU(ctx, cpu); return err }},
		{"latency", "latency at 1s", latency(time.Second, slowTasks)},
		{"latency", "latency at 200ms", latency(200*time.Millisecond, tasks)},
		{"draws", "draws", func() (err error) { r.Draws, err = benchDraws(ctx, draws); return err }},
		{"state", "state", func() (err error) { r.State, err = benchState(20); return err }},
		{"sandbox", "sandbox", func() (err error) { r.Sandbox, err = sandbox.Run(ctx, jail); return err }},
		{"proofs", "proofs", func() (err error) { r.Proofs, err = proofs.Run(ctx, prove); return err }},
		{"proofs", "windows on the chain", func() (err error) { r.Windows, err = benchWindows(ctx, windows); return err }},
	}
}
