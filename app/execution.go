// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"maps"
	"slices"

	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// setBlockExecutor chooses how the transactions of a block run: one after
// another, unless app.toml says block-stm. Either way the beacon's contribution
// at the head of the block is answered for, not run.
func (a *App) setBlockExecutor(opts servertypes.AppOptions) {
	keys := make([]storetypes.StoreKey, 0, len(a.keys))
	for _, name := range slices.Sorted(maps.Keys(a.keys)) {
		keys = append(keys, a.keys[name])
	}
	blockexec.Apply(a.BaseApp, opts, keys, a.encoding.TxConfig.TxDecoder(),
		func(storetypes.MultiStore) string { return BondDenom },
		blockexec.WithRunnerWrap(beacon.WrapRunner),
	)
}
