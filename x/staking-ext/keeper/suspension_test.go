// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestASuspensionTakesOutOfMatchingCostsNothingAndLiftsByItself(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	f.hooks.calls = nil
	require.NoError(t, f.suspend(alice, "por/silent", 110))
	f.requireEvent(&stakingext.EventSuspended{Operator: name(alice), Cause: "por/silent", UntilHeight: 110})
	require.Equal(t, []string{name(alice)}, f.hooks.calls)
	require.False(t, f.eligible(alice))
	require.ErrorIs(t, f.lock(alice, "task/1", 1, 150), stakingext.ErrSuspended)
	res, err := f.queries.Bond(f.ctx, &stakingext.QueryBondRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Equal(t, "suspended: por/silent until the end of block 110", res.IneligibleReason)
	require.Equal(t, math.NewInt(1_000), res.Bond.Amount)
	require.Equal(t, stakingext.StatusActive, res.Bond.Status)
	require.Zero(t, res.Bond.Faults.Unknown.Total, "no fault")

	f.skip(9, time.Second)
	require.Empty(t, f.endBlock())
	require.False(t, f.eligible(alice), "block 109")
	f.skip(1, time.Second)
	require.False(t, f.eligible(alice), "within block 110")
	f.hooks.calls = nil
	f.endBlock()
	f.requireEvent(&stakingext.EventResumed{Operator: name(alice), Cause: "por/silent", Lapsed: true})
	require.Equal(t, []string{name(alice)}, f.hooks.calls)
	require.True(t, f.eligible(alice))
	f.requireSound()
}

func TestAnOperatorIsEligibleOnlyWhenTheLastCauseIsGone(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.suspend(alice, "por/silent", 120))
	require.NoError(t, f.suspend(alice, "por/drift", 150))
	require.Equal(t, "suspended: por/drift until the end of block 150, por/silent until the end of block 120",
		f.bondOf(alice).Ineligible(math.NewInt(100)))
	require.NoError(t, f.resume(alice, "por/drift"))
	f.requireEvent(&stakingext.EventResumed{Operator: name(alice), Cause: "por/drift"})
	require.False(t, f.eligible(alice))
	require.ErrorIs(t, f.resume(alice, "por/drift"), stakingext.ErrNotSuspended)
	require.NoError(t, f.resume(alice, "por/silent"))
	require.True(t, f.eligible(alice))
	f.requireSound()
	f.next(100, time.Hour)
	require.Empty(t, f.endBlock(), "nothing was left in the queue")
}

func TestASuspensionIsExtendedAndNeverShortened(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.suspend(alice, "x", 150))
	require.NoError(t, f.suspend(alice, "x", 110))
	f.hooks.calls = nil
	require.NoError(t, f.suspend(alice, "x", 150))
	require.Empty(t, f.hooks.calls, "nothing changed")
	f.skip(20, time.Second)
	f.endBlock()
	require.False(t, f.eligible(alice))
	require.NoError(t, f.suspend(alice, "x", 200))
	s := f.bondOf(alice).Suspensions
	require.Equal(t, []stakingext.Suspension{{Cause: "x", SinceHeight: 100, UntilHeight: 200, QueuedAt: 200}}, s)
	f.skip(79, time.Second)
	f.endBlock()
	require.False(t, f.eligible(alice))
	f.skip(1, time.Second)
	f.endBlock()
	require.True(t, f.eligible(alice))
	f.requireSound()
}

func TestT7_ASuspensionAndAJailDoNotShortenEachOther(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	until := f.ctx.BlockTime().Add(time.Hour)
	require.NoError(t, f.k.Jail(f.ctx, alice, until))
	require.NoError(t, f.suspend(alice, "por/silent", 110))
	require.Contains(t, f.bondOf(alice).Ineligible(math.NewInt(100)), "jailed: send MsgUnjail at or after 2026-01-01T01:00:00Z; suspended: por/silent")

	f.next(10, time.Minute)
	f.endBlock()
	require.Empty(t, f.bondOf(alice).Suspensions)
	require.Equal(t, until, f.bondOf(alice).JailedUntil)
	require.ErrorIs(t, f.unjail(alice), stakingext.ErrStillJailed)
	require.NoError(t, f.suspend(alice, "por/silent", 600))
	f.next(1, time.Hour)
	require.NoError(t, f.unjail(alice), "it may leave jail, and stays suspended")
	require.ErrorIs(t, f.unjail(alice), stakingext.ErrNotJailed)
	require.False(t, f.eligible(alice))
	f.requireSound()
}

func TestS6_ASuspendedOperatorMayWithdrawEverythingAndLeavesNoTrickBehind(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.suspend(alice, "por/silent", 400))
	require.NoError(t, f.unbond(alice, 1_000))
	slashed, err := f.slash(alice, f.fault("task/1"), 0)
	require.NoError(t, err)
	require.True(t, slashed.IsZero())
	f.next(30, 2*time.Hour)
	f.endBlock()
	require.Equal(t, int64(1_000_000), f.balance(alice))
	require.NoError(t, f.bond(alice, 500), "bonding anew")
	require.False(t, f.eligible(alice), "does not wash the suspension")
	f.requireSound()
}

