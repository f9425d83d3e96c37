// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"context"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// StakingKeeper is what the beacon needs to know of the validators. The SDK's x/staking has it.
type StakingKeeper interface {
	// ValidatorAddressCodec translates operator addresses.
	ValidatorAddressCodec() address.Codec
	// GetValidator returns a validator, or stakingtypes.ErrNoValidatorFound.
	GetValidator(ctx context.Context, operator sdk.ValAddress) (stakingtypes.Validator, error)
	// GetValidatorByConsAddr returns a validator, or stakingtypes.ErrNoValidatorFound.
	GetValidatorByConsAddr(ctx context.Context, consAddr sdk.ConsAddress) (stakingtypes.Validator, error)
	// GetRotationLockedConsAddr returns whose key rotation holds a consensus address.
	GetRotationLockedConsAddr(ctx context.Context, consAddr sdk.ConsAddress) (stakingtypes.ConsAddrLockType, sdk.ValAddress, bool, error)
}

// WorkerKeeper is what the module needs of x/workers.
type WorkerKeeper interface {
	// Xnode returns workers.ErrNotRegistered where the operator never had one.
	Xnode(ctx context.Context, operator sdk.AccAddress) (workers.Xnode, error)
	// OperatorBySigner returns workers.ErrUnknownSigner where there is none.
	OperatorBySigner(ctx context.Context, signer sdk.AccAddress) (sdk.AccAddress, error)
	// DrawXnodes draws at most n that meet the need, weighted and without replacement.
	DrawXnodes(ctx context.Context, seed []byte, n int, need workers.Need, exclude []sdk.AccAddress) ([]workers.Xnode, error)
	// SetVerified says what an Xnode is known to have, and what shows it.
	SetVerified(ctx context.Context, operator sdk.AccAddress, verified workers.Resources, evidence string) error
}

// BondKeeper is what the module needs of x/staking-ext.
type BondKeeper interface {
	// ReportFault applies the penalty of the fault's track and returns what was taken, in uopen.
	ReportFault(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault) (math.Int, error)
	// Backs says whether an account has a stake in an operator's bond.
	Backs(ctx context.Context, backer, operator sdk.AccAddress) (bool, error)
}

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
