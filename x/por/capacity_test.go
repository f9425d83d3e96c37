// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/workers"
)

func TestCapacityFollowsFromVerdicts(t *testing.T) {
	ok := func(value uint64) por.Finding { return por.Finding{Verdict: por.VERDICT_OK, Value: value} }
	declared := func(value uint64) por.Finding {
		return por.Finding{Verdict: por.VERDICT_OK, Value: value, Declared: true}
	}
	verdict := func(v por.Verdict) por.Finding { return por.Finding{Verdict: v} }
	missed, withheld := verdict(por.VERDICT_MISSED), verdict(por.VERDICT_WITHHELD)
	unknown, absent, mismatch := verdict(por.VERDICT_UNKNOWN), verdict(por.VERDICT_ABSENT), verdict(por.VERDICT_MISMATCH)
	times := func(n int, f por.Finding) (out []por.Finding) {
		for range n {
			out = append(out, f)
		}
		return out
	}
	for name, c := range map[string]struct {
		findings []por.Finding
		verified uint64
		score    uint32
	}{
		"nothing is proven at first":                        {nil, 0, 5_000},
		"what is proven counts":                             {[]por.Finding{ok(60)}, 60, 5_250},
		"no more than the claim":                            {[]por.Finding{ok(600)}, 100, 5_250},
		"more proven counts at once":                        {[]por.Finding{ok(60), ok(80)}, 80, 5_488},
		"less measured does not count the first time":       {[]por.Finding{ok(60), ok(40)}, 60, 5_488},
		"less measured twice counts, the greater of them":   {[]por.Finding{ok(60), ok(30), ok(40)}, 40, 5_714},
		"less declared counts at once":                      {[]por.Finding{declared(60), declared(40)}, 40, 5_488},
		"a first miss is measured again":                    {[]por.Finding{ok(60), missed}, 60, 4_725},
		"a second miss halves":                              {[]por.Finding{ok(60), missed, missed}, 30, 4_252},
		"then it lapses":                                    {[]por.Finding{ok(60), missed, missed, missed}, 0, 3_826},
		"a proof ends the misses":                           {[]por.Finding{ok(60), missed, missed, ok(60)}, 60, 4_540},
		"after a lapse it has to be proven anew":            {append(append([]por.Finding{ok(60)}, times(3, missed)...), ok(20)), 20, 4_135},
		"T6 unknown changes nothing":                        {append([]por.Finding{ok(60)}, times(11, unknown)...), 60, 5_250},
		"unknown for ever does":                             {append([]por.Finding{ok(60)}, times(12, unknown)...), 0, 5_250},
		"absence is no miss":                                {[]por.Finding{ok(60), absent, absent}, 60, 5_250},
		"absence lapses":                                    {append([]por.Finding{ok(60)}, times(3, absent)...), 0, 5_250},
		"absence and misses together lapse":                 {[]por.Finding{ok(60), absent, missed, absent}, 0, 4_725},
		"what is withheld is gone at once":                  {[]por.Finding{ok(60), withheld}, 0, 4_725},
		"what is false is gone at once, and half the score": {[]por.Finding{ok(60), mismatch}, 0, 2_625},
		"an end without beginning is no underflow":          {times(9, mismatch), 0, 9},
	} {
		t.Run(name, func(t *testing.T) {
			terms := por.DefaultParams().Classes[0]
			capacity := por.Capacity{Class: por.CLASS_STORAGE, Score: 5_000}
			capacity.Claim(100, 1, terms.LapseWindows)
			for i, f := range c.findings {
				capacity.Conclude(por.NewWindow(terms, uint64(i+1), int64(10*i), 0, nil, false), int64(10*i+5), f)
			}
			require.Equal(t, c.verified, capacity.Verified)
			require.Equal(t, c.score, capacity.Score)
			require.Zero(t, capacity.Counted(por.MODE_ENFORCED)-c.verified)
			require.EqualValues(t, 100, capacity.Counted(por.MODE_SHADOW))
			capacity.Operator = operator(t, 1)
			require.NoError(t, capacity.Validate())
		})
	}
}

