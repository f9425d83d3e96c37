// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestBondingMovesCoinsAndCreatesAnEligibleBond(t *testing.T) {
	f := setup(t)
	require.False(t, f.eligible(alice))

	require.NoError(t, f.bond(alice, 100))
	require.Equal(t, int64(999_900), f.balance(alice))
	require.Equal(t, int64(100), f.balance(module))
	require.True(t, f.eligible(alice))
	f.requireEvent(&stakingext.EventBonded{Operator: name(alice), Amount: math.NewInt(100), Bonded: math.NewInt(100)})
	require.Equal(t, []string{name(alice)}, f.hooks.calls)

	require.NoError(t, f.bond(alice, 1))
	require.Equal(t, math.NewInt(101), f.bondOf(alice).Amount)
	f.requireEvent(&stakingext.EventBonded{Operator: name(alice), Amount: math.NewInt(1), Bonded: math.NewInt(101)})
	f.requireSound()
}

func TestABondBelowTheMinimumIsRefused(t *testing.T) {
	f := setup(t)
	require.ErrorIs(t, f.bond(alice, 99), stakingext.ErrBelowMinimum)
	require.Equal(t, int64(1_000_000), f.balance(alice))
	f.requireSound()
}

func TestBondingMoreThanOnesBalanceIsRefused(t *testing.T) {
	f := setup(t)
	require.ErrorIs(t, f.bond(alice, 1_000_001), sdkerrors.ErrInsufficientFunds)
	f.requireSound()
}

func TestARefusingHookRefusesTheBond(t *testing.T) {
	f := setup(t)
	f.hooks.err = sdkerrors.ErrLogic
	require.ErrorIs(t, f.bond(alice, 100), sdkerrors.ErrLogic)
	_, err := f.k.BondOf(f.ctx, alice)
	require.ErrorIs(t, err, stakingext.ErrNoBond)
}

func TestS10_OnlyTheBondDenomIsTaken(t *testing.T) {
	f := setup(t)
	for _, coin := range []sdk.Coin{
		sdk.NewInt64Coin("uatom", 100),
		{Denom: "", Amount: math.NewInt(100)},
		{Denom: strings.Repeat("x", 1000), Amount: math.NewInt(100)},
	} {
		_, err := f.msgs.Bond(f.ctx, &stakingext.MsgBond{Operator: name(alice), Amount: coin})
		require.ErrorIs(t, err, stakingext.ErrWrongDenom)
		require.Less(t, len(err.Error()), 300)
		_, err = f.msgs.Unbond(f.ctx, &stakingext.MsgUnbond{Operator: name(alice), Amount: coin})
		require.ErrorIs(t, err, stakingext.ErrWrongDenom)
	}
}

func TestC14_SenselessAmountsAreRefused(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	huge := math.NewIntFromBigInt(math.OneInt().BigInt().Lsh(math.OneInt().BigInt(), 255))
	for label, amount := range map[string]math.Int{
		"zero": math.ZeroInt(), "negative": math.NewInt(-5), "missing": {},
	} {
		t.Run(label, func(t *testing.T) {
			coin := sdk.Coin{Denom: denom, Amount: amount}
			_, err := f.msgs.Bond(f.ctx, &stakingext.MsgBond{Operator: name(alice), Amount: coin})
			require.ErrorIs(t, err, stakingext.ErrInvalidAmount)
			_, err = f.msgs.Unbond(f.ctx, &stakingext.MsgUnbond{Operator: name(alice), Amount: coin})
			require.ErrorIs(t, err, stakingext.ErrInvalidAmount)
			// The keeper checks by itself: authz and gov reach it without the server.
			require.ErrorIs(t, f.k.Bond(f.ctx, alice, amount), stakingext.ErrInvalidAmount)
			_, err = f.k.Unbond(f.ctx, alice, amount)
			require.ErrorIs(t, err, stakingext.ErrInvalidAmount)
			require.ErrorIs(t, f.k.Lock(f.ctx, alice, "task/1", amount, 200), stakingext.ErrInvalidLock)
		})
	}
	t.Run("beyond all supply", func(t *testing.T) {
		require.ErrorIs(t, f.k.Bond(f.ctx, alice, huge), sdkerrors.ErrInsufficientFunds)
		_, err := f.k.Unbond(f.ctx, alice, huge)
		require.ErrorIs(t, err, stakingext.ErrInsufficientFree)
		require.ErrorIs(t, f.k.Lock(f.ctx, alice, "task/1", huge, 200), stakingext.ErrInsufficientFree)
	})
	f.requireSound()
}

