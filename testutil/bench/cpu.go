// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
)

// CPUReport compares what a chain has to do for a verified task with what it has
// to do for a bank send.
type CPUReport struct {
	// TasksPerBlock are submitted in, and verified by, every block.
	TasksPerBlock int `json:"tasks_per_block"`
	// BlocksPerRound of each contender; they take turns round by round.
	BlocksPerRound int `json:"blocks_per_round"`
	// EmptyBlockMicros is the CPU of a block without transactions.
	EmptyBlockMicros measure.Stat `json:"empty_block_cpu_us"`
	Rows             []CPURow     `json:"rows"`
}

// CPURow is one contender.
type CPURow struct {
	Name string `json:"name"`
	// TxsPerOp is the number of transactions that one takes.
	TxsPerOp float64 `json:"txs_per_op"`
	OpsBlock float64 `json:"ops_per_block"`
	// CPUMicros for one, with its share of the empty block.
	CPUMicros measure.Stat `json:"cpu_us"`
	// WallMicros for one.
	WallMicros measure.Stat `json:"wall_us"`
	// Sends is how many bank sends of the same round take the same CPU.
	Sends measure.Stat `json:"in_sends"`
	// NetSends is the same without the share of the empty block on either side.
	NetSends measure.Stat `json:"in_sends_net"`
	Gas      int64        `json:"gas"`
	// GasSends is how many bank sends use as much gas.
	GasSends float64 `json:"gas_in_sends"`
}

// slot is what a contender did in its turn of a round.
type slot struct {
	cost        measure.Cost
	blocks, ops int
	txs         int
	gas         int64
}

func (s *slot) add(b block, ops, txs int) {
	s.cost.Add(b.cost)
	s.blocks, s.ops, s.txs, s.gas = s.blocks+1, s.ops+ops, s.txs+txs, s.gas+b.gas
}

func (s slot) cpu() float64  { return micros(s.cost.CPU) / float64(s.ops) }
func (s slot) wall() float64 { return micros(s.cost.Wall) / float64(s.ops) }

// net is cpu without what empty blocks take.
func (s slot) net(empty float64) float64 {
	return (micros(s.cost.CPU) - empty*float64(s.blocks)) / float64(s.ops)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// cpuConfig is the size of the benchmark.
type cpuConfig struct {
	tasks  int // of a block
	warmup int // blocks, until as many tasks are pruned as submitted
	blocks int // of a contender's turn
	rounds int
	budget time.Duration // no round begins after it, but for the first two
}

// contender takes turns with others.
type contender struct {
	name string
	run  func() (slot, error) // one block
	done []slot
}

// benchCPU runs three chains side by side: one of sends, one of tasks whose seats
// send a transaction for each commit and reveal, one of tasks whose Xnodes batch
// them. All three put as many operations into a block as make up about the
// same number of messages.
func benchCPU(ctx context.Context, cfg cpuConfig) (_ *CPUReport, err error) {
	sends, err := newSendChain()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sends.close()) }()
	contenders := []*contender{
		{name: "empty block", run: func() (s slot, err error) {
			b, err := sends.step(nil)
			s.add(b, 1, 0)
			return s, err
		}},
		{name: "bank send", run: func() (s slot, err error) {
			n := cfg.tasks * (1 + 2*seats)
			b, err := sends.block(n)
			s.add(b, n, n)
			return s, err
		}},
	}
	for _, kind := range []struct {
		name  string
		batch bool
	}{{"verified task, 1 seat a tx", false}, {"verified task, seats batched", true}} {
		chain, err := newTaskChain(kind.batch)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, chain.close()) }()
		contenders = append(contenders, &contender{name: kind.name, run: func() (s slot, err error) {
			b, err := chain.block(cfg.tasks)
			s.add(b.block, len(b.verified), b.txs)
			return s, err
		}})
	}
	for range cfg.warmup {
		for _, c := range contenders {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if _, err := c.run(); err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	began := time.Now()
	for round := 0; round < cfg.rounds && (round < 2 || time.Since(began) < cfg.budget); round++ {
		for _, c := range contenders {
			turn := slot{}
			for range cfg.blocks {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				s, err := c.run()
				if err != nil {
					return nil, fmt.Errorf("%s: %w", c.name, err)
				}
				turn.cost.Add(s.cost)
				turn.blocks, turn.ops, turn.txs, turn.gas = turn.blocks+1, turn.ops+s.ops, turn.txs+s.txs, turn.gas+s.gas
			}
			if turn.ops == 0 {
				return nil, fmt.Errorf("%s: nothing was finished in %d blocks", c.name, cfg.blocks)
			}
			c.done = append(c.done, turn)
		}
	}
	return newCPUReport(cfg, contenders), nil
}

func newCPUReport(cfg cpuConfig, contenders []*contender) *CPUReport {
	empty, sends := contenders[0], contenders[1]
	report := &CPUReport{
		TasksPerBlock: cfg.tasks, BlocksPerRound: cfg.blocks,
		EmptyBlockMicros: over(empty.done, func(_ int, s slot) float64 { return s.cpu() }),
	}
	first := sends.done[0]
	for _, c := range contenders[1:] {
		one := c.done[0]
		report.Rows = append(report.Rows, CPURow{
			Name:       c.name,
			TxsPerOp:   float64(one.txs) / float64(one.ops),
			OpsBlock:   float64(one.ops) / float64(one.blocks),
			CPUMicros:  over(c.done, func(_ int, s slot) float64 { return s.cpu() }),
			WallMicros: over(c.done, func(_ int, s slot) float64 { return s.wall() }),
			Sends:      over(c.done, func(i int, s slot) float64 { return s.cpu() / sends.done[i].cpu() }),
			NetSends: over(c.done, func(i int, s slot) float64 {
				e := empty.done[i].cpu()
				return s.net(e) / sends.done[i].net(e)
			}),
			Gas:      one.gas / int64(one.ops),
			GasSends: float64(one.gas) / float64(one.ops) / (float64(first.gas) / float64(first.ops)),
		})
	}
	return report
}

// over is a value of every round.
func over(done []slot, value func(round int, s slot) float64) measure.Stat {
	values := make([]float64, len(done))
	for i, s := range done {
		values[i] = value(i, s)
	}
	return measure.NewStat(values)
}
