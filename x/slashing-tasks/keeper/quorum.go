// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// closeQuorum is the end of a block in which a task with a quorum is due: it
// tosses the audit coin when the beacon allows it, and ends the task when
// challenges are over and the coin is settled.
func (k *Keeper) closeQuorum(ctx context.Context, w *work) error {
	t, now := &w.task, height(ctx)
	if w.seats.Votes(*t.Outcome) < slashingtasks.Quorum(t.Seats) {
		// An equivocation has voided votes.
		t.Outcome = nil
		return k.escalate(ctx, w, slashingtasks.CauseNoQuorum)
	}
	if !t.Audited {
		seed, ready, err := k.seed(ctx, w)
		if err != nil {
			return err
		}
		if ready && slashingtasks.AuditCoin(seed, t.Id, t.Stage, t.Terms.CoinBps(t.Stage)) {
			cause := slashingtasks.CauseAudit
			if t.Terms.Ladder[t.Stage] == 1 {
				cause = slashingtasks.CauseSample
			}
			return k.escalate(ctx, w, cause)
		}
		t.Audited = ready || now >= t.Deadline+int64(t.Terms.DrawTimeout)
	}
	switch {
	case !t.Audited:
		t.Due = now + 1
		return nil
	case now < t.Deadline:
		t.Due = t.Deadline
		return nil
	}
	return k.verify(ctx, w, *t.Outcome)
}

// Challenge takes a bond and lets a larger committee judge the quorum's outcome.
func (k *Keeper) Challenge(ctx context.Context, challenger sdk.AccAddress, taskID uint64) error {
	w, err := k.open(ctx, taskID)
	if err != nil {
		return err
	}
	t := &w.task
	switch {
	case t.Phase != slashingtasks.PHASE_CHALLENGEABLE:
		return slashingtasks.ErrWrongPhase.Wrapf("task %d is %s", t.Id, t.Phase)
	case height(ctx) > t.Deadline:
		return slashingtasks.ErrPastDeadline.Wrapf("task %d took challenges until height %d", t.Id, t.Deadline)
	case t.Challenge != nil:
		return slashingtasks.ErrChallengeOpen.Wrapf("task %d, by %s", t.Id, t.Challenge.Challenger)
	case !t.CanEscalate():
		return slashingtasks.ErrLastStage.Wrapf("task %d is in stage %d of %d", t.Id, t.Stage+1, len(t.Terms.Ladder))
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.take(ctx, challenger, t.Terms.ChallengeBond, params.FeeDenom); err != nil {
		return err
	}
	text, err := k.addresses.BytesToString(challenger)
	if err != nil {
		return err
	}
	t.Challenge = &slashingtasks.Challenge{
		Challenger: text, Bond: t.Terms.ChallengeBond, Outcome: *t.Outcome, Stage: t.Stage,
	}
	if err := emit(ctx, &slashingtasks.EventChallenged{TaskId: t.Id, Challenger: text}); err != nil {
		return err
	}
	if err := k.escalate(ctx, w, slashingtasks.CauseChallenge); err != nil {
		return err
	}
	return k.save(ctx, w)
}

// escalate has a larger committee decide. Votes that were revealed count there
// too. At the end of the ladder the task ends.
func (k *Keeper) escalate(ctx context.Context, w *work, cause string) error {
	t, now := &w.task, height(ctx)
	if !t.CanEscalate() {
		return k.unresolved(ctx, w, slashingtasks.CLOSE_REASON_INCONCLUSIVE)
	}
	if t.Outcome != nil {
		t.QuorumStage, t.PreviousOutcome, t.Outcome = t.Stage+1, t.Outcome, nil
	}
	t.Stage++
	t.SeedAfter, t.Audited = now, false
	t.Redraws, t.RedrawSince = 0, 0
	if err := emit(ctx, &slashingtasks.EventEscalated{TaskId: t.Id, Stage: t.Stage, Cause: cause}); err != nil {
		return err
	}
	return k.enter(ctx, w, slashingtasks.PHASE_DRAWING, now+int64(t.Terms.DrawTimeout), now+1)
}

// unresolved ends a task whose current stage brought no quorum. A quorum of an
// earlier stage stands, as long as no other outcome has come level with it since.
func (k *Keeper) unresolved(ctx context.Context, w *work, reason slashingtasks.CloseReason) error {
	if earlier := w.task.PreviousOutcome; earlier != nil && w.seats.Leads(*earlier) {
		return k.verify(ctx, w, *earlier)
	}
	return k.close(ctx, w, reason)
}
