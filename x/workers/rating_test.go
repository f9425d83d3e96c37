// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

// The vectors stand in README.md too.
func TestRatingVectors(t *testing.T) {
	const served, missed, wrong = workers.RATING_CAUSE_SERVED, workers.RATING_CAUSE_MISSED, workers.RATING_CAUSE_WRONG
	for _, v := range []struct {
		from  uint32
		cause workers.RatingCause
		to    uint32
	}{
		{0, served, 200}, {0, missed, 0}, {0, wrong, 0},
		{1, served, 201}, {1, missed, 0}, {1, wrong, 0},
		{15, served, 215}, {15, missed, 13}, {15, wrong, 7},
		{5_000, served, 5_100}, {5_000, missed, 4_500}, {5_000, wrong, 2_500},
		{5_100, served, 5_198}, {5_100, missed, 4_590}, {5_100, wrong, 2_550},
		{9_999, served, 10_000}, {9_999, missed, 8_999}, {9_999, wrong, 4_999},
		{10_000, served, 10_000}, {10_000, missed, 9_000}, {10_000, wrong, 5_000},
	} {
		x := workers.Xnode{Rating: v.from}
		require.NoError(t, x.Rate(v.cause, workers.DefaultParams()))
		require.Equal(t, v.to, x.Rating, "%s from %d", v.cause, v.from)
	}
	x := workers.Xnode{Rating: 5_000}
	for _, cause := range []workers.RatingCause{workers.RATING_CAUSE_UNSPECIFIED, 4, -1} {
		require.ErrorIs(t, x.Rate(cause, workers.DefaultParams()), workers.ErrInvalidRating)
	}
	require.EqualValues(t, 5_000, x.Rating)
}

func TestARatingStaysWithinItsEndsAndGoesTheRightWay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		bps := rapid.Uint32Range(0, workers.MaxRating)
		p := workers.DefaultParams()
		p.RatingGainBps, p.RatingMissedBps = bps.Draw(rt, "gain"), bps.Draw(rt, "missed")
		p.RatingWrongBps = rapid.Uint32Range(p.RatingMissedBps, workers.MaxRating).Draw(rt, "wrong")
		require.NoError(rt, p.Validate())
		x := workers.Xnode{Rating: bps.Draw(rt, "rating")}
		after := func(cause workers.RatingCause) uint32 {
			y := x
			require.NoError(rt, y.Rate(cause, p))
			require.LessOrEqual(rt, y.Rating, uint32(workers.MaxRating))
			return y.Rating
		}
		served, missed, wrong := after(workers.RATING_CAUSE_SERVED), after(workers.RATING_CAUSE_MISSED), after(workers.RATING_CAUSE_WRONG)
		require.True(rt, wrong <= missed && missed <= x.Rating && x.Rating <= served)
		require.True(rt, p.RatingGainBps == 0 || served > x.Rating || x.Rating == workers.MaxRating, "no rating is stuck below the best")
		require.True(rt, p.RatingMissedBps == 0 || missed < x.Rating || x.Rating == 0, "none above the worst")
	})
}

func TestANeedIsMetByWhoCanTakeItAsksNoMoreAndIsRatedWellEnough(t *testing.T) {
	x := workers.Xnode{
		Status: workers.XNODE_STATUS_ACTIVE, Online: true, Rating: 5_000, Verified: workers.Resources{CpuMillis: 1_000},
		Card: workers.Card{
			Claimed: workers.Resources{CpuMillis: 1_000},
			Prices:  workers.Prices{GasPrice: math.NewInt(10), SeatFee: math.NewInt(100)},
		},
	}
	for _, test := range []struct {
		name string
		need workers.Need
		meet bool
	}{
		{"any price will do where none is named", workers.Need{}, true},
		{"all that it has", workers.Need{Resources: workers.Resources{CpuMillis: 1_000}}, true},
		{"more than it has", workers.Need{Resources: workers.Resources{CpuMillis: 1_001}}, false},
		{"exactly what it asks", workers.Need{MaxGasPrice: math.NewInt(10), MaxSeatFee: math.NewInt(100)}, true},
		{"less for gas", workers.Need{MaxGasPrice: math.NewInt(9)}, false},
		{"less for a seat", workers.Need{MaxGasPrice: math.NewInt(10), MaxSeatFee: math.NewInt(99)}, false},
		{"nothing at all", workers.Need{MaxGasPrice: math.ZeroInt()}, false},
		{"its rating", workers.Need{MinRating: 5_000}, true},
		{"a better rating", workers.Need{MinRating: 5_001}, false},
	} {
		require.Equal(t, test.meet, x.Meets(test.need), test.name)
	}
	x.Online = false
	require.False(t, x.Meets(workers.Need{}), "who is offline meets nothing")
}
