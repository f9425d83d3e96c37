// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/por"
)

func TestQueriesOfWindowsAndCapacities(t *testing.T) {
	w := newWorld(t)
	a, b := w.xnode(2, storage(3)), w.xnode(3, storage(1))
	_, err := w.queries.Capacity(w.ctx, &por.QueryCapacityRequest{Operator: w.gov})
	require.ErrorIs(t, err, por.ErrNoCapacity)
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, a.proveStorage(2))

	running, err := w.queries.Windows(w.ctx, &por.QueryWindowsRequest{})
	require.NoError(t, err)
	require.Len(t, running.Windows, 1)
	require.Len(t, running.Schedules, 2)
	require.Equal(t, w.ctx.BlockHeight(), running.Height)

	answered, asked := a.duty(por.CLASS_STORAGE)
	require.True(t, asked)
	require.Equal(t, por.ACTION_WAIT, answered.Action)
	owing, asked := b.duty(por.CLASS_STORAGE)
	require.True(t, asked)
	require.True(t, owing.Owed)
	require.Equal(t, running.Windows[0].Deadline, owing.Until)
	require.Equal(t, running.Windows[0].Challenge(chainID, b.operator), owing.Challenge)
	require.EqualValues(t, 1, owing.MaxUnits)

	w.closes(por.CLASS_STORAGE)
	_, asked = b.duty(por.CLASS_STORAGE)
	require.False(t, asked)
	capacity, err := w.queries.Capacity(w.ctx, &por.QueryCapacityRequest{Operator: a.text})
	require.NoError(t, err)
	require.Len(t, capacity.Capacities, 1)
	require.Equal(t, 2*unit, capacity.Capacities[0].Counted)
	proofs, err := w.queries.Proofs(w.ctx, &por.QueryProofsRequest{Operator: b.text})
	require.NoError(t, err)
	require.Len(t, proofs.Measurements, 1)
	require.Equal(t, por.VERDICT_MISSED, proofs.Measurements[0].Verdict)

	first, err := w.queries.Measurements(w.ctx, &por.QueryMeasurementsRequest{
		Class: por.CLASS_STORAGE, Pagination: &query.PageRequest{Limit: 1},
	})
	require.NoError(t, err)
	require.Equal(t, a.text, first.Measurements[0].Operator)
	second, err := w.queries.Measurements(w.ctx, &por.QueryMeasurementsRequest{
		Class: por.CLASS_STORAGE, Number: 1, Pagination: &query.PageRequest{Key: first.Pagination.NextKey},
	})
	require.NoError(t, err)
	require.Len(t, second.Measurements, 1)
	require.Equal(t, b.text, second.Measurements[0].Operator)
	all, err := w.queries.Capacities(w.ctx, &por.QueryCapacitiesRequest{})
	require.NoError(t, err)
	require.Len(t, all.Capacities, 2)
}

func TestQueriesOfWindowsRefuse(t *testing.T) {
	w := newWorld(t)
	_, err := w.queries.Window(w.ctx, &por.QueryWindowRequest{Class: 9})
	require.ErrorIs(t, err, por.ErrInvalidClass)
	_, err = w.queries.Window(w.ctx, &por.QueryWindowRequest{Class: por.CLASS_CPU})
	require.ErrorIs(t, err, por.ErrWindowNotFound)
	_, err = w.queries.Duties(w.ctx, &por.QueryDutiesRequest{Operator: "nobody"})
	require.ErrorIs(t, err, por.ErrInvalidAddress)
	for name, page := range map[string]*query.PageRequest{
		"too much":  {Limit: 201},
		"a count":   {CountTotal: true},
		"an offset": {Offset: 1},
	} {
		_, err := w.queries.Capacities(w.ctx, &por.QueryCapacitiesRequest{Pagination: page})
		require.ErrorIs(t, err, por.ErrInvalidPage, name)
	}
}
