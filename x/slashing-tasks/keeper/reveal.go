// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// Reveal opens a seat's commitment.
func (k *Keeper) Reveal(ctx context.Context, operator sdk.AccAddress, item slashingtasks.RevealItem) error {
	w, i, err := k.openSeat(ctx, operator, item.TaskId)
	if err != nil {
		return err
	}
	t, seat := &w.task, &w.seats[i]
	switch {
	case seat.State == slashingtasks.SEAT_STATE_REVEALED:
		return slashingtasks.ErrAlreadyRevealed.Wrapf("task %d, seat %d", t.Id, i)
	case t.Phase != slashingtasks.PHASE_REVEALING:
		return slashingtasks.ErrWrongPhase.Wrapf("task %d is %s", t.Id, t.Phase)
	case seat.State != slashingtasks.SEAT_STATE_COMMITTED:
		return slashingtasks.ErrNotCommitted.Wrapf("task %d, seat %d is %s", t.Id, i, seat.State)
	case height(ctx) > t.Deadline:
		return slashingtasks.ErrPastDeadline.Wrapf("task %d took reveals until height %d", t.Id, t.Deadline)
	}
	if err := item.Outcome.ValidateFor(t.Program); err != nil {
		return err
	}
	if len(item.Salt) != slashingtasks.SaltSize {
		return slashingtasks.ErrRevealMismatch.Wrapf("a salt is %d bytes, got %d", slashingtasks.SaltSize, len(item.Salt))
	}
	chainID := sdk.UnwrapSDKContext(ctx).ChainID()
	if !bytes.Equal(slashingtasks.Commitment(chainID, t.Id, operator, item.Outcome, item.Salt), seat.Commitment) {
		return slashingtasks.ErrRevealMismatch.Wrapf("task %d, seat %d, chain %s", t.Id, i, chainID)
	}
	outcome := item.Outcome
	seat.Outcome = &outcome
	if err := k.turn(ctx, w, i, slashingtasks.SEAT_STATE_REVEALED); err != nil {
		return err
	}
	if w.seats.Count(slashingtasks.SEAT_STATE_COMMITTED) == 0 {
		found, err := k.tally(ctx, w)
		if err != nil {
			return err
		}
		if !found {
			t.Due = height(ctx) // escalated at the end of this block
		}
	}
	return k.save(ctx, w)
}

// closeReveals is the end of a block in which a revealing task is due.
func (k *Keeper) closeReveals(ctx context.Context, w *work) error {
	if height(ctx) >= w.task.Deadline {
		if err := k.missAll(ctx, w, slashingtasks.SEAT_STATE_COMMITTED, slashingtasks.KindNoReveal); err != nil {
			return err
		}
	}
	if w.seats.Count(slashingtasks.SEAT_STATE_COMMITTED) > 0 {
		w.task.Due = w.task.Deadline
		return nil
	}
	found, err := k.tally(ctx, w)
	if err != nil || found {
		return err
	}
	return k.escalate(ctx, w, slashingtasks.CauseNoQuorum)
}

// tally counts the votes of all stages. More than two thirds of the seats for one
// outcome open it to challenges, and to the coin of the stage where there is a further
// stage to escalate to.
func (k *Keeper) tally(ctx context.Context, w *work) (found bool, err error) {
	t, now := &w.task, height(ctx)
	outcome, votes := w.seats.Lead()
	if votes < slashingtasks.Quorum(t.Seats) {
		return false, nil
	}
	t.Outcome, t.SeedAfter = &outcome, now
	t.Audited = t.Terms.CoinBps(t.Stage) == 0 || !t.CanEscalate()
	if err := emit(ctx, &slashingtasks.EventQuorum{
		TaskId: t.Id, Stage: t.Stage, Votes: votes, Seats: t.Seats, Outcome: t.Outcome,
	}); err != nil {
		return false, err
	}
	deadline := now + int64(t.Terms.ChallengeWindow)
	due := now + 1
	if t.Audited {
		due = deadline
	}
	return true, k.enter(ctx, w, slashingtasks.PHASE_CHALLENGEABLE, deadline, due)
}
