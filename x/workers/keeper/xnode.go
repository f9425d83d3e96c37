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

// Xnode returns an operator's Xnode, retired or not (ErrNotRegistered).
func (k *Keeper) Xnode(ctx context.Context, operator sdk.AccAddress) (workers.Xnode, error) {
	x, err := k.Xnodes.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return workers.Xnode{}, errorsmod.Wrapf(workers.ErrNotRegistered, "operator %s", operator)
	}
	return x, err
}

// live is Xnode, without retired ones (ErrInvalidStatus).
func (k *Keeper) live(ctx context.Context, operator sdk.AccAddress) (workers.Xnode, error) {
	x, err := k.Xnode(ctx, operator)
	if err == nil && x.IsRetired() {
		return workers.Xnode{}, errorsmod.Wrap(workers.ErrInvalidStatus, "it is retired")
	}
	return x, err
}

// save stores a live Xnode together with the weights that follow from it.
func (k *Keeper) save(ctx context.Context, operator sdk.AccAddress, x workers.Xnode) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	told := x.RewardWeight
	x.RewardWeight = x.ComputeRewardWeight(params)
	if err := k.Xnodes.Set(ctx, operator, x); err != nil {
		return err
	}
	if err := k.weigh(ctx, operator, x); err != nil {
		return err
	}
	return k.tellRewardWeight(ctx, operator, x, told)
}

// Register makes the operator's Xnode, offline until its first heartbeat.
// pubKey is the signer's, proof its possession proof.
func (k *Keeper) Register(ctx context.Context, operator sdk.AccAddress, pubKey, proof []byte, card workers.Card) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	x, err := k.newcomer(ctx, operator, params)
	if err != nil {
		return err
	}
	if err := k.checkBond(ctx, operator); err != nil {
		return err
	}
	if err := k.countRegistration(ctx, params.MaxRegistrationsPerBlock); err != nil {
		return err
	}
	if err := k.adoptSigner(ctx, operator, &x, pubKey, proof); err != nil {
		return err
	}
	if err := validateCard(card, pubKey); err != nil {
		return err
	}
	if err := card.Within(params); err != nil {
		return err
	}
	x.Card = card
	if x.Slot, err = k.Weights.NewSlot(ctx); err != nil {
		return err
	}
	if err := k.Slots.Set(ctx, x.Slot, operator); err != nil {
		return err
	}
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	err = emit(ctx, &workers.EventXnodeRegistered{Operator: x.Operator, Signer: x.Signer, Registrations: x.Registrations})
	if err != nil {
		return err
	}
	return k.hooks.AfterXnodeClaimed(ctx, operator, card.Claimed)
}

// MayRegister says whether a registration by this operator could be accepted now.
// The error says why not where it is an Xnode that it has, or its cool-down.
func (k *Keeper) MayRegister(ctx context.Context, operator sdk.AccAddress) (bool, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return false, err
	}
	if _, err := k.newcomer(ctx, operator, params); err != nil {
		return false, err
	}
	return k.bonds.Eligible(ctx, operator)
}

func (k *Keeper) checkBond(ctx context.Context, operator sdk.AccAddress) error {
	eligible, err := k.bonds.Eligible(ctx, operator)
	if err != nil {
		return err
	}
	if !eligible {
		return errorsmod.Wrapf(workers.ErrNotEligible, "operator %s", operator)
	}
	return nil
}

// newcomer is the record that a registration starts from: an empty one, or the
// operator's history once it has cooled down.
func (k *Keeper) newcomer(ctx context.Context, operator sdk.AccAddress, params workers.Params) (workers.Xnode, error) {
	now := height(ctx)
	x, err := k.Xnode(ctx, operator)
	switch {
	case errors.Is(err, workers.ErrNotRegistered):
		text, err := k.text(operator)
		if err != nil {
			return x, err
		}
		x = workers.Xnode{Operator: text, Rating: params.InitialRating}
	case err != nil:
		return x, err
	case !x.IsRetired():
		return x, errorsmod.Wrapf(workers.ErrAlreadyRegistered, "since height %d", x.RegisteredHeight)
	case now-x.RetiredHeight < params.ReregisterCooldown:
		return x, errorsmod.Wrapf(workers.ErrCoolDown, "retired at height %d, possible from height %d",
			x.RetiredHeight, x.RetiredHeight+params.ReregisterCooldown)
	}
	x.Status = workers.XNODE_STATUS_ACTIVE
	x.RegisteredHeight, x.UpdatedHeight = now, now
	x.Registrations++
	x.Version++
	return x, nil
}

// countRegistration refuses more registrations in one block than limit.
func (k *Keeper) countRegistration(ctx context.Context, limit uint32) error {
	n, err := k.Registrations.Get(ctx)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if n >= uint64(limit) {
		return errorsmod.Wrapf(workers.ErrTooManyRegistrations, "%d in this block", n)
	}
	return k.Registrations.Set(ctx, n+1)
}

