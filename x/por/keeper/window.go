// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/por"
)

// The queues of EventItemFailed.
const (
	queueWindow   = "window"
	queueConclude = "conclude"
	queueFault    = "fault"
	queueRefresh  = "refresh"
)

// EndBlock moves every class on: a window opens, its answers are locked, drawn from and, some a
// block, concluded; Xnodes are told of a new mode; old windows are forgotten. Each class is on
// its own branch of the state, so that one that fails does not hold up the others.
func (k *Keeper) EndBlock(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	budget := &budget{checks: params.MaxChecksPerBlock}
	for _, class := range por.Classes() {
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.stepClass(ctx, params, class, budget) })
		if failure == nil {
			continue
		}
		if err := k.tellFailure(ctx, queueWindow, class, 0, nil, failure); err != nil {
			return err
		}
	}
	return nil
}

// budget is what is left of the block's costly work, for all classes together.
type budget struct{ checks uint32 }

// stepClass does what is due in a class at the end of a block.
func (k *Keeper) stepClass(ctx context.Context, params por.Params, class por.Class, budget *budget) error {
	s, found, err := k.schedule(ctx, params, class)
	if err != nil || !found {
		return err
	}
	if err := k.refresh(ctx, params, &s); err != nil {
		return err
	}
	if err := k.forget(ctx, params, &s); err != nil {
		return err
	}
	if s.Running {
		err = k.step(ctx, params, &s, budget)
	} else {
		err = k.openIfDue(ctx, params, &s)
	}
	if err != nil {
		return err
	}
	return k.Schedules.Set(ctx, uint32(class), s)
}

// schedule returns a class's schedule; a class that is on and has none gets one, so that the
// first windows of the classes come one after the other.
func (k *Keeper) schedule(ctx context.Context, params por.Params, class por.Class) (por.Schedule, bool, error) {
	s, err := k.Schedules.Get(ctx, uint32(class))
	if !errors.Is(err, collections.ErrNotFound) {
		return s, err == nil, err
	}
	terms, on := params.Class(class)
	if !on {
		return s, false, nil
	}
	return por.Schedule{Class: class, DueHeight: height(ctx) + 1 + stagger(terms), Oldest: 1}, true, nil
}

// stagger is how many blocks later than the first class's the first window of a class opens.
func stagger(terms por.ClassParams) int64 {
	return terms.PeriodBlocks * int64(terms.Class-por.CLASS_STORAGE) / int64(len(por.Classes()))
}

// openIfDue opens a window where the period is over, or the block's seed says so. It takes a
// fresh seed: any other was known before.
func (k *Keeper) openIfDue(ctx context.Context, params por.Params, s *por.Schedule) error {
	terms, on := params.Class(s.Class)
	if !on {
		return nil
	}
	now := height(ctx)
	seed, err := k.Beacon(ctx, now)
	if errors.Is(err, por.ErrSeedNotFound) || err == nil && !seed.Fresh {
		return nil
	}
	if err != nil {
		return err
	}
	surprise := now < s.DueHeight
	if surprise && (s.Windows == 0 || !por.Surprised(s.Class, seed.Seed, terms.SurpriseIntervalBlocks)) {
		return nil
	}
	w := por.NewWindow(terms, s.Windows+1, now, sdk.UnwrapSDKContext(ctx).BlockTime().UnixMilli(), seed.Seed, surprise)
	s.Windows, s.Running = w.Number, true
	s.DueHeight = max(now, s.DueHeight) + terms.PeriodBlocks
	if err := k.setWindow(ctx, w); err != nil {
		return err
	}
	if err := k.windowOpened(ctx, params, w); err != nil {
		return err
	}
	return emit(ctx, &por.EventWindowOpened{Class: w.Class, Window: w.Number, Seed: w.Seed, Deadline: w.Deadline, Surprise: surprise})
}

