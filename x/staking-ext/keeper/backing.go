// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// SetCommission opens the operator's pool for backers, or changes its terms.
// commissionBps is the operator's part of the backers' rewards, in basis points.
// Errors: ErrNoBond, ErrTombstoned, ErrCommission.
func (k *Keeper) SetCommission(ctx context.Context, operator sdk.AccAddress, commissionBps uint32) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return err
	}
	if bond.Status == stakingext.StatusTombstoned {
		return stakingext.ErrTombstoned.Wrap("it takes no backing")
	}
	if err := k.settleRewards(ctx, operator); err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	pool, found, err := k.poolOf(ctx, operator)
	if err != nil {
		return err
	}
	if found {
		err = pool.SetCommission(commissionBps, height, params)
	} else {
		pool, err = k.newPool(ctx, bond.Operator, commissionBps, height)
	}
	if err != nil {
		return err
	}
	if err := k.Pools.Set(ctx, operator, pool); err != nil {
		return err
	}
	return emit(ctx, &stakingext.EventCommissionSet{Operator: bond.Operator, CommissionBps: commissionBps})
}

func (k *Keeper) newPool(ctx context.Context, operator string, commissionBps uint32, height int64) (stakingext.Pool, error) {
	if commissionBps > stakingext.BasisPoints {
		return stakingext.Pool{}, stakingext.ErrCommission.Wrapf("%d basis points is above the whole", commissionBps)
	}
	generation, err := k.GenerationSeq.Next(ctx)
	if err != nil {
		return stakingext.Pool{}, err
	}
	pool := stakingext.NewPool(operator, generation)
	pool.CommissionBps, pool.CommissionHeight = commissionBps, height
	return pool, nil
}

// Back takes coins from the backer's account and stakes them with an operator. It
// returns the shares of the operator's pool that they buy. Errors:
// ErrInvalidAmount, ErrNoBond, ErrTombstoned, ErrNoPool, ErrPoolWorn,
// ErrBackingFull, the bank's.
func (k *Keeper) Back(ctx context.Context, backer, operator sdk.AccAddress, amount math.Int) (math.Int, error) {
	none := math.Int{}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return none, err
	}
	if amount.IsNil() || amount.LT(params.MinBacking) {
		return none, stakingext.ErrInvalidAmount.Wrapf("the least backing is %s", params.MinBacking)
	}
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return none, err
	}
	if bond.Status == stakingext.StatusTombstoned {
		return none, stakingext.ErrTombstoned.Wrap("it takes no backing")
	}
	if err := k.settleRewards(ctx, operator); err != nil {
		return none, err
	}
	pool, err := k.mustPoolOf(ctx, operator)
	if err != nil {
		return none, err
	}
	if pool.IsWorn() {
		return none, stakingext.ErrPoolWorn.Wrap("it opens again once all its backers have left")
	}
	if room := pool.Room(bond.Amount, params.MaxBackingBps); amount.GT(room) {
		return none, stakingext.ErrBackingFull.Wrapf("it takes %s more", room)
	}
	backing, err := k.backingFor(ctx, backer, operator, pool)
	if err != nil {
		return none, err
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, backer, stakingext.ModuleName, coins(params.BondDenom, amount)); err != nil {
		return none, err
	}
	shares := stakingext.SharesFor(amount, pool.Tokens, pool.Shares)
	if !shares.IsPositive() {
		return none, stakingext.ErrInvalidAmount.Wrap("it does not buy a single share")
	}
	pool.Tokens, pool.Shares = pool.Tokens.Add(amount), pool.Shares.Add(shares)
	backing.Shares = backing.Shares.Add(shares)
	if err := k.Pools.Set(ctx, operator, pool); err != nil {
		return none, err
	}
	if err := k.setBacking(ctx, operator, backer, backing); err != nil {
		return none, err
	}
	if err := k.book(ctx, func(t *stakingext.Totals) { t.Backed = t.Backed.Add(amount) }); err != nil {
		return none, err
	}
	if err := emit(ctx, &stakingext.EventBacked{
		Operator: pool.Operator, Backer: backing.Backer, Amount: amount, Shares: shares, Tokens: pool.Tokens,
	}); err != nil {
		return none, err
	}
	return shares, k.bondChanged(ctx, operator)
}

