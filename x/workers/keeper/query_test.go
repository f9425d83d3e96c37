// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/workers"
)

func TestQueriesAnswerWhatIsStored(t *testing.T) {
	f := park(t, 3)
	res, err := f.queries.Xnode(f.ctx, &workers.QueryXnodeRequest{Operator: f.text(operator(1))})
	require.NoError(t, err)
	require.Equal(t, f.xnode(1), res.Xnode)
	require.Equal(t, uint64(160), res.Weight)
	bySigner, err := f.queries.XnodeBySigner(f.ctx, &workers.QueryXnodeBySignerRequest{Signer: f.text(signer(1))})
	require.NoError(t, err)
	require.Equal(t, res.Xnode, bySigner.Xnode)
	require.Equal(t, res.Weight, bySigner.Weight)
	total, err := f.queries.TotalWeight(f.ctx, &workers.QueryTotalWeightRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(80+160+240), total.TotalWeight)
}

func TestQueriesForWhatIsNotThereSaySo(t *testing.T) {
	f := newFixture(t)
	_, err := f.queries.Xnode(f.ctx, &workers.QueryXnodeRequest{Operator: f.text(operator(1))})
	require.ErrorIs(t, err, workers.ErrNotRegistered)
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.queries.XnodeBySigner(f.ctx, &workers.QueryXnodeBySignerRequest{Signer: f.text(signer(1))})
	require.ErrorIs(t, err, workers.ErrUnknownSigner)
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.queries.Xnode(f.ctx, nil)
	require.ErrorIs(t, err, workers.ErrInvalidAddress)
	page, err := f.queries.Xnodes(f.ctx, nil)
	require.NoError(t, err)
	require.Empty(t, page.Xnodes)
	allocations, err := f.queries.Allocations(f.ctx, &workers.QueryAllocationsRequest{Operator: f.text(operator(1))})
	require.NoError(t, err)
	require.Empty(t, allocations.Allocations)
}

func TestC18_PagesHaveACapAndNeverWalkTheStore(t *testing.T) {
	f := park(t, 5)
	for name, page := range map[string]*query.PageRequest{
		"a huge limit":        {Limit: 1<<64 - 1},
		"just beyond the cap": {Limit: 201},
		"a huge offset":       {Offset: 1 << 63},
		"a count":             {CountTotal: true},
		"both key and offset": {Key: operator(0), Offset: 1},
	} {
		_, err := f.queries.Xnodes(f.ctx, &workers.QueryXnodesRequest{Pagination: page})
		require.ErrorIs(t, err, workers.ErrInvalidPage, name)
		require.Equal(t, codes.InvalidArgument, status.Code(err))
		_, err = f.queries.Allocations(f.ctx, &workers.QueryAllocationsRequest{Operator: f.text(operator(1)), Pagination: page})
		require.ErrorIs(t, err, workers.ErrInvalidPage, name)
	}
	_, err := f.queries.Xnodes(f.ctx, &workers.QueryXnodesRequest{Pagination: &query.PageRequest{Key: []byte("\xff\xff")}})
	require.NoError(t, err, "a key beyond the end is an empty page")
	res, err := f.queries.Xnodes(f.ctx, &workers.QueryXnodesRequest{Pagination: &query.PageRequest{Limit: 0}})
	require.NoError(t, err)
	require.Len(t, res.Xnodes, 5)
	res, err = f.queries.Xnodes(f.ctx, &workers.QueryXnodesRequest{Pagination: &query.PageRequest{Limit: 2, Reverse: true}})
	require.NoError(t, err)
	require.Equal(t, []workers.Xnode{f.xnode(4), f.xnode(3)}, res.Xnodes)
	res, err = f.queries.Xnodes(f.ctx, &workers.QueryXnodesRequest{Pagination: &query.PageRequest{
		Limit: 2, Reverse: true, Key: res.Pagination.NextKey,
	}})
	require.NoError(t, err)
	require.Equal(t, []workers.Xnode{f.xnode(2), f.xnode(1)}, res.Xnodes)
}

func TestAllocationsArePagedWithinOneXnode(t *testing.T) {
	f := park(t, 2)
	for i := range 5 {
		require.NoError(t, f.k.Allocate(f.ctx, operator(0), fmt.Sprintf("task/%d", i), workers.Resources{MemoryBytes: 1}, 0))
		require.NoError(t, f.k.Allocate(f.ctx, operator(1), fmt.Sprintf("task/%d", i), workers.Resources{MemoryBytes: 2}, 0))
	}
	var got []string
	var key []byte
	for {
		res, err := f.queries.Allocations(f.ctx, &workers.QueryAllocationsRequest{
			Operator: f.text(operator(0)), Pagination: &query.PageRequest{Limit: 2, Key: key},
		})
		require.NoError(t, err)
		for _, a := range res.Allocations {
			require.Equal(t, f.text(operator(0)), a.Operator)
			require.Equal(t, uint64(1), a.Resources.MemoryBytes)
			got = append(got, a.Subject)
		}
		if key = res.Pagination.NextKey; len(key) == 0 {
			break
		}
	}
	require.Equal(t, []string{"task/0", "task/1", "task/2", "task/3", "task/4"}, got)
}
