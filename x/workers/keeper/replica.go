// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/openmesh-network/openmesh/x/workers"
)

// put stores a replica, with its turn and the Xnode that it is on, and tells where
// it came to another state or place.
func (k *Keeper) put(ctx context.Context, r workers.Replica) error {
	key := collections.Join(r.ServiceId, r.Index)
	old, err := k.Replicas.Get(ctx, key)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if err := k.reindex(ctx, old, r); err != nil {
		return err
	}
	if err := k.Replicas.Set(ctx, key, r); err != nil {
		return err
	}
	return tellReplica(ctx, old, r)
}

// reindex brings the turn and the Xnode's list from one state of a replica to
// another; either may be none.
func (k *Keeper) reindex(ctx context.Context, old, r workers.Replica) error {
	if old.Deadline != r.Deadline {
		if old.Deadline > 0 {
			if err := k.ReplicaTurns.Remove(ctx, collections.Join3(old.Deadline, old.ServiceId, old.Index)); err != nil {
				return err
			}
		}
		if r.Deadline > 0 {
			if err := k.ReplicaTurns.Set(ctx, collections.Join3(r.Deadline, r.ServiceId, r.Index)); err != nil {
				return err
			}
		}
	}
	if old.Operator == r.Operator {
		return nil
	}
	if old.Holds() {
		operator, err := k.address(old.Operator)
		if err != nil {
			return err
		}
		if err := k.Hosted.Remove(ctx, collections.Join3(operator, old.ServiceId, old.Index)); err != nil {
			return err
		}
	}
	if !r.Holds() {
		return nil
	}
	operator, err := k.address(r.Operator)
	if err != nil {
		return err
	}
	return k.Hosted.Set(ctx, collections.Join3(operator, r.ServiceId, r.Index))
}

func tellReplica(ctx context.Context, old, r workers.Replica) error {
	if old.State == r.State && old.Operator == r.Operator {
		return nil
	}
	operator := r.Operator
	if operator == "" {
		operator = old.Operator
	}
	return emit(ctx, &workers.EventReplicaChanged{
		ServiceId: r.ServiceId, Index: r.Index, Operator: operator, From: old.State, To: r.State, Cause: r.LastCause, Error: r.LastError,
	})
}

// addReplica makes a replica that waits for a place, and stores it.
func (k *Keeper) addReplica(ctx context.Context, service uint64, change func(*workers.Replica)) (workers.Replica, error) {
	s, err := k.Service(ctx, service)
	if err != nil {
		return workers.Replica{}, err
	}
	now := height(ctx)
	r := workers.Replica{
		ServiceId: service, Index: s.NextIndex, State: workers.REPLICA_STATE_PENDING,
		Since: now, LockHeight: now, Deadline: now + seedPollBlocks,
	}
	if change != nil {
		change(&r)
	}
	s.NextIndex++
	if err := k.Services.Set(ctx, service, s); err != nil {
		return r, err
	}
	return r, k.put(ctx, r)
}

// enter moves a replica to a state; the caller stores it.
func enter(ctx context.Context, r *workers.Replica, state workers.ReplicaState, deadline int64) {
	r.State, r.Since, r.Deadline, r.LockHeight = state, height(ctx), deadline, 0
}

// vacate gives back what a replica holds; the caller stores it.
func (k *Keeper) vacate(ctx context.Context, r *workers.Replica) error {
	if !r.Holds() {
		return nil
	}
	operator, err := k.address(r.Operator)
	if err != nil {
		return err
	}
	if err := k.Release(ctx, operator, r.Subject()); err != nil {
		return err
	}
	r.Operator, r.Region = "", ""
	return nil
}

