// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// GetParams returns the params in force; modules above hold theirs to them.
func (k *Keeper) GetParams(ctx context.Context) (stakingext.Params, error) { return k.Params.Get(ctx) }

// SetParamsGuards names all modules whose params rest on these, while the app is put
// together.
func (k *Keeper) SetParamsGuards(guards ...stakingext.ParamsGuard) *Keeper {
	k.guards = guards
	return k
}

// UpdateParams replaces all params. What was agreed before keeps its terms:
// unbondings their maturity, locks their deadline. The bond denom never changes.
// Errors: ErrUnauthorized, ErrInvalidParams, those of modules above whose params
// need the old ones.
func (k *Keeper) UpdateParams(ctx context.Context, authority string, params stakingext.Params) error {
	if authority != k.authority {
		return stakingext.ErrUnauthorized.Wrapf("only %s may update params", k.authority)
	}
	if err := params.Validate(); err != nil {
		return err
	}
	old, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if params.BondDenom != old.BondDenom {
		return stakingext.ErrInvalidParams.Wrapf("bond_denom is %s for good", old.BondDenom)
	}
	for _, guard := range k.guards {
		if err := guard.GuardBondParams(ctx, params); err != nil {
			return err
		}
	}
	if params.MaxEvidenceAgeBlocks > old.MaxEvidenceAgeBlocks {
		// The records of faults that the old age had shut out may be pruned:
		// opening the door to them again would punish them twice.
		floor, err := k.evidenceFloor(ctx)
		if err != nil {
			return err
		}
		floor = max(floor, sdk.UnwrapSDKContext(ctx).BlockHeight()-old.MaxEvidenceAgeBlocks)
		if err := k.EvidenceFloor.Set(ctx, floor); err != nil {
			return err
		}
	}
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	if k.hooks != nil && !params.MinBond.Equal(old.MinBond) {
		if err := k.hooks.AfterMinBondChanged(ctx); err != nil {
			return err
		}
	}
	return emit(ctx, &stakingext.EventParamsUpdated{Params: params})
}
