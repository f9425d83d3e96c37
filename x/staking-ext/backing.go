// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"
	"math/big"

	"cosmossdk.io/math"
)

const (
	// SharesPerUnit is how many shares the first unit of an empty pool or batch
	// buys: one share is never worth more than a small part of a unit, so that
	// rounding a share costs nobody a unit.
	SharesPerUnit = 1_000_000
	// wornDigits: where slashes left more than 10^wornDigits shares to a unit, the
	// shares are worn out and no more are issued. It keeps their number far from
	// what an integer holds.
	wornDigits = 24
)

// NewPool returns an empty pool.
func NewPool(operator string, generation uint64) Pool {
	zero := math.ZeroInt()
	return Pool{
		Operator: operator, Generation: generation,
		Tokens: zero, Shares: zero, RewardIndex: zero, RewardRemainder: zero,
	}
}

// SharesFor is what an amount, in the base unit, buys where tokens are held by
// shares: rounded down, so that what is lost stays with those who hold shares.
func SharesFor(amount, tokens, shares math.Int) math.Int {
	if shares.IsZero() {
		return amount.MulRaw(SharesPerUnit)
	}
	return mulDiv(amount, shares.BigInt(), tokens.BigInt())
}

// SharesOf is how many shares must be given for an amount, in the base unit,
// where tokens, not zero, are held by shares: rounded up, to the same effect.
func SharesOf(amount, tokens, shares math.Int) math.Int {
	n := new(big.Int).Mul(amount.BigInt(), shares.BigInt())
	n.Add(n, tokens.SubRaw(1).BigInt())
	return math.NewIntFromBigInt(n.Quo(n, tokens.BigInt()))
}

// ValueOf is what some of the shares are worth, in the base unit, rounded down:
// the values of all holders never add up to more than the tokens. The last
// holder's are worth all tokens.
func ValueOf(held, tokens, shares math.Int) math.Int {
	if shares.IsZero() {
		return math.ZeroInt()
	}
	return mulDiv(held, tokens.BigInt(), shares.BigInt())
}

// worn is true where slashes left so many shares to a unit that no more may be issued.
func worn(tokens, shares math.Int) bool {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(wornDigits), nil)
	return shares.BigInt().Cmp(limit.Mul(limit, tokens.BigInt())) > 0
}

// IsWorn is true where the pool can issue no more shares until all are given back.
func (p Pool) IsWorn() bool { return worn(p.Tokens, p.Shares) }

// Counted is the backing that counts beside an own bond of the given amount, in
// the base unit: never more than maxBps basis points of it.
func (p Pool) Counted(own math.Int, maxBps uint32) math.Int {
	return math.MinInt(p.Tokens, MulDiv(own, int64(maxBps), BasisPoints))
}

// Room is what the pool still takes beside an own bond of the given amount, in
// the base unit.
func (p Pool) Room(own math.Int, maxBps uint32) math.Int {
	return math.MaxInt(math.ZeroInt(), MulDiv(own, int64(maxBps), BasisPoints).Sub(p.Tokens))
}

// Reward spreads a reward, in 10^-36 of the base unit, over the shares. What does
// not divide waits for the next.
func (p *Pool) Reward(reward math.Int) {
	step, rest := divMod(reward.Add(p.RewardRemainder), p.Shares)
	p.RewardIndex, p.RewardRemainder = p.RewardIndex.Add(step), rest
}

// SetCommission changes the terms. A raise of more than maxStep basis points, or
// one within interval blocks of the last, is refused: ErrCommission.
func (p *Pool) SetCommission(bps uint32, height int64, params Params) error {
	switch {
	case bps > BasisPoints:
		return ErrCommission.Wrapf("%d basis points is above the whole", bps)
	case bps <= p.CommissionBps:
		p.CommissionBps = bps
		return nil
	case bps-p.CommissionBps > params.MaxCommissionStepBps:
		return ErrCommission.Wrapf("it is %d basis points and may rise by %d at once", p.CommissionBps, params.MaxCommissionStepBps)
	case height < p.CommissionHeight+params.CommissionIntervalBlocks:
		return ErrCommission.Wrapf("it may rise again at height %d", p.CommissionHeight+params.CommissionIntervalBlocks)
	}
	p.CommissionBps, p.CommissionHeight = bps, height
	return nil
}

// Joinable is true where more withdrawals may become part of the batch: a slash
// has neither taken all of it nor worn out its shares.
func (b UnbackingBatch) Joinable() bool {
	return b.Tokens.IsPositive() && !worn(b.Tokens, b.Shares)
}

