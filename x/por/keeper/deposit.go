// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// hold takes a deposit into the module's account and its ledger.
func (k *Keeper) hold(ctx context.Context, from sdk.AccAddress, deposit sdk.Coin) error {
	if deposit.IsZero() {
		return nil
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, from, por.ModuleName, sdk.NewCoins(deposit)); err != nil {
		return err
	}
	return k.addHeld(ctx, deposit.Amount)
}

// release gives a deposit back.
func (k *Keeper) release(ctx context.Context, to sdk.AccAddress, deposit sdk.Coin) error {
	if deposit.IsZero() {
		return nil
	}
	if err := k.addHeld(ctx, deposit.Amount.Neg()); err != nil {
		return err
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, por.ModuleName, to, sdk.NewCoins(deposit))
}

// burn takes a deposit out of the world. Whose it was does not matter.
func (k *Keeper) burn(ctx context.Context, _ sdk.AccAddress, deposit sdk.Coin) error {
	if deposit.IsZero() {
		return nil
	}
	if err := k.addHeld(ctx, deposit.Amount.Neg()); err != nil {
		return err
	}
	return k.bank.BurnCoins(ctx, por.ModuleName, sdk.NewCoins(deposit))
}

// addHeld books a change of the ledger of deposits.
func (k *Keeper) addHeld(ctx context.Context, change math.Int) error {
	held, err := k.HeldDeposits(ctx)
	if err != nil {
		return err
	}
	held = held.Add(change)
	if held.IsNegative() {
		return errorsmod.Wrap(por.ErrInvariant, "more deposits would leave than were taken")
	}
	return k.Held.Set(ctx, held)
}

// HeldDeposits is the sum of the deposits of pending disputes, in the base unit.
func (k *Keeper) HeldDeposits(ctx context.Context) (math.Int, error) {
	held, err := k.Held.Get(ctx)
	if err != nil {
		return math.ZeroInt(), ignore(err, collections.ErrNotFound)
	}
	return held, nil
}
