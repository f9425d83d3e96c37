// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestAnAgreeingCommitteeIsPaidByItsGasAndTheRestReturns(t *testing.T) {
	f := newFixture(t)
	before := f.balance(requester)
	id := f.submit(3)
	escrow := f.task(id).Escrow.Int64()
	require.EqualValues(t, 15*(2_000+500), escrow)
	require.Equal(t, before-escrow, f.balance(requester))
	require.Equal(t, slashingtasks.PHASE_DRAWING, f.task(id).Phase)

	task := f.until(id, slashingtasks.PHASE_COMMITTING)
	require.EqualValues(t, 3, task.Seats)
	require.EqualValues(t, 12, task.DrawnHeight, "two blocks after the lock at 10")
	require.EqualValues(t, 22, task.Deadline)
	locks, allocations := f.holds()
	require.Equal(t, []int{3, 3}, []int{locks, allocations})

	f.vote(id, good())
	task = f.task(id)
	require.Equal(t, slashingtasks.PHASE_CHALLENGEABLE, task.Phase)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 3, said[*slashingtasks.EventQuorum](f)[0].Votes)

	f.until(id, slashingtasks.PHASE_VERIFIED)
	pay := int64(2_000 + 1) // 1,000 gas at 500 a million is half a uopen
	for _, s := range f.seats(id) {
		require.EqualValues(t, pay, s.Paid.Int64())
		require.Equal(t, pay, f.balance(operatorOf(s)))
		require.False(t, s.Held)
	}
	require.Equal(t, before-3*pay, f.balance(requester))
	locks, allocations = f.holds()
	require.Equal(t, []int{0, 0}, []int{locks, allocations})
	finished := said[*slashingtasks.EventTaskFinished](f)
	require.Len(t, finished, 1)
	require.Equal(t, "6003", finished[0].Paid)
	require.Equal(t, "31497", finished[0].Refunded)
	require.Len(t, said[*slashingtasks.EventSeatPaid](f), 3)
	require.Len(t, said[*slashingtasks.EventRefunded](f), 1)
}
