// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxSuspensions is the number of causes that can suspend an operator at once.
	MaxSuspensions = 16
	// MaxCauseLength is the greatest length of a suspension's cause, in bytes.
	MaxCauseLength = 64
)

// Suspended finds the suspension for a cause: its index, and whether it holds.
// Where it does not, the index is its place.
func (b Bond) Suspended(cause string) (int, bool) {
	return slices.BinarySearchFunc(b.Suspensions, cause, func(s Suspension, cause string) int {
		return strings.Compare(s.Cause, cause)
	})
}

// Suspend takes the operator out of matching for a cause until the end of the
// given block at least: a running suspension for it is never shortened. It returns
// the suspension as it stands now and, where it was extended, as it stood before.
// Errors: ErrInvalidSuspension, ErrTombstoned, ErrTooManySuspensions.
func (b *Bond) Suspend(cause string, now, until, longest int64) (current Suspension, before *Suspension, err error) {
	if err := checkName("cause", cause, MaxCauseLength); err != nil {
		return Suspension{}, nil, ErrInvalidSuspension.Wrap(err.Error())
	}
	switch {
	case until <= now:
		return Suspension{}, nil, ErrInvalidSuspension.Wrapf("%s until %d, the chain is at %d", cause, until, now)
	case until-now > longest:
		return Suspension{}, nil, ErrInvalidSuspension.Wrapf("%s until %d, at most %d blocks ahead", cause, until, longest)
	case b.Status == StatusTombstoned:
		return Suspension{}, nil, ErrTombstoned.Wrap("it takes no duties anyway")
	}
	i, found := b.Suspended(cause)
	if !found {
		if len(b.Suspensions) >= MaxSuspensions {
			return Suspension{}, nil, ErrTooManySuspensions.Wrapf("%d causes hold already", len(b.Suspensions))
		}
		current = Suspension{Cause: cause, SinceHeight: now, UntilHeight: until, QueuedAt: until}
		b.Suspensions = slices.Insert(b.Suspensions, i, current)
		return current, nil, nil
	}
	old := b.Suspensions[i]
	if until <= old.UntilHeight {
		return old, &old, nil
	}
	current = Suspension{Cause: cause, SinceHeight: old.SinceHeight, UntilHeight: until, QueuedAt: until}
	b.Suspensions[i] = current
	return current, &old, nil
}

// Resume ends the suspension for a cause and returns it: ErrNotSuspended where
// there is none.
func (b *Bond) Resume(cause string) (Suspension, error) {
	i, found := b.Suspended(cause)
	if !found {
		return Suspension{}, ErrNotSuspended.Wrapf("%s is not suspended for %q", b.Operator, clip(cause))
	}
	s := b.Suspensions[i]
	b.Suspensions = slices.Delete(b.Suspensions, i, i+1)
	return s, nil
}

// suspensionText lists the causes that hold and until when; empty for none.
func (b Bond) suspensionText() string {
	if len(b.Suspensions) == 0 {
		return ""
	}
	causes := make([]string, len(b.Suspensions))
	for i, s := range b.Suspensions {
		causes[i] = fmt.Sprintf("%s until the end of block %d", s.Cause, s.UntilHeight)
	}
	return "suspended: " + strings.Join(causes, ", ")
}

// Validate checks what a suspension can be checked for by itself.
func (s Suspension) Validate() error {
	if err := checkName("cause", s.Cause, MaxCauseLength); err != nil {
		return err
	}
	switch {
	case s.SinceHeight < 0 || s.UntilHeight <= s.SinceHeight:
		return fmt.Errorf("suspension %s: heights are out of order", s.Cause)
	case s.QueuedAt < s.UntilHeight || (s.Attempts == 0) != (s.QueuedAt == s.UntilHeight):
		return fmt.Errorf("suspension %s: queued_at does not fit until_height", s.Cause)
	}
	return nil
}

// validateSuspensions checks the set of a bond.
func (b Bond) validateSuspensions() error {
	if len(b.Suspensions) > MaxSuspensions {
		return fmt.Errorf("bond of %s: %d suspensions, at most %d", b.Operator, len(b.Suspensions), MaxSuspensions)
	}
	for i, s := range b.Suspensions {
		if err := s.Validate(); err != nil {
			return fmt.Errorf("bond of %s: %w", b.Operator, err)
		}
		if i > 0 && s.Cause <= b.Suspensions[i-1].Cause {
			return fmt.Errorf("bond of %s: suspensions are not in the order of their causes", b.Operator)
		}
	}
	return nil
}
