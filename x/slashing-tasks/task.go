// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import "cosmossdk.io/math"

// NewTask locks a task at a height: its committee is drawn from randomness that
// comes later. The escrow is in uopen.
func NewTask(id uint64, requester string, program Program, sources []Source, terms Terms, escrow math.Int, height int64) Task {
	return Task{
		Id:              id,
		Requester:       requester,
		Program:         program,
		Sources:         sources,
		Terms:           terms,
		Phase:           PHASE_DRAWING,
		Escrow:          escrow,
		Paid:            math.ZeroInt(),
		SubmittedHeight: height,
		SeedAfter:       height,
		Due:             height + 1,
		Deadline:        height + int64(terms.DrawTimeout),
	}
}

// Final says whether the task has ended.
func (t Task) Final() bool { return t.Phase == PHASE_VERIFIED || t.Phase == PHASE_CLOSED }

// CanEscalate says whether there is a stage after the current one.
func (t Task) CanEscalate() bool { return int(t.Stage)+1 < len(t.Terms.Ladder) }

// Checked says whether a wrong vote could have been found out without anybody
// asking: others voted too, or a coin was to decide whether they would.
func (t Task) Checked() bool { return t.Seats > 1 || t.Terms.SampleBps > 0 }

// Held is what the module holds for the task: escrow and challenge bond, in uopen.
func (t Task) Held() math.Int {
	if t.Challenge == nil {
		return t.Escrow
	}
	return t.Escrow.Add(t.Challenge.Bond)
}

// Backoff is the wait after so many failures in a row, in blocks: it doubles with
// each, to 1,024 at most.
func Backoff(failures uint32) int64 { return 1 << min(failures, 10) }
