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

// CheckInvariants walks the whole store (ErrInvariant): every record is what the
// state machine can have left, the ledger is the sum of what the tasks hold and
// the module account covers it, every task has exactly one due entry, and every
// index says what the records say. For tests, simulations and debugging; never in
// a block.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	// What could not be imported is not consistent.
	if err := gs.Validate(k.addresses); err != nil {
		return slashingtasks.ErrInvariant.Wrap(err.Error())
	}
	held := math.ZeroInt()
	open := 0
	for _, task := range gs.Tasks {
		held = held.Add(task.Held())
		if !task.Final() {
			open++
		}
		if err := k.checkTask(ctx, task); err != nil {
			return err
		}
	}
	seats := 0
	for _, seat := range gs.Seats {
		if !seat.Held {
			continue
		}
		seats++
		operator, err := k.operator(&seat)
		if err != nil {
			return err
		}
		if err := must(k.OpenSeats.Has(ctx, collections.Join(operator, seat.TaskId)))("task %d: the seat of %s is not listed", seat.TaskId, seat.Operator); err != nil {
			return err
		}
	}
	if err := k.checkLedger(ctx, gs.Params.FeeDenom, held); err != nil {
		return err
	}
	return k.checkCounts(ctx, len(gs.Tasks), open, seats)
}

func (k *Keeper) checkTask(ctx context.Context, task slashingtasks.Task) error {
	requester, err := k.addresses.StringToBytes(task.Requester)
	if err != nil {
		return err
	}
	if err := must(k.Due.Has(ctx, collections.Join(task.Due, task.Id)))("task %d is not due at %d", task.Id, task.Due); err != nil {
		return err
	}
	return must(k.Requesters.Has(ctx, collections.Join(sdk.AccAddress(requester), task.Id)))("task %d is not listed for %s", task.Id, task.Requester)
}

// checkCounts finds entries of queues and indexes that belong to no record.
func (k *Keeper) checkCounts(ctx context.Context, tasks, open, seats int) error {
	due, requesters, openSeats, openTasks := 0, 0, 0, 0
	if err := k.Due.Walk(ctx, nil, func(collections.Pair[int64, uint64]) (bool, error) {
		due++
		return false, nil
	}); err != nil {
		return err
	}
	count := func(n *int) func(collections.Pair[sdk.AccAddress, uint64]) (bool, error) {
		return func(collections.Pair[sdk.AccAddress, uint64]) (bool, error) {
			*n++
			return false, nil
		}
	}
	if err := k.Requesters.Walk(ctx, nil, count(&requesters)); err != nil {
		return err
	}
	if err := k.OpenSeats.Walk(ctx, nil, count(&openSeats)); err != nil {
		return err
	}
	if err := k.OpenTasks.Walk(ctx, nil, func(_ sdk.AccAddress, n uint32) (bool, error) {
		openTasks += int(n)
		return false, nil
	}); err != nil {
		return err
	}
	if due != tasks || requesters != tasks || openSeats != seats || openTasks != open {
		return slashingtasks.ErrInvariant.Wrapf(
			"%d tasks, %d of them open, %d held seats; but %d due, %d by requester, %d counted open, %d open seats",
			tasks, open, seats, due, requesters, openTasks, openSeats)
	}
	return nil
}

func (k *Keeper) checkLedger(ctx context.Context, denom string, held math.Int) error {
	ledger, err := k.Held.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		ledger, err = math.ZeroInt(), nil
	}
	if err != nil {
		return err
	}
	if !ledger.Equal(held) {
		return slashingtasks.ErrInvariant.Wrapf("tasks hold %s, the ledger says %s", held, ledger)
	}
	return k.checkBalance(ctx, denom, held)
}

func (k *Keeper) checkBalance(ctx context.Context, denom string, held math.Int) error {
	balance := k.bank.GetBalance(ctx, k.accounts.GetModuleAddress(slashingtasks.ModuleName), denom)
	if balance.Amount.LT(held) {
		return slashingtasks.ErrInvariant.Wrapf("tasks hold %s, the module account has %s", held, balance)
	}
	return nil
}

func must(has bool, err error) func(format string, args ...any) error {
	return func(format string, args ...any) error {
		if err == nil && !has {
			err = slashingtasks.ErrInvariant.Wrapf(format, args...)
		}
		return err
	}
}
