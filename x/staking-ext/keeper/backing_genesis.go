// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// initBacking writes the pools, the backers' records and the rewards of a state
// that Validate accepts.
func (k *Keeper) initBacking(ctx context.Context, gs *stakingext.GenesisState) error {
	if err := k.GenerationSeq.Set(ctx, gs.NextGeneration); err != nil {
		return err
	}
	if err := k.BatchSeq.Set(ctx, gs.NextBatchId); err != nil {
		return err
	}
	if err := k.RewardState.Set(ctx, gs.RewardState); err != nil {
		return err
	}
	for _, p := range gs.Pools {
		operator, err := k.address("pool", p.Operator)
		if err != nil {
			return err
		}
		if err := k.Pools.Set(ctx, operator, p); err != nil {
			return err
		}
	}
	for _, g := range gs.EndedGenerations {
		if err := k.EndedGenerations.Set(ctx, g.Generation, g); err != nil {
			return err
		}
	}
	for _, b := range gs.Backings {
		operator, backer, err := k.pairOf(b.Operator, b.Backer)
		if err != nil {
			return err
		}
		if err := k.setBacking(ctx, operator, backer, b); err != nil {
			return err
		}
	}
	for _, b := range gs.UnbackingBatches {
		operator, err := k.address("batch", b.Operator)
		if err != nil {
			return err
		}
		if err := k.setBatch(ctx, operator, b); err != nil {
			return err
		}
	}
	for _, u := range gs.Unbackings {
		operator, backer, err := k.pairOf(u.Operator, u.Backer)
		if err != nil {
			return err
		}
		if err := k.setUnbacking(ctx, operator, backer, u); err != nil {
			return err
		}
	}
	for _, r := range gs.RewardRecords {
		operator, err := k.address("reward record", r.Operator)
		if err != nil {
			return err
		}
		if err := k.RewardRecords.Set(ctx, operator, r); err != nil {
			return err
		}
	}
	return nil
}

// exportBacking reads what initBacking writes, in the order of the store.
func (k *Keeper) exportBacking(ctx context.Context, gs *stakingext.GenesisState) error {
	var err error
	if gs.NextGeneration, err = k.GenerationSeq.Peek(ctx); err != nil {
		return err
	}
	if gs.NextBatchId, err = k.BatchSeq.Peek(ctx); err != nil {
		return err
	}
	if gs.RewardState, err = k.RewardState.Get(ctx); err != nil {
		return err
	}
	if gs.Pools, err = all(ctx, k.Pools); err != nil {
		return err
	}
	if gs.EndedGenerations, err = all(ctx, k.EndedGenerations); err != nil {
		return err
	}
	if gs.Backings, err = all(ctx, k.Backings); err != nil {
		return err
	}
	if gs.UnbackingBatches, err = all(ctx, k.Batches); err != nil {
		return err
	}
	if gs.Unbackings, err = all(ctx, k.Unbackings); err != nil {
		return err
	}
	gs.RewardRecords, err = all(ctx, k.RewardRecords)
	return err
}

// checkBackingQueues holds every batch to its one turn, and every backer's record
// to its two keys.
func (k *Keeper) checkBackingQueues(ctx context.Context, gs *stakingext.GenesisState) error {
	for _, b := range gs.UnbackingBatches {
		operator, err := k.address("batch", b.Operator)
		if err != nil {
			return err
		}
		queue, key := k.batchTurnOf(operator, b)
		if err := mustHave(ctx, queue, key); err != nil {
			return err
		}
	}
	for _, b := range gs.Backings {
		operator, backer, err := k.pairOf(b.Operator, b.Backer)
		if err != nil {
			return err
		}
		if err := mustHave(ctx, k.BackingsByBacker, collections.Join(backer, operator)); err != nil {
			return err
		}
	}
	for _, u := range gs.Unbackings {
		operator, backer, err := k.pairOf(u.Operator, u.Backer)
		if err != nil {
			return err
		}
		if err := mustHave(ctx, k.UnbackingsByBacker, collections.Join3(backer, operator, u.BatchId)); err != nil {
			return err
		}
	}
	times, err := count(ctx, k.BatchTimes)
	if err != nil {
		return err
	}
	turns, err := count(ctx, k.BatchTurns)
	if err != nil {
		return err
	}
	backings, err := count(ctx, k.BackingsByBacker)
	if err != nil {
		return err
	}
	unbackings, err := count(ctx, k.UnbackingsByBacker)
	if err != nil {
		return err
	}
	if times+turns != len(gs.UnbackingBatches) || backings != len(gs.Backings) || unbackings != len(gs.Unbackings) {
		return stakingext.ErrInvariant.Wrapf("queues and indexes hold %d batches, %d backings, %d unbackings; the store %d, %d, %d",
			times+turns, backings, unbackings, len(gs.UnbackingBatches), len(gs.Backings), len(gs.Unbackings))
	}
	return nil
}

func (k *Keeper) pairOf(operator, backer string) (sdk.AccAddress, sdk.AccAddress, error) {
	o, err := k.address("operator", operator)
	if err != nil {
		return nil, nil, err
	}
	b, err := k.address("backer", backer)
	return o, b, err
}