// backingFor returns the backer's settled shares of the pool's generation, none
// where it has none. Shares of an ended generation are paid their rewards and closed.
func (k *Keeper) backingFor(ctx context.Context, backer, operator sdk.AccAddress, pool stakingext.Pool) (stakingext.Backing, error) {
	backing, err := k.Backings.Get(ctx, collections.Join(operator, backer))
	if err == nil && backing.Generation == pool.Generation {
		backing.Settle(pool.RewardIndex)
		return backing, nil
	}
	if err == nil {
		_, err = k.closeEnded(ctx, operator, backer, backing)
	} else if errors.Is(err, collections.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return stakingext.Backing{}, err
	}
	name, err := k.ac.BytesToString(backer)
	return stakingext.Backing{
		Operator: pool.Operator, Backer: name, Generation: pool.Generation,
		Shares: math.ZeroInt(), RewardIndex: pool.RewardIndex, RewardAccrued: math.ZeroInt(),
	}, err
}

// WithdrawBackerRewards pays the backer its rewards, whole units of them, and
// returns what it paid. A backing that is worth nothing any more is closed.
// Errors: ErrNoBacking, ErrNoRewards.
func (k *Keeper) WithdrawBackerRewards(ctx context.Context, backer, operator sdk.AccAddress) (math.Int, error) {
	none := math.Int{}
	if err := k.settleRewards(ctx, operator); err != nil {
		return none, err
	}
	backing, err := k.backingOf(ctx, backer, operator)
	if err != nil {
		return none, err
	}
	pool, found, err := k.poolOf(ctx, operator)
	if err != nil {
		return none, err
	}
	if !found || backing.Generation != pool.Generation {
		return k.closeEnded(ctx, operator, backer, backing)
	}
	backing.Settle(pool.RewardIndex)
	units, err := k.payBacker(ctx, backer, &backing)
	if err != nil {
		return none, err
	}
	if stakingext.ValueOf(backing.Shares, pool.Tokens, pool.Shares).IsPositive() {
		if units.IsZero() {
			return none, stakingext.ErrNoRewards.Wrapf("of %s with %s", backing.Backer, backing.Operator)
		}
		return units, k.setBacking(ctx, operator, backer, backing)
	}
	// Less than a unit: it stays with those who hold the other shares.
	pool.Shares = pool.Shares.Sub(backing.Shares)
	if err := k.Pools.Set(ctx, operator, pool); err != nil {
		return none, err
	}
	if err := k.removeBacking(ctx, operator, backer, backing); err != nil {
		return none, err
	}
	return units, emit(ctx, &stakingext.EventBackingClosed{Operator: backing.Operator, Backer: backing.Backer})
}

// closeEnded pays the rewards of a backing whose generation has ended, and
// forgets it; with the last one the generation. It returns what it paid.
func (k *Keeper) closeEnded(ctx context.Context, operator, backer sdk.AccAddress, backing stakingext.Backing) (math.Int, error) {
	none := math.Int{}
	ended, err := k.EndedGenerations.Get(ctx, backing.Generation)
	if err != nil {
		return none, err
	}
	backing.Settle(ended.RewardIndex)
	units, err := k.payBacker(ctx, backer, &backing)
	if err != nil {
		return none, err
	}
	ended.Shares = ended.Shares.Sub(backing.Shares)
	if ended.Shares.IsZero() {
		err = k.EndedGenerations.Remove(ctx, ended.Generation)
	} else {
		err = k.EndedGenerations.Set(ctx, ended.Generation, ended)
	}
	if err != nil {
		return none, err
	}
	if err := k.removeBacking(ctx, operator, backer, backing); err != nil {
		return none, err
	}
	return units, emit(ctx, &stakingext.EventBackingClosed{Operator: backing.Operator, Backer: backing.Backer})
}

