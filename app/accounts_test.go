// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
)

// C10: coins that are sent straight to a module account would stand in no ledger.
func TestC10_NobodySendsCoinsToAModuleAccount(t *testing.T) {
	a := testapp.New(t)
	from := a.Accounts[0]
	for _, name := range app.ModuleAccounts() {
		to := authtypes.NewModuleAddress(name)
		before := a.Keepers().Bank.GetAllBalances(a.Ctx(), to)
		a.Refuse(sdkerrors.ErrUnauthorized, from, banktypes.NewMsgSend(from.Addr, to, sdk.NewCoins(app.Open(1))))
		a.Refuse(sdkerrors.ErrUnauthorized, from, &banktypes.MsgMultiSend{
			Inputs:  []banktypes.Input{banktypes.NewInput(from.Addr, sdk.NewCoins(app.Open(1)))},
			Outputs: []banktypes.Output{banktypes.NewOutput(to, sdk.NewCoins(app.Open(1)))},
		})
		if name == authtypes.FeeCollectorName || before.IsZero() {
			continue // what the chain itself pays moves on in every block
		}
	}
}

// C11: an account of another kind at a module's address would lock the module's coins.
func TestC11_ModuleAccountsExistFromTheFirstBlock(t *testing.T) {
	a := testapp.New(t)
	for _, name := range app.ModuleAccounts() {
		account := a.Keepers().Account.GetAccount(a.Ctx(), authtypes.NewModuleAddress(name))
		require.IsType(t, (*authtypes.ModuleAccount)(nil), account, name)
		require.Equal(t, name, account.(*authtypes.ModuleAccount).Name)
	}
}

func TestTheCoinIsDescribedToWallets(t *testing.T) {
	a := testapp.New(t, testapp.WithoutShadows())
	metadata, found := a.Keepers().Bank.GetDenomMetaData(a.Ctx(), app.BondDenom)
	require.True(t, found)
	require.NoError(t, metadata.Validate())
	require.Equal(t, app.DisplayDenom, metadata.Display)
	denom, err := a.Keepers().Staking.BondDenom(a.Ctx())
	require.NoError(t, err)
	require.Equal(t, app.BondDenom, denom)
}
