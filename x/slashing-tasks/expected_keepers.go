// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// AccountKeeper is what the module needs of x/auth.
type AccountKeeper interface {
	GetModuleAddress(name string) sdk.AccAddress
	GetModuleAccount(ctx context.Context, name string) sdk.ModuleAccountI
}

// BankKeeper is what the module needs of x/bank.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SendCoinsFromAccountToModule(ctx context.Context, sender sdk.AccAddress, module string, amt sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, recipient sdk.AccAddress, amt sdk.Coins) error
	BurnCoins(ctx context.Context, module string, amt sdk.Coins) error
}

// BeaconKeeper is what the module needs of x/por.
type BeaconKeeper interface {
	// DrawSeed returns the first seed that nobody could know at lockHeight;
	// ready is false while there is none. por.ErrSeedPruned asks to lock again.
	DrawSeed(ctx context.Context, lockHeight int64) (seed []byte, ready bool, err error)
}

// BondKeeper is what the module needs of x/staking-ext.
type BondKeeper interface {
	Lock(ctx context.Context, operator sdk.AccAddress, subject string, amount math.Int, until int64) error
	Unlock(ctx context.Context, operator sdk.AccAddress, subject string) error
	// Slash and ReportFault return what was taken, in uopen.
	Slash(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault, fractionBps uint32) (math.Int, error)
	ReportFault(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault) (math.Int, error)
	Tombstone(ctx context.Context, operator sdk.AccAddress) error
	// GetParams returns what bonds are held to now.
	GetParams(ctx context.Context) (stakingext.Params, error)
}

// WorkerKeeper is what the module needs of x/workers.
type WorkerKeeper interface {
	Xnode(ctx context.Context, operator sdk.AccAddress) (workers.Xnode, error)
	// OperatorBySigner returns workers.ErrUnknownSigner where there is none.
	OperatorBySigner(ctx context.Context, signer sdk.AccAddress) (sdk.AccAddress, error)
	// DrawXnodes draws at most n that meet the need, weighted and without replacement.
	DrawXnodes(ctx context.Context, seed []byte, n int, need workers.Need, exclude []sdk.AccAddress) ([]workers.Xnode, error)
	Allocate(ctx context.Context, operator sdk.AccAddress, subject string, r workers.Resources, until int64) error
	Release(ctx context.Context, operator sdk.AccAddress, subject string) error
	// Rate moves the operator's rating: workers.ErrNotRegistered where it never was.
	Rate(ctx context.Context, operator sdk.AccAddress, subject string, cause workers.RatingCause) error
}
