// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Pool implements stakingext.QueryServer.
func (q queryServer) Pool(ctx context.Context, req *stakingext.QueryPoolRequest) (*stakingext.QueryPoolResponse, error) {
	operator, err := q.k.address("operator", req.Operator)
	if err != nil {
		return nil, err
	}
	pool, err := q.k.mustPoolOf(ctx, operator)
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
	return &stakingext.QueryPoolResponse{
		Pool:    pool,
		Counted: pool.Counted(bond.Amount, params.MaxBackingBps),
		Room:    pool.Room(bond.Amount, params.MaxBackingBps),
	}, nil
}

// Backings implements stakingext.QueryServer.
func (q queryServer) Backings(ctx context.Context, req *stakingext.QueryBackingsRequest) (*stakingext.QueryBackingsResponse, error) {
	list, res, err := pageOf(ctx, q.k, q.k.Backings, req.Operator, req.Pagination, func(a sdk.AccAddress) backingKey {
		return collections.PairPrefix[sdk.AccAddress, sdk.AccAddress](a)
	})
	return &stakingext.QueryBackingsResponse{Backings: list, Pagination: res}, err
}

// UnbackingBatches implements stakingext.QueryServer.
func (q queryServer) UnbackingBatches(ctx context.Context, req *stakingext.QueryUnbackingBatchesRequest) (*stakingext.QueryUnbackingBatchesResponse, error) {
	list, res, err := pageOf(ctx, q.k, q.k.Batches, req.Operator, req.Pagination, func(a sdk.AccAddress) entryKey {
		return collections.PairPrefix[sdk.AccAddress, uint64](a)
	})
	return &stakingext.QueryUnbackingBatchesResponse{Batches: list, Pagination: res}, err
}

// BackerBackings implements stakingext.QueryServer.
func (q queryServer) BackerBackings(ctx context.Context, req *stakingext.QueryBackerBackingsRequest) (*stakingext.QueryBackerBackingsResponse, error) {
	backer, page, err := q.pageOfBacker(req.Backer, req.Pagination)
	if err != nil {
		return nil, err
	}
	under := collections.PairPrefix[sdk.AccAddress, sdk.AccAddress](backer)
	list, res, err := query.CollectionPaginate(ctx, q.k.BackingsByBacker, page,
		func(key backingKey, _ collections.NoValue) (stakingext.BackingView, error) {
			return q.k.ViewBacking(ctx, key.K1(), key.K2())
		},
		func(o *query.CollectionsPaginateOptions[backingKey]) { o.Prefix = &under })
	if err != nil {
		return nil, stakingext.ErrInvalidPage.Wrap(err.Error())
	}
	return &stakingext.QueryBackerBackingsResponse{Backings: list, Pagination: res}, nil
}

// ViewBacking works out what a backing is worth and has earned now, in the base
// unit, in a cache that is dropped. Errors: ErrNoBacking.
func (k *Keeper) ViewBacking(ctx context.Context, backer, operator sdk.AccAddress) (stakingext.BackingView, error) {
	none := stakingext.BackingView{}
	cached, _ := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := k.settleRewards(cached, operator); err != nil {
		return none, err
	}
	backing, err := k.backingOf(cached, backer, operator)
	if err != nil {
		return none, err
	}
	view := stakingext.BackingView{Backing: backing, Value: math.ZeroInt()}
	pool, found, err := k.poolOf(cached, operator)
	if err != nil {
		return none, err
	}
	index := pool.RewardIndex
	if found && backing.Generation == pool.Generation {
		view.Value = stakingext.ValueOf(backing.Shares, pool.Tokens, pool.Shares)
	} else {
		ended, err := k.EndedGenerations.Get(cached, backing.Generation)
		if err != nil {
			return none, err
		}
		index = ended.RewardIndex
	}
	backing.Settle(index)
	view.Rewards, _ = stakingext.WholeUnits(backing.RewardAccrued)
	return view, nil
}

// BackerUnbackings implements stakingext.QueryServer.
func (q queryServer) BackerUnbackings(ctx context.Context, req *stakingext.QueryBackerUnbackingsRequest) (*stakingext.QueryBackerUnbackingsResponse, error) {
	backer, page, err := q.pageOfBacker(req.Backer, req.Pagination)
	if err != nil {
		return nil, err
	}
	under := collections.TriplePrefix[sdk.AccAddress, sdk.AccAddress, uint64](backer)
	list, res, err := query.CollectionPaginate(ctx, q.k.UnbackingsByBacker, page,
		func(key backerEntry, _ collections.NoValue) (stakingext.UnbackingView, error) {
			return q.k.viewUnbacking(ctx, key)
		},
		func(o *query.CollectionsPaginateOptions[backerEntry]) { o.Prefix = &under })
	if err != nil {
		return nil, stakingext.ErrInvalidPage.Wrap(err.Error())
	}
	return &stakingext.QueryBackerUnbackingsResponse{Unbackings: list, Pagination: res}, nil
}

func (k *Keeper) viewUnbacking(ctx context.Context, key backerEntry) (stakingext.UnbackingView, error) {
	batch, err := k.Batches.Get(ctx, collections.Join(key.K2(), key.K3()))
	if err != nil {
		return stakingext.UnbackingView{}, err
	}
	unbacking, err := k.Unbackings.Get(ctx, collections.Join(key.K3(), key.K1()))
	return stakingext.UnbackingView{
		Unbacking: unbacking, Batch: batch,
		Value: stakingext.ValueOf(unbacking.Shares, batch.Tokens, batch.Shares),
	}, err
}

// Rewards implements stakingext.QueryServer.
func (q queryServer) Rewards(ctx context.Context, req *stakingext.QueryRewardsRequest) (*stakingext.QueryRewardsResponse, error) {
	operator, err := q.k.address("operator", req.Operator)
	if err != nil {
		return nil, err
	}
	cached, _ := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := q.k.settleRewards(cached, operator); err != nil {
		return nil, err
	}
	record, err := q.k.RewardRecords.Get(cached, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, stakingext.ErrNoRewards.Wrapf("%s has no reward weight", req.Operator)
	}
	if err != nil {
		return nil, err
	}
	units, _ := stakingext.WholeUnits(record.Accrued)
	return &stakingext.QueryRewardsResponse{Record: record, Claimable: units}, nil
}

// RewardState implements stakingext.QueryServer.
func (q queryServer) RewardState(ctx context.Context, _ *stakingext.QueryRewardStateRequest) (*stakingext.QueryRewardStateResponse, error) {
	state, err := q.k.RewardState.Get(ctx)
	if err != nil {
		return nil, err
	}
	totals, err := q.k.Totals.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &stakingext.QueryRewardStateResponse{State: state, Unpaid: totals.Rewards}, nil
}

func (q queryServer) pageOfBacker(backer string, req *query.PageRequest) (sdk.AccAddress, *query.PageRequest, error) {
	addr, err := q.k.address("backer", backer)
	if err != nil {
		return nil, nil, err
	}
	page, err := checkPage(req)
	return addr, page, err
}
