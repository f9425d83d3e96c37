// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	_ sdk.Msg = &MsgRegisterBeaconKey{}
	_ sdk.Msg = &MsgDeactivateBeaconKey{}
	_ sdk.Msg = &MsgUpdateParams{}
	_ sdk.Msg = &MsgProveStorage{}
	_ sdk.Msg = &MsgCommitCpu{}
	_ sdk.Msg = &MsgRevealCpu{}
)

// Validate checks what can be checked without state, and returns the operator.
func (m *MsgRegisterBeaconKey) Validate(validators address.Codec) (sdk.ValAddress, error) {
	operator, err := operatorOf(validators, m.Validator)
	if err != nil {
		return nil, err
	}
	if len(m.Proof) != ProofSize {
		return nil, errors.Wrapf(ErrNoPossession, "proof of %d bytes, must be %d", len(m.Proof), ProofSize)
	}
	return operator, ValidatePubKey(m.PubKey)
}

// Validate checks what can be checked without state, and returns the operator.
func (m *MsgDeactivateBeaconKey) Validate(validators address.Codec) (sdk.ValAddress, error) {
	return operatorOf(validators, m.Validator)
}

func operatorOf(validators address.Codec, text string) (sdk.ValAddress, error) {
	operator, err := validators.StringToBytes(text)
	if err != nil {
		return nil, errors.Wrapf(ErrInvalidAddress, "validator: %s", err)
	}
	return operator, nil
}
