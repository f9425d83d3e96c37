// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func statement(t *testing.T, key *secp256k1.PrivKey, chain string, seat slashingtasks.Seat, fill byte) slashingtasks.SignedCommit {
	t.Helper()
	c := bytes.Repeat([]byte{fill}, 32)
	sig, err := key.Sign(slashingtasks.CommitSignBytes(chain, seat.TaskId, operatorOf(seat), c))
	require.NoError(t, err)
	return slashingtasks.SignedCommit{TaskId: seat.TaskId, Operator: seat.Operator, Commitment: c, Signature: sig}
}

func (f *fixture) accuse(a, b slashingtasks.SignedCommit) error {
	return f.tx(func(ctx sdk.Context) error {
		_, err := f.msg.ReportEquivocation(ctx, &slashingtasks.MsgReportEquivocation{Reporter: challenger.String(), First: a, Second: b})
		return err
	})
}

func TestT1_ForgedEvidenceAndEvidenceOfAnotherChainAreRefused(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seat := f.seats(id)[0]
	key := f.world.xnode(operatorOf(seat)).key
	stranger := secp256k1.GenPrivKeyFromSecret([]byte("stranger"))
	a, b := statement(t, key, chainID, seat, 1), statement(t, key, chainID, seat, 2)

	require.ErrorIs(t, f.accuse(a, a), slashingtasks.ErrNotEquivocation)
	require.ErrorIs(t, f.accuse(a, statement(t, stranger, chainID, seat, 2)), slashingtasks.ErrInvalidEvidence)
	require.ErrorIs(t, f.accuse(a, statement(t, key, "openmesh-other", seat, 2)), slashingtasks.ErrInvalidEvidence)
	future := seat
	future.TaskId = 99
	require.ErrorIs(t, f.accuse(statement(t, key, chainID, future, 1), statement(t, key, chainID, future, 2)), slashingtasks.ErrTaskNotFound)
	nobody := seat
	nobody.Operator = challenger.String()
	require.ErrorIs(t, f.accuse(statement(t, key, chainID, nobody, 1), statement(t, key, chainID, nobody, 2)), slashingtasks.ErrNotSeat)
	require.ErrorIs(t, f.accuse(a, statement(t, key, chainID, future, 2)), slashingtasks.ErrInvalidEvidence)
	short := b
	short.Commitment = short.Commitment[:31]
	require.ErrorIs(t, f.accuse(a, short), slashingtasks.ErrInvalidEvidence)
	tampered := b
	tampered.Signature = append([]byte{b.Signature[0] ^ 1}, b.Signature[1:]...)
	require.ErrorIs(t, f.accuse(a, tampered), slashingtasks.ErrInvalidEvidence)
	require.Empty(t, f.faults(id, seat.Operator))
	require.NoError(t, f.accuse(a, b))
}

func TestS3_T4_OneEquivocationReportedTwiceIsPunishedOnceWhoeverReports(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seat := f.seats(id)[0]
	key := f.world.xnode(operatorOf(seat)).key
	a, b, c := statement(t, key, chainID, seat, 1), statement(t, key, chainID, seat, 2), statement(t, key, chainID, seat, 3)
	require.NoError(t, f.accuse(a, b))
	require.Equal(t, "5000", said[*slashingtasks.EventEquivocation](f)[0].Slashed)
	require.Equal(t, []string{"equivocation FAULT_TRACK_WRONG_DATA"}, f.faults(id, seat.Operator))
	stone, err := f.world.stones.Has(f.ctx, operatorOf(seat))
	require.NoError(t, err)
	require.True(t, stone)
	require.ErrorIs(t, f.accuse(b, a), slashingtasks.ErrAlreadyReported)
	require.ErrorIs(t, f.accuse(b, c), slashingtasks.ErrAlreadyReported)
	require.Equal(t, slashingtasks.SEAT_STATE_EQUIVOCATED, f.seats(id)[0].State)
	require.ErrorIs(t, f.commit(seat, good()), slashingtasks.ErrSeatGone)
	f.blocks(3)
	require.Len(t, f.seats(id), 4, "the seat is redrawn")
}

func TestAnEquivocationVoidsTheVoteOfAStandingQuorum(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.vote(id, good())
	seat := f.seats(id)[1]
	key := f.world.xnode(operatorOf(seat)).key
	require.NoError(t, f.accuse(statement(t, key, chainID, seat, 1), statement(t, key, chainID, seat, 2)))
	f.end()
	task := f.task(id)
	require.Equal(t, slashingtasks.PHASE_DRAWING, task.Phase, "two of three are no quorum")
	require.Nil(t, task.PreviousOutcome)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.True(t, f.seats(id)[1].Paid.IsZero())
}

func TestAnEquivocationWhileRevealingIsCountedAtTheEndOfTheBlock(t *testing.T) {
	f := newFixture(t)
	id := f.committing(7)
	seats := f.seats(id)
	for _, s := range seats {
		require.NoError(t, f.commit(s, good()))
	}
	for _, s := range seats[:6] {
		require.NoError(t, f.reveal(s, good()))
	}
	key := f.world.xnode(operatorOf(seats[6])).key
	require.NoError(t, f.accuse(statement(t, key, chainID, seats[6], 1), statement(t, key, chainID, seats[6], 2)))
	f.end()
	require.Equal(t, slashingtasks.PHASE_CHALLENGEABLE, f.task(id).Phase)
}

func TestAnEquivocationIsPunishedAfterTheTaskIsFinalAndUntilItIsPruned(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	seat := f.seats(id)[0]
	key := f.world.xnode(operatorOf(seat)).key
	require.NoError(t, f.accuse(statement(t, key, chainID, seat, 1), statement(t, key, chainID, seat, 2)))
	require.Equal(t, []string{"equivocation FAULT_TRACK_WRONG_DATA"}, f.faults(id, seat.Operator))
	f.blocks(31)
	seat = slashingtasks.Seat{TaskId: id, Operator: f.world.xnodes[0].operator.String()}
	require.ErrorIs(t, f.accuse(statement(t, key, chainID, seat, 1), statement(t, key, chainID, seat, 2)), slashingtasks.ErrTaskNotFound)
}

func TestRotatingTheSignerDoesNotEscapeWhatTheOldOneSigned(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seat := f.seats(id)[0]
	x := f.world.xnode(operatorOf(seat))
	old := x.key
	x.key = secp256k1.GenPrivKeyFromSecret([]byte("rotated"))
	require.NoError(t, f.commit(seat, good()))
	require.NoError(t, f.accuse(statement(t, old, chainID, seat, 1), statement(t, x.key, chainID, seat, 2)))
}
