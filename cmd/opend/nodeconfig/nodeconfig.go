// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package nodeconfig holds the settings of a node that nobody has set up, and
// the layout of its configuration files. It decides nothing at run time.
package nodeconfig

import (
	"path/filepath"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

const (
	// MinGasPrice keeps a node from working for nothing.
	MinGasPrice = "0.001" + app.BondDenom
	// queryGasLimit bounds what one query may read; some 100,000 records.
	queryGasLimit = 300_000_000
	// mempoolTxs bounds the transactions that a node holds.
	mempoolTxs = 5_000
	// snapshotInterval is the number of blocks between snapshots for new nodes.
	snapshotInterval = 1_000
	// blockTime is what a public network aims at.
	blockTime = 5 * time.Second
)

// AppConfig is app.toml.
type AppConfig struct {
	serverconfig.Config `mapstructure:",squash"`
	// Beacon is the section of the beacon.
	Beacon BeaconConfig `mapstructure:"beacon"`
}

// BeaconConfig is the section of the beacon in app.toml.
type BeaconConfig struct {
	// KeyFile is the file of the beacon key, absolute or from the node's home.
	KeyFile string `mapstructure:"key-file"`
}

// App returns app.toml of a node that nobody has set up: it can be run as it is,
// and offers its queries to its own machine only.
func App() AppConfig {
	c := serverconfig.DefaultConfig()
	c.MinGasPrices = MinGasPrice
	c.QueryGasLimit = queryGasLimit
	c.API.Enable = true
	c.API.Address = "tcp://127.0.0.1:1317"
	c.API.EnableUnsafeCORS = false
	c.GRPC.Address = "127.0.0.1:9090"
	c.GRPCWeb.Enable = false
	c.StateSync.SnapshotInterval = snapshotInterval
	c.StateSync.SnapshotKeepRecent = 2
	c.Mempool.MaxTxs = mempoolTxs
	return AppConfig{Config: *c, Beacon: BeaconConfig{KeyFile: "config/" + beacon.KeyFileName}}
}

// Comet returns config.toml of a node that nobody has set up.
func Comet() *cmtcfg.Config {
	c := cmtcfg.DefaultConfig()
	SetBlockTime(c, blockTime)
	c.RPC.ListenAddress = "tcp://127.0.0.1:26657"
	c.RPC.PprofListenAddress = ""
	c.RPC.CORSAllowedOrigins = nil
	return c
}

// SetBlockTime tunes consensus for blocks d apart. A proposer that fails costs a
// proposal's timeout, and one whose block is rejected (it owed the beacon a
// contribution) a prevote's and a precommit's: those follow the block time, and
// do not fall so low that a busy machine fails in good health.
func SetBlockTime(c *cmtcfg.Config, d time.Duration) {
	const voting = 200 * time.Millisecond // what consensus itself takes, about
	c.Consensus.TimeoutCommit = max(d-voting, d/4)
	c.Consensus.TimeoutPropose = min(max(3*d/2, time.Second), 3*time.Second)
	c.Consensus.TimeoutProposeDelta = 500 * time.Millisecond
	c.Consensus.TimeoutPrevote = min(max(d/2, voting), time.Second)
	c.Consensus.TimeoutPrevoteDelta = 250 * time.Millisecond
	c.Consensus.TimeoutPrecommit = c.Consensus.TimeoutPrevote
	c.Consensus.TimeoutPrecommitDelta = c.Consensus.TimeoutPrevoteDelta
}

// Write writes both files into a node's home.
func Write(home string, app AppConfig, comet *cmtcfg.Config) {
	dir := filepath.Join(home, "config")
	cmtcfg.EnsureRoot(home)
	cmtcfg.WriteConfigFile(filepath.Join(dir, "config.toml"), comet)
	serverconfig.SetConfigTemplate(AppTemplate)
	serverconfig.WriteConfigFile(filepath.Join(dir, "app.toml"), app)
}

// AppTemplate is the layout of app.toml: the SDK's, and our section.
const AppTemplate = serverconfig.DefaultConfigTemplate + `
###############################################################################
###                         Beacon                                          ###
###############################################################################

[beacon]
# The file of the beacon key, from the node's home; made by: opend beacon-key generate
# A validator that has registered a key proposes no valid block without it.
# A second key, to change to, stands in the same place with ".next" in its name.
key-file = "{{ .Beacon.KeyFile }}"
`
