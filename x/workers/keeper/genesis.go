// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// InitGenesis fills an empty store. Bonds must be there already: the weights
// follow from them.
func (k *Keeper) InitGenesis(ctx context.Context, gs *workers.GenesisState) error {
	if err := gs.Validate(k.ac); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.Weights.Restore(ctx, gs.SlotCount, gs.FreeSlots); err != nil {
		return err
	}
	for _, x := range gs.Xnodes {
		if err := k.restoreXnode(ctx, x, gs.ReweighCursor); err != nil {
			return err
		}
	}
	for _, a := range gs.Allocations {
		operator, err := k.address(a.Operator)
		if err != nil {
			return err
		}
		if err := k.Allocations.Set(ctx, collections.Join(operator, a.Subject), a.Resources); err != nil {
			return err
		}
	}
	if err := k.initServices(ctx, gs); err != nil {
		return err
	}
	if gs.ReweighCursor == "" {
		return nil
	}
	cursor, err := k.address(gs.ReweighCursor)
	if err != nil {
		return err
	}
	return k.ReweighCursor.Set(ctx, cursor)
}

// restoreXnode also works out the weights of an Xnode, but for the reward weight
// of one that waits for re-weighing: that is the one x/staking-ext was told.
func (k *Keeper) restoreXnode(ctx context.Context, x workers.Xnode, cursor string) error {
	operator, err := k.address(x.Operator)
	if err != nil {
		return err
	}
	for _, text := range append([]string{x.Signer}, x.PastSigners...) {
		signer, err := k.address(text)
		if err != nil {
			return err
		}
		if err := k.Signers.Set(ctx, signer, operator); err != nil {
			return err
		}
	}
	if x.IsRetired() {
		return k.Xnodes.Set(ctx, operator, x)
	}
	if err := k.Slots.Set(ctx, x.Slot, operator); err != nil {
		return err
	}
	if x.Deadline > 0 {
		if err := k.setDeadline(ctx, operator, &x, x.Deadline); err != nil {
			return err
		}
	}
	if x.ReclaimHeight > 0 {
		if err := k.setReclaim(ctx, operator, &x, x.ReclaimHeight); err != nil {
			return err
		}
	}
	if cursor != "" {
		first, err := k.address(cursor)
		if err != nil {
			return err
		}
		if bytes.Compare(operator, first) >= 0 {
			if err := k.Xnodes.Set(ctx, operator, x); err != nil {
				return err
			}
			return k.weigh(ctx, operator, x)
		}
	}
	return k.save(ctx, operator, x)
}

// ExportGenesis returns the whole state. The same state gives the same bytes.
func (k *Keeper) ExportGenesis(ctx context.Context) (*workers.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	gs := &workers.GenesisState{Params: params}
	err = k.Xnodes.Walk(ctx, nil, func(_ sdk.AccAddress, x workers.Xnode) (bool, error) {
		gs.Xnodes = append(gs.Xnodes, x)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Allocations.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, string], r workers.Resources) (bool, error) {
		text, err := k.text(key.K1())
		gs.Allocations = append(gs.Allocations, workers.Allocation{Operator: text, Subject: key.K2(), Resources: r})
		return false, err
	})
	if err != nil {
		return nil, err
	}
	if gs.SlotCount, gs.FreeSlots, err = k.Weights.Slots(ctx); err != nil {
		return nil, err
	}
	if err := k.exportServices(ctx, gs); err != nil {
		return nil, err
	}
	cursor, err := k.ReweighCursor.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return gs, nil
	}
	if err != nil {
		return nil, err
	}
	gs.ReweighCursor, err = k.text(cursor)
	return gs, err
}
