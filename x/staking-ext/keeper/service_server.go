// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// BondService implements stakingext.MsgServer.
func (s msgServer) BondService(ctx context.Context, msg *stakingext.MsgBondService) (*stakingext.MsgBondServiceResponse, error) {
	owner, err := s.checkCoinOf(ctx, "owner", msg.Owner, msg.Amount)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.BondService(ctx, owner, msg.ServiceId, msg.Amount.Amount); err != nil {
		return nil, err
	}
	return &stakingext.MsgBondServiceResponse{}, nil
}

// UnbondService implements stakingext.MsgServer.
func (s msgServer) UnbondService(ctx context.Context, msg *stakingext.MsgUnbondService) (*stakingext.MsgUnbondServiceResponse, error) {
	owner, err := s.checkCoinOf(ctx, "owner", msg.Owner, msg.Amount)
	if err != nil {
		return nil, err
	}
	entry, err := s.Keeper.UnbondService(ctx, owner, msg.ServiceId, msg.Amount.Amount)
	if err != nil {
		return nil, err
	}
	return &stakingext.MsgUnbondServiceResponse{Id: entry.Id, MatureHeight: entry.MatureHeight, MatureTime: entry.MatureTime}, nil
}

// ServiceBond implements stakingext.QueryServer.
func (q queryServer) ServiceBond(ctx context.Context, req *stakingext.QueryServiceBondRequest) (*stakingext.QueryServiceBondResponse, error) {
	bond, err := q.k.ServiceBondOf(ctx, req.ServiceId)
	if err != nil {
		return nil, err
	}
	entries, err := q.k.serviceUnbondingsOf(ctx, req.ServiceId)
	if err != nil {
		return nil, err
	}
	unbonding := math.ZeroInt()
	for _, u := range entries {
		unbonding = unbonding.Add(u.Entry.Amount)
	}
	return &stakingext.QueryServiceBondResponse{Bond: bond, Unbonding: unbonding}, nil
}

// ServiceBonds implements stakingext.QueryServer.
func (q queryServer) ServiceBonds(ctx context.Context, req *stakingext.QueryServiceBondsRequest) (*stakingext.QueryServiceBondsResponse, error) {
	list, res, err := pageUnder(ctx, q.k.ServiceBonds, req.Pagination, nil)
	return &stakingext.QueryServiceBondsResponse{Bonds: list, Pagination: res}, err
}

// ServiceUnbondings implements stakingext.QueryServer.
func (q queryServer) ServiceUnbondings(ctx context.Context, req *stakingext.QueryServiceUnbondingsRequest) (*stakingext.QueryServiceUnbondingsResponse, error) {
	under := collections.PairPrefix[uint64, uint64](req.ServiceId)
	list, res, err := pageUnder(ctx, q.k.ServiceUnbondings, req.Pagination, &under)
	return &stakingext.QueryServiceUnbondingsResponse{Unbondings: list, Pagination: res}, err
}

// ServiceFaults implements stakingext.QueryServer.
func (q queryServer) ServiceFaults(ctx context.Context, req *stakingext.QueryServiceFaultsRequest) (*stakingext.QueryServiceFaultsResponse, error) {
	under := collections.TriplePrefix[uint64, string, string](req.ServiceId)
	list, res, err := pageUnder(ctx, q.k.ServiceFaults, req.Pagination, &under)
	return &stakingext.QueryServiceFaultsResponse{Faults: list, Pagination: res}, err
}

// pageUnder reads one page of what a collection holds, under a prefix unless it is nil.
func pageUnder[K, V any](ctx context.Context, coll collections.Map[K, V], req *query.PageRequest, under *K) ([]V, *query.PageResponse, error) {
	page, err := checkPage(req)
	if err != nil {
		return nil, nil, err
	}
	list, res, err := query.CollectionPaginate(ctx, coll, page,
		func(_ K, v V) (V, error) { return v, nil },
		func(o *query.CollectionsPaginateOptions[K]) { o.Prefix = under })
	if err != nil {
		return nil, nil, stakingext.ErrInvalidPage.Wrap(err.Error())
	}
	return list, res, nil
}
