// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Lock ties amount of the operator's own free bond to one duty until the given
// height. After that height and a grace, anyone may release the lock, and
// EndBlock does. Errors: ErrInvalidLock, ErrNoBond, ErrTombstoned, ErrJailed,
// ErrSuspended, ErrLockExists, ErrTooManyLocks, ErrInsufficientFree.
func (k *Keeper) Lock(ctx context.Context, operator sdk.AccAddress, subject string, amount math.Int, until int64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	lock := stakingext.Lock{
		Subject:       subject,
		Amount:        amount,
		CreatedHeight: height,
		Until:         until,
		Deadline:      until + params.LockGraceBlocks,
		QueuedAt:      until + params.LockGraceBlocks,
	}
	// Before Validate: a height near the end of int64 would overflow the deadline.
	if until > height+params.MaxLockBlocks {
		return stakingext.ErrInvalidLock.Wrapf("until %d is more than %d blocks ahead", until, params.MaxLockBlocks)
	}
	if err := lock.Validate(); err != nil {
		return stakingext.ErrInvalidLock.Wrap(err.Error())
	}
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	lock.Operator = bond.Operator
	exists, err := k.Locks.Has(ctx, collections.Join(operator, subject))
	if err != nil {
		return err
	}
	switch {
	case bond.Status == stakingext.StatusTombstoned:
		return stakingext.ErrTombstoned.Wrap("it takes no duties")
	case bond.Status == stakingext.StatusJailed:
		return stakingext.ErrJailed.Wrap("it takes no duties until it is unjailed")
	case len(bond.Suspensions) > 0:
		return stakingext.ErrSuspended.Wrap(bond.Ineligible(params.MinBond))
	case exists:
		return stakingext.ErrLockExists.Wrapf("%s of %s", subject, bond.Operator)
	case bond.LockCount >= params.MaxLocks:
		return stakingext.ErrTooManyLocks.Wrapf("%s has %d", bond.Operator, bond.LockCount)
	case bond.Free().LT(amount):
		return stakingext.ErrInsufficientFree.Wrapf("%s is needed, %s has %s", amount, bond.Operator, bond.Free())
	}
	bond.Locked = bond.Locked.Add(amount)
	bond.LockCount++
	bond.LockedUntil = max(bond.LockedUntil, until)
	if err := k.Bonds.Set(ctx, operator, bond); err != nil {
		return err
	}
	if err := k.setLock(ctx, operator, lock); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventLocked{
		Operator: bond.Operator, Subject: subject, Amount: amount, Until: until, Deadline: lock.Deadline,
	}); err != nil {
		return err
	}
	return k.bondChanged(ctx, operator)
}

// Unlock frees what a duty held. ErrNoLock where it holds nothing, which is also
// what a module hears that comes after the deadline.
func (k *Keeper) Unlock(ctx context.Context, operator sdk.AccAddress, subject string) error {
	lock, err := k.lockOf(ctx, operator, subject)
	if err != nil {
		return err
	}
	return k.unlock(ctx, operator, lock, false)
}

// ReleaseExpiredLock frees a lock whose deadline has passed, at anyone's request.
// Errors: ErrNoLock, ErrLockNotExpired.
func (k *Keeper) ReleaseExpiredLock(ctx context.Context, operator sdk.AccAddress, subject string) error {
	lock, err := k.lockOf(ctx, operator, subject)
	if err != nil {
		return err
	}
	if height := sdk.UnwrapSDKContext(ctx).BlockHeight(); height <= lock.Deadline {
		return stakingext.ErrLockNotExpired.Wrapf("its deadline is %d, the chain is at %d", lock.Deadline, height)
	}
	return k.unlock(ctx, operator, lock, true)
}

func (k *Keeper) unlock(ctx context.Context, operator sdk.AccAddress, lock stakingext.Lock, expired bool) error {
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	if bond.LockCount == 0 || bond.Locked.LT(lock.Amount) {
		return stakingext.ErrInvariant.Wrapf("lock %s of %s is not in its bond", lock.Subject, lock.Operator)
	}
	bond.Locked = bond.Locked.Sub(lock.Amount)
	bond.LockCount--
	if err := k.Bonds.Set(ctx, operator, bond); err != nil {
		return err
	}
	if err := k.Locks.Remove(ctx, collections.Join(operator, lock.Subject)); err != nil {
		return err
	}
	if err := k.LockQueue.Remove(ctx, collections.Join3(lock.QueuedAt, operator, lock.Subject)); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventUnlocked{
		Operator: lock.Operator, Subject: lock.Subject, Amount: lock.Amount, Expired: expired,
	}); err != nil {
		return err
	}
	if err := k.closeIfBlank(ctx, operator); err != nil {
		return err
	}
	return k.bondChanged(ctx, operator)
}

func (k *Keeper) lockOf(ctx context.Context, operator sdk.AccAddress, subject string) (stakingext.Lock, error) {
	if len(subject) > stakingext.MaxSubjectLength {
		return stakingext.Lock{}, stakingext.ErrNoLock.Wrap("no subject is that long")
	}
	lock, err := k.Locks.Get(ctx, collections.Join(operator, subject))
	if errors.Is(err, collections.ErrNotFound) {
		return stakingext.Lock{}, stakingext.ErrNoLock.Wrapf("%q of %s", subject, operator)
	}
	return lock, err
}

// setLock writes a lock and its turn in the queue.
func (k *Keeper) setLock(ctx context.Context, operator sdk.AccAddress, lock stakingext.Lock) error {
	if err := k.Locks.Set(ctx, collections.Join(operator, lock.Subject), lock); err != nil {
		return err
	}
	return k.LockQueue.Set(ctx, collections.Join3(lock.QueuedAt, operator, lock.Subject))
}