func TestC12_BadAddressesAreRefused(t *testing.T) {
	f := setup(t)
	good := name(alice)
	long, err := sdk.Bech32ifyAddressBytes("open", make([]byte, 300))
	require.NoError(t, err)
	val, err := sdk.Bech32ifyAddressBytes("openvaloper", alice)
	require.NoError(t, err)
	for label, bad := range map[string]string{
		"empty": "", "mixed case": strings.ToUpper(good[:10]) + good[10:], "validator prefix": val,
		"wrong prefix": alice.String(), "too long": long, "checksum": good[:len(good)-1] + "b",
	} {
		t.Run(label, func(t *testing.T) {
			_, err := f.msgs.Bond(f.ctx, &stakingext.MsgBond{Operator: bad, Amount: open(100)})
			require.ErrorIs(t, err, sdkerrors.ErrInvalidAddress)
			_, err = f.msgs.Unbond(f.ctx, &stakingext.MsgUnbond{Operator: bad, Amount: open(100)})
			require.ErrorIs(t, err, sdkerrors.ErrInvalidAddress)
			_, err = f.msgs.Unjail(f.ctx, &stakingext.MsgUnjail{Operator: bad})
			require.ErrorIs(t, err, sdkerrors.ErrInvalidAddress)
			_, err = f.msgs.ReleaseExpiredLock(f.ctx, &stakingext.MsgReleaseExpiredLock{Sender: bad, Operator: good, Subject: "x"})
			require.ErrorIs(t, err, sdkerrors.ErrInvalidAddress)
			_, err = f.msgs.ReleaseExpiredLock(f.ctx, &stakingext.MsgReleaseExpiredLock{Sender: good, Operator: bad, Subject: "x"})
			require.ErrorIs(t, err, sdkerrors.ErrInvalidAddress)
			_, err = f.queries.Bond(f.ctx, &stakingext.QueryBondRequest{Operator: bad})
			require.ErrorIs(t, err, sdkerrors.ErrInvalidAddress)
		})
	}
}

func TestUnbondingPaysAfterItsTimeAndItsHeight(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.unbond(alice, 400))
	f.requireEvent(&stakingext.EventUnbondingStarted{
		Operator: name(alice), Id: 0, Amount: math.NewInt(400), MatureHeight: 120, MatureTime: genesisTime.Add(time.Hour),
	})
	f.requireSound()

	f.next(5, time.Hour) // the time is there, the height is not
	f.next(14, 0)
	require.Equal(t, int64(999_000), f.balance(alice))
	require.Len(t, f.unbondings(alice), 1)
	f.requireSound()

	f.next(1, 0) // end of block 119
	require.Equal(t, int64(999_000), f.balance(alice))
	f.endBlock() // of block 120
	require.Equal(t, int64(999_400), f.balance(alice))
	f.requireEvent(&stakingext.EventUnbondingPaid{Operator: name(alice), Id: 0, Amount: math.NewInt(400)})
	require.Empty(t, f.unbondings(alice))
	f.requireSound()
}

func TestUnbondingWaitsForItsTimeWhereBlocksAreFast(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.unbond(alice, 400))
	f.next(500, time.Hour-time.Nanosecond)
	f.endBlock()
	require.Equal(t, int64(999_000), f.balance(alice))
	f.next(1, time.Nanosecond)
	f.endBlock()
	require.Equal(t, int64(999_400), f.balance(alice))
}

func TestUnbondingLeavesNothingOrTheMinimum(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 250))
	require.ErrorIs(t, f.unbond(alice, 151), stakingext.ErrBelowMinimum)
	require.ErrorIs(t, f.unbond(alice, 251), stakingext.ErrInsufficientFree)
	require.NoError(t, f.unbond(alice, 150))
	require.NoError(t, f.unbond(alice, 100))
	require.True(t, f.bondOf(alice).Amount.IsZero())
	require.False(t, f.eligible(alice))
	f.requireSound()
}

