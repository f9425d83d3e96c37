// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/types/module"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/cmd/opend/nodeconfig"
)

// initCmd is the SDK's init, whose genesis then gets our consensus params.
func initCmd(basics module.BasicManager) *cobra.Command {
	cmd := genutilcli.InitCmd(basics, DefaultHome())
	cmd.Short = "Make a node's home: keys, configuration, and the genesis of a new network"
	cmd.Long = `Make a node's home: its keys, its configuration, and a genesis without accounts.

The node can be started as it is. It accepts transactions from ` + nodeconfig.MinGasPrice + ` per unit
of gas, answers queries on this machine only (REST 1317, gRPC 9090, RPC 26657), bounds
what a query may cost, and takes a snapshot every 1,000 blocks. config/app.toml and
config/config.toml say more.`
	cmd.Example = "opend init my-node --chain-id openmesh-test-1"
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := run(cmd, args); err != nil {
			return err
		}
		return setConsensusParams(cmd)
	}
	return cmd
}

func setConsensusParams(cmd *cobra.Command) error {
	config := server.GetServerContextFromCmd(cmd).Config
	config.SetRoot(client.GetClientContextFromCmd(cmd).HomeDir)
	genesis, err := genutiltypes.AppGenesisFromFile(config.GenesisFile())
	if err != nil {
		return fmt.Errorf("read the new genesis: %w", err)
	}
	params := app.ConsensusParams()
	params.Validator = genesis.Consensus.Params.Validator // the kind of key was a flag
	genesis.Consensus.Params = params
	return genesis.SaveAs(config.GenesisFile())
}
