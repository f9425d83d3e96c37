// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

// settleForNewNetwork changes the state so that it can begin a network: what
// hangs on this network's past is paid out or forgotten.
func (a *App) settleForNewNetwork(ctx sdk.Context, allowed []string) error {
	validators, err := a.Keepers.Staking.GetAllValidators(ctx)
	if err != nil {
		return err
	}
	delegations, err := a.Keepers.Staking.GetAllDelegations(ctx)
	if err != nil {
		return err
	}
	if err := a.payRewards(ctx, validators, delegations); err != nil {
		return err
	}
	if err := a.restartRewards(ctx, validators, delegations); err != nil {
		return err
	}
	if err := a.forgetHeights(ctx); err != nil {
		return err
	}
	if err := a.admitValidators(ctx, validators, allowed); err != nil {
		return err
	}
	return a.cleanRecords(ctx)
}

// payRewards pays every commission and reward.
func (a *App) payRewards(ctx sdk.Context, validators []stakingtypes.Validator, delegations []stakingtypes.Delegation) error {
	for _, validator := range validators {
		operator, err := a.operator(validator.GetOperator())
		if err != nil {
			return err
		}
		_, err = a.Keepers.Distribution.WithdrawValidatorCommission(ctx, operator)
		if err != nil && !errors.Is(err, distrtypes.ErrNoValidatorCommission) {
			return fmt.Errorf("commission of %s: %w", validator.GetOperator(), err)
		}
	}
	for _, delegation := range delegations {
		delegator, operator, err := a.parties(delegation)
		if err != nil {
			return err
		}
		if _, err := a.Keepers.Distribution.WithdrawDelegationRewards(ctx, delegator, operator); err != nil {
			return fmt.Errorf("rewards of %s at %s: %w", delegation.DelegatorAddress, delegation.ValidatorAddress, err)
		}
	}
	return nil
}

// restartRewards lets the accounting of rewards begin anew, as if all
// validators and delegations were new. Fractions of coins that nobody could be
// paid go to the community pool.
func (a *App) restartRewards(ctx sdk.Context, validators []stakingtypes.Validator, delegations []stakingtypes.Delegation) error {
	distribution := a.Keepers.Distribution
	distribution.DeleteAllValidatorSlashEvents(ctx)
	distribution.DeleteAllValidatorHistoricalRewards(ctx)
	for _, validator := range validators {
		operator, err := a.operator(validator.GetOperator())
		if err != nil {
			return err
		}
		scraps, err := distribution.GetValidatorOutstandingRewardsCoins(ctx, operator)
		if err != nil {
			return err
		}
		pool, err := distribution.FeePool.Get(ctx)
		if err != nil {
			return err
		}
		pool.CommunityPool = pool.CommunityPool.Add(scraps...)
		if err := distribution.FeePool.Set(ctx, pool); err != nil {
			return err
		}
		if err := distribution.Hooks().AfterValidatorCreated(ctx, operator); err != nil {
			return err
		}
	}
	for _, delegation := range delegations {
		delegator, operator, err := a.parties(delegation)
		if err != nil {
			return err
		}
		if err := distribution.Hooks().BeforeDelegationCreated(ctx, delegator, operator); err != nil {
			return err
		}
		if err := distribution.Hooks().AfterDelegationModified(ctx, delegator, operator); err != nil {
			return err
		}
	}
	return nil
}

// forgetHeights sets the heights at which stake left a validator to zero: no
// evidence of the old network is to reach it.
func (a *App) forgetHeights(ctx sdk.Context) error {
	var failed error
	note := func(err error) bool { failed = errors.Join(failed, err); return err != nil }

	err := a.Keepers.Staking.IterateRedelegations(ctx, func(_ int64, redelegation stakingtypes.Redelegation) bool {
		for i := range redelegation.Entries {
			redelegation.Entries[i].CreationHeight = 0
		}
		return note(a.Keepers.Staking.SetRedelegation(ctx, redelegation))
	})
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	err = a.Keepers.Staking.IterateUnbondingDelegations(ctx, func(_ int64, unbonding stakingtypes.UnbondingDelegation) bool {
		for i := range unbonding.Entries {
			unbonding.Entries[i].CreationHeight = 0
		}
		return note(a.Keepers.Staking.SetUnbondingDelegation(ctx, unbonding))
	})
	return errors.Join(err, failed)
}

// admitValidators jails all validators that are not allowed, if any are named,
// and makes the validator set of the others.
func (a *App) admitValidators(ctx sdk.Context, validators []stakingtypes.Validator, allowed []string) error {
	named := make(map[string]bool, len(allowed))
	for _, operator := range allowed {
		if _, err := a.operator(operator); err != nil {
			return fmt.Errorf("allowed validator %q: %w", operator, err)
		}
		named[operator] = true
	}
	for _, validator := range validators {
		validator.UnbondingHeight = 0
		if err := a.Keepers.Staking.SetValidator(ctx, validator); err != nil {
			return err
		}
		if len(named) == 0 || named[validator.GetOperator()] || validator.IsJailed() {
			continue
		}
		consAddr, err := validator.GetConsAddr()
		if err != nil {
			return err
		}
		if err := a.Keepers.Staking.Jail(ctx, consAddr); err != nil {
			return err
		}
	}
	_, err := a.Keepers.Staking.ApplyAndReturnValidatorSetUpdates(ctx)
	return err
}

// cleanRecords lets every validator's signing window begin with the network.
func (a *App) cleanRecords(ctx sdk.Context) error {
	var failed error
	err := a.Keepers.Slashing.IterateValidatorSigningInfos(ctx,
		func(addr sdk.ConsAddress, info slashingtypes.ValidatorSigningInfo) bool {
			info.StartHeight = 0
			failed = a.Keepers.Slashing.SetValidatorSigningInfo(ctx, addr, info)
			return failed != nil
		})
	return errors.Join(err, failed)
}

func (a *App) operator(bech32 string) (sdk.ValAddress, error) {
	return a.Keepers.Staking.ValidatorAddressCodec().StringToBytes(bech32)
}

func (a *App) parties(d stakingtypes.Delegation) (sdk.AccAddress, sdk.ValAddress, error) {
	delegator, err := a.Keepers.Account.AddressCodec().StringToBytes(d.DelegatorAddress)
	if err != nil {
		return nil, nil, err
	}
	operator, err := a.operator(d.ValidatorAddress)
	return delegator, operator, err
}
