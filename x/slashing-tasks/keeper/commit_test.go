// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestEachCommitThatCannotBeHasItsOwnError(t *testing.T) {
	f := newFixture(t)
	f.world.addXnodes(9, 10)
	id := f.committing(3)
	seats := f.seats(id)
	stranger := slashingtasks.Seat{TaskId: id}
	for _, x := range f.world.xnodes {
		if seats.Find(x.operator.String()) < 0 {
			stranger.Operator = x.operator.String()
		}
	}
	require.ErrorIs(t, f.commit(stranger, good()), slashingtasks.ErrNotSeat)

	unknown := seats[0]
	unknown.TaskId = 99
	require.ErrorIs(t, f.commit(unknown, good()), slashingtasks.ErrTaskNotFound)

	require.ErrorIs(t, f.reveal(seats[0], good()), slashingtasks.ErrWrongPhase, "too early")
	require.NoError(t, f.commit(seats[0], good()))
	require.ErrorIs(t, f.commit(seats[0], good()), slashingtasks.ErrAlreadyCommitted)
	require.ErrorIs(t, f.decline(seats[0]), slashingtasks.ErrAlreadyCommitted)

	_, err := f.msg.Commit(f.ctx, &slashingtasks.MsgCommit{
		Signer:  f.world.xnode(operatorOf(seats[1])).signer().String(),
		Commits: []slashingtasks.CommitItem{{TaskId: id, Commitment: make([]byte, 31)}},
	})
	require.ErrorIs(t, err, slashingtasks.ErrInvalidCommitment)

	_, err = f.msg.Commit(f.ctx, &slashingtasks.MsgCommit{
		Signer: requester.String(), Commits: []slashingtasks.CommitItem{{TaskId: id}},
	})
	require.ErrorIs(t, err, slashingtasks.ErrUnknownSigner)
	require.ErrorIs(t, f.challenge(id), slashingtasks.ErrWrongPhase)
}

func TestT2_ACommitIsTakenAtTheDeadlineAndRefusedAfterIt(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	deadline := f.task(id).Deadline
	for f.ctx.BlockHeight() < deadline {
		f.end()
	}
	require.NoError(t, f.commit(f.seats(id)[0], good()), "at the deadline")
	// The queue may be behind; the deadline is not.
	f.ctx = f.ctx.WithBlockHeight(deadline + 1)
	require.ErrorIs(t, f.commit(f.seats(id)[1], good()), slashingtasks.ErrPastDeadline)
}

func TestT2_ARevealIsTakenAtTheDeadlineAndRefusedAfterIt(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	for _, s := range f.seats(id) {
		require.NoError(t, f.commit(s, good()))
	}
	deadline := f.task(id).Deadline
	for f.ctx.BlockHeight() < deadline {
		f.end()
	}
	require.NoError(t, f.reveal(f.seats(id)[0], good()))
	f.ctx = f.ctx.WithBlockHeight(deadline + 1)
	require.ErrorIs(t, f.reveal(f.seats(id)[1], good()), slashingtasks.ErrPastDeadline)
}

func TestT6_AMissedSeatIsAFaultOfTheOfflineTrackAndIsRedrawn(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seats := f.seats(id)
	require.NoError(t, f.commit(seats[0], good()))
	require.NoError(t, f.commit(seats[1], good()))
	for f.ctx.BlockHeight() <= f.task(id).Deadline {
		f.end()
	}
	require.Equal(t, []string{"no-commit FAULT_TRACK_OFFLINE"}, f.faults(id, seats[2].Operator))
	task := f.task(id)
	require.EqualValues(t, 22, task.RedrawSince)
	require.EqualValues(t, 22, task.SeedAfter, "the seed comes after the deadline")
	require.ErrorIs(t, f.commit(seats[2], good()), slashingtasks.ErrSeatGone, "the late one is told")

	for len(f.seats(id)) == 3 {
		f.end()
	}
	task = f.task(id)
	require.EqualValues(t, 1, task.Redraws)
	require.EqualValues(t, 24+10, task.Deadline, "extended by a window from the redraw")
	fresh := f.seats(id)[3]
	require.True(t, said[*slashingtasks.EventSeatDrawn](f)[0].Redraw)
	require.EqualValues(t, 3, fresh.Index)
	require.NotContains(t, []string{seats[0].Operator, seats[1].Operator, seats[2].Operator}, fresh.Operator)

	require.NoError(t, f.commit(fresh, good()))
	require.Equal(t, slashingtasks.PHASE_REVEALING, f.task(id).Phase)
	for _, s := range []slashingtasks.Seat{seats[0], seats[1], fresh} {
		require.NoError(t, f.reveal(s, good()))
	}
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.True(t, f.seats(id)[2].Paid.IsZero())
	require.Empty(t, f.faults(id, fresh.Operator))
}

