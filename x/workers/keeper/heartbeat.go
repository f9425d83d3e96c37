// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// Heartbeat records that the daemon with this instance is alive. An offline
// Xnode is online from here on.
func (k *Keeper) Heartbeat(ctx context.Context, signer sdk.AccAddress, instance []byte) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	operator, x, err := k.bySigner(ctx, signer)
	if err != nil {
		return err
	}
	now, before := height(ctx), x.Instance
	replaced, err := x.Beat(now, instance, params)
	if err != nil {
		return err
	}
	cameOnline := !x.Online
	if cameOnline {
		x.Online = true
		if err := k.setDeadline(ctx, operator, &x, now+params.HeartbeatTimeout); err != nil {
			return err
		}
	}
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	if err := emit(ctx, &workers.EventHeartbeat{Operator: x.Operator, Instance: instance}); err != nil {
		return err
	}
	if replaced {
		err := emit(ctx, &workers.EventInstanceReplaced{Operator: x.Operator, OldInstance: before, NewInstance: instance})
		if err != nil {
			return err
		}
	}
	if !cameOnline {
		return nil
	}
	if err := emit(ctx, &workers.EventXnodeOnline{Operator: x.Operator}); err != nil {
		return err
	}
	if err := k.xnodeCame(ctx, operator); err != nil {
		return err
	}
	return k.hooks.AfterXnodeOnline(ctx, operator, true)
}

// checkHeartbeat is what happens at an Xnode's deadline: with a heartbeat heard
// in the meantime the deadline moves on, without one the Xnode goes offline.
// That way a heartbeat itself never touches the queue.
func (k *Keeper) checkHeartbeat(ctx context.Context, operator sdk.AccAddress, params workers.Params) error {
	x, err := k.Xnode(ctx, operator)
	if err != nil {
		return err
	}
	if err := k.dropDeadline(ctx, operator, &x); err != nil {
		return err
	}
	if x.IsFresh(height(ctx), params.HeartbeatTimeout) {
		if err := k.setDeadline(ctx, operator, &x, x.LastHeartbeat+params.HeartbeatTimeout); err != nil {
			return err
		}
		return k.Xnodes.Set(ctx, operator, x)
	}
	x.Online = false
	if err := k.save(ctx, operator, x); err != nil {
		return err
	}
	if err := emit(ctx, &workers.EventXnodeOffline{Operator: x.Operator, LastHeartbeat: x.LastHeartbeat}); err != nil {
		return err
	}
	if err := k.xnodeWent(ctx, operator); err != nil {
		return err
	}
	return k.hooks.AfterXnodeOnline(ctx, operator, false)
}

// setDeadline queues x; the caller stores x.
func (k *Keeper) setDeadline(ctx context.Context, operator sdk.AccAddress, x *workers.Xnode, at int64) error {
	x.Deadline = at
	return k.Deadlines.Set(ctx, collections.Join(at, operator))
}

// dropDeadline takes x out of the queue; the caller stores x.
func (k *Keeper) dropDeadline(ctx context.Context, operator sdk.AccAddress, x *workers.Xnode) error {
	if x.Deadline == 0 {
		return nil
	}
	at := x.Deadline
	x.Deadline = 0
	return k.Deadlines.Remove(ctx, collections.Join(at, operator))
}
