// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/debug"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/client/pruning"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	"github.com/cosmos/cosmos-sdk/server"
	authcmd "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	"github.com/openmesh-network/openmesh/app"
)

// addCommands adds all commands but those of the modules, which AutoCLI makes.
func addCommands(root *cobra.Command, model *app.App) {
	basics, home := model.Basics(), DefaultHome()
	debugCmd := debug.Cmd()
	debugCmd.AddCommand(invariantsCmd())

	root.AddCommand(
		initCmd(basics),
		genutilcli.Commands(model.TxConfig(), basics, home),
		beaconKeyCmd(),
		keys.Commands(),
		queryCmd(),
		txCmd(),
		server.StatusCommand(),
		localnetCmd(),
		debugCmd,
		pruning.Cmd(newApp, home),
		snapshot.Cmd(newApp),
	)
	server.AddCommandsWithStartCmdOptions(root, home, newApp, export, server.StartCmdOptions{
		AddFlags:            addStartFlags,
		StartCommandHandler: nil,
	})
	guardStart(root)
}

// queryCmd holds the queries that belong to no module.
func queryCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "query",
		Aliases: []string{"q"},
		Short:   "Ask a node about the chain",
		RunE:    client.ValidateCmd,
	}
	cmd.AddCommand(
		rpc.WaitTxCmd(),
		server.QueryBlockCmd(),
		server.QueryBlocksCmd(),
		server.QueryBlockResultsCmd(),
		authcmd.QueryTxsByEventsCmd(),
		authcmd.QueryTxCmd(),
	)
	return cmd
}

// txCmd holds what can be done with any transaction.
func txCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tx",
		Short: "Make, sign and send transactions",
		RunE:  client.ValidateCmd,
	}
	cmd.AddCommand(
		authcmd.GetSignCommand(),
		authcmd.GetSignBatchCommand(),
		authcmd.GetMultiSignCommand(),
		authcmd.GetMultiSignBatchCmd(),
		authcmd.GetValidateSignaturesCommand(),
		authcmd.GetBroadcastCommand(),
		authcmd.GetEncodeCommand(),
		authcmd.GetDecodeCommand(),
		authcmd.GetSimulateCmd(),
	)
	return cmd
}
