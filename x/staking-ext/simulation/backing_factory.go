// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/staking-ext/keeper"
)

// MsgSetCommissionFactory opens pools and changes commissions as far as they may.
func MsgSetCommissionFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgSetCommission] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgSetCommission) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		_, from, ok := pickBond(ctx, k, data, rep, func(b stakingext.Bond) bool { return b.Status != stakingext.StatusTombstoned })
		if !ok {
			return nil, nil
		}
		bps := uint32(data.Rand().Intn(stakingext.BasisPoints + 1))
		if pool, err := k.Pools.Get(ctx, from.Address); err == nil {
			height := sdk.UnwrapSDKContext(ctx).BlockHeight()
			if pool.SetCommission(bps, height, params) != nil {
				rep.Skip("the commission may not rise that far")
				return nil, nil
			}
		}
		return []simsx.SimAccount{from}, &stakingext.MsgSetCommission{Operator: from.AddressBech32, CommissionBps: bps}
	}
}

// MsgBackFactory backs an operator with what an account has.
func MsgBackFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgBack] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgBack) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		type opening struct {
			operator string
			room     math.Int
		}
		var list []opening
		err = k.Pools.Walk(ctx, nil, func(operator sdk.AccAddress, p stakingext.Pool) (bool, error) {
			bond, err := k.BondOf(ctx, operator)
			if err != nil {
				return false, err
			}
			room := p.Room(bond.Amount, params.MaxBackingBps)
			if bond.Status != stakingext.StatusTombstoned && !p.IsWorn() && room.GTE(params.MinBacking) {
				list = append(list, opening{p.Operator, room})
			}
			return len(list) == sample, nil
		})
		if err != nil || len(list) == 0 {
			rep.Skip("no pool takes backing")
			return nil, nil
		}
		least := sdk.NewCoin(params.BondDenom, params.MinBacking)
		from := data.AnyAccount(rep, simsx.WithLiquidBalanceGTE(least))
		if rep.IsSkipped() {
			return nil, nil
		}
		to := simsx.OneOf(data.Rand(), list)
		amount := least
		most := math.MinInt(to.room, from.LiquidBalance().AmountOf(params.BondDenom).QuoRaw(4))
		if most.GT(params.MinBacking) {
			amount.Amount = params.MinBacking.Add(data.Rand().Amount(most.Sub(params.MinBacking)))
		}
		if !from.LiquidBalance().BlockAmount(amount) {
			rep.Skip("balance is too low")
			return nil, nil
		}
		return []simsx.SimAccount{from}, &stakingext.MsgBack{Backer: from.AddressBech32, Operator: to.operator, Amount: amount}
	}
}

// MsgUnbackFactory withdraws backing, in part or in whole.
func MsgUnbackFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgUnback] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgUnback) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		view, from, ok := pickBacking(ctx, k, data, rep, func(v stakingext.BackingView) bool { return v.Value.IsPositive() })
		if !ok {
			return nil, nil
		}
		amount := view.Value
		if data.Rand().Bool() {
			amount = math.MaxInt(math.OneInt(), data.Rand().Amount(amount))
		}
		if stakingext.CheckUnback(amount, view.Value, params) != nil {
			rep.Skip("amount does not suit")
			return nil, nil
		}
		return []simsx.SimAccount{from}, &stakingext.MsgUnback{
			Backer: from.AddressBech32, Operator: view.Backing.Operator, Amount: sdk.NewCoin(params.BondDenom, amount),
		}
	}
}

// MsgWithdrawBackerRewardsFactory withdraws what backers have earned.
func MsgWithdrawBackerRewardsFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgWithdrawBackerRewards] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgWithdrawBackerRewards) {
		view, from, ok := pickBacking(ctx, k, data, rep, func(v stakingext.BackingView) bool {
			return v.Value.IsZero() || v.Rewards.IsPositive()
		})
		if !ok {
			return nil, nil
		}
		return []simsx.SimAccount{from}, &stakingext.MsgWithdrawBackerRewards{
			Backer: from.AddressBech32, Operator: view.Backing.Operator,
		}
	}
}

// MsgClaimRewardsFactory claims what operators have earned.
func MsgClaimRewardsFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgClaimRewards] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgClaimRewards) {
		queries := keeper.NewQueryServer(k)
		var list []string
		err := k.RewardRecords.Walk(ctx, nil, func(_ sdk.AccAddress, r stakingext.RewardRecord) (bool, error) {
			res, err := queries.Rewards(ctx, &stakingext.QueryRewardsRequest{Operator: r.Operator})
			if err != nil {
				return false, err
			}
			if res.Claimable.IsPositive() && data.HasAccount(r.Operator) {
				list = append(list, r.Operator)
			}
			return len(list) == sample, nil
		})
		if err != nil || len(list) == 0 {
			rep.Skip("nobody has rewards")
			return nil, nil
		}
		from := data.GetAccount(rep, simsx.OneOf(data.Rand(), list))
		return []simsx.SimAccount{from}, &stakingext.MsgClaimRewards{Operator: from.AddressBech32}
	}
}

// pickBacking draws one of the backings that suit, of an account that can sign.
func pickBacking(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, rep simsx.SimulationReporter,
	suits func(stakingext.BackingView) bool,
) (stakingext.BackingView, simsx.SimAccount, bool) {
	var list []stakingext.BackingView
	err := k.Backings.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, sdk.AccAddress], b stakingext.Backing) (bool, error) {
		view, err := k.ViewBacking(ctx, key.K2(), key.K1())
		if err != nil {
			return false, err
		}
		if suits(view) && data.HasAccount(b.Backer) {
			list = append(list, view)
		}
		return len(list) == sample, nil
	})
	if err != nil || len(list) == 0 {
		rep.Skip("no backing suits")
		return stakingext.BackingView{}, simsx.SimAccount{}, false
	}
	view := simsx.OneOf(data.Rand(), list)
	return view, data.GetAccount(rep, view.Backing.Backer), true
}
