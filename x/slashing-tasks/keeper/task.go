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

// work is a task and its seats on the desk: verbs change it in memory, save
// writes what has changed.
type work struct {
	task  slashingtasks.Task
	seats slashingtasks.Committee

	due      int64  // as stored, 0 for none
	stored   int    // seats as stored
	touched  []bool // which of those have changed
	failures uint32 // in a row, before this attempt
}

func (w *work) touch(i int) { w.touched[i] = true }

// Task returns a task (ErrTaskNotFound).
func (k *Keeper) Task(ctx context.Context, id uint64) (slashingtasks.Task, error) {
	task, err := k.Tasks.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return task, slashingtasks.ErrTaskNotFound.Wrapf("task %d", id)
	}
	return task, err
}

// Committee returns all seats of a task in drawing order.
func (k *Keeper) Committee(ctx context.Context, id uint64) (slashingtasks.Committee, error) {
	it, err := k.Seats.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint32](id))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	return it.Values()
}

func (k *Keeper) open(ctx context.Context, id uint64) (*work, error) {
	task, err := k.Task(ctx, id)
	if err != nil {
		return nil, err
	}
	seats, err := k.Committee(ctx, id)
	if err != nil {
		return nil, err
	}
	return &work{
		task: task, seats: seats,
		due: task.Due, stored: len(seats), touched: make([]bool, len(seats)), failures: task.Failures,
	}, nil
}

func (k *Keeper) save(ctx context.Context, w *work) error {
	if w.task.Due != w.due {
		if w.due != 0 {
			if err := k.Due.Remove(ctx, collections.Join(w.due, w.task.Id)); err != nil {
				return err
			}
		}
		if err := k.Due.Set(ctx, collections.Join(w.task.Due, w.task.Id)); err != nil {
			return err
		}
		w.due = w.task.Due
	}
	for i, seat := range w.seats {
		if i < w.stored && !w.touched[i] {
			continue
		}
		if err := k.Seats.Set(ctx, collections.Join(seat.TaskId, seat.Index), seat); err != nil {
			return err
		}
	}
	return k.Tasks.Set(ctx, w.task.Id, w.task)
}

