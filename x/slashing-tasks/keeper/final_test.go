// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestB3_ARefundThatFailsIsKeptAndTriedAgainUntilItSucceeds(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.world.blocked = []string{requester.String()}
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, "0", said[*slashingtasks.EventTaskFinished](f)[0].Refunded)
	owed := f.task(id).Escrow
	require.True(t, owed.IsPositive())
	f.blocks(100)
	require.True(t, f.task(id).Escrow.Equal(owed), "never pruned while it owes")
	require.Greater(t, f.task(id).Failures, uint32(3))
	f.world.blocked = nil
	before := f.balance(requester)
	for f.task(id).Escrow.IsPositive() {
		f.end()
	}
	require.Equal(t, before+owed.Int64(), f.balance(requester))
	require.Len(t, said[*slashingtasks.EventRefunded](f), 1)
	f.end()
	_, err := f.k.Task(f.ctx, id)
	require.ErrorIs(t, err, slashingtasks.ErrTaskNotFound)
}

func TestB3_AnOperatorWhoCannotBePaidDoesNotHoldUpTheOthers(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.vote(id, good())
	f.world.blocked = []string{f.seats(id)[0].Operator}
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 2*2_001, task.Paid.Int64())
	require.EqualValues(t, 1_000_000_000-2*2_001, f.balance(requester), "what could not be paid returned")
	require.Len(t, said[*slashingtasks.EventTaskFailed](f), 1)
}

func TestB3_AChallengeBondThatCannotReturnIsKept(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:3]
	id := f.committing(3)
	f.vote(id, good())
	require.NoError(t, f.challenge(id))
	f.world.blocked = []string{challenger.String()}
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 10_000_000, f.task(id).Held().Int64())
	f.world.blocked = nil
	f.blocks(10)
	require.EqualValues(t, 1_000_000_000, f.balance(challenger))
}

func TestGasBeyondTheLimitIsNoVoteAndTheLimitItselfIsPaid(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	greedy, spent := good(), slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_GAS, Gas: 1_000_000}
	greedy.Gas = 1_000_001
	short := spent
	short.Gas--
	seats := f.seats(id)
	for i, o := range []slashingtasks.Outcome{greedy, short, spent} {
		require.NoError(t, f.commit(seats[i], o), "nobody knows yet")
	}
	require.ErrorIs(t, f.reveal(seats[0], greedy), slashingtasks.ErrInvalidOutcome)
	require.ErrorIs(t, f.reveal(seats[1], short), slashingtasks.ErrInvalidOutcome)
	require.NoError(t, f.reveal(seats[2], spent))
	f.until(id, slashingtasks.PHASE_DRAWING)
	require.Equal(t, []string{"no-reveal FAULT_TRACK_OFFLINE"}, f.faults(id, seats[0].Operator))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, spent)
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, spent, *task.Outcome)
	require.EqualValues(t, f.seats(id).Votes(spent), task.Paid.Int64()/2_500)
}

func TestC6_APrunedTaskLeavesNoByteBehind(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SlashDissent = true })
	f.world.addXnodes(9, 30)
	empty := f.bytes()
	a, b := f.committing(3), f.submit(7)
	f.vote(a, bad())
	require.NoError(t, f.challenge(a))
	f.until(a, slashingtasks.PHASE_COMMITTING)
	f.vote(a, good())
	f.end()
	f.until(a, slashingtasks.PHASE_COMMITTING)
	f.vote(a, good())
	f.until(a, slashingtasks.PHASE_VERIFIED)
	f.until(b, slashingtasks.PHASE_CLOSED)
	require.Greater(t, f.bytes(), empty)
	f.blocks(40)
	// The sequence, the ledger (of zero) and the parameters are as long as before.
	require.Equal(t, empty, f.bytes())
}

// bytes is the size of everything in the module's store.
func (f *fixture) bytes() int {
	// The ledger's text changes its length with the amount; at rest it is "0".
	n := 0
	it := f.ctx.KVStore(f.store).Iterator(nil, nil)
	defer func() { require.NoError(f.t, it.Close()) }()
	for ; it.Valid(); it.Next() {
		n += len(it.Key()) + len(it.Value())
	}
	return n
}

func TestALockThatWasReleasedByAnotherHandHoldsUpNothing(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seat := f.seats(id)[0]
	require.NoError(t, f.world.locks.Remove(f.ctx, collections.Join(operatorOf(seat), slashingtasks.Subject(id))))
	require.NoError(t, f.world.taken.Remove(f.ctx, collections.Join(operatorOf(seat), slashingtasks.Subject(id))))
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Empty(t, said[*slashingtasks.EventTaskFailed](f))
}
