// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Operators' rewards are a share of what is minted; the fees of the block before,
// which wait in the same account as the rest of it, are left alone.
func TestRewardsAreAShareOfTheProvisionAndNeverOfFees(t *testing.T) {
	a := testapp.New(t)
	k, operator := a.Keepers(), a.Accounts[0]
	a.MustDeliver(operator, &stakingext.MsgBond{Operator: operator.String(), Amount: app.Open(200)})

	// A fork of the state, in which one provision is minted.
	minted := func(weight uint64) (provision, rewards, collected sdk.Coin) {
		ctx, _ := a.Ctx().CacheContext()
		require.NoError(t, k.StakingExt.SetRewardWeight(ctx, operator.Addr, weight))
		collector := k.Account.GetModuleAddress(authtypes.FeeCollectorName)
		module := k.Account.GetModuleAddress(stakingext.ModuleName)
		balances := func() (supply, rewards, collected sdk.Coin) {
			return k.Bank.GetSupply(ctx, app.BondDenom), k.Bank.GetBalance(ctx, module, app.BondDenom),
				k.Bank.GetBalance(ctx, collector, app.BondDenom)
		}
		fee := app.Open(3)
		require.NoError(t, k.Bank.SendCoinsFromAccountToModule(ctx, a.Accounts[1].Addr, authtypes.FeeCollectorName, sdk.NewCoins(fee)))
		supply, held, fees := balances()
		require.NoError(t, k.Mint.MintFn(ctx))
		newSupply, newHeld, newFees := balances()
		require.NoError(t, k.StakingExt.CheckInvariants(ctx))
		return newSupply.Sub(supply), newHeld.Sub(held), newFees.Sub(fees)
	}

	provision, rewards, collected := minted(0)
	require.True(t, provision.IsPositive())
	require.True(t, rewards.IsZero())
	require.Equal(t, provision, collected)

	params, err := k.StakingExt.Params.Get(a.Ctx())
	require.NoError(t, err)
	provision, rewards, collected = minted(5)
	share := provision.Amount.MulRaw(int64(params.RewardShareBps)).QuoRaw(stakingext.BasisPoints)
	require.True(t, share.IsPositive())
	require.Equal(t, share.String(), rewards.Amount.String())
	require.Equal(t, provision.Sub(rewards), collected)
}
