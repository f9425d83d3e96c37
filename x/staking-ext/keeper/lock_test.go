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

func TestALockTakesFreeBondAndUnlockGivesItBack(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 600, 150))
	f.requireEvent(&stakingext.EventLocked{Operator: name(alice), Subject: "task/1", Amount: math.NewInt(600), Until: 150, Deadline: 155})
	free, err := f.k.FreeBond(f.ctx, alice)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(400), free)
	require.ErrorIs(t, f.lock(alice, "task/2", 401, 150), stakingext.ErrInsufficientFree)
	f.requireSound()

	require.NoError(t, f.k.Unlock(f.ctx, alice, "task/1"))
	f.requireEvent(&stakingext.EventUnlocked{Operator: name(alice), Subject: "task/1", Amount: math.NewInt(600)})
	require.ErrorIs(t, f.k.Unlock(f.ctx, alice, "task/1"), stakingext.ErrNoLock)
	require.Equal(t, int64(150), f.bondOf(alice).LockedUntil)
	f.requireSound()
}

func TestLocksThatCannotBeAreRefused(t *testing.T) {
	f := setup(t)
	require.ErrorIs(t, f.lock(alice, "task/1", 10, 150), stakingext.ErrNoBond)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 10, 150))
	for label, c := range map[string]struct {
		subject string
		amount  int64
		until   int64
		want    error
	}{
		"twice on a subject":     {"task/1", 10, 150, stakingext.ErrLockExists},
		"that are over already":  {"task/2", 10, 100, stakingext.ErrInvalidLock},
		"too far ahead":          {"task/2", 10, 1_101, stakingext.ErrInvalidLock},
		"at the end of numbers":  {"task/2", 10, 1<<63 - 1, stakingext.ErrInvalidLock},
		"on no subject":          {"", 10, 150, stakingext.ErrInvalidLock},
		"on a subject with NUL":  {"a\x00", 10, 150, stakingext.ErrInvalidLock},
		"on a long subject":      {strings.Repeat("x", 129), 10, 150, stakingext.ErrInvalidLock},
		"of nothing":             {"task/2", 0, 150, stakingext.ErrInvalidLock},
		"of more than is bonded": {"task/2", 991, 150, stakingext.ErrInsufficientFree},
	} {
		t.Run(label, func(t *testing.T) {
			require.ErrorIs(t, f.lock(alice, c.subject, c.amount, c.until), c.want)
		})
	}
	for _, s := range []string{"task/2", "task/3", "task/4"} {
		require.NoError(t, f.lock(alice, s, 10, 150))
	}
	require.ErrorIs(t, f.lock(alice, "task/5", 10, 150), stakingext.ErrTooManyLocks)

	require.NoError(t, f.k.Unlock(f.ctx, alice, "task/2"))
	require.NoError(t, f.k.Jail(f.ctx, alice, genesisTime))
	require.ErrorIs(t, f.lock(alice, "task/5", 10, 150), stakingext.ErrJailed)
	require.NoError(t, f.k.Tombstone(f.ctx, alice))
	require.ErrorIs(t, f.lock(alice, "task/5", 10, 150), stakingext.ErrTombstoned)
	f.requireSound()
}

func TestAnyoneMayReleaseALockPastItsDeadline(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 10, 150))
	f.ctx = f.ctx.WithBlockHeight(155)
	require.ErrorIs(t, f.releaseExpired(alice, "task/1"), stakingext.ErrLockNotExpired)
	f.ctx = f.ctx.WithBlockHeight(156)
	require.ErrorIs(t, f.releaseExpired(alice, "task/2"), stakingext.ErrNoLock)
	require.ErrorIs(t, f.releaseExpired(alice, strings.Repeat("x", 1_000_000)), stakingext.ErrNoLock)
	require.NoError(t, f.releaseExpired(alice, "task/1"))
	f.requireEvent(&stakingext.EventUnlocked{Operator: name(alice), Subject: "task/1", Amount: math.NewInt(10), Expired: true})
	require.ErrorIs(t, f.releaseExpired(alice, "task/1"), stakingext.ErrNoLock)
	f.requireSound()
}

func TestEndBlockReleasesLocksAfterTheirDeadline(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 10, 150))
	f.next(55, time.Minute) // to the deadline, 155
	f.next(1, time.Second)
	require.Equal(t, uint32(1), f.bondOf(alice).LockCount)
	f.endBlock()
	require.Zero(t, f.bondOf(alice).LockCount)
	f.requireSound()
}

func TestC4_AFailingReleaseWaitsForItsRetry(t *testing.T) {
	f := setup(t)
	require.NoError(t, f.bond(alice, 1_000))
	require.NoError(t, f.bond(bob, 1_000))
	require.NoError(t, f.lock(alice, "task/1", 10, 150))
	f.next(100, time.Minute)
	f.hooks.err = stakingext.ErrInvariant
	f.endBlock()
	f.requireEvent(&stakingext.EventLockReleaseFailed{
		Operator: name(alice), Subject: "task/1", Attempts: 1, RetryHeight: 210, Reason: stakingext.ErrInvariant.Error(),
	})
	require.Equal(t, uint32(1), f.bondOf(alice).LockCount)
	f.requireSound()

	f.hooks.err = nil
	f.next(10, time.Minute)
	f.endBlock()
	require.Equal(t, uint32(1), f.bondOf(alice).LockCount)
	f.next(1, time.Minute)
	f.endBlock()
	require.Zero(t, f.bondOf(alice).LockCount)
	f.requireSound()
}
