// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
	"github.com/openmesh-network/openmesh/x/por"
)

// WindowsReport says what windows cost the chain: two chains with the same Xnodes and
// the same sends in their blocks, of which one has windows.
type WindowsReport struct {
	Xnodes int `json:"xnodes"`
	// Sends in each block of either chain.
	Sends  int `json:"sends_per_block"`
	Blocks int `json:"blocks"`
	// Costs of each thing that is done for an Xnode in a window.
	Costs []WindowCost `json:"costs"`
	// Times of whole blocks.
	Times []BlockTimes `json:"block_times"`
	// State of x/por.
	State []WindowState `json:"state"`
	// Day is what ten thousand Xnodes take of a chain of public params.
	Day WindowsDay `json:"day"`
}

// WindowCost is one item, beyond what the same block takes without it.
type WindowCost struct {
	Name      string       `json:"name"`
	CPUMicros measure.Stat `json:"cpu_us"`
	// Gas of the transaction; 0 for what is done at the end of blocks.
	Gas      int64 `json:"gas"`
	Items    int   `json:"items"`
	MostInA  int   `json:"most_in_a_block"`
	InBlocks int   `json:"blocks"`
}

// BlockTimes are of FinalizeBlock and Commit, in milliseconds.
type BlockTimes struct {
	Name   string  `json:"name"`
	Blocks int     `json:"blocks"`
	CPU50  float64 `json:"cpu_p50_ms"`
	CPU99  float64 `json:"cpu_p99_ms"`
	Wall50 float64 `json:"wall_p50_ms"`
	Wall99 float64 `json:"wall_p99_ms"`
}

// WindowState is what x/por keeps of an Xnode, in bytes.
type WindowState struct {
	Name  string  `json:"name"`
	Bytes float64 `json:"bytes_per_xnode"`
}

// windowsConfig is the size of the benchmark.
type windowsConfig struct {
	xnodes, sends int
	cells         uint64 // of a plot
}

// pairBlock is one height of both chains.
type pairBlock struct {
	with, without measure.Cost
	what          string // was done for Xnodes, if one thing only
	items         int
	gas           int64 // of the transactions that are not sends, in the mean
	idle          bool  // nothing was done
}

// progress of windows, to see what the end of a block did.
type progress struct{ storage, cpu, memory, committees int }

// benchWindows runs the two chains side by side, block by block.
func benchWindows(ctx context.Context, cfg windowsConfig) (_ *WindowsReport, err error) {
	var pair [2]*windowChain
	for i := range pair {
		if pair[i], err = newWindowChain(cfg.xnodes, cfg.cells, i == 0); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, pair[i].close()) }()
	}
	with, without := pair[0], pair[1]
	if err := with.fill(cfg.cells); err != nil {
		return nil, err
	}
	report := &WindowsReport{Xnodes: cfg.xnodes, Sends: cfg.sends}
	state := &stateWatch{with: with, without: without, report: report}
	state.begin()
	var all []pairBlock
	last := 2*int(windowFraud(cfg.xnodes)) + cfg.xnodes/100 + 10
	for int(with.height) < last {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b, err := stepPair(with, without, cfg.sends)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
		if err := state.look(); err != nil {
			return nil, err
		}
	}
	state.end()
	report.Blocks = len(all)
	report.Costs, report.Times = costsOf(all), timesOf(all)
	report.Day = newWindowsDay(report.Costs)
	return report, with.allOK()
}

// stepPair runs a block of each chain; they take turns in who comes first.
func stepPair(with, without *windowChain, sends int) (pairBlock, error) {
	var b pairBlock
	acts, what, err := with.act()
	if err != nil {
		return b, err
	}
	before := with.progress()
	run := func(w *windowChain, acts [][]byte) (measure.Cost, error) {
		txs, err := w.sends(sends)
		if err != nil {
			return measure.Cost{}, err
		}
		done, err := w.step(append(txs, acts...))
		if err == nil && len(acts) > 0 {
			for _, r := range done.results[len(txs):] {
				b.gas += r.GasUsed / int64(len(acts))
			}
		}
		return done.cost, err
	}
	first := with.height%2 == 0
	if first {
		b.with, err = run(with, acts)
	}
	if err == nil {
		b.without, err = run(without, nil)
	}
	if err == nil && !first {
		b.with, err = run(with, acts)
	}
	after := with.progress()
	kinds := 0
	note := func(name string, n int) {
		if n > 0 {
			b.what, b.items = name, n
			kinds++
		}
	}
	note(what, len(acts))
	note(storageCheck, after.storage-before.storage)
	note("processors: verdict, end of block", after.cpu-before.cpu)
	note("committee of 7: verdict, end of block", after.memory-before.memory)
	note("committee of 7: draw, begin of block", after.committees-before.committees)
	if b.idle = kinds == 0; kinds > 1 {
		b.what = ""
	}
	return b, err
}

const storageCheck = "storage: check of 16 labels, end of block"

