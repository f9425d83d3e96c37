// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// An Invariant is a statement about the whole state that holds between any two
// blocks.
type Invariant struct {
	// Name says what holds.
	Name string
	// Check returns nil if it does.
	Check func(context.Context) error
}

// Invariants returns all invariants of the chain. They read whole stores: they
// are for simulations, tests and stopped nodes, never for a running chain.
func (a *App) Invariants() []Invariant {
	return []Invariant{
		{"bank: the balances add up to the supply", a.checkSupply},
		{"staking: the pools hold what is staked", a.checkStakingPools},
		{stakingext.ModuleName + ": state is consistent, and the account holds the bonds", a.Keepers.StakingExt.CheckInvariants},
		{workers.ModuleName + ": state is consistent, and the draw's tree adds up", a.Keepers.Workers.CheckInvariants},
		{por.ModuleName + ": state is consistent", a.Keepers.Por.CheckInvariants},
		{slashingtasks.ModuleName + ": state is consistent, and the account holds the escrows", a.Keepers.SlashingTasks.CheckInvariants},
	}
}

// CheckInvariants returns an error for each invariant that does not hold.
func (a *App) CheckInvariants(ctx context.Context) []error {
	var broken []error
	for _, invariant := range a.Invariants() {
		if err := holds(ctx, invariant); err != nil {
			broken = append(broken, err)
		}
	}
	return broken
}

// holds turns a panic over unreadable state into an error: the others are still
// to be checked.
func holds(ctx context.Context, invariant Invariant) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", invariant.Name, r)
		}
	}()
	if err := invariant.Check(ctx); err != nil {
		return fmt.Errorf("%s: %w", invariant.Name, err)
	}
	return nil
}

// checkSupply compares the sum of all balances with the recorded supply.
func (a *App) checkSupply(ctx context.Context) error {
	sum := sdk.NewCoins()
	a.Keepers.Bank.IterateAllBalances(ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
		sum = sum.Add(coin)
		return false
	})
	supply := sdk.NewCoins()
	a.Keepers.Bank.IterateTotalSupply(ctx, func(coin sdk.Coin) bool {
		supply = supply.Add(coin)
		return false
	})
	if !sum.Equal(supply) {
		return fmt.Errorf("balances are %s, supply is %s", sum, supply)
	}
	return nil
}

// checkStakingPools compares the pools with the tokens of validators and of
// unbonding delegations.
func (a *App) checkStakingPools(ctx context.Context) error {
	staking := a.Keepers.Staking
	bonded, notBonded := math.ZeroInt(), math.ZeroInt()
	validators, err := staking.GetAllValidators(ctx)
	if err != nil {
		return err
	}
	for _, validator := range validators {
		if validator.IsBonded() {
			bonded = bonded.Add(validator.Tokens)
		} else {
			notBonded = notBonded.Add(validator.Tokens)
		}
	}
	err = staking.IterateUnbondingDelegations(ctx, func(_ int64, unbonding stakingtypes.UnbondingDelegation) bool {
		for _, entry := range unbonding.Entries {
			notBonded = notBonded.Add(entry.Balance)
		}
		return false
	})
	if err != nil {
		return err
	}
	return errors.Join(
		a.checkPool(ctx, stakingtypes.BondedPoolName, bonded),
		a.checkPool(ctx, stakingtypes.NotBondedPoolName, notBonded),
	)
}

func (a *App) checkPool(ctx context.Context, name string, want math.Int) error {
	denom, err := a.Keepers.Staking.BondDenom(ctx)
	if err != nil {
		return err
	}
	have := a.Keepers.Bank.GetBalance(ctx, a.Keepers.Account.GetModuleAddress(name), denom).Amount
	if !have.Equal(want) {
		return fmt.Errorf("%s holds %s%s, should hold %s", name, have, denom, want)
	}
	return nil
}
