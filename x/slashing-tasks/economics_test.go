// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestTheLockThatMakesLyingNotPay(t *testing.T) {
	for _, c := range []struct {
		pay         int64
		coin, slash uint32
		want        int64
	}{
		{1_000, 500, 10_000, 38_000}, // 19 times, and again for what may return
		{1_000, 500, 5_000, 76_000},
		{13_157, 500, 5_000, 999_932},
		{1_001_000, 500, 5_000, 76_076_000},
		{1_000, 10_000, 5_000, 0}, // always found out
		{1, 9_999, 10_000, 1},     // rounded up
		{0, 500, 5_000, 0},
		{1_000, 1, 1, 199_980_000_000},
	} {
		require.Equal(t, math.NewInt(c.want).String(), slashingtasks.SecureBond(math.NewInt(c.pay), c.coin, c.slash).String(), c)
	}
}

// In exact fractions: with the lock a lie loses on average even if the half of the
// slash returns, and with one uopen less it would not.
func TestALieLosesWithTheLockAndNotWithLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pay := amounts().Draw(t, "pay")
		coin, slash := rapid.Uint32Range(1, 10_000).Draw(t, "coin"), rapid.Uint32Range(1, 10_000).Draw(t, "slash")
		lock := slashingtasks.SecureBond(pay, coin, slash)
		worth := func(lock math.Int) int { // of a lie, on average: its sign
			a := big.NewRat(int64(coin), 10_000)
			gain := new(big.Rat).Mul(new(big.Rat).Sub(big.NewRat(1, 1), a), new(big.Rat).SetInt(pay.BigInt()))
			loss := new(big.Rat).Mul(a, new(big.Rat).Mul(big.NewRat(int64(slash), 20_000), new(big.Rat).SetInt(lock.BigInt())))
			return gain.Cmp(loss)
		}
		require.LessOrEqual(t, worth(lock), 0)
		if lock.IsPositive() {
			require.Positive(t, worth(lock.SubRaw(1)))
		}
	})
}

func on(p slashingtasks.Params) slashingtasks.Params {
	p.SlashDissent = true
	return p
}

func TestTheDefaultsHoldWithSlashingOnAndOff(t *testing.T) {
	p := slashingtasks.DefaultParams()
	for _, q := range []slashingtasks.Params{p, on(p)} {
		require.NoError(t, q.Validate())
		require.NoError(t, q.ValidateAgainst(stakingext.DefaultParams()))
	}
	require.EqualValues(t, 3*445, p.LongestTask())
}

func TestParametersUnderWhichLyingPaysAreRefused(t *testing.T) {
	type params = slashingtasks.Params
	for label, c := range map[string]struct {
		change func(*params)
		names  []string
	}{
		"no audit":                  {func(p *params) { p.AuditBps = 0 }, []string{"audit_bps"}},
		"no penalty":                {func(p *params) { p.OverturnedSlashBps = 0 }, []string{"overturned_slash_bps"}},
		"audits too rare":           {func(p *params) { p.AuditBps = 380 }, []string{"max_seat_bond is 100000000", "380", "101364422"}},
		"samples too rare":          {func(p *params) { p.SampleBps = 380 }, []string{"380"}},
		"penalty too small":         {func(p *params) { p.OverturnedSlashBps = 3_800 }, []string{"3800"}},
		"pay too great":             {func(p *params) { p.MinGasPrice = math.NewInt(2) }, []string{"2001000"}},
		"programs too long":         {func(p *params) { p.MaxGasLimit = 2_000_000_000_000 }, []string{"2001000"}},
		"locks too small":           {func(p *params) { p.MaxSeatBond = math.NewInt(76_075_999) }, []string{"76076000"}},
		"a seat bond above the top": {func(p *params) { p.SeatBond = p.MaxSeatBond.AddRaw(1) }, []string{"seat_bond"}},
	} {
		p := on(slashingtasks.DefaultParams())
		c.change(&p)
		err := p.Validate()
		require.ErrorIs(t, err, slashingtasks.ErrInvalidParams, label)
		for _, name := range c.names {
			require.ErrorContains(t, err, name, label)
		}
	}
	p := on(slashingtasks.DefaultParams())
	p.MaxSeatBond = math.NewInt(76_076_000)
	require.NoError(t, p.Validate(), "exactly enough")
	p.SlashDissent, p.AuditBps = false, 0
	require.NoError(t, p.Validate(), "where nobody is slashed for a vote, nothing is promised")
}

