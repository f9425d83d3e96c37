// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// addServiceCollections are the collections of stake behind services.
func (k *Keeper) addServiceCollections(sb *collections.SchemaBuilder, cdc codec.BinaryCodec) {
	entries := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	faults := collections.TripleKeyCodec(collections.Uint64Key, collections.StringKey, collections.StringKey)
	turns := collections.TripleKeyCodec(collections.Int64Key, collections.Uint64Key, collections.Uint64Key)
	k.ServiceBonds = collections.NewMap(sb, stakingext.ServiceBondsPrefix, "service_bonds", collections.Uint64Key, codec.CollValue[stakingext.ServiceBond](cdc))
	k.ServiceUnbondings = collections.NewMap(sb, stakingext.ServiceUnbondingsPrefix, "service_unbondings", entries, codec.CollValue[stakingext.ServiceUnbonding](cdc))
	k.ServiceUnbondingTimes = collections.NewKeySet(sb, stakingext.ServiceUnbondingTimePrefix, "service_unbonding_times", turns)
	k.ServiceUnbondingTurns = collections.NewKeySet(sb, stakingext.ServiceUnbondingBlockPrefix, "service_unbonding_turns", turns)
	k.ServiceFaults = collections.NewMap(sb, stakingext.ServiceFaultsPrefix, "service_faults", faults, codec.CollValue[stakingext.ServiceFault](cdc))
	k.ServiceFaultQueue = collections.NewKeySet(sb, stakingext.ServiceFaultQueuePrefix, "service_fault_queue",
		collections.QuadKeyCodec(collections.Int64Key, collections.Uint64Key, collections.StringKey, collections.StringKey))
}

// SetServices names the registry of services, while the app is put together; the
// last one named counts. Without one, no service can be bonded.
func (k *Keeper) SetServices(services stakingext.ServiceKeeper) *Keeper {
	k.services = services
	return k
}

// ServiceOwner asks the registry whose service it is: ErrNoServices where there is
// none on this chain, the registry's own errors.
func (k *Keeper) ServiceOwner(ctx context.Context, id uint64) (sdk.AccAddress, error) {
	if k.services == nil {
		return nil, stakingext.ErrNoServices.Wrap("nothing can be bonded behind a service on this chain yet")
	}
	return k.services.ServiceOwner(ctx, id)
}

// ServiceBondOf returns the stake behind a service: ErrNoServiceBond where there is
// none and none is on its way back.
func (k *Keeper) ServiceBondOf(ctx context.Context, id uint64) (stakingext.ServiceBond, error) {
	bond, err := k.ServiceBonds.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return stakingext.ServiceBond{}, stakingext.ErrNoServiceBond.Wrapf("service %d", id)
	}
	return bond, err
}

