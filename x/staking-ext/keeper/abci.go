// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"
	"strings"

	"cosmossdk.io/collections"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// EndBlock pays mature unbondings and unbackings, releases expired locks, prunes
// old fault records and lifts suspensions, each from a queue and at most so many
// a block as the params allow. A failing item leaves an event and waits for its retry; nothing here halts the
// chain, so the error is always nil.
func (k *Keeper) EndBlock(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err == nil {
		err = errors.Join(
			k.payMature(ctx, params),
			k.payUnbackings(ctx, params),
			k.releaseExpired(ctx, params),
			k.pruneFaults(ctx, params),
			k.liftSuspensions(ctx, params),
			k.payMatureServices(ctx, params),
			k.pruneServiceFaults(ctx, params),
		)
	}
	if err != nil {
		sdk.UnwrapSDKContext(ctx).Logger().Error("end block work is postponed", "module", stakingext.ModuleName, "err", err)
	}
	return nil
}

// payMature works off the height queue, where the older entries and the retries
// are, and then the time queue.
func (k *Keeper) payMature(ctx context.Context, params stakingext.Params) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	left := int(params.MaxMaturedPerBlock)
	byHeight, err := dueTurns(ctx, k.UnbondingTurns, sdkCtx.BlockHeight(), left)
	if err != nil {
		return err
	}
	byTime, err := dueTurns(ctx, k.UnbondingTimes, sdkCtx.BlockTime().UnixNano(), left-len(byHeight))
	if err != nil {
		return err
	}
	var errs error
	for _, turn := range append(byHeight, byTime...) {
		errs = errors.Join(errs, k.mature(ctx, turn.K2(), turn.K3(), params))
	}
	return errs
}

// mature pays one entry whose turn has come, or moves it to where it waits next.
func (k *Keeper) mature(ctx context.Context, operator sdk.AccAddress, id uint64, params stakingext.Params) error {
	entry, err := k.Unbondings.Get(ctx, collections.Join(operator, id))
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if height < entry.MatureHeight {
		return k.requeue(ctx, operator, entry, entry.MatureHeight)
	}
	cause := isolate.Run(ctx, func(ctx context.Context) error { return k.pay(ctx, operator, entry) })
	if cause == nil {
		return nil
	}
	retry := height + stakingext.Backoff(params.RetryBackoffBlocks, entry.Attempts+1)
	return isolate.Run(ctx, func(ctx context.Context) error {
		if err := k.removeUnbonding(ctx, operator, entry); err != nil {
			return err
		}
		entry.Attempts++
		entry.QueuedHeight = retry
		if err := k.setUnbonding(ctx, operator, entry); err != nil {
			return err
		}
		return emit(ctx, &stakingext.EventPayoutFailed{
			Operator: entry.Operator, Id: id, Amount: entry.Amount,
			Attempts: entry.Attempts, RetryHeight: retry, Reason: clip(cause),
		})
	})
}

func (k *Keeper) releaseExpired(ctx context.Context, params stakingext.Params) error {
	// A lock expires after its deadline, not at it.
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	turns, err := dueTurns(ctx, k.LockQueue, height-1, int(params.MaxReleasedPerBlock))
	if err != nil {
		return err
	}
	var errs error
	for _, turn := range turns {
		errs = errors.Join(errs, k.release(ctx, turn.K2(), turn.K3(), params))
	}
	return errs
}

// release frees one expired lock, or makes it wait for its retry.
func (k *Keeper) release(ctx context.Context, operator sdk.AccAddress, subject string, params stakingext.Params) error {
	lock, err := k.Locks.Get(ctx, collections.Join(operator, subject))
	if err != nil {
		return err
	}
	cause := isolate.Run(ctx, func(ctx context.Context) error { return k.unlock(ctx, operator, lock, true) })
	if cause == nil {
		return nil
	}
	retry := sdk.UnwrapSDKContext(ctx).BlockHeight() + stakingext.Backoff(params.RetryBackoffBlocks, lock.Attempts+1)
	return isolate.Run(ctx, func(ctx context.Context) error {
		if err := k.LockQueue.Remove(ctx, collections.Join3(lock.QueuedAt, operator, subject)); err != nil {
			return err
		}
		lock.Attempts++
		lock.QueuedAt = retry
		if err := k.setLock(ctx, operator, lock); err != nil {
			return err
		}
		return emit(ctx, &stakingext.EventLockReleaseFailed{
			Operator: lock.Operator, Subject: subject, Attempts: lock.Attempts, RetryHeight: retry, Reason: clip(cause),
		})
	})
}

func (k *Keeper) pruneFaults(ctx context.Context, params stakingext.Params) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	iter, err := k.FaultQueue.Iterate(ctx, collections.NewPrefixUntilQuadRange[int64, sdk.AccAddress, string, string](height))
	if err != nil {
		return err
	}
	turns, err := firstKeys(iter, int(params.MaxPrunedPerBlock))
	if err != nil {
		return err
	}
	var errs error
	for _, turn := range turns {
		errs = errors.Join(errs, isolate.Run(ctx, func(ctx context.Context) error { return k.prune(ctx, turn, params) }))
	}
	return errs
}

// prune forgets one fault. Where the retention was raised since the fault was
// recorded, the record moves to its new turn instead.
func (k *Keeper) prune(ctx context.Context, turn faultTurn, params stakingext.Params) error {
	key := collections.Join3(turn.K2(), turn.K3(), turn.K4())
	record, err := k.Faults.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := k.FaultQueue.Remove(ctx, turn); err != nil {
		return err
	}
	if later := record.RecordedHeight + params.FaultRetentionBlocks + 1; later > sdk.UnwrapSDKContext(ctx).BlockHeight() {
		record.PruneHeight = later
		return k.setFault(ctx, turn.K2(), record)
	}
	return k.Faults.Remove(ctx, key)
}

// dueTurns returns the first keys, limit at most, of a queue up to and with the
// given height or nanosecond.
func dueTurns[K any](ctx context.Context, queue collections.KeySet[collections.Triple[int64, sdk.AccAddress, K]], until int64, limit int) ([]collections.Triple[int64, sdk.AccAddress, K], error) {
	iter, err := queue.Iterate(ctx, collections.NewPrefixUntilTripleRange[int64, sdk.AccAddress, K](until))
	if err != nil {
		return nil, err
	}
	return firstKeys(iter, limit)
}

// firstKeys reads at most limit keys and closes the iterator: the queues are
// changed only afterwards.
func firstKeys[K any](iter collections.KeySetIterator[K], limit int) ([]K, error) {
	defer iter.Close()
	var keys []K
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// emit leaves a typed event.
func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

// clip keeps the reason of a failure short enough for an event.
func clip(err error) string {
	const limit = 256
	text := err.Error()
	if len(text) > limit {
		text = text[:limit] + "..."
	}
	return strings.ToValidUTF8(text, "?")
}
