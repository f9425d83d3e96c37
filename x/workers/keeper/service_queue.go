// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/workers"
)

// runServices gives Xnodes that changed, services, and replicas their turns, in
// that order; each as many as the parameters allow.
func (k *Keeper) runServices(ctx context.Context, params workers.Params) error {
	if err := k.runXnodeTurns(ctx, params); err != nil {
		return err
	}
	if err := k.runServiceTurns(ctx, params); err != nil {
		return err
	}
	return k.runReplicaTurns(ctx, params)
}

func (k *Keeper) runXnodeTurns(ctx context.Context, params workers.Params) error {
	keys, err := due(ctx, k.XnodeTurnQueue, params.SharedItems())
	if err != nil {
		return err
	}
	for _, key := range keys {
		operator := key.K2()
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.lookAtXnode(ctx, params, operator) })
		if failure == nil {
			continue
		}
		if err := k.postponeXnodeTurn(ctx, key, failure); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) runServiceTurns(ctx context.Context, params workers.Params) error {
	keys, err := dueKeys(ctx, k.ServiceTurns, collections.NewPrefixUntilPairRange[int64, uint64](height(ctx)), params.SharedItems())
	if err != nil {
		return err
	}
	for _, key := range keys {
		id := key.K2()
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.lookAtService(ctx, params, id) })
		if failure == nil {
			continue
		}
		if err := k.postponeService(ctx, key, failure); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) runReplicaTurns(ctx context.Context, params workers.Params) error {
	keys, err := dueKeys(ctx, k.ReplicaTurns,
		collections.NewPrefixUntilTripleRange[int64, uint64, uint64](height(ctx)), int(params.MaxReplicaItemsPerBlock))
	if err != nil {
		return err
	}
	for _, key := range keys {
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.lookAtReplica(ctx, params, key) })
		if failure == nil {
			continue
		}
		if err := k.postponeReplica(ctx, key, failure); err != nil {
			return err
		}
	}
	return nil
}

// dueKeys lists at most limit entries of a range.
func dueKeys[K any](ctx context.Context, set collections.KeySet[K], span collections.Ranger[K], limit int) (keys []K, err error) {
	err = set.Walk(ctx, span, func(key K) (bool, error) {
		keys = append(keys, key)
		return len(keys) >= limit, nil
	})
	return keys, err
}

// lookAtReplica is the turn of a replica: its place is drawn, or what it was to do
// by now has not come.
func (k *Keeper) lookAtReplica(ctx context.Context, params workers.Params, turn replicaTurn) error {
	// Another item of this block may have moved or ended it.
	if due, err := k.ReplicaTurns.Has(ctx, turn); err != nil || !due {
		return err
	}
	r, err := k.Replicas.Get(ctx, collections.Join(turn.K2(), turn.K3()))
	if err != nil {
		return err
	}
	switch r.State {
	case workers.REPLICA_STATE_PENDING:
		return k.place(ctx, params, r)
	case workers.REPLICA_STATE_PLACED, workers.REPLICA_STATE_STARTING:
		return k.await(ctx, params, r, workers.REPLICA_CAUSE_START_TIMEOUT, "it did not run in time", true)
	case workers.REPLICA_STATE_RUNNING: // it leaves, whether or not the other one runs
		r.LastCause = r.Leaving
		return k.drain(ctx, params, r)
	case workers.REPLICA_STATE_UNKNOWN:
		return k.loses(ctx, params, r)
	default: // LOST for too long, or DRAINING and not stopped
		return k.forget(ctx, params, r)
	}
}

// postponeReplica tries a turn again later. Where even the replica cannot be read,
// the turn is dropped.
func (k *Keeper) postponeReplica(ctx context.Context, key replicaTurn, failure error) error {
	if err := k.ReplicaTurns.Remove(ctx, key); err != nil {
		return err
	}
	r, err := k.Replicas.Get(ctx, collections.Join(key.K2(), key.K3()))
	if err == nil && r.Deadline == key.K1() {
		r.Deadline = height(ctx) + retryBlocks
		if err := k.put(ctx, r); err != nil {
			return err
		}
	}
	return emit(ctx, &workers.EventServiceItemFailed{ServiceId: key.K2(), Index: key.K3(), Reason: failure.Error()})
}

func (k *Keeper) postponeService(ctx context.Context, key serviceTurn, failure error) error {
	if err := k.ServiceTurns.Remove(ctx, key); err != nil {
		return err
	}
	s, err := k.Services.Get(ctx, key.K2())
	if err == nil && s.Turn == key.K1() {
		if err := k.moveTurn(ctx, &s, height(ctx)+retryBlocks); err != nil {
			return err
		}
		if err := k.Services.Set(ctx, s.Id, s); err != nil {
			return err
		}
	}
	return emit(ctx, &workers.EventServiceItemFailed{ServiceId: key.K2(), Reason: failure.Error()})
}

func (k *Keeper) postponeXnodeTurn(ctx context.Context, key collections.Pair[int64, sdk.AccAddress], failure error) error {
	if err := k.XnodeTurnQueue.Remove(ctx, key); err != nil {
		return err
	}
	text, err := k.text(key.K2())
	if err != nil {
		return err
	}
	if turn, err := k.XnodeTurns.Get(ctx, key.K2()); err == nil && turn.Height == key.K1() {
		turn.Height = height(ctx) + retryBlocks
		if err := k.setXnodeTurn(ctx, key.K2(), turn); err != nil {
			return err
		}
	}
	return emit(ctx, &workers.EventServiceItemFailed{Operator: text, Reason: failure.Error()})
}
