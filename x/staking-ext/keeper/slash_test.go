// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestSlashBurnsTheFractionAndLeavesTheEvent(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	f.hooks.calls = nil
	fault := f.fault("task/1")
	slashed, err := f.slash(alice, fault, 250)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(25), slashed)
	require.Equal(t, math.NewInt(975), f.bondOf(alice).Amount)
	require.Equal(t, int64(975), f.balance(module))
	require.Equal(t, []string{name(alice)}, f.hooks.calls)
	f.requireEvent(&stakingext.EventSlashed{
		Operator: name(alice), Fault: fault, FractionBps: 250,
		FromBond: math.NewInt(25), FromUnbondings: math.ZeroInt(), Slashed: math.NewInt(25),
	})
	f.requireSound()
}

func TestS1_UnbondingAfterAFaultDoesNotEscapeTheSlash(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.unbond(alice, 200)) // before the infraction: out of reach
	f.next(1, time.Second)
	fault := f.fault("task/1")
	require.NoError(t, f.unbond(alice, 300)) // in the block of the infraction: within reach
	f.next(5, time.Minute)
	require.NoError(t, f.unbond(alice, 500))
	require.True(t, f.bondOf(alice).Amount.IsZero())

	slashed, err := f.slash(alice, fault, 5_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(400), slashed)
	entries := f.unbondings(alice)
	require.Equal(t, []int64{200, 150, 250}, []int64{entries[0].Amount.Int64(), entries[1].Amount.Int64(), entries[2].Amount.Int64()})
	f.requireSound()

	f.next(100, 2*time.Hour)
	f.endBlock()
	require.Equal(t, int64(999_600), f.balance(alice))
	f.requireSound()
}

func TestS1_AnEntrySlashedToNothingIsForgotten(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.unbond(alice, 1_000))
	slashed, err := f.slash(alice, f.fault("task/1"), stakingext.BasisPoints)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(1_000), slashed)
	require.Empty(t, f.unbondings(alice))
	f.requireSound()
}

func TestS3_OneFaultReportedTwiceIsPunishedOnce(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.bond(bob, 1_000))
	fault := f.fault("task/1")
	_, err := f.slash(alice, fault, 1_000)
	require.NoError(t, err)

	f.next(10, time.Minute)
	again := fault
	again.Height, again.Track = f.ctx.BlockHeight(), stakingext.TrackOffline // other evidence of the same fault
	_, err = f.slash(alice, again, 9_000)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	_, err = f.report(alice, fault)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	require.Equal(t, math.NewInt(900), f.bondOf(alice).Amount)
	require.Equal(t, stakingext.StatusActive, f.bondOf(alice).Status)

	// Another kind, another subject, another operator: other faults.
	other := fault
	other.Kind = "double-commit"
	_, err = f.slash(alice, other, 1_000)
	require.NoError(t, err)
	_, err = f.slash(alice, f.fault("task/2"), 1_000)
	require.NoError(t, err)
	_, err = f.slash(bob, fault, 1_000)
	require.NoError(t, err)
	f.requireSound()
}

