// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/workers"
)

func measured(w *world, class por.Class, window uint64, x *xnode) (por.Measurement, bool, error) {
	m, err := w.k.Measurements.Get(w.ctx, collections.Join3(uint32(class), window, x.operator))
	if errors.Is(err, collections.ErrNotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

func TestWindowsOfAClassComeOneAfterTheOtherAndThoseOfClassesApart(t *testing.T) {
	w := newWorld(t)
	first := w.opens(por.CLASS_STORAGE)
	require.EqualValues(t, 1, first.Number)
	cpu := w.opens(por.CLASS_CPU)
	require.Equal(t, first.OpenedHeight+8, cpu.OpenedHeight, "a fifth of the period later")
	second := w.opens(por.CLASS_STORAGE)
	require.Equal(t, first.OpenedHeight+40, second.OpenedHeight)
	require.NotEqual(t, first.Seed, second.Seed)
}

func TestP5_AWindowOpensWithASeedThatNobodyKnew(t *testing.T) {
	w := newWorld(t)
	for range 50 { // blocks without a contribution: their seeds are known long before
		require.NoError(t, w.k.EndBlock(w.ctx))
		w.block(w.proposer, false)
	}
	require.Zero(t, w.newest(por.CLASS_STORAGE).Number)
	opened := w.opens(por.CLASS_STORAGE)
	seed, err := w.k.Beacon(w.ctx, opened.OpenedHeight)
	require.NoError(t, err)
	require.True(t, seed.Fresh)
	require.Equal(t, seed.Seed, opened.Seed)
	w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
	closed := w.newest(por.CLASS_STORAGE)
	require.Greater(t, closed.DrawnHeight, closed.Deadline+1, "two contributions after the last answer")
}

func TestT2_AnAnswerInTheBlockOfTheDeadlineIsInTime(t *testing.T) {
	for _, c := range []struct {
		late int64
		want error
	}{{0, nil}, {1, por.ErrNotAnswering}} {
		w := newWorld(t)
		x := w.xnode(2, storage(1))
		opened := w.opens(por.CLASS_STORAGE)
		duty, _ := x.duty(por.CLASS_STORAGE)
		plot, proof, _ := x.storageProof(duty, 1, func(uint64) bool { return true })
		for w.ctx.BlockHeight() < opened.Deadline+c.late {
			w.tick()
		}
		require.ErrorIs(t, x.sendStorage(duty, plot, 1, proof), c.want)
	}
}

func TestParamsThatChangeHoldFromTheNextWindowOn(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(1))
	opened := w.opens(por.CLASS_STORAGE)
	params := worldParams()
	params.Classes[0].AnswerBlocks, params.Classes[0].Storage.K2 = 2, 8
	_, err := w.msgs.UpdateParams(w.ctx, &por.MsgUpdateParams{Authority: w.gov, Params: params})
	require.NoError(t, err)
	for range 5 {
		w.tick()
	}
	require.NoError(t, x.proveStorage(1))
	require.Equal(t, por.Tally{Ok: 1}, w.closes(por.CLASS_STORAGE).Tally)
	next := w.opens(por.CLASS_STORAGE)
	require.Equal(t, int64(2), next.Deadline-next.OpenedHeight)
	require.Equal(t, int64(10), opened.Deadline-opened.OpenedHeight)
}

func TestWindowsBySurpriseComeBeforeTheirTime(t *testing.T) {
	w := newWorld(t, func(p *por.Params) { p.Classes[0].SurpriseIntervalBlocks, p.Classes[0].PeriodBlocks = 20, 1000 })
	w.opens(por.CLASS_STORAGE)
	second := w.opens(por.CLASS_STORAGE)
	require.True(t, second.Surprise)
	require.Less(t, second.OpenedHeight, int64(500))
}

func TestAnXnodeMissesAWindowOnlyIfItWasOnlineWhenThatOpened(t *testing.T) {
	w := newWorld(t)
	offline := w.xnode(2, storage(1))
	offline.online(false)
	online := w.xnode(3, storage(1))
	w.opens(por.CLASS_STORAGE)
	late := w.xnode(4, storage(1))
	offline.online(true)
	online.online(false)
	_, asked := late.duty(por.CLASS_STORAGE)
	require.False(t, asked)
	require.ErrorIs(t, late.sendStorage(por.ProofDuty{Window: w.newest(por.CLASS_STORAGE)}, plotOf(late), 1, anyProof()), por.ErrNotMember)
	duty, _ := offline.duty(por.CLASS_STORAGE)
	require.False(t, duty.Owed)
	require.NoError(t, offline.proveStorage(1), "it may answer, but need not")
	closed := w.closes(por.CLASS_STORAGE)
	require.Equal(t, por.Tally{Ok: 1, Missed: 1}, closed.Tally)
	require.Equal(t, por.VERDICT_MISSED, online.capacity(por.CLASS_STORAGE).LastVerdict)
	require.Zero(t, late.capacity(por.CLASS_STORAGE).LastWindow)
}

func TestP6_WhatIsMissedLowersLittleByLittleAndNothingIsSlashed(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(4))
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, x.proveStorage(4))
	w.closes(por.CLASS_STORAGE)
	for _, left := range []uint64{4, 2, 0, 0} { // kept once, halved, lapsed
		w.opens(por.CLASS_STORAGE)
		w.closes(por.CLASS_STORAGE)
		require.Equal(t, left*unit, x.counts(por.CLASS_STORAGE))
	}
	require.Empty(t, w.bonds.Faults)
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, x.proveStorage(4))
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, 4*unit, x.counts(por.CLASS_STORAGE), "one proof restores it")
}

