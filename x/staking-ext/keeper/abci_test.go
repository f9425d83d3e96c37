// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestC4_APayoutToABlockedAddressWaitsWithBackoffAndNeverHalts(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.bond(bob, 1_000))
	require.NoError(t, f.unbond(alice, 1_000))
	require.NoError(t, f.unbond(bob, 1_000))
	f.bank.blocked[string(alice)] = true

	f.next(20, time.Hour) // block 120
	f.endBlock()
	require.Equal(t, int64(1_000_000), f.balance(bob))
	require.Equal(t, int64(999_000), f.balance(alice))
	entry := f.unbondings(alice)[0]
	require.Equal(t, uint32(1), entry.Attempts)
	f.requireEvent(&stakingext.EventPayoutFailed{
		Operator: name(alice), Id: entry.Id, Amount: math.NewInt(1_000), Attempts: 1, RetryHeight: 130,
		Reason: "blocked address: unauthorized",
	})
	f.requireSound()

	f.next(10, time.Minute)
	f.endBlock()
	require.Equal(t, int64(150), f.unbondings(alice)[0].QueuedHeight) // twice the wait
	// What waits is still slashable.
	_, err := f.slash(alice, stakingext.Fault{Subject: "t", Kind: "k", Track: stakingext.TrackOffline, Height: 100}, 1_000)
	require.NoError(t, err)

	f.bank.blocked[string(alice)] = false
	f.next(20, time.Minute)
	f.endBlock()
	require.Equal(t, int64(999_900), f.balance(alice))
	f.requireSound()
}

func TestC4_APanickingPayoutIsCaughtAndRolledBack(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.unbond(alice, 1_000))
	f.next(20, time.Hour)
	f.bank.panics = true
	f.endBlock()
	require.Len(t, f.unbondings(alice), 1)
	require.Equal(t, int64(1_000), f.balance(module))
	f.requireSound()
}

func TestC5_AThousandMaturingUnbondingsAreWorkedOffInCappedBlocks(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.MaxMaturedPerBlock = 100 })
	for i := range uint64(1_000) {
		who := sdk.AccAddress(binary.BigEndian.AppendUint64(make([]byte, 12), i))
		f.bank.set(f.ctx, who, math.NewInt(100))
		require.NoError(t, f.bond(who, 100))
		require.NoError(t, f.unbond(who, 100))
	}
	f.requireSound()
	f.next(20, time.Hour)
	for block := range 10 {
		paid := 0
		for _, e := range f.endBlock() {
			if _, ok := e.(*stakingext.EventUnbondingPaid); ok {
				paid++
			}
		}
		require.Equal(t, 100, paid, "block %d", block)
		f.skip(1, time.Second)
	}
	require.Zero(t, f.balance(module))
	f.requireSound()
}

func TestC5_ReleasesAndPruningAreCapped(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.MaxReleasedPerBlock, p.MaxPrunedPerBlock, p.MaxLocks = 3, 4, 100 })
	require.NoError(t, f.bond(alice, 100_000))
	for i := range 10 {
		require.NoError(t, f.lock(alice, fmt.Sprintf("task/%d", i), 10, 150))
		_, err := f.slash(alice, f.fault(fmt.Sprintf("task/%d", i)), 0)
		require.NoError(t, err)
	}
	f.ctx = f.ctx.WithBlockHeight(400)
	for _, want := range []struct{ locks, faults int }{{7, 6}, {4, 2}, {1, 0}, {0, 0}} {
		f.endBlock()
		require.Equal(t, uint32(want.locks), f.bondOf(alice).LockCount)
		faults, err := f.queries.Faults(f.ctx, &stakingext.QueryFaultsRequest{Operator: name(alice)})
		require.NoError(t, err)
		require.Len(t, faults.Faults, want.faults)
		f.requireSound()
		f.skip(1, time.Second)
	}
}

func TestC4_EndBlockWithoutParamsDoesNotHalt(t *testing.T) {
	f := newChain(t)
	require.NoError(t, f.k.EndBlock(f.ctx))
}
