// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func (f *fixture) back(backer, operator sdk.AccAddress, amount int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.Back(ctx, &stakingext.MsgBack{Backer: name(backer), Operator: name(operator), Amount: open(amount)})
		return err
	})
}

func (f *fixture) unback(backer, operator sdk.AccAddress, amount int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.Unback(ctx, &stakingext.MsgUnback{Backer: name(backer), Operator: name(operator), Amount: open(amount)})
		return err
	})
}

func (f *fixture) commission(operator sdk.AccAddress, bps uint32) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.SetCommission(ctx, &stakingext.MsgSetCommission{Operator: name(operator), CommissionBps: bps})
		return err
	})
}

// withdraw returns what a backer was paid as rewards.
func (f *fixture) withdraw(backer, operator sdk.AccAddress) (paid int64, err error) {
	f.t.Helper()
	err = f.deliver(func(ctx context.Context) error {
		res, err := f.msgs.WithdrawBackerRewards(ctx, &stakingext.MsgWithdrawBackerRewards{Backer: name(backer), Operator: name(operator)})
		if err == nil {
			paid = res.Amount.Int64()
		}
		return err
	})
	return paid, err
}

// claim returns what an operator was paid as rewards.
func (f *fixture) claim(operator sdk.AccAddress) (paid int64, err error) {
	f.t.Helper()
	err = f.deliver(func(ctx context.Context) error {
		res, err := f.msgs.ClaimRewards(ctx, &stakingext.MsgClaimRewards{Operator: name(operator)})
		if err == nil {
			paid = res.Amount.Int64()
		}
		return err
	})
	return paid, err
}

func (f *fixture) weigh(operator sdk.AccAddress, weight uint64) {
	f.t.Helper()
	require.NoError(f.t, f.k.SetRewardWeight(f.ctx, operator, weight))
}

// mint hands the module a provision, and returns what it took of it.
func (f *fixture) mint(amount int64) int64 {
	f.t.Helper()
	rest := f.k.AddProvision(f.ctx, "mint", sdk.NewCoins(open(amount)))
	return amount - rest.AmountOf(denom).Int64()
}

// opened is a chain on which alice has bonded so much and takes backing at the
// given commission.
func opened(t tester, own int64, commissionBps uint32, change ...func(*stakingext.Params)) *fixture {
	t.Helper()
	f := setup(t, change...)
	require.NoError(t, f.bond(alice, own))
	require.NoError(t, f.commission(alice, commissionBps))
	return f
}

func (f *fixture) pool(operator sdk.AccAddress) stakingext.Pool {
	f.t.Helper()
	p, err := f.k.Pools.Get(f.ctx, operator)
	require.NoError(f.t, err)
	return p
}

// worth is what a backing is worth, and what it has earned.
func (f *fixture) worth(backer, operator sdk.AccAddress) (value, rewards int64) {
	f.t.Helper()
	view, err := f.k.ViewBacking(f.ctx, backer, operator)
	require.NoError(f.t, err)
	return view.Value.Int64(), view.Rewards.Int64()
}

func (f *fixture) batches(operator sdk.AccAddress) []stakingext.UnbackingBatch {
	f.t.Helper()
	res, err := f.queries.UnbackingBatches(f.ctx, &stakingext.QueryUnbackingBatchesRequest{Operator: name(operator)})
	require.NoError(f.t, err)
	return res.Batches
}

func (f *fixture) free(operator sdk.AccAddress) int64 {
	f.t.Helper()
	free, err := f.k.FreeBond(f.ctx, operator)
	require.NoError(f.t, err)
	return free.Int64()
}

// freshBackers are so many accounts with coins.
func (f *fixture) freshBackers(count int, coins int64) []sdk.AccAddress {
	list := make([]sdk.AccAddress, count)
	for i := range list {
		addr := make([]byte, 20)
		addr[0], addr[18], addr[19] = 99, byte(i>>8), byte(i)
		list[i] = addr
		f.bank.set(f.ctx, addr, math.NewInt(coins))
	}
	return list
}

func (f *fixture) totals() stakingext.Totals {
	f.t.Helper()
	t, err := f.k.Totals.Get(f.ctx)
	require.NoError(f.t, err)
	return t
}

func (f *fixture) hasBacking(backer, operator sdk.AccAddress) bool {
	f.t.Helper()
	has, err := f.k.Backs(f.ctx, backer, operator)
	require.NoError(f.t, err)
	return has
}
