// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BankKeeper is what x/workers needs of x/bank, for deposits.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SendCoinsFromAccountToModule(ctx context.Context, sender sdk.AccAddress, module string, amt sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, recipient sdk.AccAddress, amt sdk.Coins) error
}

// SeedKeeper is what x/workers asks of the beacon, which lies above it and is bound
// late.
type SeedKeeper interface {
	// DrawSeed returns the seed of a draw of what was fixed, for good, in block
	// lockHeight or before; ready is false while there is none. An error means that
	// the lock is too old: lock again.
	DrawSeed(ctx context.Context, lockHeight int64) (seed []byte, ready bool, err error)
}

// BondKeeper is what x/workers asks of x/staking-ext.
type BondKeeper interface {
	// Eligible says whether the operator's bond lets it take work.
	Eligible(ctx context.Context, operator sdk.AccAddress) (bool, error)
	// FreeBond is the part of the bond that secures nothing yet, in uopen.
	// It is asked only for eligible operators.
	FreeBond(ctx context.Context, operator sdk.AccAddress) (math.Int, error)
	// SetRewardWeight says by what weight the operator earns from now on, 0 for not
	// at all. It is called when the weight becomes another one, and with the same
	// one when parameters may have changed what it counts; whether or not there is a
	// bond. An error refuses what the operator or its daemon does.
	SetRewardWeight(ctx context.Context, operator sdk.AccAddress, weight uint64) error
}
