// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"
	"math/big"

	"cosmossdk.io/math"
)

// maxRewardShareBps bounds what governance can take of the provision: the
// validators keep half of it at least.
const maxRewardShareBps = BasisPoints / 2

// RewardScale is how finely rewards are counted: in 10^-36 of the base unit. A
// pool has at least a million shares to a unit, so that a coarser index would
// hardly move.
func RewardScale() math.Int {
	const digits = 36
	return math.NewIntFromBigInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil))
}

// NewRewardState is an accumulator that has seen nothing.
func NewRewardState() RewardState {
	zero := math.ZeroInt()
	return RewardState{Index: zero, TotalWeight: zero, Remainder: zero}
}

// Add spreads an amount, in the base unit, over the weight there is, which must
// not be zero. What does not divide waits for the next.
func (s *RewardState) Add(amount math.Int) {
	step, rest := divMod(amount.Mul(RewardScale()).Add(s.Remainder), s.TotalWeight)
	s.Index, s.Remainder = s.Index.Add(step), rest
}

// NewRewardRecord is the record of an operator that begins to earn at the index.
func NewRewardRecord(operator string, index math.Int) RewardRecord {
	zero := math.ZeroInt()
	return RewardRecord{Operator: operator, Own: zero, Backing: zero, Index: index, Accrued: zero}
}

// Settle brings the record up to the index: it credits the operator with its part
// and returns the backers', both in 10^-36 of the base unit. The backers' part is
// what their counted backing is of it and the own bond, less the commission; each
// is rounded down, and the rest is the operator's.
func (r *RewardRecord) Settle(index math.Int, commissionBps uint32) math.Int {
	due := earned(math.NewIntFromUint64(r.Counted), r.Index, index)
	r.Index = index
	backers := math.ZeroInt()
	if r.Backing.IsPositive() {
		backers = mulDiv(due, r.Backing.BigInt(), r.Own.Add(r.Backing).BigInt())
		backers = MulDiv(backers, BasisPoints-int64(commissionBps), BasisPoints)
	}
	r.Accrued = r.Accrued.Add(due.Sub(backers))
	return backers
}

// IsBlank is true where the record earns nothing and holds not one whole unit.
func (r RewardRecord) IsBlank() bool {
	return r.Weight == 0 && r.Counted == 0 && r.Accrued.LT(RewardScale())
}

// WholeUnits splits an accrued reward into what can be paid, in the base unit,
// and the fraction that stays, in 10^-36 of it.
func WholeUnits(accrued math.Int) (units, fraction math.Int) {
	return divMod(accrued, RewardScale())
}

// Validate checks what the accumulator can be checked for by itself.
func (s RewardState) Validate() error {
	if isNegative(s.Index) || isNegative(s.TotalWeight) || isNegative(s.Remainder) {
		return fmt.Errorf("reward state is out of bounds")
	}
	return nil
}

// Validate checks what a record can be checked for by itself.
func (r RewardRecord) Validate() error {
	switch {
	case isNegative(r.Own) || isNegative(r.Backing) || isNegative(r.Index) || isNegative(r.Accrued):
		return fmt.Errorf("reward record of %s: an amount is missing or negative", r.Operator)
	case r.Counted != 0 && r.Counted != r.Weight:
		return fmt.Errorf("reward record of %s: counted is neither 0 nor the weight", r.Operator)
	case r.IsBlank():
		return fmt.Errorf("reward record of %s is blank", r.Operator)
	}
	return nil
}

// earned is what so many holdings earned between two values of an index.
func earned(held, from, to math.Int) math.Int { return held.Mul(to.Sub(from)) }

// divMod is a/b rounded down, and the rest.
func divMod(a, b math.Int) (quotient, rest math.Int) {
	q, r := new(big.Int).QuoRem(a.BigInt(), b.BigInt(), new(big.Int))
	return math.NewIntFromBigInt(q), math.NewIntFromBigInt(r)
}
