// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// try attempts a part of a task's business that must not hold up the rest: where
// it fails, an event says so. Ok says whether it succeeded.
func (k *Keeper) try(ctx context.Context, taskID uint64, do func(ctx context.Context) error) (ok bool, err error) {
	failure := isolate.Run(ctx, do)
	if failure == nil {
		return true, nil
	}
	return false, emit(ctx, &slashingtasks.EventTaskFailed{TaskId: taskID, Error: failure.Error()})
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
