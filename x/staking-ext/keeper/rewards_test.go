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

func TestRewardsGoByWeightWhileItCounts(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 100))
	require.NoError(t, f.bond(bob, 5_000))
	require.Zero(t, f.mint(1_000), "nobody has weight")
	f.weigh(alice, 8)
	f.weigh(bob, 2)
	require.EqualValues(t, 200, f.mint(1_000))
	f.weigh(bob, 0) // offline
	require.EqualValues(t, 200, f.mint(1_000))
	f.weigh(bob, 2)
	require.EqualValues(t, 200, f.mint(1_000))
	f.requireSound()

	paid, err := f.claim(alice)
	require.NoError(t, err)
	require.EqualValues(t, 160+200+160, paid) // whatever the bonds are
	paid, err = f.claim(bob)
	require.NoError(t, err)
	require.EqualValues(t, 40+40, paid)
	_, err = f.claim(bob)
	require.ErrorIs(t, err, stakingext.ErrNoRewards)
	_, err = f.claim(carol)
	require.ErrorIs(t, err, stakingext.ErrNoRewards)
	require.True(t, f.totals().Rewards.IsZero())
	f.requireSound()
}

func TestWhoIsNotActiveOrBelowTheMinimumEarnsNothing(t *testing.T) {
	for label, c := range map[string]struct{ stop, resume func(f *fixture) error }{
		"jailed": {
			func(f *fixture) error { return f.k.Jail(f.ctx, alice, f.ctx.BlockTime()) },
			func(f *fixture) error { return f.unjail(alice) },
		},
		"suspended": {
			func(f *fixture) error { return f.k.Suspend(f.ctx, alice, "por/silent", 150) },
			func(f *fixture) error { return f.k.Resume(f.ctx, alice, "por/silent") },
		},
		"tombstoned": {func(f *fixture) error { return f.k.Tombstone(f.ctx, alice) }, nil},
		"slashed below the minimum": {
			func(f *fixture) error { _, err := f.slash(alice, f.fault("task/1"), 1); return err },
			func(f *fixture) error { return f.bond(alice, 100) },
		},
		"withdrawn": {
			func(f *fixture) error { return f.unbond(alice, 100) },
			func(f *fixture) error { return f.bond(alice, 100) },
		},
	} {
		t.Run(label, func(t *testing.T) {
			f := setup(t)
			require.NoError(t, f.bond(alice, 100))
			require.NoError(t, f.bond(bob, 100))
			f.weigh(alice, 1)
			f.weigh(bob, 1)
			f.mint(1_000)
			if label == "slashed below the minimum" {
				_, err := f.slash(alice, f.fault("task/0"), 100)
				require.NoError(t, err)
			}
			require.NoError(t, c.stop(f))
			f.mint(1_000)
			want := int64(100)
			if c.resume != nil {
				require.NoError(t, c.resume(f))
				f.mint(1_000)
				want = 200
			}
			f.requireSound()
			paid, err := f.claim(alice)
			require.NoError(t, err)
			require.Equal(t, want, paid)
		})
	}
}

func TestABusyOperatorWhoseBondIsAllLockedEarns(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 100))
	f.weigh(alice, 8)
	require.NoError(t, f.lock(alice, "task/1", 100, 200))
	require.EqualValues(t, 200, f.mint(1_000))
	paid, err := f.claim(alice)
	require.NoError(t, err)
	require.EqualValues(t, 200, paid)
}

func TestTheOperatorGetsItsOwnPartAndTheCommission(t *testing.T) {
	f := opened(t, 1_000, 1_000)
	f.weigh(alice, 1)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.back(carol, alice, 400))
	f.mint(10_000) // 2000: 1000 are the backers', less a tenth
	_, rewards := f.worth(bob, alice)
	require.EqualValues(t, 540, rewards)
	f.requireSound()

	// Who comes later gets nothing of what was before.
	require.NoError(t, f.unback(carol, alice, 400))
	require.EqualValues(t, 1_000_000-400+360, f.balance(carol)) // paid on closing
	require.NoError(t, f.back(carol, alice, 400))
	_, rewards = f.worth(carol, alice)
	require.Zero(t, rewards)

	// The commission of the time counts, not that of the claim.
	f.next(100, time.Minute)
	require.NoError(t, f.commission(alice, 1_500))
	paid, err := f.withdraw(bob, alice)
	require.NoError(t, err)
	require.EqualValues(t, 540, paid)
	_, err = f.withdraw(bob, alice)
	require.ErrorIs(t, err, stakingext.ErrNoRewards)
	paid, err = f.claim(alice)
	require.NoError(t, err)
	require.EqualValues(t, 1_100, paid)
	require.True(t, f.totals().Rewards.IsZero())
	f.requireSound()
}

// Coins that do not count for the weight do not draw on the operator's rewards.
func TestBackingThatDoesNotCountTakesNoMoreOfTheRewards(t *testing.T) {
	f := opened(t, 1_000, 0, func(p *stakingext.Params) { p.MaxBackingBps = 10_000 })
	f.weigh(alice, 1)
	require.NoError(t, f.back(bob, alice, 1_000))
	require.NoError(t, f.unbond(alice, 500))
	f.mint(10_000)
	_, rewards := f.worth(bob, alice)
	require.EqualValues(t, 1_000, rewards) // 500 of 1000 counted, beside 500
	f.requireSound()
}