// step moves the window that runs on.
func (k *Keeper) step(ctx context.Context, params por.Params, s *por.Schedule, budget *budget) error {
	w, err := k.window(ctx, s.Class, s.Windows)
	if err != nil {
		return err
	}
	now := height(ctx)
	if w.Phase == por.PHASE_ANSWERING && now >= w.Deadline {
		w.Lock(now, sdk.UnwrapSDKContext(ctx).BlockTime().UnixMilli())
	}
	if w.Phase == por.PHASE_DRAWING {
		if err := k.draw(ctx, params, &w); err != nil {
			return err
		}
	}
	if w.Phase == por.PHASE_REVEALING && now >= w.RevealDeadline {
		w.Phase = por.PHASE_CONCLUDING
	}
	if w.Phase == por.PHASE_CONCLUDING {
		if err := k.concludeSome(ctx, params, &w, budget); err != nil {
			return err
		}
	}
	s.Running = w.Running()
	return k.setWindow(ctx, w)
}

// draw takes the seed that draws from the answers once it is there. Without a beacon it gives
// up after the retention, and nothing is known of anybody.
func (k *Keeper) draw(ctx context.Context, params por.Params, w *por.Window) error {
	now := height(ctx)
	seed, ready, err := k.DrawSeed(ctx, w.LockHeight)
	switch {
	case errors.Is(err, por.ErrSeedPruned) || err == nil && !ready && now-w.LockHeight > params.RetentionBlocks:
		w.Phase = por.PHASE_CONCLUDING
		return nil
	case err != nil || !ready:
		return err
	}
	w.Draw(seed, now)
	if err := k.windowDrawn(ctx, params, w); err != nil {
		return err
	}
	return emit(ctx, &por.EventWindowDrawn{Class: w.Class, Window: w.Number, DrawSeed: seed, RevealDeadline: w.RevealDeadline})
}

// window returns a window (ErrWindowNotFound).
func (k *Keeper) window(ctx context.Context, class por.Class, number uint64) (por.Window, error) {
	w, err := k.Windows.Get(ctx, collections.Join(uint32(class), number))
	if errors.Is(err, collections.ErrNotFound) {
		return w, errorsmod.Wrapf(por.ErrWindowNotFound, "%s window %d", class.Name(), number)
	}
	return w, err
}

func (k *Keeper) setWindow(ctx context.Context, w por.Window) error {
	return k.Windows.Set(ctx, collections.Join(uint32(w.Class), w.Number), w)
}

// runningWindow returns the window that runs in a class, if there is one.
func (k *Keeper) runningWindow(ctx context.Context, class por.Class) (por.Window, bool, error) {
	s, err := k.Schedules.Get(ctx, uint32(class))
	if errors.Is(err, collections.ErrNotFound) || err == nil && !s.Running {
		return por.Window{}, false, nil
	}
	if err != nil {
		return por.Window{}, false, err
	}
	w, err := k.window(ctx, class, s.Windows)
	return w, err == nil, err
}

// measurement returns what a window found out about an operator's Xnode, if there is anything.
func (k *Keeper) measurement(ctx context.Context, w por.Window, operator sdk.AccAddress) (por.Measurement, bool, error) {
	m, err := k.Measurements.Get(ctx, collections.Join3(uint32(w.Class), w.Number, operator))
	if errors.Is(err, collections.ErrNotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

func (k *Keeper) setMeasurement(ctx context.Context, operator sdk.AccAddress, m por.Measurement) error {
	return k.Measurements.Set(ctx, collections.Join3(uint32(m.Class), m.Window, operator), m)
}

// tellFailure tells that an item failed by itself and was left out.
func (k *Keeper) tellFailure(ctx context.Context, queue string, class por.Class, window uint64, operator sdk.AccAddress, failure error) error {
	text := ""
	if len(operator) > 0 {
		var err error
		if text, err = k.accounts.BytesToString(operator); err != nil {
			return err
		}
	}
	return emit(ctx, &por.EventItemFailed{Queue: queue, Class: class, Window: window, Operator: text, Reason: failure.Error()})
}
