// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

const (
	defaultPage = 100
	maxPage     = 200
	maxOffset   = 10_000
)

type queryServer struct{ k *Keeper }

var _ stakingext.QueryServer = queryServer{}

// NewQueryServer serves the queries of the module.
func NewQueryServer(k *Keeper) stakingext.QueryServer { return queryServer{k} }

// Params implements stakingext.QueryServer.
func (q queryServer) Params(ctx context.Context, _ *stakingext.QueryParamsRequest) (*stakingext.QueryParamsResponse, error) {
	params, err := q.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &stakingext.QueryParamsResponse{Params: params}, nil
}

// Totals implements stakingext.QueryServer.
func (q queryServer) Totals(ctx context.Context, _ *stakingext.QueryTotalsRequest) (*stakingext.QueryTotalsResponse, error) {
	params, err := q.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	totals, err := q.k.Totals.Get(ctx)
	if err != nil {
		return nil, err
	}
	epoch, left, err := q.k.slashAllowance(ctx, params)
	if err != nil {
		return nil, err
	}
	return &stakingext.QueryTotalsResponse{Totals: totals, SlashEpoch: epoch, SlashAllowance: left}, nil
}

// Bond implements stakingext.QueryServer.
func (q queryServer) Bond(ctx context.Context, req *stakingext.QueryBondRequest) (*stakingext.QueryBondResponse, error) {
	operator, err := q.k.address("operator", req.Operator)
	if err != nil {
		return nil, err
	}
	bond, err := q.k.BondOf(ctx, operator)
	if err != nil {
		return nil, err
	}
	params, err := q.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	backing, err := q.k.countedBacking(ctx, operator, bond)
	if err != nil {
		return nil, err
	}
	reason := bond.Ineligible(params.MinBond)
	return &stakingext.QueryBondResponse{
		Bond: bond, Free: bond.Free(), Eligible: reason == "", IneligibleReason: reason,
		CountedBacking: backing, FreeStake: bond.Free().Add(backing),
	}, nil
}

// Bonds implements stakingext.QueryServer.
func (q queryServer) Bonds(ctx context.Context, req *stakingext.QueryBondsRequest) (*stakingext.QueryBondsResponse, error) {
	page, err := checkPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	bonds, res, err := query.CollectionPaginate(ctx, q.k.Bonds, page,
		func(_ sdk.AccAddress, b stakingext.Bond) (stakingext.Bond, error) { return b, nil })
	if err != nil {
		return nil, stakingext.ErrInvalidPage.Wrap(err.Error())
	}
	return &stakingext.QueryBondsResponse{Bonds: bonds, Pagination: res}, nil
}

// Unbondings implements stakingext.QueryServer.
func (q queryServer) Unbondings(ctx context.Context, req *stakingext.QueryUnbondingsRequest) (*stakingext.QueryUnbondingsResponse, error) {
	list, res, err := pageOf(ctx, q.k, q.k.Unbondings, req.Operator, req.Pagination, func(a sdk.AccAddress) entryKey {
		return collections.PairPrefix[sdk.AccAddress, uint64](a)
	})
	return &stakingext.QueryUnbondingsResponse{Unbondings: list, Pagination: res}, err
}

// Locks implements stakingext.QueryServer.
func (q queryServer) Locks(ctx context.Context, req *stakingext.QueryLocksRequest) (*stakingext.QueryLocksResponse, error) {
	list, res, err := pageOf(ctx, q.k, q.k.Locks, req.Operator, req.Pagination, func(a sdk.AccAddress) lockKey {
		return collections.PairPrefix[sdk.AccAddress, string](a)
	})
	return &stakingext.QueryLocksResponse{Locks: list, Pagination: res}, err
}

// Faults implements stakingext.QueryServer.
func (q queryServer) Faults(ctx context.Context, req *stakingext.QueryFaultsRequest) (*stakingext.QueryFaultsResponse, error) {
	list, res, err := pageOf(ctx, q.k, q.k.Faults, req.Operator, req.Pagination, func(a sdk.AccAddress) faultKey {
		return collections.TriplePrefix[sdk.AccAddress, string, string](a)
	})
	return &stakingext.QueryFaultsResponse{Faults: list, Pagination: res}, err
}

// pageOf reads one page of what a collection holds under an operator.
func pageOf[K, V any](
	ctx context.Context, k *Keeper, coll collections.Map[K, V],
	operator string, req *query.PageRequest, prefix func(sdk.AccAddress) K,
) ([]V, *query.PageResponse, error) {
	addr, err := k.address("operator", operator)
	if err != nil {
		return nil, nil, err
	}
	page, err := checkPage(req)
	if err != nil {
		return nil, nil, err
	}
	under := prefix(addr)
	list, res, err := query.CollectionPaginate(ctx, coll, page,
		func(_ K, v V) (V, error) { return v, nil },
		func(o *query.CollectionsPaginateOptions[K]) { o.Prefix = &under })
	if err != nil {
		return nil, nil, stakingext.ErrInvalidPage.Wrap(err.Error())
	}
	return list, res, nil
}

// checkPage refuses pages that would make a node walk the store: ErrInvalidPage.
// Without a limit the SDK would count everything, so one is set here.
func checkPage(req *query.PageRequest) (*query.PageRequest, error) {
	if req == nil {
		return &query.PageRequest{Limit: defaultPage}, nil
	}
	switch {
	case req.Limit > maxPage:
		return nil, stakingext.ErrInvalidPage.Wrapf("limit is %d, ask for %d at most and go on with next_key", req.Limit, maxPage)
	case req.CountTotal:
		return nil, stakingext.ErrInvalidPage.Wrap("count_total is not served; go on with next_key to the end")
	case req.Offset > maxOffset:
		return nil, stakingext.ErrInvalidPage.Wrapf("offset is %d, skip %d at most and go on with next_key", req.Offset, maxOffset)
	}
	page := *req
	if page.Limit == 0 {
		page.Limit = defaultPage
	}
	return &page, nil
}
