// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// backingInReach returns what backers have at stake for an infraction at the
// given height: first the tokens of the pool, then those of every batch that a
// withdrawal joined at or after it.
func (k *Keeper) backingInReach(ctx context.Context, operator sdk.AccAddress, height int64) ([]math.Int, []stakingext.UnbackingBatch, error) {
	pool, _, err := k.poolOf(ctx, operator)
	if err != nil {
		return nil, nil, err
	}
	all, err := k.batchesOf(ctx, operator)
	if err != nil {
		return nil, nil, err
	}
	pieces := []math.Int{pool.Tokens}
	var batches []stakingext.UnbackingBatch
	for _, b := range all {
		if b.JoinedHeight >= height {
			pieces = append(pieces, b.Tokens)
			batches = append(batches, b)
		}
	}
	return pieces, batches, nil
}

// cutBacking takes the parts off the pool and off the batches, as backingInReach
// listed them, and returns their sum.
func (k *Keeper) cutBacking(ctx context.Context, operator sdk.AccAddress, batches []stakingext.UnbackingBatch, parts []math.Int) (math.Int, error) {
	none := math.Int{}
	sum := parts[0]
	if err := k.cutPool(ctx, operator, parts[0]); err != nil {
		return none, err
	}
	for i, b := range batches {
		part := parts[i+1]
		sum = sum.Add(part)
		if err := k.cutBatch(ctx, operator, b, part); err != nil {
			return none, err
		}
	}
	return sum, k.book(ctx, func(t *stakingext.Totals) {
		t.Backed, t.Unbacking = t.Backed.Sub(parts[0]), t.Unbacking.Sub(sum.Sub(parts[0]))
	})
}

// cutPool takes a part off the pool. With its last token its generation ends: the
// shares are worth nothing, and the next backer begins anew.
func (k *Keeper) cutPool(ctx context.Context, operator sdk.AccAddress, part math.Int) error {
	if part.IsZero() {
		return nil
	}
	if err := k.settleRewards(ctx, operator); err != nil {
		return err
	}
	pool, err := k.mustPoolOf(ctx, operator)
	if err != nil {
		return err
	}
	pool.Tokens = pool.Tokens.Sub(part)
	if pool.Tokens.IsPositive() {
		return k.Pools.Set(ctx, operator, pool)
	}
	ended := stakingext.EndedGeneration{
		Generation: pool.Generation, Operator: pool.Operator, RewardIndex: pool.RewardIndex, Shares: pool.Shares,
	}
	if err := k.EndedGenerations.Set(ctx, ended.Generation, ended); err != nil {
		return err
	}
	if pool.Generation, err = k.GenerationSeq.Next(ctx); err != nil {
		return err
	}
	pool.Shares, pool.RewardIndex = math.ZeroInt(), math.ZeroInt()
	if err := k.Pools.Set(ctx, operator, pool); err != nil {
		return err
	}
	return emit(ctx, &stakingext.EventPoolWiped{Operator: pool.Operator, Generation: ended.Generation})
}

// cutBatch takes a part off a batch. One that has nothing left is closed from the
// end of this block on, at the pace of payouts.
func (k *Keeper) cutBatch(ctx context.Context, operator sdk.AccAddress, batch stakingext.UnbackingBatch, part math.Int) error {
	if part.IsZero() {
		return nil
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	batch.Tokens = batch.Tokens.Sub(part)
	if batch.Tokens.IsPositive() {
		return k.Batches.Set(ctx, collections.Join(operator, batch.Id), batch)
	}
	if err := k.removeBatchTurn(ctx, operator, batch); err != nil {
		return err
	}
	batch.MatureHeight, batch.QueuedHeight = height, height
	return k.setBatch(ctx, operator, batch)
}
