// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// maxHosted bounds how many replicas one turn of an Xnode looks at; the parameter
// that caps them may have been greater before, but not beyond this.
const maxHosted = 200

// xnodeChanged has the replicas on an Xnode looked at, at the end of this block.
func (k *Keeper) xnodeChanged(ctx context.Context, operator sdk.AccAddress) error {
	return k.hasTurn(ctx, operator, func(t *workers.XnodeTurn) { t.Height = height(ctx) })
}

// xnodeCame is xnodeChanged, of one that is online again.
func (k *Keeper) xnodeCame(ctx context.Context, operator sdk.AccAddress) error {
	return k.hasTurn(ctx, operator, func(t *workers.XnodeTurn) { t.Height, t.OfflineSince = height(ctx), 0 })
}

// xnodeWent is xnodeChanged, of one that went offline: its replicas are not
// touched before params.unknown_after.
func (k *Keeper) xnodeWent(ctx context.Context, operator sdk.AccAddress) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return k.hasTurn(ctx, operator, func(t *workers.XnodeTurn) {
		t.OfflineSince = height(ctx)
		if t.Height == 0 {
			t.Height = height(ctx) + params.UnknownAfter
		}
	})
}

// hasTurn changes the turn of an Xnode, if it has any replica.
func (k *Keeper) hasTurn(ctx context.Context, operator sdk.AccAddress, change func(*workers.XnodeTurn)) error {
	if hosted, err := k.hostedOn(ctx, operator, 1); err != nil || len(hosted) == 0 {
		return err
	}
	turn, err := k.XnodeTurns.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		text, err := k.text(operator)
		if err != nil {
			return err
		}
		turn = workers.XnodeTurn{Operator: text}
	} else if err != nil {
		return err
	}
	if turn.Height > 0 {
		if err := k.XnodeTurnQueue.Remove(ctx, collections.Join(turn.Height, operator)); err != nil {
			return err
		}
	}
	change(&turn)
	return k.setXnodeTurn(ctx, operator, turn)
}

func (k *Keeper) setXnodeTurn(ctx context.Context, operator sdk.AccAddress, turn workers.XnodeTurn) error {
	if err := k.XnodeTurnQueue.Set(ctx, collections.Join(turn.Height, operator)); err != nil {
		return err
	}
	return k.XnodeTurns.Set(ctx, operator, turn)
}

// lookAtXnode is the turn of an Xnode that changed: what each of its replicas makes
// of it follows from what the Xnode is now.
func (k *Keeper) lookAtXnode(ctx context.Context, params workers.Params, operator sdk.AccAddress) error {
	turn, err := k.XnodeTurns.Get(ctx, operator)
	if err != nil {
		return err
	}
	if err := k.XnodeTurnQueue.Remove(ctx, collections.Join(turn.Height, operator)); err != nil {
		return err
	}
	x, err := k.Xnode(ctx, operator)
	if err != nil {
		return err
	}
	absent := !x.Online
	if due := turn.OfflineSince + params.UnknownAfter; absent && turn.OfflineSince > 0 && height(ctx) < due {
		absent = false // not long enough
		turn.Height = due
		err = k.setXnodeTurn(ctx, operator, turn)
	} else {
		err = k.XnodeTurns.Remove(ctx, operator)
	}
	if err != nil {
		return err
	}
	keys, err := k.hostedOn(ctx, operator, maxHosted)
	if err != nil {
		return err
	}
	for _, key := range keys {
		r, err := k.Replicas.Get(ctx, key)
		if errors.Is(err, collections.ErrNotFound) {
			continue // ended with one before it
		}
		if err != nil {
			return err
		}
		if err := k.follow(ctx, params, x, r, absent); err != nil {
			return err
		}
	}
	return k.relieve(ctx, operator, keys)
}

// follow is what one replica makes of its Xnode.
func (k *Keeper) follow(ctx context.Context, params workers.Params, x workers.Xnode, r workers.Replica, absent bool) error {
	leaves, by := workers.REPLICA_CAUSE_UNSPECIFIED, int64(0)
	switch {
	case x.Status != workers.XNODE_STATUS_ACTIVE:
		leaves, by = workers.REPLICA_CAUSE_DRAINED, height(ctx)+params.DrainTimeout
	case x.ReclaimHeight > 0:
		leaves, by = workers.REPLICA_CAUSE_RECLAIMED, x.ReclaimHeight
	}
	switch r.State {
	case workers.REPLICA_STATE_PLACED, workers.REPLICA_STATE_STARTING:
		if leaves != workers.REPLICA_CAUSE_UNSPECIFIED {
			return k.await(ctx, params, r, leaves, "", false)
		}
	case workers.REPLICA_STATE_UNKNOWN:
		if x.Online {
			enter(ctx, &r, workers.REPLICA_STATE_STARTING, height(ctx)+params.StartTimeout)
			r.LastCause, r.LastError = workers.REPLICA_CAUSE_RETURNED, ""
			return k.put(ctx, r)
		}
	case workers.REPLICA_STATE_LOST:
		if x.Status != workers.XNODE_STATUS_ACTIVE {
			return k.forget(ctx, params, r)
		}
		if x.Online {
			return k.returns(ctx, params, x, r)
		}
	case workers.REPLICA_STATE_RUNNING:
		if absent {
			if r.HasRun(height(ctx), params.StableAfter) {
				r.Settled()
			}
			enter(ctx, &r, workers.REPLICA_STATE_UNKNOWN, height(ctx)+params.LostAfter)
			return k.put(ctx, r)
		}
		return k.leave(ctx, params, r, leaves, by)
	default: // what waits for a place, ends or has ended follows no Xnode
	}
	return nil
}