func TestS3_RecordsOutliveEvidence(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	fault := f.fault("task/1") // of block 100
	_, err := f.slash(alice, fault, 100)
	require.NoError(t, err)

	f.next(100, time.Minute) // block 200: the evidence is exactly 100 blocks old
	_, err = f.slash(alice, fault, 100)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	f.next(1, time.Minute) // block 201
	_, err = f.slash(alice, fault, 100)
	require.ErrorIs(t, err, stakingext.ErrFaultTooOld)

	f.next(99, time.Minute) // block 300: remembered for 200 blocks
	f.endBlock()
	faults, err := f.queries.Faults(f.ctx, &stakingext.QueryFaultsRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Len(t, faults.Faults, 1)
	f.next(1, time.Minute)
	f.endBlock()
	faults, err = f.queries.Faults(f.ctx, &stakingext.QueryFaultsRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Empty(t, faults.Faults)
	f.requireSound()
}

func TestS3_RaisingTheAgeOfEvidenceReopensNoPrunedFault(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	old, late := f.fault("task/1"), f.fault("task/2")
	_, err := f.slash(alice, old, 100) // block 100, pruned at 301
	require.NoError(t, err)
	f.next(110, time.Minute)
	late.Height = 150 // reported at 210, would be pruned at 411
	_, err = f.slash(alice, late, 100)
	require.NoError(t, err)

	f.next(92, time.Minute) // block 302: the first record is gone
	f.endBlock()
	p := testParams()
	p.MaxEvidenceAgeBlocks, p.FaultRetentionBlocks = 1_000, 1_000
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
	_, err = f.slash(alice, old, 100)
	require.ErrorIs(t, err, stakingext.ErrFaultTooOld)

	f.next(200, time.Minute) // block 502: beyond the turn that the second record had
	f.endBlock()
	_, err = f.slash(alice, late, 100)
	require.ErrorIs(t, err, stakingext.ErrFaultTooOld)
	f.requireSound()
	faults, err := f.queries.Faults(f.ctx, &stakingext.QueryFaultsRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Equal(t, int64(210+1_001), faults.Faults[0].PruneHeight)
}

func TestS4_TwoFaultsAtOnceClampAtZero(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 400, 200))
	_, err := f.slash(alice, f.fault("task/1"), stakingext.BasisPoints)
	require.NoError(t, err)
	slashed, err := f.slash(alice, f.fault("task/2"), stakingext.BasisPoints)
	require.NoError(t, err)
	require.True(t, slashed.IsZero())
	bond := f.bondOf(alice)
	require.True(t, bond.Amount.IsZero())
	require.True(t, bond.Free().IsZero())
	f.requireSound()

	require.NoError(t, f.k.Unlock(f.ctx, alice, "task/1"))
	f.requireSound()
}

func TestS5_ABondBelowTheMinimumAfterASlashIsIneligibleAndUnbondable(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 100))
	_, err := f.slash(alice, f.fault("task/1"), 100)
	require.NoError(t, err)
	require.False(t, f.eligible(alice))
	require.Equal(t, stakingext.StatusActive, f.bondOf(alice).Status)
	require.ErrorIs(t, f.unbond(alice, 50), stakingext.ErrBelowMinimum)
	require.NoError(t, f.unbond(alice, 99))
	f.requireSound()
}

func TestS9_ABondSlashedToNothingCanBeMadeAnew(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	_, err := f.slash(alice, f.fault("task/1"), stakingext.BasisPoints)
	require.NoError(t, err)
	require.NoError(t, f.bond(alice, 100))
	require.Equal(t, math.NewInt(100), f.bondOf(alice).Amount)
	require.Equal(t, uint64(1), f.bondOf(alice).Faults.WrongData.Total)
	require.True(t, f.eligible(alice))
	f.requireSound()
}

func TestT1_FaultsThatCannotBeAreRefused(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	good := f.fault("task/1")
	for label, change := range map[string]func(*stakingext.Fault){
		"of the future":       func(x *stakingext.Fault) { x.Height++ },
		"of no height":        func(x *stakingext.Fault) { x.Height = 0 },
		"of no subject":       func(x *stakingext.Fault) { x.Subject = "" },
		"of a long subject":   func(x *stakingext.Fault) { x.Subject = strings.Repeat("x", 129) },
		"with a NUL":          func(x *stakingext.Fault) { x.Subject = "a\x00b" },
		"with a newline":      func(x *stakingext.Fault) { x.Kind = "a\nb" },
		"beyond ASCII":        func(x *stakingext.Fault) { x.Kind = "dissént" },
		"of a long kind":      func(x *stakingext.Fault) { x.Kind = strings.Repeat("x", 65) },
		"of no track":         func(x *stakingext.Fault) { x.Track = 0 },
		"of an unheard track": func(x *stakingext.Fault) { x.Track = 9 },
	} {
		t.Run(label, func(t *testing.T) {
			bad := good
			change(&bad)
			_, err := f.slash(alice, bad, 100)
			require.ErrorIs(t, err, stakingext.ErrInvalidFault)
			_, err = f.report(alice, bad)
			require.ErrorIs(t, err, stakingext.ErrInvalidFault)
		})
	}
	_, err := f.slash(alice, good, stakingext.BasisPoints+1)
	require.ErrorIs(t, err, stakingext.ErrInvalidFault)
	_, err = f.slash(bob, good, 100)
	require.ErrorIs(t, err, stakingext.ErrNoBond)
	require.Equal(t, math.NewInt(1_000), f.bondOf(alice).Amount)
}

