// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/workers"
)

// plotOf is a plot of one unit.
func plotOf(x *xnode) cellpost.Plot {
	plot, err := worldParams().Classes[0].Storage.Plot(chainID, x.operator, 1)
	if err != nil {
		panic(err)
	}
	return plot
}

// anyProof is one of the right shape whose labels nobody has looked for.
func anyProof() cellpost.Proof {
	proof := cellpost.Proof{}
	for i := range uint64(16) {
		proof.Indices = append(proof.Indices, 3*i)
	}
	return proof
}

func TestCoresCountOnceTheyAreProven(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, cpu(3))
	require.Zero(t, x.counts(por.CLASS_CPU))
	res := x.proveCpu(100, 100)
	require.Equal(t, &por.MsgRevealCpuResponse{Verdict: por.VERDICT_OK, Value: 2 * core}, res)
	w.closes(por.CLASS_CPU)
	require.Equal(t, 2*core, x.counts(por.CLASS_CPU), "W3: it claims three")
	m, found, err := measured(w, por.CLASS_CPU, 1, x)
	require.NoError(t, err)
	require.True(t, found)
	require.Empty(t, m.Segments)
	require.Len(t, m.Evidence, 32)
}

func TestACoreIsALaneOfTheLeastSpeed(t *testing.T) {
	for name, c := range map[string]struct {
		lanes []uint64
		value uint64
	}{
		"a lane of the reference is a core":           {[]uint64{100}, 1000},
		"a fast lane is no more than a core":          {[]uint64{400}, 1000},
		"a slow lane is a part of one":                {[]uint64{60}, 600},
		"a lane below the least speed is nothing":     {[]uint64{40, 40, 40, 40}, 0},
		"one core divided in two lanes is nothing":    {[]uint64{45, 45}, 0},
		"of a fast and a slow lane the fast one is":   {[]uint64{100, 40}, 1000},
		"speed of one lane makes up for another's up": {[]uint64{140, 60}, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			x := w.xnode(2, cpu(8))
			require.Equal(t, c.value, x.proveCpu(c.lanes...).Value)
		})
	}
}

func TestP1_CoreChainsOfAnotherCountForNobody(t *testing.T) {
	w := newWorld(t)
	x, thief := w.xnode(2, cpu(1)), w.xnode(3, cpu(1))
	w.opens(por.CLASS_CPU)
	duty, _ := x.duty(por.CLASS_CPU)
	record := x.compute(duty, 100)
	require.NoError(t, x.commitCpu(record))
	require.ErrorIs(t, x.commitCpu(record), por.ErrAlreadyAnswered)
	require.NoError(t, thief.commitCpu(record))
	w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	_, err := x.revealCpu(record)
	require.NoError(t, err)
	_, err = thief.revealCpu(record)
	require.NoError(t, err)
	require.Equal(t, por.Tally{Ok: 1, Mismatch: 1}, w.closes(por.CLASS_CPU).Tally)
	require.Zero(t, thief.counts(por.CLASS_CPU))
}

func TestAFakedSegmentThatIsDrawnIsAFault(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, cpu(1))
	w.opens(por.CLASS_CPU)
	duty, _ := x.duty(por.CLASS_CPU)
	record := x.compute(duty, 100)
	for i := range record.Ends[0] {
		record.Ends[0][i][0] ^= byte(1 + i) // every segment is wrong
	}
	require.NoError(t, x.commitCpu(record))
	w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	res, err := x.revealCpu(record)
	require.NoError(t, err, "the verdict is kept")
	require.Equal(t, por.VERDICT_MISMATCH, res.Verdict)
	w.closes(por.CLASS_CPU)
	require.Len(t, w.bonds.Faults, 1)
	require.Equal(t, "por/cpu/1", w.bonds.Faults[0].Subject)
	require.Zero(t, x.counts(por.CLASS_CPU))
}

func TestWhoWithholdsWhatWasDrawnHasNothingVerified(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, cpu(1))
	x.proveCpu(100)
	w.closes(por.CLASS_CPU)
	require.Equal(t, core, x.counts(por.CLASS_CPU))
	w.opens(por.CLASS_CPU)
	duty, _ := x.duty(por.CLASS_CPU)
	require.NoError(t, x.commitCpu(x.compute(duty, 100)))
	w.closes(por.CLASS_CPU)
	require.Equal(t, por.VERDICT_WITHHELD, x.capacity(por.CLASS_CPU).LastVerdict)
	require.Zero(t, x.counts(por.CLASS_CPU), "or whoever fakes would reveal on good luck only")
	require.Empty(t, w.bonds.Faults)
}

