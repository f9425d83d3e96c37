// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"
	"time"

	"cosmossdk.io/math"
)

// NewBond returns an active bond of nothing.
func NewBond(operator string) Bond {
	return Bond{
		Operator: operator,
		Amount:   math.ZeroInt(),
		Locked:   math.ZeroInt(),
		Status:   StatusActive,
	}
}

// Free is what no lock holds. A slash may have cut the bond below its locks:
// then nothing is free.
func (b Bond) Free() math.Int {
	if b.Amount.LT(b.Locked) {
		return math.ZeroInt()
	}
	return b.Amount.Sub(b.Locked)
}

// Ineligible says why the operator cannot be matched to new duties and what it
// can do about it; empty where it can be matched.
func (b Bond) Ineligible(minBond math.Int) string {
	switch {
	case b.Status == StatusTombstoned:
		return "tombstoned: this operator is excluded for good"
	case b.Status == StatusJailed:
		reason := fmt.Sprintf("jailed: send MsgUnjail at or after %s", b.JailedUntil.Format(time.RFC3339))
		if suspended := b.suspensionText(); suspended != "" {
			reason += "; " + suspended
		}
		return reason
	case len(b.Suspensions) > 0:
		return b.suspensionText()
	case b.Free().LT(minBond):
		return fmt.Sprintf("free bond is %s, %s is needed: bond more or wait for locks to end", b.Free(), minBond)
	}
	return ""
}

// Jail takes the operator out of matching until the given block time at least. A
// running jail is never shortened. ErrTombstoned where nothing is left to jail.
func (b *Bond) Jail(until time.Time) error {
	if b.Status == StatusTombstoned {
		return ErrTombstoned.Wrap("it cannot be jailed")
	}
	if b.Status != StatusJailed || until.After(b.JailedUntil) {
		b.JailedUntil = until.UTC()
	}
	b.Status = StatusJailed
	return nil
}

// Unjail ends the jail, or says why not and what to do next: ErrTombstoned,
// ErrNotJailed, ErrStillJailed or ErrBelowMinimum.
func (b *Bond) Unjail(now time.Time, minBond math.Int) error {
	switch {
	case b.Status == StatusTombstoned:
		return ErrTombstoned.Wrap("this is final; unbond what is left and work under another operator")
	case b.Status != StatusJailed:
		return ErrNotJailed.Wrap("there is nothing to do")
	case now.Before(b.JailedUntil):
		return ErrStillJailed.Wrapf("try again at or after %s", b.JailedUntil.Format(time.RFC3339))
	case b.Amount.LT(minBond):
		return ErrBelowMinimum.Wrapf("bond is %s, bond at least %s more and try again", b.Amount, minBond.Sub(b.Amount))
	}
	b.Status = StatusActive
	return nil
}

// CheckUnbond refuses a withdrawal of what is locked, and one that would leave a
// bond too small to be of use: what is left must be nothing or at least the
// minimum. An amount below minUnbond is only taken where it empties the bond.
func (b Bond) CheckUnbond(amount, minUnbond, minBond math.Int) error {
	if free := b.Free(); amount.GT(free) {
		return ErrInsufficientFree.Wrapf(
			"%s of %s is locked by %d duties, %s is free: unbond that much at most or wait for the duties to end",
			b.Locked, b.Amount, b.LockCount, free)
	}
	left := b.Amount.Sub(amount)
	if left.IsZero() {
		return nil
	}
	if left.LT(minBond) {
		return ErrBelowMinimum.Wrapf("%s would be left: unbond all %s, or leave at least %s", left, b.Amount, minBond)
	}
	if amount.LT(minUnbond) {
		return ErrInvalidAmount.Wrapf("%s is less than the least unbonding of %s", amount, minUnbond)
	}
	return nil
}

