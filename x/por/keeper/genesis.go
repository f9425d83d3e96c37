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

// InitGenesis fills the store. A genesis without seeds gets one that is derived from the chain
// id. ErrInvalidGenesis if a seed lies beyond the chain's first block.
func (k *Keeper) InitGenesis(ctx context.Context, state por.GenesisState) error {
	validators := k.staking.ValidatorAddressCodec()
	if err := state.Validate(validators, k.accounts); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, state.Params); err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	seeds := state.Seeds
	if len(seeds) == 0 {
		seeds = []por.Seed{por.GenesisSeed(sdkCtx.ChainID(), max(sdkCtx.BlockHeight()-1, 0))}
	}
	if last := seeds[len(seeds)-1]; last.Height > sdkCtx.BlockHeight() {
		return errorsmod.Wrapf(por.ErrInvalidGenesis,
			"the newest seed is of height %d, the chain begins at %d: set initial_height to %d, or export for height zero",
			last.Height, sdkCtx.BlockHeight(), last.Height+1)
	}
	for _, seed := range seeds {
		if err := k.setSeed(ctx, seed); err != nil {
			return err
		}
	}
	for _, key := range state.BeaconKeys {
		operator, err := validators.StringToBytes(key.Operator)
		if err != nil {
			return err
		}
		if err := k.BeaconKeys.Set(ctx, operator, key); err != nil {
			return err
		}
		if key.Pending == nil {
			continue
		}
		if err := k.KeyChanges.Set(ctx, collections.Join(key.Pending.Height, sdk.ValAddress(operator))); err != nil {
			return err
		}
	}
	if err := k.initWindows(ctx, state); err != nil {
		return err
	}
	return k.initCourt(ctx, state)
}

// ExportGenesis reads the whole store. It is not for use while the chain runs.
func (k *Keeper) ExportGenesis(ctx context.Context) (*por.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	state := &por.GenesisState{Params: params}
	err = k.Seeds.Walk(ctx, nil, func(_ int64, seed por.Seed) (bool, error) {
		state.Seeds = append(state.Seeds, seed)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.BeaconKeys.Walk(ctx, nil, func(_ sdk.ValAddress, key por.BeaconKey) (bool, error) {
		state.BeaconKeys = append(state.BeaconKeys, key)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	if err := k.exportWindows(ctx, state); err != nil {
		return nil, err
	}
	return state, k.exportCourt(ctx, state)
}

// PrepareZeroHeight readies the state for an export to a chain that begins again at height 1:
// the newest seed becomes the one that the first block builds on, and every key change that
// was announced is in force. Draws that wait for a seed must be locked again; windows that run
// end without a verdict.
func (k *Keeper) PrepareZeroHeight(ctx context.Context) error {
	if err := k.prepareCourt(ctx); err != nil {
		return err
	}
	state, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	for _, seed := range state.Seeds {
		if err := k.removeSeed(ctx, seed); err != nil {
			return err
		}
	}
	if len(state.Seeds) > 0 {
		newest := state.Seeds[len(state.Seeds)-1]
		newest = por.Seed{Seed: newest.Seed, Contributions: newest.Contributions}
		if err := k.setSeed(ctx, newest); err != nil {
			return err
		}
	}
	for _, key := range state.BeaconKeys {
		operator, err := k.staking.ValidatorAddressCodec().StringToBytes(key.Operator)
		if err != nil {
			return err
		}
		if key.Pending != nil {
			if key, err = k.settle(ctx, operator, key, key.Pending.Height); err != nil {
				return err
			}
		}
		if key.Empty() {
			continue
		}
		key.ActiveFrom = 0
		if err := k.BeaconKeys.Set(ctx, operator, key); err != nil {
			return err
		}
	}
	return k.zeroWindows(ctx, state)
}