// Settle credits a backing with what its shares earned up to the index.
func (b *Backing) Settle(index math.Int) {
	b.RewardAccrued = b.RewardAccrued.Add(earned(b.Shares, b.RewardIndex, index))
	b.RewardIndex = index
}

// CheckUnback refuses a withdrawal of more than a backing is worth, and one that
// would leave too little to be of use: what is left must be nothing or at least
// the minimum. An amount below minUnbond is only taken where it empties the backing.
func CheckUnback(amount, value math.Int, params Params) error {
	left := value.Sub(amount)
	switch {
	case left.IsNegative():
		return ErrInsufficientBacking.Wrapf("it is worth %s", value)
	case left.IsZero():
		return nil
	case left.LT(params.MinBacking):
		return ErrBelowMinimum.Wrapf("%s would be left: unback all %s, or leave at least %s", left, value, params.MinBacking)
	case amount.LT(params.MinUnbond):
		return ErrInvalidAmount.Wrapf("%s is less than the least unbacking of %s", amount, params.MinUnbond)
	}
	return nil
}

// Validate checks what a pool can be checked for by itself.
func (p Pool) Validate() error {
	switch {
	case isNegative(p.Tokens) || isNegative(p.Shares) || p.Tokens.IsZero() != p.Shares.IsZero():
		return fmt.Errorf("pool of %s: tokens and shares do not fit", p.Operator)
	case isNegative(p.RewardIndex) || isNegative(p.RewardRemainder):
		return fmt.Errorf("pool of %s: rewards are missing or negative", p.Operator)
	case p.CommissionBps > BasisPoints || p.CommissionHeight < 0:
		return fmt.Errorf("pool of %s: commission is out of bounds", p.Operator)
	}
	return nil
}

// Validate checks what the record of a generation can be checked for by itself.
func (g EndedGeneration) Validate() error {
	if isNegative(g.RewardIndex) || isNegative(g.Shares) || g.Shares.IsZero() {
		return fmt.Errorf("ended generation %d: index or shares are out of bounds", g.Generation)
	}
	return nil
}

// Validate checks what a backing can be checked for by itself.
func (b Backing) Validate() error {
	if isNegative(b.Shares) || b.Shares.IsZero() || isNegative(b.RewardIndex) || isNegative(b.RewardAccrued) {
		return fmt.Errorf("backing of %s by %s: shares or rewards are out of bounds", b.Operator, b.Backer)
	}
	return nil
}

// Validate checks what a batch can be checked for by itself.
func (b UnbackingBatch) Validate() error {
	switch {
	case isNegative(b.Tokens) || isNegative(b.Shares) || b.Shares.IsZero():
		return fmt.Errorf("batch %d: tokens or shares are out of bounds", b.Id)
	case b.OpenedHeight < 0 || b.JoinedHeight < b.OpenedHeight || b.MatureHeight < b.JoinedHeight:
		return fmt.Errorf("batch %d: heights are out of order", b.Id)
	case b.MatureTime.IsZero() || b.MatureTime.Unix() < 0:
		return fmt.Errorf("batch %d: mature_time is missing", b.Id)
	case b.QueuedHeight < 0 || b.QueuedHeight == 0 && (b.Attempts > 0 || b.Cursor != ""):
		return fmt.Errorf("batch %d: payouts have begun before it is mature", b.Id)
	}
	return nil
}

// validateBacking holds the params of backing and rewards to their bounds.
func (p Params) validateBacking() error {
	if isNegative(p.MinBacking) || !p.MinBacking.IsPositive() || p.MinBacking.GT(maxMinBond) {
		return ErrInvalidParams.Wrapf("min_backing must be within 1 and %s", maxMinBond)
	}
	for _, b := range []struct {
		name       string
		value      int64
		least, top int64
	}{
		{"max_backing_bps", int64(p.MaxBackingBps), 0, 10 * BasisPoints},
		{"unback_batch_blocks", p.UnbackBatchBlocks, 1, 1_000_000},
		{"max_unback_batches", int64(p.MaxUnbackBatches), 1, 100},
		{"max_unbackings_per_block", int64(p.MaxUnbackingsPerBlock), 1, maxQueueWork},
		{"max_commission_step_bps", int64(p.MaxCommissionStepBps), 1, BasisPoints},
		{"commission_interval_blocks", p.CommissionIntervalBlocks, 1, 10_000_000},
		{"reward_share_bps", int64(p.RewardShareBps), 0, maxRewardShareBps},
	} {
		if b.value < b.least || b.value > b.top {
			return ErrInvalidParams.Wrapf("%s is %d, it must be within %d and %d", b.name, b.value, b.least, b.top)
		}
	}
	return nil
}
