// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package testapp

import (
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/config"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// node is one replica of the chain.
type node struct {
	name         string
	chainID      string
	home         string
	executor     string // of server/config
	seesCheckTx  bool
	restartEvery int64 // blocks; 0 for never
	signer       *beacon.Signer

	// fresh is set from a restart to the next block: until then the SDK does not
	// know the time, and CheckTx refuses transactions without order.
	fresh bool
	db    dbm.DB
	app   *app.App
}

// nodes returns the main node, which proposes and answers, and its shadows.
func nodes(tb testing.TB, chainID string, signer *beacon.Signer, shadows bool) []*node {
	all := []*node{{name: "main", seesCheckTx: true}}
	if shadows {
		all = append(all,
			&node{name: "parallel", executor: config.BlockExecutorBlockSTM, seesCheckTx: true},
			&node{name: "restarting", seesCheckTx: true, restartEvery: 3},
			&node{name: "without CheckTx"},
		)
	}
	for _, n := range all {
		n.chainID, n.signer, n.home, n.db = chainID, signer, tb.TempDir(), dbm.NewMemDB()
		n.open(tb)
	}
	return all
}

// open builds the node's app over its database.
func (n *node) open(tb testing.TB) {
	opts := simtestutil.AppOptionsMap{
		flags.FlagHome:             n.home,
		server.FlagBlockExecutor:   n.executor,
		server.FlagBlockSTMWorkers: 4,
		app.OptBeaconSigner:        n.signer,
	}
	n.app = app.New(log.NewTestLoggerError(tb), n.db, true, opts, baseapp.SetChainID(n.chainID))
}

// restart closes the app and opens it again, as a node that was stopped.
func (n *node) restart(tb testing.TB) {
	require.NoError(tb, n.app.Close())
	n.open(tb)
	n.fresh = true
}

// Model returns an app without state, for its codecs and modules.
func Model(tb testing.TB) *app.App {
	return app.New(log.NewTestLoggerError(tb), dbm.NewMemDB(), false, simtestutil.AppOptionsMap{})
}
