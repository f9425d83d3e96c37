// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// InitGenesis writes a state that Validate accepts, rebuilds the queues, indexes
// and the ledger, and creates the module account. x/bank comes before: its
// balance must cover the ledger, else ErrInvariant; and so does x/staking-ext, whose
// params must carry these, else ErrInvalidParams.
func (k *Keeper) InitGenesis(ctx context.Context, gs *slashingtasks.GenesisState) error {
	if err := gs.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.checkBonds(ctx, gs.Params); err != nil {
		return err
	}
	k.accounts.GetModuleAccount(ctx, slashingtasks.ModuleName)
	held := math.ZeroInt()
	for _, task := range gs.Tasks {
		held = held.Add(task.Held())
	}
	if err := k.checkBalance(ctx, gs.Params.FeeDenom, held); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.TaskSeq.Set(ctx, gs.NextTaskId); err != nil {
		return err
	}
	for _, task := range gs.Tasks {
		if err := k.initTask(ctx, task); err != nil {
			return err
		}
	}
	for _, seat := range gs.Seats {
		if err := k.initSeat(ctx, seat); err != nil {
			return err
		}
	}
	return k.Held.Set(ctx, held)
}

func (k *Keeper) initTask(ctx context.Context, task slashingtasks.Task) error {
	requester, err := k.addresses.StringToBytes(task.Requester)
	if err != nil {
		return err
	}
	if err := k.Tasks.Set(ctx, task.Id, task); err != nil {
		return err
	}
	if err := k.Due.Set(ctx, collections.Join(task.Due, task.Id)); err != nil {
		return err
	}
	if err := k.Requesters.Set(ctx, collections.Join(sdk.AccAddress(requester), task.Id)); err != nil {
		return err
	}
	if task.Final() {
		return nil
	}
	n, err := k.OpenTasks.Get(ctx, requester)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	return k.OpenTasks.Set(ctx, requester, n+1)
}

func (k *Keeper) initSeat(ctx context.Context, seat slashingtasks.Seat) error {
	if err := k.Seats.Set(ctx, collections.Join(seat.TaskId, seat.Index), seat); err != nil || !seat.Held {
		return err
	}
	operator, err := k.operator(&seat)
	if err != nil {
		return err
	}
	return k.OpenSeats.Set(ctx, collections.Join(operator, seat.TaskId))
}

// ExportGenesis reads the whole state.
func (k *Keeper) ExportGenesis(ctx context.Context) (*slashingtasks.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	next, err := k.TaskSeq.Peek(ctx)
	if err != nil {
		return nil, err
	}
	gs := &slashingtasks.GenesisState{Params: params, NextTaskId: next}
	if err := k.Tasks.Walk(ctx, nil, func(_ uint64, task slashingtasks.Task) (bool, error) {
		gs.Tasks = append(gs.Tasks, task)
		return false, nil
	}); err != nil {
		return nil, err
	}
	return gs, k.Seats.Walk(ctx, nil, func(_ collections.Pair[uint64, uint32], seat slashingtasks.Seat) (bool, error) {
		gs.Seats = append(gs.Seats, seat)
		return false, nil
	})
}
