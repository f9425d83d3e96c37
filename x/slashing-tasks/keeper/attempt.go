// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"fmt"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// attempt runs do in a cache of the state that is kept only where do succeeds. A
// panic in it becomes an error. Out of gas is no exception: the meter of a
// transaction stays exhausted, so that its next access to the store ends it.
func attempt(ctx context.Context, do func(ctx context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	cached, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := do(cached); err != nil {
		return err
	}
	write()
	return nil
}

// try attempts a part of a task's business that must not hold up the rest: where
// it fails, an event says so. Ok says whether it succeeded.
func (k *Keeper) try(ctx context.Context, taskID uint64, do func(ctx context.Context) error) (ok bool, err error) {
	failure := attempt(ctx, do)
	if failure == nil {
		return true, nil
	}
	return false, emit(ctx, &slashingtasks.EventTaskFailed{TaskId: taskID, Error: failure.Error()})
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
