// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"bytes"
	"slices"

	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"
)

// validateCourt checks the state of committees and the court: every record by itself, and that they
// are in order, none twice (ErrInvalidGenesis).
func (g GenesisState) validateCourt(accounts address.Codec) error {
	var order ordered
	for _, c := range g.Committees {
		if err := c.Validate(accounts); err != nil {
			return err
		}
		if err := order.next(accounts, "committee", c.Class, c.Window, c.Subject); err != nil {
			return err
		}
	}
	order = ordered{}
	for _, d := range g.Draws {
		if !d.Class.Attested() || d.Window == 0 {
			return errors.Wrapf(ErrInvalidGenesis, "draws in window %d of %s", d.Window, d.Class)
		}
		if d.Last != "" {
			if err := canonical(accounts, d.Last); err != nil {
				return errors.Wrapf(ErrInvalidGenesis, "draws: %s", err)
			}
		}
		if err := order.next(nil, "draws", d.Class, d.Window, ""); err != nil {
			return err
		}
	}
	order = ordered{}
	for _, c := range g.Charges {
		if err := c.Validate(accounts); err != nil {
			return err
		}
		if c.Deposit.Denom != g.Params.DepositDenom {
			return errors.Wrapf(ErrInvalidGenesis, "charge against %s has a deposit in %s", c.Subject, c.Deposit.Denom)
		}
		if err := order.next(accounts, "charge", c.Class, 0, c.Subject); err != nil {
			return err
		}
	}
	order = ordered{}
	for _, f := range g.Frauds {
		if err := f.Validate(accounts); err != nil {
			return err
		}
		if err := order.next(accounts, "fraud", f.Class, f.Window, f.Operator); err != nil {
			return err
		}
	}
	order = ordered{}
	for _, v := range g.VerifierScores {
		if err := v.Validate(accounts); err != nil {
			return err
		}
		if err := order.next(accounts, "score", 0, 0, v.Operator); err != nil {
			return err
		}
	}
	return nil
}

// ordered holds the last key of a list that must ascend.
type ordered struct{ last []byte }

func (o *ordered) next(accounts address.Codec, what string, class Class, window uint64, operator string) error {
	key := slices.Concat(u32(uint32(class)), u64(window))
	if operator != "" {
		bz, err := accounts.StringToBytes(operator)
		if err != nil {
			return errors.Wrapf(ErrInvalidGenesis, "%s: %s", what, err)
		}
		key = append(key, bz...)
	}
	if o.last != nil && bytes.Compare(o.last, key) >= 0 {
		return errors.Wrapf(ErrInvalidGenesis, "%s of %s in window %d of %s comes twice or out of order", what, operator, window, class)
	}
	o.last = key
	return nil
}
