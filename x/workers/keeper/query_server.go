// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	// maxPage is the most entries of one page.
	maxPage = 200
	// maxOffset bounds what a page by offset walks over; pages by key have no bound.
	maxOffset = 10_000
)

type queryServer struct{ k *Keeper }

// NewQueryServer serves the queries of x/workers.
func NewQueryServer(k *Keeper) workers.QueryServer { return queryServer{k} }

func (s queryServer) Params(ctx context.Context, _ *workers.QueryParamsRequest) (*workers.QueryParamsResponse, error) {
	params, err := s.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &workers.QueryParamsResponse{Params: params}, nil
}

func (s queryServer) Xnode(ctx context.Context, req *workers.QueryXnodeRequest) (*workers.QueryXnodeResponse, error) {
	operator, err := s.k.address(req.GetOperator())
	if err != nil {
		return nil, err
	}
	x, err := s.k.Xnode(ctx, operator)
	if err != nil {
		return nil, err
	}
	weight, err := s.k.WeightOf(ctx, x)
	if err != nil {
		return nil, err
	}
	return &workers.QueryXnodeResponse{Xnode: x, Weight: weight, Capacity: x.Capacity(), Free: x.Free()}, nil
}

func (s queryServer) XnodeBySigner(ctx context.Context, req *workers.QueryXnodeBySignerRequest) (*workers.QueryXnodeBySignerResponse, error) {
	signer, err := s.k.address(req.GetSigner())
	if err != nil {
		return nil, err
	}
	_, x, err := s.k.bySigner(ctx, signer)
	if err != nil {
		return nil, err
	}
	weight, err := s.k.WeightOf(ctx, x)
	if err != nil {
		return nil, err
	}
	return &workers.QueryXnodeBySignerResponse{Xnode: x, Weight: weight, Capacity: x.Capacity(), Free: x.Free()}, nil
}

func (s queryServer) Xnodes(ctx context.Context, req *workers.QueryXnodesRequest) (*workers.QueryXnodesResponse, error) {
	page, err := checkPage(req.GetPagination())
	if err != nil {
		return nil, err
	}
	xnodes, next, err := query.CollectionPaginate(ctx, s.k.Xnodes, page,
		func(_ sdk.AccAddress, x workers.Xnode) (workers.Xnode, error) { return x, nil })
	if err != nil {
		return nil, pageError(err)
	}
	return &workers.QueryXnodesResponse{Xnodes: xnodes, Pagination: next}, nil
}

func (s queryServer) Allocations(ctx context.Context, req *workers.QueryAllocationsRequest) (*workers.QueryAllocationsResponse, error) {
	operator, err := s.k.address(req.GetOperator())
	if err != nil {
		return nil, err
	}
	page, err := checkPage(req.GetPagination())
	if err != nil {
		return nil, err
	}
	text, err := s.k.text(operator)
	if err != nil {
		return nil, err
	}
	allocations, next, err := query.CollectionPaginate(ctx, s.k.Allocations, page,
		func(key collections.Pair[sdk.AccAddress, string], r workers.Resources) (workers.Allocation, error) {
			return workers.Allocation{Operator: text, Subject: key.K2(), Resources: r}, nil
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, string](operator))
	if err != nil {
		return nil, pageError(err)
	}
	return &workers.QueryAllocationsResponse{Allocations: allocations, Pagination: next}, nil
}

func (s queryServer) TotalWeight(ctx context.Context, _ *workers.QueryTotalWeightRequest) (*workers.QueryTotalWeightResponse, error) {
	total, err := s.k.TotalWeight(ctx)
	if err != nil {
		return nil, err
	}
	return &workers.QueryTotalWeightResponse{TotalWeight: total}, nil
}

func (s queryServer) Market(ctx context.Context, req *workers.QueryMarketRequest) (*workers.QueryMarketResponse, error) {
	need, err := parseNeed(req)
	if err != nil {
		return nil, err
	}
	return s.k.Market(ctx, need)
}

func (s queryServer) ExplainMatch(ctx context.Context, req *workers.QueryExplainMatchRequest) (*workers.QueryExplainMatchResponse, error) {
	need, err := parseNeed((*workers.QueryMarketRequest)(req))
	if err != nil {
		return nil, err
	}
	return s.k.ExplainMatch(ctx, need)
}

// parseNeed reads what both queries describe in the same way.
func parseNeed(req *workers.QueryMarketRequest) (need workers.Need, err error) {
	need = workers.Need{Resources: req.Resources, MinRating: req.MinRating, Regions: req.Regions, Until: req.Until}
	if need.MaxGasPrice, err = parsePrice("gas_price", req.GasPrice); err != nil {
		return need, err
	}
	if need.MaxSeatFee, err = parsePrice("seat_fee", req.SeatFee); err != nil {
		return need, err
	}
	if need.Attributes, err = workers.ParseAttributes(req.Attributes); err != nil {
		return need, err
	}
	return need, need.Validate()
}

// parsePrice reads an offer; an empty one is nil.
func parsePrice(name, text string) (math.Int, error) {
	if text == "" {
		return math.Int{}, nil
	}
	price, ok := math.NewIntFromString(text)
	if !ok || price.IsNegative() {
		return math.Int{}, errorsmod.Wrapf(workers.ErrInvalidPrice, "%s: %.64q", name, text)
	}
	return price, nil
}

// checkPage refuses pages that would make a node walk its store.
func checkPage(page *query.PageRequest) (*query.PageRequest, error) {
	switch {
	case page == nil:
		return &query.PageRequest{Limit: query.DefaultLimit}, nil
	case page.Limit > maxPage:
		return nil, errorsmod.Wrapf(workers.ErrInvalidPage, "limit %d is more than %d", page.Limit, maxPage)
	case page.CountTotal:
		return nil, errorsmod.Wrap(workers.ErrInvalidPage, "count_total is not offered")
	case page.Offset > maxOffset:
		return nil, errorsmod.Wrapf(workers.ErrInvalidPage, "offset %d is more than %d: page by key", page.Offset, maxOffset)
	}
	limited := *page
	if limited.Limit == 0 {
		limited.Limit = query.DefaultLimit
	}
	return &limited, nil
}

func pageError(err error) error { return errorsmod.Wrap(workers.ErrInvalidPage, err.Error()) }
