// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	_ sdk.Msg = &MsgSubmitVerdict{}
	_ sdk.Msg = &MsgShowEvidence{}
	_ sdk.Msg = &MsgReportEquivocation{}
	_ sdk.Msg = &MsgReportFraud{}
	_ sdk.Msg = &MsgDisputeVerdict{}
)

// Validate checks what can be checked without state, and returns sender and subject.
func (m *MsgSubmitVerdict) Validate(accounts address.Codec) (sender, subject sdk.AccAddress, err error) {
	if len(m.Attestations) == 0 || len(m.Attestations) > MaxSeats {
		return nil, nil, errors.Wrapf(ErrTooManyItems, "%d attestations, must be 1 to %d", len(m.Attestations), MaxSeats)
	}
	return two(accounts, "sender", m.Sender, "subject", m.Subject)
}

// Validate checks what can be checked without state, and returns the subject.
func (m *MsgShowEvidence) Validate(accounts address.Codec) (subject sdk.AccAddress, err error) {
	_, subject, err = two(accounts, "sender", m.Sender, "subject", m.Subject)
	return subject, err
}

// Validate checks what can be checked without state, and returns reporter and subject.
func (m *MsgReportEquivocation) Validate(accounts address.Codec) (reporter, subject sdk.AccAddress, err error) {
	return two(accounts, "reporter", m.Reporter, "subject", m.Subject)
}

// Validate checks what can be checked without state, and returns reporter and operator.
func (m *MsgReportFraud) Validate(accounts address.Codec) (reporter, operator sdk.AccAddress, err error) {
	if err := m.Evidence.Validate(m.Class); err != nil {
		return nil, nil, err
	}
	return two(accounts, "reporter", m.Reporter, "operator", m.Operator)
}

// Validate checks what can be checked without state, and returns the subject.
func (m *MsgDisputeVerdict) Validate(accounts address.Codec) (subject sdk.AccAddress, err error) {
	return AccountOf(accounts, "subject", m.Subject)
}

// AccountOf parses an address of this chain (ErrInvalidAddress).
func AccountOf(accounts address.Codec, what, text string) (sdk.AccAddress, error) {
	bz, err := accounts.StringToBytes(text)
	if err != nil {
		return nil, errors.Wrapf(ErrInvalidAddress, "%s: %s", what, err)
	}
	return bz, nil
}

func two(accounts address.Codec, whatA, a, whatB, b string) (sdk.AccAddress, sdk.AccAddress, error) {
	first, err := AccountOf(accounts, whatA, a)
	if err != nil {
		return nil, nil, err
	}
	second, err := AccountOf(accounts, whatB, b)
	return first, second, err
}
