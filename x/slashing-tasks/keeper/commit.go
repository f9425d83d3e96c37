// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// Commit takes a seat's commitment.
func (k *Keeper) Commit(ctx context.Context, operator, signer sdk.AccAddress, item slashingtasks.CommitItem) error {
	w, i, err := k.openSeat(ctx, operator, item.TaskId)
	if err != nil {
		return err
	}
	if err := w.mayCommit(i, height(ctx)); err != nil {
		return err
	}
	if len(item.Commitment) != slashingtasks.DigestSize {
		return slashingtasks.ErrInvalidCommitment.Wrapf("got %d", len(item.Commitment))
	}
	if err := k.actAs(ctx, w, i, operator, signer); err != nil {
		return err
	}
	w.seats[i].Commitment = item.Commitment
	if err := k.turn(ctx, w, i, slashingtasks.SEAT_STATE_COMMITTED); err != nil {
		return err
	}
	if err := k.advance(ctx, w); err != nil {
		return err
	}
	return k.save(ctx, w)
}

// Decline gives a seat back. It is no fault: being unable to run a program, or to
// fetch it, proves nothing against anybody.
func (k *Keeper) Decline(ctx context.Context, operator sdk.AccAddress, taskID uint64) error {
	w, i, err := k.openSeat(ctx, operator, taskID)
	if err != nil {
		return err
	}
	if err := w.mayCommit(i, height(ctx)); err != nil {
		return err
	}
	if err := k.turn(ctx, w, i, slashingtasks.SEAT_STATE_DECLINED); err != nil {
		return err
	}
	if err := k.release(ctx, w, i); err != nil {
		return err
	}
	if err := k.advance(ctx, w); err != nil {
		return err
	}
	return k.save(ctx, w)
}

// openSeat puts a task on the desk for one of its operators. A seat that is gone
// is told so, whatever the phase: its daemon can stop.
func (k *Keeper) openSeat(ctx context.Context, operator sdk.AccAddress, taskID uint64) (*work, int, error) {
	w, err := k.open(ctx, taskID)
	if err != nil {
		return nil, 0, err
	}
	text, err := k.addresses.BytesToString(operator)
	if err != nil {
		return nil, 0, err
	}
	i := w.seats.Find(text)
	if i < 0 {
		return nil, 0, slashingtasks.ErrNotSeat.Wrapf("task %d, operator %s", taskID, text)
	}
	if w.seats[i].Gone() {
		return nil, 0, slashingtasks.ErrSeatGone.Wrapf("task %d, seat %d is %s", taskID, i, w.seats[i].State)
	}
	return w, i, nil
}

func (w *work) mayCommit(i int, now int64) error {
	switch {
	case w.seats[i].State != slashingtasks.SEAT_STATE_DRAWN:
		return slashingtasks.ErrAlreadyCommitted.Wrapf("task %d, seat %d is %s", w.task.Id, i, w.seats[i].State)
	case w.task.Phase != slashingtasks.PHASE_COMMITTING:
		return slashingtasks.ErrWrongPhase.Wrapf("task %d is %s", w.task.Id, w.task.Phase)
	case now > w.task.Deadline:
		return slashingtasks.ErrPastDeadline.Wrapf("task %d took commitments until height %d", w.task.Id, w.task.Deadline)
	}
	return nil
}

// actAs records who acts for the seat. The key of the draw stays with it: an
// operator cannot rotate away from what that key has signed.
func (k *Keeper) actAs(ctx context.Context, w *work, i int, operator, signer sdk.AccAddress) error {
	text, err := k.addresses.BytesToString(signer)
	if err != nil {
		return err
	}
	seat := &w.seats[i]
	if seat.Signer == text {
		return nil
	}
	xnode, err := k.workers.Xnode(ctx, operator)
	if err != nil {
		return err
	}
	seat.Signer = text
	if !bytes.Equal(seat.SignerPubKeys[0], xnode.SignerPubKey) {
		seat.SignerPubKeys = append(seat.SignerPubKeys[:1], xnode.SignerPubKey)
	}
	return nil
}

