// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestAnAuditCoinThatFallsHasALargerCommitteeJudge(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.AuditBps = 10_000 })
	f.world.addXnodes(9, 30)
	id := f.committing(3)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_DRAWING)
	task := f.task(id)
	require.EqualValues(t, 1, task.Stage)
	require.EqualValues(t, 1, task.QuorumStage)
	require.Equal(t, good(), *task.PreviousOutcome)
	require.Nil(t, task.Outcome)
	require.Equal(t, slashingtasks.CauseAudit, said[*slashingtasks.EventEscalated](f)[0].Cause)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_DRAWING)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	require.True(t, f.task(id).Audited, "the last stage is not audited")
	task = f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 15*2_001, task.Paid.Int64())
}

func TestTheTaskFinalisesAtItsDeadlineAndOnlyWhenTheCoinIsSettled(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.AuditBps = 1 })
	id := f.committing(3)
	f.vote(id, good())
	deadline := f.task(id).Deadline
	for !f.task(id).Audited {
		f.end()
	}
	require.Less(t, f.ctx.BlockHeight(), deadline)
	require.Equal(t, deadline, f.task(id).Due)
	require.Equal(t, deadline, f.until(id, slashingtasks.PHASE_VERIFIED).FinishedHeight)
}

func TestABeaconThatDoesNotComeLeavesTheCoinUnfallen(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.AuditBps = 10_000 })
	id := f.committing(3)
	f.vote(id, good())
	f.world.noBeacon = true
	deadline := f.task(id).Deadline
	require.Equal(t, deadline+8, f.until(id, slashingtasks.PHASE_VERIFIED).FinishedHeight)
}

func TestAnAuditThatFindsNobodyLeavesTheQuorumStanding(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.AuditBps = 10_000 })
	f.world.xnodes = f.world.xnodes[:3]
	id := f.committing(3)
	f.vote(id, good())
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 3*2_001, task.Paid.Int64())
}

// overturn has three seats agree on a wrong outcome, a challenge, and four fresh
// seats that vote otherwise; then the largest committee decides.
func overturn(t *testing.T, slashDissent bool) (*fixture, uint64) {
	t.Helper()
	f := newFixture(t, func(p *slashingtasks.Params) { p.SlashDissent = slashDissent })
	f.world.addXnodes(9, 40)
	id := f.committing(3)
	f.vote(id, bad())
	require.NoError(t, f.challenge(id))
	require.EqualValues(t, 990_000_000, f.balance(challenger))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.ErrorIs(t, f.challenge(id), slashingtasks.ErrWrongPhase)
	f.vote(id, good())
	f.end()
	require.EqualValues(t, 2, f.task(id).Stage, "four of seven are no quorum")
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, other(), good())
	return f, id
}

func TestAnUpheldChallengeReturnsItsBondAndAnOverturnedQuorumLosesMost(t *testing.T) {
	f, id := overturn(t, true)
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 1_000_000_000, f.balance(challenger))
	settled := said[*slashingtasks.EventChallengeSettled](f)[0]
	require.True(t, settled.Upheld)
	require.Equal(t, []string{"10000000", "0"}, []string{settled.Returned, settled.Burned})
	seats := f.seats(id)
	for _, s := range seats[:3] {
		require.Equal(t, []string{"overturned FAULT_TRACK_WRONG_DATA"}, f.faults(id, s.Operator))
		require.True(t, s.Paid.IsZero())
	}
	require.Equal(t, []string{"dissent FAULT_TRACK_WRONG_DATA"}, f.faults(id, seats[7].Operator))
	dissent := said[*slashingtasks.EventDissent](f)
	require.Len(t, dissent, 4)
	require.True(t, dissent[0].Overturned)
	require.Equal(t, "5000", dissent[0].Slashed)
	require.False(t, dissent[3].Overturned)
	require.EqualValues(t, 11*2_001, task.Paid.Int64())
}

func TestT5_WithDissentSlashingOffNobodyIsPunishedForAVote(t *testing.T) {
	f, id := overturn(t, false)
	f.until(id, slashingtasks.PHASE_VERIFIED)
	for _, s := range f.seats(id) {
		require.Empty(t, f.faults(id, s.Operator))
	}
	require.Len(t, said[*slashingtasks.EventDissent](f), 4)
}

func TestAChallengeThatIsJudgedWrongLosesItsBond(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.vote(id, good())
	require.NoError(t, f.challenge(id))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	require.ErrorIs(t, f.challenge(id), slashingtasks.ErrChallengeOpen)
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 990_000_000, f.balance(challenger))
	require.False(t, said[*slashingtasks.EventChallengeSettled](f)[0].Upheld)
	require.Zero(t, f.balance(moduleAddress()), "burned")
}

func TestAChallengeThatNobodyCouldJudgeGetsItsBondBack(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:3]
	id := f.committing(3)
	f.vote(id, good())
	require.NoError(t, f.challenge(id))
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 1_000_000_000, f.balance(challenger))
}

func TestAQuorumThatOthersComeLevelWithDoesNotStand(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxEscalations = 1 })
	id := f.committing(3)
	f.vote(id, bad())
	require.NoError(t, f.challenge(id))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good()) // three against four: neither is a quorum of seven
	task := f.until(id, slashingtasks.PHASE_CLOSED)
	require.Equal(t, slashingtasks.CLOSE_REASON_INCONCLUSIVE, task.Reason)
	require.EqualValues(t, 1_000_000_000, f.balance(challenger))
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
}

func TestAQuorumThatStillLeadsStandsWhereTheLastStageStalls(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxEscalations = 1 })
	id := f.committing(3)
	f.vote(id, good())
	require.NoError(t, f.challenge(id))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	for i, s := range f.drawn(id) {
		o := []slashingtasks.Outcome{bad(), other(), bad(), other()}[i]
		require.NoError(t, f.commit(s, o))
	}
	for i, s := range f.seats(id)[3:] {
		o := []slashingtasks.Outcome{bad(), other(), bad(), other()}[i]
		require.NoError(t, f.reveal(s, o))
	}
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 990_000_000, f.balance(challenger), "judged, and it stands")
}

func TestT2_AChallengeIsTakenAtTheDeadlineAndRefusedAfterIt(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.vote(id, good())
	deadline := f.task(id).Deadline
	for f.ctx.BlockHeight() < deadline {
		f.end()
	}
	require.NoError(t, f.tx(func(ctx sdk.Context) error {
		_, err := f.msg.Challenge(ctx.WithBlockHeight(deadline), &slashingtasks.MsgChallenge{Challenger: challenger.String(), TaskId: id})
		require.NoError(t, err)
		return nil
	}))
	g := newFixture(t)
	id = g.committing(3)
	g.vote(id, good())
	g.ctx = g.ctx.WithBlockHeight(g.task(id).Deadline + 1)
	require.ErrorIs(t, g.challenge(id), slashingtasks.ErrPastDeadline)
}

func TestTheLastStageCannotBeChallenged(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxEscalations = 0 })
	id := f.committing(3)
	f.vote(id, good())
	require.ErrorIs(t, f.challenge(id), slashingtasks.ErrLastStage)
	require.EqualValues(t, 1_000_000_000, f.balance(challenger))
}
