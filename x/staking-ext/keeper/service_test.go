// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/staking-ext/keeper"
)

// served is a chain where alice has put 1,000 behind her service 7.
func served(t tester, change ...func(*stakingext.Params)) *fixture {
	f := setup(t, change...)
	f.owners[7] = alice
	require.NoError(t, f.bondService(alice, 7, 1_000))
	return f
}

func TestAnOwnerPutsStakeBehindItsServiceAndGetsItBack(t *testing.T) {
	f := served(t)
	f.requireEvent(&stakingext.EventServiceBonded{ServiceId: 7, Owner: name(alice), Amount: math.NewInt(1_000), Bonded: math.NewInt(1_000)})
	require.NoError(t, f.bondService(alice, 7, 1))
	require.NoError(t, f.unbondService(alice, 7, 401))
	bonded, unbonding := f.serviceStake(7)
	require.Equal(t, []int64{600, 401}, []int64{bonded, unbonding})
	totals, err := f.queries.Totals(f.ctx, &stakingext.QueryTotalsRequest{})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(600), totals.Totals.ServiceBonded)
	require.Equal(t, math.NewInt(401), totals.Totals.ServiceUnbonding)
	require.True(t, totals.Totals.Bonded.IsZero(), "operators have nothing to do with it")
	require.False(t, f.eligible(alice), "it secures no duties of an Xnode")
	f.requireSound()

	f.next(19, 2*time.Hour)
	f.endBlock()
	require.Equal(t, int64(998_999), f.balance(alice), "the time is over, the height is not")
	f.skip(1, 0)
	f.endBlock()
	f.requireEvent(&stakingext.EventServiceUnbondingPaid{ServiceId: 7, Owner: name(alice), Id: 0, Amount: math.NewInt(401)})
	require.Equal(t, int64(999_400), f.balance(alice))

	require.NoError(t, f.unbondService(alice, 7, 600))
	f.next(30, time.Minute)
	f.endBlock()
	require.Equal(t, int64(999_400), f.balance(alice), "the height is reached, the time is not")
	f.skip(1, time.Hour)
	f.endBlock()
	f.requireEvent(&stakingext.EventServiceBondClosed{ServiceId: 7})
	require.Equal(t, int64(1_000_000), f.balance(alice))
	_, err = f.k.ServiceBondOf(f.ctx, 7)
	require.ErrorIs(t, err, stakingext.ErrNoServiceBond)
	f.requireSound()
}

func TestStakeBehindAServiceIsRefusedForWhatDoesNotFit(t *testing.T) {
	f := served(t)
	f.owners[8] = bob
	bond := func(msg stakingext.MsgBondService) error {
		_, err := f.msgs.BondService(f.ctx, &msg)
		return err
	}
	unbond := func(msg stakingext.MsgUnbondService) error {
		_, err := f.msgs.UnbondService(f.ctx, &msg)
		return err
	}
	for label, c := range map[string]struct {
		got, want error
	}{
		"S10: another denom":            {bond(stakingext.MsgBondService{Owner: name(alice), ServiceId: 7, Amount: sdk.NewInt64Coin("uatom", 100)}), stakingext.ErrWrongDenom},
		"S10: another denom back":       {unbond(stakingext.MsgUnbondService{Owner: name(alice), ServiceId: 7, Amount: sdk.NewInt64Coin("uatom", 100)}), stakingext.ErrWrongDenom},
		"C14: nothing":                  {bond(stakingext.MsgBondService{Owner: name(alice), ServiceId: 7, Amount: sdk.Coin{Denom: denom}}), stakingext.ErrInvalidAmount},
		"C14: less than nothing":        {bond(stakingext.MsgBondService{Owner: name(alice), ServiceId: 7, Amount: sdk.Coin{Denom: denom, Amount: math.NewInt(-1)}}), stakingext.ErrInvalidAmount},
		"a service of another":          {f.bondService(alice, 8, 100), stakingext.ErrNotServiceOwner},
		"a service of nobody":           {f.bondService(alice, 9, 100), errNoService},
		"too little":                    {f.bondService(bob, 8, 49), stakingext.ErrBelowMinimum},
		"more than there is":            {f.bondService(bob, 8, 1_000_001), nil},
		"back, of another":              {f.unbondService(bob, 7, 100), stakingext.ErrNotServiceOwner},
		"back, of nothing":              {f.unbondService(bob, 8, 100), stakingext.ErrNoServiceBond},
		"back, more than there is":      {f.unbondService(alice, 7, 1_001), stakingext.ErrInsufficientFree},
		"S7: back, dust":                {f.unbondService(alice, 7, 9), stakingext.ErrInvalidAmount},
		"S5: back, leaving too little":  {f.unbondService(alice, 7, 951), stakingext.ErrBelowMinimum},
		"C12: an owner that is no name": {unbond(stakingext.MsgUnbondService{Owner: "open1", ServiceId: 7, Amount: open(100)}), nil},
	} {
		require.Error(t, c.got, label)
		if c.want != nil {
			require.ErrorIs(t, c.got, c.want, label)
		}
	}
	require.NoError(t, f.unbondService(alice, 7, 950), "exactly the least is left")
	f.requireSound()
}

