// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"
)

// NewServiceBond is stake of nothing behind a service.
func NewServiceBond(id uint64, owner string) ServiceBond {
	return ServiceBond{ServiceId: id, Owner: owner, Amount: math.ZeroInt()}
}

// CheckUnbond refuses a withdrawal of more than there is, and one that would leave
// too little to be of use, as for the bond of an operator: ErrInsufficientFree,
// ErrBelowMinimum, ErrInvalidAmount.
func (b ServiceBond) CheckUnbond(amount, minUnbond, minBond math.Int) error {
	if amount.GT(b.Amount) {
		return ErrInsufficientFree.Wrapf("%s is bonded behind service %d: unbond that much at most", b.Amount, b.ServiceId)
	}
	left := b.Amount.Sub(amount)
	switch {
	case left.IsZero():
		return nil
	case left.LT(minBond):
		return ErrBelowMinimum.Wrapf("%s would be left: unbond all %s, or leave at least %s", left, b.Amount, minBond)
	case amount.LT(minUnbond):
		return ErrInvalidAmount.Wrapf("%s is less than the least unbonding of %s", amount, minUnbond)
	}
	return nil
}

// Validate checks what a record can be checked for by itself.
func (b ServiceBond) Validate() error {
	if isNegative(b.Amount) {
		return fmt.Errorf("bond of service %d: amount is missing or negative", b.ServiceId)
	}
	return nil
}

// serviceChecker walks the services of a genesis state.
type serviceChecker struct {
	checker
	services map[uint64]*serviceTally
}

type serviceTally struct {
	bond       ServiceBond
	unbondings int
}

func (gs GenesisState) validateServices(ac address.Codec) error {
	c := serviceChecker{checker: checker{ac: ac}, services: make(map[uint64]*serviceTally, len(gs.ServiceBonds))}
	for _, step := range []func(GenesisState) error{c.checkBonds, c.checkUnbondings, c.checkFaults, c.checkSums} {
		if err := step(gs); err != nil {
			return ErrInvalidGenesis.Wrap(err.Error())
		}
	}
	return nil
}

func (c serviceChecker) checkBonds(gs GenesisState) error {
	for _, b := range gs.ServiceBonds {
		if err := c.checkOperator(b.Owner); err != nil {
			return fmt.Errorf("bond of service %d: %w", b.ServiceId, err)
		}
		if err := b.Validate(); err != nil {
			return err
		}
		if c.services[b.ServiceId] != nil {
			return fmt.Errorf("bond of service %d is listed twice", b.ServiceId)
		}
		c.services[b.ServiceId] = &serviceTally{bond: b}
	}
	return nil
}

func (c serviceChecker) checkUnbondings(gs GenesisState) error {
	// Operators and services draw their ids from one sequence.
	seen := make(map[uint64]bool, len(gs.Unbondings)+len(gs.ServiceUnbondings))
	for _, u := range gs.Unbondings {
		seen[u.Id] = true
	}
	for _, u := range gs.ServiceUnbondings {
		if err := c.checkOperator(u.Entry.Operator); err != nil {
			return fmt.Errorf("unbonding %d: %w", u.Entry.Id, err)
		}
		if err := u.Entry.Validate(); err != nil {
			return err
		}
		t := c.services[u.ServiceId]
		if t == nil {
			return fmt.Errorf("unbonding %d is of service %d, which has no bond", u.Entry.Id, u.ServiceId)
		}
		if seen[u.Entry.Id] || u.Entry.Id >= gs.NextUnbondingId {
			return fmt.Errorf("unbonding id %d is used twice or not below next_unbonding_id", u.Entry.Id)
		}
		seen[u.Entry.Id] = true
		t.unbondings++
	}
	return nil
}

func (c serviceChecker) checkFaults(gs GenesisState) error {
	type key struct {
		id            uint64
		subject, kind string
	}
	seen := make(map[key]bool, len(gs.ServiceFaults))
	for _, f := range gs.ServiceFaults {
		if err := c.checkOperator(f.Record.Operator); err != nil {
			return fmt.Errorf("fault of service %d: %w", f.ServiceId, err)
		}
		if err := f.Record.Validate(); err != nil {
			return err
		}
		k := key{f.ServiceId, f.Record.Fault.Subject, f.Record.Fault.Kind}
		if seen[k] {
			return fmt.Errorf("fault %s %s of service %d is listed twice", k.subject, k.kind, k.id)
		}
		seen[k] = true
	}
	return nil
}

func (c serviceChecker) checkSums(gs GenesisState) error {
	bonded, unbonding := math.ZeroInt(), math.ZeroInt()
	for _, b := range gs.ServiceBonds {
		if b.Amount.IsZero() && c.services[b.ServiceId].unbondings == 0 {
			return fmt.Errorf("bond of service %d is blank", b.ServiceId)
		}
		bonded = bonded.Add(b.Amount)
	}
	for _, u := range gs.ServiceUnbondings {
		unbonding = unbonding.Add(u.Entry.Amount)
	}
	if isNegative(gs.Totals.ServiceBonded) || !gs.Totals.ServiceBonded.Equal(bonded) {
		return fmt.Errorf("totals.service_bonded is not the sum of the bonds of services, %s", bonded)
	}
	if isNegative(gs.Totals.ServiceUnbonding) || !gs.Totals.ServiceUnbonding.Equal(unbonding) {
		return fmt.Errorf("totals.service_unbonding is not the sum of the unbondings of services, %s", unbonding)
	}
	return nil
}
