// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"context"

	"cosmossdk.io/core/address"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
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
