// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Unback starts the withdrawal of backing. The amount joins the operator's
// youngest batch, and is paid and slashable until then like an operator's own
// unbonding. It returns the batch. Errors: ErrInvalidAmount, ErrNoBacking,
// ErrBackingWiped, ErrInsufficientBacking, ErrBelowMinimum.
func (k *Keeper) Unback(ctx context.Context, backer, operator sdk.AccAddress, amount math.Int) (stakingext.UnbackingBatch, error) {
	none := stakingext.UnbackingBatch{}
	if amount.IsNil() || !amount.IsPositive() {
		return none, stakingext.ErrInvalidAmount.Wrap("it must be positive")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return none, err
	}
	if err := k.settleRewards(ctx, operator); err != nil {
		return none, err
	}
	backing, err := k.backingOf(ctx, backer, operator)
	if err != nil {
		return none, err
	}
	pool, found, err := k.poolOf(ctx, operator)
	if err != nil {
		return none, err
	}
	value := stakingext.ValueOf(backing.Shares, pool.Tokens, pool.Shares)
	if !found || backing.Generation != pool.Generation || value.IsZero() {
		return none, stakingext.ErrBackingWiped.Wrap("withdraw its rewards to close it")
	}
	if err := stakingext.CheckUnback(amount, value, params); err != nil {
		return none, err
	}
	backing.Settle(pool.RewardIndex)
	shares := backing.Shares
	if amount.LT(value) {
		shares = stakingext.SharesOf(amount, pool.Tokens, pool.Shares)
	}
	backing.Shares = backing.Shares.Sub(shares)
	pool.Tokens, pool.Shares = pool.Tokens.Sub(amount), pool.Shares.Sub(shares)
	if err := k.Pools.Set(ctx, operator, pool); err != nil {
		return none, err
	}
	if err := k.saveBacking(ctx, operator, backer, backing); err != nil {
		return none, err
	}
	batch, err := k.joinBatch(ctx, operator, backer, backing, amount, params)
	if err != nil {
		return none, err
	}
	if err := k.book(ctx, func(t *stakingext.Totals) {
		t.Backed, t.Unbacking = t.Backed.Sub(amount), t.Unbacking.Add(amount)
	}); err != nil {
		return none, err
	}
	if err := emit(ctx, &stakingext.EventUnbackingStarted{
		Operator: backing.Operator, Backer: backing.Backer, Amount: amount, Shares: shares,
		BatchId: batch.Id, MatureHeight: batch.MatureHeight, MatureTime: batch.MatureTime,
	}); err != nil {
		return none, err
	}
	return batch, k.bondChanged(ctx, operator)
}

// saveBacking writes a settled backing, or pays its rewards and forgets it where
// its last share is gone.
func (k *Keeper) saveBacking(ctx context.Context, operator, backer sdk.AccAddress, backing stakingext.Backing) error {
	if backing.Shares.IsPositive() {
		return k.setBacking(ctx, operator, backer, backing)
	}
	if _, err := k.payBacker(ctx, backer, &backing); err != nil {
		return err
	}
	return k.removeBacking(ctx, operator, backer, backing)
}

// joinBatch adds an amount to the batch that takes withdrawals now.
func (k *Keeper) joinBatch(
	ctx context.Context, operator, backer sdk.AccAddress, backing stakingext.Backing,
	amount math.Int, params stakingext.Params,
) (stakingext.UnbackingBatch, error) {
	none := stakingext.UnbackingBatch{}
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return none, err
	}
	batch, err := k.openBatch(ctx, operator, backing.Operator, params)
	if err != nil {
		return none, err
	}
	shares := stakingext.SharesFor(amount, batch.Tokens, batch.Shares)
	if !shares.IsPositive() {
		return none, stakingext.ErrInvalidAmount.Wrap("it does not buy a single share of the batch")
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	height := sdkCtx.BlockHeight()
	batch.Tokens, batch.Shares = batch.Tokens.Add(amount), batch.Shares.Add(shares)
	// Whoever joins makes the batch as slashable, and as late, as its own
	// withdrawal would be.
	batch.JoinedHeight = height
	batch.MatureHeight = max(batch.MatureHeight, max(bond.LockedUntil, height)+params.ChallengeWindowBlocks)
	if matures := sdkCtx.BlockTime().UTC().Add(params.UnbondingTime); matures.After(batch.MatureTime) {
		batch.MatureTime = matures
	}
	batch.QueuedHeight, batch.Attempts, batch.Cursor = 0, 0, ""
	if err := k.setBatch(ctx, operator, batch); err != nil {
		return none, err
	}
	key := collections.Join(batch.Id, backer)
	unbacking, err := k.Unbackings.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		unbacking, err = stakingext.Unbacking{
			BatchId: batch.Id, Operator: backing.Operator, Backer: backing.Backer, Shares: math.ZeroInt(),
		}, nil
	}
	if err != nil {
		return none, err
	}
	unbacking.Shares = unbacking.Shares.Add(shares)
	return batch, k.setUnbacking(ctx, operator, backer, unbacking)
}

