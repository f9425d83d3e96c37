// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	// maxReclaimAhead bounds how far ahead a reclaim is announced, in blocks.
	maxReclaimAhead = 100_000_000
	// maxReclaimTold bounds how many allocations one event lists.
	maxReclaimTold = 100
)

// AnnounceReclaim says from which height on the operator wants its machine back,
// at least params.min_reclaim_notice blocks ahead; 0 for just that many. From now
// on nothing is put on it that would last longer; at the height it drains. It
// replaces an announcement before, and returns the height.
func (k *Keeper) AnnounceReclaim(ctx context.Context, operator sdk.AccAddress, at int64) (int64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	x, err := k.live(ctx, operator)
	if err != nil {
		return 0, err
	}
	now := height(ctx)
	least, most := now+params.MinReclaimNotice, now+maxReclaimAhead
	if at == 0 {
		at = least
	}
	if at < least || at > most {
		return 0, errorsmod.Wrapf(workers.ErrInvalidReclaim, "at height %d: from %d to %d", at, least, most)
	}
	if err := k.dropReclaim(ctx, operator, &x); err != nil {
		return 0, err
	}
	if err := k.setReclaim(ctx, operator, &x, at); err != nil {
		return 0, err
	}
	x.Version++
	if err := k.save(ctx, operator, x); err != nil {
		return 0, err
	}
	if err := emit(ctx, &workers.EventReclaimAnnounced{Operator: x.Operator, AtHeight: at}); err != nil {
		return 0, err
	}
	if err := k.xnodeChanged(ctx, operator); err != nil {
		return 0, err
	}
	return at, k.reclaims.AfterXnodeReclaim(ctx, operator, at)
}

// CancelReclaim takes an announcement back (ErrNoReclaim). One that was due has
// drained the Xnode: Resume takes new work again.
func (k *Keeper) CancelReclaim(ctx context.Context, operator sdk.AccAddress) error {
	x, err := k.live(ctx, operator)
	if err != nil {
		return err
	}
	if x.ReclaimHeight == 0 {
		return errorsmod.Wrapf(workers.ErrNoReclaim, "operator %s", x.Operator)
	}
	if err := k.dropReclaim(ctx, operator, &x); err != nil {
		return err
	}
	x.Version++
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	if err := emit(ctx, &workers.EventReclaimCancelled{Operator: x.Operator}); err != nil {
		return err
	}
	if err := k.xnodeChanged(ctx, operator); err != nil {
		return err
	}
	return k.reclaims.AfterXnodeReclaim(ctx, operator, 0)
}

// runReclaims drains the Xnodes whose operators want them back by now.
func (k *Keeper) runReclaims(ctx context.Context, params workers.Params) error {
	keys, err := due(ctx, k.Reclaims, int(params.MaxQueueItemsPerBlock))
	if err != nil {
		return err
	}
	for _, key := range keys {
		operator := key.K2()
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.reclaim(ctx, operator) })
		if failure == nil {
			continue
		}
		if err := k.postponeReclaim(ctx, key, failure); err != nil {
			return err
		}
	}
	return nil
}

// reclaim drains an Xnode and tells who holds a part of it.
func (k *Keeper) reclaim(ctx context.Context, operator sdk.AccAddress) error {
	x, err := k.live(ctx, operator)
	if err != nil {
		return err
	}
	if err := k.dropReclaim(ctx, operator, &x); err != nil {
		return err
	}
	from := x.Status
	x.Status = workers.XNODE_STATUS_DRAINING
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	if from != x.Status {
		if err := emit(ctx, &workers.EventXnodeStatusChanged{Operator: x.Operator, From: from, To: x.Status}); err != nil {
			return err
		}
	}
	held, complete, err := k.held(ctx, operator, x.Operator, maxReclaimTold)
	if err != nil {
		return err
	}
	if err := emit(ctx, &workers.EventReclaimDue{Operator: x.Operator, Allocations: held, Complete: complete}); err != nil {
		return err
	}
	if err := k.xnodeChanged(ctx, operator); err != nil {
		return err
	}
	return k.reclaims.AfterXnodeReclaim(ctx, operator, height(ctx))
}

// held lists at most limit allocations of an Xnode, and says whether these are all.
func (k *Keeper) held(ctx context.Context, operator sdk.AccAddress, text string, limit int) (held []workers.Allocation, complete bool, err error) {
	complete = true
	err = k.Allocations.Walk(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, string](operator),
		func(key collections.Pair[sdk.AccAddress, string], r workers.Resources) (bool, error) {
			if len(held) == limit {
				complete = false
				return true, nil
			}
			held = append(held, workers.Allocation{Operator: text, Subject: key.K2(), Resources: r})
			return false, nil
		})
	return held, complete, err
}

// postponeReclaim moves a reclaim that failed to a later height and tells why.
// Where even the Xnode cannot be read, the reclaim is dropped.
func (k *Keeper) postponeReclaim(ctx context.Context, key collections.Pair[int64, sdk.AccAddress], failure error) error {
	operator := key.K2()
	if err := k.Reclaims.Remove(ctx, key); err != nil {
		return err
	}
	x, found, err := k.stored(ctx, operator)
	if err == nil && found && x.ReclaimHeight == key.K1() {
		if err := k.setReclaim(ctx, operator, &x, height(ctx)+retryBlocks); err != nil {
			return err
		}
		if err := k.Xnodes.Set(ctx, operator, x); err != nil {
			return err
		}
	}
	return k.tellFailure(ctx, operator, queueReclaim, failure)
}

// setReclaim queues x; the caller stores x.
func (k *Keeper) setReclaim(ctx context.Context, operator sdk.AccAddress, x *workers.Xnode, at int64) error {
	x.ReclaimHeight = at
	return k.Reclaims.Set(ctx, collections.Join(at, operator))
}

// dropReclaim takes x out of the queue; the caller stores x.
func (k *Keeper) dropReclaim(ctx context.Context, operator sdk.AccAddress, x *workers.Xnode) error {
	if x.ReclaimHeight == 0 {
		return nil
	}
	at := x.ReclaimHeight
	x.ReclaimHeight = 0
	return k.Reclaims.Remove(ctx, collections.Join(at, operator))
}
