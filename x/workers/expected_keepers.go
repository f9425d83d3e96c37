// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BondKeeper is what x/workers asks of x/staking-ext.
type BondKeeper interface {
	// Eligible says whether the operator's bond lets it take work.
	Eligible(ctx context.Context, operator sdk.AccAddress) (bool, error)
	// FreeBond is the part of the bond that secures nothing yet, in uopen.
	// It is asked only for eligible operators.
	FreeBond(ctx context.Context, operator sdk.AccAddress) (math.Int, error)
}