// leave has a replica that runs replaced, or brings forward by when, or calls it
// off where nothing was put in its place yet.
func (k *Keeper) leave(ctx context.Context, params workers.Params, r workers.Replica, cause workers.ReplicaCause, by int64) error {
	if cause != workers.REPLICA_CAUSE_UNSPECIFIED {
		if r.ReplacedBy == 0 {
			return k.replace(ctx, r, cause, by)
		}
		if r.Deadline == 0 || r.Deadline > by {
			r.Deadline, r.Leaving = by, cause
			return k.put(ctx, r)
		}
		return nil
	}
	if r.Leaving != workers.REPLICA_CAUSE_RECLAIMED && r.Leaving != workers.REPLICA_CAUSE_DRAINED {
		return nil
	}
	other, err := k.replica(ctx, r.ServiceId, r.ReplacedBy)
	if err != nil {
		return err
	}
	if !other.Holds() {
		return k.callOff(ctx, params, r, other)
	}
	r.Deadline = 0
	return k.put(ctx, r)
}

// returns is what becomes of a lost replica whose Xnode is online again. Where
// nothing was put in its place yet, it goes on; else the service's policy says
// which of the two does.
func (k *Keeper) returns(ctx context.Context, params workers.Params, x workers.Xnode, r workers.Replica) error {
	s, err := k.Service(ctx, r.ServiceId)
	if err != nil {
		return err
	}
	other, err := k.replica(ctx, r.ServiceId, r.ReplacedBy)
	if err != nil {
		return err
	}
	r.LastCause, r.LastError = workers.REPLICA_CAUSE_RETURNED, ""
	state, deadline := workers.REPLICA_STATE_STARTING, height(ctx)+params.StartTimeout
	if !other.Holds() {
		enter(ctx, &r, state, deadline)
		return k.callOff(ctx, params, r, other)
	}
	original, err := k.keepsOriginal(ctx, s, x, other)
	if err != nil {
		return err
	}
	if !original || other.ReplacedBy != 0 || !s.IsActive() || x.ReclaimHeight > 0 {
		r.State = workers.REPLICA_STATE_UNKNOWN // known again, so that it is drained
		return k.drain(ctx, params, r)
	}
	enter(ctx, &r, state, deadline)
	r.ReplacedBy, r.Leaving, r.Replaces = 0, workers.REPLICA_CAUSE_UNSPECIFIED, other.Index
	other.Replaces, other.ReplacedBy, other.Leaving = 0, r.Index, workers.REPLICA_CAUSE_RETURNED
	if err := k.put(ctx, r); err != nil {
		return err
	}
	if err := k.put(ctx, other); err != nil {
		return err
	}
	return emit(ctx, &workers.EventReplicaLeaving{
		ServiceId: other.ServiceId, Index: other.Index, ReplacedBy: r.Index, Cause: other.Leaving,
	})
}

func (k *Keeper) keepsOriginal(ctx context.Context, s workers.Service, x workers.Xnode, other workers.Replica) (bool, error) {
	if s.Spec.Reconcile != workers.RECONCILE_POLICY_BEST {
		return s.Spec.Reconcile == workers.RECONCILE_POLICY_KEEP_ORIGINAL, nil
	}
	operator, err := k.address(other.Operator)
	if err != nil {
		return false, err
	}
	rival, err := k.Xnode(ctx, operator)
	return x.Rating > rival.Rating, err
}

// relieve has replicas replaced until what stays on an Xnode is within what is
// proven of it: of those that run, the ones of the newest services and indexes.
func (k *Keeper) relieve(ctx context.Context, operator sdk.AccAddress, keys []replicaKey) error {
	x, found, err := k.stored(ctx, operator)
	if err != nil || !found || x.Capacity().Fits(x.Allocated) {
		return err
	}
	stays := x.Allocated
	var candidates []workers.Replica
	for _, key := range keys {
		r, err := k.Replicas.Get(ctx, key)
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		switch {
		case !r.Counts(): // it goes anyhow
			if stays, err = k.without(ctx, operator, stays, r); err != nil {
				return err
			}
		case r.State == workers.REPLICA_STATE_RUNNING && r.Operator == x.Operator:
			candidates = append(candidates, r)
		}
	}
	for i := len(candidates) - 1; i >= 0 && !x.Capacity().Fits(stays); i-- {
		r := candidates[i]
		if stays, err = k.without(ctx, operator, stays, r); err != nil {
			return err
		}
		if err := k.replace(ctx, r, workers.REPLICA_CAUSE_UNVERIFIED, 0); err != nil {
			return err
		}
	}
	return nil
}

// without is what of an amount stays without a replica.
func (k *Keeper) without(ctx context.Context, operator sdk.AccAddress, amount workers.Resources, r workers.Replica) (workers.Resources, error) {
	held, err := k.Allocations.Get(ctx, collections.Join(operator, r.Subject()))
	return amount.Without(held), err
}
