// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// turn changes a seat's state.
func (k *Keeper) turn(ctx context.Context, w *work, i int, state slashingtasks.SeatState) error {
	w.seats[i].State = state
	w.touch(i)
	return emit(ctx, &slashingtasks.EventSeatStateChanged{TaskId: w.task.Id, Operator: w.seats[i].Operator, State: state})
}

// release gives a seat's bond and capacity back. It never holds up the task: a
// lock has its own deadline, and what is gone already need not be given back.
func (k *Keeper) release(ctx context.Context, w *work, i int) error {
	seat := &w.seats[i]
	if !seat.Held {
		return nil
	}
	operator, err := k.operator(seat)
	if err != nil {
		return err
	}
	subject := slashingtasks.Subject(w.task.Id)
	if _, err := k.try(ctx, w.task.Id, func(ctx context.Context) error {
		return ignore(k.bonds.Unlock(ctx, operator, subject), stakingext.ErrNoLock, stakingext.ErrNoBond)
	}); err != nil {
		return err
	}
	if _, err := k.try(ctx, w.task.Id, func(ctx context.Context) error {
		return ignore(k.workers.Release(ctx, operator, subject), workers.ErrNoAllocation, workers.ErrNotRegistered)
	}); err != nil {
		return err
	}
	seat.Held = false
	w.touch(i)
	return k.OpenSeats.Remove(ctx, collections.Join(operator, w.task.Id))
}

// miss ends a seat that did not do its part in time: a fault of the offline
// track, which never costs what fraud costs.
func (k *Keeper) miss(ctx context.Context, w *work, i int, kind string) error {
	if _, err := k.report(ctx, w, i, kind, stakingext.TrackOffline); err != nil {
		return err
	}
	if err := k.rate(ctx, w, i, workers.RATING_CAUSE_MISSED); err != nil {
		return err
	}
	if err := k.turn(ctx, w, i, slashingtasks.SEAT_STATE_MISSED); err != nil {
		return err
	}
	return k.release(ctx, w, i)
}

// rate tells x/workers how a seat served. A record that cannot be kept holds up
// nothing.
func (k *Keeper) rate(ctx context.Context, w *work, i int, cause workers.RatingCause) error {
	operator, err := k.operator(&w.seats[i])
	if err != nil {
		return err
	}
	_, err = k.try(ctx, w.task.Id, func(ctx context.Context) error {
		return ignore(k.workers.Rate(ctx, operator, slashingtasks.Subject(w.task.Id), cause), workers.ErrNotRegistered)
	})
	return err
}

// missAll ends every seat in a state.
func (k *Keeper) missAll(ctx context.Context, w *work, state slashingtasks.SeatState, kind string) error {
	for i := range w.seats {
		if w.seats[i].State == state {
			if err := k.miss(ctx, w, i, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// report hands a seat's fault to x/staking-ext and returns what it cost, in uopen.
func (k *Keeper) report(ctx context.Context, w *work, i int, kind string, track stakingext.FaultTrack) (math.Int, error) {
	return k.punish(ctx, w, i, kind, track, func(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault) (math.Int, error) {
		return k.bonds.ReportFault(ctx, operator, fault)
	})
}

// slash takes a fraction of a seat's bond, in 1/10,000, and returns what it cost, in uopen.
func (k *Keeper) slash(ctx context.Context, w *work, i int, kind string, bps uint32) (math.Int, error) {
	return k.punish(ctx, w, i, kind, stakingext.TrackWrongData, func(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault) (math.Int, error) {
		return k.bonds.Slash(ctx, operator, fault, bps)
	})
}

// punish applies a penalty for a fault, whose infraction dates from the draw of
// the seat. A penalty that cannot be applied holds up nothing.
func (k *Keeper) punish(
	ctx context.Context, w *work, i int, kind string, track stakingext.FaultTrack,
	apply func(context.Context, sdk.AccAddress, stakingext.Fault) (math.Int, error),
) (math.Int, error) {
	seat := &w.seats[i]
	operator, err := k.operator(seat)
	if err != nil {
		return math.ZeroInt(), err
	}
	fault := stakingext.Fault{Subject: slashingtasks.Subject(w.task.Id), Kind: kind, Track: track, Height: seat.DrawnHeight}
	if track == stakingext.TrackWrongData {
		if fault.Harmed, err = k.harmed(w, operator); err != nil {
			return math.ZeroInt(), err
		}
	}
	taken := math.ZeroInt()
	ok, err := k.try(ctx, w.task.Id, func(ctx context.Context) error {
		var err error
		taken, err = apply(ctx, operator, fault)
		return ignore(err, stakingext.ErrAlreadySlashed)
	})
	if !ok || taken.IsNil() {
		taken = math.ZeroInt()
	}
	return taken, err
}

// harmed is whom a wrong vote does harm to: who asked and paid for the task, unless
// the operator itself did.
func (k *Keeper) harmed(w *work, operator sdk.AccAddress) (sdk.AccAddress, error) {
	requester, err := k.addresses.StringToBytes(w.task.Requester)
	if err != nil || bytes.Equal(requester, operator) {
		return nil, err
	}
	return requester, nil
}

func (k *Keeper) operator(seat *slashingtasks.Seat) (sdk.AccAddress, error) {
	return k.addresses.StringToBytes(seat.Operator)
}

// ignore drops an error that is one of those expected.
func ignore(err error, expected ...error) error {
	for _, e := range expected {
		if errors.Is(err, e) {
			return nil
		}
	}
	return err
}

// Speaks says whether an account speaks for an operator's Xnode now.
func (k *Keeper) Speaks(ctx context.Context, signer sdk.AccAddress, operator string) bool {
	addr, err := k.workers.OperatorBySigner(ctx, signer)
	if err != nil {
		return false
	}
	text, err := k.addresses.BytesToString(addr)
	return err == nil && text == operator
}
