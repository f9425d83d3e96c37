// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import "bytes"

// Committee are all seats that a task ever had, in drawing order.
type Committee []Seat

// Find returns the index of an operator's seat, -1 for none.
func (c Committee) Find(operator string) int {
	for i := range c {
		if c[i].Operator == operator {
			return i
		}
	}
	return -1
}

// Count counts the seats in a state.
func (c Committee) Count(state SeatState) uint32 {
	n := uint32(0)
	for i := range c {
		if c[i].State == state {
			n++
		}
	}
	return n
}

// Votes counts the revealed seats that voted for an outcome.
func (c Committee) Votes(outcome Outcome) uint32 {
	n := uint32(0)
	for i := range c {
		if c[i].VotedFor(outcome) {
			n++
		}
	}
	return n
}

// Lead returns the outcome with the most votes, and how many it has. Among equals
// it is the one with the smallest digest; a quorum has no equal.
func (c Committee) Lead() (Outcome, uint32) {
	var (
		best   Outcome
		votes  uint32
		digest [DigestSize]byte
	)
	for i := range c {
		if c[i].State != SEAT_STATE_REVEALED {
			continue
		}
		n, d := c.Votes(*c[i].Outcome), c[i].Outcome.Digest()
		if n > votes || n == votes && bytes.Compare(d[:], digest[:]) < 0 {
			best, votes, digest = *c[i].Outcome, n, d
		}
	}
	return best, votes
}

// Leads says whether an outcome has more votes than any other, and at least one.
func (c Committee) Leads(outcome Outcome) bool {
	votes := c.Votes(outcome)
	for i := range c {
		if c[i].State == SEAT_STATE_REVEALED && !c[i].VotedFor(outcome) && c.Votes(*c[i].Outcome) >= votes {
			return false
		}
	}
	return votes > 0
}

// ReachedStage says whether a stage after the given one had a fresh seat.
func (c Committee) ReachedStage(after uint32) bool {
	for i := range c {
		if c[i].Stage > after {
			return true
		}
	}
	return false
}

// VotedFor says whether the seat's vote stands for an outcome.
func (s Seat) VotedFor(outcome Outcome) bool {
	return s.State == SEAT_STATE_REVEALED && s.Outcome != nil && s.Outcome.Equal(&outcome)
}

// Gone says whether the seat has no part in the task any more.
func (s Seat) Gone() bool {
	return s.State == SEAT_STATE_MISSED || s.State == SEAT_STATE_DECLINED || s.State == SEAT_STATE_EQUIVOCATED
}
