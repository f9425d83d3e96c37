// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/sumtree"
)

// DrawXnodes draws at most n Xnodes, each with a probability proportional to its
// weight, without replacement. The seed alone decides: see workers.DrawStream.
// An Xnode that is drawn but does not meet the need, or whose bond is no longer
// eligible, is passed over for good and another is drawn, at most
// params.max_draw_rejections times. So is one in whose region need.MaxPerRegion
// seats are taken. Fewer than n are returned where fewer fit. Operators in exclude
// are never drawn. Nothing is written.
func (k *Keeper) DrawXnodes(
	ctx context.Context, seed []byte, n int, need workers.Need, exclude []sdk.AccAddress,
) ([]workers.Xnode, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	drawing, err := k.Weights.Draw(ctx)
	if err != nil {
		return nil, err
	}
	for _, operator := range exclude {
		x, found, err := k.stored(ctx, operator)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if err := drawing.Exclude(ctx, x.Slot); err != nil {
			return nil, err
		}
	}
	stream := workers.NewDrawStream(seed)
	rejections := uint32(0)
	inRegion := make(map[string]uint32) // seats by region, looked up only
	for _, region := range need.Taken {
		inRegion[region]++
	}
	var drawn []workers.Xnode
	for len(drawn) < n && drawing.Remaining() > 0 && rejections <= params.MaxDrawRejections {
		x, fits, err := k.drawOne(ctx, drawing, stream, need)
		if err != nil {
			return nil, err
		}
		if !fits || (need.MaxPerRegion > 0 && inRegion[x.Card.Region] >= need.MaxPerRegion) {
			rejections++
			continue
		}
		inRegion[x.Card.Region]++
		drawn = append(drawn, x)
	}
	return drawn, nil
}

// drawOne takes one slot out of the drawing and says whether its Xnode fits.
func (k *Keeper) drawOne(
	ctx context.Context, drawing *sumtree.Drawing, stream *workers.DrawStream, need workers.Need,
) (workers.Xnode, bool, error) {
	slot, err := drawing.Find(ctx, stream.Below(drawing.Remaining()))
	if err != nil {
		return workers.Xnode{}, false, err
	}
	if err := drawing.Exclude(ctx, slot); err != nil {
		return workers.Xnode{}, false, err
	}
	operator, err := k.Slots.Get(ctx, slot)
	if err != nil {
		return workers.Xnode{}, false, err
	}
	x, err := k.Xnode(ctx, operator)
	if err != nil || !x.Meets(need) {
		return x, false, err
	}
	eligible, err := k.bonds.Eligible(ctx, operator)
	return x, eligible, err
}