func TestWhoIsAbsentFromEveryWindowLapsesAsWell(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(4))
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, x.proveStorage(4))
	w.closes(por.CLASS_STORAGE)
	x.online(false)
	for _, left := range []uint64{4, 4, 0} {
		w.opens(por.CLASS_STORAGE)
		w.closes(por.CLASS_STORAGE)
		require.Equal(t, left*unit, x.counts(por.CLASS_STORAGE))
	}
	require.EqualValues(t, 5_250, x.capacity(por.CLASS_STORAGE).Score, "being offline is no miss")
}

func TestP6_AHaltedChainPausesEveryWindow(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(1))
	w.opens(por.CLASS_STORAGE)
	w.ctx = w.ctx.WithBlockTime(w.ctx.BlockTime().Add(24 * time.Hour)) // no block for a day
	w.tick()
	require.NoError(t, x.proveStorage(1))
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, unit, x.counts(por.CLASS_STORAGE))
}

func TestABeaconThatStandsStillPenalisesNobody(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(1))
	w.opens(por.CLASS_STORAGE)
	for range 150 {
		require.NoError(t, w.k.EndBlock(w.ctx))
		w.block(w.proposer, false)
	}
	require.Equal(t, por.PHASE_CLOSED, w.newest(por.CLASS_STORAGE).Phase)
	require.Equal(t, por.VERDICT_UNKNOWN, x.capacity(por.CLASS_STORAGE).LastVerdict)
	require.Zero(t, x.capacity(por.CLASS_STORAGE).Misses)
}

func TestModes(t *testing.T) {
	for _, c := range []struct {
		mode   por.Mode
		counts uint64 // without any proof
		faults int
	}{{por.MODE_OFF, 2, 0}, {por.MODE_SHADOW, 2, 0}, {por.MODE_ENFORCED, 0, 1}} {
		t.Run(c.mode.String(), func(t *testing.T) {
			w := newWorld(t, func(p *por.Params) { p.Classes[0].Mode = c.mode })
			x := w.xnode(2, storage(2))
			require.Equal(t, c.counts*unit, x.counts(por.CLASS_STORAGE))
			if c.mode == por.MODE_OFF {
				for range 50 {
					w.tick()
				}
				require.Zero(t, w.newest(por.CLASS_STORAGE).Number)
				return
			}
			w.opens(por.CLASS_STORAGE)
			duty, _ := x.duty(por.CLASS_STORAGE)
			require.NoError(t, x.sendStorage(duty, plotOf(x), 1, anyProof()))
			w.closes(por.CLASS_STORAGE)
			require.Equal(t, por.VERDICT_MISMATCH, x.capacity(por.CLASS_STORAGE).LastVerdict, "it is measured")
			require.Equal(t, c.counts*unit, x.counts(por.CLASS_STORAGE))
			require.Len(t, w.bonds.Faults, c.faults)
		})
	}
}

