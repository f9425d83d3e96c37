// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/workers"
)

// ProofDuty returns what the window that runs in a class asks of an Xnode, if it asks anything.
func (k *Keeper) ProofDuty(ctx context.Context, class por.Class, operator sdk.AccAddress) (por.ProofDuty, bool, error) {
	w, running, err := k.runningWindow(ctx, class)
	if err != nil || !running {
		return por.ProofDuty{}, false, err
	}
	return k.duties(ctx, w, operator)
}

// Signer returns the account that speaks for an operator's Xnode; empty if it is retired.
func (k *Keeper) Signer(ctx context.Context, operator sdk.AccAddress) (string, error) {
	x, err := k.workers.Xnode(ctx, operator)
	if err != nil || x.IsRetired() {
		return "", err
	}
	return x.Signer, nil
}

// duties returns what a window that runs asks of an Xnode, if it asks anything.
func (k *Keeper) duties(ctx context.Context, w por.Window, operator sdk.AccAddress) (por.ProofDuty, bool, error) {
	capacity, known, err := k.capacity(ctx, operator, w.Class)
	if err != nil || !known {
		return por.ProofDuty{}, false, err
	}
	m, answered, err := k.measurement(ctx, w, operator)
	if err != nil {
		return por.ProofDuty{}, false, err
	}
	if !answered && (capacity.Claimed == 0 || capacity.ClaimedHeight >= w.OpenedHeight) {
		return por.ProofDuty{}, false, nil
	}
	owed, err := k.wasOnline(ctx, w, operator)
	if err != nil {
		return por.ProofDuty{}, false, err
	}
	x, err := k.workers.Xnode(ctx, operator)
	if err != nil && !errors.Is(err, workers.ErrNotRegistered) {
		return por.ProofDuty{}, false, err
	}
	duty := por.ProofDuty{
		Window: w, Owed: owed, Claimed: capacity.Claimed, Allocated: w.Class.Of(x.Allocated),
		Challenge: w.Challenge(sdk.UnwrapSDKContext(ctx).ChainID(), operator),
	}
	switch w.Class {
	case por.CLASS_STORAGE:
		duty.MaxUnits = w.Terms.Storage.MaxClaimUnits(capacity.Claimed)
		k.askStorage(ctx, w, answered, &duty)
	case por.CLASS_CPU:
		err = k.askCpu(ctx, w, operator, m, answered, &duty)
	default:
		err = k.askAttested(ctx, w, operator, m, answered, &duty)
	}
	return duty, err == nil, err
}

// askStorage fills in what a storage window asks for. An answer of the next block is in time.
func (k *Keeper) askStorage(ctx context.Context, w por.Window, answered bool, duty *por.ProofDuty) {
	switch {
	case answered:
		duty.Action = por.ACTION_WAIT
	case w.Answers(height(ctx) + 1):
		duty.Action, duty.Until = por.ACTION_PROVE_STORAGE, w.Deadline
	}
}

// askCpu fills in what a CPU window asks for.
func (k *Keeper) askCpu(ctx context.Context, w por.Window, operator sdk.AccAddress, m por.Measurement, answered bool, duty *por.ProofDuty) (err error) {
	if function, ok := w.Function(); ok {
		duty.Function = &function
	}
	next := height(ctx) + 1
	switch {
	case !answered && w.Answers(next):
		duty.Action, duty.Until = por.ACTION_COMMIT_CPU, w.Deadline
	case answered && (w.Phase == por.PHASE_ANSWERING || w.Phase == por.PHASE_DRAWING):
		duty.Action = por.ACTION_WAIT
	case answered && m.RevealedHeight == 0 && w.Reveals(next):
		duty.Action, duty.Until = por.ACTION_REVEAL_CPU, w.RevealDeadline
		duty.Drawn, err = k.drawnSegments(ctx, w, operator, m)
	}
	return err
}
