// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import sdk "github.com/cosmos/cosmos-sdk/types"

var (
	_ sdk.Msg = (*MsgBond)(nil)
	_ sdk.Msg = (*MsgUnbond)(nil)
	_ sdk.Msg = (*MsgUnjail)(nil)
	_ sdk.Msg = (*MsgReleaseExpiredLock)(nil)
	_ sdk.Msg = (*MsgBack)(nil)
	_ sdk.Msg = (*MsgUnback)(nil)
	_ sdk.Msg = (*MsgWithdrawBackerRewards)(nil)
	_ sdk.Msg = (*MsgSetCommission)(nil)
	_ sdk.Msg = (*MsgClaimRewards)(nil)
	_ sdk.Msg = (*MsgBondService)(nil)
	_ sdk.Msg = (*MsgUnbondService)(nil)
	_ sdk.Msg = (*MsgUpdateParams)(nil)
)

// CheckCoin refuses what is no positive amount of the bond denom: ErrInvalidAmount
// or ErrWrongDenom.
func CheckCoin(coin sdk.Coin, bondDenom string) error {
	if coin.Denom != bondDenom {
		return ErrWrongDenom.Wrapf("got %q, only %q is bonded", clip(coin.Denom), bondDenom)
	}
	if coin.Amount.IsNil() || !coin.Amount.IsPositive() {
		return ErrInvalidAmount.Wrap("it must be positive")
	}
	return nil
}

// clip keeps a stranger's text short enough for an error message.
func clip(s string) string {
	const limit = 64
	if len(s) > limit {
		return s[:limit] + "..."
	}
	return s
}