func TestWithoutARegistryNoServiceIsBonded(t *testing.T) {
	f := setup(t)
	_, err := keeper.NewMsgServer(bareKeeper(f)).BondService(f.ctx, &stakingext.MsgBondService{Owner: name(alice), ServiceId: 7, Amount: open(100)})
	require.ErrorIs(t, err, stakingext.ErrNoServices)
}

func TestS1_StakeThatLeftAServiceAfterTheFaultIsWithinReach(t *testing.T) {
	f := served(t)
	require.NoError(t, f.unbondService(alice, 7, 200)) // before the infraction: out of reach
	f.next(1, time.Second)
	fault := f.fault("session/1")
	require.NoError(t, f.unbondService(alice, 7, 300))
	f.next(5, time.Minute)
	require.NoError(t, f.unbondService(alice, 7, 500))
	slashed, err := f.slashService(7, fault, 5_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(400), slashed)
	res, err := f.queries.ServiceUnbondings(f.ctx, &stakingext.QueryServiceUnbondingsRequest{ServiceId: 7})
	require.NoError(t, err)
	require.Equal(t, []int64{200, 150, 250}, []int64{
		res.Unbondings[0].Entry.Amount.Int64(), res.Unbondings[1].Entry.Amount.Int64(), res.Unbondings[2].Entry.Amount.Int64(),
	})
	f.requireSound()
	f.next(100, 2*time.Hour)
	f.endBlock()
	require.Equal(t, int64(999_600), f.balance(alice))
	f.requireSound()
}

func TestS3_OneFaultOfAServiceIsPunishedOnceEvenWhenItIsBondedAnew(t *testing.T) {
	f := served(t)
	fault := f.fault("session/1")
	_, err := f.slashService(7, fault, stakingext.BasisPoints)
	require.NoError(t, err)
	f.requireEvent(&stakingext.EventServiceBondClosed{ServiceId: 7})
	_, err = f.slashService(7, fault, stakingext.BasisPoints)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	require.NoError(t, f.bondService(alice, 7, 1_000))
	f.next(10, time.Minute)
	again := fault
	again.Track, again.Harmed = stakingext.TrackOffline, carol
	_, err = f.slashService(7, again, 10)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	other := fault
	other.Kind = "absent"
	_, err = f.slashService(7, other, 10)
	require.NoError(t, err, "another kind is another fault")
	f.requireSound()

	f.next(90, time.Minute) // height 200
	_, err = f.slashService(7, fault, 10)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	f.next(101, time.Minute) // height 301: the record goes
	f.endBlock()
	res, err := f.queries.ServiceFaults(f.ctx, &stakingext.QueryServiceFaultsRequest{ServiceId: 7})
	require.NoError(t, err)
	require.Len(t, res.Faults, 1, "the younger is kept")
	_, err = f.slashService(7, fault, 10)
	require.ErrorIs(t, err, stakingext.ErrFaultTooOld)
	f.requireSound()
}

func TestS4_AServiceCannotBeSlashedBelowNothing(t *testing.T) {
	f := served(t)
	require.NoError(t, f.bond(alice, 500))
	slashed, err := f.slashService(7, f.fault("session/1"), stakingext.BasisPoints)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(1_000), slashed)
	_, err = f.slashService(7, f.fault("session/2"), stakingext.BasisPoints)
	require.ErrorIs(t, err, stakingext.ErrNoServiceBond)
	require.Equal(t, math.NewInt(500), f.bondOf(alice).Amount, "the bond of the same account answers for its duties only")
	_, err = f.slash(alice, f.fault("session/1"), 1_000)
	require.NoError(t, err, "an operator's fault is not its service's")
	f.requireSound()
}

