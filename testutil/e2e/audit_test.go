// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// Where the audit coin always falls, a task climbs the ladder: the votes of the
// first stage stay, everybody else there is votes too, and when nobody is left
// to ask the outcome stands and all who agree are paid.
func TestAnAuditedTaskIsVerifiedByALargerCommitteeThatKeepsTheEarlierVotes(t *testing.T) {
	s := own(t, 1, 5, func(p *slashingtasks.Params) { p.AuditBps = slashingtasks.BasisPoints })
	id := s.submit(3, "say", "hello")
	_, first := s.untilTask(id, "a second stage", func(t slashingtasks.Task, c slashingtasks.Committee) bool {
		return t.Stage >= 1 && len(c) > 3
	})
	task, seats := s.verified(id)
	require.Equal(t, []uint32{3, 7, 15}, task.Terms.Ladder)
	require.EqualValues(t, 5, task.Seats, "all that there are")
	require.Len(t, seats, 5)
	for i, seat := range seats {
		require.Equal(t, slashingtasks.SEAT_STATE_REVEALED, seat.State, table(seats))
		require.Equal(t, task.Outcome, seat.Outcome)
		require.True(t, seat.Paid.IsPositive(), table(seats))
		stage := uint32(0)
		if i >= 3 {
			stage = 1
		}
		require.Equal(t, stage, seat.Stage)
	}
	for i := range 3 {
		require.Equal(t, slashingtasks.SEAT_STATE_REVEALED, first[i].State, "kept: %s", table(first))
		require.Equal(t, first[i].Commitment, seats[i].Commitment)
		require.Equal(t, first[i].Outcome, seats[i].Outcome)
	}
	s.paid(id)
	s.invariants()
}
