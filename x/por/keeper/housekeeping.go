// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/por"
)

// evidenceMode stands for evidence where a class's mode changed.
const evidenceMode = "mode"

// refresh tells x/workers anew of the members of a class whose mode changed, some a block.
func (k *Keeper) refresh(ctx context.Context, params por.Params, s *por.Schedule) error {
	if !s.Refreshing {
		return nil
	}
	members, last, err := k.membersAfter(ctx, s.Class, s.RefreshCursor, int(params.MaxMembersPerBlock))
	if err != nil {
		return err
	}
	for _, operator := range members {
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.tell(ctx, params, operator, evidenceMode) })
		if failure != nil {
			if err := k.tellFailure(ctx, queueRefresh, s.Class, 0, operator, failure); err != nil {
				return err
			}
		}
		s.RefreshCursor = operator
	}
	if last {
		s.Refreshing, s.RefreshCursor = false, nil
	}
	return nil
}

// modesChanged begins to tell x/workers anew of the classes whose mode is another one.
func (k *Keeper) modesChanged(ctx context.Context, before, after por.Params) error {
	for _, class := range por.Classes() {
		if before.Mode(class) == after.Mode(class) {
			continue
		}
		s, found, err := k.schedule(ctx, before, class)
		if err != nil {
			return err
		}
		if !found {
			s, _, err = k.schedule(ctx, after, class)
			if err != nil {
				return err
			}
		}
		s.Refreshing, s.RefreshCursor = true, nil
		if err := k.Schedules.Set(ctx, uint32(class), s); err != nil {
			return err
		}
	}
	return nil
}

// forget forgets the oldest window that is kept, once it has expired: its measurements first,
// some a block.
func (k *Keeper) forget(ctx context.Context, params por.Params, s *por.Schedule) error {
	if s.Oldest > s.Windows {
		return nil
	}
	key := collections.Join(uint32(s.Class), s.Oldest)
	w, err := k.Windows.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		s.Oldest++
		return nil
	}
	if err != nil || w.Running() || height(ctx) < w.ExpiresHeight {
		return err
	}
	if left, err := k.dropCommittees(ctx, w, int(params.MaxMembersPerBlock)); err != nil || left {
		return err
	}
	old, err := k.measurementsOf(ctx, w, int(params.MaxMembersPerBlock))
	if err != nil {
		return err
	}
	for _, operator := range old {
		if err := k.Measurements.Remove(ctx, collections.Join3(key.K1(), key.K2(), operator)); err != nil {
			return err
		}
	}
	if len(old) == int(params.MaxMembersPerBlock) {
		return nil
	}
	s.Oldest++
	return k.Windows.Remove(ctx, key)
}

// measurementsOf lists at most limit operators with a measurement in a window.
func (k *Keeper) measurementsOf(ctx context.Context, w por.Window, limit int) ([]sdk.AccAddress, error) {
	iter, err := k.Measurements.Iterate(ctx, collections.NewSuperPrefixedTripleRange[uint32, uint64, sdk.AccAddress](uint32(w.Class), w.Number))
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	var operators []sdk.AccAddress
	for ; iter.Valid() && len(operators) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		operators = append(operators, key.K3())
	}
	return operators, nil
}
