// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Suspend takes the operator out of matching for a cause until the end of the
// given block at least. It is no fault and costs nothing; what the operator has
// begun goes on, and it may unbond. It lifts by itself, or by Resume of the module
// that named the cause. A running suspension is never shortened, and neither is a
// jail. Errors: ErrNoBond, ErrInvalidSuspension, ErrTombstoned, ErrTooManySuspensions.
func (k *Keeper) Suspend(ctx context.Context, operator sdk.AccAddress, cause string, untilHeight int64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	current, before, err := bond.Suspend(cause, height, untilHeight, params.MaxSuspensionBlocks)
	if err != nil {
		return err
	}
	if before != nil {
		if *before == current {
			return nil
		}
		if err := k.SuspensionQueue.Remove(ctx, collections.Join3(before.QueuedAt, operator, cause)); err != nil {
			return err
		}
	}
	if err := k.SuspensionQueue.Set(ctx, collections.Join3(current.QueuedAt, operator, cause)); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventSuspended{
		Operator: bond.Operator, Cause: cause, UntilHeight: current.UntilHeight,
	}); err != nil {
		return err
	}
	return k.saveStatus(ctx, operator, bond)
}

// Resume ends the suspension for a cause before its height; others go on. Errors:
// ErrNoBond, ErrNotSuspended.
func (k *Keeper) Resume(ctx context.Context, operator sdk.AccAddress, cause string) error {
	return k.resume(ctx, operator, cause, false)
}

func (k *Keeper) resume(ctx context.Context, operator sdk.AccAddress, cause string, lapsed bool) error {
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	ended, err := bond.Resume(cause)
	if err != nil {
		return err
	}
	if err := k.SuspensionQueue.Remove(ctx, collections.Join3(ended.QueuedAt, operator, cause)); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventResumed{Operator: bond.Operator, Cause: cause, Lapsed: lapsed}); err != nil {
		return err
	}
	return k.saveStatus(ctx, operator, bond)
}

// liftSuspensions ends those whose height has come.
func (k *Keeper) liftSuspensions(ctx context.Context, params stakingext.Params) error {
	turns, err := dueTurns(ctx, k.SuspensionQueue, sdk.UnwrapSDKContext(ctx).BlockHeight(), int(params.MaxResumedPerBlock))
	if err != nil {
		return err
	}
	var errs error
	for _, turn := range turns {
		errs = errors.Join(errs, k.lift(ctx, turn.K2(), turn.K3(), params))
	}
	return errs
}

// lift ends one suspension, or makes it wait for its retry.
func (k *Keeper) lift(ctx context.Context, operator sdk.AccAddress, cause string, params stakingext.Params) error {
	failure := isolate.Run(ctx, func(ctx context.Context) error { return k.resume(ctx, operator, cause, true) })
	if failure == nil {
		return nil
	}
	return isolate.Run(ctx, func(ctx context.Context) error {
		bond, err := k.BondOf(ctx, operator)
		if err != nil {
			return err
		}
		i, found := bond.Suspended(cause)
		if !found {
			return stakingext.ErrInvariant.Wrapf("suspension %s of %s is queued only", cause, bond.Operator)
		}
		s := &bond.Suspensions[i]
		if err := k.SuspensionQueue.Remove(ctx, collections.Join3(s.QueuedAt, operator, cause)); err != nil {
			return err
		}
		s.Attempts++
		s.QueuedAt = sdk.UnwrapSDKContext(ctx).BlockHeight() + stakingext.Backoff(params.RetryBackoffBlocks, s.Attempts)
		if err := k.SuspensionQueue.Set(ctx, collections.Join3(s.QueuedAt, operator, cause)); err != nil {
			return err
		}
		if err := k.Bonds.Set(ctx, operator, bond); err != nil {
			return err
		}
		return emit(ctx, &stakingext.EventResumeFailed{
			Operator: bond.Operator, Cause: cause, Attempts: s.Attempts, RetryHeight: s.QueuedAt, Reason: clip(failure),
		})
	})
}

// queueSuspensions gives the suspensions of a bond their turns, at genesis.
func (k *Keeper) queueSuspensions(ctx context.Context, operator sdk.AccAddress, bond stakingext.Bond) error {
	for _, s := range bond.Suspensions {
		if err := k.SuspensionQueue.Set(ctx, collections.Join3(s.QueuedAt, operator, s.Cause)); err != nil {
			return err
		}
	}
	return nil
}

// checkSuspensionQueue: every suspension has its one turn.
func (k *Keeper) checkSuspensionQueue(ctx context.Context, gs *stakingext.GenesisState) error {
	held := 0
	for _, b := range gs.Bonds {
		operator, err := k.address("bond", b.Operator)
		if err != nil {
			return err
		}
		for _, s := range b.Suspensions {
			if err := mustHave(ctx, k.SuspensionQueue, collections.Join3(s.QueuedAt, operator, s.Cause)); err != nil {
				return err
			}
			held++
		}
	}
	queued, err := count(ctx, k.SuspensionQueue)
	if err != nil {
		return err
	}
	if queued != held {
		return stakingext.ErrInvariant.Wrapf("the queue holds %d suspensions, the bonds %d", queued, held)
	}
	return nil
}
