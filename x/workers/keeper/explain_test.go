// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

// constraint returns what was found of one thing that is asked for.
func constraint(t testing.TB, res *workers.QueryExplainMatchResponse, name string) workers.MatchConstraint {
	t.Helper()
	for _, c := range res.Constraints {
		if c.Name == name {
			return c
		}
	}
	require.Fail(t, "no such constraint", name)
	return workers.MatchConstraint{}
}

func TestWhoFindsNoMatchIsToldWhatStandsInTheWay(t *testing.T) {
	f := park(t, 6) // of 8 cores each
	f.prove(0, 3_200)
	f.prove(1, 2_000)
	require.NoError(t, f.k.Allocate(f.ctx, operator(2), "task/1", workers.Resources{CpuMillis: 6_000}, 0))
	for i := 3; i < 6; i++ {
		f.prove(i, 1_000)
	}
	require.NoError(t, f.k.Drain(f.ctx, operator(5)))
	need := &workers.QueryExplainMatchRequest{Resources: workers.Resources{CpuMillis: 4_000, MemoryBytes: gib}, GasPrice: "10"}
	res, err := f.queries.ExplainMatch(f.ctx, need)
	require.NoError(t, err)
	require.Equal(t, []any{uint64(6), uint64(6), true, uint64(0)}, []any{res.Registered, res.Sampled, res.Complete, res.Matching})

	var names []string
	for _, c := range res.Constraints {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"status", "online", "bond", "until", "cpu_millis", "memory_bytes", "gas_price", "weight"}, names)
	text := "needs cpu_millis 4000: 0 of 6 have it, 1 more would if nothing were allocated, 5 more claim it without proof, " +
		"5 fail for this alone; nearest: 3200 on " + f.text(operator(0))
	require.Equal(t, workers.MatchConstraint{
		Name: "cpu_millis", Need: "4000", OnlyThis: 5, IfIdle: 1, IfProven: 5, Text: text,
		Nearest: &workers.NearestXnode{Operator: f.text(operator(0)), Have: "3200", Lacking: []string{"cpu_millis"}},
	}, constraint(t, res, "cpu_millis"))
	require.Equal(t, "0 of 6 Xnodes match; what stands in the way most often, alone: "+text, res.Summary)
	active := constraint(t, res, "status")
	require.Equal(t, []uint64{5, 5, 0}, []uint64{active.Passing, active.Remaining, active.OnlyThis}, "it would lack the cores as well")
	require.Equal(t, "draining", active.Nearest.Have)
	require.Equal(t, []string{"status", "cpu_millis", "weight"}, active.Nearest.Lacking)
	require.Equal(t, uint64(6), constraint(t, res, "memory_bytes").Passing)
	require.Zero(t, constraint(t, res, "memory_bytes").Remaining)

	f.prove(0, 4_000)
	res, err = f.queries.ExplainMatch(f.ctx, need)
	require.NoError(t, err)
	require.Equal(t, uint64(1), res.Matching)
}

func TestEverythingThatIsAskedForIsExplained(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	delete(f.bonds.free, string(operator(1)))
	_, err := f.k.AnnounceReclaim(f.ctx, operator(1), 0)
	require.NoError(t, err)
	require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(1)))
	res, err := f.queries.ExplainMatch(f.ctx, &workers.QueryExplainMatchRequest{
		Resources: workers.Resources{GpuCount: 2, GpuMemoryBytes: 5, GpuClass: "nvidia-h200", StorageBytes: 1 << 50, BandwidthBps: 1 << 40},
		GasPrice:  "9", SeatFee: "0", MinRating: 9_000, Attributes: []string{"tee=sev", "a.b=c"}, Regions: []string{"mars-1", "mars-2"}, Until: 1 << 40,
	})
	require.NoError(t, err)
	have := map[string]string{}
	for _, c := range res.Constraints {
		if c.Nearest != nil {
			have[c.Name+" "+c.Need] = c.Nearest.Have
		}
	}
	require.Equal(t, map[string]string{
		"bond eligible":              "none that is",
		"until height 1099511627776": "height 86500",
		"gpu_class nvidia-h200":      "none", "gpu_count 2": "0", "gpu_memory_bytes 5": "0",
		"storage_bytes 1125899906842624": "107374182400", "bandwidth_bps 1099511627776": "1000000000",
		"region mars-1 or mars-2": "eu-west-1", "attribute:a.b c": "none", "attribute:tee sev": "none",
		"rating 9000/10000": "5000", "gas_price 9 uopen or less": "10 uopen", "seat_fee 0 uopen or less": "100 uopen",
		"weight a free core and a unit of free bond": "8000 free cpu_millis",
	}, have)
	require.Equal(t, f.text(operator(1)), res.Nearest.Operator)
	require.Contains(t, res.Summary, "all others lack several things")
}

func TestAnEmptyRegisterIsExplainedToo(t *testing.T) {
	f := newFixture(t)
	res, err := f.queries.ExplainMatch(f.ctx, &workers.QueryExplainMatchRequest{})
	require.NoError(t, err)
	require.Equal(t, "no Xnode is registered", res.Summary)
	f.online(1)
	res, err = f.queries.ExplainMatch(f.ctx, &workers.QueryExplainMatchRequest{})
	require.NoError(t, err)
	require.Equal(t, "1 of 1 Xnodes match", res.Summary)
}