func TestS5_StakeSlashedBelowTheLeastCanBeWithdrawnWhole(t *testing.T) {
	f := served(t)
	_, err := f.slashService(7, f.fault("session/1"), 9_900)
	require.NoError(t, err)
	require.ErrorIs(t, f.unbondService(alice, 7, 5), stakingext.ErrBelowMinimum)
	require.NoError(t, f.unbondService(alice, 7, 10))
	f.requireSound()
}

func TestS7_AServiceHasSoManyWithdrawalsAndNoMore(t *testing.T) {
	f := served(t, func(p *stakingext.Params) { p.MaxUnbondingEntries = 2 })
	require.NoError(t, f.unbondService(alice, 7, 10))
	require.NoError(t, f.unbondService(alice, 7, 10))
	require.ErrorIs(t, f.unbondService(alice, 7, 10), stakingext.ErrTooManyUnbondings)
	f.owners[7] = bob
	require.ErrorIs(t, f.bondService(bob, 7, 100), stakingext.ErrTooManyUnbondings, "alice's stake could not leave")
	f.next(30, 2*time.Hour)
	f.endBlock()
	require.NoError(t, f.bondService(bob, 7, 100))
	f.requireSound()
}

func TestAServiceThatChangesHandsSendsTheEarlierOwnersStakeBack(t *testing.T) {
	f := served(t)
	f.owners[7] = bob
	require.ErrorIs(t, f.bondService(alice, 7, 10), stakingext.ErrNotServiceOwner)
	require.ErrorIs(t, f.bondService(bob, 7, 49), stakingext.ErrBelowMinimum, "alice's stake does not count for bob")
	bonded, unbonding := f.serviceStake(7)
	require.Equal(t, []int64{1_000, 0}, []int64{bonded, unbonding})
	fault := f.fault("session/1")
	require.NoError(t, f.bondService(bob, 7, 500))
	bonded, unbonding = f.serviceStake(7)
	require.Equal(t, []int64{500, 1_000}, []int64{bonded, unbonding})
	require.ErrorIs(t, f.unbondService(alice, 7, 10), stakingext.ErrNotServiceOwner)
	slashed, err := f.slashService(7, fault, 1_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(150), slashed, "what leaves answers for what was before")
	f.requireSound()
	f.next(30, 2*time.Hour)
	f.endBlock()
	require.Equal(t, int64(999_900), f.balance(alice))
	require.Equal(t, int64(999_500), f.balance(bob))
	f.requireSound()
}

func TestStakeIsNotStuckBehindAServiceThatIsGone(t *testing.T) {
	f := served(t)
	delete(f.owners, 7)
	require.ErrorIs(t, f.bondService(alice, 7, 100), errNoService)
	require.NoError(t, f.unbondService(alice, 7, 1_000))
	f.next(30, 2*time.Hour)
	f.endBlock()
	require.Equal(t, int64(1_000_000), f.balance(alice))
}

func TestTheHarmedPartyOfAServiceGetsItsPart(t *testing.T) {
	f := served(t, harmed)
	fault := f.fault("session/1")
	fault.Harmed = carol
	slashed, err := f.slashService(7, fault, 1_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(100), slashed)
	require.Equal(t, int64(1_000_020), f.balance(carol))
	require.Equal(t, int64(900), f.balance(module))
	own := f.fault("session/2")
	own.Harmed = alice
	_, err = f.slashService(7, own, 1_000)
	require.NoError(t, err)
	require.Equal(t, int64(999_000), f.balance(alice), "nobody is harmed by itself")
	f.requireSound()
}

func TestT3_ServicesAndOperatorsShareTheEpochsCap(t *testing.T) {
	f := served(t, func(p *stakingext.Params) { p.MaxSlashPerEpochBps = 1_000 })
	require.NoError(t, f.bond(bob, 3_000))
	slashed, err := f.slashService(7, f.fault("session/1"), 3_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(300), slashed)
	slashed, err = f.slash(bob, f.fault("task/1"), 1_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(100), slashed, "a tenth of all 4,000 is taken")
	slashed, err = f.slashService(7, f.fault("session/2"), 3_000)
	require.NoError(t, err)
	require.True(t, slashed.IsZero())
	f.requireSound()
}

