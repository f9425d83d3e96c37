// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func harmed(p *stakingext.Params) { p.WrongData.HarmedBps = 2_000 }

func TestASlashIsSplitBetweenTheHarmedPartyAndTheFire(t *testing.T) {
	for _, c := range []struct{ taken, sent int64 }{{1, 0}, {4, 0}, {5, 1}, {99, 19}, {1_000, 200}} {
		f := setup(t, harmed)
		require.NoError(t, f.bond(alice, 10_000))
		fault := f.fault("task/1")
		fault.Harmed = carol
		f.forgetEvents()
		slashed, err := f.slash(alice, fault, uint32(c.taken)) // of 10,000
		require.NoError(t, err)
		require.Equal(t, math.NewInt(c.taken), slashed)
		require.Equal(t, 1_000_000+c.sent, f.balance(carol))
		require.Equal(t, 10_000-c.taken, f.balance(module))
		f.requireEvent(&stakingext.EventSlashed{
			Operator: name(alice), Fault: fault, FractionBps: uint32(c.taken), Slashed: slashed,
			FromBond: slashed, FromUnbondings: math.ZeroInt(), ToHarmed: math.NewInt(c.sent), Harmed: name(carol),
		})
		require.Equal(t, math.NewInt(c.sent), f.faultsOf(alice)[0].ToHarmed)
		f.requireSound()
	}
}

func (f *fixture) faultsOf(who sdk.AccAddress) []stakingext.FaultRecord {
	f.t.Helper()
	res, err := f.queries.Faults(f.ctx, &stakingext.QueryFaultsRequest{Operator: name(who)})
	require.NoError(f.t, err)
	return res.Faults
}

func TestT6_EveryTrackHasAHarmedPartOfItsOwn(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.WrongData.HarmedBps, p.Offline.HarmedBps = 5_000, 1_000 })
	require.NoError(t, f.bond(alice, 100_000))
	got := int64(1_000_000)
	for track, part := range map[stakingext.FaultTrack]int64{
		stakingext.TrackWrongData: 500, stakingext.TrackOffline: 100, stakingext.TrackUnknown: 0,
	} {
		before := f.balance(module)
		slashed, err := f.slash(alice, stakingext.Fault{
			Subject: "task/1", Kind: track.String(), Track: track, Height: 100, Harmed: carol,
		}, 100)
		require.NoError(t, err)
		got += slashed.Int64() * part / 1_000
		require.Equal(t, got, f.balance(carol), track)
		require.Equal(t, slashed.Int64(), before-f.balance(module))
	}
	f.requireSound()
}

func TestAHarmedPartThatCannotBeSentIsBurned(t *testing.T) {
	for label, spoil := range map[string]func(*fixture){
		"a blocked address":  func(f *fixture) { f.bank.blocked[string(carol)] = true },
		"a bank that panics": func(f *fixture) { f.bank.panics = true },
	} {
		t.Run(label, func(t *testing.T) {
			f := setup(t, harmed)
			require.NoError(t, f.bond(alice, 1_000))
			fault := f.fault("task/1")
			fault.Harmed = carol
			spoil(f)
			slashed, err := f.report(alice, fault)
			require.NoError(t, err)
			require.Equal(t, math.NewInt(100), slashed)
			require.Equal(t, int64(1_000_000), f.balance(carol))
			require.Equal(t, int64(900), f.balance(module), "burned, and not stuck")
			require.True(t, f.faultsOf(alice)[0].ToHarmed.IsZero())
			unpaid := 0
			for _, e := range f.events() {
				if e, is := e.(*stakingext.EventHarmedUnpaid); is {
					require.Equal(t, name(carol), e.Harmed)
					require.Equal(t, math.NewInt(20), e.Amount)
					unpaid++
				}
			}
			require.Equal(t, 1, unpaid)
			f.requireSound()
		})
	}
}

func TestNobodyIsTheHarmedPartyOfItsOwnFault(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.WrongData.HarmedBps = stakingext.MaxHarmedBps })
	require.NoError(t, f.bond(alice, 1_000))
	fault := f.fault("task/1")
	fault.Harmed = alice
	_, err := f.report(alice, fault)
	require.NoError(t, err)
	require.Equal(t, int64(999_000), f.balance(alice))
	require.Equal(t, int64(900), f.balance(module))
	f.requireSound()
}

// Alice and bob are one person: alice lies, bob is the harmed party, whatever the
// params allow. The pair never gets more back than it burns.
func TestSelfDealingLosesAtLeastHalf(t *testing.T) {
	for _, bps := range []uint32{0, 1, 2_000, stakingext.MaxHarmedBps} {
		f := setup(t, func(p *stakingext.Params) { p.WrongData.HarmedBps, p.MaxGainBps = bps, 0 })
		require.NoError(t, f.bond(alice, 1_000))
		pair := func() int64 { return f.balance(alice) + f.balance(bob) + f.bondOf(alice).Amount.Int64() }
		before := pair()
		fault := f.fault("task/1")
		fault.Harmed = bob
		slashed, err := f.report(alice, fault)
		require.NoError(t, err)
		require.GreaterOrEqual(t, 2*(before-pair()), slashed.Int64())
	}
}

func TestS3_AnotherHarmedPartyIsNoOtherFault(t *testing.T) {
	f := setup(t, harmed)
	require.NoError(t, f.bond(alice, 1_000))
	fault := f.fault("task/1")
	fault.Harmed = bob
	_, err := f.report(alice, fault)
	require.NoError(t, err)
	fault.Harmed = carol
	_, err = f.report(alice, fault)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	require.Equal(t, int64(1_000_000), f.balance(carol))
}

func TestT3_TheHarmedPartIsOfWhatTheEpochAllows(t *testing.T) {
	f := setup(t, harmed, func(p *stakingext.Params) { p.MaxSlashPerEpochBps = 500 })
	require.NoError(t, f.bond(alice, 1_000))
	fault := f.fault("task/1")
	fault.Harmed = carol
	slashed, err := f.report(alice, fault) // 100 due, 50 allowed
	require.NoError(t, err)
	require.Equal(t, math.NewInt(50), slashed)
	require.Equal(t, int64(1_000_010), f.balance(carol))
	require.Equal(t, int64(950), f.balance(module))
	f.requireSound()
}

func TestAHarmedAddressIsNoLongerThanAddressesAre(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	fault := f.fault("task/1")
	fault.Harmed = make([]byte, 256)
	_, err := f.report(alice, fault)
	require.ErrorIs(t, err, stakingext.ErrInvalidFault)
}
