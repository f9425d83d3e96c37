// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// XnodeHooks is how modules above learn what an operator says of an Xnode and
// whether it is there. All are called with the new state written; an error
// refuses the change.
type XnodeHooks interface {
	// AfterXnodeClaimed is called when the claimed resources become others: with a
	// registration, with a card that claims something else, and with zero when the
	// Xnode is retired. It may call SetVerified.
	AfterXnodeClaimed(ctx context.Context, operator sdk.AccAddress, claimed Resources) error
	// AfterXnodeOnline is called when an Xnode comes online or goes offline.
	AfterXnodeOnline(ctx context.Context, operator sdk.AccAddress, online bool) error
}

// ReclaimHooks is how modules above learn that a machine goes back to its owner.
type ReclaimHooks interface {
	// AfterXnodeReclaim is called with the new state written when a reclaim is
	// announced, with the height; when it is due, with the height of this block; and
	// when it is cancelled, with 0. An error refuses a message; a reclaim that is due
	// is then tried again some blocks later.
	AfterXnodeReclaim(ctx context.Context, operator sdk.AccAddress, at int64) error
}

// MultiReclaimHooks calls several hooks in order and stops at the first error.
type MultiReclaimHooks []ReclaimHooks

var _ ReclaimHooks = MultiReclaimHooks(nil)

// NewMultiReclaimHooks joins hooks.
func NewMultiReclaimHooks(hooks ...ReclaimHooks) MultiReclaimHooks { return hooks }

// AfterXnodeReclaim implements ReclaimHooks.
func (m MultiReclaimHooks) AfterXnodeReclaim(ctx context.Context, operator sdk.AccAddress, at int64) error {
	for _, h := range m {
		if err := h.AfterXnodeReclaim(ctx, operator, at); err != nil {
			return err
		}
	}
	return nil
}

// MultiXnodeHooks calls several hooks in order and stops at the first error.
type MultiXnodeHooks []XnodeHooks

var _ XnodeHooks = MultiXnodeHooks(nil)

// NewMultiXnodeHooks joins hooks.
func NewMultiXnodeHooks(hooks ...XnodeHooks) MultiXnodeHooks { return hooks }

// AfterXnodeClaimed implements XnodeHooks.
func (m MultiXnodeHooks) AfterXnodeClaimed(ctx context.Context, operator sdk.AccAddress, claimed Resources) error {
	for _, h := range m {
		if err := h.AfterXnodeClaimed(ctx, operator, claimed); err != nil {
			return err
		}
	}
	return nil
}

// AfterXnodeOnline implements XnodeHooks.
func (m MultiXnodeHooks) AfterXnodeOnline(ctx context.Context, operator sdk.AccAddress, online bool) error {
	for _, h := range m {
		if err := h.AfterXnodeOnline(ctx, operator, online); err != nil {
			return err
		}
	}
	return nil
}