// openBatch returns the batch that takes withdrawals now, out of its queue: the
// youngest within its span, or where there may be no more batches; else a new one.
func (k *Keeper) openBatch(ctx context.Context, operator sdk.AccAddress, name string, params stakingext.Params) (stakingext.UnbackingBatch, error) {
	none := stakingext.UnbackingBatch{}
	batches, err := k.batchesOf(ctx, operator)
	if err != nil {
		return none, err
	}
	var youngest *stakingext.UnbackingBatch
	count := 0
	for i := range batches {
		if batches[i].Joinable() {
			youngest = &batches[i]
			count++
		}
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if youngest != nil && (height < youngest.OpenedHeight+params.UnbackBatchBlocks || count >= int(params.MaxUnbackBatches)) {
		return *youngest, k.removeBatchTurn(ctx, operator, *youngest)
	}
	id, err := k.BatchSeq.Next(ctx)
	return stakingext.UnbackingBatch{
		Id: id, Operator: name, Tokens: math.ZeroInt(), Shares: math.ZeroInt(), OpenedHeight: height,
	}, err
}

// payUnbackings works off the batches that are mature: first those whose height
// has come, then those whose time has come. At most max_unbackings_per_block
// backers are paid, or batches moved.
func (k *Keeper) payUnbackings(ctx context.Context, params stakingext.Params) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	left := int(params.MaxUnbackingsPerBlock)
	byHeight, err := dueTurns(ctx, k.BatchTurns, sdkCtx.BlockHeight(), left)
	if err != nil {
		return err
	}
	byTime, err := dueTurns(ctx, k.BatchTimes, sdkCtx.BlockTime().UnixNano(), left-len(byHeight))
	if err != nil {
		return err
	}
	var errs error
	for _, turn := range append(byHeight, byTime...) {
		if left <= 0 {
			break
		}
		used, err := k.matureBatch(ctx, turn.K2(), turn.K3(), left, params)
		errs = errors.Join(errs, err)
		left -= max(used, 1)
	}
	return errs
}

// matureBatch pays at most limit backers of a batch whose turn has come, or moves
// it to where it waits next. It returns the number of backers it dealt with.
func (k *Keeper) matureBatch(ctx context.Context, operator sdk.AccAddress, id uint64, limit int, params stakingext.Params) (int, error) {
	batch, err := k.Batches.Get(ctx, collections.Join(operator, id))
	if err != nil {
		return 0, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if height < batch.MatureHeight {
		return 0, k.moveBatch(ctx, operator, id, func(b *stakingext.UnbackingBatch) { b.QueuedHeight = b.MatureHeight })
	}
	turns, err := k.unbackersAfter(ctx, batch, limit)
	if err != nil {
		return 0, err
	}
	var errs error
	for _, turn := range turns {
		cause := isolate.Run(ctx, func(ctx context.Context) error { return k.payUnbacking(ctx, operator, id, turn.K2()) })
		if cause != nil {
			errs = errors.Join(errs, k.emitUnbackingFailed(ctx, batch, turn.K2(), cause))
		}
	}
	if paid, err := k.isPaid(ctx, operator, id); err != nil || paid {
		return len(turns), errors.Join(errs, err)
	}
	return len(turns), errors.Join(errs, isolate.Run(ctx, func(ctx context.Context) error {
		if len(turns) == limit {
			// There may be more: the round goes on in the next block.
			cursor, err := k.ac.BytesToString(turns[limit-1].K2())
			if err != nil {
				return err
			}
			return k.moveBatch(ctx, operator, id, func(b *stakingext.UnbackingBatch) { b.QueuedHeight, b.Cursor = height+1, cursor })
		}
		// The round is over and some payouts failed: another one comes later.
		return k.moveBatch(ctx, operator, id, func(b *stakingext.UnbackingBatch) {
			b.Attempts++
			b.QueuedHeight, b.Cursor = height+stakingext.Backoff(params.RetryBackoffBlocks, b.Attempts), ""
		})
	}))
}

// unbackersAfter returns the keys of the next backers of a batch in its round of payouts.
func (k *Keeper) unbackersAfter(ctx context.Context, batch stakingext.UnbackingBatch, limit int) ([]unbackingKey, error) {
	after := collections.NewPrefixedPairRange[uint64, sdk.AccAddress](batch.Id)
	if batch.Cursor != "" {
		last, err := k.address("cursor", batch.Cursor)
		if err != nil {
			return nil, err
		}
		after = after.StartExclusive(last)
	}
	iter, err := k.Unbackings.Iterate(ctx, after)
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	var keys []unbackingKey
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// payUnbacking pays what a backer holds of a batch and forgets it; with the last
// one the batch. What rounding keeps stays with the others of the batch.
func (k *Keeper) payUnbacking(ctx context.Context, operator sdk.AccAddress, id uint64, backer sdk.AccAddress) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	batch, err := k.Batches.Get(ctx, collections.Join(operator, id))
	if err != nil {
		return err
	}
	unbacking, err := k.Unbackings.Get(ctx, collections.Join(id, backer))
	if err != nil {
		return err
	}
	amount := stakingext.ValueOf(unbacking.Shares, batch.Tokens, batch.Shares)
	batch.Tokens, batch.Shares = batch.Tokens.Sub(amount), batch.Shares.Sub(unbacking.Shares)
	if err := k.Unbackings.Remove(ctx, collections.Join(id, backer)); err != nil {
		return err
	}
	if err := k.UnbackingsByBacker.Remove(ctx, collections.Join3(backer, operator, id)); err != nil {
		return err
	}
	if err := k.savePaidBatch(ctx, operator, batch); err != nil {
		return err
	}
	if err := k.book(ctx, func(t *stakingext.Totals) { t.Unbacking = t.Unbacking.Sub(amount) }); err != nil {
		return err
	}
	if amount.IsPositive() {
		if err := k.bank.SendCoinsFromModuleToAccount(ctx, stakingext.ModuleName, backer, coins(params.BondDenom, amount)); err != nil {
			return err
		}
	}
	if err := emit(ctx, &stakingext.EventUnbackingPaid{
		Operator: batch.Operator, Backer: unbacking.Backer, BatchId: id, Amount: amount,
	}); err != nil {
		return err
	}
	return k.closeIfBlank(ctx, operator)
}

// savePaidBatch writes a batch after a payout, or forgets it after the last one.
func (k *Keeper) savePaidBatch(ctx context.Context, operator sdk.AccAddress, batch stakingext.UnbackingBatch) error {
	if batch.Shares.IsPositive() {
		return k.Batches.Set(ctx, collections.Join(operator, batch.Id), batch)
	}
	if err := k.removeBatchTurn(ctx, operator, batch); err != nil {
		return err
	}
	return k.Batches.Remove(ctx, collections.Join(operator, batch.Id))
}

func (k *Keeper) isPaid(ctx context.Context, operator sdk.AccAddress, id uint64) (bool, error) {
	has, err := k.Batches.Has(ctx, collections.Join(operator, id))
	return !has, err
}

func (k *Keeper) emitUnbackingFailed(ctx context.Context, batch stakingext.UnbackingBatch, backer sdk.AccAddress, cause error) error {
	name, err := k.ac.BytesToString(backer)
	if err != nil {
		return err
	}
	return emit(ctx, &stakingext.EventUnbackingFailed{
		Operator: batch.Operator, Backer: name, BatchId: batch.Id, Reason: clip(cause),
	})
}

// batchesOf returns the operator's batches, oldest first: max_unback_batches of
// them, and those that a slash has emptied and whose turn comes at once.
func (k *Keeper) batchesOf(ctx context.Context, operator sdk.AccAddress) ([]stakingext.UnbackingBatch, error) {
	iter, err := k.Batches.Iterate(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, uint64](operator))
	if err != nil {
		return nil, err
	}
	return iter.Values()
}

