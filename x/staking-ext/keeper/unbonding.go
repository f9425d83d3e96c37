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

// Unbond starts the withdrawal of free bond. The coins are paid once
// unbonding_time has passed and the chain is challenge_window_blocks beyond both
// this block and the end of every lock the bond ever had; until then they stay
// slashable. Errors: ErrInvalidAmount, ErrNoBond, ErrInsufficientFree,
// ErrBelowMinimum, ErrTooManyUnbondings.
func (k *Keeper) Unbond(ctx context.Context, operator sdk.AccAddress, amount math.Int) (stakingext.Unbonding, error) {
	none := stakingext.Unbonding{}
	if amount.IsNil() || !amount.IsPositive() {
		return none, stakingext.ErrInvalidAmount.Wrap("it must be positive")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return none, err
	}
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return none, err
	}
	if err := bond.CheckUnbond(amount, params.MinUnbond, params.MinBond); err != nil {
		return none, err
	}
	entries, err := k.unbondingsOf(ctx, operator)
	if err != nil {
		return none, err
	}
	if len(entries) >= int(params.MaxUnbondingEntries) {
		return none, stakingext.ErrTooManyUnbondings.Wrapf("%d are open, the limit is %d: wait for one to be paid",
			len(entries), params.MaxUnbondingEntries)
	}
	id, err := k.UnbondingSeq.Next(ctx)
	if err != nil {
		return none, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	entry := stakingext.Unbonding{
		Id:            id,
		Operator:      bond.Operator,
		Amount:        amount,
		InitialAmount: amount,
		CreatedHeight: sdkCtx.BlockHeight(),
		MatureHeight:  max(bond.LockedUntil, sdkCtx.BlockHeight()) + params.ChallengeWindowBlocks,
		MatureTime:    sdkCtx.BlockTime().UTC().Add(params.UnbondingTime),
	}
	if err := k.setUnbonding(ctx, operator, entry); err != nil {
		return none, err
	}
	bond.Amount = bond.Amount.Sub(amount)
	if err := k.Bonds.Set(ctx, operator, bond); err != nil {
		return none, err
	}
	if err := k.addTotals(ctx, amount.Neg(), amount); err != nil {
		return none, err
	}
	if err := emit(ctx, &stakingext.EventUnbondingStarted{
		Operator: bond.Operator, Id: id, Amount: amount, MatureHeight: entry.MatureHeight, MatureTime: entry.MatureTime,
	}); err != nil {
		return none, err
	}
	return entry, k.bondChanged(ctx, operator)
}

// pay sends a mature entry to its operator and forgets it.
func (k *Keeper) pay(ctx context.Context, operator sdk.AccAddress, entry stakingext.Unbonding) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.removeUnbonding(ctx, operator, entry); err != nil {
		return err
	}
	if err := k.addTotals(ctx, math.ZeroInt(), entry.Amount.Neg()); err != nil {
		return err
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, stakingext.ModuleName, operator, coins(params.BondDenom, entry.Amount)); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventUnbondingPaid{Operator: entry.Operator, Id: entry.Id, Amount: entry.Amount}); err != nil {
		return err
	}
	return k.closeIfBlank(ctx, operator)
}

// unbondingsOf returns the operator's entries, oldest first: max_unbonding_entries
// of them at most, as far as that param was never lowered.
func (k *Keeper) unbondingsOf(ctx context.Context, operator sdk.AccAddress) ([]stakingext.Unbonding, error) {
	iter, err := k.Unbondings.Iterate(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, uint64](operator))
	if err != nil {
		return nil, err
	}
	return iter.Values()
}

// turnOf returns the queue an entry waits in and its key there.
func (k *Keeper) turnOf(operator sdk.AccAddress, entry stakingext.Unbonding) (collections.KeySet[entryTurn], entryTurn) {
	if entry.QueuedHeight == 0 {
		return k.UnbondingTimes, collections.Join3(entry.MatureTime.UnixNano(), operator, entry.Id)
	}
	return k.UnbondingTurns, collections.Join3(entry.QueuedHeight, operator, entry.Id)
}

// setUnbonding writes an entry and its turn in the queue.
func (k *Keeper) setUnbonding(ctx context.Context, operator sdk.AccAddress, entry stakingext.Unbonding) error {
	if err := k.Unbondings.Set(ctx, collections.Join(operator, entry.Id), entry); err != nil {
		return err
	}
	queue, key := k.turnOf(operator, entry)
	return queue.Set(ctx, key)
}

// removeUnbonding forgets an entry and its turn in the queue.
func (k *Keeper) removeUnbonding(ctx context.Context, operator sdk.AccAddress, entry stakingext.Unbonding) error {
	queue, key := k.turnOf(operator, entry)
	if err := queue.Remove(ctx, key); err != nil {
		return err
	}
	return k.Unbondings.Remove(ctx, collections.Join(operator, entry.Id))
}

// requeue moves an entry to the height queue.
func (k *Keeper) requeue(ctx context.Context, operator sdk.AccAddress, entry stakingext.Unbonding, height int64) error {
	if err := k.removeUnbonding(ctx, operator, entry); err != nil {
		return err
	}
	entry.QueuedHeight = height
	return k.setUnbonding(ctx, operator, entry)
}
