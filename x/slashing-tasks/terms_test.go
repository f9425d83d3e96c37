// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestAQuorumIsTheLeastNumberAboveTwoThirds(t *testing.T) {
	for seats, want := range map[uint32]uint32{1: 1, 2: 2, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5, 8: 6, 15: 11, 31: 21, 64: 43} {
		require.Equal(t, want, slashingtasks.Quorum(seats), "of %d", seats)
	}
	for seats := uint32(1); seats <= slashingtasks.MaxSeats; seats++ {
		q := slashingtasks.Quorum(seats)
		require.True(t, 3*q > 2*seats && 3*(q-1) <= 2*seats && q <= seats, "%d of %d", q, seats)
	}
}

func TestALadderIsTheTierAndTheNextOnes(t *testing.T) {
	p := slashingtasks.DefaultParams()
	for tier, want := range map[uint32][]uint32{3: {3, 7, 15}, 7: {7, 15, 31}, 15: {15, 31}, 31: {31}} {
		got, err := p.Ladder(slashingtasks.VERIFY_COMMITTEE, tier)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	p.MaxEscalations = 0
	got, err := p.Ladder(slashingtasks.VERIFY_COMMITTEE, 7)
	require.NoError(t, err)
	require.Equal(t, []uint32{7}, got)
	_, err = p.Ladder(slashingtasks.VERIFY_COMMITTEE, 5)
	require.ErrorIs(t, err, slashingtasks.ErrInvalidTier)
}

func TestASeatsPayIsRoundedUp(t *testing.T) {
	for _, v := range []struct{ gas, want uint64 }{{0, 10}, {1, 11}, {1_000_000, 13}, {1_000_001, 14}} {
		require.Equal(t, math.NewIntFromUint64(v.want), slashingtasks.SeatPay(math.NewInt(10), v.gas, math.NewInt(3)))
	}
}

func TestTheEscrowCoversEverySeatOfTheLastStage(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := slashingtasks.DefaultParams()
		limit := rapid.Uint64Range(1, p.MaxGasLimit).Draw(rt, "limit")
		fee := math.NewIntFromUint64(rapid.Uint64Range(1_000, 1<<60).Draw(rt, "fee"))
		price := math.NewIntFromUint64(rapid.Uint64Range(1, 1<<60).Draw(rt, "price"))
		terms, err := slashingtasks.NewTerms(p, slashingtasks.Offer{Seats: rapid.SampledFrom(p.Tiers).Draw(rt, "tier"), SeatFee: fee, GasPrice: price})
		require.NoError(rt, err)
		sum := math.ZeroInt()
		for range terms.Ladder[len(terms.Ladder)-1] {
			sum = sum.Add(terms.SeatPay(rapid.Uint64().Draw(rt, "gas"), limit))
		}
		require.True(rt, sum.LTE(terms.Escrow(limit)))
	})
}

func TestTheHorizonCoversEveryStage(t *testing.T) {
	terms, err := slashingtasks.NewTerms(slashingtasks.DefaultParams(), slashingtasks.Offer{Seats: 7, SeatFee: math.NewInt(1_000), GasPrice: math.NewInt(1)})
	require.NoError(t, err)
	one := int64(60 + 60 + 2*(60+60) + 20 + 5 + 60)
	require.Equal(t, 3*one, terms.Horizon(0))
	require.Equal(t, one, terms.Horizon(2))
}

