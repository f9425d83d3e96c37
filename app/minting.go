// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
)

// provisionTaker takes its share of what was minted from the minting module's
// account, and returns the rest.
type provisionTaker interface {
	AddProvision(ctx context.Context, module string, minted sdk.Coins) sdk.Coins
}

// mintBank is the bank as x/mint sees it: on the way from x/mint to the fee
// collector, where fees wait too, operators' rewards take their share of the
// provision. So the share is of what was minted, and never of a fee.
type mintBank struct {
	minttypes.BankKeeper
	rewards provisionTaker
}

// SendCoinsFromModuleToModule implements minttypes.BankKeeper.
func (b mintBank) SendCoinsFromModuleToModule(ctx context.Context, sender, recipient string, amount sdk.Coins) error {
	if sender == minttypes.ModuleName && recipient == authtypes.FeeCollectorName {
		amount = b.rewards.AddProvision(ctx, sender, amount)
	}
	return b.BankKeeper.SendCoinsFromModuleToModule(ctx, sender, recipient, amount)
}
