// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// people are the accounts of a game.
type people struct {
	operators, backers []sdk.AccAddress
}

func (p people) all() []sdk.AccAddress {
	return append(append([]sdk.AccAddress{}, p.operators...), p.backers...)
}

// Whatever operators, backers, reporters and the mint do, in whatever order: every
// unit is in an account, in the ledger or burned; the ledger owes exactly what it
// holds, to the last 10^-36 of a unit; and once everybody has left, nothing is
// stuck but the remainder of the rewards, which is less than a unit an operator.
func TestS8_AnyInterleavingOfBackingSlashesAndRewardsIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := setup(t, func(p *stakingext.Params) {
			p.SlashEpochBlocks = 1
			p.MaxBackingBps = uint32(rapid.SampledFrom([]int{3_333, 20_000, 100_000}).Draw(t, "ratio"))
			p.MaxUnbackingsPerBlock = uint32(rapid.IntRange(1, 4).Draw(t, "paid a block"))
			p.MinBacking, p.MinUnbond = math.NewInt(7), math.NewInt(3)
		})
		p := people{operators: []sdk.AccAddress{alice, bob}}
		p.backers = append(f.freshBackers(4, 100_000), carol)
		supply := math.ZeroInt()
		for _, who := range p.all() {
			supply = supply.Add(f.bank.get(f.ctx, who))
		}
		for _, who := range p.operators {
			require.NoError(t, f.bond(who, 1_000))
			require.NoError(t, f.commission(who, uint32(rapid.IntRange(0, 10_000).Draw(t, "commission"))))
		}
		operator := func(t *rapid.T) sdk.AccAddress { return rapid.SampledFrom(p.operators).Draw(t, "operator") }
		backer := func(t *rapid.T) sdk.AccAddress { return rapid.SampledFrom(p.backers).Draw(t, "backer") }
		minted, burned, faults := math.ZeroInt(), math.ZeroInt(), 0
		slash := func(t *rapid.T, bps uint32) {
			faults++
			fault := stakingext.Fault{
				Subject: fmt.Sprintf("task/%d", faults), Kind: "dissent", Track: stakingext.TrackWrongData,
				Height: max(1, f.ctx.BlockHeight()-rapid.Int64Range(0, 40).Draw(t, "age")),
			}
			if slashed, err := f.slash(operator(t), fault, bps); err == nil {
				burned = burned.Add(slashed)
			}
		}
		check := func(t *rapid.T) {
			require.NoError(t, f.k.CheckInvariants(f.ctx))
			sum := f.bank.get(f.ctx, module).Add(burned).Sub(minted)
			require.Equal(t, f.totals().Owed().String(), f.bank.get(f.ctx, module).String())
			for _, who := range p.all() {
				sum = sum.Add(f.bank.get(f.ctx, who))
			}
			require.Equal(t, supply.String(), sum.String())
		}
		ignore := func(error) {} // refusals are part of the game

		t.Repeat(map[string]func(*rapid.T){
			"bond":   func(t *rapid.T) { ignore(f.bond(operator(t), rapid.Int64Range(1, 5_000).Draw(t, "amount"))) },
			"unbond": func(t *rapid.T) { ignore(f.unbond(operator(t), rapid.Int64Range(1, 2_000).Draw(t, "amount"))) },
			"back": func(t *rapid.T) {
				ignore(f.back(backer(t), operator(t), rapid.Int64Range(1, 9_000).Draw(t, "amount")))
			},
			"unback": func(t *rapid.T) {
				ignore(f.unback(backer(t), operator(t), rapid.Int64Range(1, 9_000).Draw(t, "amount")))
			},
			"unback all": func(t *rapid.T) {
				who, whom := backer(t), operator(t)
				if view, err := f.k.ViewBacking(f.ctx, who, whom); err == nil && view.Value.IsPositive() {
					f.bank.blocked[string(who)] = false // its last rewards are paid at once
					require.NoError(t, f.unback(who, whom, view.Value.Int64()))
				}
			},
			"withdraw": func(t *rapid.T) { _, err := f.withdraw(backer(t), operator(t)); ignore(err) },
			"claim":    func(t *rapid.T) { _, err := f.claim(operator(t)); ignore(err) },
			"weigh":    func(t *rapid.T) { f.weigh(operator(t), rapid.Uint64Range(0, 9).Draw(t, "weight")) },
			"commission": func(t *rapid.T) {
				ignore(f.commission(operator(t), uint32(rapid.IntRange(0, 10_000).Draw(t, "bps"))))
			},
			"mint": func(t *rapid.T) {
				minted = minted.AddRaw(f.mint(rapid.Int64Range(0, 50_000).Draw(t, "provision")))
			},
			"slash":     func(t *rapid.T) { slash(t, uint32(rapid.IntRange(0, stakingext.BasisPoints).Draw(t, "bps"))) },
			"slash all": func(t *rapid.T) { slash(t, stakingext.BasisPoints) },
			"jail":      func(t *rapid.T) { ignore(f.k.Jail(f.ctx, operator(t), f.ctx.BlockTime())) },
			"unjail":    func(t *rapid.T) { ignore(f.unjail(operator(t))) },
			"lock": func(t *rapid.T) {
				subject := fmt.Sprintf("lock/%d", rapid.IntRange(0, 2).Draw(t, "subject"))
				ignore(f.lock(operator(t), subject, rapid.Int64Range(1, 900).Draw(t, "amount"), f.ctx.BlockHeight()+5))
			},
			"block address": func(t *rapid.T) {
				f.bank.blocked[string(backer(t))] = rapid.Bool().Draw(t, "blocked")
			},
			"pass blocks": func(t *rapid.T) {
				f.next(rapid.Int64Range(1, 15).Draw(t, "blocks"), time.Duration(rapid.IntRange(0, 40).Draw(t, "minutes"))*time.Minute)
			},
			"": check,
		})

		leaveAll(t, f, p)
		check(t)
		gs := f.export()
		require.Empty(t, gs.Backings)
		require.Empty(t, gs.EndedGenerations)
		require.Empty(t, gs.UnbackingBatches)
		require.Empty(t, gs.RewardRecords)
		require.True(t, f.totals().Stake().IsZero())
		require.LessOrEqual(t, f.totals().Rewards.Int64(), int64(len(p.all())))
	})
}