func TestAChangeOfModeReachesEveryXnodeSomeABlock(t *testing.T) {
	w := newWorld(t, func(p *por.Params) { p.Classes[0].Mode = por.MODE_SHADOW; p.MaxMembersPerBlock = 2 })
	var nodes []*xnode
	for n := range byte(5) {
		nodes = append(nodes, w.xnode(2+n, storage(2)))
	}
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, nodes[0].proveStorage(1))
	w.closes(por.CLASS_STORAGE)
	params, err := w.k.Params.Get(w.ctx)
	require.NoError(t, err)
	params.Classes[0].Mode = por.MODE_ENFORCED
	_, err = w.msgs.UpdateParams(w.ctx, &por.MsgUpdateParams{Authority: w.gov, Params: params})
	require.NoError(t, err)
	left := func() (n int) {
		for _, x := range nodes {
			if x.counts(por.CLASS_STORAGE) == 2*unit {
				n++
			}
		}
		return n
	}
	require.Equal(t, 5, left())
	w.tick()
	require.Equal(t, 3, left())
	w.tick()
	w.tick()
	require.Zero(t, left())
	require.Equal(t, unit, nodes[0].counts(por.CLASS_STORAGE), "what was proven in the shadow counts now")
}

func TestC4_AMemberThatFailsHoldsUpNobody(t *testing.T) {
	for name, spoil := range map[string]func(*world, *xnode){
		"by an error": func(w *world, x *xnode) { w.workers.Broken[string(x.operator)] = errors.New("broken") },
		"by a panic":  func(w *world, x *xnode) { w.workers.Bombs[string(x.operator)] = func() { panic("boom") } },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			bad, good := w.xnode(2, storage(1)), w.xnode(3, storage(1))
			w.opens(por.CLASS_STORAGE)
			require.NoError(t, bad.proveStorage(1))
			require.NoError(t, good.proveStorage(1))
			spoil(w, bad)
			for range 20 {
				require.NoError(t, w.k.EndBlock(w.ctx))
				w.begin()
			}
			closed := w.newest(por.CLASS_STORAGE)
			require.Equal(t, por.Tally{Ok: 1, Unknown: 1}, closed.Tally)
			require.Equal(t, unit, good.counts(por.CLASS_STORAGE))
		})
	}
}

func TestC6_OldWindowsAreForgotten(t *testing.T) {
	w := newWorld(t, func(p *por.Params) { p.MaxMembersPerBlock = 2 })
	for n := range byte(5) {
		w.xnode(2+n, storage(1))
	}
	first := w.opens(por.CLASS_STORAGE)
	w.closes(por.CLASS_STORAGE)
	w.until("it is gone", func() bool {
		_, err := w.queries.Window(w.ctx, &por.QueryWindowRequest{Class: por.CLASS_STORAGE, Number: first.Number})
		return errors.Is(err, por.ErrWindowNotFound)
	})
	for range 300 {
		w.tick()
	}
	state, err := w.k.ExportGenesis(w.ctx)
	require.NoError(t, err)
	require.LessOrEqual(t, len(state.Windows), 6)
	require.LessOrEqual(t, len(state.Measurements), 15)
}

func TestW6_AScoreOutlivesItsXnode(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(1))
	w.opens(por.CLASS_STORAGE)
	w.closes(por.CLASS_STORAGE)
	require.EqualValues(t, 4_500, x.capacity(por.CLASS_STORAGE).Score)
	x.online(false)
	x.claim(workers.Resources{})
	w.tick()
	x.claim(storage(1))
	require.EqualValues(t, 4_500, x.capacity(por.CLASS_STORAGE).Score)
}

