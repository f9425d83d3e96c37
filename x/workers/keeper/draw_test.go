// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// park has n Xnodes online; the bond of Xnode i is 10*(i+1) OPEN.
func park(t testing.TB, n int) *fixture {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxRegistrationsPerBlock = 200 })
	for i := range n {
		f.online(i)
		f.bond(i, int64(10*(i+1)))
		require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(i)))
	}
	return f
}

func (f *fixture) draw(seed string, n int, need workers.Resources, exclude ...sdk.AccAddress) []string {
	f.t.Helper()
	return f.drawFor(seed, n, workers.Need{Resources: need}, exclude...)
}

func (f *fixture) drawFor(seed string, n int, need workers.Need, exclude ...sdk.AccAddress) []string {
	f.t.Helper()
	drawn, err := f.k.DrawXnodes(f.ctx, []byte(seed), n, need, exclude)
	require.NoError(f.t, err)
	out := make([]string, 0, len(drawn))
	for _, x := range drawn {
		out = append(out, x.Operator)
	}
	return out
}

func TestADrawGivesEachOperatorOneSeat(t *testing.T) {
	f := park(t, 9)
	for i := range 200 {
		drawn := f.draw(fmt.Sprint(i), 7, small)
		require.Len(t, drawn, 7)
		seen := map[string]bool{}
		for _, op := range drawn {
			require.False(t, seen[op])
			seen[op] = true
		}
	}
	require.Len(t, f.draw("all", 100, small), 9, "fewer where fewer are there")
	require.Empty(t, f.draw("none", 0, small))
	require.Empty(t, f.draw("less than none", -1, small))
}

func TestC1_TheSameSeedDrawsTheSameXnodes(t *testing.T) {
	first := park(t, 20).draw("seed", 7, small)
	for range 20 {
		require.Equal(t, first, park(t, 20).draw("seed", 7, small))
	}
	require.NotEqual(t, first, park(t, 20).draw("another", 7, small))
}

func TestADrawFollowsTheWeights(t *testing.T) {
	f := park(t, 4) // weights 80, 160, 240, 320
	counts := map[string]int{}
	const draws = 8000
	for i := range draws {
		counts[f.draw(fmt.Sprint(i), 1, small)[0]]++
	}
	for i := range 4 {
		require.InEpsilon(t, draws*(i+1)/10, counts[f.text(operator(i))], 0.1)
	}
}

func TestADrawLeavesOutWhoIsExcluded(t *testing.T) {
	f := park(t, 9)
	for i := range 50 {
		drawn := f.draw(fmt.Sprint(i), 9, small, operator(3), operator(99), operator(3), operator(5))
		require.Len(t, drawn, 7)
		require.NotContains(t, drawn, f.text(operator(3)))
		require.NotContains(t, drawn, f.text(operator(5)))
	}
}

func TestADrawPassesOverXnodesThatDoNotFit(t *testing.T) {
	f := park(t, 9)
	for i := range 5 {
		require.NoError(t, f.k.Allocate(f.ctx, operator(i), "task/1", workers.Resources{MemoryBytes: 16 * gib}, 0))
	}
	drawn := f.draw("seed", 7, small)
	require.ElementsMatch(t, []string{
		f.text(operator(5)), f.text(operator(6)), f.text(operator(7)), f.text(operator(8)),
	}, drawn)
	require.Empty(t, f.draw("seed", 7, workers.Resources{GpuCount: 1}))
}

func TestADrawGivesUpAfterSoManyXnodesThatDoNotFit(t *testing.T) {
	f := park(t, 9)
	f.setParams(func(p *workers.Params) { p.MaxDrawRejections = 3 })
	f.bonds.asked = 0
	require.Empty(t, f.draw("seed", 7, workers.Resources{GpuCount: 1}))
	require.Zero(t, f.bonds.asked, "resources are looked at first")
}

func TestADrawPassesOverABondThatIsNoLongerEligible(t *testing.T) {
	f := park(t, 3)
	delete(f.bonds.free, string(operator(1))) // no hook told
	for i := range 20 {
		require.NotContains(t, f.draw(fmt.Sprint(i), 3, small), f.text(operator(1)))
	}
}

// TestDrawVector pins the whole draw: stream, reduction, tree and order. See README.md.
func TestDrawVector(t *testing.T) {
	f := park(t, 9)
	var got []int
	for _, op := range f.draw("openmesh", 7, small) {
		for i := range 9 {
			if op == f.text(operator(i)) {
				got = append(got, i)
			}
		}
	}
	require.Equal(t, []int{7, 8, 6, 3, 1, 4, 2}, got)
}
