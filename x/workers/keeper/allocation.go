// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// Allocate takes a part of an Xnode for a subject, such as "task/7". The Xnode
// must be ACTIVE (ErrInvalidStatus) and have that much free
// (ErrInsufficientResources); a subject holds at most one allocation on it
// (ErrAllocationExists). until is the height after which the work is over, 0 for
// an open end: it must be so before the operator wants the Xnode back
// (ErrReclaimed). Nothing is released by itself.
func (k *Keeper) Allocate(ctx context.Context, operator sdk.AccAddress, subject string, r workers.Resources, until int64) error {
	if err := (workers.Allocation{Subject: subject, Resources: r}).Validate(); err != nil {
		return err
	}
	x, err := k.live(ctx, operator)
	if err != nil {
		return err
	}
	if x.Status != workers.XNODE_STATUS_ACTIVE {
		return errorsmod.Wrapf(workers.ErrInvalidStatus, "%s takes no new work", x.Status)
	}
	if !x.LastsUntil(until) {
		return errorsmod.Wrapf(workers.ErrReclaimed, "at height %d", x.ReclaimHeight)
	}
	if free := x.Free(); !free.Fits(r) {
		return errorsmod.Wrapf(workers.ErrInsufficientResources, "need %s, free %s", r.String(), free.String())
	}
	key := collections.Join(operator, subject)
	if held, err := k.Allocations.Has(ctx, key); err != nil {
		return err
	} else if held {
		return errorsmod.Wrapf(workers.ErrAllocationExists, "%q on %s", subject, x.Operator)
	}
	if x.Allocated, err = x.Allocated.Add(r); err != nil {
		return err
	}
	if err := k.Allocations.Set(ctx, key, r); err != nil {
		return err
	}
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	return emit(ctx, &workers.EventAllocated{Operator: x.Operator, Subject: subject, Resources: r})
}

// Release gives back what a subject holds (ErrNoAllocation). It works whatever
// the Xnode's status: work always ends.
func (k *Keeper) Release(ctx context.Context, operator sdk.AccAddress, subject string) error {
	key := collections.Join(operator, subject)
	r, err := k.Allocations.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return errorsmod.Wrapf(workers.ErrNoAllocation, "%.128q on %s", subject, operator)
	}
	if err != nil {
		return err
	}
	x, err := k.live(ctx, operator)
	if err != nil {
		return err
	}
	if x.Allocated, err = x.Allocated.Sub(r); err != nil {
		return err
	}
	if err := k.Allocations.Remove(ctx, key); err != nil {
		return err
	}
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	return emit(ctx, &workers.EventReleased{Operator: x.Operator, Subject: subject, Resources: r})
}