// UpdateCard replaces the card. version is the one that the caller saw; 0 for any.
// It returns the new version.
func (k *Keeper) UpdateCard(ctx context.Context, operator sdk.AccAddress, card workers.Card, version uint64) (uint64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	x, err := k.live(ctx, operator)
	if err != nil {
		return 0, err
	}
	if version != 0 && version != x.Version {
		return 0, errorsmod.Wrapf(workers.ErrVersionMismatch, "%d, now %d", version, x.Version)
	}
	now := height(ctx)
	if now-x.UpdatedHeight < params.MinUpdateInterval {
		return 0, errorsmod.Wrapf(workers.ErrTooSoon, "card changed at height %d, next change from height %d",
			x.UpdatedHeight, x.UpdatedHeight+params.MinUpdateInterval)
	}
	if err := validateCard(card, x.SignerPubKey); err != nil {
		return 0, err
	}
	if err := card.Within(params); err != nil {
		return 0, err
	}
	if !card.Claimed.Fits(x.Allocated) {
		return 0, errorsmod.Wrap(workers.ErrInsufficientResources, "less would be claimed than is allocated")
	}
	if x.Allocated.GpuCount > 0 && card.Claimed.GpuClass != x.Card.Claimed.GpuClass {
		return 0, errorsmod.Wrapf(workers.ErrInsufficientResources, "GPUs of class %q are allocated", x.Card.Claimed.GpuClass)
	}
	claimsAnew := card.Claimed != x.Card.Claimed
	x.Card, x.UpdatedHeight = card, now
	x.Version++
	if err := k.save(ctx, operator, x); err != nil {
		return 0, err
	}
	if err := emit(ctx, &workers.EventXnodeUpdated{Operator: x.Operator, Version: x.Version}); err != nil {
		return 0, err
	}
	if claimsAnew {
		err = k.hooks.AfterXnodeClaimed(ctx, operator, card.Claimed)
	}
	return x.Version, err
}

// Drain stops new work; what is allocated goes on.
func (k *Keeper) Drain(ctx context.Context, operator sdk.AccAddress) error {
	return k.changeStatus(ctx, operator, workers.XNODE_STATUS_ACTIVE, workers.XNODE_STATUS_DRAINING)
}

// Resume takes new work again.
func (k *Keeper) Resume(ctx context.Context, operator sdk.AccAddress) error {
	return k.changeStatus(ctx, operator, workers.XNODE_STATUS_DRAINING, workers.XNODE_STATUS_ACTIVE)
}

func (k *Keeper) changeStatus(ctx context.Context, operator sdk.AccAddress, from, to workers.XnodeStatus) error {
	x, err := k.live(ctx, operator)
	if err != nil {
		return err
	}
	if x.Status != from {
		return errorsmod.Wrapf(workers.ErrInvalidStatus, "%s, want %s", x.Status, from)
	}
	x.Status = to
	x.Version++
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	if err := emit(ctx, &workers.EventXnodeStatusChanged{Operator: x.Operator, From: from, To: to}); err != nil {
		return err
	}
	return k.xnodeChanged(ctx, operator)
}

// Retire takes an Xnode out. It is refused while anything is allocated
// (ErrAllocated). The operator's history stays.
func (k *Keeper) Retire(ctx context.Context, operator sdk.AccAddress) error {
	x, err := k.live(ctx, operator)
	if err != nil {
		return err
	}
	if !x.Allocated.IsZero() {
		return errorsmod.Wrapf(workers.ErrAllocated, "allocated: %s", x.Allocated.String())
	}
	if err := k.dropDeadline(ctx, operator, &x); err != nil {
		return err
	}
	if err := k.dropReclaim(ctx, operator, &x); err != nil {
		return err
	}
	if err := k.Slots.Remove(ctx, x.Slot); err != nil {
		return err
	}
	if err := k.Weights.FreeSlot(ctx, x.Slot); err != nil {
		return err
	}
	before := x
	x.Retire(height(ctx))
	if err := k.Xnodes.Set(ctx, operator, x); err != nil {
		return err
	}
	if err := k.tellRewardWeight(ctx, operator, x, before.RewardWeight); err != nil {
		return err
	}
	if err := emit(ctx, &workers.EventXnodeStatusChanged{Operator: x.Operator, From: before.Status, To: x.Status}); err != nil {
		return err
	}
	if err := tellVerified(ctx, x, before.Verified, evidenceRetired); err != nil {
		return err
	}
	if before.Online {
		if err := k.hooks.AfterXnodeOnline(ctx, operator, false); err != nil {
			return err
		}
	}
	return k.hooks.AfterXnodeClaimed(ctx, operator, workers.Resources{})
}

func validateCard(card workers.Card, pubKey []byte) error {
	peerID, err := workers.PeerID(pubKey)
	if err != nil {
		return err
	}
	return card.Validate(peerID)
}
