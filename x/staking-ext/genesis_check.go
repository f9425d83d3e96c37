// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"
)

// checker walks a genesis state and keeps count per operator.
type checker struct {
	ac    address.Codec
	bonds map[string]*tally
	*backers
}

// tally is what the lists say about one bond.
type tally struct {
	bond        Bond
	locked      math.Int
	locks       uint32
	lockedUntil int64
	unbondings  int
}

// checkOperator holds addresses to the one spelling that export writes.
func (c checker) checkOperator(operator string) error {
	addr, err := c.ac.StringToBytes(operator)
	if err != nil {
		return fmt.Errorf("operator %q: %w", clip(operator), err)
	}
	canonical, err := c.ac.BytesToString(addr)
	if err != nil {
		return fmt.Errorf("operator %q: %w", clip(operator), err)
	}
	if canonical != operator {
		return fmt.Errorf("operator %q is not in canonical form", operator)
	}
	return nil
}

func (c checker) checkBonds(gs GenesisState) error {
	for _, b := range gs.Bonds {
		if err := c.checkOperator(b.Operator); err != nil {
			return err
		}
		if err := b.Validate(); err != nil {
			return err
		}
		if c.bonds[b.Operator] != nil {
			return fmt.Errorf("bond of %s is listed twice", b.Operator)
		}
		c.bonds[b.Operator] = &tally{bond: b, locked: math.ZeroInt()}
	}
	return nil
}

func (c checker) checkLocks(gs GenesisState) error {
	seen := make(map[[2]string]bool, len(gs.Locks))
	for _, l := range gs.Locks {
		if err := l.Validate(); err != nil {
			return err
		}
		t := c.bonds[l.Operator]
		if t == nil {
			return fmt.Errorf("lock %s is of %q, who has no bond", l.Subject, clip(l.Operator))
		}
		key := [2]string{l.Operator, l.Subject}
		if seen[key] {
			return fmt.Errorf("lock %s of %s is listed twice", l.Subject, l.Operator)
		}
		seen[key] = true
		t.locked = t.locked.Add(l.Amount)
		t.locks++
		t.lockedUntil = max(t.lockedUntil, l.Until)
	}
	return nil
}

func (c checker) checkUnbondings(gs GenesisState) error {
	seen := make(map[uint64]bool, len(gs.Unbondings))
	for _, u := range gs.Unbondings {
		if err := u.Validate(); err != nil {
			return err
		}
		if c.bonds[u.Operator] == nil {
			return fmt.Errorf("unbonding %d is of %q, who has no bond", u.Id, clip(u.Operator))
		}
		if seen[u.Id] || u.Id >= gs.NextUnbondingId {
			return fmt.Errorf("unbonding id %d is used twice or not below next_unbonding_id", u.Id)
		}
		seen[u.Id] = true
		c.bonds[u.Operator].unbondings++
	}
	return nil
}

func (c checker) checkFaults(gs GenesisState) error {
	seen := make(map[[3]string]bool, len(gs.Faults))
	for _, f := range gs.Faults {
		if err := f.Validate(); err != nil {
			return err
		}
		if c.bonds[f.Operator] == nil {
			return fmt.Errorf("fault %s is of %q, who has no bond", f.Fault.Subject, clip(f.Operator))
		}
		key := [3]string{f.Operator, f.Fault.Subject, f.Fault.Kind}
		if seen[key] {
			return fmt.Errorf("fault %s %s of %s is listed twice", f.Fault.Subject, f.Fault.Kind, f.Operator)
		}
		seen[key] = true
	}
	return nil
}

func (c checker) checkSums(gs GenesisState) error {
	bonded, unbonding := math.ZeroInt(), math.ZeroInt()
	for _, b := range gs.Bonds {
		bonded = bonded.Add(b.Amount)
		t := c.bonds[b.Operator]
		switch {
		case !t.locked.Equal(b.Locked) || t.locks != b.LockCount:
			return fmt.Errorf("bond of %s: locked is not the sum of its locks", b.Operator)
		case b.LockedUntil < t.lockedUntil:
			return fmt.Errorf("bond of %s: locked_until is before the end of a lock", b.Operator)
		case b.IsBlank() && t.unbondings == 0 && !c.isBacked(b.Operator):
			return fmt.Errorf("bond of %s is blank", b.Operator)
		}
	}
	for _, u := range gs.Unbondings {
		unbonding = unbonding.Add(u.Amount)
	}
	if isNegative(gs.Totals.Bonded) || !gs.Totals.Bonded.Equal(bonded) {
		return fmt.Errorf("totals.bonded is not the sum of the bonds, %s", bonded)
	}
	if isNegative(gs.Totals.Unbonding) || !gs.Totals.Unbonding.Equal(unbonding) {
		return fmt.Errorf("totals.unbonding is not the sum of the unbondings, %s", unbonding)
	}
	if gs.EvidenceFloor < 0 {
		return fmt.Errorf("evidence_floor is negative")
	}
	return gs.SlashEpoch.Validate()
}