func TestC6_ABondThatIsOnlySuspendedGoesWithItsSuspension(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(bob, 200))
	require.NoError(t, f.suspend(bob, "por/silent", 300))
	require.NoError(t, f.unbond(bob, 200))
	f.next(30, 2*time.Hour)
	f.endBlock()
	require.Len(t, f.bondOf(bob).Suspensions, 1, "paid, and still suspended")
	require.NoError(t, f.resume(bob, "por/silent"))
	_, err := f.k.BondOf(f.ctx, bob)
	require.ErrorIs(t, err, stakingext.ErrNoBond)
	f.requireSound()
}

func TestASuspensionIsRefusedForWhatIsOutOfBounds(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.bond(bob, 1_000))
	require.NoError(t, f.k.Tombstone(f.ctx, bob))
	for label, c := range map[string]struct {
		do   func() error
		want error
	}{
		"without a bond":     {func() error { return f.suspend(carol, "x", 110) }, stakingext.ErrNoBond},
		"resume without one": {func() error { return f.resume(carol, "x") }, stakingext.ErrNoBond},
		"tombstoned":         {func() error { return f.suspend(bob, "x", 110) }, stakingext.ErrTombstoned},
		"no cause":           {func() error { return f.suspend(alice, "", 110) }, stakingext.ErrInvalidSuspension},
		"an odd cause (C13)": {func() error { return f.suspend(alice, "a\nb", 110) }, stakingext.ErrInvalidSuspension},
		"a long cause (C13)": {func() error { return f.suspend(alice, fmt.Sprintf("%065d", 1), 110) }, stakingext.ErrInvalidSuspension},
		"until now":          {func() error { return f.suspend(alice, "x", 100) }, stakingext.ErrInvalidSuspension},
		"until the past":     {func() error { return f.suspend(alice, "x", -1<<63) }, stakingext.ErrInvalidSuspension},
		"for too long":       {func() error { return f.suspend(alice, "x", 601) }, stakingext.ErrInvalidSuspension},
		"forever":            {func() error { return f.suspend(alice, "x", 1<<63-1) }, stakingext.ErrInvalidSuspension},
	} {
		require.ErrorIs(t, c.do(), c.want, label)
	}
	require.NoError(t, f.suspend(alice, "x", 600), "as far as it may be")
}

func TestC6_NoMoreThanSixteenCausesHoldAtOnce(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	for i := range stakingext.MaxSuspensions {
		require.NoError(t, f.suspend(alice, fmt.Sprintf("cause/%d", i), 110))
	}
	require.ErrorIs(t, f.suspend(alice, "one/more", 110), stakingext.ErrTooManySuspensions)
	require.NoError(t, f.suspend(alice, "cause/3", 120), "one that holds may be extended")
	f.requireSound()
}

func TestC5_SuspensionsAreLiftedSoManyABlock(t *testing.T) {
	f := setup(t, func(p *stakingext.Params) { p.MaxResumedPerBlock = 2 })
	require.NoError(t, f.bond(alice, 1_000))
	for i := range 5 {
		require.NoError(t, f.suspend(alice, fmt.Sprintf("cause/%d", i), 101))
	}
	f.next(1, time.Second)
	for _, left := range []int{3, 1, 0, 0} {
		f.endBlock()
		require.Len(t, f.bondOf(alice).Suspensions, left)
		f.requireSound()
		f.skip(1, time.Second)
	}
}

func TestC4_ASuspensionThatCannotBeLiftedWaitsForItsRetry(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.bond(bob, 1_000))
	require.NoError(t, f.suspend(alice, "x", 101))
	f.skip(1, time.Second)
	f.hooks.err = errors.New("no tree")
	f.endBlock()
	f.requireEvent(&stakingext.EventResumeFailed{
		Operator: name(alice), Cause: "x", Attempts: 1, RetryHeight: 111, Reason: "no tree",
	})
	require.False(t, f.eligible(alice))
	f.requireSound()
	f.hooks.err = nil
	f.skip(9, time.Second)
	require.Empty(t, f.endBlock())
	f.skip(1, time.Second)
	f.endBlock()
	require.True(t, f.eligible(alice))
	f.requireSound()
}

func TestAHookThatRefusesASuspensionUndoesIt(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	f.hooks.err = errors.New("no tree")
	require.Error(t, f.suspend(alice, "x", 110))
	require.Empty(t, f.bondOf(alice).Suspensions)
	f.requireSound()
}

func TestSuspensionsOutliveATombstone(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.suspend(alice, "x", 110))
	require.NoError(t, f.deliver(func(ctx context.Context) error { return f.k.Tombstone(ctx, alice) }))
	f.next(20, time.Second)
	f.endBlock()
	require.Empty(t, f.bondOf(alice).Suspensions)
	require.False(t, f.eligible(alice))
	f.requireSound()
}