func TestRewardsOfARecordThatClosesArePaid(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 100))
	f.weigh(alice, 4)
	f.mint(1_000)
	require.NoError(t, f.unbond(alice, 100))
	f.weigh(alice, 0)
	f.next(30, 2*time.Hour)
	f.next(1, time.Second)
	_, err := f.k.BondOf(f.ctx, alice)
	require.ErrorIs(t, err, stakingext.ErrNoBond)
	f.requireSound()
	paid, err := f.claim(alice)
	require.NoError(t, err)
	require.EqualValues(t, 200, paid)
	require.Empty(t, f.export().RewardRecords)
	f.requireSound()
}

// Three units among seven, for ever: what does not divide is carried, not lost.
func TestS8_WhatDoesNotDivideIsCarriedOn(t *testing.T) {
	f := setup(t)
	operators := []sdk.AccAddress{alice, bob, carol}
	for i, who := range operators {
		require.NoError(t, f.bond(who, 100))
		f.weigh(who, []uint64{1, 2, 4}[i])
	}
	for range 70 {
		require.EqualValues(t, 3, f.mint(15))
	}
	f.requireSound()
	sum := int64(0)
	for _, who := range operators {
		paid, err := f.claim(who)
		require.NoError(t, err)
		sum += paid
	}
	require.InDelta(t, 210, sum, 2)
	require.EqualValues(t, 210-sum, f.totals().Rewards.Int64())
	// The fractions of those who leave go to those who stay.
	f.weigh(alice, 0)
	f.weigh(bob, 0)
	f.mint(15)
	paid, err := f.claim(carol)
	require.NoError(t, err)
	require.InDelta(t, 210+3-sum, paid, 1)
	f.requireSound()
}

func TestAProvisionOfOtherCoinsOrAFailingBankIsLeftAlone(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 100))
	f.weigh(alice, 1)
	atoms := sdk.NewCoins(sdk.NewInt64Coin("uatom", 1_000))
	require.Equal(t, atoms, f.k.AddProvision(f.ctx, "mint", atoms))
	// The fake knows no module of that name.
	opens := sdk.NewCoins(open(1_000))
	require.Equal(t, opens, f.k.AddProvision(f.ctx, "nobody", opens))
	require.True(t, f.totals().Rewards.IsZero())
	require.Equal(t, sdk.NewCoins(), f.k.AddProvision(f.ctx, "mint", sdk.NewCoins()))
	both := sdk.NewCoins(open(1_000), atoms[0])
	require.Equal(t, sdk.NewCoins(open(800), atoms[0]), f.k.AddProvision(f.ctx, "mint", both))
	f.requireSound()
}

func TestAWeightWithoutABondWaitsForOne(t *testing.T) {
	f := setup(t)
	f.weigh(alice, 0)
	require.Empty(t, f.export().RewardRecords)
	f.weigh(alice, 1<<63)
	require.Zero(t, f.mint(1_000))
	require.NoError(t, f.bond(alice, 100))
	require.EqualValues(t, 200, f.mint(1_000))
	f.weigh(bob, ^uint64(0))
	require.NoError(t, f.bond(bob, 100))
	require.EqualValues(t, 200, f.mint(1_000))
	f.requireSound()
	res, err := f.queries.Rewards(f.ctx, &stakingext.QueryRewardsRequest{Operator: name(bob)})
	require.NoError(t, err)
	require.Equal(t, "133", res.Claimable.String())
	state, err := f.queries.RewardState(f.ctx, &stakingext.QueryRewardStateRequest{})
	require.NoError(t, err)
	require.Equal(t, "400", state.Unpaid.String())
	_, err = f.queries.Rewards(f.ctx, &stakingext.QueryRewardsRequest{Operator: name(carol)})
	require.ErrorIs(t, err, stakingext.ErrNoRewards)
	f.weigh(alice, 0)
	f.weigh(bob, 0)
	require.Zero(t, f.mint(1_000))
	f.requireSound()
}

func TestTheEventsOfBackingAndRewards(t *testing.T) {
	f := opened(t, 1_000, 1_000)
	f.requireEvent(&stakingext.EventCommissionSet{Operator: name(alice), CommissionBps: 1_000})
	f.weigh(alice, 5)
	f.requireEvent(&stakingext.EventRewardWeightSet{Operator: name(alice), Weight: 5})
	require.NoError(t, f.back(bob, alice, 1_000))
	f.requireEvent(&stakingext.EventBacked{
		Operator: name(alice), Backer: name(bob), Amount: math.NewInt(1_000),
		Shares: math.NewInt(1_000 * stakingext.SharesPerUnit), Tokens: math.NewInt(1_000),
	})
	f.mint(10_000)
	f.requireEvent(&stakingext.EventRewardsAdded{Amount: math.NewInt(2_000)})
	_, err := f.withdraw(bob, alice)
	require.NoError(t, err)
	f.requireEvent(&stakingext.EventBackerRewardsPaid{Operator: name(alice), Backer: name(bob), Amount: math.NewInt(900)})
	_, err = f.claim(alice)
	require.NoError(t, err)
	f.requireEvent(&stakingext.EventRewardsClaimed{Operator: name(alice), Amount: math.NewInt(1_100)})
	require.NoError(t, f.unback(bob, alice, 1_000))
	batch := f.batches(alice)[0]
	f.requireEvent(&stakingext.EventUnbackingStarted{
		Operator: name(alice), Backer: name(bob), Amount: math.NewInt(1_000),
		Shares: math.NewInt(1_000 * stakingext.SharesPerUnit), BatchId: batch.Id,
		MatureHeight: batch.MatureHeight, MatureTime: batch.MatureTime,
	})
	f.skip(30, 2*time.Hour)
	f.endBlock()
	f.requireEvent(&stakingext.EventUnbackingPaid{
		Operator: name(alice), Backer: name(bob), BatchId: batch.Id, Amount: math.NewInt(1_000),
	})
}
