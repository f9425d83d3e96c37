// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// CreateService registers a service and takes its deposit. It returns the id.
func (k *Keeper) CreateService(
	ctx context.Context, owner sdk.AccAddress, name string, spec workers.ServiceSpec, least, most uint32,
) (uint64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	text, err := k.text(owner)
	if err != nil {
		return 0, err
	}
	now := height(ctx)
	s := workers.Service{
		Owner: text, Name: name, Spec: spec, Status: workers.SERVICE_STATUS_ACTIVE, Deposit: math.ZeroInt(),
		Version: 1, PlacementVersion: 1, NextIndex: 1,
		CreatedHeight: now, UpdatedHeight: now, PlacementHeight: now,
	}
	if err := k.checkService(ctx, owner, &s, least, most, params); err != nil {
		return 0, err
	}
	last, err := k.LastService.Get(ctx)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return 0, err
	}
	s.Id = last + 1
	if err := k.LastService.Set(ctx, s.Id); err != nil {
		return 0, err
	}
	if err := k.ServiceNames.Set(ctx, name, s.Id); err != nil {
		return 0, err
	}
	if err := k.ServiceOwners.Set(ctx, collections.Join(owner, s.Id)); err != nil {
		return 0, err
	}
	if err := k.hold(ctx, &s, params.DepositFor(most)); err != nil {
		return 0, err
	}
	if err := k.poke(ctx, &s, now); err != nil {
		return 0, err
	}
	if err := k.Services.Set(ctx, s.Id, s); err != nil {
		return 0, err
	}
	return s.Id, emit(ctx, &workers.EventServiceCreated{ServiceId: s.Id, Owner: s.Owner, Name: s.Name})
}

// checkService checks a new service, and sets its scale.
func (k *Keeper) checkService(
	ctx context.Context, owner sdk.AccAddress, s *workers.Service, least, most uint32, params workers.Params,
) error {
	if err := workers.ValidateServiceName(s.Name); err != nil {
		return err
	}
	if err := k.checkSpec(s.Spec, params); err != nil {
		return err
	}
	if err := s.Scale(least, most, params); err != nil {
		return err
	}
	if taken, err := k.ServiceNames.Has(ctx, s.Name); err != nil {
		return err
	} else if taken {
		return errorsmod.Wrapf(workers.ErrNameTaken, "%q", s.Name)
	}
	owned := uint32(0)
	err := k.ServiceOwners.Walk(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, uint64](owner),
		func(ownedKey) (bool, error) { owned++; return owned >= params.MaxServicesPerOwner, nil })
	if err != nil {
		return err
	}
	if owned >= params.MaxServicesPerOwner {
		return errorsmod.Wrapf(workers.ErrTooManyServices, "%d", owned)
	}
	return nil
}

func (k *Keeper) checkSpec(spec workers.ServiceSpec, params workers.Params) error {
	if err := spec.Validate(k.ac); err != nil {
		return err
	}
	return spec.Within(params)
}

// UpdateService replaces the spec. version is the one that the caller saw; 0 for
// any. It returns the new version.
func (k *Keeper) UpdateService(
	ctx context.Context, owner sdk.AccAddress, id uint64, spec workers.ServiceSpec, version uint64,
) (uint64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	s, err := k.owned(ctx, owner, id)
	if err != nil {
		return 0, err
	}
	if version != 0 && version != s.Version {
		return 0, errorsmod.Wrapf(workers.ErrVersionMismatch, "%d, now %d", version, s.Version)
	}
	if err := k.checkSpec(spec, params); err != nil {
		return 0, err
	}
	if err := changed(ctx, &s, params); err != nil {
		return 0, err
	}
	moves := !spec.PlacesLike(s.Spec)
	s.Spec = spec
	if moves {
		s.PlacementVersion, s.PlacementHeight = s.Version, s.UpdatedHeight
	}
	if err := k.poke(ctx, &s, height(ctx)); err != nil {
		return 0, err
	}
	if err := k.Services.Set(ctx, id, s); err != nil {
		return 0, err
	}
	return s.Version, emit(ctx, &workers.EventServiceUpdated{ServiceId: id, Version: s.Version, Moves: moves})
}

// changed counts a change by the owner, unless the one before was too short a time
// ago (ErrTooSoon).
func changed(ctx context.Context, s *workers.Service, params workers.Params) error {
	now := height(ctx)
	if now-s.UpdatedHeight < params.MinServiceInterval {
		return errorsmod.Wrapf(workers.ErrTooSoon, "service %d changed at height %d, next change from height %d",
			s.Id, s.UpdatedHeight, s.UpdatedHeight+params.MinServiceInterval)
	}
	s.UpdatedHeight = now
	s.Version++
	return nil
}

// ScaleService sets how many replicas there may be. What the deposit differs by is
// taken from the owner, or given back. It returns the new version.
func (k *Keeper) ScaleService(ctx context.Context, owner sdk.AccAddress, id uint64, least, most uint32) (uint64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	s, err := k.owned(ctx, owner, id)
	if err != nil {
		return 0, err
	}
	if err := s.Scale(least, most, params); err != nil {
		return 0, err
	}
	if err := changed(ctx, &s, params); err != nil {
		return 0, err
	}
	if err := k.hold(ctx, &s, params.DepositFor(most)); err != nil {
		return 0, err
	}
	return s.Version, k.scaled(ctx, s)
}

