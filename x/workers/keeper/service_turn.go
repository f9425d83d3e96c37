// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	// maxPerTurn is how many replicas or members one turn of a service adds or ends.
	maxPerTurn = 20
	// recordsPerReplica bounds the records of a service: beside each replica that is
	// wanted there may be one that is lost and one that drains.
	recordsPerReplica = 3
)

// lookAtService is the turn of a service: it brings the number of its replicas to
// the one that is wanted, moves them where they must be elsewhere, or ends them.
func (k *Keeper) lookAtService(ctx context.Context, params workers.Params, id uint64) error {
	s, err := k.Service(ctx, id)
	if err != nil {
		return err
	}
	if err := k.moveTurn(ctx, &s, 0); err != nil {
		return err
	}
	if err := k.Services.Set(ctx, id, s); err != nil {
		return err
	}
	var again bool
	switch s.Status {
	case workers.SERVICE_STATUS_ACTIVE:
		again, err = k.reconcile(ctx, params, s)
	case workers.SERVICE_STATUS_DRAINING:
		again, err = k.windDown(ctx, params, s)
	default:
		return k.remove(ctx, s)
	}
	if err != nil || !again {
		return err
	}
	if s, err = k.Service(ctx, id); err != nil {
		return err
	}
	if err := k.moveTurn(ctx, &s, height(ctx)+1); err != nil {
		return err
	}
	return k.Services.Set(ctx, id, s)
}

// reconcile says whether there is more to do in the next block.
func (k *Keeper) reconcile(ctx context.Context, params workers.Params, s workers.Service) (bool, error) {
	rs, err := k.replicasOf(ctx, s.Id)
	if err != nil {
		return false, err
	}
	var counted []workers.Replica
	for _, r := range rs {
		if r.Counts() {
			counted = append(counted, r)
		}
	}
	want := int(s.TargetReplicas)
	switch {
	case len(counted) < want:
		room := max(0, recordsPerReplica*int(s.MaxReplicas)-len(rs))
		add := min(want-len(counted), maxPerTurn, room)
		for range add {
			if _, err := k.addReplica(ctx, s.Id, nil); err != nil {
				return false, err
			}
		}
		// Without room, a replica that ends brings the next turn.
		return add == maxPerTurn, nil
	case len(counted) > want:
		return len(counted)-want > maxPerTurn, k.scaleDown(ctx, params, counted, min(len(counted)-want, maxPerTurn))
	}
	if err := k.revive(ctx, s, counted); err != nil {
		return false, err
	}
	return false, k.rollOut(ctx, params, s, rs)
}

// scaleDown ends n replicas: those that do not run first, then the newest.
func (k *Keeper) scaleDown(ctx context.Context, params workers.Params, counted []workers.Replica, n int) error {
	slices.SortStableFunc(counted, func(a, b workers.Replica) int {
		if a.Holds() != b.Holds() {
			if a.Holds() {
				return 1
			}
			return -1
		}
		if a.Index > b.Index {
			return -1
		}
		return 1
	})
	for _, r := range counted[:n] {
		r.LastCause, r.LastError = workers.REPLICA_CAUSE_SCALED, ""
		if err := k.drain(ctx, params, r); err != nil {
			return err
		}
	}
	return nil
}

