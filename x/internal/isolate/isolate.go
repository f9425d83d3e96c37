// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package isolate runs one item of a block's work so that its failure stays its
// own: what it wrote is dropped, and the others and the block go on.
//
// Not here: what a failed item leaves behind (an event and a retry), which each
// queue decides for itself.
package isolate

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// ErrPanicked stands for a panic of an item. Its text may differ between
// machines, so it goes to the log and never into an event or the state.
var ErrPanicked = errors.New("the item panicked")

// Run runs item in a cache of the state and of the events, which are kept only
// where it succeeds. A panic becomes ErrPanicked. Out of gas is no exception:
// the meter of a transaction stays exhausted, so that its next access to the
// store ends it.
func Run(ctx context.Context, item func(context.Context) error) (err error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	cached, write := sdkCtx.CacheContext()
	defer func() {
		if r := recover(); r != nil {
			sdkCtx.Logger().Error("an item of a block panicked", "panic", fmt.Sprint(r))
			err = ErrPanicked
		}
	}()
	if err := item(cached); err != nil {
		return err
	}
	write()
	return nil
}
