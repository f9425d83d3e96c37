// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// checkWindows holds members and tallies to what they follow from. That the records are good
// by themselves and refer to each other, genesis validation has checked.
func (k *Keeper) checkWindows(ctx context.Context, state *por.GenesisState) error {
	expected := 0
	for _, c := range state.Capacities {
		operator, err := k.account(c.Operator)
		if err != nil {
			return err
		}
		pending, err := k.pending(ctx, c.Class, operator)
		if err != nil {
			return err
		}
		member, err := k.Members.Has(ctx, collections.Join(uint32(c.Class), operator))
		if err != nil {
			return err
		}
		if (c.Claimed > 0 || pending) && !member {
			return errorsmod.Wrapf(por.ErrInvariant, "%s is no member of %s", c.Operator, c.Class.Name())
		}
		if member {
			expected++
		}
		if !member {
			continue
		}
		// Nobody who claims nothing stays a member beyond the window that it answered.
		if c.Claimed == 0 && !pending {
			return errorsmod.Wrapf(por.ErrInvariant, "%s is a member of %s for nothing", c.Operator, c.Class.Name())
		}
	}
	err := k.Members.Walk(ctx, nil, func(collections.Pair[uint32, sdk.AccAddress]) (bool, error) {
		expected--
		return false, nil
	})
	if err == nil && expected != 0 {
		err = errorsmod.Wrapf(por.ErrInvariant, "%d members without a capacity", -expected)
	}
	return err
}

// checkVerified holds what x/workers was told to what follows from the capacities, for Xnodes
// that nobody has to be told about anew.
func (k *Keeper) checkVerified(ctx context.Context, state *por.GenesisState) error {
	for _, s := range state.Schedules {
		if s.Refreshing {
			return nil
		}
	}
	for _, c := range state.Capacities {
		operator, err := k.account(c.Operator)
		if err != nil {
			return err
		}
		x, err := k.workers.Xnode(ctx, operator)
		if err != nil {
			return err
		}
		if x.IsRetired() {
			continue
		}
		if c.Class.Of(x.Card.Claimed) != c.Claimed {
			return errorsmod.Wrapf(por.ErrInvariant, "%s claims %d of %s, x/workers says %d", c.Operator, c.Claimed, c.Class.Name(), c.Class.Of(x.Card.Claimed))
		}
		if want := c.Counted(state.Params.Mode(c.Class)); c.Class.Of(x.Verified) != want {
			return errorsmod.Wrapf(por.ErrInvariant, "%s has %d of %s verified, x/workers was told %d", c.Operator, want, c.Class.Name(), c.Class.Of(x.Verified))
		}
	}
	return nil
}
