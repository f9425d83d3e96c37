// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package testapp

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	"github.com/openmesh-network/openmesh/app"
)

// Import begins a chain with an exported state and returns it before its first
// block.
func Import(tb testing.TB, exported servertypes.ExportedApp, chainID string, at time.Time) *app.App {
	tb.Helper()
	a := app.New(log.NewTestLoggerError(tb), dbm.NewMemDB(), true, simtestutil.AppOptionsMap{}, baseapp.SetChainID(chainID))
	_, err := a.InitChain(&abci.RequestInitChain{
		Time: at, ChainId: chainID, ConsensusParams: &exported.ConsensusParams,
		AppStateBytes: exported.AppState, InitialHeight: exported.Height,
	})
	require.NoError(tb, err)
	return a
}

// RequireImportsAsExported exports the state, imports it into a new chain,
// exports that, and fails the test unless both files are equal to the byte and
// the new chain's invariants hold.
func RequireImportsAsExported(tb testing.TB, a *app.App, chainID string) {
	tb.Helper()
	first, err := a.ExportAppStateAndValidators(false, nil, nil)
	require.NoError(tb, err)

	at := a.NewContext(true).BlockTime()
	again := Import(tb, first, chainID, at)
	// Before its first block the new state exists only for that block: export it there.
	ctx := again.NewContext(false).WithBlockTime(at)
	for _, err := range again.CheckInvariants(ctx) {
		tb.Errorf("after import: %v", err)
	}
	second, err := again.Modules().ExportGenesis(ctx, again.AppCodec())
	require.NoError(tb, err)

	var want map[string]json.RawMessage
	require.NoError(tb, json.Unmarshal(first.AppState, &want))
	for _, name := range slices.Sorted(maps.Keys(want)) {
		require.Equal(tb, compact(tb, want[name]), compact(tb, second[name]), "state of %s, exported after import", name)
	}
	require.Len(tb, second, len(want))
	require.NoError(tb, again.Close())
}

// compact drops white space, which the files' indentation put in.
func compact(tb testing.TB, bz json.RawMessage) string {
	tb.Helper()
	out, err := json.Marshal(bz)
	require.NoError(tb, err)
	return string(out)
}