func TestParametersAreHeldToThoseOfTheBonds(t *testing.T) {
	type bonds = stakingext.Params
	for label, c := range map[string]struct {
		change func(*bonds)
		names  []string
		off    bool // also where nobody is slashed for a vote
	}{
		"another denom":     {func(b *bonds) { b.BondDenom = "uatom" }, []string{"uopen", "uatom"}, true},
		"short locks":       {func(b *bonds) { b.MaxLockBlocks = 1_334 }, []string{"1335", "max_lock_blocks", "1334"}, true},
		"short evidence":    {func(b *bonds) { b.MaxEvidenceAgeBlocks = 1_334 }, []string{"1335", "max_evidence_age_blocks", "1334"}, true},
		"better detection":  {func(b *bonds) { b.MinDetectionBps = 501 }, []string{"audit_bps", "500", "min_detection_bps", "501"}, false},
		"greater penalties": {func(b *bonds) { b.WrongData.SlashBps = 5_001 }, []string{"5000", "5001"}, false},
	} {
		b := stakingext.DefaultParams()
		c.change(&b)
		p := slashingtasks.DefaultParams()
		if c.off {
			require.ErrorIs(t, p.ValidateAgainst(b), slashingtasks.ErrInvalidParams, label)
		} else {
			require.NoError(t, p.ValidateAgainst(b), label)
		}
		err := on(p).ValidateAgainst(b)
		require.ErrorIs(t, err, slashingtasks.ErrInvalidParams, label)
		for _, name := range c.names {
			require.ErrorContains(t, err, name, label)
		}
	}
	p := on(slashingtasks.DefaultParams())
	p.SampleBps = 499
	require.ErrorContains(t, p.ValidateAgainst(stakingext.DefaultParams()), "sample_bps is 499")
	exact := stakingext.DefaultParams()
	exact.MaxLockBlocks, exact.MaxEvidenceAgeBlocks = 1_335, 1_335
	require.NoError(t, on(slashingtasks.DefaultParams()).ValidateAgainst(exact))
}

func TestASeatLocksWhatItsPayAsksFor(t *testing.T) {
	type params = slashingtasks.Params
	for label, c := range map[string]struct {
		change func(*params)
		verify slashingtasks.Verify
		seats  uint32
		gas    uint64
		want   int64
	}{
		"a small task: the seat bond":               {nil, slashingtasks.VERIFY_COMMITTEE, 3, 12_157_000_000, 1_000_000},
		"a little more":                             {nil, slashingtasks.VERIFY_COMMITTEE, 3, 12_158_000_000, 1_000_008},
		"the longest":                               {nil, slashingtasks.VERIFY_COMMITTEE, 3, 1_000_000_000_000, 76_076_000},
		"whatever the number of seats":              {nil, slashingtasks.VERIFY_COMMITTEE, 15, 1_000_000_000_000, 76_076_000},
		"the last tier has no coin":                 {nil, slashingtasks.VERIFY_COMMITTEE, 31, 1_000_000_000_000, 1_000_000},
		"a sample: the weaker of both coins":        {nil, slashingtasks.VERIFY_SAMPLE, 1, 1_000_000_000_000, 76_076_000},
		"a sample with its coin alone":              {func(p *params) { p.MaxEscalations = 1 }, slashingtasks.VERIFY_SAMPLE, 1, 1_000_000_000_000, 36_036_000},
		"nobody checks":                             {nil, slashingtasks.VERIFY_NONE, 1, 1_000_000_000_000, 1_000_000},
		"nobody is slashed":                         {func(p *params) { p.SlashDissent = false }, slashingtasks.VERIFY_COMMITTEE, 3, 1_000_000_000_000, 1_000_000},
		"a greater seat bond stays":                 {func(p *params) { p.SeatBond = p.MaxSeatBond }, slashingtasks.VERIFY_COMMITTEE, 3, 1, 100_000_000},
		"always audited: nothing more than it asks": {func(p *params) { p.AuditBps = 10_000 }, slashingtasks.VERIFY_COMMITTEE, 3, 1_000_000_000_000, 1_000_000},
	} {
		p := on(slashingtasks.DefaultParams())
		if c.change != nil {
			c.change(&p)
		}
		require.NoError(t, p.Validate(), label)
		terms, err := slashingtasks.NewTerms(p, slashingtasks.Offer{Verify: c.verify, Seats: c.seats, SeatFee: math.NewInt(1_000), GasPrice: math.OneInt()})
		require.NoError(t, err, label)
		terms, err = terms.Secured(p, c.gas)
		require.NoError(t, err, label)
		require.Equal(t, math.NewInt(c.want), terms.SeatBond, label)
		require.NoError(t, terms.Validate(), label)
	}
}

