// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// AfterBondChanged implements stakingext.BondHooks: amount, locks or status of a
// bond changed, so its Xnode weighs differently. Operators without one pass.
func (k *Keeper) AfterBondChanged(ctx context.Context, operator sdk.AccAddress) error {
	x, found, err := k.stored(ctx, operator)
	if err != nil || !found {
		return err
	}
	return k.weigh(ctx, operator, x)
}

// AfterMinBondChanged implements stakingext.BondHooks: other bonds are eligible
// now, so every Xnode is weighed again, in shares at the ends of blocks.
func (k *Keeper) AfterMinBondChanged(ctx context.Context) error { return k.Reweigh(ctx) }
