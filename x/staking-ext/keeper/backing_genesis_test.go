// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// backed is a chain with something of everything that backing and rewards know: a
// pool with two backers, an ended generation, batches in both queues, one of them
// amid its payouts, and rewards at every stage.
func backed(t tester) *fixture {
	f := opened(t, 1_000, 1_000, func(p *stakingext.Params) { p.MaxUnbackingsPerBlock = 2 })
	require.NoError(t, f.bond(carol, 1_000))
	require.NoError(t, f.commission(carol, 0))
	f.weigh(alice, 7)
	f.weigh(carol, 3)
	crowd := f.freshBackers(5, 1_000)
	require.NoError(t, f.back(bob, alice, 100))
	f.mint(12_345)
	_, err := f.slash(alice, f.fault("task/1"), 10_000)
	require.NoError(t, err)
	require.NoError(t, f.bond(alice, 2_000))
	for _, b := range crowd {
		require.NoError(t, f.back(b, alice, 300))
		require.NoError(t, f.back(b, carol, 100))
		require.NoError(t, f.unback(b, alice, 100))
	}
	f.mint(54_321)
	_, err = f.slash(alice, f.fault("task/2"), 3_333)
	require.NoError(t, err)
	f.next(12, time.Hour)
	require.NoError(t, f.unback(crowd[0], alice, 60))
	f.next(12, time.Minute)
	f.next(1, time.Minute)
	_, err = f.claim(carol)
	require.NoError(t, err)
	gs := f.export()
	require.Len(t, gs.Pools, 2)
	require.Len(t, gs.EndedGenerations, 1)
	require.Len(t, gs.UnbackingBatches, 2)
	require.NotEmpty(t, gs.UnbackingBatches[0].Cursor)
	require.Zero(t, gs.UnbackingBatches[1].QueuedHeight)
	require.Len(t, gs.RewardRecords, 2)
	f.requireSound()
	return f
}

func TestC17_BackingAndRewardsSurviveExportAndImport(t *testing.T) {
	f := backed(t)
	first := f.cdc.MustMarshalJSON(f.export())
	var gs stakingext.GenesisState
	f.cdc.MustUnmarshalJSON(first, &gs)
	g := newChain(t)
	g.ctx = g.ctx.WithBlockHeight(f.ctx.BlockHeight()).WithBlockTime(f.ctx.BlockTime())
	g.bank.set(g.ctx, module, f.bank.get(f.ctx, module))
	require.NoError(t, g.k.InitGenesis(g.ctx, &gs))
	require.Equal(t, string(first), string(g.cdc.MustMarshalJSON(g.export())))
	g.requireSound()
	for range 8 {
		for _, chain := range []*fixture{f, g} {
			chain.mint(777)
			chain.next(10, time.Hour)
		}
		require.Equal(t, string(f.cdc.MustMarshalJSON(f.export())), string(g.cdc.MustMarshalJSON(g.export())))
	}
	require.Empty(t, g.export().UnbackingBatches)
	g.requireSound()
}

