// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"fmt"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"
)

// DefaultGenesis is a chain without tasks.
func DefaultGenesis() *GenesisState { return NewGenesisState(DefaultParams()) }

// NewGenesisState is a chain without tasks under the given parameters.
func NewGenesisState(params Params) *GenesisState {
	return &GenesisState{Params: params, NextTaskId: 1}
}

// Validate refuses a state that contradicts itself: ErrInvalidParams or
// ErrInvalidGenesis.
func (gs GenesisState) Validate(ac address.Codec) error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if err := gs.validate(ac); err != nil {
		return ErrInvalidGenesis.Wrap(err.Error())
	}
	return nil
}

func (gs GenesisState) validate(ac address.Codec) error {
	if gs.NextTaskId == 0 {
		return fmt.Errorf("next_task_id must be at least 1")
	}
	rest := gs.Seats
	last := uint64(0)
	for _, task := range gs.Tasks {
		if task.Id <= last || task.Id >= gs.NextTaskId {
			return fmt.Errorf("task %d: ids must ascend and be below next_task_id %d", task.Id, gs.NextTaskId)
		}
		last = task.Id
		n := 0
		for n < len(rest) && rest[n].TaskId == task.Id {
			n++
		}
		if err := ValidateState(ac, task, rest[:n]); err != nil {
			return fmt.Errorf("task %d: %w", task.Id, err)
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		return fmt.Errorf("seats of task %d: no such task, or out of order", rest[0].TaskId)
	}
	return nil
}

// ValidateState holds a stored task and its seats to what the state machine can
// have left behind. It is also what the module's invariants check.
func ValidateState(ac address.Codec, task Task, seats Committee) error {
	if err := task.validate(ac); err != nil {
		return err
	}
	paid := math.ZeroInt()
	operators := make(map[string]bool, len(seats))
	for i, seat := range seats {
		if err := seat.validate(ac, task, uint32(i)); err != nil {
			return fmt.Errorf("seat %d: %w", i, err)
		}
		if operators[seat.Operator] {
			return fmt.Errorf("seat %d: %s has a seat already", i, seat.Operator)
		}
		operators[seat.Operator] = true
		paid = paid.Add(seat.Paid)
	}
	if !paid.Equal(task.Paid) {
		return fmt.Errorf("seats were paid %s, the task says %s", paid, task.Paid)
	}
	return task.validateVotes(seats)
}

func (t Task) validate(ac address.Codec) error {
	if err := checkCanonical(ac, t.Requester); err != nil {
		return fmt.Errorf("requester: %w", err)
	}
	if err := t.Program.check(); err != nil {
		return err
	}
	if t.Program.DetwasmVersion == 0 || t.Program.DetwasmVersion > maxDetwasmVersion {
		return fmt.Errorf("detwasm_version %d is not resolved", t.Program.DetwasmVersion)
	}
	if err := ValidateSources(t.Sources); err != nil {
		return err
	}
	if err := t.Terms.Validate(); err != nil {
		return err
	}
	if err := t.validatePhase(); err != nil {
		return err
	}
	switch {
	case int(t.Stage) >= len(t.Terms.Ladder):
		return fmt.Errorf("stage %d of %d", t.Stage, len(t.Terms.Ladder))
	case t.Seats > t.Terms.Ladder[t.Stage]:
		return fmt.Errorf("%d seats, the stage has %d", t.Seats, t.Terms.Ladder[t.Stage])
	case t.Redraws > t.Terms.MaxRedraws:
		return fmt.Errorf("%d redraws, at most %d", t.Redraws, t.Terms.MaxRedraws)
	case isNegative(t.Escrow) || isNegative(t.Paid):
		return fmt.Errorf("escrow or paid is missing or negative")
	case t.SubmittedHeight < 0 || t.SeedAfter < t.SubmittedHeight || t.Due <= t.SubmittedHeight:
		return fmt.Errorf("heights are out of order")
	case t.DrawnHeight != 0 && t.DrawnHeight < t.SubmittedHeight:
		return fmt.Errorf("drawn before it was submitted")
	case t.RedrawSince != 0 && (t.Phase != PHASE_COMMITTING || t.RedrawSince < t.SubmittedHeight):
		return fmt.Errorf("a redraw waits in phase %s", t.Phase)
	}
	return t.validateQuorum(ac)
}

func (t Task) validatePhase() error {
	if t.Phase < PHASE_DRAWING || t.Phase > PHASE_CLOSED {
		return fmt.Errorf("unknown phase %d", t.Phase)
	}
	if (t.Phase == PHASE_CLOSED) != (t.Reason != CLOSE_REASON_UNSPECIFIED) ||
		t.Reason < 0 || t.Reason > CLOSE_REASON_INCONCLUSIVE {
		return fmt.Errorf("phase %s with reason %s", t.Phase, t.Reason)
	}
	if t.Final() != (t.FinishedHeight != 0) || t.Final() != (t.Deadline == 0) || t.Deadline < 0 {
		return fmt.Errorf("phase %s with deadline %d and finished_height %d", t.Phase, t.Deadline, t.FinishedHeight)
	}
	if t.Final() && t.FinishedHeight < t.SubmittedHeight {
		return fmt.Errorf("finished before it was submitted")
	}
	if t.Phase == PHASE_DRAWING && t.Stage == 0 && t.Seats != 0 {
		return fmt.Errorf("seats before the first draw")
	}
	if (t.Phase == PHASE_COMMITTING || t.Phase == PHASE_REVEALING || t.Phase == PHASE_CHALLENGEABLE) && (t.Seats == 0 || t.DrawnHeight == 0) {
		return fmt.Errorf("phase %s without a committee", t.Phase)
	}
	if t.Audited && t.Phase != PHASE_CHALLENGEABLE && !t.Final() {
		return fmt.Errorf("audited in phase %s", t.Phase)
	}
	return nil
}

func (t Task) validateQuorum(ac address.Codec) error {
	decided := t.Phase == PHASE_CHALLENGEABLE || t.Phase == PHASE_VERIFIED
	if decided != (t.Outcome != nil) {
		return fmt.Errorf("phase %s and outcome do not go together", t.Phase)
	}
	if (t.QuorumStage == 0) != (t.PreviousOutcome == nil) || t.QuorumStage > t.Stage+1 {
		return fmt.Errorf("quorum_stage %d in stage %d and previous_outcome do not go together", t.QuorumStage, t.Stage)
	}
	for _, o := range []*Outcome{t.Outcome, t.PreviousOutcome} {
		if o != nil {
			if err := o.ValidateFor(t.Program); err != nil {
				return err
			}
		}
	}
	c := t.Challenge
	if c == nil {
		return nil
	}
	if err := checkCanonical(ac, c.Challenger); err != nil {
		return fmt.Errorf("challenger: %w", err)
	}
	if isNegative(c.Bond) || (!t.Final() && !c.Bond.Equal(t.Terms.ChallengeBond)) || c.Bond.GT(t.Terms.ChallengeBond) {
		return fmt.Errorf("challenge bond is not the terms'")
	}
	if c.Stage > t.Stage || t.QuorumStage <= c.Stage {
		return fmt.Errorf("stage %d is challenged in stage %d without its quorum", c.Stage, t.Stage)
	}
	return c.Outcome.ValidateFor(t.Program)
}

// validateVotes checks the phase against the seats.
func (t Task) validateVotes(seats Committee) error {
	drawn, committed := seats.Count(SEAT_STATE_DRAWN), seats.Count(SEAT_STATE_COMMITTED)
	switch {
	case t.Final():
	case drawn > 0 && t.Phase != PHASE_COMMITTING:
		return fmt.Errorf("%d seats are to commit in phase %s", drawn, t.Phase)
	case committed > 0 && t.Phase != PHASE_COMMITTING && t.Phase != PHASE_REVEALING:
		return fmt.Errorf("%d seats are to reveal in phase %s", committed, t.Phase)
	case t.Phase != PHASE_DRAWING && drawn+committed+seats.Count(SEAT_STATE_REVEALED) > t.Seats:
		return fmt.Errorf("more than %d seats have a part", t.Seats)
	}
	return nil
}

func (s Seat) validate(ac address.Codec, t Task, index uint32) error {
	if err := checkCanonical(ac, s.Operator); err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	if err := checkCanonical(ac, s.Signer); err != nil {
		return fmt.Errorf("signer: %w", err)
	}
	if len(s.SignerPubKeys) == 0 || len(s.SignerPubKeys) > 2 {
		return fmt.Errorf("%d signer keys, there must be 1 or 2", len(s.SignerPubKeys))
	}
	for _, key := range s.SignerPubKeys {
		if len(key) != 33 {
			return fmt.Errorf("a signer key of %d bytes", len(key))
		}
	}
	voted := s.State == SEAT_STATE_REVEALED
	bound := voted || s.State == SEAT_STATE_COMMITTED
	playing := bound || s.State == SEAT_STATE_DRAWN
	switch {
	case s.TaskId != t.Id:
		return fmt.Errorf("is of task %d", s.TaskId)
	case s.Index != index:
		return fmt.Errorf("has index %d", s.Index)
	case s.Stage > t.Stage:
		return fmt.Errorf("is of stage %d, the task of %d", s.Stage, t.Stage)
	case s.State < SEAT_STATE_DRAWN || s.State > SEAT_STATE_EQUIVOCATED:
		return fmt.Errorf("unknown state %d", s.State)
	case s.DrawnHeight < t.SubmittedHeight || s.DrawnHeight == 0:
		return fmt.Errorf("drawn at %d", s.DrawnHeight)
	case s.Held != (playing && !t.Final()):
		return fmt.Errorf("held is %t in state %s, phase %s", s.Held, s.State, t.Phase)
	case len(s.Commitment) != 0 && len(s.Commitment) != DigestSize, bound && len(s.Commitment) == 0, s.State == SEAT_STATE_DRAWN && len(s.Commitment) != 0:
		return fmt.Errorf("a commitment of %d bytes in state %s", len(s.Commitment), s.State)
	case isNegative(s.Paid):
		return fmt.Errorf("paid is missing or negative")
	case s.Paid.IsPositive() && t.Phase != PHASE_VERIFIED:
		return fmt.Errorf("paid in phase %s", t.Phase)
	case voted && s.Outcome == nil, s.Outcome != nil && !voted && s.State != SEAT_STATE_EQUIVOCATED:
		return fmt.Errorf("outcome and state %s do not go together", s.State)
	}
	if s.Outcome != nil {
		return s.Outcome.ValidateFor(t.Program)
	}
	return nil
}

// checkCanonical holds addresses to the one spelling that export writes.
func checkCanonical(ac address.Codec, text string) error {
	addr, err := ac.StringToBytes(text)
	if err != nil {
		return fmt.Errorf("%q: %w", clip(text), err)
	}
	canonical, err := ac.BytesToString(addr)
	if err != nil {
		return err
	}
	if canonical != text {
		return fmt.Errorf("%q must be spelled %s", clip(text), canonical)
	}
	return nil
}

func isNegative(i math.Int) bool { return i.IsNil() || i.IsNegative() }