// leaveAll lets everybody take out all they can.
func leaveAll(t *rapid.T, f *fixture, p people) {
	f.bank.blocked = map[string]bool{}
	for range 60 {
		for _, whom := range p.operators {
			for _, who := range p.backers {
				if !f.hasBacking(who, whom) {
					continue
				}
				view, err := f.k.ViewBacking(f.ctx, who, whom)
				require.NoError(t, err)
				if view.Value.IsPositive() {
					require.NoError(t, f.unback(who, whom, view.Value.Int64()))
				} else {
					_, err := f.withdraw(who, whom)
					require.NoError(t, err)
				}
			}
			if bond, err := f.k.BondOf(f.ctx, whom); err == nil && bond.Free().IsPositive() {
				_ = f.unbond(whom, bond.Free().Int64())
			}
			f.weigh(whom, 0)
			if _, err := f.claim(whom); err != nil {
				require.ErrorIs(t, err, stakingext.ErrNoRewards)
			}
		}
		f.next(30, 2*time.Hour)
		if f.totals().Stake().IsZero() && len(f.export().UnbackingBatches) == 0 {
			return
		}
	}
}

// Backing and leaving at once never gains, and costs a unit at most, at whatever
// price of a share, and the others lose nothing by it.
func TestS8_BackAndLeaveNeverGainsAndCostsAUnitAtMost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens, shares := math.ZeroInt(), math.ZeroInt()
		held := map[int]math.Int{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			who := rapid.IntRange(0, 3).Draw(t, "who")
			if held[who].IsNil() {
				held[who] = math.ZeroInt()
			}
			wasTokens, wasShares := tokens, shares
			others := map[int]math.Int{}
			for other, s := range held {
				others[other] = stakingext.ValueOf(s, tokens, shares)
			}
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				amount := math.NewInt(rapid.Int64Range(1, 1<<50).Draw(t, "amount"))
				before := stakingext.ValueOf(held[who], tokens, shares)
				bought := stakingext.SharesFor(amount, tokens, shares)
				tokens, shares, held[who] = tokens.Add(amount), shares.Add(bought), held[who].Add(bought)
				gain := stakingext.ValueOf(held[who], tokens, shares).Sub(before)
				require.True(t, gain.LTE(amount.AddRaw(1)) && gain.GTE(amount.SubRaw(1)), "%s for %s", gain, amount)
			case 1:
				value := stakingext.ValueOf(held[who], tokens, shares)
				if !value.IsPositive() {
					continue
				}
				amount := value
				given := held[who]
				if rapid.Bool().Draw(t, "part") {
					amount = math.NewInt(rapid.Int64Range(1, value.Int64()).Draw(t, "out"))
					if amount.LT(value) {
						given = stakingext.SharesOf(amount, tokens, shares)
					}
				}
				require.True(t, given.LTE(held[who]))
				tokens, shares, held[who] = tokens.Sub(amount), shares.Sub(given), held[who].Sub(given)
			case 2:
				cut := math.NewInt(rapid.Int64Range(0, 1<<40).Draw(t, "slash"))
				if cut.GTE(tokens) {
					continue // a new generation, tested elsewhere
				}
				tokens = tokens.Sub(cut)
				others, wasShares = nil, math.ZeroInt()
			}
			if wasShares.IsPositive() && shares.IsPositive() {
				// Rounding falls to the pool: a share is worth no less than before.
				require.True(t, tokens.Mul(wasShares).GTE(wasTokens.Mul(shares)))
			}
			require.Equal(t, tokens.IsZero(), shares.IsZero())
			sum, sumOfShares := math.ZeroInt(), math.ZeroInt()
			for other, s := range held {
				value := stakingext.ValueOf(s, tokens, shares)
				if was, ok := others[other]; ok && other != who {
					require.True(t, value.GTE(was), "%s, was %s", value, was)
				}
				sum, sumOfShares = sum.Add(value), sumOfShares.Add(s)
			}
			require.True(t, sum.LTE(tokens))
			require.True(t, sumOfShares.Equal(shares))
		}
	})
}
