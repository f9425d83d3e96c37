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

// startServiceUnbonding moves an amount off the given bond, in memory, to an entry
// for its owner: ErrTooManyUnbondings.
func (k *Keeper) startServiceUnbonding(
	ctx context.Context, bond *stakingext.ServiceBond, amount math.Int, params stakingext.Params,
) (stakingext.Unbonding, error) {
	none := stakingext.Unbonding{}
	entries, err := k.serviceUnbondingsOf(ctx, bond.ServiceId)
	if err != nil {
		return none, err
	}
	if len(entries) >= int(params.MaxUnbondingEntries) {
		return none, stakingext.ErrTooManyUnbondings.Wrapf("%d are open behind service %d, the limit is %d: wait for one to be paid",
			len(entries), bond.ServiceId, params.MaxUnbondingEntries)
	}
	id, err := k.UnbondingSeq.Next(ctx)
	if err != nil {
		return none, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	entry := stakingext.Unbonding{
		Id:            id,
		Operator:      bond.Owner,
		Amount:        amount,
		InitialAmount: amount,
		CreatedHeight: sdkCtx.BlockHeight(),
		MatureHeight:  sdkCtx.BlockHeight() + params.ChallengeWindowBlocks,
		MatureTime:    sdkCtx.BlockTime().UTC().Add(params.UnbondingTime),
	}
	if err := k.setServiceUnbonding(ctx, stakingext.ServiceUnbonding{ServiceId: bond.ServiceId, Entry: entry}); err != nil {
		return none, err
	}
	bond.Amount = bond.Amount.Sub(amount)
	if err := k.addServiceTotals(ctx, amount.Neg(), amount); err != nil {
		return none, err
	}
	return entry, emit(ctx, &stakingext.EventServiceUnbondingStarted{
		ServiceId: bond.ServiceId, Owner: entry.Operator, Id: id, Amount: amount,
		MatureHeight: entry.MatureHeight, MatureTime: entry.MatureTime,
	})
}

// payMatureServices works off the height queue and then the time queue, as
// payMature does for operators, with a cap of its own.
func (k *Keeper) payMatureServices(ctx context.Context, params stakingext.Params) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	left := int(params.MaxMaturedPerBlock)
	byHeight, err := dueServiceTurns(ctx, k.ServiceUnbondingTurns, sdkCtx.BlockHeight(), left)
	if err != nil {
		return err
	}
	byTime, err := dueServiceTurns(ctx, k.ServiceUnbondingTimes, sdkCtx.BlockTime().UnixNano(), left-len(byHeight))
	if err != nil {
		return err
	}
	var errs error
	for _, turn := range append(byHeight, byTime...) {
		errs = errors.Join(errs, k.matureService(ctx, collections.Join(turn.K2(), turn.K3()), params))
	}
	return errs
}

// matureService pays one entry whose turn has come, or moves it to where it waits next.
func (k *Keeper) matureService(ctx context.Context, key serviceEntryKey, params stakingext.Params) error {
	u, err := k.ServiceUnbondings.Get(ctx, key)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if height < u.Entry.MatureHeight {
		return k.requeueService(ctx, u, u.Entry.MatureHeight)
	}
	cause := isolate.Run(ctx, func(ctx context.Context) error { return k.payService(ctx, u, params) })
	if cause == nil {
		return nil
	}
	return isolate.Run(ctx, func(ctx context.Context) error {
		retry := height + stakingext.Backoff(params.RetryBackoffBlocks, u.Entry.Attempts+1)
		later := u
		later.Entry.Attempts++
		if err := k.removeServiceUnbonding(ctx, u); err != nil {
			return err
		}
		later.Entry.QueuedHeight = retry
		if err := k.setServiceUnbonding(ctx, later); err != nil {
			return err
		}
		return emit(ctx, &stakingext.EventServicePayoutFailed{
			ServiceId: u.ServiceId, Owner: u.Entry.Operator, Id: u.Entry.Id, Amount: u.Entry.Amount,
			Attempts: later.Entry.Attempts, RetryHeight: retry, Reason: clip(cause),
		})
	})
}

// payService sends a mature entry to its owner and forgets it.
func (k *Keeper) payService(ctx context.Context, u stakingext.ServiceUnbonding, params stakingext.Params) error {
	owner, err := k.address("owner", u.Entry.Operator)
	if err != nil {
		return err
	}
	if err := k.removeServiceUnbonding(ctx, u); err != nil {
		return err
	}
	if err := k.addServiceTotals(ctx, math.ZeroInt(), u.Entry.Amount.Neg()); err != nil {
		return err
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, stakingext.ModuleName, owner, coins(params.BondDenom, u.Entry.Amount)); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventServiceUnbondingPaid{
		ServiceId: u.ServiceId, Owner: u.Entry.Operator, Id: u.Entry.Id, Amount: u.Entry.Amount,
	}); err != nil {
		return err
	}
	return k.closeServiceIfBlank(ctx, u.ServiceId)
}

// serviceUnbondingsOf returns the entries from behind a service, oldest first: as
// many as max_unbonding_entries, as far as that param was never lowered.
func (k *Keeper) serviceUnbondingsOf(ctx context.Context, id uint64) ([]stakingext.ServiceUnbonding, error) {
	iter, err := k.ServiceUnbondings.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint64](id))
	if err != nil {
		return nil, err
	}
	return iter.Values()
}

// serviceTurnOf returns the queue an entry waits in and its key there.
func (k *Keeper) serviceTurnOf(u stakingext.ServiceUnbonding) (collections.KeySet[serviceTurn], serviceTurn) {
	if u.Entry.QueuedHeight == 0 {
		return k.ServiceUnbondingTimes, collections.Join3(u.Entry.MatureTime.UnixNano(), u.ServiceId, u.Entry.Id)
	}
	return k.ServiceUnbondingTurns, collections.Join3(u.Entry.QueuedHeight, u.ServiceId, u.Entry.Id)
}

// setServiceUnbonding writes an entry and its turn in the queue.
func (k *Keeper) setServiceUnbonding(ctx context.Context, u stakingext.ServiceUnbonding) error {
	if err := k.ServiceUnbondings.Set(ctx, collections.Join(u.ServiceId, u.Entry.Id), u); err != nil {
		return err
	}
	queue, key := k.serviceTurnOf(u)
	return queue.Set(ctx, key)
}

// removeServiceUnbonding forgets an entry and its turn in the queue.
func (k *Keeper) removeServiceUnbonding(ctx context.Context, u stakingext.ServiceUnbonding) error {
	queue, key := k.serviceTurnOf(u)
	if err := queue.Remove(ctx, key); err != nil {
		return err
	}
	return k.ServiceUnbondings.Remove(ctx, collections.Join(u.ServiceId, u.Entry.Id))
}

// requeueService moves an entry to the height queue.
func (k *Keeper) requeueService(ctx context.Context, u stakingext.ServiceUnbonding, height int64) error {
	if err := k.removeServiceUnbonding(ctx, u); err != nil {
		return err
	}
	u.Entry.QueuedHeight = height
	return k.setServiceUnbonding(ctx, u)
}

// dueServiceTurns returns the first keys, limit at most, of a queue up to and with
// the given height or nanosecond.
func dueServiceTurns(ctx context.Context, queue collections.KeySet[serviceTurn], until int64, limit int) ([]serviceTurn, error) {
	iter, err := queue.Iterate(ctx, collections.NewPrefixUntilTripleRange[int64, uint64, uint64](until))
	if err != nil {
		return nil, err
	}
	return firstKeys(iter, limit)
}
