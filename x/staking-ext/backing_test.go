// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestShareVectors(t *testing.T) {
	for _, v := range []struct {
		label                  string
		amount, tokens, shares int64
		bought, given          int64
	}{
		{"the first unit of an empty pool buys a million shares", 5, 0, 0, 5_000_000, 0},
		{"at the first price", 5, 10, 10_000_000, 5_000_000, 5_000_000},
		{"after a slash of a third shares are cheaper", 5, 2, 3_000_000, 7_500_000, 7_500_000},
		{"what does not divide falls to the pool both ways", 1, 3, 1_000_000, 333_333, 333_334},
		{"no share is bought where one is worth more", 1, 3, 2, 0, 1},
	} {
		t.Run(v.label, func(t *testing.T) {
			amount, tokens, shares := math.NewInt(v.amount), math.NewInt(v.tokens), math.NewInt(v.shares)
			require.Equal(t, v.bought, stakingext.SharesFor(amount, tokens, shares).Int64())
			if v.tokens > 0 {
				require.Equal(t, v.given, stakingext.SharesOf(amount, tokens, shares).Int64())
			}
		})
	}
	require.Equal(t, "0", stakingext.ValueOf(math.ZeroInt(), math.ZeroInt(), math.ZeroInt()).String())
	require.Equal(t, "3", stakingext.ValueOf(math.NewInt(1), math.NewInt(10), math.NewInt(3)).String())
}

func TestRewardSplitVectors(t *testing.T) {
	unit := stakingext.RewardScale()
	for _, v := range []struct {
		label         string
		own, backing  int64
		commission    uint32
		backers, rest int64
	}{
		{"without backing all is the operator's", 100, 0, 0, 0, 1_000},
		{"in proportion", 100, 300, 0, 750, 250},
		{"less the commission", 100, 300, 2_000, 600, 400},
		{"all of it as commission", 100, 300, 10_000, 0, 1_000},
	} {
		t.Run(v.label, func(t *testing.T) {
			r := stakingext.NewRewardRecord("somebody", math.ZeroInt())
			r.Weight, r.Counted = 10, 10
			r.Own, r.Backing = math.NewInt(v.own), math.NewInt(v.backing)
			backers := r.Settle(unit.MulRaw(100), v.commission)
			require.Equal(t, unit.MulRaw(v.backers).String(), backers.String())
			require.Equal(t, unit.MulRaw(v.rest).String(), r.Accrued.String())
		})
	}
}

func TestTheAccumulatorKeepsWhatDoesNotDivide(t *testing.T) {
	s := stakingext.NewRewardState()
	s.TotalWeight = math.NewInt(7)
	for range 7 {
		s.Add(math.OneInt())
	}
	require.Equal(t, stakingext.RewardScale().String(), s.Index.String())
	require.True(t, s.Remainder.IsZero())
	units, fraction := stakingext.WholeUnits(s.Index.AddRaw(5))
	require.Equal(t, "1 5", units.String()+" "+fraction.String())
}

func TestParamsOfBackingAndRewardsHaveBounds(t *testing.T) {
	for label, change := range map[string]func(*stakingext.Params){
		"no min_backing":                    func(p *stakingext.Params) { p.MinBacking = math.Int{} },
		"zero min_backing":                  func(p *stakingext.Params) { p.MinBacking = math.ZeroInt() },
		"huge min_backing":                  func(p *stakingext.Params) { p.MinBacking = math.NewInt(1_000_000_000_000_001) },
		"max_backing_bps above ten times":   func(p *stakingext.Params) { p.MaxBackingBps = 100_001 },
		"no unback_batch_blocks":            func(p *stakingext.Params) { p.UnbackBatchBlocks = 0 },
		"long unback_batch_blocks":          func(p *stakingext.Params) { p.UnbackBatchBlocks = 1_000_001 },
		"no max_unback_batches":             func(p *stakingext.Params) { p.MaxUnbackBatches = 0 },
		"many max_unback_batches":           func(p *stakingext.Params) { p.MaxUnbackBatches = 101 },
		"no max_unbackings_per_block":       func(p *stakingext.Params) { p.MaxUnbackingsPerBlock = 0 },
		"many max_unbackings_per_block":     func(p *stakingext.Params) { p.MaxUnbackingsPerBlock = 201 },
		"no max_commission_step_bps":        func(p *stakingext.Params) { p.MaxCommissionStepBps = 0 },
		"max_commission_step_bps above all": func(p *stakingext.Params) { p.MaxCommissionStepBps = 10_001 },
		"no commission_interval_blocks":     func(p *stakingext.Params) { p.CommissionIntervalBlocks = 0 },
		"long commission_interval_blocks":   func(p *stakingext.Params) { p.CommissionIntervalBlocks = 10_000_001 },
		"more than half of the provision":   func(p *stakingext.Params) { p.RewardShareBps = 5_001 },
	} {
		p := stakingext.DefaultParams()
		require.NoError(t, p.Validate())
		change(&p)
		require.ErrorIs(t, p.Validate(), stakingext.ErrInvalidParams, label)
	}
	p := stakingext.DefaultParams()
	p.MaxBackingBps, p.RewardShareBps = 0, 0 // either can be switched off
	require.NoError(t, p.Validate())
}