// Submit takes the fee and locks a task; it returns the task's id.
func (k *Keeper) Submit(ctx context.Context, msg *slashingtasks.MsgSubmitTask) (uint64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	terms, requester, err := msg.Validate(k.addresses, params)
	if err != nil {
		return 0, err
	}
	bonds, err := k.bonds.GetParams(ctx)
	if err != nil {
		return 0, err
	}
	if blocks := terms.Horizon(0); blocks > bonds.MaxLockBlocks {
		return 0, slashingtasks.ErrTooLong.Wrapf("it can last %d blocks, x/staking-ext's max_lock_blocks is %d", blocks, bonds.MaxLockBlocks)
	}
	if err := k.countOpen(ctx, requester, 1, params.MaxOpenTasks); err != nil {
		return 0, err
	}
	if err := k.take(ctx, requester, msg.MaxFee.Amount, params.FeeDenom); err != nil {
		return 0, err
	}
	id, err := k.TaskSeq.Next(ctx)
	if err != nil {
		return 0, err
	}
	// The spelling that the codec gives, so that an upper-case one cannot differ.
	text, err := k.addresses.BytesToString(requester)
	if err != nil {
		return 0, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	task := slashingtasks.NewTask(id, text, msg.Program.Resolved(params), msg.Sources, terms, msg.MaxFee.Amount, sdkCtx.BlockHeight())
	if err := k.Requesters.Set(ctx, collections.Join(requester, id)); err != nil {
		return 0, err
	}
	if err := k.save(ctx, &work{task: task}); err != nil {
		return 0, err
	}
	if err := sdkCtx.EventManager().EmitTypedEvent(&slashingtasks.EventTaskSubmitted{
		TaskId: id, Requester: text, ModuleCid: task.Program.ModuleCid, Seats: terms.Ladder[0], Escrow: task.Escrow.String(),
		Verify: terms.Verify, MinRatingBps: terms.MinRatingBps, DetwasmVersion: task.Program.DetwasmVersion,
	}); err != nil {
		return 0, err
	}
	return id, k.announce(ctx, &task)
}

// countOpen changes a requester's number of open tasks by +1, up to a cap, or -1.
func (k *Keeper) countOpen(ctx context.Context, requester sdk.AccAddress, by int, most uint32) error {
	n, err := k.OpenTasks.Get(ctx, requester)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	switch {
	case by > 0 && n >= most:
		return slashingtasks.ErrTooManyOpenTasks.Wrapf("%d are open, at most %d", n, most)
	case by > 0:
		return k.OpenTasks.Set(ctx, requester, n+1)
	case n <= 1:
		return k.OpenTasks.Remove(ctx, requester)
	}
	return k.OpenTasks.Set(ctx, requester, n-1)
}

// enter moves a task to a phase whose deadline, and next due height, are given.
func (k *Keeper) enter(ctx context.Context, w *work, phase slashingtasks.Phase, deadline, due int64) error {
	w.task.Phase, w.task.Deadline, w.task.Due = phase, deadline, due
	return k.announce(ctx, &w.task)
}

func (k *Keeper) announce(ctx context.Context, t *slashingtasks.Task) error {
	return emit(ctx, &slashingtasks.EventPhaseChanged{TaskId: t.Id, Phase: t.Phase, Stage: t.Stage, Deadline: t.Deadline})
}

// prune forgets a final task and its seats.
func (k *Keeper) prune(ctx context.Context, w *work) error {
	requester, err := k.addresses.StringToBytes(w.task.Requester)
	if err != nil {
		return err
	}
	for _, seat := range w.seats {
		if err := k.Seats.Remove(ctx, collections.Join(seat.TaskId, seat.Index)); err != nil {
			return err
		}
	}
	if err := k.Requesters.Remove(ctx, collections.Join(sdk.AccAddress(requester), w.task.Id)); err != nil {
		return err
	}
	if err := k.Due.Remove(ctx, collections.Join(w.due, w.task.Id)); err != nil {
		return err
	}
	if err := k.Tasks.Remove(ctx, w.task.Id); err != nil {
		return err
	}
	return emit(ctx, &slashingtasks.EventTaskPruned{TaskId: w.task.Id})
}

// take moves an amount of uopen from an account into the module's ledger.
func (k *Keeper) take(ctx context.Context, from sdk.AccAddress, amount math.Int, denom string) error {
	if amount.IsZero() {
		return nil
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, from, slashingtasks.ModuleName, sdk.NewCoins(sdk.NewCoin(denom, amount))); err != nil {
		return err
	}
	return k.addHeld(ctx, amount)
}

// give moves an amount of uopen out of the module's ledger to an account.
func (k *Keeper) give(ctx context.Context, to string, amount math.Int) error {
	addr, err := k.addresses.StringToBytes(to)
	if err != nil {
		return err
	}
	coins, err := k.coins(ctx, amount)
	if err != nil {
		return err
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, slashingtasks.ModuleName, addr, coins); err != nil {
		return err
	}
	return k.addHeld(ctx, amount.Neg())
}

// burn destroys an amount of uopen of the module's ledger.
func (k *Keeper) burn(ctx context.Context, amount math.Int) error {
	coins, err := k.coins(ctx, amount)
	if err != nil {
		return err
	}
	if err := k.bank.BurnCoins(ctx, slashingtasks.ModuleName, coins); err != nil {
		return err
	}
	return k.addHeld(ctx, amount.Neg())
}

func (k *Keeper) coins(ctx context.Context, amount math.Int) (sdk.Coins, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return sdk.NewCoins(sdk.NewCoin(params.FeeDenom, amount)), nil
}

func (k *Keeper) addHeld(ctx context.Context, amount math.Int) error {
	held, err := k.Held.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		held, err = math.ZeroInt(), nil
	}
	if err != nil {
		return err
	}
	held = held.Add(amount)
	if held.IsNegative() {
		return slashingtasks.ErrInvariant.Wrapf("the ledger would fall to %s", held)
	}
	return k.Held.Set(ctx, held)
}
