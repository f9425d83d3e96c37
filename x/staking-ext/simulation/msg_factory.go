// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/staking-ext/keeper"
)

// enough records to pick from; a simulation has some hundred accounts.
const sample = 200

// MsgBondFactory bonds or tops up with what an account has.
func MsgBondFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgBond] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgBond) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		least := sdk.NewCoin(params.BondDenom, params.MinBond)
		from := data.AnyAccount(rep, simsx.WithLiquidBalanceGTE(least))
		if rep.IsSkipped() {
			return nil, nil
		}
		bond, err := k.BondOf(ctx, from.Address)
		if err == nil && bond.Status == stakingext.StatusTombstoned {
			rep.Skip("tombstoned")
			return nil, nil
		}
		amount := least
		// Never all of it: fees and the other modules want some too.
		if spare := from.LiquidBalance().AmountOf(params.BondDenom).QuoRaw(4); spare.GT(params.MinBond) {
			amount.Amount = params.MinBond.Add(data.Rand().Amount(spare.Sub(params.MinBond)))
		}
		if !from.LiquidBalance().BlockAmount(amount) {
			rep.Skip("balance is too low")
			return nil, nil
		}
		return []simsx.SimAccount{from}, &stakingext.MsgBond{Operator: from.AddressBech32, Amount: amount}
	}
}

// MsgUnbondFactory withdraws what is free, in part or in whole.
func MsgUnbondFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgUnbond] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgUnbond) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		bond, from, ok := pickBond(ctx, k, data, rep, func(b stakingext.Bond) bool { return b.Free().IsPositive() })
		if !ok {
			return nil, nil
		}
		amount := bond.Free()
		if data.Rand().Bool() {
			amount = math.MaxInt(math.OneInt(), data.Rand().Amount(amount))
		}
		entries, err := countUnbondings(ctx, k, from.Address)
		if err != nil || entries >= int(params.MaxUnbondingEntries) {
			rep.Skip("no room for another unbonding")
			return nil, nil
		}
		if err := bond.CheckUnbond(amount, params.MinUnbond, params.MinBond); err != nil {
			rep.Skip("amount does not suit")
			return nil, nil
		}
		return []simsx.SimAccount{from}, &stakingext.MsgUnbond{
			Operator: from.AddressBech32, Amount: sdk.NewCoin(params.BondDenom, amount),
		}
	}
}

// MsgUnjailFactory sends unjails that must work and unjails that must not.
func MsgUnjailFactory(k *keeper.Keeper) simsx.SimMsgFactoryX {
	return simsx.NewSimMsgFactoryWithDeliveryResultHandler(func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgUnjail, simsx.SimDeliveryResultHandler) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil, nil
		}
		bond, from, ok := pickBond(ctx, k, data, rep, func(b stakingext.Bond) bool { return b.Status == stakingext.StatusJailed })
		if !ok {
			return nil, nil, nil
		}
		var handler simsx.SimDeliveryResultHandler
		if want := bond.Unjail(simsx.BlockTime(ctx), params.MinBond); want != nil {
			handler = func(err error) error {
				if err == nil {
					return errors.New("unjailed although " + want.Error())
				}
				return nil
			}
		}
		return []simsx.SimAccount{from}, &stakingext.MsgUnjail{Operator: from.AddressBech32}, handler
	})
}

// MsgReleaseExpiredLockFactory lets anyone release what is past its deadline.
func MsgReleaseExpiredLockFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgReleaseExpiredLock] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgReleaseExpiredLock) {
		height := sdk.UnwrapSDKContext(ctx).BlockHeight()
		var expired []stakingext.Lock
		err := k.Locks.Walk(ctx, nil, func(_ collections.Pair[sdk.AccAddress, string], l stakingext.Lock) (bool, error) {
			if height > l.Deadline {
				expired = append(expired, l)
			}
			return len(expired) == sample, nil
		})
		if err != nil || len(expired) == 0 {
			rep.Skip("no lock has expired")
			return nil, nil
		}
		lock := simsx.OneOf(data.Rand(), expired)
		sender := data.AnyAccount(rep)
		return []simsx.SimAccount{sender}, &stakingext.MsgReleaseExpiredLock{
			Sender: sender.AddressBech32, Operator: lock.Operator, Subject: lock.Subject,
		}
	}
}

// MsgUpdateParamsFactory proposes other params to governance.
func MsgUpdateParamsFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgUpdateParams] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgUpdateParams) {
		old, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		return nil, &stakingext.MsgUpdateParams{
			Authority: data.ModuleAccountAddress(rep, "gov"),
			Params:    RandomParams(data.Rand().Rand, old.BondDenom),
		}
	}
}

// pickBond draws one of the bonds that suit, of an account that can sign.
func pickBond(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, rep simsx.SimulationReporter,
	suits func(stakingext.Bond) bool,
) (stakingext.Bond, simsx.SimAccount, bool) {
	var list []stakingext.Bond
	err := k.Bonds.Walk(ctx, nil, func(_ sdk.AccAddress, b stakingext.Bond) (bool, error) {
		if suits(b) && data.HasAccount(b.Operator) {
			list = append(list, b)
		}
		return len(list) == sample, nil
	})
	if err != nil || len(list) == 0 {
		rep.Skip("no bond suits")
		return stakingext.Bond{}, simsx.SimAccount{}, false
	}
	bond := simsx.OneOf(data.Rand(), list)
	return bond, data.GetAccount(rep, bond.Operator), true
}

func countUnbondings(ctx context.Context, k *keeper.Keeper, operator sdk.AccAddress) (int, error) {
	iter, err := k.Unbondings.Iterate(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, uint64](operator))
	if err != nil {
		return 0, err
	}
	keys, err := iter.Keys()
	return len(keys), err
}
