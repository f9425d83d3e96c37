// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package simulation makes random states and messages of x/por.
package simulation

import (
	"context"

	"cosmossdk.io/core/address"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
	"github.com/openmesh-network/openmesh/x/por/keeper"
)

// RandomGenesis has random params with short delays, so that much happens in few blocks.
func RandomGenesis(state *module.SimulationState) {
	genesis := por.DefaultGenesis()
	genesis.Params = randomParams(state.Rand)
	state.GenState[por.ModuleName] = state.Cdc.MustMarshalJSON(genesis)
}

// random is the part of the simulator's source of chance that is used here.
type random interface {
	Intn(n int) int
	Int63n(n int64) int64
}

func randomParams(r random) por.Params {
	p := por.LocalnetParams()
	p.ActivationDelay = por.MinActivationDelay + r.Int63n(10)
	p.MinContributions = 1 + uint32(r.Intn(4))
	p.RetentionBlocks = por.MinRetentionBlocks + r.Int63n(100)
	p.MaxItemsPerBlock = por.MinItemsPerBlock + uint32(r.Intn(10))
	p.MaxMembersPerBlock = 1 + uint32(r.Intn(10))
	p.MaxChecksPerBlock = 1 + uint32(r.Intn(5))
	p.FraudBlocks = 1 + r.Int63n(60)
	for i := range p.Classes {
		randomClass(r, &p.Classes[i])
	}
	randomCourt(r, &p)
	return p
}

// randomClass makes windows of a class short, and its mode any.
func randomClass(r random, c *por.ClassParams) {
	c.Mode = por.Mode(1 + r.Intn(3))
	c.AnswerBlocks = 2 + r.Int63n(6)
	if c.RevealBlocks > 0 {
		c.RevealBlocks = 2 + r.Int63n(6)
	}
	c.PeriodBlocks = c.AnswerBlocks + c.RevealBlocks + 2 + r.Int63n(20)
	c.SurpriseIntervalBlocks = r.Int63n(30)
	c.LapseWindows = 1 + uint32(r.Intn(4))
	if c.Cpu != nil {
		c.Cpu.WorkMillis = 1_000
	}
}

// RegisterBeaconKey announces a new key for some validator.
func RegisterBeaconKey(k *keeper.Keeper, operators address.Codec) simsx.SimMsgFactoryFn[*por.MsgRegisterBeaconKey] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgRegisterBeaconKey) {
		from := data.AnyAccount(reporter, simsx.WithSpendableBalance(), validators(ctx, k), settled(ctx, k))
		if reporter.IsSkipped() {
			return nil, nil
		}
		secret := make([]byte, 32)
		data.Rand().Read(secret)
		signer, err := beacon.NewSigner(secret)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		pubKey := signer.PubKeys()[0]
		proof, err := signer.Possession(pubKey, sdk.UnwrapSDKContext(ctx).ChainID(), from.Address)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		operator, err := operators.BytesToString(from.Address)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		return []simsx.SimAccount{from}, &por.MsgRegisterBeaconKey{Validator: operator, PubKey: pubKey, Proof: proof}
	}
}

// DeactivateBeaconKey announces the end of some validator's key.
func DeactivateBeaconKey(k *keeper.Keeper, operators address.Codec) simsx.SimMsgFactoryFn[*por.MsgDeactivateBeaconKey] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgDeactivateBeaconKey) {
		var withKey []sdk.ValAddress
		err := k.BeaconKeys.Walk(ctx, nil, func(operator sdk.ValAddress, key por.BeaconKey) (bool, error) {
			if len(key.PubKey) > 0 && key.Pending == nil {
				withKey = append(withKey, operator)
			}
			return false, nil
		})
		if err != nil || len(withKey) == 0 {
			reporter.Skip("no validator has a settled key")
			return nil, nil
		}
		chosen := withKey[data.Rand().Intn(len(withKey))]
		from := data.GetAccountbyAccAddr(reporter, sdk.AccAddress(chosen))
		if reporter.IsSkipped() {
			return nil, nil
		}
		operator, err := operators.BytesToString(from.Address)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		return []simsx.SimAccount{from}, &por.MsgDeactivateBeaconKey{Validator: operator}
	}
}

// UpdateParams proposes random params.
func UpdateParams() simsx.SimMsgFactoryFn[*por.MsgUpdateParams] {
	return func(_ context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgUpdateParams) {
		return nil, &por.MsgUpdateParams{
			Authority: data.ModuleAccountAddress(reporter, "gov"),
			Params:    randomParams(data.Rand()),
		}
	}
}

func validators(ctx context.Context, k *keeper.Keeper) simsx.SimAccountFilter {
	return simsx.SimAccountFilterFn(func(a simsx.SimAccount) bool {
		is, err := k.IsValidator(ctx, sdk.ValAddress(a.Address))
		return err == nil && is
	})
}

// settled accepts validators without a change to come.
func settled(ctx context.Context, k *keeper.Keeper) simsx.SimAccountFilter {
	return simsx.SimAccountFilterFn(func(a simsx.SimAccount) bool {
		key, err := k.BeaconKey(ctx, sdk.ValAddress(a.Address))
		return err != nil || key.Pending == nil
	})
}
