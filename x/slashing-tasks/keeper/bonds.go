// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// checkBonds holds parameters to those that x/staking-ext has now.
func (k *Keeper) checkBonds(ctx context.Context, params slashingtasks.Params) error {
	bonds, err := k.bonds.GetParams(ctx)
	if err != nil {
		return err
	}
	return params.ValidateAgainst(bonds)
}

// GuardBondParams implements stakingext.ParamsGuard: x/staking-ext's params must go
// on carrying what this module's promise.
func (k *Keeper) GuardBondParams(ctx context.Context, bonds stakingext.Params) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return params.ValidateAgainst(bonds)
}
