// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// initWindows fills the part of the store that windows have. ErrInvalidGenesis for a window
// that opened after the chain begins.
func (k *Keeper) initWindows(ctx context.Context, state por.GenesisState) error {
	for _, s := range state.Schedules {
		if err := k.Schedules.Set(ctx, uint32(s.Class), s); err != nil {
			return err
		}
	}
	for _, w := range state.Windows {
		if w.OpenedHeight > height(ctx) {
			return errorsmod.Wrapf(por.ErrInvalidGenesis, "%s window %d opened at height %d, the chain begins at %d: set initial_height, or export for height zero",
				w.Class.Name(), w.Number, w.OpenedHeight, height(ctx))
		}
		if err := k.setWindow(ctx, w); err != nil {
			return err
		}
	}
	for _, m := range state.Measurements {
		operator, err := k.account(m.Operator)
		if err != nil {
			return err
		}
		if err := k.setMeasurement(ctx, operator, m); err != nil {
			return err
		}
	}
	for _, c := range state.Capacities {
		operator, err := k.account(c.Operator)
		if err != nil {
			return err
		}
		if err := k.Capacities.Set(ctx, collections.Join(operator, uint32(c.Class)), c); err != nil {
			return err
		}
		if err := k.setMember(ctx, c.Class, operator, c.Claimed > 0); err != nil {
			return err
		}
		pending, err := k.pending(ctx, c.Class, operator)
		if err != nil {
			return err
		}
		if pending {
			if err := k.setMember(ctx, c.Class, operator, true); err != nil {
				return err
			}
		}
	}
	for _, p := range state.Presences {
		operator, err := k.account(p.Operator)
		if err != nil {
			return err
		}
		if err := k.Presences.Set(ctx, operator, p); err != nil {
			return err
		}
	}
	return nil
}

// exportWindows reads the part of the store that windows have.
func (k *Keeper) exportWindows(ctx context.Context, state *por.GenesisState) error {
	if err := k.Schedules.Walk(ctx, nil, func(_ uint32, s por.Schedule) (bool, error) {
		state.Schedules = append(state.Schedules, s)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.Windows.Walk(ctx, nil, func(_ collections.Pair[uint32, uint64], w por.Window) (bool, error) {
		state.Windows = append(state.Windows, w)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.Measurements.Walk(ctx, nil, func(_ collections.Triple[uint32, uint64, sdk.AccAddress], m por.Measurement) (bool, error) {
		state.Measurements = append(state.Measurements, m)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.Capacities.Walk(ctx, nil, func(_ collections.Pair[sdk.AccAddress, uint32], c por.Capacity) (bool, error) {
		state.Capacities = append(state.Capacities, c)
		return false, nil
	}); err != nil {
		return err
	}
	return k.Presences.Walk(ctx, nil, func(_ sdk.AccAddress, p por.Presence) (bool, error) {
		state.Presences = append(state.Presences, p)
		return false, nil
	})
}

// zeroWindows readies windows and capacities for a chain that begins again at height 1: those
// that run end without a verdict for anybody, those that are kept are forgotten, and the next
// ones open as on a new chain. What is verified and every score stay.
func (k *Keeper) zeroWindows(ctx context.Context, state *por.GenesisState) error {
	for _, m := range state.Measurements {
		operator, err := k.account(m.Operator)
		if err != nil {
			return err
		}
		if err := k.Measurements.Remove(ctx, collections.Join3(uint32(m.Class), m.Window, operator)); err != nil {
			return err
		}
	}
	for _, w := range state.Windows {
		if err := k.Windows.Remove(ctx, collections.Join(uint32(w.Class), w.Number)); err != nil {
			return err
		}
	}
	for _, s := range state.Schedules {
		terms, _ := state.Params.Class(s.Class)
		s.Running, s.Oldest, s.DueHeight = false, s.Windows+1, 1+stagger(terms)
		if err := k.Schedules.Set(ctx, uint32(s.Class), s); err != nil {
			return err
		}
	}
	for _, c := range state.Capacities {
		operator, err := k.account(c.Operator)
		if err != nil {
			return err
		}
		c.ClaimedHeight, c.LastOkHeight = 0, 0
		if err := k.Capacities.Set(ctx, collections.Join(operator, uint32(c.Class)), c); err != nil {
			return err
		}
		if err := k.setMember(ctx, c.Class, operator, c.Claimed > 0); err != nil {
			return err
		}
	}
	for _, p := range state.Presences {
		operator, err := k.account(p.Operator)
		if err != nil {
			return err
		}
		if p.OfflineHeight > 0 {
			err = k.Presences.Remove(ctx, operator)
		} else {
			err = k.Presences.Set(ctx, operator, por.Presence{Operator: p.Operator})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
