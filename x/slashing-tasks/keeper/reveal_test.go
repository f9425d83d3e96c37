// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestEachRevealThatCannotBeHasItsOwnError(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seats := f.seats(id)
	for _, s := range seats {
		require.NoError(t, f.commit(s, good()))
	}
	require.ErrorIs(t, f.reveal(seats[0], bad()), slashingtasks.ErrRevealMismatch)
	invalid := good()
	invalid.ExitCode = 3
	require.ErrorIs(t, f.reveal(seats[0], invalid), slashingtasks.ErrInvalidOutcome)
	_, err := f.msg.Reveal(f.ctx, &slashingtasks.MsgReveal{
		Signer:  f.world.xnode(operatorOf(seats[0])).signer().String(),
		Reveals: []slashingtasks.RevealItem{{TaskId: id, Outcome: good(), Salt: []byte("short")}},
	})
	require.ErrorIs(t, err, slashingtasks.ErrRevealMismatch)
	require.NoError(t, f.reveal(seats[0], good()))
	require.ErrorIs(t, f.reveal(seats[0], good()), slashingtasks.ErrAlreadyRevealed)
	require.ErrorIs(t, f.commit(seats[0], good()), slashingtasks.ErrAlreadyCommitted)
	require.Equal(t, slashingtasks.PHASE_REVEALING, f.task(id).Phase)
}

func TestACopiedCommitmentOpensForNobodyElse(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seats := f.seats(id)
	require.NoError(t, f.commit(seats[0], good()))
	require.NoError(t, f.commit(seats[2], good()))
	_, err := f.msg.Commit(f.ctx, &slashingtasks.MsgCommit{
		Signer:  f.world.xnode(operatorOf(seats[1])).signer().String(),
		Commits: []slashingtasks.CommitItem{{TaskId: id, Commitment: f.commitment(seats[0], good())}},
	})
	require.NoError(t, err)
	require.NoError(t, f.reveal(seats[0], good()))
	_, err = f.msg.Reveal(f.ctx, &slashingtasks.MsgReveal{
		Signer:  f.world.xnode(operatorOf(seats[1])).signer().String(),
		Reveals: []slashingtasks.RevealItem{{TaskId: id, Outcome: good(), Salt: salt(seats[0].Operator)}},
	})
	require.ErrorIs(t, err, slashingtasks.ErrRevealMismatch)
}

func TestT6_WhoCommitsButDoesNotRevealHasAFaultOfItsOwnKind(t *testing.T) {
	f := newFixture(t)
	id := f.committing(7)
	seats := f.seats(id)
	for _, s := range seats {
		require.NoError(t, f.commit(s, good()))
	}
	for _, s := range seats[:5] {
		require.NoError(t, f.reveal(s, good()))
	}
	require.Equal(t, slashingtasks.PHASE_REVEALING, f.task(id).Phase)
	f.until(id, slashingtasks.PHASE_CHALLENGEABLE)
	require.Equal(t, []string{"no-reveal FAULT_TRACK_OFFLINE"}, f.faults(id, seats[6].Operator))
	require.Equal(t, slashingtasks.SEAT_STATE_MISSED, f.seats(id)[5].State)
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 5*2_001, task.Paid.Int64())
}

func TestP8_WithoutMoreThanTwoThirdsNobodyIsPunishedAndALargerCommitteeDecides(t *testing.T) {
	f := newFixture(t)
	f.world.addXnodes(9, 30)
	id := f.committing(3)
	first := f.seats(id)
	f.vote(id, bad(), good())
	f.end()
	task := f.task(id)
	require.Equal(t, slashingtasks.PHASE_DRAWING, task.Phase)
	require.EqualValues(t, 1, task.Stage)
	require.Equal(t, slashingtasks.CauseNoQuorum, said[*slashingtasks.EventEscalated](f)[0].Cause)

	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.Len(t, f.seats(id), 7, "three votes are kept, four seats are fresh")
	require.EqualValues(t, 7, f.task(id).Seats)
	f.vote(id, good())
	require.EqualValues(t, 6, said[*slashingtasks.EventQuorum](f)[0].Votes)
	task = f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 6*2_001, task.Paid.Int64())
	require.Empty(t, f.faults(id, first[0].Operator), "slash_dissent is off")
	dissent := said[*slashingtasks.EventDissent](f)
	require.Len(t, dissent, 1)
	require.Equal(t, first[0].Operator, dissent[0].Operator)
	require.Equal(t, "0", dissent[0].Slashed)
}

func TestTheLastStageWithoutAQuorumRefundsEverythingAndPunishesNobody(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxEscalations, p.SlashDissent = 0, true })
	id := f.committing(3)
	f.vote(id, bad(), good())
	f.end()
	task := f.task(id)
	require.Equal(t, slashingtasks.CLOSE_REASON_INCONCLUSIVE, task.Reason)
	require.Nil(t, task.Outcome)
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
	for _, s := range f.seats(id) {
		require.Empty(t, f.faults(id, s.Operator))
	}
}

func TestASmallNetworkEscalatesToWhoIsLeft(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:5]
	id := f.committing(3)
	f.vote(id, bad(), good())
	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.EqualValues(t, 5, f.task(id).Seats, "three votes and two fresh seats")
	f.vote(id, good())
	require.Equal(t, slashingtasks.PHASE_CHALLENGEABLE, f.task(id).Phase, "four of five")
}

func TestWithoutAnyFreshSeatATaskWithoutAQuorumIsRefunded(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:3]
	id := f.committing(3)
	f.vote(id, bad(), good())
	task := f.until(id, slashingtasks.PHASE_CLOSED)
	require.Equal(t, slashingtasks.CLOSE_REASON_NO_COMMITTEE, task.Reason)
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
}