func TestC18_AnExplanationOfManyIsOneOfASample(t *testing.T) {
	f := park(t, 30)
	f.setParams(func(p *workers.Params) { p.MaxMarketSample = 10 })
	res, err := f.queries.ExplainMatch(f.ctx, &workers.QueryExplainMatchRequest{Resources: workers.Resources{CpuMillis: 9_000}})
	require.NoError(t, err)
	require.False(t, res.Complete)
	require.Equal(t, uint64(30), res.Registered)
	require.LessOrEqual(t, res.Sampled, uint64(10))
	require.Equal(t, res.Sampled, constraint(t, res, "cpu_millis").OnlyThis)
	require.Contains(t, res.Summary, "in an even sample of 30")
}

func TestC14_ANeedThatIsNoneIsRefused(t *testing.T) {
	f := newFixture(t)
	for name, request := range map[string]*workers.QueryExplainMatchRequest{
		"no attribute":        {Attributes: []string{"tee"}},
		"no key":              {Attributes: []string{"=x"}},
		"a key in capitals":   {Attributes: []string{"TEE=x"}},
		"a newline":           {Attributes: []string{"tee=\n"}},
		"a key twice":         {Attributes: []string{"tee=a", "tee=b"}},
		"17 attributes":       {Attributes: manyAttributes(17)},
		"a million":           {Attributes: manyAttributes(1_000_000)},
		"no region":           {Regions: []string{""}},
		"a region in words":   {Regions: []string{"West Europe"}},
		"a region twice":      {Regions: []string{"a", "a"}},
		"33 regions":          {Regions: manyAttributes(33)},
		"before the chain":    {Until: -1},
		"a class without GPU": {Resources: workers.Resources{GpuClass: "nvidia-h200"}},
		"a negative price":    {GasPrice: "-1"},
		"a rating beyond":     {MinRating: 10_001},
	} {
		_, err := f.queries.ExplainMatch(f.ctx, request)
		require.Error(t, err, name)
		_, err = f.queries.Market(f.ctx, (*workers.QueryMarketRequest)(request))
		require.Error(t, err, name)
	}
	_, err := f.queries.ExplainMatch(f.ctx, &workers.QueryExplainMatchRequest{Regions: []string{"A"}})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func manyAttributes(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("k%d=v", i))
	}
	return out
}

// TestExplanationMarketAndDrawAgree asks all three about random Xnodes and needs.
func TestExplanationMarketAndDrawAgree(t *testing.T) {
	const n = 8
	rapid.Check(t, func(rt *rapid.T) {
		f := park(t, n)
		f.setParams(func(p *workers.Params) { p.MaxDrawRejections = 100 })
		f.at(150)
		some := func(name string, most int) int { return rapid.IntRange(0, most).Draw(rt, name) }
		for i := range n {
			c := card(t, i)
			c.Prices.GasPrice = math.NewInt(int64(some("ask", 3)))
			c.Region = []string{"", "a", "b"}[some("region", 2)]
			if some("tee", 1) == 1 {
				c.Attributes = []workers.Attribute{{Key: "tee", Value: fmt.Sprint(some("kind", 1))}}
			}
			_, err := f.k.UpdateCard(f.ctx, operator(i), c, 0)
			require.NoError(rt, err)
			f.prove(i, uint64(some("proven", 9)*1_000))
			switch some("state", 6) {
			case 0:
				require.NoError(rt, f.k.Drain(f.ctx, operator(i)))
			case 1:
				_, err := f.k.AnnounceReclaim(f.ctx, operator(i), 90_000)
				require.NoError(rt, err)
			case 2:
				delete(f.bonds.free, string(operator(i))) // no hook told
			case 3:
				require.NoError(rt, f.k.Rate(f.ctx, operator(i), "task/1", workers.RATING_CAUSE_WRONG))
			}
		}
		request := &workers.QueryExplainMatchRequest{
			Resources: workers.Resources{CpuMillis: uint64(some("cpu", 8_000))}, GasPrice: fmt.Sprint(some("offer", 3)),
			MinRating: uint32(some("rating", 1) * 3_000), Until: int64(some("until", 2) * 60_000),
			Regions:    [][]string{nil, {"a"}, {"a", "b"}}[some("regions", 2)],
			Attributes: [][]string{nil, {"tee=1"}}[some("attributes", 1)],
		}
		attributes, err := workers.ParseAttributes(request.Attributes)
		require.NoError(rt, err)
		drawn := f.drawFor("seed", n, workers.Need{
			Resources: request.Resources, MaxGasPrice: offer(rt, request.GasPrice), MinRating: request.MinRating,
			Until: request.Until, Regions: request.Regions, Attributes: attributes,
		})
		explained, err := f.queries.ExplainMatch(f.ctx, request)
		require.NoError(rt, err)
		market, err := f.queries.Market(f.ctx, (*workers.QueryMarketRequest)(request))
		require.NoError(rt, err)
		require.EqualValues(rt, len(drawn), explained.Matching)
		require.EqualValues(rt, len(drawn), market.Matching)
		require.Equal(rt, explained.Matching, explained.Constraints[len(explained.Constraints)-1].Remaining)
		alone := uint64(0)
		for _, c := range explained.Constraints {
			require.LessOrEqual(rt, c.Remaining, c.Passing)
			require.LessOrEqual(rt, c.Passing+c.OnlyThis, explained.Sampled)
			require.Equal(rt, c.Passing == explained.Sampled, c.Nearest == nil)
			alone += c.OnlyThis
		}
		require.LessOrEqual(rt, explained.Matching+alone, explained.Sampled)
		require.Equal(rt, explained.Matching == explained.Sampled, explained.Nearest == nil)
	})
}

func offer(t require.TestingT, text string) math.Int {
	price, ok := math.NewIntFromString(text)
	require.True(t, ok)
	return price
}