// await has a replica wait for another place, as this one came to nothing. Where
// it counts, the next attempt waits longer, and after params.max_attempts there is
// none until the owner changes the service. One in whose place another is put
// simply ends; so does one that was to take its old place again.
func (k *Keeper) await(
	ctx context.Context, params workers.Params, r workers.Replica, cause workers.ReplicaCause, reason string, counts bool,
) error {
	r.LastCause, r.LastError = cause, workers.Reason(reason)
	if r.ReplacedBy != 0 {
		return k.forget(ctx, params, r)
	}
	if r.Replaces != 0 {
		other, err := k.replica(ctx, r.ServiceId, r.Replaces)
		if err != nil {
			return err
		}
		if other.Leaving == workers.REPLICA_CAUSE_RETURNED {
			return k.callOff(ctx, params, other, r)
		}
	}
	if r.HasRun(height(ctx), params.StableAfter) {
		r.Settled()
	}
	if counts {
		r.Missed()
	}
	if err := k.vacate(ctx, &r); err != nil {
		return err
	}
	queueAgain(ctx, params, &r, counts)
	return k.put(ctx, r)
}

// queueAgain says when a replica without a place is tried again.
func queueAgain(ctx context.Context, params workers.Params, r *workers.Replica, counts bool) {
	if counts && r.Attempts >= params.MaxAttempts {
		enter(ctx, r, workers.REPLICA_STATE_FAILED, 0)
		return
	}
	wait := int64(1)
	if counts {
		wait = params.Backoff(r.Attempts)
	}
	enter(ctx, r, workers.REPLICA_STATE_PENDING, height(ctx)+wait)
	r.ReportedHeight = 0
}

// replace puts another replica in the place of one that runs. That one goes on
// until the other runs, or until its deadline, if it is not 0.
func (k *Keeper) replace(ctx context.Context, r workers.Replica, cause workers.ReplicaCause, deadline int64) error {
	other, err := k.addReplica(ctx, r.ServiceId, func(other *workers.Replica) { other.Replaces, other.LastCause = r.Index, cause })
	if err != nil {
		return err
	}
	r.ReplacedBy, r.Leaving, r.Deadline = other.Index, cause, deadline
	if err := k.put(ctx, r); err != nil {
		return err
	}
	return emit(ctx, &workers.EventReplicaLeaving{ServiceId: r.ServiceId, Index: r.Index, ReplacedBy: other.Index, Cause: cause})
}

// callOff has a replica stay in whose place another was to be put, and forgets the
// other one.
func (k *Keeper) callOff(ctx context.Context, params workers.Params, r, other workers.Replica) error {
	r.ReplacedBy, r.Leaving, other.Replaces = 0, workers.REPLICA_CAUSE_UNSPECIFIED, 0
	if r.State == workers.REPLICA_STATE_RUNNING {
		r.Deadline = 0
	}
	if err := k.put(ctx, r); err != nil {
		return err
	}
	if err := emit(ctx, &workers.EventReplicaLeaving{ServiceId: r.ServiceId, Index: r.Index}); err != nil {
		return err
	}
	return k.forget(ctx, params, other)
}

// detach ends what ties a replica to another: the one in whose place it is put
// stops with it, the one that is put in its place goes on. The caller stores r.
func (k *Keeper) detach(ctx context.Context, params workers.Params, r *workers.Replica) error {
	if r.Replaces != 0 {
		before, err := k.replica(ctx, r.ServiceId, r.Replaces)
		if err != nil {
			return err
		}
		r.Replaces, before.ReplacedBy, before.Leaving = 0, 0, workers.REPLICA_CAUSE_UNSPECIFIED
		before.LastCause = r.LastCause
		if err := k.drain(ctx, params, before); err != nil {
			return err
		}
	}
	if r.ReplacedBy == 0 {
		return nil
	}
	next, err := k.replica(ctx, r.ServiceId, r.ReplacedBy)
	if err != nil {
		return err
	}
	r.ReplacedBy, r.Leaving, next.Replaces = 0, workers.REPLICA_CAUSE_UNSPECIFIED, 0
	return k.put(ctx, next)
}