// IsBlank is true where the record holds nothing worth keeping: no stake, no
// lock, no history, no suspension.
func (b Bond) IsBlank() bool {
	return b.Amount.IsZero() && b.LockCount == 0 && b.Status == StatusActive &&
		b.Faults.WrongData.Total == 0 && b.Faults.Offline.Total == 0 && b.Faults.Unknown.Total == 0 &&
		len(b.Suspensions) == 0
}

// Validate checks what a record can be checked for by itself.
func (b Bond) Validate() error {
	switch {
	case isNegative(b.Amount):
		return fmt.Errorf("bond of %s: amount is missing or negative", b.Operator)
	case isNegative(b.Locked):
		return fmt.Errorf("bond of %s: locked is missing or negative", b.Operator)
	case b.LockedUntil < 0:
		return fmt.Errorf("bond of %s: locked_until is negative", b.Operator)
	case b.Status != StatusActive && b.Status != StatusJailed && b.Status != StatusTombstoned:
		return fmt.Errorf("bond of %s: unknown status %d", b.Operator, b.Status)
	case b.Status == StatusJailed && b.JailedUntil.IsZero():
		return fmt.Errorf("bond of %s: jailed without an end", b.Operator)
	}
	for _, c := range []FaultCounter{b.Faults.WrongData, b.Faults.Offline, b.Faults.Unknown} {
		if c.WindowStart < 0 || uint64(c.Count) > c.Total {
			return fmt.Errorf("bond of %s: fault counter out of bounds", b.Operator)
		}
	}
	return b.validateSuspensions()
}

// Validate checks what an entry can be checked for by itself.
func (u Unbonding) Validate() error {
	switch {
	case isNegative(u.Amount) || u.Amount.IsZero():
		return fmt.Errorf("unbonding %d: amount is not positive", u.Id)
	case isNegative(u.InitialAmount) || u.InitialAmount.LT(u.Amount):
		return fmt.Errorf("unbonding %d: initial_amount is below amount", u.Id)
	case u.CreatedHeight < 0 || u.MatureHeight < u.CreatedHeight:
		return fmt.Errorf("unbonding %d: heights are out of order", u.Id)
	case u.MatureTime.IsZero() || u.MatureTime.Unix() < 0:
		return fmt.Errorf("unbonding %d: mature_time is missing", u.Id)
	case u.QueuedHeight != 0 && u.QueuedHeight < u.MatureHeight:
		return fmt.Errorf("unbonding %d: queued before it is mature", u.Id)
	case u.Attempts > 0 && u.QueuedHeight == 0:
		return fmt.Errorf("unbonding %d: a retry must wait in the height queue", u.Id)
	}
	return nil
}

// Validate checks what a lock can be checked for by itself.
func (l Lock) Validate() error {
	if err := checkName("subject", l.Subject, MaxSubjectLength); err != nil {
		return err
	}
	switch {
	case isNegative(l.Amount) || l.Amount.IsZero():
		return fmt.Errorf("lock %s: amount is not positive", l.Subject)
	case l.CreatedHeight < 0 || l.Until <= l.CreatedHeight || l.Deadline < l.Until:
		return fmt.Errorf("lock %s: heights are out of order", l.Subject)
	case l.QueuedAt < l.Deadline || (l.Attempts == 0) != (l.QueuedAt == l.Deadline):
		return fmt.Errorf("lock %s: queued_at does not fit the deadline", l.Subject)
	}
	return nil
}

// Stake is all that can be slashed: of operators, of their backers, and behind services.
func (t Totals) Stake() math.Int {
	return t.Bonded.Add(t.Unbonding).Add(t.Backed).Add(t.Unbacking).Add(t.ServiceBonded).Add(t.ServiceUnbonding)
}

// Owed is all that the module owes: the stake, and rewards that were not paid.
func (t Totals) Owed() math.Int { return t.Stake().Add(t.Rewards) }

// isNegative treats a missing amount like a negative one.
func isNegative(i math.Int) bool { return i.IsNil() || i.IsNegative() }