// advance moves a committing task on as soon as it can, and leaves the rest of
// what has to happen to the end of this block.
func (k *Keeper) advance(ctx context.Context, w *work) error {
	if w.task.Phase != slashingtasks.PHASE_COMMITTING {
		return nil
	}
	drawn, votes := w.pending()
	if drawn == 0 && votes >= slashingtasks.Quorum(w.task.Seats) {
		return k.openReveals(ctx, w)
	}
	if drawn+votes < w.task.Seats {
		now := height(ctx)
		w.task.Due = now
		if w.task.RedrawSince != 0 {
			// Whoever leaves now may know the seed that was waited for.
			w.task.SeedAfter = now
		}
	}
	return nil
}

// pending counts the seats that still have to commit, and the votes that there
// are or can be without them.
func (w *work) pending() (drawn, votes uint32) {
	return w.seats.Count(slashingtasks.SEAT_STATE_DRAWN),
		w.seats.Count(slashingtasks.SEAT_STATE_COMMITTED) + w.seats.Count(slashingtasks.SEAT_STATE_REVEALED)
}

// closeCommits is the end of a block in which a committing task is due: a
// deadline has come, or seats are missing.
func (k *Keeper) closeCommits(ctx context.Context, w *work) error {
	t, now := &w.task, height(ctx)
	if now >= t.Deadline {
		if err := k.missAll(ctx, w, slashingtasks.SEAT_STATE_DRAWN, slashingtasks.KindNoCommit); err != nil {
			return err
		}
	}
	drawn, votes := w.pending()
	if drawn == 0 && votes >= slashingtasks.Quorum(t.Seats) {
		return k.openReveals(ctx, w)
	}
	if t.RedrawSince != 0 {
		if err := k.redraw(ctx, w); err != nil {
			return err
		}
		drawn, _ = w.pending()
	} else if drawn+votes < t.Seats && t.Redraws < t.Terms.MaxRedraws {
		t.RedrawSince, t.SeedAfter = now, now
	}
	switch {
	case t.RedrawSince != 0:
		t.Due = now + 1
	case drawn > 0:
		t.Due = t.Deadline
	default:
		return k.unresolved(ctx, w, slashingtasks.CLOSE_REASON_EXPIRED)
	}
	return nil
}

// redraw replaces the missing seats from who is left, once the beacon allows it.
// It extends the deadline. Where nobody is left it is not tried again.
func (k *Keeper) redraw(ctx context.Context, w *work) error {
	t, now := &w.task, height(ctx)
	seed, ready, err := k.seed(ctx, w)
	if err != nil {
		return err
	}
	if !ready {
		if now >= t.RedrawSince+int64(t.Terms.DrawTimeout) {
			t.RedrawSince, t.Redraws = 0, t.Terms.MaxRedraws
		}
		return nil
	}
	drawn, votes := w.pending()
	n, err := k.fill(ctx, w, seed, t.Seats-drawn-votes, 1, t.Redraws+1)
	if err != nil {
		return err
	}
	t.RedrawSince = 0
	if n == 0 {
		t.Redraws = t.Terms.MaxRedraws
		return nil
	}
	t.Redraws++
	t.Deadline = now + int64(t.Terms.CommitWindow)
	return k.announce(ctx, t)
}

// openReveals ends the commitments.
func (k *Keeper) openReveals(ctx context.Context, w *work) error {
	w.task.RedrawSince = 0
	now := height(ctx)
	deadline := now + int64(w.task.Terms.RevealWindow)
	due := deadline
	if w.seats.Count(slashingtasks.SEAT_STATE_COMMITTED) == 0 {
		due = now // earlier votes alone decide
	}
	return k.enter(ctx, w, slashingtasks.PHASE_REVEALING, deadline, due)
}
