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

	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"
)

// maxDrawRounds bounds how often Xnodes are drawn anew for those that could not
// be seated.
const maxDrawRounds = 8

// drawCommittee draws the committee of a stage once the beacon allows it. The
// first stage needs its whole tier, since that is the assurance that was paid
// for; a later one is content with one fresh seat.
func (k *Keeper) drawCommittee(ctx context.Context, w *work) error {
	t, now := &w.task, height(ctx)
	seed, ready, err := k.seed(ctx, w)
	if err != nil {
		return err
	}
	if !ready {
		if now >= t.Deadline {
			reason := slashingtasks.CLOSE_REASON_NO_BEACON
			if t.Stage == 0 && t.SeedAfter > t.SubmittedHeight {
				// The beacon has come, to a draw that found too few.
				reason = slashingtasks.CLOSE_REASON_NO_COMMITTEE
			}
			return k.unresolved(ctx, w, reason)
		}
		t.Due = now + 1
		return nil
	}
	kept := w.seats.Count(slashingtasks.SEAT_STATE_REVEALED)
	want := t.Terms.Ladder[t.Stage] - kept
	least := uint32(1)
	if t.Stage == 0 {
		least = want
	}
	drawn, err := k.fill(ctx, w, seed, want, least, 0)
	if err != nil {
		return err
	}
	if drawn == 0 {
		if t.Stage == 0 && now < t.Deadline {
			// The seed is known by now, so the next try takes another one: nobody
			// can place Xnodes after it.
			t.SeedAfter, t.Due = now, now+1
			return nil
		}
		return k.unresolved(ctx, w, slashingtasks.CLOSE_REASON_NO_COMMITTEE)
	}
	t.Seats, t.DrawnHeight = kept+drawn, now
	t.Redraws, t.RedrawSince = 0, 0
	deadline := now + int64(t.Terms.CommitWindow)
	return k.enter(ctx, w, slashingtasks.PHASE_COMMITTING, deadline, deadline)
}

// seed asks for randomness that came after the task's lock. A lock that the
// beacon no longer remembers is renewed.
func (k *Keeper) seed(ctx context.Context, w *work) (seed []byte, ready bool, err error) {
	seed, ready, err = k.beacon.DrawSeed(ctx, w.task.SeedAfter)
	if errors.Is(err, por.ErrSeedPruned) {
		w.task.SeedAfter = height(ctx)
		return nil, false, nil
	}
	return seed, ready, err
}

// fill draws up to want seats and seats them, or none if it cannot seat the
// least. It returns how many it has seated.
func (k *Keeper) fill(ctx context.Context, w *work, seed []byte, want, least, redraw uint32) (uint32, error) {
	exclude, err := k.excluded(ctx, w)
	if err != nil {
		return 0, err
	}
	before := len(w.seats)
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	seated := uint32(0)
	for round := uint32(0); seated < want && round < maxDrawRounds; round++ {
		domain := slashingtasks.DrawSeed(seed, w.task.Id, w.task.Stage, redraw, round)
		xnodes, err := k.workers.DrawXnodes(cached, domain, int(want-seated), k.need(ctx, w), exclude)
		if err != nil {
			return 0, err
		}
		if len(xnodes) == 0 || round == 0 && len(xnodes) < int(least) {
			break
		}
		for _, xnode := range xnodes {
			operator, err := k.addresses.StringToBytes(xnode.Operator)
			if err != nil {
				return 0, err
			}
			exclude = append(exclude, operator)
			ok, err := k.seat(cached, w, xnode, operator, redraw > 0)
			if err != nil {
				return 0, err
			}
			if ok {
				seated++
			}
		}
	}
	if seated < least {
		w.seats = w.seats[:before]
		return 0, nil
	}
	write()
	return seated, nil
}

// need is what a seat asks of an Xnode and pays it, as it was pinned: prices and
// ratings that change after the draw do not matter. Whatever becomes of the task,
// a seat drawn now is over by the horizon.
func (k *Keeper) need(ctx context.Context, w *work) workers.Need {
	terms := &w.task.Terms
	return workers.Need{
		Resources:   workers.Resources{CpuMillis: terms.SeatCpuMillis, MemoryBytes: w.task.Program.MemoryLimit},
		MaxGasPrice: terms.GasPrice,
		MaxSeatFee:  terms.SeatFee,
		MinRating:   terms.MinRatingBps,
		Until:       height(ctx) + terms.Horizon(w.task.Stage),
	}
}

// excluded lists who cannot be drawn: the requester's own Xnode, and everybody
// who has or had a seat.
func (k *Keeper) excluded(ctx context.Context, w *work) ([]sdk.AccAddress, error) {
	requester, err := k.addresses.StringToBytes(w.task.Requester)
	if err != nil {
		return nil, err
	}
	exclude := []sdk.AccAddress{requester}
	operator, err := k.workers.OperatorBySigner(ctx, requester)
	switch {
	case err == nil && !bytes.Equal(operator, requester):
		exclude = append(exclude, operator)
	case err != nil && !errors.Is(err, workers.ErrUnknownSigner):
		return nil, err
	}
	for _, seat := range w.seats {
		operator, err := k.addresses.StringToBytes(seat.Operator)
		if err != nil {
			return nil, err
		}
		exclude = append(exclude, operator)
	}
	return exclude, nil
}

// seat locks an Xnode's bond and capacity for a seat. It returns false for an
// Xnode that cannot be locked.
func (k *Keeper) seat(ctx context.Context, w *work, xnode workers.Xnode, operator sdk.AccAddress, redraw bool) (bool, error) {
	t := &w.task
	now, subject := height(ctx), slashingtasks.Subject(t.Id)
	// One that cannot be locked is passed over and not at fault: the next one that
	// is drawn takes its place.
	ok, err := k.try(ctx, t.Id, func(ctx context.Context) error {
		need := k.need(ctx, w)
		if err := k.bonds.Lock(ctx, operator, subject, t.Terms.SeatBond, need.Until); err != nil {
			return err
		}
		return k.workers.Allocate(ctx, operator, subject, need.Resources, need.Until)
	})
	if err != nil || !ok {
		return false, err
	}
	seat := slashingtasks.Seat{
		TaskId:        t.Id,
		Operator:      xnode.Operator,
		Signer:        xnode.Signer,
		Stage:         t.Stage,
		Index:         uint32(len(w.seats)),
		State:         slashingtasks.SEAT_STATE_DRAWN,
		DrawnHeight:   now,
		Paid:          math.ZeroInt(),
		Held:          true,
		SignerPubKeys: [][]byte{xnode.SignerPubKey},
	}
	w.seats = append(w.seats, seat)
	if err := k.OpenSeats.Set(ctx, collections.Join(operator, t.Id)); err != nil {
		return false, err
	}
	return true, emit(ctx, &slashingtasks.EventSeatDrawn{
		TaskId: t.Id, Operator: seat.Operator, Stage: seat.Stage, Index: seat.Index, Redraw: redraw,
	})
}
