// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// Beacon returns the seed of a height. ErrSeedNotFound if there is none yet, ErrSeedPruned if
// it is no longer kept.
func (k *Keeper) Beacon(ctx context.Context, height int64) (por.Seed, error) {
	seed, err := k.Seeds.Get(ctx, height)
	if !errors.Is(err, collections.ErrNotFound) {
		return seed, err
	}
	latest, err := k.LatestBeacon(ctx)
	if err != nil {
		return por.Seed{}, err
	}
	if height < latest.Height {
		return por.Seed{}, errorsmod.Wrapf(por.ErrSeedPruned, "height %d", height)
	}
	return por.Seed{}, errorsmod.Wrapf(por.ErrSeedNotFound, "height %d, the newest is %d", height, latest.Height)
}

// LatestBeacon returns the newest seed; within a block that is the block's own. ErrSeedNotFound
// before genesis.
func (k *Keeper) LatestBeacon(ctx context.Context) (por.Seed, error) {
	it, err := k.Seeds.Iterate(ctx, new(collections.Range[int64]).Descending())
	if err != nil {
		return por.Seed{}, err
	}
	defer it.Close()
	if !it.Valid() {
		return por.Seed{}, errorsmod.Wrap(por.ErrSeedNotFound, "no seed at all")
	}
	return it.Value()
}

// DrawSeed returns the first seed by which min_contributions fresh contributions have come
// after lockHeight; ready is false while there is none. What a draw judges must be locked, for
// good, in block lockHeight or before. ErrSeedPruned if the lock is older than the retention:
// then lock again. The answer changes with min_contributions, so keep it once it is ready.
func (k *Keeper) DrawSeed(ctx context.Context, lockHeight int64) (seed []byte, ready bool, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, false, err
	}
	locked, err := k.Beacon(ctx, lockHeight)
	if errors.Is(err, por.ErrSeedNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	height, err := k.Contributions.Get(ctx, locked.Contributions+uint64(params.MinContributions))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	drawn, err := k.Seeds.Get(ctx, height)
	if err != nil {
		return nil, false, err
	}
	return drawn.Seed, true, nil
}

// Contribute makes the seed of a block. First is the block's first transaction, nil if it has
// none. Without a valid contribution the seed hashes on; the event says why. An error means
// that the store cannot be read, or ErrInvalidHeight, that the beacon is past this height.
func (k *Keeper) Contribute(ctx context.Context, height int64, proposer sdk.ConsAddress, first []byte) (por.Seed, error) {
	previous, err := k.previous(ctx, height)
	if err != nil {
		return por.Seed{}, err
	}
	duty, err := k.duty(ctx, previous, proposer, height)
	if err != nil {
		return por.Seed{}, err
	}
	output, absence := beacon.Judge(duty, first)
	seed := previous.NextAbsent(height)
	if absence == por.ABSENCE_UNSPECIFIED {
		seed = previous.Next(height, duty.Operator, output)
	}
	if err := k.setSeed(ctx, seed); err != nil {
		return por.Seed{}, err
	}
	if err := k.prune(ctx, height); err != nil {
		return por.Seed{}, err
	}
	return seed, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&por.EventSeed{
		Seed: seed, Proposer: duty.Operator, Absence: absence,
	})
}

// previous returns the seed that the block of height builds on.
func (k *Keeper) previous(ctx context.Context, height int64) (por.Seed, error) {
	latest, err := k.LatestBeacon(ctx)
	if errors.Is(err, por.ErrSeedNotFound) {
		return por.GenesisSeed(sdk.UnwrapSDKContext(ctx).ChainID(), height-1), nil
	}
	if err != nil {
		return por.Seed{}, err
	}
	if latest.Height >= height {
		return por.Seed{}, errorsmod.Wrapf(por.ErrInvalidHeight, "%d, the newest seed is of %d", height, latest.Height)
	}
	return latest, nil
}

func (k *Keeper) setSeed(ctx context.Context, seed por.Seed) error {
	if seed.Fresh {
		if err := k.Contributions.Set(ctx, seed.Contributions, seed.Height); err != nil {
			return err
		}
	}
	return k.Seeds.Set(ctx, seed.Height, seed)
}

// prune removes seeds that are older than the retention. In the run of things that is one a
// block; after the retention was shortened it is max_items_per_block until it has caught up.
func (k *Keeper) prune(ctx context.Context, height int64) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	old, err := k.oldSeeds(ctx, height-params.RetentionBlocks, int(params.MaxItemsPerBlock))
	if err != nil {
		return err
	}
	for _, seed := range old {
		if err := k.removeSeed(ctx, seed); err != nil {
			return err
		}
	}
	return nil
}

// oldSeeds reads the oldest seeds up to and with the one of height.
func (k *Keeper) oldSeeds(ctx context.Context, height int64, limit int) ([]por.Seed, error) {
	it, err := k.Seeds.Iterate(ctx, new(collections.Range[int64]).EndInclusive(height))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var old []por.Seed
	for ; it.Valid() && len(old) < limit; it.Next() {
		seed, err := it.Value()
		if err != nil {
			return nil, err
		}
		old = append(old, seed)
	}
	return old, nil
}

func (k *Keeper) removeSeed(ctx context.Context, seed por.Seed) error {
	if seed.Fresh {
		if err := k.Contributions.Remove(ctx, seed.Contributions); err != nil {
			return err
		}
	}
	return k.Seeds.Remove(ctx, seed.Height)
}
