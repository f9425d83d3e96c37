// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"cosmossdk.io/core/address"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

var (
	_ sdk.Msg = &MsgSubmitTask{}
	_ sdk.Msg = &MsgCommit{}
	_ sdk.Msg = &MsgReveal{}
	_ sdk.Msg = &MsgDecline{}
	_ sdk.Msg = &MsgChallenge{}
	_ sdk.Msg = &MsgReportEquivocation{}
	_ sdk.Msg = &MsgUpdateParams{}
)

// Validate checks what can be checked without state, and returns the terms that
// the task will have and its requester.
func (m *MsgSubmitTask) Validate(ac address.Codec, p Params) (Terms, sdk.AccAddress, error) {
	requester, err := ParseAddress(ac, "requester", m.Requester)
	if err != nil {
		return Terms{}, nil, err
	}
	if err := m.Program.Validate(p); err != nil {
		return Terms{}, nil, err
	}
	if err := ValidateSources(m.Sources); err != nil {
		return Terms{}, nil, err
	}
	terms, err := NewTerms(p, Offer{
		Verify: m.Verify, Seats: m.Seats, SeatFee: m.SeatFee, GasPrice: m.GasPrice, MinRatingBps: m.MinRatingBps,
	})
	if err != nil {
		return Terms{}, nil, err
	}
	if terms, err = terms.Secured(p, m.Program.GasLimit); err != nil {
		return Terms{}, nil, err
	}
	need := terms.Escrow(m.Program.GasLimit)
	switch {
	case m.MaxFee.Denom != p.FeeDenom:
		return Terms{}, nil, ErrMaxFee.Wrapf("it is in %q, fees are in %s", clip(m.MaxFee.Denom), p.FeeDenom)
	case m.MaxFee.Amount.IsNil() || m.MaxFee.Amount.LT(need):
		return Terms{}, nil, ErrMaxFee.Wrapf("the committees %v need %s%s; ask for a quote", terms.Ladder, need, p.FeeDenom)
	}
	return terms, requester, nil
}

// ParseAddress reads an account address (ErrInvalidAddress).
func ParseAddress(ac address.Codec, name, text string) (sdk.AccAddress, error) {
	addr, err := ac.StringToBytes(text)
	if err != nil {
		return nil, ErrInvalidAddress.Wrapf("%s %q: %s", name, clip(text), err)
	}
	if len(addr) > maxAddress {
		return nil, ErrInvalidAddress.Wrapf("%s: %d bytes, at most %d", name, len(addr), maxAddress)
	}
	return addr, nil
}

// maxAddress bounds addresses, in bytes: accounts have 20, modules' and contracts' 32.
const maxAddress = 64

// clip shortens what a stranger wrote, for error texts.
func clip(s string) string {
	const limit = 64
	if len(s) > limit {
		return s[:limit] + "..."
	}
	return s
}