func TestC17_EachMutatedFieldOfBackingAndRewardsIsRefused(t *testing.T) {
	type state = stakingext.GenesisState
	f := backed(t)
	one := func(i *math.Int) { *i = i.AddRaw(1) }
	for label, change := range map[string]func(*state){
		"params.min_backing":               func(g *state) { g.Params.MinBacking = math.Int{} },
		"params.max_backing_bps":           func(g *state) { g.Params.MaxBackingBps = 100_001 },
		"params.unback_batch_blocks":       func(g *state) { g.Params.UnbackBatchBlocks = 0 },
		"params.max_unback_batches":        func(g *state) { g.Params.MaxUnbackBatches = 101 },
		"params.max_unbackings_per_block":  func(g *state) { g.Params.MaxUnbackingsPerBlock = 201 },
		"params.max_commission_step_bps":   func(g *state) { g.Params.MaxCommissionStepBps = 0 },
		"params.commission_interval":       func(g *state) { g.Params.CommissionIntervalBlocks = 0 },
		"params.reward_share_bps":          func(g *state) { g.Params.RewardShareBps = 5_001 },
		"totals.backed":                    func(g *state) { one(&g.Totals.Backed) },
		"totals.backed missing":            func(g *state) { g.Totals.Backed = math.Int{} },
		"totals.unbacking":                 func(g *state) { one(&g.Totals.Unbacking) },
		"totals.unbacking missing":         func(g *state) { g.Totals.Unbacking = math.Int{} },
		"totals.rewards":                   func(g *state) { one(&g.Totals.Rewards) },
		"totals.rewards missing":           func(g *state) { g.Totals.Rewards = math.Int{} },
		"a pool is missing":                func(g *state) { g.Pools = g.Pools[1:] },
		"a pool twice":                     func(g *state) { g.Pools = append(g.Pools, g.Pools[0]) },
		"pool.operator":                    func(g *state) { g.Pools[0].Operator = name(gov) },
		"pool.generation":                  func(g *state) { g.Pools[0].Generation = g.NextGeneration },
		"pool.generation of another":       func(g *state) { g.Pools[0].Generation = g.Pools[1].Generation },
		"pool.tokens":                      func(g *state) { one(&g.Pools[0].Tokens) },
		"pool.tokens zero":                 func(g *state) { g.Pools[0].Tokens = math.ZeroInt() },
		"pool.shares":                      func(g *state) { one(&g.Pools[0].Shares) },
		"pool.commission_bps":              func(g *state) { g.Pools[0].CommissionBps = 10_001 },
		"pool.commission_height":           func(g *state) { g.Pools[0].CommissionHeight = -1 },
		"pool.reward_index":                func(g *state) { one(&g.Pools[0].RewardIndex) },
		"pool.reward_remainder":            func(g *state) { one(&g.Pools[0].RewardRemainder) },
		"pool.reward_remainder missing":    func(g *state) { g.Pools[0].RewardRemainder = math.Int{} },
		"next_generation":                  func(g *state) { g.NextGeneration = 1 },
		"an ended generation is missing":   func(g *state) { g.EndedGenerations = nil },
		"ended.generation":                 func(g *state) { g.EndedGenerations[0].Generation = 99 },
		"ended.operator":                   func(g *state) { g.EndedGenerations[0].Operator = name(gov) },
		"ended.reward_index":               func(g *state) { one(&g.EndedGenerations[0].RewardIndex) },
		"ended.shares":                     func(g *state) { one(&g.EndedGenerations[0].Shares) },
		"ended.shares zero":                func(g *state) { g.EndedGenerations[0].Shares = math.ZeroInt() },
		"a backing is missing":             func(g *state) { g.Backings = g.Backings[1:] },
		"a backing twice":                  func(g *state) { g.Backings = append(g.Backings, g.Backings[0]) },
		"backing.operator":                 func(g *state) { g.Backings[0].Operator = name(gov) },
		"backing.backer":                   func(g *state) { g.Backings[0].Backer = "open1nobody" },
		"backing.generation":               func(g *state) { g.Backings[0].Generation = 77 },
		"backing.shares":                   func(g *state) { one(&g.Backings[0].Shares) },
		"backing.shares missing":           func(g *state) { g.Backings[0].Shares = math.Int{} },
		"backing.reward_index":             func(g *state) { one(&g.Backings[0].RewardIndex) },
		"backing.reward_index ahead":       func(g *state) { g.Backings[0].RewardIndex = stakingext.RewardScale().MulRaw(1_000) },
		"backing.reward_accrued":           func(g *state) { one(&g.Backings[0].RewardAccrued) },
		"a batch is missing":               func(g *state) { g.UnbackingBatches = g.UnbackingBatches[1:] },
		"a batch twice":                    func(g *state) { g.UnbackingBatches = append(g.UnbackingBatches, g.UnbackingBatches[0]) },
		"batch.id":                         func(g *state) { g.UnbackingBatches[0].Id = 99 },
		"batch.operator":                   func(g *state) { g.UnbackingBatches[0].Operator = name(gov) },
		"batch.operator another":           func(g *state) { g.UnbackingBatches[0].Operator = name(carol) },
		"batch.tokens":                     func(g *state) { one(&g.UnbackingBatches[0].Tokens) },
		"batch.shares":                     func(g *state) { one(&g.UnbackingBatches[0].Shares) },
		"batch.shares zero":                func(g *state) { g.UnbackingBatches[0].Shares = math.ZeroInt() },
		"batch.opened_height":              func(g *state) { g.UnbackingBatches[0].OpenedHeight = -1 },
		"batch.joined_height":              func(g *state) { g.UnbackingBatches[0].JoinedHeight = 1 },
		"batch.mature_height":              func(g *state) { g.UnbackingBatches[0].MatureHeight = 1 },
		"batch.mature_time":                func(g *state) { g.UnbackingBatches[0].MatureTime = time.Time{} },
		"batch.queued_height":              func(g *state) { g.UnbackingBatches[0].QueuedHeight = -1 },
		"batch.attempts":                   func(g *state) { g.UnbackingBatches[1].Attempts = 1 },
		"batch.cursor":                     func(g *state) { g.UnbackingBatches[0].Cursor = "open1nobody" },
		"next_batch_id":                    func(g *state) { g.NextBatchId = 1 },
		"an unbacking is missing":          func(g *state) { g.Unbackings = g.Unbackings[1:] },
		"an unbacking twice":               func(g *state) { g.Unbackings = append(g.Unbackings, g.Unbackings[0]) },
		"unbacking.batch_id":               func(g *state) { g.Unbackings[0].BatchId = 99 },
		"unbacking.operator":               func(g *state) { g.Unbackings[0].Operator = name(carol) },
		"unbacking.backer":                 func(g *state) { g.Unbackings[0].Backer = "" },
		"unbacking.shares":                 func(g *state) { one(&g.Unbackings[0].Shares) },
		"unbacking.shares zero":            func(g *state) { g.Unbackings[0].Shares = math.ZeroInt() },
		"reward_state.index":               func(g *state) { one(&g.RewardState.Index) },
		"reward_state.index missing":       func(g *state) { g.RewardState.Index = math.Int{} },
		"reward_state.total_weight":        func(g *state) { one(&g.RewardState.TotalWeight) },
		"reward_state.remainder":           func(g *state) { one(&g.RewardState.Remainder) },
		"a reward record is missing":       func(g *state) { g.RewardRecords = g.RewardRecords[1:] },
		"a reward record twice":            func(g *state) { g.RewardRecords = append(g.RewardRecords, g.RewardRecords[0]) },
		"reward_record.operator":           func(g *state) { g.RewardRecords[0].Operator = name(gov) },
		"reward_record.operator malformed": func(g *state) { g.RewardRecords[0].Operator = "nobody" },
		"reward_record.weight":             func(g *state) { g.RewardRecords[0].Weight++ },
		"reward_record.counted":            func(g *state) { g.RewardRecords[0].Counted = 0 },
		"reward_record.own":                func(g *state) { one(&g.RewardRecords[0].Own) },
		"reward_record.backing":            func(g *state) { g.RewardRecords[0].Backing = math.NewInt(1 << 40) },
		"reward_record.index":              func(g *state) { one(&g.RewardRecords[0].Index) },
		"reward_record.accrued":            func(g *state) { one(&g.RewardRecords[0].Accrued) },
		"reward_record.accrued missing":    func(g *state) { g.RewardRecords[0].Accrued = math.Int{} },
	} {
		t.Run(label, func(t *testing.T) {
			gs := f.export()
			require.NoError(t, gs.Validate(codecAddr))
			change(gs)
			require.Error(t, gs.Validate(codecAddr))
		})
	}
}

