// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BondHooks is how modules above learn that a bond has changed.
type BondHooks interface {
	// AfterBondChanged is called after every change of a bond's amount, locked
	// amount or status, with the new state written. The bond may be gone. An
	// error refuses the change.
	AfterBondChanged(ctx context.Context, operator sdk.AccAddress) error
	// AfterMinBondChanged is called when governance changed min_bond, and with
	// it which bonds are eligible, with the new params written.
	AfterMinBondChanged(ctx context.Context) error
}

// ParamsGuard is a module above whose params promise what those of this module have
// to carry.
type ParamsGuard interface {
	// GuardBondParams refuses params that governance is about to set and that do
	// not carry the guard's own. It must not change any state.
	GuardBondParams(ctx context.Context, params Params) error
}

// MultiBondHooks calls several hooks in order and stops at the first error.
type MultiBondHooks []BondHooks

var _ BondHooks = MultiBondHooks(nil)

// NewMultiBondHooks joins hooks.
func NewMultiBondHooks(hooks ...BondHooks) MultiBondHooks { return hooks }

// AfterBondChanged implements BondHooks.
func (m MultiBondHooks) AfterBondChanged(ctx context.Context, operator sdk.AccAddress) error {
	for _, h := range m {
		if err := h.AfterBondChanged(ctx, operator); err != nil {
			return err
		}
	}
	return nil
}

// AfterMinBondChanged implements BondHooks.
func (m MultiBondHooks) AfterMinBondChanged(ctx context.Context) error {
	for _, h := range m {
		if err := h.AfterMinBondChanged(ctx); err != nil {
			return err
		}
	}
	return nil
}