func TestWithAQuorumOfCommitmentsTheDeadlineOpensTheRevealsWithoutARedraw(t *testing.T) {
	f := newFixture(t)
	id := f.committing(7)
	seats := f.seats(id)
	for _, s := range seats[:5] {
		require.NoError(t, f.commit(s, good()))
	}
	f.until(id, slashingtasks.PHASE_REVEALING)
	require.EqualValues(t, 0, f.task(id).Redraws)
	require.Equal(t, slashingtasks.SEAT_STATE_MISSED, f.seats(id)[6].State)
	for _, s := range seats[:5] {
		require.NoError(t, f.reveal(s, good()))
	}
	require.Equal(t, slashingtasks.PHASE_CHALLENGEABLE, f.task(id).Phase)
}

func TestT6_ADeclinedSeatIsNoFaultAndIsRedrawnAtOnce(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seats := f.seats(id)
	require.NoError(t, f.decline(seats[1]))
	require.Equal(t, slashingtasks.SEAT_STATE_DECLINED, f.seats(id)[1].State)
	locks, allocations := f.holds()
	require.Equal(t, []int{2, 2}, []int{locks, allocations})
	require.ErrorIs(t, f.commit(seats[1], good()), slashingtasks.ErrSeatGone)
	f.blocks(3)
	require.Len(t, f.seats(id), 4)
	require.Empty(t, f.faults(id, seats[1].Operator))
	f.vote(id, good())
	require.Equal(t, slashingtasks.PHASE_CHALLENGEABLE, f.task(id).Phase)
}

func TestADeclineWhileARedrawWaitsMovesTheSeedOn(t *testing.T) {
	f := newFixture(t)
	f.world.lag = 5
	id := f.committing(3)
	seats := f.seats(id)
	require.NoError(t, f.decline(seats[0]))
	f.blocks(2)
	since := f.task(id).RedrawSince
	require.NoError(t, f.decline(seats[1]))
	require.Equal(t, since, f.task(id).RedrawSince)
	require.Equal(t, f.ctx.BlockHeight(), f.task(id).SeedAfter)
}

func TestWhenNobodyIsLeftToRedrawTheTaskExpiresAndNobodyIsPunishedBeyondOffline(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:3]
	id := f.committing(3)
	seats := f.seats(id)
	require.NoError(t, f.commit(seats[0], good()))
	task := f.until(id, slashingtasks.PHASE_CLOSED)
	require.Equal(t, slashingtasks.CLOSE_REASON_EXPIRED, task.Reason)
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
	require.Empty(t, f.faults(id, seats[0].Operator))
	require.Equal(t, []string{"no-commit FAULT_TRACK_OFFLINE"}, f.faults(id, seats[1].Operator))
	locks, _ := f.holds()
	require.Zero(t, locks)
}

func TestARedrawTakesWhoIsLeftWhereFewerAreLeftThanAreMissing(t *testing.T) {
	f := newFixture(t)
	f.world.xnodes = f.world.xnodes[:8]
	id := f.committing(7)
	for _, s := range f.seats(id)[:4] {
		require.NoError(t, f.commit(s, good()))
	}
	for len(f.seats(id)) == 7 {
		f.end()
	}
	require.Len(t, f.seats(id), 8)
	require.EqualValues(t, 7, f.task(id).Seats, "the denominator stays")
	require.NoError(t, f.commit(f.seats(id)[7], good()))
	require.Equal(t, slashingtasks.PHASE_REVEALING, f.task(id).Phase, "five of seven are enough")
}

