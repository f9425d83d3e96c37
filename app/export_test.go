// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// lived returns a chain with a past: delegations, rewards, bonds, unbondings.
func lived(t *testing.T) *testapp.TestApp {
	t.Helper()
	a := testapp.New(t)
	from := a.Accounts[0]
	operator := a.Validators[1].ValAddr().String()
	a.MustDeliver(from, stakingtypes.NewMsgDelegate(from.String(), operator, app.Open(500)))
	a.NextBlocks(5)
	a.MustDeliver(from, stakingtypes.NewMsgUndelegate(from.String(), operator, app.Open(100)))
	a.MustDeliver(from, stakingtypes.NewMsgBeginRedelegate(from.String(), operator, a.Validators[2].ValAddr().String(), app.Open(100)))
	a.MustDeliver(a.Accounts[1], &stakingext.MsgBond{Operator: a.Accounts[1].String(), Amount: app.Open(50_000)})
	a.MustDeliver(a.Accounts[1], &stakingext.MsgUnbond{Operator: a.Accounts[1].String(), Amount: app.Open(100)})
	a.MustDeliver(from, banktypes.NewMsgSend(from.Addr, a.Accounts[2].Addr, sdk.NewCoins(app.Open(1))))
	a.NextBlocks(3)
	return a
}

// C17: nothing is lost or invented on the way through a genesis file.
func TestC17_ExportImportExportIsByteEqual(t *testing.T) {
	a := lived(t)
	testapp.RequireImportsAsExported(t, a.App(), a.ChainID())
}

func TestAStateBecomesTheGenesisOfANewNetwork(t *testing.T) {
	a := lived(t)
	delegator := a.Accounts[0].Addr
	before := a.Keepers().Bank.GetBalance(a.Ctx(), delegator, app.BondDenom)

	exported, err := a.App().ExportAppStateAndValidators(true, nil, nil)
	require.NoError(t, err)
	require.Len(t, exported.Validators, 4)
	next := testapp.Import(t, exported, "next-1", a.Time())
	ctx := next.NewContext(false)
	require.Empty(t, next.CheckInvariants(ctx))
	after := next.Keepers.Bank.GetBalance(ctx, delegator, app.BondDenom)
	require.True(t, after.Amount.GT(before.Amount), "its rewards were not paid")
}

func TestOnlyNamedValidatorsGoOnInANewNetwork(t *testing.T) {
	a := lived(t)
	exported, err := a.App().ExportAppStateAndValidators(true, []string{a.Validators[0].ValAddr().String()}, nil)
	require.NoError(t, err)
	require.Len(t, exported.Validators, 1)
	_, err = a.App().ExportAppStateAndValidators(true, []string{"nobody"}, nil)
	require.ErrorContains(t, err, "nobody")
}
