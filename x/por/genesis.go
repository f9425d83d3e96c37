// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"bytes"

	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"
)

// DefaultGenesis has no keys, no windows, and no seed: InitGenesis derives one from the chain id.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate checks the whole state.
func (g GenesisState) Validate(validators, accounts address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	for i, seed := range g.Seeds {
		if err := seed.Validate(validators); err != nil {
			return err
		}
		if i == 0 {
			continue
		}
		if err := seed.follows(g.Seeds[i-1]); err != nil {
			return err
		}
	}
	if err := g.validateKeys(validators); err != nil {
		return err
	}
	if err := g.validateWindows(accounts); err != nil {
		return err
	}
	return g.validateCourt(accounts)
}

func (g GenesisState) validateKeys(validators address.Codec) error {
	var last []byte
	for _, key := range g.BeaconKeys {
		if err := key.Validate(validators); err != nil {
			return errors.Wrapf(ErrInvalidGenesis, "beacon key: %s", err)
		}
		operator, err := validators.StringToBytes(key.Operator)
		if err != nil {
			return errors.Wrapf(ErrInvalidGenesis, "beacon key: %s", err)
		}
		if last != nil && bytes.Compare(last, operator) >= 0 {
			return errors.Wrapf(ErrInvalidGenesis, "beacon key of %s twice or out of order", key.Operator)
		}
		last = operator
	}
	return nil
}
