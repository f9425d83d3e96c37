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

// BondOf returns the operator's bond; ErrNoBond where there is none.
func (k *Keeper) BondOf(ctx context.Context, operator sdk.AccAddress) (stakingext.Bond, error) {
	bond, err := k.Bonds.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return stakingext.Bond{}, stakingext.ErrNoBond.Wrapf("bond with MsgBond first: %s", operator)
	}
	return bond, err
}

// FreeBond is what no lock holds of the operator's own bond, and the backing that
// counts beside it, in the base unit: what the operator is weighted by. Locks
// hold the own bond only. ErrNoBond where there is no bond.
func (k *Keeper) FreeBond(ctx context.Context, operator sdk.AccAddress) (math.Int, error) {
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return math.Int{}, err
	}
	backing, err := k.countedBacking(ctx, operator, bond)
	if err != nil {
		return math.Int{}, err
	}
	return bond.Free().Add(backing), nil
}

// countedBacking is the backing that counts beside the bond, in the base unit.
func (k *Keeper) countedBacking(ctx context.Context, operator sdk.AccAddress, bond stakingext.Bond) (math.Int, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return math.Int{}, err
	}
	pool, _, err := k.poolOf(ctx, operator)
	if err != nil {
		return math.Int{}, err
	}
	return pool.Counted(bond.Amount, params.MaxBackingBps), nil
}

// Eligible is true where the operator may be matched to new duties: active, with
// at least min_bond of its own bond free, whatever its backing. No bond is an answer, not an error.
func (k *Keeper) Eligible(ctx context.Context, operator sdk.AccAddress) (bool, error) {
	bond, err := k.Bonds.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return false, err
	}
	return bond.Ineligible(params.MinBond) == "", nil
}

// Bond takes coins from the operator's account and creates or tops up its bond,
// which must reach min_bond with it. A jailed operator may top up; a tombstoned
// one is refused. Errors: ErrInvalidAmount, ErrTombstoned, ErrBelowMinimum, the bank's.
func (k *Keeper) Bond(ctx context.Context, operator sdk.AccAddress, amount math.Int) error {
	if amount.IsNil() || !amount.IsPositive() {
		return stakingext.ErrInvalidAmount.Wrap("it must be positive")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	bond, err := k.bondOrNew(ctx, operator)
	if err != nil {
		return err
	}
	if bond.Status == stakingext.StatusTombstoned {
		return stakingext.ErrTombstoned.Wrap("it cannot bond again")
	}
	if missing := params.MinBond.Sub(bond.Amount); amount.LT(missing) {
		return stakingext.ErrBelowMinimum.Wrapf("the bond is %s, bond at least %s to reach %s", bond.Amount, missing, params.MinBond)
	}
	// The bank goes before the sum: an amount beyond all supply fails there, and
	// does not overflow here.
	if err := k.bank.SendCoinsFromAccountToModule(ctx, operator, stakingext.ModuleName, coins(params.BondDenom, amount)); err != nil {
		return err
	}
	bond.Amount = bond.Amount.Add(amount)
	if err := k.Bonds.Set(ctx, operator, bond); err != nil {
		return err
	}
	if err := k.addTotals(ctx, amount, math.ZeroInt()); err != nil {
		return err
	}
	if err := emit(ctx, &stakingext.EventBonded{Operator: bond.Operator, Amount: amount, Bonded: bond.Amount}); err != nil {
		return err
	}
	return k.bondChanged(ctx, operator)
}

func (k *Keeper) bondOrNew(ctx context.Context, operator sdk.AccAddress) (stakingext.Bond, error) {
	bond, err := k.Bonds.Get(ctx, operator)
	if !errors.Is(err, collections.ErrNotFound) {
		return bond, err
	}
	name, err := k.ac.BytesToString(operator)
	if err != nil {
		return stakingext.Bond{}, err
	}
	return stakingext.NewBond(name), nil
}

// closeIfBlank removes a bond record that holds nothing any more, so that the
// store does not grow with everybody who ever bonded.
func (k *Keeper) closeIfBlank(ctx context.Context, operator sdk.AccAddress) error {
	bond, err := k.Bonds.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !bond.IsBlank() {
		return nil
	}
	entries, err := k.unbondingsOf(ctx, operator)
	if err != nil || len(entries) > 0 {
		return err
	}
	backed, err := k.isBacked(ctx, operator)
	if err != nil || backed {
		return err
	}
	if err := k.dropPool(ctx, operator); err != nil {
		return err
	}
	if err := k.Bonds.Remove(ctx, operator); err != nil {
		return err
	}
	return emit(ctx, &stakingext.EventBondClosed{Operator: bond.Operator})
}