func TestC17_WindowsSurviveExportAndImport(t *testing.T) {
	cdc := moduletestutil.MakeTestEncodingConfig().Codec
	w := newWorld(t)
	a, b := w.xnode(2, storage(1)), w.xnode(3, workers.Resources{StorageBytes: unit, CpuMillis: core})
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, a.proveStorage(1))
	w.opens(por.CLASS_CPU)
	duty, _ := b.duty(por.CLASS_CPU)
	require.NoError(t, b.commitCpu(b.compute(duty, 100)))
	for phase := 0; ; phase++ {
		state, err := w.k.ExportGenesis(w.ctx)
		require.NoError(t, err)
		first := cdc.MustMarshalJSON(state)
		fresh := setup(t)
		fresh.workers = w.workers
		require.NoError(t, fresh.k.Seeds.Clear(fresh.ctx, nil))
		var read por.GenesisState
		cdc.MustUnmarshalJSON(first, &read)
		fresh.height(w.ctx.BlockHeight() + 1)
		require.NoError(t, fresh.k.InitGenesis(fresh.ctx, read))
		again, err := fresh.k.ExportGenesis(fresh.ctx)
		require.NoError(t, err)
		require.Equal(t, string(first), string(cdc.MustMarshalJSON(again)))
		if phase > 40 {
			break
		}
		w.tick()
	}
	require.NoError(t, w.k.PrepareZeroHeight(w.ctx))
	require.NoError(t, w.k.CheckInvariants(w.ctx))
	w.height(1)
	w.opens(por.CLASS_STORAGE)
	require.Equal(t, unit, a.counts(por.CLASS_STORAGE))
	require.NoError(t, a.proveStorage(1))
	require.NoError(t, b.proveStorage(1))
	require.Equal(t, por.Tally{Ok: 2}, w.closes(por.CLASS_STORAGE).Tally)
}

func TestC17_GenesisRefusesWindowsThatContradictThemselves(t *testing.T) {
	w := newWorld(t)
	a := w.xnode(2, storage(1))
	w.xnode(3, workers.Resources{StorageBytes: unit, CpuMillis: core})
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, a.proveStorage(1))
	w.closes(por.CLASS_STORAGE)
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, a.proveStorage(1))
	good := func() *por.GenesisState {
		state, err := w.k.ExportGenesis(w.ctx)
		require.NoError(t, err)
		return state
	}
	require.Len(t, good().Windows, 3)
	for name, change := range map[string]func(*por.GenesisState){
		"a schedule twice":                   func(g *por.GenesisState) { g.Schedules = append(g.Schedules, g.Schedules[1]) },
		"a window without its schedule":      func(g *por.GenesisState) { g.Schedules = g.Schedules[1:] },
		"a running window that is not there": func(g *por.GenesisState) { g.Windows = g.Windows[:1] },
		"windows out of order":               func(g *por.GenesisState) { g.Windows[0], g.Windows[1] = g.Windows[1], g.Windows[0] },
		"two that run":                       func(g *por.GenesisState) { g.Windows[0].Phase = por.PHASE_ANSWERING },
		"a short seed":                       func(g *por.GenesisState) { g.Windows[1].Seed = g.Windows[1].Seed[1:] },
		"drawn before it is locked":          func(g *por.GenesisState) { g.Windows[1].DrawSeed = make([]byte, 32) },
		"terms of another class":             func(g *por.GenesisState) { g.Windows[1].Terms = g.Params.Classes[1] },
		"a deadline before the opening":      func(g *por.GenesisState) { g.Windows[1].Deadline = 1 },
		"a measurement of no window":         func(g *por.GenesisState) { g.Measurements[0].Window = 9 },
		"a measurement of nobody":            func(g *por.GenesisState) { g.Measurements[0].Operator = "" },
		"a measurement twice":                func(g *por.GenesisState) { g.Measurements[1] = g.Measurements[0] },
		"a verdict that there is not":        func(g *por.GenesisState) { g.Measurements[0].Verdict = 99 },
		"a verdict that is missing":          func(g *por.GenesisState) { g.Measurements[0].Verdict = 0 },
		"a proof of a closed window":         func(g *por.GenesisState) { g.Measurements[0].Proof = []byte{1} },
		"more verified than claimed":         func(g *por.GenesisState) { g.Capacities[0].Verified++ },
		"verified without a reading":         func(g *por.GenesisState) { g.Capacities[0].Readings = nil },
		"a score beyond the best":            func(g *por.GenesisState) { g.Capacities[0].Score = 10_001 },
		"capacities out of order":            func(g *por.GenesisState) { g.Capacities[0], g.Capacities[1] = g.Capacities[1], g.Capacities[0] },
		"a presence twice":                   func(g *por.GenesisState) { g.Presences[1] = g.Presences[0] },
	} {
		t.Run(name, func(t *testing.T) {
			state := good()
			change(state)
			require.Error(t, state.Validate(fakes.ValidatorCodec, fakes.AccountCodec))
		})
	}
}