// revive tries again what failed for good before the owner changed the service.
func (k *Keeper) revive(ctx context.Context, s workers.Service, counted []workers.Replica) error {
	for _, r := range counted {
		if r.State != workers.REPLICA_STATE_FAILED || r.Since > s.UpdatedHeight {
			continue
		}
		r.Settled()
		enter(ctx, &r, workers.REPLICA_STATE_PENDING, height(ctx)+1)
		if err := k.put(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// rollOut moves replicas whose places are for an older version: those that do not
// run yet at once, of the others one at a time, the oldest first. It stops where
// the one that is put in its place does not come to run.
func (k *Keeper) rollOut(ctx context.Context, params workers.Params, s workers.Service, rs []workers.Replica) error {
	var outdated []workers.Replica
	busy := false
	for _, r := range rs {
		busy = busy || r.Leaving == workers.REPLICA_CAUSE_UPDATED
		if r.Counts() && r.Holds() && r.PlacedVersion < s.PlacementVersion {
			outdated = append(outdated, r)
		}
	}
	moved := 0
	for _, r := range outdated {
		if moved == maxPerTurn {
			return k.pokeService(ctx, s.Id)
		}
		switch r.State {
		case workers.REPLICA_STATE_PLACED, workers.REPLICA_STATE_STARTING:
			if err := k.await(ctx, params, r, workers.REPLICA_CAUSE_UPDATED, "", false); err != nil {
				return err
			}
		case workers.REPLICA_STATE_RUNNING:
			if busy {
				continue
			}
			busy = true
			if err := k.replace(ctx, r, workers.REPLICA_CAUSE_UPDATED, 0); err != nil {
				return err
			}
		default: // UNKNOWN: it will be one of the above, or lost
			continue
		}
		moved++
	}
	return nil
}

// windDown ends the replicas of a service that is retired; with the last one the
// deposit goes back.
func (k *Keeper) windDown(ctx context.Context, params workers.Params, s workers.Service) (bool, error) {
	rs, err := k.replicasOf(ctx, s.Id)
	if err != nil {
		return false, err
	}
	ended := 0
	for _, r := range rs {
		if r.State == workers.REPLICA_STATE_DRAINING {
			continue
		}
		if ended == maxPerTurn {
			return true, nil
		}
		// Ending one may have ended the one that it was tied to.
		if has, err := k.Replicas.Has(ctx, collections.Join(s.Id, r.Index)); err != nil {
			return false, err
		} else if !has {
			continue
		}
		if r, err = k.replica(ctx, s.Id, r.Index); err != nil {
			return false, err
		}
		r.LastCause, r.LastError = workers.REPLICA_CAUSE_RETIRED, ""
		if err := k.drain(ctx, params, r); err != nil {
			return false, err
		}
		ended++
	}
	if rs, err = k.replicasOf(ctx, s.Id); err != nil || len(rs) > 0 {
		return false, err // the end of each brings the next turn
	}
	if s, err = k.Service(ctx, s.Id); err != nil {
		return false, err
	}
	if err := k.hold(ctx, &s, math.ZeroInt()); err != nil {
		return false, err
	}
	if err := k.moveTurn(ctx, &s, height(ctx)+params.NameCooldown); err != nil {
		return false, err
	}
	return false, k.setServiceStatus(ctx, s, workers.SERVICE_STATUS_RETIRED)
}

// remove forgets a retired service: some of its members, or with the last of them
// the rest. Its name is free then.
func (k *Keeper) remove(ctx context.Context, s workers.Service) error {
	members, err := dueKeys(ctx, k.Members, collections.Ranger[memberKey](membersOf(s.Id)), maxPerTurn)
	if err != nil {
		return err
	}
	for _, key := range members {
		if err := k.Members.Remove(ctx, key); err != nil {
			return err
		}
	}
	s.Members -= uint32(len(members))
	if s.Members > 0 {
		if err := k.moveTurn(ctx, &s, height(ctx)+1); err != nil {
			return err
		}
		return k.Services.Set(ctx, s.Id, s)
	}
	owner, err := k.address(s.Owner)
	if err != nil {
		return err
	}
	if err := k.ServiceNames.Remove(ctx, s.Name); err != nil {
		return err
	}
	if err := k.ServiceOwners.Remove(ctx, collections.Join(owner, s.Id)); err != nil {
		return err
	}
	if err := k.Services.Remove(ctx, s.Id); err != nil {
		return err
	}
	return emit(ctx, &workers.EventServiceRemoved{ServiceId: s.Id, Name: s.Name})
}
