// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func vote(gas uint64) slashingtasks.Outcome {
	return slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: gas}
}

func committee(votes ...uint64) slashingtasks.Committee {
	var c slashingtasks.Committee
	for _, gas := range votes {
		o := vote(gas)
		c = append(c, slashingtasks.Seat{State: slashingtasks.SEAT_STATE_REVEALED, Outcome: &o})
	}
	return c
}

func TestTheLeadIsTheOutcomeWithTheMostVotes(t *testing.T) {
	c := committee(1, 2, 2, 3, 2)
	lead, votes := c.Lead()
	require.Equal(t, vote(2), lead)
	require.EqualValues(t, 3, votes)
	require.True(t, c.Leads(vote(2)))
	require.False(t, c.Leads(vote(1)))
	require.False(t, committee(1, 2).Leads(vote(1)), "level is no lead")
	require.False(t, committee().Leads(vote(1)))
	_, votes = committee().Lead()
	require.Zero(t, votes)
}

func TestOnlyRevealedSeatsAreVotes(t *testing.T) {
	c := committee(1, 1, 1)
	c[0].State = slashingtasks.SEAT_STATE_EQUIVOCATED
	c[1].State = slashingtasks.SEAT_STATE_MISSED
	require.EqualValues(t, 1, c.Votes(vote(1)))
	require.EqualValues(t, 1, c.Count(slashingtasks.SEAT_STATE_REVEALED))
}

func TestTheLeadDoesNotDependOnTheOrderOfTheSeats(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		votes := rapid.SliceOfN(rapid.Uint64Range(1, 4), 1, 31).Draw(rt, "votes")
		shuffled := rapid.Permutation(votes).Draw(rt, "shuffled")
		a, n := committee(votes...).Lead()
		b, m := committee(shuffled...).Lead()
		require.Equal(rt, a, b)
		require.Equal(rt, n, m)
	})
}