func TestSeatsAreRedrawnAtMostSoOften(t *testing.T) {
	f := newFixture(t)
	f.world.addXnodes(9, 40)
	id := f.committing(3)
	task := f.until(id, slashingtasks.PHASE_CLOSED)
	require.Equal(t, slashingtasks.CLOSE_REASON_EXPIRED, task.Reason)
	require.EqualValues(t, 2, task.Redraws)
	require.Len(t, f.seats(id), 9)
}

func TestWithoutABeaconForARedrawTheTaskExpiresInTime(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.world.noBeacon = true
	deadline := f.task(id).Deadline
	f.until(id, slashingtasks.PHASE_CLOSED)
	require.Equal(t, deadline+8, f.task(id).FinishedHeight)
}

func TestARotatedSignerGoesOnForTheSeatAndTheOldKeyStaysOnRecord(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seat := f.seats(id)[0]
	x := f.world.xnode(operatorOf(seat))
	old := x.key.PubKey().Bytes()
	x.key = secp256k1.GenPrivKeyFromSecret([]byte("rotated"))
	require.NoError(t, f.commit(seat, good()))
	got := f.seats(id)[0]
	require.Equal(t, x.signer().String(), got.Signer)
	require.Equal(t, [][]byte{old, x.key.PubKey().Bytes()}, got.SignerPubKeys)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestC15_ABatchTakesWhatIsGoodAndFailsOnlyWhereNothingIs(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxBatch = 4 })
	f.world.xnodes = f.world.xnodes[:3]
	first, second := f.submit(3), f.submit(3)
	f.until(second, slashingtasks.PHASE_COMMITTING)
	seat := f.seats(first)[0]
	signer := f.world.xnode(operatorOf(seat)).signer().String()
	item := func(id uint64) slashingtasks.CommitItem {
		return slashingtasks.CommitItem{TaskId: id, Commitment: make([]byte, 32)}
	}
	gas := f.ctx.GasMeter().GasConsumed()
	res, err := f.msg.Commit(f.ctx, &slashingtasks.MsgCommit{
		Signer: signer, Commits: []slashingtasks.CommitItem{item(first), item(99), item(first), item(second)},
	})
	require.NoError(t, err)
	require.Greater(t, f.ctx.GasMeter().GasConsumed()-gas, uint64(4*10_000))
	var codes []uint32
	for _, r := range res.Results {
		codes = append(codes, r.Code)
	}
	require.Equal(t, []uint32{
		0, slashingtasks.ErrTaskNotFound.ABCICode(), slashingtasks.ErrAlreadyCommitted.ABCICode(), 0,
	}, codes)
	require.Contains(t, res.Results[1].Error, "task 99")

	_, err = f.msg.Commit(f.ctx, &slashingtasks.MsgCommit{Signer: signer, Commits: []slashingtasks.CommitItem{item(first), item(99)}})
	require.ErrorIs(t, err, slashingtasks.ErrAlreadyCommitted, "the first error, as nothing was accepted")
	_, err = f.msg.Commit(f.ctx, &slashingtasks.MsgCommit{Signer: signer})
	require.ErrorIs(t, err, slashingtasks.ErrInvalidBatch)
	_, err = f.msg.Decline(f.ctx, &slashingtasks.MsgDecline{Signer: signer, TaskIds: []uint64{1, 2, 3, 4, 5}})
	require.ErrorIs(t, err, slashingtasks.ErrInvalidBatch)
	_, err = f.msg.Decline(f.ctx, &slashingtasks.MsgDecline{Signer: signer, TaskIds: []uint64{1}, Reason: "a\nb"})
	require.ErrorIs(t, err, slashingtasks.ErrInvalidReason)
}

func TestC15_OutOfGasInABatchEndsTheTransaction(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seat := f.seats(id)[0]
	ctx := f.ctx.WithGasMeter(newMeter(15_000))
	require.Panics(t, func() {
		_, _ = f.msg.Decline(ctx, &slashingtasks.MsgDecline{
			Signer: f.world.xnode(operatorOf(seat)).signer().String(), TaskIds: []uint64{id},
		})
	})
}
