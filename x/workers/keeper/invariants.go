// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// CheckInvariants walks the whole store (ErrInvariant): the state is one that
// genesis validation accepts, so allocations add up; every index holds exactly
// what it should; the sum tree adds up and holds the weights that follow from
// bonds and Xnodes, unless weighing is under way. For tests and tools.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := gs.Validate(k.ac); err != nil {
		return broken("state: %w", err)
	}
	if err := k.Weights.CheckInvariants(ctx); err != nil {
		return broken("%w", err)
	}
	var want indexSizes
	for _, x := range gs.Xnodes {
		if err := k.checkXnode(ctx, x, gs.ReweighCursor == "", &want); err != nil {
			return err
		}
	}
	got, err := k.indexSizes(ctx)
	if err != nil {
		return err
	}
	if got != want {
		return broken("indexes have %+v entries, want %+v", got, want)
	}
	return k.checkServices(ctx, gs)
}

// indexSizes counts the entries of the indexes. Together with every expected
// entry being there, equal counts mean that there is nothing else.
type indexSizes struct{ signers, slots, deadlines, reclaims int }

func (k *Keeper) checkXnode(ctx context.Context, x workers.Xnode, checkWeight bool, want *indexSizes) error {
	operator, err := k.address(x.Operator)
	if err != nil {
		return err
	}
	for _, text := range append([]string{x.Signer}, x.PastSigners...) {
		signer, err := k.address(text)
		if err != nil {
			return err
		}
		want.signers++
		if owner, err := k.Signers.Get(ctx, signer); err != nil || !owner.Equals(operator) {
			return broken("signer %s is not indexed to %s", text, x.Operator)
		}
	}
	if x.IsRetired() {
		return nil
	}
	want.slots++
	if owner, err := k.Slots.Get(ctx, x.Slot); err != nil || !owner.Equals(operator) {
		return broken("slot %d is not indexed to %s", x.Slot, x.Operator)
	}
	if x.Deadline > 0 {
		want.deadlines++
		if queued, err := k.Deadlines.Has(ctx, collections.Join(x.Deadline, operator)); err != nil || !queued {
			return broken("%s is not in the queue at %d", x.Operator, x.Deadline)
		}
	}
	if x.ReclaimHeight > 0 {
		want.reclaims++
		if queued, err := k.Reclaims.Has(ctx, collections.Join(x.ReclaimHeight, operator)); err != nil || !queued {
			return broken("%s is not to be reclaimed at %d", x.Operator, x.ReclaimHeight)
		}
	}
	if !checkWeight {
		return nil
	}
	computed, err := k.computeWeight(ctx, operator, x)
	if err != nil {
		return err
	}
	stored, err := k.Weights.Weight(ctx, x.Slot)
	if err != nil {
		return err
	}
	if computed != stored {
		return broken("weight of %s is %d, should be %d", x.Operator, stored, computed)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if reward := x.ComputeRewardWeight(params); reward != x.RewardWeight {
		return broken("reward weight of %s is %d, should be %d", x.Operator, x.RewardWeight, reward)
	}
	return nil
}

func (k *Keeper) indexSizes(ctx context.Context) (n indexSizes, err error) {
	err = errors.Join(
		k.Signers.Walk(ctx, nil, func(_, _ sdk.AccAddress) (bool, error) { n.signers++; return false, nil }),
		k.Slots.Walk(ctx, nil, func(_ uint64, _ sdk.AccAddress) (bool, error) { n.slots++; return false, nil }),
		k.Deadlines.Walk(ctx, nil, func(collections.Pair[int64, sdk.AccAddress]) (bool, error) { n.deadlines++; return false, nil }),
		k.Reclaims.Walk(ctx, nil, func(collections.Pair[int64, sdk.AccAddress]) (bool, error) { n.reclaims++; return false, nil }),
	)
	return n, err
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{workers.ErrInvariant}, args...)...)
}
