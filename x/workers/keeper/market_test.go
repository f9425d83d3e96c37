// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

// bazaar has n Xnodes online; Xnode i asks i+1 uopen for 1,000,000 gas.
func bazaar(t testing.TB, n int) *fixture {
	f := park(t, n)
	f.at(200)
	for i := range n {
		c := card(t, i)
		c.Prices.GasPrice = math.NewInt(int64(i + 1))
		_, err := f.k.UpdateCard(f.ctx, operator(i), c, 0)
		require.NoError(t, err)
	}
	return f
}

func TestTheMarketCountsWhoCouldTakeTheWorkAndSaysWhatTheyAsk(t *testing.T) {
	f := bazaar(t, 9)
	f.register(9)                                     // never online
	delete(f.bonds.free, string(operator(8)))         // no bond
	require.NoError(t, f.k.Drain(f.ctx, operator(7))) // takes nothing new
	for _, i := range []int{0, 6} {
		require.NoError(t, f.k.Rate(f.ctx, operator(i), "task/1", workers.RATING_CAUSE_MISSED))
	}
	got, err := f.queries.Market(f.ctx, &workers.QueryMarketRequest{
		Resources: small, GasPrice: "4", SeatFee: "100", MinRating: 5_000,
	})
	require.NoError(t, err)
	require.Equal(t, &workers.QueryMarketResponse{
		Registered: 10, Sampled: 10, Complete: true, Able: 7, Rated: 5, Willing: 4, Matching: 3,
		GasPrices: []string{"2", "3", "4", "5", "6"}, SeatFees: []string{"100", "100", "100", "100", "100"},
	}, got)
	drawn := f.drawFor("seed", 9, workers.Need{
		Resources: small, MaxGasPrice: math.NewInt(4), MaxSeatFee: math.NewInt(100), MinRating: 5_000,
	})
	require.Len(t, drawn, int(got.Matching), "those are the ones that are drawn")

	got, err = f.queries.Market(f.ctx, &workers.QueryMarketRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 7, got.Matching, "any price, any rating, any size")
	got, err = f.queries.Market(f.ctx, &workers.QueryMarketRequest{Resources: workers.Resources{GpuCount: 1}})
	require.NoError(t, err)
	require.Zero(t, got.Able)
	require.Empty(t, got.GasPrices)
}

func TestC18_AMarketOfManyIsASampleAndSaysSo(t *testing.T) {
	f := bazaar(t, 60)
	f.setParams(func(p *workers.Params) { p.MaxMarketSample = 20 })
	for i := range 10 {
		require.NoError(t, f.k.Retire(f.ctx, operator(6*i)))
	}
	f.bonds.asked = 0
	got, err := f.queries.Market(f.ctx, &workers.QueryMarketRequest{GasPrice: "30"})
	require.NoError(t, err)
	require.EqualValues(t, 50, got.Registered)
	require.False(t, got.Complete)
	require.True(t, got.Sampled > 5 && got.Sampled <= 20, "%d", got.Sampled)
	require.LessOrEqual(t, f.bonds.asked, 20)
	again, err := f.queries.Market(f.ctx, &workers.QueryMarketRequest{GasPrice: "30"})
	require.NoError(t, err)
	require.Equal(t, got, again, "the same for everybody at one height")

	seen, willing := uint64(0), uint64(0)
	for h := range int64(200) {
		f.at(300 + h)
		m, err := f.queries.Market(f.ctx, &workers.QueryMarketRequest{GasPrice: "30"})
		require.NoError(t, err)
		require.True(t, m.Matching <= m.Able && m.Able <= m.Sampled)
		seen, willing = seen+m.Sampled, willing+m.Willing
	}
	require.InDelta(t, 0.5, float64(willing)/float64(seen), 0.05, "25 of 50 ask 30 or less")
}

func TestC14_AnOfferThatIsNoneIsRefused(t *testing.T) {
	f := newFixture(t)
	got, err := f.queries.Market(f.ctx, &workers.QueryMarketRequest{})
	require.NoError(t, err)
	require.Equal(t, &workers.QueryMarketResponse{Complete: true}, got, "nobody is there")
	for name, req := range map[string]*workers.QueryMarketRequest{
		"a negative price":      {GasPrice: "-1"},
		"a price of words":      {SeatFee: "cheap"},
		"a price of many words": {SeatFee: strings.Repeat("9", 1_000)},
		"a rating beyond":       {MinRating: 10_001},
	} {
		_, err := f.queries.Market(f.ctx, req)
		require.Error(t, err, name)
		require.Equal(t, codes.InvalidArgument, status.Code(err), name)
	}
	_, err = f.queries.Market(f.ctx, &workers.QueryMarketRequest{Resources: workers.Resources{CpuMillis: 1 << 63}})
	require.ErrorIs(t, err, workers.ErrInvalidResources)
}
