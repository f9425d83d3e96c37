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
	"github.com/openmesh-network/openmesh/x/workers/sumtree"
)

// TotalWeight is the sum of the weights of all Xnodes.
func (k *Keeper) TotalWeight(ctx context.Context) (uint64, error) { return k.Weights.Total(ctx) }

// WeightOf is the weight that a stored Xnode is drawn with.
func (k *Keeper) WeightOf(ctx context.Context, x workers.Xnode) (uint64, error) {
	if x.IsRetired() {
		return 0, nil
	}
	return k.Weights.Weight(ctx, x.Slot)
}

// Reweigh has every Xnode weighed again, from the next end of a block on.
// x/staking-ext's governance may change what an eligible bond is without
// touching any bond; that is when to call it.
func (k *Keeper) Reweigh(ctx context.Context) error {
	_, first, err := k.operatorsFrom(ctx, nil, 0)
	if err != nil || first == nil {
		return err
	}
	return k.ReweighCursor.Set(ctx, first)
}

// reweigh is save, of what is stored: parameters, of this module or of
// x/staking-ext, made the weights others, or what they count.
func (k *Keeper) reweigh(ctx context.Context, operator sdk.AccAddress) error {
	x, found, err := k.stored(ctx, operator)
	if err != nil || !found {
		return err
	}
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	// save tells of another weight only.
	if x, err = k.Xnode(ctx, operator); err != nil {
		return err
	}
	return k.bonds.SetRewardWeight(ctx, operator, x.RewardWeight)
}

// weigh brings the sum tree up to date with a live Xnode.
func (k *Keeper) weigh(ctx context.Context, operator sdk.AccAddress, x workers.Xnode) error {
	weight, err := k.computeWeight(ctx, operator, x)
	if err != nil {
		return err
	}
	err = k.Weights.Set(ctx, x.Slot, weight)
	if errors.Is(err, sumtree.ErrOverflow) {
		return errorsmod.Wrap(workers.ErrWeightOverflow, err.Error())
	}
	return err
}

// computeWeight asks for the bond only where it matters.
func (k *Keeper) computeWeight(ctx context.Context, operator sdk.AccAddress, x workers.Xnode) (uint64, error) {
	if !x.TakesWork() {
		return 0, nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	eligible, err := k.bonds.Eligible(ctx, operator)
	if err != nil || !eligible {
		return 0, err
	}
	freeBond, err := k.bonds.FreeBond(ctx, operator)
	if err != nil {
		return 0, err
	}
	return x.Weight(freeBond, params), nil
}

// stored returns an operator's live Xnode, and whether there is one.
func (k *Keeper) stored(ctx context.Context, operator sdk.AccAddress) (workers.Xnode, bool, error) {
	x, err := k.Xnodes.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return x, false, nil
	}
	return x, err == nil && !x.IsRetired(), err
}