func TestP3_MalformedCommitmentsAndRevealsAreRefused(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, cpu(1))
	w.opens(por.CLASS_CPU)
	root := make([]byte, 32)
	for name, m := range map[string]*por.MsgCommitCpu{
		"no lanes":            {Window: 1, Root: root},
		"too many lanes":      {Window: 1, Segments: make([]uint64, 9), Root: root},
		"an empty lane":       {Window: 1, Segments: []uint64{1, 0}, Root: root},
		"a lane without end":  {Window: 1, Segments: []uint64{1 << 63}, Root: root},
		"a short root":        {Window: 1, Segments: []uint64{1}, Root: root[1:]},
		"lanes that overflow": {Window: 1, Segments: []uint64{1 << 32, 1 << 32}, Root: root},
	} {
		m.Signer = x.signerText()
		_, err := w.msgs.CommitCpu(w.ctx, m)
		require.ErrorIs(t, err, por.ErrInvalidProof, name)
	}
	duty, _ := x.duty(por.CLASS_CPU)
	record := x.compute(duty, 100)
	reveal := &por.MsgRevealCpu{Signer: x.signerText(), Window: 1, Proof: []byte("too early")}
	_, err := w.msgs.RevealCpu(w.ctx, reveal)
	require.ErrorIs(t, err, por.ErrNotRevealing)
	require.NoError(t, x.commitCpu(record))
	w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	duty, _ = x.duty(por.CLASS_CPU)
	require.Len(t, duty.Drawn, 4)
	reveals, err := record.Open(duty.Drawn)
	require.NoError(t, err)
	good := corechain.EncodeProof(reveals)
	for name, proof := range map[string][]byte{
		"empty":         nil,
		"truncated":     good[:len(good)-1],
		"ten megabytes": make([]byte, 10<<20),
		"a bent path":   append(append([]byte{}, good[:len(good)-1]...), good[len(good)-1]^1),
	} {
		reveal.Proof = proof
		_, err := w.msgs.RevealCpu(w.ctx, reveal)
		require.ErrorIs(t, err, por.ErrInvalidProof, name)
	}
	reveal.Proof = good
	res, err := w.msgs.RevealCpu(w.ctx, reveal)
	require.NoError(t, err, "what was malformed may be sent again")
	require.Equal(t, por.VERDICT_OK, res.Verdict)
	_, err = w.msgs.RevealCpu(w.ctx, reveal)
	require.ErrorIs(t, err, por.ErrAlreadyAnswered)
}

func TestP6_TimeIsCountedByBlocksThatCameQuickly(t *testing.T) {
	w := newWorld(t)
	w.second = 500 * time.Millisecond
	x := w.xnode(2, cpu(1))
	require.Equal(t, core, x.proveCpu(50).Value, "half the time, half the steps")
}

func TestP6_AWindowStretchedByAHaltConfirmsAndDoesNotRaise(t *testing.T) {
	w := newWorld(t)
	x, newcomer := w.xnode(2, cpu(4)), w.xnode(3, cpu(4))
	x.proveCpu(100)
	w.closes(por.CLASS_CPU)
	w.opens(por.CLASS_CPU)
	w.ctx = w.ctx.WithBlockTime(w.ctx.BlockTime().Add(time.Hour))
	records := map[*xnode]*corechain.Record{}
	for _, n := range []*xnode{x, newcomer} {
		duty, _ := n.duty(por.CLASS_CPU)
		records[n] = n.compute(duty, 100, 100, 100, 100)
		require.NoError(t, n.commitCpu(records[n]))
	}
	w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	for _, n := range []*xnode{x, newcomer} {
		_, err := n.revealCpu(records[n])
		require.NoError(t, err)
	}
	w.closes(por.CLASS_CPU)
	require.Equal(t, core, x.counts(por.CLASS_CPU))
	require.Zero(t, newcomer.counts(por.CLASS_CPU))
}

func TestALowerRateCountsOnlyIfItComesTwice(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, cpu(4))
	for _, step := range []struct{ lanes, counts uint64 }{{4, 4}, {2, 4}, {4, 4}, {1, 4}, {2, 2}, {1, 2}, {1, 1}} {
		lanes := make([]uint64, step.lanes)
		for i := range lanes {
			lanes[i] = 100
		}
		x.proveCpu(lanes...)
		w.closes(por.CLASS_CPU)
		require.Equal(t, step.counts*core, x.counts(por.CLASS_CPU), "after %d lanes", step.lanes)
	}
}

func TestWhatIsInUseNeedNotBeProvenToBeKept(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, cpu(4))
	x.proveCpu(100, 100, 100)
	w.closes(por.CLASS_CPU)
	w.workers.Allocate(x.operator, workers.Resources{CpuMillis: 2 * core})
	for range 3 {
		x.proveCpu(100)
		w.closes(por.CLASS_CPU)
		require.Equal(t, 3*core, x.counts(por.CLASS_CPU), "one is shown, two are in use")
	}
	x.proveCpu(100, 100)
	w.closes(por.CLASS_CPU)
	require.Equal(t, 3*core, x.counts(por.CLASS_CPU), "and it raises nothing")
}

func TestTheWorstKernelIsWhatCounts(t *testing.T) {
	w := newWorld(t, func(p *por.Params) {
		p.Classes[1].Cpu.Functions = append(p.Classes[1].Cpu.Functions, por.CpuFunction{
			Function: uint32(corechain.MatMul), Interval: 1, CoreStepsPerSecond: 4, MinLaneStepsPerSecond: 1,
		})
	})
	x := w.xnode(2, cpu(1))
	gas := uint64(0)
	for range 3 { // window 1 asks for the kernel, window 2 for hashes
		w.opens(por.CLASS_CPU)
		duty, _ := x.duty(por.CLASS_CPU)
		speed := uint64(100)
		if duty.Function.Function == uint32(corechain.MatMul) {
			speed = 2
		}
		record := x.compute(duty, speed)
		require.NoError(t, x.commitCpu(record))
		w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
		_, err := x.revealCpu(record)
		require.NoError(t, err)
		w.closes(por.CLASS_CPU)
		for _, r := range x.capacity(por.CLASS_CPU).Readings {
			gas = max(gas, r.GasPerSecond)
		}
		require.Equal(t, core/2, x.counts(por.CLASS_CPU))
	}
	require.Equal(t, 2*corechain.MatMul.Gas(), gas)
	require.Len(t, x.capacity(por.CLASS_CPU).Readings, 2)
}