// SetTarget says how many replicas a service wants now; the number is moved into
// the bounds that the owner set. For the module that knows what is used.
func (k *Keeper) SetTarget(ctx context.Context, id uint64, target uint32) error {
	s, err := k.Service(ctx, id)
	if err != nil {
		return err
	}
	if !s.IsActive() {
		return errorsmod.Wrapf(workers.ErrServiceStatus, "service %d is %s", id, s.Status)
	}
	target = min(max(target, s.MinReplicas), s.MaxReplicas)
	if target == s.TargetReplicas {
		return nil
	}
	s.TargetReplicas = target
	return k.scaled(ctx, s)
}

func (k *Keeper) scaled(ctx context.Context, s workers.Service) error {
	if err := k.poke(ctx, &s, height(ctx)); err != nil {
		return err
	}
	if err := k.Services.Set(ctx, s.Id, s); err != nil {
		return err
	}
	return emit(ctx, &workers.EventServiceScaled{
		ServiceId: s.Id, Version: s.Version,
		MinReplicas: s.MinReplicas, MaxReplicas: s.MaxReplicas, TargetReplicas: s.TargetReplicas,
	})
}

// RetireService stops a service for good.
func (k *Keeper) RetireService(ctx context.Context, owner sdk.AccAddress, id uint64) error {
	s, err := k.owned(ctx, owner, id)
	if err != nil {
		return err
	}
	if err := k.poke(ctx, &s, height(ctx)); err != nil {
		return err
	}
	return k.setServiceStatus(ctx, s, workers.SERVICE_STATUS_DRAINING)
}

func (k *Keeper) setServiceStatus(ctx context.Context, s workers.Service, to workers.ServiceStatus) error {
	from := s.Status
	s.Status = to
	if err := k.Services.Set(ctx, s.Id, s); err != nil {
		return err
	}
	return emit(ctx, &workers.EventServiceStatusChanged{ServiceId: s.Id, From: from, To: to})
}

// AddMembers makes accounts members; those that are stay so.
func (k *Keeper) AddMembers(ctx context.Context, owner sdk.AccAddress, id uint64, members []string) error {
	return k.changeMembers(ctx, owner, id, members, true)
}

// RemoveMembers ends memberships at once; accounts that are no members are passed over.
func (k *Keeper) RemoveMembers(ctx context.Context, owner sdk.AccAddress, id uint64, members []string) error {
	return k.changeMembers(ctx, owner, id, members, false)
}

func (k *Keeper) changeMembers(ctx context.Context, owner sdk.AccAddress, id uint64, members []string, add bool) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	s, err := k.owned(ctx, owner, id)
	if err != nil {
		return err
	}
	if len(members) == 0 || len(members) > workers.MaxMembersPerMessage {
		return errorsmod.Wrapf(workers.ErrInvalidMembers, "%d in a message, 1 to %d may be", len(members), workers.MaxMembersPerMessage)
	}
	var moved []string
	for i, text := range members {
		member, err := k.address(text)
		if err != nil {
			return err
		}
		if slices.Contains(members[:i], text) {
			return errorsmod.Wrapf(workers.ErrInvalidMembers, "%s is named twice", text)
		}
		key := collections.Join(id, member)
		if is, err := k.Members.Has(ctx, key); err != nil {
			return err
		} else if is == add {
			continue
		}
		moved = append(moved, text)
		if add {
			s.Members++
			err = k.Members.Set(ctx, key)
		} else {
			s.Members--
			err = k.Members.Remove(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	if add && s.Members > params.MaxMembers {
		return errorsmod.Wrapf(workers.ErrInvalidMembers, "%d would be members, %d may be", s.Members, params.MaxMembers)
	}
	if len(moved) == 0 {
		return nil
	}
	if err := k.Services.Set(ctx, id, s); err != nil {
		return err
	}
	event := &workers.EventMembersChanged{ServiceId: id}
	if add {
		event.Added = moved
	} else {
		event.Removed = moved
	}
	return emit(ctx, event)
}

// hold makes the deposit of a service the one that is wanted: the owner pays what
// is missing, and gets back what is too much. The caller stores s.
func (k *Keeper) hold(ctx context.Context, s *workers.Service, want math.Int) error {
	if want.Equal(s.Deposit) {
		return nil
	}
	if k.bank == nil {
		return errorsmod.Wrapf(workers.ErrNoDeposits, "service %q needs %s uopen", s.Name, want)
	}
	owner, err := k.address(s.Owner)
	if err != nil {
		return err
	}
	more := want.Sub(s.Deposit)
	coins := sdk.NewCoins(sdk.NewCoin(workers.DepositDenom, more.Abs()))
	if more.IsPositive() {
		err = k.bank.SendCoinsFromAccountToModule(ctx, owner, workers.ModuleName, coins)
	} else {
		err = k.bank.SendCoinsFromModuleToAccount(ctx, workers.ModuleName, owner, coins)
	}
	if err != nil {
		return err
	}
	s.Deposit = want
	return emit(ctx, &workers.EventServiceDeposit{ServiceId: s.Id, Deposit: want})
}
