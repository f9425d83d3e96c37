// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"
)

// Kinds of faults, as x/staking-ext records them.
const (
	// KindFalseProof is that of a proof or answer that is false, whoever found out: the chain, a
	// committee, or a report of fraud. One window of a class is one fault, on whatever evidence.
	KindFalseProof = "false-proof"
	// KindEquivocation are two attestations of one seat.
	KindEquivocation = "equivocation"
)

// SeatSubject names the duty to measure somebody, in faults: "por/gpu/7/open1…".
func SeatSubject(class Class, window uint64, subject string) string {
	return Subject(class, window) + "/" + subject
}

// Sits says whether somebody was on the committee that gave the verdict.
func (c Charge) Sits(operator string) bool {
	for _, other := range c.Seated {
		if other == operator {
			return true
		}
	}
	return false
}

// Validate checks a stored charge (ErrInvalidGenesis).
func (c Charge) Validate(accounts address.Codec) error {
	bad := func(format string, args ...any) error {
		return errors.Wrapf(ErrInvalidGenesis, "charge against %s in window %d of %s: "+format,
			append([]any{c.Subject, c.Window, c.Class}, args...)...)
	}
	switch {
	case !c.Class.Attested() || c.Window == 0:
		return bad("no such window")
	case c.State != CHARGE_STATE_OPEN && c.State != CHARGE_STATE_DISPUTED:
		return bad("state %s", c.State)
	case len(c.Evidence) != EvidenceSize:
		return bad("evidence of %d bytes", len(c.Evidence))
	case c.Height < 0 || c.Due < c.Height:
		return bad("heights are out of order")
	case c.AppealWindow != 0 && (c.State != CHARGE_STATE_DISPUTED || c.AppealWindow <= c.Window):
		return bad("a larger committee in window %d", c.AppealWindow)
	case c.State == CHARGE_STATE_OPEN && c.Rounds != 0:
		return bad("rounds without a dispute")
	case len(c.Accusers) == 0 || len(c.Accusers) > MaxSeats || len(c.Seated) < len(c.Accusers) || len(c.Seated) > MaxSeats:
		return bad("%d accusers of %d seats", len(c.Accusers), len(c.Seated))
	}
	if err := c.Deposit.Validate(); err != nil {
		return bad("deposit: %s", err)
	}
	for _, text := range append([]string{c.Subject}, c.Seated...) {
		if err := canonical(accounts, text); err != nil {
			return bad("%s", err)
		}
	}
	for _, accuser := range c.Accusers {
		if !c.Sits(accuser) {
			return bad("accuser %s has no seat", accuser)
		}
	}
	return nil
}

// Validate checks a stored record (ErrInvalidGenesis).
func (r FraudRecord) Validate(accounts address.Codec) error {
	bad := func(format string, args ...any) error {
		return errors.Wrapf(ErrInvalidGenesis, "fraud of %s in window %d of %s: "+format,
			append([]any{r.Operator, r.Window, r.Class}, args...)...)
	}
	if r.Class == CLASS_UNSPECIFIED || r.Window == 0 || r.Height < 0 || len(r.Evidence) != EvidenceSize {
		return bad("a field is out of bounds")
	}
	for _, text := range []string{r.Operator, r.Reporter} {
		if err := canonical(accounts, text); err != nil {
			return bad("%s", err)
		}
	}
	return nil
}

// NewVerifierScore is that of somebody who has not served yet.
func NewVerifierScore(operator string) VerifierScore {
	return VerifierScore{Operator: operator, Score: InitialVerifierScore}
}

// InitialVerifierScore is where a score starts, in 1/10,000.
const InitialVerifierScore = basisPoints / 2

// Deed is what a verifier did with a seat.
type Deed int

// Deeds, from good to bad.
const (
	// DeedAttested: it reported, and nothing speaks against it.
	DeedAttested Deed = iota
	// DeedMissed: it said nothing until the window closed.
	DeedMissed
	// DeedOutlying: its report is far from what the committee agreed on.
	DeedOutlying
	// DeedOverturned: a larger committee contradicted it.
	DeedOverturned
	// DeedUnshown: it was audited, and did not show what it attested the hash of.
	DeedUnshown
	// DeedEquivocated: it said two things.
	DeedEquivocated
)

// Rate counts a deed and moves the score rateBps of the way: to 10,000 for a seat that was served, to
// 0 for any other; to 0 at once for equivocation. What is moved is rounded down, and away from
// the goal at least 1, so that it is reached.
func (v *VerifierScore) Rate(deed Deed, rateBps uint32) {
	goal := uint32(0)
	switch deed {
	case DeedAttested:
		v.Attested++
		goal = basisPoints
	case DeedMissed:
		v.Missed++
	case DeedOutlying:
		v.Outlying++
	case DeedOverturned:
		v.Overturned++
	case DeedUnshown:
		v.Unshown++
	default:
		v.Equivocated++
		v.Score = 0
	}
	distance := max(goal, v.Score) - min(goal, v.Score)
	step := distance * rateBps / basisPoints
	if step == 0 && distance > 0 {
		step = 1
	}
	if goal > v.Score {
		v.Score += step
	} else {
		v.Score -= step
	}
}

// Validate checks a stored score (ErrInvalidGenesis).
func (v VerifierScore) Validate(accounts address.Codec) error {
	if v.Score > basisPoints {
		return errors.Wrapf(ErrInvalidGenesis, "score of %s is %d", v.Operator, v.Score)
	}
	if err := canonical(accounts, v.Operator); err != nil {
		return errors.Wrapf(ErrInvalidGenesis, "score: %s", err)
	}
	return nil
}
