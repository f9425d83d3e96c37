// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	// retryBlocks is how long an item that failed at the end of a block waits.
	retryBlocks = 10

	queueDeadline = "deadline"
	queueReclaim  = "reclaim"
	queueReweigh  = "reweigh"
)

// EndBlock looks at the Xnodes whose deadline has come, drains those that are
// reclaimed, and weighs some again where that is due; each at most
// params.max_queue_items_per_block of them. Then come services and replicas.
func (k *Keeper) EndBlock(ctx context.Context) error {
	if err := k.Registrations.Remove(ctx); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.runDeadlines(ctx, params); err != nil {
		return err
	}
	if err := k.runReclaims(ctx, params); err != nil {
		return err
	}
	if err := k.runReweigh(ctx, params); err != nil {
		return err
	}
	return k.runServices(ctx, params)
}

func (k *Keeper) runDeadlines(ctx context.Context, params workers.Params) error {
	keys, err := due(ctx, k.Deadlines, int(params.MaxQueueItemsPerBlock))
	if err != nil {
		return err
	}
	for _, key := range keys {
		operator := key.K2()
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.checkHeartbeat(ctx, operator, params) })
		if failure == nil {
			continue
		}
		if err := k.postpone(ctx, key, failure); err != nil {
			return err
		}
	}
	return nil
}

// queue is ordered by height.
type queue = collections.KeySet[collections.Pair[int64, sdk.AccAddress]]

// due lists at most limit entries of a queue up to this height.
func due(ctx context.Context, q queue, limit int) ([]collections.Pair[int64, sdk.AccAddress], error) {
	iter, err := q.Iterate(ctx, collections.NewPrefixUntilPairRange[int64, sdk.AccAddress](height(ctx)))
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	var keys []collections.Pair[int64, sdk.AccAddress]
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// postpone moves a deadline that failed to a later height and tells why.
// Where even the Xnode cannot be read, the deadline is dropped.
func (k *Keeper) postpone(ctx context.Context, key collections.Pair[int64, sdk.AccAddress], failure error) error {
	operator := key.K2()
	if err := k.Deadlines.Remove(ctx, key); err != nil {
		return err
	}
	x, found, err := k.stored(ctx, operator)
	if err == nil && found && x.Online {
		if err := k.setDeadline(ctx, operator, &x, height(ctx)+retryBlocks); err != nil {
			return err
		}
		if err := k.Xnodes.Set(ctx, operator, x); err != nil {
			return err
		}
	}
	return k.tellFailure(ctx, operator, queueDeadline, failure)
}

func (k *Keeper) runReweigh(ctx context.Context, params workers.Params) error {
	cursor, err := k.ReweighCursor.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	batch, next, err := k.operatorsFrom(ctx, cursor, int(params.MaxQueueItemsPerBlock))
	if err != nil {
		return err
	}
	for _, operator := range batch {
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.reweigh(ctx, operator) })
		if failure == nil {
			continue
		}
		if err := k.tellFailure(ctx, operator, queueReweigh, failure); err != nil {
			return err
		}
	}
	if next == nil {
		return k.ReweighCursor.Remove(ctx)
	}
	return k.ReweighCursor.Set(ctx, next)
}

// operatorsFrom lists at most limit operators from one on, and the one after.
func (k *Keeper) operatorsFrom(ctx context.Context, first sdk.AccAddress, limit int) (batch []sdk.AccAddress, next sdk.AccAddress, err error) {
	iter, err := k.Xnodes.Iterate(ctx, new(collections.Range[sdk.AccAddress]).StartInclusive(first))
	if err != nil {
		return nil, nil, err
	}
	defer iter.Close()
	for ; iter.Valid(); iter.Next() {
		operator, err := iter.Key()
		if err != nil {
			return nil, nil, err
		}
		if len(batch) == limit {
			return batch, operator, nil
		}
		batch = append(batch, operator)
	}
	return batch, nil, nil
}

func (k *Keeper) tellFailure(ctx context.Context, operator sdk.AccAddress, queue string, failure error) error {
	text, err := k.text(operator)
	if err != nil {
		return err
	}
	return emit(ctx, &workers.EventQueueItemFailed{Operator: text, Queue: queue, Reason: failure.Error()})
}
