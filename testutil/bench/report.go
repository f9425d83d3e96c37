// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/openmesh-network/openmesh/testutil/bench/proofs"
	"github.com/openmesh-network/openmesh/testutil/bench/sandbox"
)

// Report is one run.
type Report struct {
	Machine Machine          `json:"machine"`
	Quick   bool             `json:"quick"`
	CPU     *CPUReport       `json:"cpu,omitempty"`
	Latency []*LatencyReport `json:"latency,omitempty"`
	Draws   *DrawsReport     `json:"draws,omitempty"`
	State   *StateReport     `json:"state,omitempty"`
	Sandbox *sandbox.Report  `json:"sandbox,omitempty"`
	Proofs  *proofs.Report   `json:"proofs,omitempty"`
	Windows *WindowsReport   `json:"windows,omitempty"`
	// Took is the wall time of each benchmark in seconds, in the order run.
	Took []Took `json:"took"`
}

// Took is how long one benchmark took.
type Took struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	// Load average of the minute before its end.
	Load string `json:"load"`
}

// writeJSON writes the report as one JSON object.
func (r *Report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// writeText writes the report as tables.
func (r *Report) writeText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	p := func(format string, args ...any) { fmt.Fprintf(t, format, args...) }
	p("machine: %d cores, %s, %s\n", r.Machine.Cores, r.Machine.CPU, r.Machine.Go)
	p("load average (1, 5, 15 min): %s at the start, %s at the end\n", r.Machine.LoadStart, r.Machine.LoadEnd)
	p("values are medians of interleaved rounds (least..greatest); on a busy machine trust ratios, then CPU, then wall time\n")
	if r.CPU != nil {
		r.CPU.write(p)
	}
	for _, l := range r.Latency {
		l.write(p)
	}
	if r.Draws != nil {
		r.Draws.write(p)
	}
	if r.State != nil {
		r.State.write(p)
	}
	if r.Sandbox != nil {
		r.Sandbox.Write(p)
	}
	if r.Proofs != nil {
		r.Proofs.Write(p)
	}
	if r.Windows != nil {
		r.Windows.write(p)
	}
	p("\ntook")
	for _, took := range r.Took {
		p("  %s %.0f s (load %s)", took.Name, took.Seconds, took.Load)
	}
	p("\n")
	return t.Flush()
}

func (c *CPUReport) write(p func(string, ...any)) {
	p("\nCPU PER VERIFIED TASK (%d seats, %d Xnodes) AGAINST CPU PER BANK SEND\n", seats, xnodeCount)
	p("the real app on goleveldb, FinalizeBlock + Commit, signatures and fees on; a task is submit, draw, %d commits, %d reveals, tally,\n", seats, seats)
	p("audit coin, challenge window, payment and pruning; %d new tasks in each block; %d rounds of %d blocks each\n",
		c.TasksPerBlock, c.Rows[0].CPUMicros.Rounds, c.BlocksPerRound)
	p("\tCPU us\tin sends\tin sends, net\tgas\tgas in sends\twall us\ttxs\tper block\n")
	for _, r := range c.Rows {
		p("%s\t%s\t%s\t%s\t%d\t%.1f\t%.0f\t%.1f\t%.0f\n", r.Name, r.CPUMicros, r.Sends.Format("%.1f"), r.NetSends.Format("%.1f"),
			r.Gas, r.GasSends, r.WallMicros.Median, r.TxsPerOp, r.OpsBlock)
	}
	p("the end of a block draws, tallies, pays and prunes: it takes CPU, but no gas\n")
	p("an empty block takes %s us of CPU, of which each operation bears its share; net is without it\n", c.EmptyBlockMicros)
}

func (l *LatencyReport) write(p func(string, ...any)) {
	p("\nFROM SUBMISSION TO VERIFIED AT %g s BLOCK TIME (%.2f s in fact)\n", l.BlockTimeAimed, l.BlockTime)
	p("%d validators, %d Xnodes, 1 consumer, all processes of this machine; %d seats, a guest of a few instructions; %d task(s), one after the other\n",
		l.Validators, l.Xnodes, seats, l.Wall.Rounds)
	p("\tblocks\tseconds\n")
	for _, part := range l.Parts {
		p("%s\t%s\t%s\n", part.Name, part.Blocks, part.Seconds.Format("%.2f"))
	}
	p("submit command\t\t%s\n", l.Submit.Format("%.2f"))
	p("command to verified, wall\t\t%s\n", l.Wall.Format("%.2f"))
	p("the challenge window is %d blocks by parameter; the network was up after %.0f s\n", l.ChallengeWindow, l.StartupSeconds)
}

func (d *DrawsReport) write(p func(string, ...any)) {
	p("\nDRAWS FROM THE SUM TREE, FOR EACH SECOND OF CPU\n")
	p("\tXnodes\tdraws of one\tcommittees of %d\tmade in, s\n", seats)
	for _, r := range d.Rows {
		p("%s\t%d\t%s\t%s\t%.1f\n", r.Of, r.Xnodes, r.Draws, r.Committees, r.FillSeconds)
	}
	for _, f := range d.Flat {
		p("%s: draws flat within %.1f, committees within %.1f (paths in a small tree share most nodes)\n", f.Of, f.Draws, f.Committees)
	}
	p("the bare tree of 1,000,000 fits IAVL too (its slots lie in nodes of 32); whole Xnode records are not made for a million\n")
}

func (s *StateReport) write(p func(string, ...any)) {
	p("\nSTATE OF ONE TASK, BYTES OF KEYS AND VALUES BY STORE\n")
	p("%d tasks, against a chain of as many blocks without them; acc holds the nonces of unordered transactions\n", s.Tasks)
	p("\tat most\tright after it is final\tafter retention\n")
	for _, r := range s.Rows {
		p("%s\t%.0f\t%.0f\t%.0f\n", r.Module, r.Peak, r.Final, r.Pruned)
	}
	p("retention was %d blocks here; fault counters are touched by faults only, and none happened\n", s.Retention)
}