func (w *windowChain) progress() progress {
	var p progress
	for class, n := range map[por.Class]*int{por.CLASS_STORAGE: &p.storage, por.CLASS_CPU: &p.cpu, por.CLASS_MEMORY: &p.memory} {
		if win, found := w.window(class); found {
			t := win.Tally
			*n = int(t.Ok + t.Mismatch + t.Unknown + t.Missed + t.Withheld + t.Absent)
		}
	}
	if win, found := w.window(por.CLASS_MEMORY); found && win.Reveals(w.height) && w.height-win.DrawnHeight < 30 {
		for _, x := range w.xnodes {
			if _, err := w.app.Keepers.Por.Committee(w.ctx(), win.Class, win.Number, x.operator.addr); err == nil {
				p.committees++
			}
		}
	}
	return p
}

// allOK sees that all Xnodes were found honest.
func (w *windowChain) allOK() error {
	for _, x := range w.xnodes {
		for _, class := range []por.Class{por.CLASS_STORAGE, por.CLASS_CPU, por.CLASS_MEMORY} {
			c, err := w.capacityOf(x, class)
			if err != nil {
				return err
			}
			if c.LastVerdict != por.VERDICT_OK {
				return fmt.Errorf("%s of %s ended with %s", class.Name(), c.Operator, c.LastVerdict)
			}
		}
	}
	return nil
}

// costsOf sums up blocks in which one thing was done.
func costsOf(all []pairBlock) []WindowCost {
	var costs []WindowCost
	var values [][]float64
	for _, b := range all {
		if b.what == "" {
			continue
		}
		i := slices.IndexFunc(costs, func(c WindowCost) bool { return c.Name == b.what })
		if i < 0 {
			i, costs, values = len(costs), append(costs, WindowCost{Name: b.what}), append(values, nil)
		}
		values[i] = append(values[i], micros(b.with.CPU-b.without.CPU)/float64(b.items))
		costs[i].Items, costs[i].MostInA = costs[i].Items+b.items, max(costs[i].MostInA, b.items)
		costs[i].Gas = max(costs[i].Gas, b.gas)
	}
	for i := range costs {
		costs[i].CPUMicros, costs[i].InBlocks = measure.NewStat(values[i]), len(values[i])
	}
	return costs
}

// timesOf gives the times of blocks: without windows, with, and of those that do most.
func timesOf(all []pairBlock) []BlockTimes {
	var without, with []measure.Cost
	kinds := make(map[string][]measure.Cost)
	var names []string
	for _, b := range all {
		without, with = append(without, b.without), append(with, b.with)
		name := b.what
		if b.idle {
			name = "nothing due"
		}
		if kinds[name] == nil {
			names = append(names, name)
		}
		kinds[name] = append(kinds[name], b.with)
	}
	times := []BlockTimes{newBlockTimes("no windows", without), newBlockTimes("windows, all blocks", with)}
	for _, name := range names {
		if name != "" {
			times = append(times, newBlockTimes("  "+name, kinds[name]))
		}
	}
	return times
}

func newBlockTimes(name string, blocks []measure.Cost) BlockTimes {
	cpu, wall := make([]float64, len(blocks)), make([]float64, len(blocks))
	for i, b := range blocks {
		cpu[i], wall[i] = micros(b.CPU)/1e3, micros(b.Wall)/1e3
	}
	slices.Sort(cpu)
	slices.Sort(wall)
	at := func(sorted []float64, percent int) float64 { return sorted[(len(sorted)-1)*percent/100] }
	return BlockTimes{Name: name, Blocks: len(blocks), CPU50: at(cpu, 50), CPU99: at(cpu, 99), Wall50: at(wall, 50), Wall99: at(wall, 99)}
}

func (r *WindowsReport) write(p func(string, ...any)) {
	p("\nWHAT WINDOWS COST THE CHAIN\n")
	p("the real app on goleveldb, FinalizeBlock + Commit; two chains with %d Xnodes and %d sends in each block, one with windows, one without, %d blocks each;\n", r.Xnodes, r.Sends, r.Blocks)
	p("an item is the difference of the two at the same height by the number of items; signatures, fees and state are in it\n")
	p("\tCPU us\tgas\titems\tmost in a block\n")
	for _, c := range r.Costs {
		p("%s\t%s\t%s\t%d\t%d\n", c.Name, c.CPUMicros, whole(c.Gas), c.Items, c.MostInA)
	}
	p("\nBLOCKS OF %d SENDS, MILLISECONDS\n\tblocks\tCPU p50\tCPU p99\twall p50\twall p99\n", r.Sends)
	for _, t := range r.Times {
		p("%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\n", t.Name, t.Blocks, t.CPU50, t.CPU99, t.Wall50, t.Wall99)
	}
	p("\nSTATE OF x/por FOR AN XNODE, BYTES OF KEYS AND VALUES\n")
	for _, s := range r.State {
		p("%s\t%.0f\n", s.Name, s.Bytes)
	}
	r.Day.write(p)
}

func whole(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}
