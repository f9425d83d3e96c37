// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package isolate_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
)

func TestC4_OnlyAnItemThatSucceedsLeavesATrace(t *testing.T) {
	failure := errors.New("no")
	for name, c := range map[string]struct {
		end  func() error
		want error
	}{
		"success": {func() error { return nil }, nil},
		"failure": {func() error { return failure }, failure},
		"panic":   {func() error { panic("boom") }, isolate.ErrPanicked},
	} {
		t.Run(name, func(t *testing.T) {
			key := storetypes.NewKVStoreKey("test")
			ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx.WithEventManager(sdk.NewEventManager())
			err := isolate.Run(ctx, func(ctx context.Context) error {
				sdkCtx := sdk.UnwrapSDKContext(ctx)
				sdkCtx.KVStore(key).Set([]byte("k"), []byte("v"))
				sdkCtx.EventManager().EmitEvent(sdk.NewEvent("done"))
				return c.end()
			})
			require.ErrorIs(t, err, c.want)
			require.Equal(t, c.want == nil, ctx.KVStore(key).Has([]byte("k")))
			require.Equal(t, c.want == nil, len(ctx.EventManager().Events()) == 1)
		})
	}
}