// BondService takes coins from the owner of a service and puts them behind it; the
// stake must reach min_service_bond with them. Stake that an earlier owner left
// there starts on its way back to that owner: nobody inherits another's coins, and
// nobody's coins answer for another's service. Errors: ErrInvalidAmount,
// ErrNoServices, ErrNotServiceOwner, ErrBelowMinimum, ErrTooManyUnbondings, the
// registry's, the bank's.
func (k *Keeper) BondService(ctx context.Context, owner sdk.AccAddress, id uint64, amount math.Int) error {
	if amount.IsNil() || !amount.IsPositive() {
		return stakingext.ErrInvalidAmount.Wrap("it must be positive")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	of, err := k.ServiceOwner(ctx, id)
	if err != nil {
		return err
	}
	if !bytes.Equal(of, owner) {
		return stakingext.ErrNotServiceOwner.Wrapf("service %d is of %s", id, of)
	}
	name, err := k.ac.BytesToString(owner)
	if err != nil {
		return err
	}
	bond, err := k.serviceBondFor(ctx, id, name, params)
	if err != nil {
		return err
	}
	if missing := params.MinServiceBond.Sub(bond.Amount); amount.LT(missing) {
		return stakingext.ErrBelowMinimum.Wrapf("%s is behind service %d, bond at least %s to reach %s",
			bond.Amount, id, missing, params.MinServiceBond)
	}
	// The bank goes before the sum, as for the bond of an operator.
	if err := k.bank.SendCoinsFromAccountToModule(ctx, owner, stakingext.ModuleName, coins(params.BondDenom, amount)); err != nil {
		return err
	}
	bond.Amount = bond.Amount.Add(amount)
	if err := k.ServiceBonds.Set(ctx, id, bond); err != nil {
		return err
	}
	if err := k.addServiceTotals(ctx, amount, math.ZeroInt()); err != nil {
		return err
	}
	return emit(ctx, &stakingext.EventServiceBonded{ServiceId: id, Owner: name, Amount: amount, Bonded: bond.Amount})
}

// serviceBondFor returns the service's record as the given owner may add to it.
func (k *Keeper) serviceBondFor(ctx context.Context, id uint64, owner string, params stakingext.Params) (stakingext.ServiceBond, error) {
	bond, err := k.ServiceBonds.Get(ctx, id)
	switch {
	case errors.Is(err, collections.ErrNotFound):
		return stakingext.NewServiceBond(id, owner), nil
	case err != nil || bond.Owner == owner:
		return bond, err
	}
	if bond.Amount.IsPositive() {
		if _, err := k.startServiceUnbonding(ctx, &bond, bond.Amount, params); err != nil {
			return bond, err
		}
	}
	bond.Owner = owner
	return bond, nil
}

// UnbondService starts the withdrawal of stake from behind a service, by the
// account that paid it in, whatever has become of the service. It is paid as the
// bond of an operator is, and slashable until then. Errors: ErrInvalidAmount,
// ErrNoServiceBond, ErrNotServiceOwner, ErrInsufficientFree, ErrBelowMinimum,
// ErrTooManyUnbondings.
func (k *Keeper) UnbondService(ctx context.Context, owner sdk.AccAddress, id uint64, amount math.Int) (stakingext.Unbonding, error) {
	none := stakingext.Unbonding{}
	if amount.IsNil() || !amount.IsPositive() {
		return none, stakingext.ErrInvalidAmount.Wrap("it must be positive")
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return none, err
	}
	bond, err := k.ServiceBondOf(ctx, id)
	if err != nil {
		return none, err
	}
	name, err := k.ac.BytesToString(owner)
	if err != nil {
		return none, err
	}
	if bond.Owner != name {
		return none, stakingext.ErrNotServiceOwner.Wrapf("the stake behind service %d is of %s", id, bond.Owner)
	}
	if err := bond.CheckUnbond(amount, params.MinUnbond, params.MinServiceBond); err != nil {
		return none, err
	}
	entry, err := k.startServiceUnbonding(ctx, &bond, amount, params)
	if err != nil {
		return none, err
	}
	return entry, k.ServiceBonds.Set(ctx, id, bond)
}

// addServiceTotals books changes of the ledger of services. ErrInvariant where a
// sum would turn negative.
func (k *Keeper) addServiceTotals(ctx context.Context, bonded, unbonding math.Int) error {
	t, err := k.Totals.Get(ctx)
	if err != nil {
		return err
	}
	t.ServiceBonded, t.ServiceUnbonding = t.ServiceBonded.Add(bonded), t.ServiceUnbonding.Add(unbonding)
	if t.ServiceBonded.IsNegative() || t.ServiceUnbonding.IsNegative() {
		return stakingext.ErrInvariant.Wrap("a total of services would turn negative")
	}
	return k.Totals.Set(ctx, t)
}

// closeServiceIfBlank removes a record that holds nothing any more.
func (k *Keeper) closeServiceIfBlank(ctx context.Context, id uint64) error {
	bond, err := k.ServiceBonds.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil || bond.Amount.IsPositive() {
		return err
	}
	entries, err := k.serviceUnbondingsOf(ctx, id)
	if err != nil || len(entries) > 0 {
		return err
	}
	if err := k.ServiceBonds.Remove(ctx, id); err != nil {
		return err
	}
	return emit(ctx, &stakingext.EventServiceBondClosed{ServiceId: id})
}