func TestC8_EveryParameterHasALeastAndAGreatestValue(t *testing.T) {
	type params = slashingtasks.Params
	require.NoError(t, slashingtasks.DefaultParams().Validate())
	huge := slashingtasks.MaxAmount.AddRaw(1)
	for name, changes := range map[string][]func(*params){
		"fee_denom":              {func(p *params) { p.FeeDenom = "" }, func(p *params) { p.FeeDenom = "1" }},
		"tiers":                  {func(p *params) { p.Tiers = nil }, func(p *params) { p.Tiers = []uint32{2} }, func(p *params) { p.Tiers = []uint32{65} }, func(p *params) { p.Tiers = []uint32{7, 3} }, func(p *params) { p.Tiers = []uint32{3, 3} }, func(p *params) { p.Tiers = make([]uint32, 9) }},
		"max_escalations":        {func(p *params) { p.MaxEscalations = 8 }},
		"draw_timeout":           {func(p *params) { p.DrawTimeout = 2 }, func(p *params) { p.DrawTimeout = 10_001 }},
		"commit_window":          {func(p *params) { p.CommitWindow = 0 }, func(p *params) { p.CommitWindow = 100_001 }},
		"reveal_window":          {func(p *params) { p.RevealWindow = 0 }, func(p *params) { p.RevealWindow = 10_001 }},
		"challenge_window":       {func(p *params) { p.ChallengeWindow = 0 }, func(p *params) { p.ChallengeWindow = 1 << 63 }},
		"max_redraws":            {func(p *params) { p.MaxRedraws = 9 }},
		"audit_bps":              {func(p *params) { p.AuditBps = 10_001 }},
		"min_seat_fee":           {func(p *params) { p.MinSeatFee = math.NewInt(-1) }, func(p *params) { p.MinSeatFee = huge }, func(p *params) { p.MinSeatFee = math.Int{} }},
		"min_gas_price":          {func(p *params) { p.MinGasPrice = math.NewInt(-1) }, func(p *params) { p.MinGasPrice = huge }},
		"seat_bond":              {func(p *params) { p.SeatBond = math.ZeroInt() }, func(p *params) { p.SeatBond = huge }},
		"challenge_bond":         {func(p *params) { p.ChallengeBond = math.ZeroInt() }, func(p *params) { p.ChallengeBond = huge }},
		"overturned_slash_bps":   {func(p *params) { p.OverturnedSlashBps = 10_001 }},
		"equivocation_slash_bps": {func(p *params) { p.EquivocationSlashBps = 0 }, func(p *params) { p.EquivocationSlashBps = 10_001 }},
		"seat_cpu_millis":        {func(p *params) { p.SeatCpuMillis = 0 }, func(p *params) { p.SeatCpuMillis = 1_000_001 }},
		"max_memory_limit":       {func(p *params) { p.MaxMemoryLimit = 1 }, func(p *params) { p.MaxMemoryLimit = 1 << 33 }},
		"max_output_limit":       {func(p *params) { p.MaxOutputLimit = 0 }, func(p *params) { p.MaxOutputLimit = 1 << 35 }},
		"max_gas_limit":          {func(p *params) { p.MaxGasLimit = 0 }, func(p *params) { p.MaxGasLimit = 1 << 57 }},
		"retention":              {func(p *params) { p.Retention = 0 }, func(p *params) { p.Retention = 10_000_001 }},
		"max_due_per_block":      {func(p *params) { p.MaxDuePerBlock = 0 }, func(p *params) { p.MaxDuePerBlock = 1_001 }},
		"max_batch":              {func(p *params) { p.MaxBatch = 0 }, func(p *params) { p.MaxBatch = 257 }},
		"min_detwasm_version":    {func(p *params) { p.MinDetwasmVersion = 0 }, func(p *params) { p.MinDetwasmVersion = 2 }},
		"max_detwasm_version":    {func(p *params) { p.MinDetwasmVersion, p.MaxDetwasmVersion = 1, 65_536 }},
		"min_rating_bps":         {func(p *params) { p.MinRatingBps = 10_001 }},
		"sample_bps":             {func(p *params) { p.SampleBps = 0 }, func(p *params) { p.SampleBps = 10_001 }},
		"max_open_tasks":         {func(p *params) { p.MaxOpenTasks = 0 }, func(p *params) { p.MaxOpenTasks = 100_001 }},
	} {
		for i, change := range changes {
			p := slashingtasks.DefaultParams()
			change(&p)
			err := p.Validate()
			require.ErrorIs(t, err, slashingtasks.ErrInvalidParams, "%s %d", name, i)
			require.ErrorContains(t, err, name)
		}
	}
}

func TestTheWaitAfterFailuresDoublesToABound(t *testing.T) {
	require.EqualValues(t, 1, slashingtasks.Backoff(0))
	require.EqualValues(t, 2, slashingtasks.Backoff(1))
	require.EqualValues(t, 1_024, slashingtasks.Backoff(10))
	require.EqualValues(t, 1_024, slashingtasks.Backoff(1<<32-1))
}
