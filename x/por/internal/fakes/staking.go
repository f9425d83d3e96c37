// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package fakes has stand-ins for what x/por expects of other modules.
package fakes

import (
	"context"

	"cosmossdk.io/core/address"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

// ValidatorCodec spells operator addresses as the chain does.
var ValidatorCodec = addresscodec.NewBech32Codec("openvaloper")

// Staking knows validators by their two addresses.
type Staking struct {
	byCons  map[string]sdk.ValAddress
	pending map[string]stakingtypes.ConsAddrLockType
}

// Add makes a validator.
func (s *Staking) Add(operator sdk.ValAddress, consAddr sdk.ConsAddress) {
	if s.byCons == nil {
		s.byCons = map[string]sdk.ValAddress{}
		s.pending = map[string]stakingtypes.ConsAddrLockType{}
	}
	s.byCons[string(consAddr)] = operator
}

// Lock makes a consensus address known to key rotation only, as it is at the block in which
// CometBFT uses it already and x/staking not yet.
func (s *Staking) Lock(consAddr sdk.ConsAddress, kind stakingtypes.ConsAddrLockType) {
	s.pending[string(consAddr)] = kind
}

// ValidatorAddressCodec is ValidatorCodec.
func (s *Staking) ValidatorAddressCodec() address.Codec { return ValidatorCodec }

// GetValidator finds by operator.
func (s *Staking) GetValidator(_ context.Context, operator sdk.ValAddress) (stakingtypes.Validator, error) {
	for _, known := range s.byCons {
		if known.Equals(operator) {
			return validator(operator)
		}
	}
	return stakingtypes.Validator{}, stakingtypes.ErrNoValidatorFound
}

// GetValidatorByConsAddr finds by consensus address, unless that is locked.
func (s *Staking) GetValidatorByConsAddr(_ context.Context, consAddr sdk.ConsAddress) (stakingtypes.Validator, error) {
	operator, ok := s.byCons[string(consAddr)]
	if _, locked := s.pending[string(consAddr)]; !ok || locked {
		return stakingtypes.Validator{}, stakingtypes.ErrNoValidatorFound
	}
	return validator(operator)
}

// GetRotationLockedConsAddr finds what Lock has locked.
func (s *Staking) GetRotationLockedConsAddr(_ context.Context, consAddr sdk.ConsAddress) (stakingtypes.ConsAddrLockType, sdk.ValAddress, bool, error) {
	kind, ok := s.pending[string(consAddr)]
	return kind, s.byCons[string(consAddr)], ok, nil
}

func validator(operator sdk.ValAddress) (stakingtypes.Validator, error) {
	text, err := ValidatorCodec.BytesToString(operator)
	return stakingtypes.Validator{OperatorAddress: text}, err
}