func TestC6_ABlankBondIsForgottenOnceItIsPaid(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 100))
	require.NoError(t, f.unbond(alice, 100))
	f.next(30, 2*time.Hour)
	f.endBlock()
	_, err := f.k.BondOf(f.ctx, alice)
	require.ErrorIs(t, err, stakingext.ErrNoBond)
	f.requireEvent(&stakingext.EventBondClosed{Operator: name(alice)})
	require.Equal(t, int64(1_000_000), f.balance(alice))
	f.requireSound()
}

func TestS6_UnbondingWhatADutyHoldsIsRefusedAndNamesTheLockedAmount(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 300, 200))
	err := f.unbond(alice, 701)
	require.ErrorIs(t, err, stakingext.ErrInsufficientFree)
	require.ErrorContains(t, err, "300 of 1000 is locked")
	require.ErrorContains(t, err, "700 is free")

	// What is free may go, but only matures a challenge window after the duty.
	require.NoError(t, f.unbond(alice, 700))
	require.Equal(t, int64(220), f.unbondings(alice)[0].MatureHeight)
	f.requireSound()
}

func TestS7_UnbondingsAreCappedAndHaveAMinimum(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.ErrorIs(t, f.unbond(alice, 9), stakingext.ErrInvalidAmount)
	for range 7 {
		require.NoError(t, f.unbond(alice, 10))
	}
	require.ErrorIs(t, f.unbond(alice, 10), stakingext.ErrTooManyUnbondings)
	f.next(30, 2*time.Hour)
	f.endBlock()
	require.NoError(t, f.unbond(alice, 10))
	f.requireSound()
}

func TestC10_CoinsSentToTheModuleAccountAreIgnored(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.bank.move(f.ctx, bob, module, sdk.NewCoins(open(777))))
	f.requireSound()
	res, err := f.queries.Totals(f.ctx, &stakingext.QueryTotalsRequest{})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(1_000), res.Totals.Bonded)
	_, err = f.slash(alice, f.fault("task/1"), stakingext.BasisPoints)
	require.NoError(t, err)
	require.Equal(t, int64(777), f.balance(module))
	f.requireSound()
}

func TestC7_TheKeeperRefusesWhatTheMessageServerRefuses(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.k.Tombstone(f.ctx, alice))
	require.ErrorIs(t, f.k.Bond(f.ctx, alice, math.NewInt(100)), stakingext.ErrTombstoned)
	_, err := f.k.Unbond(f.ctx, alice, math.NewInt(1_001))
	require.ErrorIs(t, err, stakingext.ErrInsufficientFree)
	require.ErrorIs(t, f.k.Unjail(f.ctx, alice), stakingext.ErrTombstoned)
	require.ErrorIs(t, f.k.UpdateParams(f.ctx, name(alice), testParams()), stakingext.ErrUnauthorized)
	require.ErrorIs(t, f.k.ReleaseExpiredLock(f.ctx, alice, "none"), stakingext.ErrNoLock)
}

func TestQueriesAnswer(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 950, 200))
	res, err := f.queries.Bond(f.ctx, &stakingext.QueryBondRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(50), res.Free)
	require.False(t, res.Eligible)
	require.Contains(t, res.IneligibleReason, "free bond is 50, 100 is needed")

	params, err := f.queries.Params(context.Context(f.ctx), &stakingext.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, testParams(), params.Params)

	locks, err := f.queries.Locks(f.ctx, &stakingext.QueryLocksRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Len(t, locks.Locks, 1)
	locks, err = f.queries.Locks(f.ctx, &stakingext.QueryLocksRequest{Operator: name(bob)})
	require.NoError(t, err)
	require.Empty(t, locks.Locks)

	_, err = f.queries.Bond(f.ctx, &stakingext.QueryBondRequest{Operator: name(bob)})
	require.ErrorIs(t, err, stakingext.ErrNoBond)
}
