// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestOneSeatIsJudgedByTheLeastCommitteeThatCanOutvoteIt(t *testing.T) {
	type params = slashingtasks.Params
	tiers := func(sizes ...uint32) func(*params) { return func(p *params) { p.Tiers = sizes } }
	for _, test := range []struct {
		name   string
		change func(*params)
		verify slashingtasks.Verify
		seats  uint32
		want   []uint32
		err    error
	}{
		{"nobody checks unless challenged", tiers(3, 7, 15, 31), slashingtasks.VERIFY_NONE, 0, []uint32{1, 7}, nil},
		{"one seat may be said", tiers(3, 7, 15, 31), slashingtasks.VERIFY_NONE, 1, []uint32{1, 7}, nil},
		{"a sample goes on like a committee", tiers(3, 7, 15, 31), slashingtasks.VERIFY_SAMPLE, 0, []uint32{1, 7, 15}, nil},
		{"four can outvote one", tiers(3, 4), slashingtasks.VERIFY_SAMPLE, 0, []uint32{1, 4}, nil},
		{"where only three can be asked they are", tiers(3), slashingtasks.VERIFY_NONE, 0, []uint32{1, 3}, nil},
		{"nobody checks where nothing escalates", func(p *params) { p.MaxEscalations = 0 }, slashingtasks.VERIFY_NONE, 0, []uint32{1}, nil},
		{"no sample where nothing escalates", func(p *params) { p.MaxEscalations = 0 }, slashingtasks.VERIFY_SAMPLE, 0, nil, slashingtasks.ErrInvalidVerify},
		{"three seats are no single one", tiers(3), slashingtasks.VERIFY_NONE, 3, nil, slashingtasks.ErrInvalidTier},
		{"two neither", tiers(3), slashingtasks.VERIFY_SAMPLE, 2, nil, slashingtasks.ErrInvalidTier},
		{"one seat is no committee", tiers(3), slashingtasks.VERIFY_COMMITTEE, 1, nil, slashingtasks.ErrInvalidTier},
		{"none neither", tiers(3), slashingtasks.VERIFY_COMMITTEE, 0, nil, slashingtasks.ErrInvalidTier},
		{"nothing asked", tiers(3), slashingtasks.VERIFY_UNSPECIFIED, 3, nil, slashingtasks.ErrInvalidVerify},
		{"an unknown way", tiers(3), 4, 3, nil, slashingtasks.ErrInvalidVerify},
	} {
		p := slashingtasks.DefaultParams()
		test.change(&p)
		got, err := p.Ladder(test.verify, test.seats)
		require.ErrorIs(t, err, test.err, test.name)
		require.Equal(t, test.want, got, test.name)
	}
}

func TestOnlyTheSingleSeatOfASampleHasTheSamplesCoin(t *testing.T) {
	for _, test := range []struct {
		verify slashingtasks.Verify
		seats  uint32
		want   []uint32 // by stage
	}{
		{slashingtasks.VERIFY_NONE, 0, []uint32{0, 500}},
		{slashingtasks.VERIFY_SAMPLE, 0, []uint32{1_000, 500, 500}},
		{slashingtasks.VERIFY_COMMITTEE, 7, []uint32{500, 500, 500}},
	} {
		terms, err := slashingtasks.NewTerms(slashingtasks.DefaultParams(), slashingtasks.Offer{
			Verify: test.verify, Seats: test.seats, SeatFee: math.NewInt(1_000), GasPrice: math.OneInt(),
		})
		require.NoError(t, err)
		require.NoError(t, terms.Validate())
		require.Len(t, terms.Ladder, len(test.want))
		for stage, want := range test.want {
			require.Equal(t, want, terms.CoinBps(uint32(stage)), "%s in stage %d", test.verify, stage)
		}
	}
}
