// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

func TestARatingMovesWithWhatAnXnodeDidAndWeighsNothing(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	weight := f.weight(1)
	require.EqualValues(t, 5_000, f.xnode(1).Rating, "initial_rating")
	for _, step := range []struct {
		cause    workers.RatingCause
		from, to uint32
	}{
		{workers.RATING_CAUSE_SERVED, 5_000, 5_100},
		{workers.RATING_CAUSE_MISSED, 5_100, 4_590},
		{workers.RATING_CAUSE_WRONG, 4_590, 2_295},
	} {
		require.NoError(t, f.k.Rate(f.ctx, operator(1), "task/7", step.cause))
		require.Equal(t, step.to, f.xnode(1).Rating)
		f.told(&workers.EventRatingChanged{
			Operator: f.text(operator(1)), Subject: "task/7", Cause: step.cause, From: step.from, To: step.to,
		})
	}
	require.Equal(t, weight, f.weight(1))
	require.Equal(t, uint64(1), f.xnode(1).Version, "the operator changed nothing")
	f.invariants()

	f.setParams(func(p *workers.Params) { p.RatingGainBps = 0 })
	n := f.count(&workers.EventRatingChanged{})
	require.NoError(t, f.k.Rate(f.ctx, operator(1), "task/8", workers.RATING_CAUSE_SERVED))
	require.Equal(t, n, f.count(&workers.EventRatingChanged{}), "nothing changed, nothing is told")
}

func TestC7_RatingChecksWithoutTheCaller(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	require.ErrorIs(t, f.k.Rate(f.ctx, operator(2), "task/7", workers.RATING_CAUSE_SERVED), workers.ErrNotRegistered)
	require.ErrorIs(t, f.k.Rate(f.ctx, operator(1), "", workers.RATING_CAUSE_SERVED), workers.ErrInvalidSubject)
	require.ErrorIs(t, f.k.Rate(f.ctx, operator(1), "task/7", 0), workers.ErrInvalidRating)
	require.EqualValues(t, 5_000, f.xnode(1).Rating)
}

func TestW6_ABadRatingSurvivesRetirementANewSignerAndANewRegistration(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	require.NoError(t, f.k.Rate(f.ctx, operator(1), "task/7", workers.RATING_CAUSE_WRONG))
	require.NoError(t, f.k.Retire(f.ctx, operator(1)))
	require.EqualValues(t, 2_500, f.xnode(1).Rating)
	require.NoError(t, f.k.Rate(f.ctx, operator(1), "task/8", workers.RATING_CAUSE_WRONG), "what is found out later counts too")
	f.invariants()
	f.at(f.ctx.BlockHeight() + workers.DefaultParams().ReregisterCooldown)
	msg := f.registerMsg(1)
	msg.SignerPubKey, msg.Possession = key(9).PubKey().Bytes(), possession(t, chainID, operator(1), 9)
	msg.Card = card(t, 9)
	_, err := f.msgs.RegisterXnode(f.ctx, msg)
	require.NoError(t, err)
	require.EqualValues(t, 1_250, f.xnode(1).Rating)
	f.invariants()
}

func TestW3_ADrawTakesOnlyWhoIsRatedWellEnoughAndAsksNoMore(t *testing.T) {
	f := park(t, 9)
	for i := range 3 {
		require.NoError(t, f.k.Rate(f.ctx, operator(i), "task/1", workers.RATING_CAUSE_WRONG))
	}
	f.at(200)
	for i := 3; i < 6; i++ {
		c := card(t, i)
		c.Prices = workers.Prices{GasPrice: math.NewInt(11), SeatFee: math.NewInt(100)}
		_, err := f.k.UpdateCard(f.ctx, operator(i), c, 0)
		require.NoError(t, err)
	}
	all := func(from, to int) (texts []string) {
		for i := from; i < to; i++ {
			texts = append(texts, f.text(operator(i)))
		}
		return texts
	}
	for name, test := range map[string]struct {
		need workers.Need
		want []string
	}{
		"whatever they ask":  {workers.Need{Resources: small}, all(0, 9)},
		"at a price":         {workers.Need{Resources: small, MaxGasPrice: math.NewInt(10)}, append(all(0, 3), all(6, 9)...)},
		"with a rating":      {workers.Need{Resources: small, MinRating: 5_000}, all(3, 9)},
		"with both":          {workers.Need{Resources: small, MinRating: 2_501, MaxGasPrice: math.NewInt(10), MaxSeatFee: math.NewInt(100)}, all(6, 9)},
		"for less than that": {workers.Need{Resources: small, MaxSeatFee: math.NewInt(99)}, nil},
	} {
		require.ElementsMatch(t, test.want, f.drawFor("seed", 9, test.need), name)
	}
	f.setParams(func(p *workers.Params) { p.MaxDrawRejections = 3 })
	require.Empty(t, f.drawFor("seed", 9, workers.Need{MinRating: 10_000}), "the search is bounded")
}

func TestC14_ACardAsksNoMoreThanTheParametersAllowAndKeepsWhatItAskedBefore(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxGasPrice, p.MaxSeatFee = math.NewInt(20), math.NewInt(100) })
	f.bond(1, 100)
	dear := f.registerMsg(1)
	dear.Card.Prices.GasPrice = math.NewInt(21)
	_, err := f.msgs.RegisterXnode(f.ctx, dear)
	require.ErrorIs(t, err, workers.ErrInvalidCard)
	f.online(1)
	f.at(200)
	c := card(t, 1)
	c.Prices.SeatFee = math.NewInt(101)
	_, err = f.k.UpdateCard(f.ctx, operator(1), c, 0)
	require.ErrorIs(t, err, workers.ErrInvalidCard)
	f.setParams(func(p *workers.Params) { p.MaxGasPrice = math.NewInt(1) })
	require.NoError(t, f.k.RotateSigner(f.ctx, operator(1), key(2).PubKey().Bytes(), possession(t, chainID, operator(1), 2), nil))
	require.EqualValues(t, 10, f.xnode(1).Card.Prices.GasPrice.Int64(), "a lower cap reaches no card")
	f.invariants()
}
