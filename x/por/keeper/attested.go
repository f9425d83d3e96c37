// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// windowOpened is called when a window has opened, with it stored.
func (k *Keeper) windowOpened(context.Context, por.Params, por.Window) error { return nil }

// windowDrawn is called when a window's draw is ready, before it is stored. For a class that
// committees attest it is when they begin to be drawn: whoever is to be measured has made ready by
// now, and knows of its verifiers only from here on.
func (k *Keeper) windowDrawn(ctx context.Context, _ por.Params, w *por.Window) error {
	if !w.Class.Attested() {
		return nil
	}
	return k.DrawCursors.Set(ctx, collections.Join(uint32(w.Class), w.Number), sdk.AccAddress{})
}

// judgeAttested judges an Xnode's window of a class that committees attest.
func (k *Keeper) judgeAttested(ctx context.Context, params por.Params, w por.Window, operator sdk.AccAddress, _ por.Measurement) (por.Finding, error) {
	return k.closeCommittee(ctx, params, w, operator)
}

// askAttested fills in what a window of a class that committees attest asks of an Xnode: to be ready
// for its committee while that may measure.
func (k *Keeper) askAttested(ctx context.Context, w por.Window, _ sdk.AccAddress, _ por.Measurement, _ bool, duty *por.ProofDuty) error {
	switch next := height(ctx) + 1; {
	case w.Reveals(next):
		duty.Action, duty.Until = por.ACTION_STAND, w.RevealDeadline
	case w.Phase == por.PHASE_ANSWERING || w.Phase == por.PHASE_DRAWING:
		duty.Action = por.ACTION_WAIT
	}
	return nil
}
