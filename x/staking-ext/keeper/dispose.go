// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// dispose pays the harmed party its part of what was taken off the ledger, burns
// the rest, and returns that part. Nobody is the harmed party of its own fault. A
// part that cannot be paid is burned, too: a penalty never waits for a stranger's
// account.
func (k *Keeper) dispose(
	ctx context.Context, punished sdk.AccAddress, fault stakingext.Fault, slashed math.Int, params stakingext.Params,
) (math.Int, error) {
	toHarmed := math.ZeroInt()
	if !slashed.IsPositive() {
		return toHarmed, nil
	}
	if len(fault.Harmed) > 0 && !bytes.Equal(fault.Harmed, punished) {
		penalty, err := params.Penalty(fault.Track)
		if err != nil {
			return toHarmed, err
		}
		if part := penalty.SplitSlash(slashed); part.IsPositive() {
			paid, err := k.compensate(ctx, fault, part, params)
			if err != nil {
				return toHarmed, err
			}
			if paid {
				toHarmed = part
			}
		}
	}
	burned := slashed.Sub(toHarmed)
	if !burned.IsPositive() {
		return toHarmed, nil
	}
	return toHarmed, k.bank.BurnCoins(ctx, stakingext.ModuleName, coins(params.BondDenom, burned))
}

// compensate sends the harmed party its part, and says whether that worked.
func (k *Keeper) compensate(ctx context.Context, fault stakingext.Fault, part math.Int, params stakingext.Params) (bool, error) {
	cause := isolate.Run(ctx, func(ctx context.Context) error {
		return k.bank.SendCoinsFromModuleToAccount(ctx, stakingext.ModuleName, fault.Harmed, coins(params.BondDenom, part))
	})
	if cause == nil {
		return true, nil
	}
	harmed, err := k.nameOf(fault.Harmed)
	if err != nil {
		return false, err
	}
	return false, emit(ctx, &stakingext.EventHarmedUnpaid{Harmed: harmed, Fault: fault, Amount: part, Reason: clip(cause)})
}

// nameOf is an address as events have it; empty for none.
func (k *Keeper) nameOf(addr sdk.AccAddress) (string, error) {
	if len(addr) == 0 {
		return "", nil
	}
	return k.ac.BytesToString(addr)
}
