// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// AddProvision takes reward_share_bps of what was just minted from the named
// module's account, spreads it over the reward weight there is, and returns the
// rest. It takes nothing of other denoms, and nothing at all while nobody has
// weight. It never fails: minting is no work that may halt a chain.
func (k *Keeper) AddProvision(ctx context.Context, module string, minted sdk.Coins) sdk.Coins {
	rest := minted
	err := isolate.Run(ctx, func(ctx context.Context) error {
		params, err := k.Params.Get(ctx)
		if err != nil {
			return err
		}
		state, err := k.RewardState.Get(ctx)
		if err != nil || state.TotalWeight.IsZero() {
			return err
		}
		share := stakingext.MulDiv(minted.AmountOf(params.BondDenom), int64(params.RewardShareBps), stakingext.BasisPoints)
		if !share.IsPositive() {
			return nil
		}
		taken := coins(params.BondDenom, share)
		if err := k.bank.SendCoinsFromModuleToModule(ctx, module, stakingext.ModuleName, taken); err != nil {
			return err
		}
		state.Add(share)
		if err := k.RewardState.Set(ctx, state); err != nil {
			return err
		}
		if err := k.book(ctx, func(t *stakingext.Totals) { t.Rewards = t.Rewards.Add(share) }); err != nil {
			return err
		}
		if err := emit(ctx, &stakingext.EventRewardsAdded{Amount: share}); err != nil {
			return err
		}
		rest = minted.Sub(taken...)
		return nil
	})
	if err != nil {
		sdk.UnwrapSDKContext(ctx).Logger().Error("rewards took nothing of a provision", "module", stakingext.ModuleName, "err", err)
		return minted
	}
	return rest
}

// SetRewardWeight says what the operator's rewards go by from now on, such as its
// verified capacity while it is online; 0 for nothing. It counts while the
// operator is active and its own bond reaches min_bond. What was earned until now
// is settled first. Calling it again with the same weight brings what it counts up
// to date with the params.
func (k *Keeper) SetRewardWeight(ctx context.Context, operator sdk.AccAddress, weight uint64) error {
	record, err := k.RewardRecords.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		if weight == 0 {
			return nil
		}
		record, err = k.newRewardRecord(ctx, operator)
	}
	if err != nil {
		return err
	}
	changed := record.Weight != weight
	// Until now the old weight counted: refreshRewards settles that first.
	record.Weight = weight
	if err := k.RewardRecords.Set(ctx, operator, record); err != nil {
		return err
	}
	if err := k.refreshRewards(ctx, operator); err != nil || !changed {
		return err
	}
	return emit(ctx, &stakingext.EventRewardWeightSet{Operator: record.Operator, Weight: weight})
}

func (k *Keeper) newRewardRecord(ctx context.Context, operator sdk.AccAddress) (stakingext.RewardRecord, error) {
	name, err := k.ac.BytesToString(operator)
	if err != nil {
		return stakingext.RewardRecord{}, err
	}
	state, err := k.RewardState.Get(ctx)
	return stakingext.NewRewardRecord(name, state.Index), err
}

// ClaimRewards pays the operator its part of the rewards, whole units of them,
// and returns what it paid. The backers' part is not in it. Errors: ErrNoRewards.
func (k *Keeper) ClaimRewards(ctx context.Context, operator sdk.AccAddress) (math.Int, error) {
	none := math.Int{}
	if err := k.settleRewards(ctx, operator); err != nil {
		return none, err
	}
	record, err := k.RewardRecords.Get(ctx, operator)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return none, err
	}
	if err != nil {
		return none, stakingext.ErrNoRewards.Wrapf("of %s", operator)
	}
	units, fraction := stakingext.WholeUnits(record.Accrued)
	if units.IsZero() {
		return none, stakingext.ErrNoRewards.Wrapf("of %s", record.Operator)
	}
	record.Accrued = fraction
	if err := k.saveRewardRecord(ctx, operator, record); err != nil {
		return none, err
	}
	if err := k.payRewards(ctx, operator, units); err != nil {
		return none, err
	}
	return units, emit(ctx, &stakingext.EventRewardsClaimed{Operator: record.Operator, Amount: units})
}