// drain stops a replica for good, and gives it time where it has a place. What is
// lost, or has no place, is forgotten at once. Why is in its last cause.
func (k *Keeper) drain(ctx context.Context, params workers.Params, r workers.Replica) error {
	if !r.Holds() || r.State == workers.REPLICA_STATE_LOST {
		return k.forget(ctx, params, r)
	}
	if r.State == workers.REPLICA_STATE_DRAINING {
		return nil
	}
	if err := k.detach(ctx, params, &r); err != nil {
		return err
	}
	enter(ctx, &r, workers.REPLICA_STATE_DRAINING, height(ctx)+params.DrainTimeout)
	return k.put(ctx, r)
}

// forget ends a replica: its place is given back, its record gone.
func (k *Keeper) forget(ctx context.Context, params workers.Params, r workers.Replica) error {
	if err := k.detach(ctx, params, &r); err != nil {
		return err
	}
	if err := k.vacate(ctx, &r); err != nil {
		return err
	}
	key := collections.Join(r.ServiceId, r.Index)
	old, err := k.Replicas.Get(ctx, key)
	if err != nil {
		return err
	}
	enter(ctx, &r, workers.REPLICA_STATE_STOPPED, 0)
	if err := k.reindex(ctx, old, r); err != nil {
		return err
	}
	if err := k.Replicas.Remove(ctx, key); err != nil {
		return err
	}
	if err := tellReplica(ctx, old, r); err != nil {
		return err
	}
	return k.pokeService(ctx, r.ServiceId)
}

// runs is what happens when a replica runs: the one in whose place it was put
// stops. One that is lost stays known for a while: it may return.
func (k *Keeper) runs(ctx context.Context, params workers.Params, r workers.Replica) error {
	if r.Replaces != 0 {
		before, err := k.replica(ctx, r.ServiceId, r.Replaces)
		if err != nil {
			return err
		}
		if before.State != workers.REPLICA_STATE_LOST {
			before.ReplacedBy, before.LastCause, before.Leaving = 0, before.Leaving, workers.REPLICA_CAUSE_UNSPECIFIED
			r.Replaces = 0
			if err := k.drain(ctx, params, before); err != nil {
				return err
			}
		}
	}
	deadline := int64(0)
	if r.Leaving == workers.REPLICA_CAUSE_DRAINED {
		deadline = height(ctx) + params.DrainTimeout
	}
	enter(ctx, &r, workers.REPLICA_STATE_RUNNING, deadline)
	if err := k.put(ctx, r); err != nil {
		return err
	}
	return k.pokeService(ctx, r.ServiceId)
}

// loses is what happens when the Xnode of a replica has stayed away for too long:
// another is put in its place, and it stays known for a while.
func (k *Keeper) loses(ctx context.Context, params workers.Params, r workers.Replica) error {
	s, err := k.Service(ctx, r.ServiceId)
	if err != nil {
		return err
	}
	r.LastCause, r.LastError = workers.REPLICA_CAUSE_LOST, ""
	if !s.IsActive() || r.ReplacedBy != 0 {
		return k.forget(ctx, params, r)
	}
	if r.Replaces != 0 { // a lost one: nobody waits for both
		if err := k.detach(ctx, params, &r); err != nil {
			return err
		}
	}
	other, err := k.addReplica(ctx, r.ServiceId, func(other *workers.Replica) {
		other.Replaces, other.LastCause = r.Index, workers.REPLICA_CAUSE_LOST
		other.Attempts, other.Avoid = r.Attempts+1, r.Avoid
		if other.Attempts > 1 {
			queueAgain(ctx, params, other, true)
		}
	})
	if err != nil {
		return err
	}
	enter(ctx, &r, workers.REPLICA_STATE_LOST, height(ctx)+params.ForgetAfter)
	r.ReplacedBy, r.Leaving = other.Index, workers.REPLICA_CAUSE_LOST
	return k.put(ctx, r)
}
