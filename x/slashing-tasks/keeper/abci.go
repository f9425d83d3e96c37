// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// patience is how many attempts to act on a task may fail in a row before it is
// closed and refunded: an escrow is never stuck behind a defect.
const patience = 6

// EndBlock acts on the tasks that are due, oldest first and at most
// max_due_per_block of them. A task on which acting fails is tried again later;
// neither an error nor a panic of one reaches the others or the block.
func (k *Keeper) EndBlock(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	due, err := k.dueNow(ctx, int(params.MaxDuePerBlock))
	if err != nil {
		return err
	}
	for _, entry := range due {
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.act(ctx, entry.K2()) })
		if failure == nil {
			continue
		}
		if err := isolate.Run(ctx, func(ctx context.Context) error { return k.postpone(ctx, entry, failure) }); err != nil {
			// Not even the record can be read: keep the entry for whoever repairs it.
			if err := k.moveEntry(ctx, entry, failure); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *Keeper) dueNow(ctx context.Context, most int) ([]collections.Pair[int64, uint64], error) {
	it, err := k.Due.Iterate(ctx, collections.NewPrefixUntilPairRange[int64, uint64](height(ctx)))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var due []collections.Pair[int64, uint64]
	for ; it.Valid() && len(due) < most; it.Next() {
		entry, err := it.Key()
		if err != nil {
			return nil, err
		}
		due = append(due, entry)
	}
	return due, nil
}

// act does what a task's phase asks for at its due height.
func (k *Keeper) act(ctx context.Context, id uint64) error {
	w, err := k.open(ctx, id)
	if err != nil {
		return err
	}
	w.task.Failures = 0
	switch w.task.Phase {
	case slashingtasks.PHASE_DRAWING:
		err = k.drawCommittee(ctx, w)
	case slashingtasks.PHASE_COMMITTING:
		err = k.closeCommits(ctx, w)
	case slashingtasks.PHASE_REVEALING:
		err = k.closeReveals(ctx, w)
	case slashingtasks.PHASE_CHALLENGEABLE:
		err = k.closeQuorum(ctx, w)
	case slashingtasks.PHASE_VERIFIED, slashingtasks.PHASE_CLOSED:
		if w.task.Held().IsZero() {
			return k.prune(ctx, w)
		}
		err = k.settle(ctx, w)
	default:
		err = slashingtasks.ErrInvariant.Wrapf("task %d is in phase %s", id, w.task.Phase)
	}
	if err != nil {
		return err
	}
	return k.save(ctx, w)
}

// postpone tries a task again later, or closes it when patience has run out.
func (k *Keeper) postpone(ctx context.Context, entry collections.Pair[int64, uint64], failure error) error {
	w, err := k.open(ctx, entry.K2())
	if errors.Is(err, slashingtasks.ErrTaskNotFound) {
		if err := k.Due.Remove(ctx, entry); err != nil {
			return err
		}
		return emit(ctx, &slashingtasks.EventTaskFailed{TaskId: entry.K2(), Error: failure.Error()})
	}
	if err != nil {
		return err
	}
	if w.task.Failures+1 >= patience && !w.task.Final() {
		closed := isolate.Run(ctx, func(ctx context.Context) error {
			if err := k.close(ctx, w, slashingtasks.CLOSE_REASON_EXPIRED); err != nil {
				return err
			}
			return k.save(ctx, w)
		})
		if closed == nil {
			return emit(ctx, &slashingtasks.EventTaskFailed{TaskId: w.task.Id, Error: failure.Error()})
		}
		if w, err = k.open(ctx, entry.K2()); err != nil {
			return err
		}
	}
	w.task.Failures++
	w.task.Due = height(ctx) + slashingtasks.Backoff(w.task.Failures)
	if err := k.save(ctx, w); err != nil {
		return err
	}
	return emit(ctx, &slashingtasks.EventTaskFailed{TaskId: w.task.Id, Error: failure.Error(), Retry: w.task.Due})
}

// moveEntry puts the queue entry of an unreadable task out of the way for a while.
func (k *Keeper) moveEntry(ctx context.Context, entry collections.Pair[int64, uint64], failure error) error {
	retry := height(ctx) + slashingtasks.Backoff(patience)
	if err := k.Due.Remove(ctx, entry); err != nil {
		return err
	}
	if err := k.Due.Set(ctx, collections.Join(retry, entry.K2())); err != nil {
		return err
	}
	return emit(ctx, &slashingtasks.EventTaskFailed{TaskId: entry.K2(), Error: failure.Error(), Retry: retry})
}
