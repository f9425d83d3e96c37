// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// CheckInvariants reads the whole store and returns an error if it contradicts itself. It is
// for simulations and `opend debug invariants`.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	state, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := state.Validate(k.staking.ValidatorAddressCodec(), k.accounts); err != nil {
		return err
	}
	if err := k.checkCourt(ctx, state); err != nil {
		return err
	}
	fresh := 0
	for _, seed := range state.Seeds {
		if !seed.Fresh {
			continue
		}
		fresh++
		height, err := k.Contributions.Get(ctx, seed.Contributions)
		if err != nil {
			return fmt.Errorf("contribution %d: %w", seed.Contributions, err)
		}
		if height != seed.Height {
			return fmt.Errorf("contribution %d is indexed at height %d, not %d", seed.Contributions, height, seed.Height)
		}
	}
	err = k.Contributions.Walk(ctx, nil, func(uint64, int64) (bool, error) {
		fresh--
		return false, nil
	})
	if err != nil {
		return err
	}
	if fresh != 0 {
		return fmt.Errorf("%d more contributions than index entries", fresh)
	}
	if err := k.checkChanges(ctx); err != nil {
		return err
	}
	if err := k.checkWindows(ctx, state); err != nil {
		return err
	}
	return k.checkVerified(ctx, state)
}

func (k *Keeper) checkChanges(ctx context.Context) error {
	pending := 0
	err := k.BeaconKeys.Walk(ctx, nil, func(operator sdk.ValAddress, key por.BeaconKey) (bool, error) {
		if key.Pending == nil {
			return false, nil
		}
		pending++
		queued, err := k.KeyChanges.Has(ctx, collections.Join(key.Pending.Height, operator))
		if err == nil && !queued {
			err = fmt.Errorf("change of %s at %d is not queued", key.Operator, key.Pending.Height)
		}
		return false, err
	})
	if err != nil {
		return err
	}
	err = k.KeyChanges.Walk(ctx, nil, func(collections.Pair[int64, sdk.ValAddress]) (bool, error) {
		pending--
		return false, nil
	})
	if err == nil && pending != 0 {
		err = fmt.Errorf("%d more pending changes than queue entries", pending)
	}
	return err
}