func TestATaskThatNoLockSecuresIsRefused(t *testing.T) {
	p := on(slashingtasks.DefaultParams())
	offer := slashingtasks.Offer{Seats: 3, SeatFee: math.NewInt(1_000), GasPrice: math.NewInt(2)}
	terms, err := slashingtasks.NewTerms(p, offer)
	require.NoError(t, err)
	_, err = terms.Secured(p, p.MaxGasLimit)
	require.ErrorIs(t, err, slashingtasks.ErrUnsecured)
	require.ErrorContains(t, err, "2001000")
	require.ErrorContains(t, err, "152076000")
	require.ErrorContains(t, err, "100000000")
	_, err = terms.Secured(p, p.MaxGasLimit/2)
	require.NoError(t, err)
}

func TestC14_TheLockOfAnyTermsFitsOrIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := on(slashingtasks.DefaultParams())
		terms, err := slashingtasks.NewTerms(p, slashingtasks.Offer{
			Verify: slashingtasks.VERIFY_COMMITTEE, Seats: rapid.SampledFrom(p.Tiers).Draw(t, "tier"),
			SeatFee: slashingtasks.MaxAmount.Sub(amounts().Draw(t, "fee")).Abs().AddRaw(1_000), GasPrice: amounts().Draw(t, "price").AddRaw(1),
		})
		if err != nil {
			require.ErrorIs(t, err, slashingtasks.ErrInvalidPrice)
			return
		}
		secured, err := terms.Secured(p, rapid.Uint64Range(1, maxGas).Draw(t, "gas"))
		if err != nil {
			require.ErrorIs(t, err, slashingtasks.ErrUnsecured)
			return
		}
		require.True(t, secured.SeatBond.GTE(p.SeatBond) && secured.SeatBond.LTE(p.MaxSeatBond))
	})
}

func TestTheLongestTaskIsThatOfTheLongestLadder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := ladders().Draw(t, "params")
		p.MaxEscalations = rapid.Uint32Range(0, slashingtasks.MaxTiers-1).Draw(t, "escalations")
		longest := int64(0)
		for verify := slashingtasks.VERIFY_NONE; verify <= slashingtasks.VERIFY_COMMITTEE; verify++ {
			for _, seats := range append([]uint32{1}, p.Tiers...) {
				terms, err := slashingtasks.NewTerms(p, slashingtasks.Offer{Verify: verify, Seats: seats, SeatFee: math.ZeroInt(), GasPrice: math.ZeroInt()})
				if err == nil {
					longest = max(longest, terms.Horizon(0))
				}
			}
		}
		require.Equal(t, longest, p.LongestTask())
	})
}
