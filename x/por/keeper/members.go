// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/workers"
)

// evidenceClaim stands for evidence where a claim changed.
const evidenceClaim = "claim"

var _ workers.XnodeHooks = (*Keeper)(nil)

// AfterXnodeClaimed implements workers.XnodeHooks: what is claimed became something else, in a
// registration, by a new card, or nothing, because the Xnode was retired.
func (k *Keeper) AfterXnodeClaimed(ctx context.Context, operator sdk.AccAddress, claimed workers.Resources) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, class := range por.Classes() {
		if err := k.claim(ctx, params, class, operator, class.Of(claimed)); err != nil {
			return err
		}
	}
	if claimed.IsZero() {
		return nil // it is retired: x/workers has taken everything back
	}
	return k.tell(ctx, params, operator, evidenceClaim)
}

// AfterXnodeOnline implements workers.XnodeHooks.
func (k *Keeper) AfterXnodeOnline(ctx context.Context, operator sdk.AccAddress, online bool) error {
	text, err := k.accounts.BytesToString(operator)
	if err != nil {
		return err
	}
	now := height(ctx)
	if online {
		return k.Presences.Set(ctx, operator, por.Presence{Operator: text, OnlineHeight: now})
	}
	presence, err := k.Presences.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		presence, err = por.Presence{Operator: text}, nil
	}
	if err != nil {
		return err
	}
	presence.OfflineHeight = now
	return k.Presences.Set(ctx, operator, presence)
}

// claim changes the claim in one class.
func (k *Keeper) claim(ctx context.Context, params por.Params, class por.Class, operator sdk.AccAddress, amount uint64) error {
	key := collections.Join(operator, uint32(class))
	capacity, err := k.Capacities.Get(ctx, key)
	terms, _ := params.Class(class)
	if terms.LapseWindows == 0 {
		terms.Score.Initial = por.MaxScore / 2 // the class has no params yet
	}
	if errors.Is(err, collections.ErrNotFound) {
		if amount == 0 {
			return nil
		}
		text, err := k.accounts.BytesToString(operator)
		if err != nil {
			return err
		}
		capacity = por.Capacity{Operator: text, Class: class, Score: terms.Score.Initial}
	} else if err != nil {
		return err
	}
	capacity.Claim(amount, height(ctx), terms.LapseWindows)
	if err := k.Capacities.Set(ctx, key, capacity); err != nil {
		return err
	}
	return k.setMember(ctx, class, operator, amount > 0)
}

// setMember keeps the index of members: whoever has a claim, or an answer in the window that
// runs, which is still judged after the claim is gone.
func (k *Keeper) setMember(ctx context.Context, class por.Class, operator sdk.AccAddress, claims bool) error {
	key := collections.Join(uint32(class), operator)
	if claims {
		return k.Members.Set(ctx, key)
	}
	pending, err := k.pending(ctx, class, operator)
	if err != nil || pending {
		return err
	}
	return k.Members.Remove(ctx, key)
}

// pending says whether the operator has an answer without verdict in the window that runs.
func (k *Keeper) pending(ctx context.Context, class por.Class, operator sdk.AccAddress) (bool, error) {
	w, running, err := k.runningWindow(ctx, class)
	if err != nil || !running {
		return false, err
	}
	m, found, err := k.measurement(ctx, w, operator)
	return found && m.ConcludedHeight == 0, err
}

// wasOnline says whether the operator's Xnode was online when the window opened.
func (k *Keeper) wasOnline(ctx context.Context, w por.Window, operator sdk.AccAddress) (bool, error) {
	presence, err := k.Presences.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	}
	return presence.OnlineAt(w.OpenedHeight), err
}

// tell tells x/workers what counts of an Xnode, class by class.
func (k *Keeper) tell(ctx context.Context, params por.Params, operator sdk.AccAddress, evidence string) error {
	x, err := k.workers.Xnode(ctx, operator)
	if errors.Is(err, workers.ErrNotRegistered) {
		return nil
	}
	if err != nil || x.IsRetired() {
		return err
	}
	counted := x.Card.Claimed
	for _, class := range por.Classes() {
		capacity, err := k.Capacities.Get(ctx, collections.Join(operator, uint32(class)))
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		counted = class.Limit(counted, capacity.Counted(params.Mode(class)))
	}
	return k.workers.SetVerified(ctx, operator, counted, evidence)
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