func TestCheckInvariantsSeesBrokenBacking(t *testing.T) {
	f := backed(t)
	for label, breakIt := range map[string]func(ctx sdk.Context) error{
		"rewards are robbed": func(ctx sdk.Context) error {
			return f.bank.move(ctx, module, alice, sdk.NewCoins(open(1)))
		},
		"a queue of batches is lost":        func(ctx sdk.Context) error { return f.k.BatchTurns.Clear(ctx, nil) },
		"the other queue is lost":           func(ctx sdk.Context) error { return f.k.BatchTimes.Clear(ctx, nil) },
		"the index of backers is lost":      func(ctx sdk.Context) error { return f.k.BackingsByBacker.Clear(ctx, nil) },
		"the index of withdrawals is lost":  func(ctx sdk.Context) error { return f.k.UnbackingsByBacker.Clear(ctx, nil) },
		"the generations start again":       func(ctx sdk.Context) error { return f.k.GenerationSeq.Set(ctx, 0) },
		"the accumulator moved by itself":   func(ctx sdk.Context) error { return f.k.RewardState.Set(ctx, stakingext.NewRewardState()) },
		"an operator's record has vanished": func(ctx sdk.Context) error { return f.k.RewardRecords.Remove(ctx, alice) },
	} {
		t.Run(label, func(t *testing.T) {
			broken, _ := f.ctx.CacheContext()
			require.NoError(t, breakIt(broken))
			require.ErrorIs(t, f.k.CheckInvariants(broken), stakingext.ErrInvariant)
		})
	}
}
