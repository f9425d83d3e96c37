// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"cosmossdk.io/core/address"
	"cosmossdk.io/math"
)

// DefaultGenesis is a chain without bonds.
func DefaultGenesis() *GenesisState {
	return NewGenesisState(DefaultParams())
}

// NewGenesisState is a chain without bonds under the given params.
func NewGenesisState(params Params) *GenesisState {
	zero := math.ZeroInt()
	return &GenesisState{
		Params: params,
		Totals: Totals{
			Bonded: zero, Unbonding: zero, Backed: zero, Unbacking: zero, Rewards: zero,
			ServiceBonded: zero, ServiceUnbonding: zero,
		},
		SlashEpoch: SlashEpoch{Base: zero, Slashed: zero},

		RewardState: NewRewardState(),
	}
}

// Validate refuses a state that contradicts itself: ErrInvalidParams or
// ErrInvalidGenesis.
func (gs GenesisState) Validate(ac address.Codec) error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	c := checker{ac: ac, bonds: make(map[string]*tally, len(gs.Bonds)), backers: newBackers()}
	for _, step := range []func(GenesisState) error{
		c.checkBonds, c.checkLocks, c.checkUnbondings, c.checkFaults, c.checkBacking, c.checkRewards, c.checkSums,
	} {
		if err := step(gs); err != nil {
			return ErrInvalidGenesis.Wrap(err.Error())
		}
	}
	return gs.validateServices(ac)
}
