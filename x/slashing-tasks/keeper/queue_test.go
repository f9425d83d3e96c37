// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestC4_APanicBelowDoesNotReachTheBlockAndTheOthersGoOn(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.vote(id, good())
	f.world.panics = true
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 3*2_001, task.Paid.Int64(), "paid, although no lock could be released")
	failed := said[*slashingtasks.EventTaskFailed](f)
	require.Len(t, failed, 3)
	require.Equal(t, "the item panicked", failed[0].Error)
	require.Zero(t, failed[0].Retry)
}

func TestC4_ATaskThatCannotBeReadIsPutAsideAndTheOthersGoOn(t *testing.T) {
	f := newFixture(t)
	broken, sound := f.submit(3), f.submit(3)
	key, err := collections.EncodeKeyWithPrefix(slashingtasks.TasksPrefix, collections.Uint64Key, broken)
	require.NoError(t, err)
	f.ctx.KVStore(f.store).Set(key, []byte("not a task"))
	for range 3 {
		require.NoError(t, f.k.EndBlock(f.ctx))
		f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
	}
	require.Equal(t, slashingtasks.PHASE_COMMITTING, f.task(sound).Phase)
	require.Greater(t, said[*slashingtasks.EventTaskFailed](f)[0].Retry, f.ctx.BlockHeight())
	require.Error(t, f.k.CheckInvariants(f.ctx))
}

func TestC4_ADueEntryOfNoTaskIsDropped(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, f.k.Due.Set(f.ctx, collections.Join(int64(10), uint64(77))))
	require.ErrorIs(t, f.k.CheckInvariants(f.ctx), slashingtasks.ErrInvariant)
	f.end()
	has, err := f.k.Due.Has(f.ctx, collections.Join(int64(10), uint64(77)))
	require.NoError(t, err)
	require.False(t, has)
}

func TestC5_ABlockActsOnAtMostSoManyTasksAndTheNextGoesOn(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxDuePerBlock = 5 })
	f.world.noBeacon = true
	for range 20 {
		f.submit(3)
	}
	drawing := func() int {
		n := 0
		require.NoError(t, f.k.Tasks.Walk(f.ctx, nil, func(_ uint64, task slashingtasks.Task) (bool, error) {
			if task.Phase == slashingtasks.PHASE_DRAWING {
				n++
			}
			return false, nil
		}))
		return n
	}
	f.ctx = f.ctx.WithBlockHeight(18) // all of them time out now
	for _, left := range []int{15, 10, 5, 0} {
		f.end()
		require.Equal(t, left, drawing())
	}
}

func TestTheInvariantsFindALedgerThatIsOff(t *testing.T) {
	f := newFixture(t)
	f.submit(3)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	held, err := f.k.Held.Get(f.ctx)
	require.NoError(t, err)
	require.NoError(t, f.k.Held.Set(f.ctx, held.SubRaw(1)))
	require.ErrorIs(t, f.k.CheckInvariants(f.ctx), slashingtasks.ErrInvariant)
	require.NoError(t, f.k.Held.Set(f.ctx, held))
	require.NoError(t, f.world.balances.Set(f.ctx, moduleAddress(), held.SubRaw(1)))
	require.ErrorIs(t, f.k.CheckInvariants(f.ctx), slashingtasks.ErrInvariant)
}

func TestTheInvariantsFindAnIndexThatIsOff(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	operator := operatorOf(f.seats(id)[0])
	require.NoError(t, f.k.OpenSeats.Remove(f.ctx, collections.Join(operator, id)))
	require.ErrorIs(t, f.k.CheckInvariants(f.ctx), slashingtasks.ErrInvariant)
	require.NoError(t, f.k.OpenSeats.Set(f.ctx, collections.Join(operator, id)))
	require.NoError(t, f.k.OpenTasks.Remove(f.ctx, requester))
	require.ErrorIs(t, f.k.CheckInvariants(f.ctx), slashingtasks.ErrInvariant)
}
