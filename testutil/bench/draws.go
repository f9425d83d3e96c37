// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"runtime"
	"slices"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/bench/measure"
	"github.com/openmesh-network/openmesh/x/workers"
)

// DrawsReport says how fast Xnodes are drawn. A draw of one walks one path of the
// tree; a committee of 7 reads the nodes that its paths share once, which in a
// small tree are most.
type DrawsReport struct {
	Rows []DrawsRow  `json:"rows"`
	Flat []DrawsFlat `json:"flat"`
}

// DrawsFlat is, for one that is drawn from, how many times faster the fastest of
// its sizes is than the slowest.
type DrawsFlat struct {
	Of         string  `json:"of"`
	Draws      float64 `json:"draws_within"`
	Committees float64 `json:"committees_within"`
}

// DrawsRow is a store and a size.
type DrawsRow struct {
	// Of says what is drawn from.
	Of     string `json:"of"`
	Xnodes int    `json:"xnodes"`
	// Draws of one Xnode, for each second of CPU.
	Draws measure.Stat `json:"draws_per_cpu_second"`
	// Committees of 7 drawn, for each second of CPU.
	Committees measure.Stat `json:"committees_per_cpu_second"`
	// FillSeconds is what it took to make it, wall time.
	FillSeconds float64 `json:"fill_seconds"`
}

// drawsConfig is the size of the benchmark.
type drawsConfig struct {
	trees   []int // leaves
	keepers []int // Xnodes
	turn    time.Duration
	rounds  int
}

// drawer is one that committees are drawn from.
type drawer struct {
	of           string
	n            int
	fill         time.Duration
	draw         func(n int) error
	ones, sevens []float64
}

const (
	ofMemory = "bare tree, plain store in memory"
	ofDisk   = "bare tree, plain goleveldb"
	ofIAVL   = "bare tree, IAVL on goleveldb"
	ofKeeper = "x/workers DrawXnodes, IAVL (the whole app)"
)

// benchDraws draws from all of them in turns.
func benchDraws(ctx context.Context, cfg drawsConfig) (_ *DrawsReport, err error) {
	var drawers []*drawer
	var closers []func() error
	defer func() {
		for _, c := range closers {
			err = errors.Join(err, c())
		}
	}()
	add := func(of string, n int, began time.Time, t tree) {
		r := rand.New(rand.NewSource(2))
		closers = append(closers, t.close)
		drawers = append(drawers, &drawer{of: of, n: n, fill: time.Since(began), draw: func(n int) error { return t.committee(r, n) }})
	}
	for _, n := range cfg.trees {
		began := time.Now()
		memory, db, err := grownTree(n)
		if err != nil {
			return nil, err
		}
		add(ofMemory, n, began, memory)
		began = time.Now()
		disk, err := diskTree(db)
		if err != nil {
			return nil, err
		}
		add(ofDisk, n, began, disk)
		began = time.Now()
		iavl, err := iavlTree(db)
		if err != nil {
			return nil, err
		}
		add(ofIAVL, n, began, iavl)
	}
	for _, n := range cfg.keepers {
		began := time.Now()
		chain, err := newChain(nil, func(cdc codec.JSONCodec, genesis app.GenesisState) error {
			return addXnodes(cdc, genesis, newXnodes(n))
		})
		if err != nil {
			return nil, err
		}
		closers = append(closers, chain.close)
		drawers = append(drawers, &drawer{of: ofKeeper, n: n, fill: time.Since(began), draw: drawXnodes(chain)})
	}
	for range cfg.rounds {
		for _, d := range drawers {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := d.turn(cfg.turn); err != nil {
				return nil, fmt.Errorf("%s, %d: %w", d.of, d.n, err)
			}
		}
	}
	return newDrawsReport(drawers), nil
}

// drawXnodes draws as x/slashing-tasks does: each committee from another seed.
// Drawing writes nothing, so one context does for all.
func drawXnodes(c *chain) func(n int) error {
	need := workers.Need{Resources: workers.Resources{CpuMillis: 1_000, MemoryBytes: 1 << 26}}
	ctx, seed := c.ctx(), uint64(0)
	return func(n int) error {
		seed++
		drawn, err := c.app.Keepers.Workers.DrawXnodes(ctx, binary.BigEndian.AppendUint64(nil, seed), n, need, nil)
		if err == nil && len(drawn) != n {
			err = fmt.Errorf("%d Xnodes drawn", len(drawn))
		}
		return err
	}
}

// turn draws single Xnodes, then committees, each for about as long as it is told.
func (d *drawer) turn(length time.Duration) error {
	runtime.GC() // of what others have left
	for _, kind := range []struct {
		seats  int
		values *[]float64
	}{{1, &d.ones}, {seats, &d.sevens}} {
		times := 0
		took, err := measure.Run(func() error {
			for began := time.Now(); time.Since(began) < length; times += 16 {
				for range 16 {
					if err := d.draw(kind.seats); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		*kind.values = append(*kind.values, float64(times)/took.CPU.Seconds())
	}
	return nil
}

func newDrawsReport(drawers []*drawer) *DrawsReport {
	report := &DrawsReport{}
	for _, of := range []string{ofMemory, ofDisk, ofIAVL, ofKeeper} {
		var draws, committees []float64
		for _, d := range drawers {
			if d.of != of {
				continue
			}
			row := DrawsRow{Of: d.of, Xnodes: d.n, Draws: measure.NewStat(d.ones), Committees: measure.NewStat(d.sevens), FillSeconds: d.fill.Seconds()}
			report.Rows = append(report.Rows, row)
			draws, committees = append(draws, row.Draws.Median), append(committees, row.Committees.Median)
		}
		if len(draws) > 1 {
			report.Flat = append(report.Flat, DrawsFlat{
				Of: of, Draws: slices.Max(draws) / slices.Min(draws), Committees: slices.Max(committees) / slices.Min(committees),
			})
		}
	}
	return report
}