// batchTurnOf returns the queue a batch waits in and its key there.
func (k *Keeper) batchTurnOf(operator sdk.AccAddress, batch stakingext.UnbackingBatch) (collections.KeySet[entryTurn], entryTurn) {
	if batch.QueuedHeight == 0 {
		return k.BatchTimes, collections.Join3(batch.MatureTime.UnixNano(), operator, batch.Id)
	}
	return k.BatchTurns, collections.Join3(batch.QueuedHeight, operator, batch.Id)
}

// setBatch writes a batch and its turn in the queue.
func (k *Keeper) setBatch(ctx context.Context, operator sdk.AccAddress, batch stakingext.UnbackingBatch) error {
	if err := k.Batches.Set(ctx, collections.Join(operator, batch.Id), batch); err != nil {
		return err
	}
	queue, key := k.batchTurnOf(operator, batch)
	return queue.Set(ctx, key)
}

func (k *Keeper) removeBatchTurn(ctx context.Context, operator sdk.AccAddress, batch stakingext.UnbackingBatch) error {
	queue, key := k.batchTurnOf(operator, batch)
	return queue.Remove(ctx, key)
}

// moveBatch changes where a stored batch waits.
func (k *Keeper) moveBatch(ctx context.Context, operator sdk.AccAddress, id uint64, change func(*stakingext.UnbackingBatch)) error {
	batch, err := k.Batches.Get(ctx, collections.Join(operator, id))
	if err != nil {
		return err
	}
	if err := k.removeBatchTurn(ctx, operator, batch); err != nil {
		return err
	}
	change(&batch)
	return k.setBatch(ctx, operator, batch)
}

// setUnbacking writes a withdrawal under both of its keys.
func (k *Keeper) setUnbacking(ctx context.Context, operator, backer sdk.AccAddress, u stakingext.Unbacking) error {
	if err := k.Unbackings.Set(ctx, collections.Join(u.BatchId, backer), u); err != nil {
		return err
	}
	return k.UnbackingsByBacker.Set(ctx, collections.Join3(backer, operator, u.BatchId))
}
