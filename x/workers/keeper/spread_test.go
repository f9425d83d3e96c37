// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/workers"
)

// atlas has nine Xnodes online, three in each of three regions, the third of
// which is none. Xnodes with an even number say that they have a TEE.
func atlas(t testing.TB) *fixture {
	f := park(t, 9)
	f.at(150)
	for i := range 9 {
		c := card(t, i)
		c.Region = []string{"eu-west-1", "us-east-2", ""}[i%3]
		if i%2 == 0 {
			c.Attributes = []workers.Attribute{{Key: "cpu.vendor", Value: "amd"}, {Key: "tee", Value: fmt.Sprint("sev", i)}}
		}
		_, err := f.k.UpdateCard(f.ctx, operator(i), c, 0)
		require.NoError(t, err)
	}
	return f
}

// regionsOf counts the regions of the operators drawn.
func (f *fixture) regionsOf(drawn []string) map[string]int {
	f.t.Helper()
	n := map[string]int{}
	for _, text := range drawn {
		addr, err := f.ac.StringToBytes(text)
		require.NoError(f.t, err)
		x, err := f.k.Xnode(f.ctx, addr)
		require.NoError(f.t, err)
		n[x.Card.Region]++
	}
	return n
}

func TestADrawIsSpreadOverRegions(t *testing.T) {
	f := atlas(t)
	for i := range 50 {
		seed := fmt.Sprint(i)
		one := f.drawFor(seed, 9, workers.Need{Resources: small, MaxPerRegion: 1})
		require.Equal(t, map[string]int{"eu-west-1": 1, "us-east-2": 1, "": 1}, f.regionsOf(one), "no region is a region as well")
		require.Equal(t, f.draw(seed, 1, small), one[:1], "the first seat is the one without a limit")
		require.Equal(t, map[string]int{"eu-west-1": 2, "us-east-2": 2, "": 2},
			f.regionsOf(f.drawFor(seed, 9, workers.Need{Resources: small, MaxPerRegion: 2})))
		require.Len(t, f.drawFor(seed, 9, workers.Need{Resources: small, MaxPerRegion: 3}), 9)
		require.Equal(t, map[string]int{"us-east-2": 1, "": 2}, f.regionsOf(f.drawFor(seed, 9, workers.Need{
			Resources: small, MaxPerRegion: 2, Taken: []string{"eu-west-1", "us-east-2", "eu-west-1", "eu-west-1"},
		})), "seats that were given before count")
	}
}

func TestADrawThatIsSpreadIsBounded(t *testing.T) {
	f := park(t, 9) // all in one region
	f.setParams(func(p *workers.Params) { p.MaxDrawRejections = 3 })
	f.bonds.asked = 0
	require.Len(t, f.drawFor("seed", 2, workers.Need{Resources: small, MaxPerRegion: 1}), 1)
	require.Equal(t, 1+4, f.bonds.asked, "the fourth that is passed over ends it")
}

func TestADrawTakesOnlyWhatAndWhereWasAskedFor(t *testing.T) {
	f := atlas(t)
	texts := func(numbers ...int) (out []string) {
		for _, i := range numbers {
			out = append(out, f.text(operator(i)))
		}
		return out
	}
	amd := workers.Attribute{Key: "cpu.vendor", Value: "amd"}
	for name, c := range map[string]struct {
		need workers.Need
		want []string
	}{
		"a region":                {workers.Need{Regions: []string{"us-east-2"}}, texts(1, 4, 7)},
		"one of two regions":      {workers.Need{Regions: []string{"eu-west-1", "us-east-2"}}, texts(0, 1, 3, 4, 6, 7)},
		"a region of nobody":      {workers.Need{Regions: []string{"mars-1"}}, nil},
		"an attribute":            {workers.Need{Attributes: []workers.Attribute{amd}}, texts(0, 2, 4, 6, 8)},
		"two attributes":          {workers.Need{Attributes: []workers.Attribute{amd, {Key: "tee", Value: "sev4"}}}, texts(4)},
		"another value":           {workers.Need{Attributes: []workers.Attribute{{Key: "cpu.vendor", Value: "AMD"}}}, nil},
		"a key that nobody has":   {workers.Need{Attributes: []workers.Attribute{{Key: "cpu", Value: ""}}}, nil},
		"a region and attributes": {workers.Need{Regions: []string{"us-east-2"}, Attributes: []workers.Attribute{amd}}, texts(4)},
	} {
		require.NoError(t, c.need.Validate(), name)
		require.ElementsMatch(t, c.want, f.drawFor("seed", 9, c.need), name)
		request := &workers.QueryMarketRequest{Regions: c.need.Regions}
		for _, a := range c.need.Attributes {
			request.Attributes = append(request.Attributes, a.Key+"="+a.Value)
		}
		market, err := f.queries.Market(f.ctx, request)
		require.NoError(t, err, name)
		require.EqualValues(t, len(c.want), market.Matching, name)
	}
}

func TestW2_ACardIsBoundedInSize(t *testing.T) {
	f := newFixture(t)
	f.bond(1, 100)
	f.setParams(func(p *workers.Params) { p.MaxCardBytes = 512 })
	msg := f.registerMsg(1)
	for i := range 4 {
		msg.Card.Attributes = append(msg.Card.Attributes, workers.Attribute{Key: fmt.Sprint("k", i), Value: strings.Repeat("v", 64)})
	}
	_, err := f.msgs.RegisterXnode(f.ctx, msg)
	require.NoError(t, err)
	f.at(200)
	large := msg.Card
	for i := range 3 {
		large.Attributes = append(large.Attributes, workers.Attribute{Key: fmt.Sprint("l", i), Value: strings.Repeat("v", 64)})
	}
	require.Greater(t, large.Size(), 512)
	_, err = f.k.UpdateCard(f.ctx, operator(1), large, 0)
	require.ErrorIs(t, err, workers.ErrInvalidCard)

	f.setParams(func(p *workers.Params) { p.MaxCardBytes = 2_048 })
	_, err = f.k.UpdateCard(f.ctx, operator(1), large, 0)
	require.NoError(t, err)
	f.setParams(func(p *workers.Params) { p.MaxCardBytes = 512 })
	rotate := func(signer int, endpoints ...string) error {
		branch, _ := f.ctx.CacheContext()
		return f.k.RotateSigner(branch, operator(1), key(signer).PubKey().Bytes(), possession(t, chainID, operator(1), signer), endpoints)
	}
	require.NoError(t, rotate(2), "a stolen key is replaced whatever the cap is now")
	grown := "/dns4/" + strings.Repeat("x", 60) + ".example/tcp/4001/p2p/" + peerID(t, 2)
	require.ErrorIs(t, rotate(2, grown), workers.ErrInvalidCard)
}
