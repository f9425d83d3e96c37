// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// rewardModel counts in fractions, and walks everybody at every reward: what the
// accumulator must come to without walking anybody.
type rewardModel struct {
	staked, earned map[string]*big.Rat
	operator       *big.Rat
}

func (m *rewardModel) pool() *big.Rat {
	sum := new(big.Rat)
	for _, s := range m.staked {
		sum.Add(sum, s)
	}
	return sum
}

func (m *rewardModel) reward(amount, own, counted int64, commissionBps uint32) {
	all := big.NewRat(amount, 1)
	backers := new(big.Rat)
	if counted > 0 {
		backers.Mul(all, big.NewRat(counted, own+counted))
		backers.Mul(backers, big.NewRat(stakingext.BasisPoints-int64(commissionBps), stakingext.BasisPoints))
	}
	m.operator.Add(m.operator, new(big.Rat).Sub(all, backers))
	pool := m.pool()
	for who, s := range m.staked {
		if pool.Sign() > 0 {
			part := new(big.Rat).Mul(backers, s)
			m.earned[who].Add(m.earned[who], part.Quo(part, pool))
		}
	}
}

// Everybody earns what it should, up to a unit an operation, whoever comes, goes,
// claims or is slashed in between.
func TestEverybodyEarnsWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		commission := uint32(rapid.IntRange(0, 10_000).Draw(t, "commission"))
		f := setup(t, func(p *stakingext.Params) {
			p.SlashEpochBlocks, p.MaxCommissionStepBps, p.CommissionIntervalBlocks = 1, 10_000, 1
		})
		f.bank.set(f.ctx, alice, math.NewInt(1<<50))
		require.NoError(t, f.bond(alice, 1<<40))
		require.NoError(t, f.commission(alice, commission))
		f.weigh(alice, 16)
		backers := f.freshBackers(4, 1<<45)
		m := rewardModel{staked: map[string]*big.Rat{}, earned: map[string]*big.Rat{}, operator: new(big.Rat)}
		paid, operations, claimed, weight := map[string]int64{}, 0, int64(0), true
		for _, b := range backers {
			m.staked[name(b)], m.earned[name(b)] = new(big.Rat), new(big.Rat)
		}
		for i := range rapid.IntRange(15, 60).Draw(t, "steps") {
			operations++
			b := rapid.SampledFrom(backers).Draw(t, "backer")
			stake := m.staked[name(b)]
			switch rapid.IntRange(0, 8).Draw(t, "kind") {
			case 0, 1:
				amount := rapid.Int64Range(1<<20, 1<<38).Draw(t, "amount")
				if f.back(b, alice, amount) == nil {
					stake.Add(stake, big.NewRat(amount, 1))
				}
			case 2:
				if !f.hasBacking(b, alice) {
					continue
				}
				value, _ := f.worth(b, alice)
				amount := rapid.Int64Range(1, value).Draw(t, "out")
				before := f.balance(b)
				if f.unback(b, alice, amount) != nil {
					continue
				}
				paid[name(b)] += f.balance(b) - before
				if stake.Sub(stake, big.NewRat(amount, 1)); amount == value {
					stake.SetInt64(0)
				}
			case 3, 4:
				amount := rapid.Int64Range(1, 1<<30).Draw(t, "provision")
				own, counted := f.bondOf(alice).Amount.Int64(), f.free(alice)-f.bondOf(alice).Amount.Int64()
				taken := f.mint(amount)
				require.True(t, weight || taken == 0)
				m.reward(taken, own, counted, f.pool(alice).CommissionBps)
			case 5:
				got, _ := f.withdraw(b, alice)
				paid[name(b)] += got
				got, _ = f.claim(alice)
				claimed += got
			case 6:
				before := f.pool(alice).Tokens
				fault := f.fault(fmt.Sprintf("task/%d", i))
				_, err := f.slash(alice, fault, uint32(rapid.IntRange(0, 3_000).Draw(t, "bps")))
				require.NoError(t, err)
				for _, s := range m.staked {
					if before.IsPositive() {
						s.Mul(s, new(big.Rat).SetFrac(f.pool(alice).Tokens.BigInt(), before.BigInt()))
					}
				}
			case 7:
				f.next(1, time.Second)
				_ = f.commission(alice, uint32(rapid.IntRange(0, 10_000).Draw(t, "commission")))
			case 8:
				if weight = !weight; weight {
					f.weigh(alice, 16)
				} else {
					f.weigh(alice, 0)
				}
			}
		}
		got, _ := f.claim(alice)
		near := func(what string, want *big.Rat, got int64) {
			difference := new(big.Rat).Sub(want, big.NewRat(got, 1))
			require.LessOrEqual(t, difference.Abs(difference).Cmp(big.NewRat(int64(operations)+2, 1)), 0,
				"%s got %d, should have %s", what, got, want.FloatString(3))
		}
		near("the operator", m.operator, claimed+got)
		for _, b := range backers {
			if f.hasBacking(b, alice) {
				got, _ := f.withdraw(b, alice)
				paid[name(b)] += got
			}
			near(name(b), m.earned[name(b)], paid[name(b)])
		}
		f.requireSound()
	})
}