// payBacker pays the whole units that a settled backing has accrued, and takes
// them off it in memory.
func (k *Keeper) payBacker(ctx context.Context, backer sdk.AccAddress, backing *stakingext.Backing) (math.Int, error) {
	units, fraction := stakingext.WholeUnits(backing.RewardAccrued)
	backing.RewardAccrued = fraction
	if units.IsZero() {
		return units, nil
	}
	if err := k.payRewards(ctx, backer, units); err != nil {
		return units, err
	}
	return units, emit(ctx, &stakingext.EventBackerRewardsPaid{Operator: backing.Operator, Backer: backing.Backer, Amount: units})
}

// Backs is true where the backer holds shares of the operator's pool, an ended
// generation's included: it has an interest in the operator's verdicts.
func (k *Keeper) Backs(ctx context.Context, backer, operator sdk.AccAddress) (bool, error) {
	return k.Backings.Has(ctx, collections.Join(operator, backer))
}

// poolOf returns the operator's pool, and whether there is one.
func (k *Keeper) poolOf(ctx context.Context, operator sdk.AccAddress) (stakingext.Pool, bool, error) {
	pool, err := k.Pools.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return stakingext.Pool{Tokens: math.ZeroInt(), Shares: math.ZeroInt()}, false, nil
	}
	return pool, err == nil, err
}

func (k *Keeper) mustPoolOf(ctx context.Context, operator sdk.AccAddress) (stakingext.Pool, error) {
	pool, found, err := k.poolOf(ctx, operator)
	if err == nil && !found {
		err = stakingext.ErrNoPool.Wrapf("%s must set a commission first", operator)
	}
	return pool, err
}

func (k *Keeper) backingOf(ctx context.Context, backer, operator sdk.AccAddress) (stakingext.Backing, error) {
	backing, err := k.Backings.Get(ctx, collections.Join(operator, backer))
	if errors.Is(err, collections.ErrNotFound) {
		return backing, stakingext.ErrNoBacking.Wrapf("of %s with %s", backer, operator)
	}
	return backing, err
}

// setBacking writes a backing under both of its keys.
func (k *Keeper) setBacking(ctx context.Context, operator, backer sdk.AccAddress, backing stakingext.Backing) error {
	if err := k.Backings.Set(ctx, collections.Join(operator, backer), backing); err != nil {
		return err
	}
	return k.BackingsByBacker.Set(ctx, collections.Join(backer, operator))
}

// removeBacking forgets a backing whose whole units were paid; the fraction goes
// to the remainder of all rewards.
func (k *Keeper) removeBacking(ctx context.Context, operator, backer sdk.AccAddress, backing stakingext.Backing) error {
	if err := k.addRemainder(ctx, backing.RewardAccrued); err != nil {
		return err
	}
	if err := k.Backings.Remove(ctx, collections.Join(operator, backer)); err != nil {
		return err
	}
	return k.BackingsByBacker.Remove(ctx, collections.Join(backer, operator))
}

// isBacked is true while backers hold shares of the operator's pool, or wait for
// a batch of it: the bond record stays that long.
func (k *Keeper) isBacked(ctx context.Context, operator sdk.AccAddress) (bool, error) {
	pool, _, err := k.poolOf(ctx, operator)
	if err != nil || pool.Shares.IsPositive() {
		return true, err
	}
	batches, err := k.batchesOf(ctx, operator)
	return len(batches) > 0, err
}

// dropPool forgets the empty pool of an operator whose bond is closed.
func (k *Keeper) dropPool(ctx context.Context, operator sdk.AccAddress) error {
	if err := k.settleRewards(ctx, operator); err != nil {
		return err
	}
	pool, found, err := k.poolOf(ctx, operator)
	if err != nil || !found {
		return err
	}
	if err := k.addRemainder(ctx, pool.RewardRemainder); err != nil {
		return err
	}
	return k.Pools.Remove(ctx, operator)
}

// book changes the ledger. ErrInvariant where a sum would turn negative.
func (k *Keeper) book(ctx context.Context, change func(*stakingext.Totals)) error {
	t, err := k.Totals.Get(ctx)
	if err != nil {
		return err
	}
	change(&t)
	if t.Backed.IsNegative() || t.Unbacking.IsNegative() || t.Rewards.IsNegative() {
		return stakingext.ErrInvariant.Wrap("a total would turn negative")
	}
	return k.Totals.Set(ctx, t)
}
