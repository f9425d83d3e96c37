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

// services that are asked for their owner; registries begin at 1.
const services = 32

// MsgBondServiceFactory puts stake behind a service of an account. It is skipped
// where the chain has no registry of services.
func MsgBondServiceFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgBondService] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgBondService) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		id := uint64(1 + data.Rand().Intn(services))
		of, err := k.ServiceOwner(ctx, id)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		name, err := k.AddressCodec().BytesToString(of)
		if err != nil || !data.HasAccount(name) {
			rep.Skip("the owner is no account")
			return nil, nil
		}
		open, err := countServiceUnbondings(ctx, k, id)
		if err != nil || open >= int(params.MaxUnbondingEntries) {
			rep.Skip("an earlier owner could not be unbonded")
			return nil, nil
		}
		from := data.GetAccount(rep, name)
		amount := sdk.NewCoin(params.BondDenom, params.MinServiceBond)
		if !from.LiquidBalance().BlockAmount(amount) {
			rep.Skip("balance is too low")
			return nil, nil
		}
		return []simsx.SimAccount{from}, &stakingext.MsgBondService{Owner: from.AddressBech32, ServiceId: id, Amount: amount}
	}
}

// MsgUnbondServiceFactory withdraws stake from behind a service, in part or in whole.
func MsgUnbondServiceFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*stakingext.MsgUnbondService] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *stakingext.MsgUnbondService) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		var list []stakingext.ServiceBond
		err = k.ServiceBonds.Walk(ctx, nil, func(_ uint64, b stakingext.ServiceBond) (bool, error) {
			if b.Amount.IsPositive() && data.HasAccount(b.Owner) {
				list = append(list, b)
			}
			return len(list) == sample, nil
		})
		if err != nil || len(list) == 0 {
			rep.Skip("no service has stake")
			return nil, nil
		}
		bond := simsx.OneOf(data.Rand(), list)
		amount := bond.Amount
		if data.Rand().Bool() {
			amount = math.MaxInt(math.OneInt(), data.Rand().Amount(amount))
		}
		if err := bond.CheckUnbond(amount, params.MinUnbond, params.MinServiceBond); err != nil {
			rep.Skip("amount does not suit")
			return nil, nil
		}
		open, err := countServiceUnbondings(ctx, k, bond.ServiceId)
		if err != nil || open >= int(params.MaxUnbondingEntries) {
			rep.Skip("no room for another unbonding")
			return nil, nil
		}
		return []simsx.SimAccount{data.GetAccount(rep, bond.Owner)}, &stakingext.MsgUnbondService{
			Owner: bond.Owner, ServiceId: bond.ServiceId, Amount: sdk.NewCoin(params.BondDenom, amount),
		}
	}
}

func countServiceUnbondings(ctx context.Context, k *keeper.Keeper, id uint64) (int, error) {
	iter, err := k.ServiceUnbondings.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint64](id))
	if err != nil {
		return 0, err
	}
	keys, err := iter.Keys()
	return len(keys), err
}
