// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"bytes"
	"fmt"

	"cosmossdk.io/core/address"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// DefaultGenesis has no Xnodes.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate refuses a state that no chain could have exported (ErrInvalidGenesis,
// ErrInvalidParams). The address codec says what an address of this chain is.
func (gs GenesisState) Validate(ac address.Codec) error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	if err := gs.validateXnodes(ac); err != nil {
		return err
	}
	if err := gs.validateSlots(); err != nil {
		return err
	}
	if err := gs.validateAllocations(ac); err != nil {
		return err
	}
	if err := gs.validateServices(ac); err != nil {
		return err
	}
	if gs.ReweighCursor != "" {
		if _, err := ac.StringToBytes(gs.ReweighCursor); err != nil {
			return fmt.Errorf("%w: reweigh_cursor: %w", ErrInvalidGenesis, err)
		}
	}
	return nil
}

func (gs GenesisState) validateXnodes(ac address.Codec) error {
	var previous sdk.AccAddress
	owners := make(map[string]bool) // signers by their text, looked up only
	for _, x := range gs.Xnodes {
		if err := x.Validate(ac); err != nil {
			return err
		}
		operator, err := ac.StringToBytes(x.Operator)
		if err != nil {
			return fmt.Errorf("%w: operator: %w", ErrInvalidGenesis, err)
		}
		if previous != nil && bytes.Compare(previous, operator) >= 0 {
			return errorsmod.Wrapf(ErrInvalidGenesis, "Xnode of %s comes twice or out of order", x.Operator)
		}
		previous = operator
		for _, signer := range append([]string{x.Signer}, x.PastSigners...) {
			if owners[signer] {
				return errorsmod.Wrapf(ErrInvalidGenesis, "signer %s has two operators", signer)
			}
			owners[signer] = true
		}
	}
	return nil
}

// validateSlots checks that each slot is in use or free, and only once.
func (gs GenesisState) validateSlots() error {
	seen := make(map[uint64]bool)
	claim := func(slot uint64) error {
		if slot >= gs.SlotCount || seen[slot] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "slot %d is beyond %d or in use twice", slot, gs.SlotCount)
		}
		seen[slot] = true
		return nil
	}
	for _, x := range gs.Xnodes {
		if x.IsRetired() {
			continue
		}
		if err := claim(x.Slot); err != nil {
			return err
		}
	}
	for _, slot := range gs.FreeSlots {
		if err := claim(slot); err != nil {
			return err
		}
	}
	if uint64(len(seen)) != gs.SlotCount {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%d slots, but %d in use or free", gs.SlotCount, len(seen))
	}
	return nil
}

// validateAllocations checks that the allocations add up to what the Xnodes say.
func (gs GenesisState) validateAllocations(ac address.Codec) error {
	sums := make(map[string]Resources) // by operator, looked up only
	for i, a := range gs.Allocations {
		if err := a.Validate(); err != nil {
			return fmt.Errorf("%w: allocation %q of %.128q: %w", ErrInvalidGenesis, a.Subject, a.Operator, err)
		}
		operator, err := ac.StringToBytes(a.Operator)
		if err != nil {
			return fmt.Errorf("%w: allocation: operator: %w", ErrInvalidGenesis, err)
		}
		if i > 0 {
			before := gs.Allocations[i-1]
			previous, err := ac.StringToBytes(before.Operator)
			if err != nil {
				return fmt.Errorf("%w: allocation: operator: %w", ErrInvalidGenesis, err)
			}
			order := bytes.Compare(previous, operator)
			if order > 0 || (order == 0 && before.Subject >= a.Subject) {
				return errorsmod.Wrapf(ErrInvalidGenesis, "allocation %q of %s comes twice or out of order", a.Subject, a.Operator)
			}
		}
		sum, err := sums[a.Operator].Add(a.Resources)
		if err != nil {
			return fmt.Errorf("%w: allocations of %s: %w", ErrInvalidGenesis, a.Operator, err)
		}
		sums[a.Operator] = sum
	}
	matched := 0
	classes := make(map[string]string) // of GPUs, by operator, looked up only
	for _, x := range gs.Xnodes {
		classes[x.Operator] = x.Card.Claimed.GpuClass
		if sums[x.Operator] != x.Allocated {
			return errorsmod.Wrapf(ErrInvalidGenesis, "allocations of %s do not add up", x.Operator)
		}
		if _, ok := sums[x.Operator]; ok {
			matched++
		}
	}
	if matched != len(sums) {
		return errorsmod.Wrap(ErrInvalidGenesis, "an allocation on no Xnode")
	}
	for _, a := range gs.Allocations {
		if a.Resources.GpuClass != "" && a.Resources.GpuClass != classes[a.Operator] {
			return errorsmod.Wrapf(ErrInvalidGenesis, "allocation %q of %s is of other GPUs", a.Subject, a.Operator)
		}
	}
	return nil
}

// Validate checks an allocation by itself.
func (a Allocation) Validate() error {
	if err := ValidateSubject(a.Subject); err != nil {
		return err
	}
	if a.Resources.IsZero() {
		return errorsmod.Wrap(ErrInvalidResources, "an allocation of nothing")
	}
	return a.Resources.Validate()
}