func TestT2_EvidenceIsTakenUpToAndWithItsLastBlock(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	onTime, late := f.fault("task/1"), f.fault("task/2")
	f.next(100, time.Minute)
	_, err := f.slash(alice, onTime, 100)
	require.NoError(t, err)
	f.next(1, time.Minute)
	_, err = f.slash(alice, late, 100)
	require.ErrorIs(t, err, stakingext.ErrFaultTooOld)
}

func TestT3_AMassFaultIsCutByTheCircuitBreaker(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.MaxSlashPerEpochBps = 1_000 })
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.bond(bob, 1_000))
	require.NoError(t, f.bond(carol, 2_000)) // all stake is 4000: an epoch may take 400

	slashed, err := f.slash(alice, f.fault("task/1"), 3_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(300), slashed)
	fault := f.fault("task/1")
	slashed, err = f.slash(bob, fault, 3_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(100), slashed)
	f.requireEvent(&stakingext.EventSlashCapped{Operator: name(bob), Fault: fault, Due: math.NewInt(300), Slashed: math.NewInt(100)})
	slashed, err = f.slash(carol, fault, 3_000)
	require.NoError(t, err)
	require.True(t, slashed.IsZero())
	require.Equal(t, math.NewInt(2_000), f.bondOf(carol).Amount)

	// The fault stays recorded, and what was not taken is not owed.
	_, err = f.slash(carol, fault, 3_000)
	require.ErrorIs(t, err, stakingext.ErrAlreadySlashed)
	faults, err := f.queries.Faults(f.ctx, &stakingext.QueryFaultsRequest{Operator: name(carol)})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(600), faults.Faults[0].Due)
	require.True(t, faults.Faults[0].Slashed.IsZero())
	f.requireSound()

	f.next(1_000, time.Hour) // the next epoch: 10% of the 3600 that are left
	totals, err := f.queries.Totals(f.ctx, &stakingext.QueryTotalsRequest{})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(360), totals.SlashAllowance)
	slashed, err = f.slash(carol, f.fault("task/9"), 1_000)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(200), slashed)
	f.requireSound()
}

func TestT3_ACappedSlashIsSpreadOverBondAndUnbondings(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.MaxSlashPerEpochBps = 1_000 })
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.unbond(alice, 333))
	slashed, err := f.slash(alice, f.fault("task/1"), stakingext.BasisPoints)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(100), slashed)
	require.Equal(t, math.NewInt(600), f.bondOf(alice).Amount) // 66.7 and what rounding left
	require.Equal(t, math.NewInt(300), f.unbondings(alice)[0].Amount)
	f.requireSound()
}

