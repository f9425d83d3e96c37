// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// marketDomain opens the seed of a sample.
const marketDomain = "openmesh/market/1"

// Market counts the Xnodes that could take a piece of work, and who asks what for
// it: all of them where they are at most params.max_market_sample, else that many
// that are drawn evenly, the same ones for everybody who asks at one height.
func (k *Keeper) Market(ctx context.Context, need workers.Need) (*workers.QueryMarketResponse, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	_, used, err := k.Weights.Size(ctx)
	if err != nil {
		return nil, err
	}
	m := &workers.QueryMarketResponse{Registered: used, Complete: used <= uint64(params.MaxMarketSample)}
	operators, err := k.marketSample(ctx, int(params.MaxMarketSample), m.Complete)
	if err != nil {
		return nil, err
	}
	m.Sampled = uint64(len(operators))
	var gasPrices, seatFees []math.Int
	for _, operator := range operators {
		x, err := k.Xnode(ctx, operator)
		if err != nil {
			return nil, err
		}
		if !x.Suits(need) {
			continue
		}
		standing, err := k.standing(ctx, operator, x)
		if err != nil {
			return nil, err
		}
		if !standing.Eligible || standing.Weight == 0 {
			continue
		}
		m.Able++
		if x.IsWilling(need) {
			m.Willing++
		}
		if !x.IsRated(need) {
			continue
		}
		m.Rated++
		if x.IsWilling(need) {
			m.Matching++
		}
		gasPrices = append(gasPrices, x.Card.Prices.GasPrice)
		seatFees = append(seatFees, x.Card.Prices.SeatFee)
	}
	m.GasPrices, m.SeatFees = quartiles(gasPrices), quartiles(seatFees)
	return m, nil
}

// ExplainMatch says which of the things that a need asks for keep how many Xnodes
// from being drawn, among those that Market looks at.
func (k *Keeper) ExplainMatch(ctx context.Context, need workers.Need) (*workers.QueryExplainMatchResponse, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	_, used, err := k.Weights.Size(ctx)
	if err != nil {
		return nil, err
	}
	complete := used <= uint64(params.MaxMarketSample)
	operators, err := k.marketSample(ctx, int(params.MaxMarketSample), complete)
	if err != nil {
		return nil, err
	}
	explainer := workers.NewExplainer(need)
	for _, operator := range operators {
		x, err := k.Xnode(ctx, operator)
		if err != nil {
			return nil, err
		}
		standing, err := k.standing(ctx, operator, x)
		if err != nil {
			return nil, err
		}
		explainer.Look(x, standing)
	}
	return explainer.Answer(used, complete), nil
}

// standing is what the bond and the sum tree say of an Xnode.
func (k *Keeper) standing(ctx context.Context, operator sdk.AccAddress, x workers.Xnode) (s workers.Standing, err error) {
	if s.Eligible, err = k.bonds.Eligible(ctx, operator); err != nil {
		return s, err
	}
	s.Weight, err = k.WeightOf(ctx, x)
	return s, err
}

// marketSample lists the operators of all slots in use, or those of a sample.
func (k *Keeper) marketSample(ctx context.Context, most int, all bool) ([]sdk.AccAddress, error) {
	var operators []sdk.AccAddress
	if all {
		err := k.Slots.Walk(ctx, nil, func(_ uint64, operator sdk.AccAddress) (bool, error) {
			operators = append(operators, operator)
			return false, nil
		})
		return operators, err
	}
	slots, _, err := k.Weights.Size(ctx)
	if err != nil {
		return nil, err
	}
	stream := workers.NewDrawStream(binary.BigEndian.AppendUint64([]byte(marketDomain), uint64(height(ctx))))
	seen := make(map[uint64]bool, most) // looked up only
	// Slots that are free or come twice use up a look: the sample is smaller, not skewed.
	for range most {
		slot := stream.Below(slots)
		if seen[slot] {
			continue
		}
		seen[slot] = true
		operator, err := k.Slots.Get(ctx, slot)
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		operators = append(operators, operator)
	}
	return operators, nil
}

// quartiles returns the least, the three quartiles (rounded down to a price that
// is asked) and the greatest; nothing for nothing.
func quartiles(prices []math.Int) []string {
	if len(prices) == 0 {
		return nil
	}
	slices.SortFunc(prices, func(a, b math.Int) int { return a.BigIntMut().Cmp(b.BigIntMut()) })
	out := make([]string, 0, 5)
	for quarter := range 5 {
		out = append(out, prices[(len(prices)-1)*quarter/4].String())
	}
	return out
}