func TestReadingsOfFunctionsThatAreNotAskedForAnyMoreAreDropped(t *testing.T) {
	terms := por.DefaultParams().Classes[1]
	capacity := por.Capacity{Class: por.CLASS_CPU}
	capacity.Claim(4_000, 1, terms.LapseWindows)
	capacity.Conclude(por.NewWindow(terms, 1, 1, 0, nil, false), 9, por.Finding{Verdict: por.VERDICT_OK, Value: 1_000, Function: 2})
	terms.Cpu.Functions = terms.Cpu.Functions[:1]
	capacity.Conclude(por.NewWindow(terms, 2, 11, 0, nil, false), 19, por.Finding{Verdict: por.VERDICT_OK, Value: 3_000, Function: 1})
	require.EqualValues(t, 3_000, capacity.Verified)
}

func TestLimitTakesGPUsWithTheirMemory(t *testing.T) {
	r := workers.Resources{GpuCount: 4, GpuMemoryBytes: 400, GpuClass: "nvidia-h200", CpuMillis: 9}
	require.Equal(t, workers.Resources{GpuCount: 1, GpuMemoryBytes: 100, GpuClass: "nvidia-h200", CpuMillis: 9}, por.CLASS_GPU.Limit(r, 1))
	require.Equal(t, workers.Resources{CpuMillis: 9}, por.CLASS_GPU.Limit(r, 0))
	for _, class := range por.Classes() {
		require.Zero(t, class.Of(class.Limit(r, 0)))
		require.Equal(t, r, class.Limit(r, 1<<62))
		require.NoError(t, class.Limit(r, 0).Validate())
	}
}

func TestSurprisesComeAsOftenAsTheyShould(t *testing.T) {
	seed, surprises := por.GenesisSeed("chain", 0), 0
	const blocks, interval = 20_000, 100
	for h := range int64(blocks) {
		seed = seed.NextAbsent(h + 1)
		if por.Surprised(por.CLASS_CPU, seed.Seed, interval) {
			surprises++
		}
		require.False(t, por.Surprised(por.CLASS_CPU, seed.Seed, 0))
	}
	require.InDelta(t, blocks/interval, surprises, 60) // four standard deviations
}

func TestChallengesBindEverything(t *testing.T) {
	terms := por.DefaultParams().Classes[0]
	good := por.NewWindow(terms, 1, 1, 0, make([]byte, 32), false)
	seen := map[string]bool{string(good.Challenge("chain", []byte("operator"))): true}
	other := func(w por.Window, chain, operator string) {
		t.Helper()
		challenge := string(w.Challenge(chain, []byte(operator)))
		require.False(t, seen[challenge])
		seen[challenge] = true
	}
	other(good, "chaio", "perator")
	other(good, "chain2", "operator")
	other(good, "chain", "operator2")
	for _, change := range []func(*por.Window){
		func(w *por.Window) { w.Number++ },
		func(w *por.Window) { w.Class++ },
		func(w *por.Window) { w.Seed = make([]byte, 31) },
	} {
		w := good
		change(&w)
		other(w, "chain", "operator")
	}
}

func TestDefaultParamsAreSound(t *testing.T) {
	require.NoError(t, por.DefaultParams().Validate())
	require.NoError(t, por.LocalnetParams().Validate())
	require.Equal(t, por.MODE_OFF, por.Params{}.Mode(por.CLASS_GPU))
}

