// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Jail takes the operator out of matching until the given block time at least;
// it leaves with Unjail. A running jail is never shortened. Errors: ErrNoBond,
// ErrTombstoned.
func (k *Keeper) Jail(ctx context.Context, operator sdk.AccAddress, until time.Time) error {
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	if err := k.jail(ctx, &bond, until); err != nil {
		return err
	}
	return k.saveStatus(ctx, operator, bond)
}

// jail changes the bond in memory and leaves the event.
func (k *Keeper) jail(ctx context.Context, bond *stakingext.Bond, until time.Time) error {
	if err := bond.Jail(until); err != nil {
		return err
	}
	return emit(ctx, &stakingext.EventJailed{Operator: bond.Operator, JailedUntil: bond.JailedUntil})
}

// Unjail puts a jailed operator back to work. Errors, each with the next step:
// ErrNoBond, ErrTombstoned, ErrNotJailed, ErrStillJailed, ErrBelowMinimum.
func (k *Keeper) Unjail(ctx context.Context, operator sdk.AccAddress) error {
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := bond.Unjail(sdk.UnwrapSDKContext(ctx).BlockTime(), params.MinBond); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventUnjailed{Operator: bond.Operator}); err != nil {
		return err
	}
	return k.saveStatus(ctx, operator, bond)
}

// Tombstone excludes the operator for good: it can only withdraw what is left.
// Errors: ErrNoBond, ErrTombstoned where it was done before.
func (k *Keeper) Tombstone(ctx context.Context, operator sdk.AccAddress) error {
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	if bond.Status == stakingext.StatusTombstoned {
		return stakingext.ErrTombstoned.Wrap("this was done before")
	}
	if err := k.tombstone(ctx, &bond); err != nil {
		return err
	}
	return k.saveStatus(ctx, operator, bond)
}

// tombstone changes the bond in memory and leaves the event.
func (k *Keeper) tombstone(ctx context.Context, bond *stakingext.Bond) error {
	bond.Status = stakingext.StatusTombstoned
	return emit(ctx, &stakingext.EventTombstoned{Operator: bond.Operator})
}

// saveStatus writes a bond whose amounts did not change and tells the modules above.
func (k *Keeper) saveStatus(ctx context.Context, operator sdk.AccAddress, bond stakingext.Bond) error {
	if err := k.Bonds.Set(ctx, operator, bond); err != nil {
		return err
	}
	if err := k.closeIfBlank(ctx, operator); err != nil {
		return err
	}
	return k.bondChanged(ctx, operator)
}