func TestT6_AServicesFaultIsHeldToTheBoundsOfAll(t *testing.T) {
	f := served(t)
	old, ahead, odd := f.fault("s"), f.fault("s"), f.fault("s")
	ahead.Height++
	odd.Track = 9
	f.next(101, time.Minute)
	for label, c := range map[string]struct {
		id    uint64
		fault stakingext.Fault
		bps   uint32
		want  error
	}{
		"T2: too old":    {7, old, 10, stakingext.ErrFaultTooOld},
		"ahead":          {7, stakingext.Fault{Subject: "s", Kind: "k", Track: 1, Height: 500}, 10, stakingext.ErrInvalidFault},
		"no track":       {7, odd, 10, stakingext.ErrInvalidFault},
		"more than all":  {7, ahead, 10_001, stakingext.ErrInvalidFault},
		"no such bond":   {8, f.fault("s"), 10, stakingext.ErrNoServiceBond},
		"T2: just young": {7, ahead, 10, nil},
	} {
		_, err := f.slashService(c.id, c.fault, c.bps)
		require.ErrorIs(t, err, c.want, label)
	}
}

func TestC4_APayoutToABlockedOwnerWaitsAndStaysSlashable(t *testing.T) {
	f := served(t)
	f.bank.blocked[string(alice)] = true
	require.NoError(t, f.unbondService(alice, 7, 1_000))
	f.next(20, 2*time.Hour)
	f.endBlock()
	f.requireEvent(&stakingext.EventServicePayoutFailed{
		ServiceId: 7, Owner: name(alice), Id: 0, Amount: math.NewInt(1_000), Attempts: 1, RetryHeight: 130,
		Reason: "blocked address: unauthorized",
	})
	f.requireSound()
	early := f.fault("session/1")
	early.Height = 100
	slashed, err := f.slashService(7, early, 1_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(100), slashed)
	f.bank.blocked[string(alice)] = false
	f.skip(10, time.Second)
	f.endBlock()
	require.Equal(t, int64(999_900), f.balance(alice))
	f.requireSound()
}

func TestC5_WithdrawalsOfServicesArePaidSoManyABlock(t *testing.T) {
	f := served(t, func(p *stakingext.Params) { p.MaxMaturedPerBlock = 2 })
	for range 5 {
		require.NoError(t, f.unbondService(alice, 7, 10))
	}
	f.next(30, 2*time.Hour)
	for _, paid := range []int64{20, 40, 50} {
		f.endBlock()
		require.Equal(t, 999_000+paid, f.balance(alice))
		f.skip(1, time.Second)
	}
	f.requireSound()
}

func TestC18_PagesOfServicesAreBounded(t *testing.T) {
	f := setup(t)
	for id := range uint64(5) {
		f.owners[id] = alice
		require.NoError(t, f.bondService(alice, id, 100))
	}
	res, err := f.queries.ServiceBonds(f.ctx, &stakingext.QueryServiceBondsRequest{Pagination: page(2)})
	require.NoError(t, err)
	require.Len(t, res.Bonds, 2)
	require.NotEmpty(t, res.Pagination.NextKey)
	_, err = f.queries.ServiceBonds(f.ctx, &stakingext.QueryServiceBondsRequest{Pagination: page(201)})
	require.ErrorIs(t, err, stakingext.ErrInvalidPage)
	_, err = f.queries.ServiceUnbondings(f.ctx, &stakingext.QueryServiceUnbondingsRequest{Pagination: page(201)})
	require.ErrorIs(t, err, stakingext.ErrInvalidPage)
	_, err = f.queries.ServiceFaults(f.ctx, &stakingext.QueryServiceFaultsRequest{Pagination: page(201)})
	require.ErrorIs(t, err, stakingext.ErrInvalidPage)
	_, err = f.queries.ServiceBond(f.ctx, &stakingext.QueryServiceBondRequest{ServiceId: 9})
	require.ErrorIs(t, err, stakingext.ErrNoServiceBond)
}
