// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestC18_PagesAreCappedAndNeverCountedOrSkipped(t *testing.T) {
	f := newFixture(t)
	for range 5 {
		f.submit(3)
	}
	for name, page := range map[string]*query.PageRequest{
		"too many":     {Limit: 201},
		"a huge limit": {Limit: math.MaxUint64},
		"a count":      {CountTotal: true},
		"an offset":    {Offset: 1 << 63},
	} {
		_, err := f.query.Tasks(f.ctx, &slashingtasks.QueryTasksRequest{Pagination: page})
		require.ErrorIs(t, err, slashingtasks.ErrInvalidPage, name)
	}
	for name, page := range map[string]*query.PageRequest{"no page": nil, "an empty page": {}} {
		res, err := f.query.Tasks(f.ctx, &slashingtasks.QueryTasksRequest{Pagination: page})
		require.NoError(t, err, name)
		require.Len(t, res.Tasks, 5)
		require.Zero(t, res.Pagination.Total)
	}
}

func TestTasksAreFoundByIdAndByRequesterPageByPage(t *testing.T) {
	f := newFixture(t)
	for range 5 {
		f.submit(3)
	}
	var ids []uint64
	var next []byte
	for {
		res, err := f.query.TasksByRequester(f.ctx, &slashingtasks.QueryTasksByRequesterRequest{
			Requester: requester.String(), Pagination: &query.PageRequest{Key: next, Limit: 2},
		})
		require.NoError(t, err)
		for _, task := range res.Tasks {
			ids = append(ids, task.Id)
		}
		if next = res.Pagination.NextKey; len(next) == 0 {
			break
		}
	}
	require.Equal(t, []uint64{1, 2, 3, 4, 5}, ids)
	res, err := f.query.Tasks(f.ctx, &slashingtasks.QueryTasksRequest{Pagination: &query.PageRequest{Limit: 2, Reverse: true}})
	require.NoError(t, err)
	require.EqualValues(t, 5, res.Tasks[0].Id)
	none, err := f.query.TasksByRequester(f.ctx, &slashingtasks.QueryTasksByRequesterRequest{Requester: challenger.String()})
	require.NoError(t, err)
	require.Empty(t, none.Tasks)
	_, err = f.query.Task(f.ctx, &slashingtasks.QueryTaskRequest{TaskId: 99})
	require.ErrorIs(t, err, slashingtasks.ErrTaskNotFound)
}

func TestAnOperatorSeesItsOpenSeatsAndWhoWasDrawnBeforeIt(t *testing.T) {
	f := newFixture(t)
	id := f.committing(3)
	seats := f.seats(id)
	res, err := f.query.OpenSeats(f.ctx, &slashingtasks.QueryOpenSeatsRequest{Operator: seats[2].Operator})
	require.NoError(t, err)
	require.Len(t, res.Seats, 1)
	require.Equal(t, seats[2], res.Seats[0].Seat)
	require.Equal(t, id, res.Seats[0].Task.Id)
	require.Equal(t, []string{seats[0].Operator, seats[1].Operator}, res.Seats[0].Peers[:seats[2].Index])
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	res, err = f.query.OpenSeats(f.ctx, &slashingtasks.QueryOpenSeatsRequest{Operator: seats[2].Operator})
	require.NoError(t, err)
	require.Empty(t, res.Seats)
}

func TestAQuoteIsWhatASubmissionNeeds(t *testing.T) {
	f := newFixture(t)
	res, err := f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{Seats: 3, GasLimit: 1_000_000, SeatFee: "2000", GasPrice: "500"})
	require.NoError(t, err)
	m := f.submission(3)
	require.Equal(t, m.MaxFee.Amount, res.MaxFee)
	require.EqualValues(t, 3*2_500, res.LikelyFee.Int64())
	require.Equal(t, []uint32{3, 7, 15}, res.Ladder)
	least, err := f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{Seats: 15, GasLimit: 1})
	require.NoError(t, err)
	require.EqualValues(t, 15*1_001, least.MaxFee.Int64())
	for want, req := range map[error]*slashingtasks.QueryQuoteRequest{
		slashingtasks.ErrInvalidTier:    {Seats: 4, GasLimit: 1},
		slashingtasks.ErrInvalidPrice:   {Seats: 3, GasLimit: 1, SeatFee: "1e400"},
		slashingtasks.ErrInvalidProgram: {Seats: 3},
	} {
		_, err := f.query.Quote(f.ctx, req)
		require.ErrorIs(t, err, want)
	}
}
