// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// An Xnode that is killed and stays away loses its seat to another, and for the
// accident next to nothing.
func TestT6_AMissedSeatIsRedrawnAndTheOperatorIsNotJailedForIt(t *testing.T) {
	s := together(t)
	id := s.submit(3, "spin", busy)
	victim := s.drawn(id)[0]
	before := s.bond(victim.Operator)
	w := s.worker(victim)
	require.NoError(t, w.Kill())

	task, seats := s.verified(id)
	require.EqualValues(t, 1, task.Redraws)
	require.Len(t, seats, 4, table(seats))
	require.Equal(t, slashingtasks.SEAT_STATE_MISSED, seats[0].State)
	for _, seat := range seats[1:] {
		require.Equal(t, slashingtasks.SEAT_STATE_REVEALED, seat.State, table(seats))
	}
	s.paid(id)

	faults := s.faults(victim.Operator, id)
	require.Len(t, faults, 1)
	require.Equal(t, stakingext.TrackOffline, faults[0].Fault.Track)
	require.Equal(t, slashingtasks.KindNoCommit, faults[0].Fault.Kind)
	after := s.bond(victim.Operator)
	require.Equal(t, stakingext.StatusActive, after.Status)
	lost := before.Amount.Sub(after.Amount)
	require.Equal(t, faults[0].Slashed.String(), lost.String())
	require.True(t, lost.MulRaw(1_000).LT(before.Amount), "%s of %s uopen for an accident", lost, before.Amount)

	s.restart(w)
	s.invariants()
}

func (s *story) bond(operator string) stakingext.Bond {
	s.Helper()
	res, err := stakingext.NewQueryClient(s.Client().Conn()).Bond(s.ctx, &stakingext.QueryBondRequest{Operator: operator})
	require.NoError(s, err)
	return res.Bond
}

// faults are what an operator was punished for in a task.
func (s *story) faults(operator string, id uint64) []stakingext.FaultRecord {
	s.Helper()
	res, err := stakingext.NewQueryClient(s.Client().Conn()).Faults(s.ctx, &stakingext.QueryFaultsRequest{Operator: operator})
	require.NoError(s, err)
	var out []stakingext.FaultRecord
	for _, f := range res.Faults {
		if f.Fault.Subject == slashingtasks.Subject(id) {
			out = append(out, f)
		}
	}
	return out
}

func (s *story) noFaults(operator string, id uint64) {
	s.Helper()
	require.Empty(s, s.faults(operator, id))
}
