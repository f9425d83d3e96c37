// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// answering finds whom a signer speaks for and checks that a window takes its answer: the
// window runs, the Xnode's claim is older than it, and there is no answer yet.
func (k *Keeper) answering(ctx context.Context, class por.Class, signer sdk.AccAddress, number uint64) (sdk.AccAddress, por.Window, por.Capacity, error) {
	operator, w, m, found, err := k.asked(ctx, class, signer, number)
	if err != nil {
		return nil, w, por.Capacity{}, err
	}
	if !w.Answers(height(ctx)) {
		return nil, w, por.Capacity{}, errorsmod.Wrapf(por.ErrNotAnswering, "%s window %d, until height %d", class.Name(), w.Number, w.Deadline)
	}
	if found {
		return nil, w, por.Capacity{}, errorsmod.Wrapf(por.ErrAlreadyAnswered, "at height %d", m.AnsweredHeight)
	}
	capacity, known, err := k.capacity(ctx, operator, class)
	if err != nil {
		return nil, w, capacity, err
	}
	if !known || capacity.Claimed == 0 || capacity.ClaimedHeight >= w.OpenedHeight {
		return nil, w, capacity, errorsmod.Wrapf(por.ErrNotMember, "%s window %d opened at height %d", class.Name(), w.Number, w.OpenedHeight)
	}
	return operator, w, capacity, nil
}

// asked finds whom a signer speaks for, the window that runs, and what it knows of the Xnode.
func (k *Keeper) asked(ctx context.Context, class por.Class, signer sdk.AccAddress, number uint64) (sdk.AccAddress, por.Window, por.Measurement, bool, error) {
	var (
		w por.Window
		m por.Measurement
	)
	operator, err := k.workers.OperatorBySigner(ctx, signer)
	if err != nil {
		return nil, w, m, false, err
	}
	w, running, err := k.runningWindow(ctx, class)
	if err != nil {
		return nil, w, m, false, err
	}
	if !running || w.Number != number {
		return nil, w, m, false, errorsmod.Wrapf(por.ErrNotAnswering, "%s window %d does not run", class.Name(), number)
	}
	m, found, err := k.measurement(ctx, w, operator)
	return operator, w, m, found, err
}

// answer records an answer, with what of the class is in use just now.
func (k *Keeper) answer(ctx context.Context, w por.Window, operator sdk.AccAddress, capacity por.Capacity, m por.Measurement) error {
	x, err := k.workers.Xnode(ctx, operator)
	if err != nil {
		return err
	}
	m.Class, m.Window, m.Operator = w.Class, w.Number, capacity.Operator
	m.Claimed, m.Allocated, m.AnsweredHeight = capacity.Claimed, w.Class.Of(x.Allocated), height(ctx)
	if err := k.setMeasurement(ctx, operator, m); err != nil {
		return err
	}
	return emit(ctx, &por.EventAnswered{Class: w.Class, Window: w.Number, Operator: m.Operator, ProofHash: m.ProofHash})
}
