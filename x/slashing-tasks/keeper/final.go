// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// verify makes an outcome final: those who agree are paid, those who do not are
// reported if the terms say so, and the rest of the escrow returns.
func (k *Keeper) verify(ctx context.Context, w *work, outcome slashingtasks.Outcome) error {
	w.task.Outcome = &outcome
	for i := range w.seats {
		var err error
		switch {
		case w.seats[i].VotedFor(outcome):
			err = k.serve(ctx, w, i)
		case w.seats[i].State == slashingtasks.SEAT_STATE_REVEALED:
			err = k.dissent(ctx, w, i)
		}
		if err != nil {
			return err
		}
	}
	return k.finish(ctx, w, slashingtasks.PHASE_VERIFIED)
}

// close ends a task without an outcome; nobody is punished for a vote.
func (k *Keeper) close(ctx context.Context, w *work, reason slashingtasks.CloseReason) error {
	w.task.Outcome, w.task.Reason = nil, reason
	return k.finish(ctx, w, slashingtasks.PHASE_CLOSED)
}

func (k *Keeper) finish(ctx context.Context, w *work, phase slashingtasks.Phase) error {
	t := &w.task
	for i := range w.seats {
		if err := k.release(ctx, w, i); err != nil {
			return err
		}
	}
	requester, err := k.addresses.StringToBytes(t.Requester)
	if err != nil {
		return err
	}
	if err := k.countOpen(ctx, requester, -1, 0); err != nil {
		return err
	}
	t.FinishedHeight, t.RedrawSince = height(ctx), 0
	if err := k.enter(ctx, w, phase, 0, 0); err != nil {
		return err
	}
	before := t.Escrow
	if err := k.settle(ctx, w); err != nil {
		return err
	}
	return emit(ctx, &slashingtasks.EventTaskFinished{
		TaskId: t.Id, Phase: t.Phase, Reason: t.Reason, Outcome: t.Outcome,
		Paid: t.Paid.String(), Refunded: before.Sub(t.Escrow).String(),
	})
}

// serve rewards an agreeing seat. Its rating rises only where a wrong vote could
// have been found out: an outcome that nobody checked tells nothing about who
// attested it.
func (k *Keeper) serve(ctx context.Context, w *work, i int) error {
	if err := k.pay(ctx, w, i); err != nil || !w.task.Checked() {
		return err
	}
	return k.rate(ctx, w, i, workers.RATING_CAUSE_SERVED)
}

// pay gives an agreeing seat its due. What cannot be paid stays in the escrow and
// returns to the requester.
func (k *Keeper) pay(ctx context.Context, w *work, i int) error {
	t, seat := &w.task, &w.seats[i]
	amount := math.MinInt(t.Terms.SeatPay(seat.Outcome.Gas, t.Program.GasLimit), t.Escrow)
	if !amount.IsPositive() {
		return nil
	}
	ok, err := k.try(ctx, t.Id, func(ctx context.Context) error { return k.give(ctx, seat.Operator, amount) })
	if err != nil || !ok {
		return err
	}
	t.Escrow, t.Paid = t.Escrow.Sub(amount), t.Paid.Add(amount)
	seat.Paid = amount
	w.touch(i)
	return emit(ctx, &slashingtasks.EventSeatPaid{TaskId: t.Id, Operator: seat.Operator, Amount: amount.String()})
}

// dissent judges a vote that differs from the final outcome. One that helped to
// make a quorum which was overturned costs most.
func (k *Keeper) dissent(ctx context.Context, w *work, i int) error {
	if err := k.rate(ctx, w, i, workers.RATING_CAUSE_WRONG); err != nil {
		return err
	}
	t, seat := &w.task, &w.seats[i]
	overturned := seat.Stage < t.QuorumStage && seat.VotedFor(*t.PreviousOutcome)
	taken := math.ZeroInt()
	var err error
	switch {
	case !t.Terms.SlashDissent:
	case overturned:
		taken, err = k.slash(ctx, w, i, slashingtasks.KindOverturned, t.Terms.OverturnedSlashBps)
	default:
		taken, err = k.report(ctx, w, i, slashingtasks.KindDissent, stakingext.TrackWrongData)
	}
	if err != nil {
		return err
	}
	return emit(ctx, &slashingtasks.EventDissent{
		TaskId: t.Id, Operator: seat.Operator, Overturned: overturned, Slashed: taken.String(),
	})
}

// settle returns what is left of a final task: the challenge bond, and the escrow
// to the requester. What cannot be returned is kept and tried again; then the
// task waits to be pruned.
func (k *Keeper) settle(ctx context.Context, w *work) error {
	t, now := &w.task, height(ctx)
	if err := k.settleChallenge(ctx, w); err != nil {
		return err
	}
	if err := k.refund(ctx, w); err != nil {
		return err
	}
	if !t.Held().IsZero() {
		t.Failures = w.failures + 1
		t.Due = now + slashingtasks.Backoff(t.Failures)
		return nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	t.Failures = 0
	t.Due = max(now+1, t.FinishedHeight+int64(params.Retention))
	return nil
}

func (k *Keeper) refund(ctx context.Context, w *work) error {
	t := &w.task
	if !t.Escrow.IsPositive() {
		return nil
	}
	amount := t.Escrow
	ok, err := k.try(ctx, t.Id, func(ctx context.Context) error { return k.give(ctx, t.Requester, amount) })
	if err != nil || !ok {
		return err
	}
	t.Escrow = math.ZeroInt()
	return emit(ctx, &slashingtasks.EventRefunded{TaskId: t.Id, Requester: t.Requester, Amount: amount.String()})
}

// settleChallenge burns the bond of a challenge that a larger committee has
// judged wrong, and returns every other.
func (k *Keeper) settleChallenge(ctx context.Context, w *work) error {
	t, c := &w.task, w.task.Challenge
	if c == nil || !c.Bond.IsPositive() {
		return nil
	}
	upheld := t.Outcome == nil || !t.Outcome.Equal(&c.Outcome)
	judged := w.seats.ReachedStage(c.Stage)
	event := &slashingtasks.EventChallengeSettled{
		TaskId: t.Id, Challenger: c.Challenger, Upheld: upheld, Returned: c.Bond.String(), Burned: "0",
	}
	settle := func(ctx context.Context) error { return k.give(ctx, c.Challenger, c.Bond) }
	if judged && !upheld {
		event.Returned, event.Burned = event.Burned, event.Returned
		settle = func(ctx context.Context) error { return k.burn(ctx, c.Bond) }
	}
	ok, err := k.try(ctx, t.Id, settle)
	if err != nil || !ok {
		return err
	}
	c.Bond = math.ZeroInt()
	return emit(ctx, event)
}