// settleRewards splits what the operator's weight has earned between it and its
// pool. It comes before every change of the weight, of the commission, and of the
// pool's shares; with few or many backers it is the same work.
func (k *Keeper) settleRewards(ctx context.Context, operator sdk.AccAddress) error {
	record, err := k.RewardRecords.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	state, err := k.RewardState.Get(ctx)
	if err != nil {
		return err
	}
	pool, _, err := k.poolOf(ctx, operator)
	if err != nil {
		return err
	}
	if backers := record.Settle(state.Index, pool.CommissionBps); backers.IsPositive() {
		if !pool.Shares.IsPositive() {
			return stakingext.ErrInvariant.Wrapf("the pool of %s has rewards and no shares", record.Operator)
		}
		pool.Reward(backers)
		if err := k.Pools.Set(ctx, operator, pool); err != nil {
			return err
		}
	}
	return k.RewardRecords.Set(ctx, operator, record)
}

// refreshRewards settles, and then brings what the operator's rewards go by up to
// date with its bond, its status and its pool. bondChanged calls it.
func (k *Keeper) refreshRewards(ctx context.Context, operator sdk.AccAddress) error {
	if err := k.settleRewards(ctx, operator); err != nil {
		return err
	}
	record, err := k.RewardRecords.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	bond, err := k.bondOrNew(ctx, operator)
	if err != nil {
		return err
	}
	pool, _, err := k.poolOf(ctx, operator)
	if err != nil {
		return err
	}
	counted := uint64(0)
	if earns(bond, params) {
		counted = record.Weight
	}
	state, err := k.RewardState.Get(ctx)
	if err != nil {
		return err
	}
	state.TotalWeight = state.TotalWeight.Sub(math.NewIntFromUint64(record.Counted)).Add(math.NewIntFromUint64(counted))
	if err := k.RewardState.Set(ctx, state); err != nil {
		return err
	}
	record.Counted, record.Own, record.Backing = counted, bond.Amount, pool.Counted(bond.Amount, params.MaxBackingBps)
	return k.saveRewardRecord(ctx, operator, record)
}

// earns is true for an operator whose weight counts. Its bond may be locked in
// full: who is busy earns.
func earns(bond stakingext.Bond, params stakingext.Params) bool {
	return bond.Status == stakingext.StatusActive && len(bond.Suspensions) == 0 && bond.Amount.GTE(params.MinBond)
}

// saveRewardRecord writes a record, or forgets one that earns nothing and holds
// less than a unit, which goes to the remainder of all rewards.
func (k *Keeper) saveRewardRecord(ctx context.Context, operator sdk.AccAddress, record stakingext.RewardRecord) error {
	if !record.IsBlank() {
		return k.RewardRecords.Set(ctx, operator, record)
	}
	if err := k.addRemainder(ctx, record.Accrued); err != nil {
		return err
	}
	return k.RewardRecords.Remove(ctx, operator)
}

// addRemainder gives a fraction, in 10^-36 of the base unit, to the next rewards
// of everybody.
func (k *Keeper) addRemainder(ctx context.Context, fraction math.Int) error {
	if fraction.IsZero() {
		return nil
	}
	state, err := k.RewardState.Get(ctx)
	if err != nil {
		return err
	}
	state.Remainder = state.Remainder.Add(fraction)
	return k.RewardState.Set(ctx, state)
}

// payRewards sends whole units of rewards, and books them.
func (k *Keeper) payRewards(ctx context.Context, to sdk.AccAddress, units math.Int) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.book(ctx, func(t *stakingext.Totals) { t.Rewards = t.Rewards.Sub(units) }); err != nil {
		return err
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, stakingext.ModuleName, to, coins(params.BondDenom, units))
}