func TestParamsUnderWhichCheatingPaysAreRefused(t *testing.T) {
	storage := func(change func(*por.StorageTerms)) func(*por.Params) {
		return func(p *por.Params) { change(p.Classes[0].Storage) }
	}
	for name, change := range map[string]func(*por.Params){
		"P2 a plot that is made while the window is open": storage(func(s *por.StorageTerms) { s.MachineBytesPerSecond *= 2 }),
		"P2 a window that is open too long":               func(p *por.Params) { p.Classes[0].AnswerBlocks = 2_100 },
		"P2 blocks that take longer":                      func(p *por.Params) { p.BlockMillis = 1_200 },
		"a device that is cheaper than disks":             storage(func(s *por.StorageTerms) { s.DeviceHourCost /= 2 }),
		"proofs so seldom that a device is cheaper":       func(p *por.Params) { p.Classes[0].PeriodBlocks *= 2 },
		"a penalty below what is gained":                  func(p *por.Params) { p.MinPenalty = p.Classes[1].MaxWindowReward },
		"a longer grace than the penalty bears":           func(p *por.Params) { p.Classes[1].LapseWindows = 5 },
		"units that stand for more than they are":         storage(func(s *por.StorageTerms) { s.UnitCells /= 2 }),
	} {
		t.Run(name, func(t *testing.T) {
			p := por.DefaultParams()
			change(&p)
			require.ErrorIs(t, p.Validate(), por.ErrInvalidParams)
			p.Trial = true
			require.NoError(t, p.Validate(), "a trial is free to")
		})
	}
}

func TestParamsOutOfBoundsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*por.Params){
		"a class twice":                   func(p *por.Params) { p.Classes[1] = p.Classes[0] },
		"a class that there is not":       func(p *por.Params) { p.Classes[4].Class = 9 },
		"no mode":                         func(p *por.Params) { p.Classes[0].Mode = 0 },
		"an answer as long as the period": func(p *por.Params) { p.Classes[0].AnswerBlocks = p.Classes[0].PeriodBlocks },
		"no samples":                      func(p *por.Params) { p.Classes[0].Samples = 0 },
		"no lapse":                        func(p *por.Params) { p.Classes[0].LapseWindows = 0 },
		"a mismatch cheaper than a miss":  func(p *por.Params) { p.Classes[0].Score.MismatchBps = 1 },
		"storage without its terms":       func(p *por.Params) { p.Classes[0].Storage = nil },
		"terms of another class":          func(p *por.Params) { p.Classes[1].Storage = p.Classes[0].Storage },
		"an N that is no power of two":    func(p *por.Params) { p.Classes[0].Storage.CostN = 65 },
		"a unit with too few labels":      func(p *por.Params) { p.Classes[0].Storage.UnitCells = 1 },
		"a unit of nothing":               func(p *por.Params) { p.Classes[0].Storage.UnitBytes = 0 },
		"no functions":                    func(p *por.Params) { p.Classes[1].Cpu.Functions = nil },
		"a function twice":                func(p *por.Params) { p.Classes[1].Cpu.Functions[1] = p.Classes[1].Cpu.Functions[0] },
		"a function that there is not":    func(p *por.Params) { p.Classes[1].Cpu.Functions[0].Function = 99 },
		"a function beyond a byte":        func(p *por.Params) { p.Classes[1].Cpu.Functions[0].Function += 256 },
		"segments without end":            func(p *por.Params) { p.Classes[1].Cpu.Functions[0].Interval = 1 << 40 },
		"a least lane above the core":     func(p *por.Params) { p.Classes[1].Cpu.Functions[0].MinLaneStepsPerSecond = 1 << 39 },
		"work longer than the window":     func(p *por.Params) { p.Classes[1].Cpu.WorkMillis = 34_001 },
		"nothing to be revealed":          func(p *por.Params) { p.Classes[1].RevealBlocks = 0 },
		"more lanes than there can be":    func(p *por.Params) { p.Classes[1].Cpu.MaxLanes = corechain.MaxLanes + 1 },
		"checks without end":              func(p *por.Params) { p.MaxChecksPerBlock = 51 },
		"members without end":             func(p *por.Params) { p.MaxMembersPerBlock = 501 },
		"no time between blocks":          func(p *por.Params) { p.BlockMillis = 0 },
		"no penalty at all":               func(p *por.Params) { p.MinPenalty = por.Params{}.MinPenalty },
	} {
		t.Run(name, func(t *testing.T) {
			p := por.DefaultParams()
			p.Trial = true // bounds hold there as well
			change(&p)
			require.ErrorIs(t, p.Validate(), por.ErrInvalidParams)
		})
	}
}