func TestT6_TheThreeTracksArePunishedApart(t *testing.T) {
	report := func(f *fixture, track stakingext.FaultTrack, subject string) math.Int {
		fault := f.fault(subject)
		fault.Track = track
		slashed, err := f.report(alice, fault)
		require.NoError(t, err)
		return slashed
	}
	t.Run("wrong data slashes and jails at once", func(t *testing.T) {
		f := setup(t)
		require.NoError(t, f.bond(alice, 10_000))
		require.Equal(t, math.NewInt(1_000), report(f, stakingext.TrackWrongData, "task/1"))
		require.Equal(t, stakingext.StatusJailed, f.bondOf(alice).Status)
		f.requireEvent(&stakingext.EventJailed{Operator: name(alice), JailedUntil: genesisTime.Add(time.Hour)})
	})
	t.Run("offline costs a hundredth of it and jails on the third miss", func(t *testing.T) {
		f := setup(t)
		require.NoError(t, f.bond(alice, 10_000))
		require.Equal(t, math.NewInt(10), report(f, stakingext.TrackOffline, "task/1"))
		report(f, stakingext.TrackOffline, "task/2")
		require.Equal(t, stakingext.StatusActive, f.bondOf(alice).Status)
		report(f, stakingext.TrackOffline, "task/3")
		bond := f.bondOf(alice)
		require.Equal(t, stakingext.StatusJailed, bond.Status)
		require.Equal(t, genesisTime.Add(10*time.Minute), bond.JailedUntil)
		require.Equal(t, stakingext.FaultCounter{Count: 0, WindowStart: 100, Total: 3}, bond.Faults.Offline)
		require.Zero(t, bond.Faults.WrongData.Total)
	})
	t.Run("misses far apart do not add up", func(t *testing.T) {
		f := setup(t)
		require.NoError(t, f.bond(alice, 10_000))
		for _, subject := range []string{"task/1", "task/2", "task/3", "task/4"} {
			report(f, stakingext.TrackOffline, subject)
			f.next(51, time.Minute)
		}
		require.Equal(t, stakingext.StatusActive, f.bondOf(alice).Status)
	})
	t.Run("unknown costs nothing", func(t *testing.T) {
		f := setup(t)
		require.NoError(t, f.bond(alice, 10_000))
		require.True(t, report(f, stakingext.TrackUnknown, "task/1").IsZero())
		require.Equal(t, math.NewInt(10_000), f.bondOf(alice).Amount)
		require.Equal(t, uint64(1), f.bondOf(alice).Faults.Unknown.Total)
	})
	t.Run("wrong data tombstones where the params say so", func(t *testing.T) {
		f := setup(t, func(p *stakingext.Params) { p.WrongData.Tombstone = true })
		require.NoError(t, f.bond(alice, 10_000))
		report(f, stakingext.TrackWrongData, "task/1")
		require.Equal(t, stakingext.StatusTombstoned, f.bondOf(alice).Status)
		f.requireEvent(&stakingext.EventTombstoned{Operator: name(alice)})
		report(f, stakingext.TrackWrongData, "task/2") // still slashed, never raised again
		require.Equal(t, math.NewInt(8_100), f.bondOf(alice).Amount)
		require.ErrorIs(t, f.bond(alice, 100), stakingext.ErrTombstoned)
		require.NoError(t, f.unbond(alice, 8_100))
		f.requireSound()
	})
}

func TestT7_UnjailIsRefusedWithReasonAndNextStep(t *testing.T) {
	f := setup(t)
	require.ErrorIs(t, f.unjail(alice), stakingext.ErrNoBond)
	require.NoError(t, f.bond(alice, 100))
	err := f.unjail(alice)
	require.ErrorIs(t, err, stakingext.ErrNotJailed)
	require.ErrorContains(t, err, "there is nothing to do")

	_, err = f.report(alice, f.fault("task/1"))
	require.NoError(t, err)
	err = f.unjail(alice)
	require.ErrorIs(t, err, stakingext.ErrStillJailed)
	require.ErrorContains(t, err, "try again at or after 2026-01-01T01:00:00Z")

	f.next(10, time.Hour)
	err = f.unjail(alice)
	require.ErrorIs(t, err, stakingext.ErrBelowMinimum)
	require.ErrorContains(t, err, "bond at least 10 more")

	require.NoError(t, f.bond(alice, 10))
	require.NoError(t, f.unjail(alice))
	f.requireEvent(&stakingext.EventUnjailed{Operator: name(alice)})
	require.True(t, f.eligible(alice))
	require.ErrorIs(t, f.unjail(alice), stakingext.ErrNotJailed)

	require.NoError(t, f.k.Tombstone(f.ctx, alice))
	err = f.unjail(alice)
	require.ErrorIs(t, err, stakingext.ErrTombstoned)
	require.ErrorContains(t, err, "unbond what is left")
	f.requireSound()
}

func TestJailIsNeverShortened(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 100))
	require.NoError(t, f.k.Jail(f.ctx, alice, genesisTime.Add(time.Hour)))
	require.NoError(t, f.k.Jail(f.ctx, alice, genesisTime.Add(time.Minute)))
	require.Equal(t, genesisTime.Add(time.Hour), f.bondOf(alice).JailedUntil)
	require.ErrorIs(t, f.k.Jail(f.ctx, bob, genesisTime), stakingext.ErrNoBond)
	require.NoError(t, f.k.Tombstone(f.ctx, alice))
	require.ErrorIs(t, f.k.Jail(f.ctx, alice, genesisTime), stakingext.ErrTombstoned)
	require.ErrorIs(t, f.k.Tombstone(f.ctx, alice), stakingext.ErrTombstoned)
}
