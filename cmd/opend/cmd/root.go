// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/version"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/cmd/opend/nodeconfig"
)

// EnvPrefix begins the environment variables that stand for flags.
const EnvPrefix = "OPEND"

// DefaultHome is the folder of a node that is not told another.
func DefaultHome() string {
	if home := os.Getenv(EnvPrefix + "_HOME"); home != "" {
		return home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".opend"
	}
	return filepath.Join(home, ".opend")
}

// NewRoot returns the whole command line.
func NewRoot() (*cobra.Command, error) {
	version.Name, version.AppName = app.Name, "opend" // also where the linker did not say so
	// Codecs, modules and their commands come from an app that never runs; it has
	// no home, so it leaves nothing on disk.
	model := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, noOptions{})
	encoding := model.Encoding()
	clientCtx := client.Context{}.
		WithCodec(encoding.Codec).
		WithInterfaceRegistry(encoding.Registry).
		WithTxConfig(encoding.TxConfig).
		WithLegacyAmino(encoding.Amino).
		WithInput(os.Stdin).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithHomeDir(DefaultHome()).
		WithViper(EnvPrefix)

	root := &cobra.Command{
		Use:           "opend",
		Short:         "Node and command line of the Openmesh chain",
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(cmd.OutOrStdout())
			cmd.SetErr(cmd.ErrOrStderr())
			cmd.SilenceUsage = true // from here on an error is not one of usage
			return prepare(cmd, clientCtx)
		},
	}
	addCommands(root, model)

	options := autocli.AppOptions{
		Modules:               make(map[string]appmodule.AppModule),
		AddressCodec:          address.NewBech32Codec(app.Bech32Prefix),
		ValidatorAddressCodec: address.NewBech32Codec(app.Bech32Prefix + "valoper"),
		ConsensusAddressCodec: address.NewBech32Codec(app.Bech32Prefix + "valcons"),
		ClientCtx:             clientCtx,
	}
	for name, m := range model.Modules().Modules {
		if m, ok := m.(appmodule.AppModule); ok {
			options.Modules[name] = m
		}
	}
	if err := options.EnhanceRootCommand(root); err != nil {
		return nil, err
	}
	return root, nil
}

// prepare gives a command what it runs with: the client's settings, and those
// of the node if it works on a node's home.
func prepare(cmd *cobra.Command, clientCtx client.Context) error {
	if homeless(cmd) {
		return nil
	}
	clientCtx = clientCtx.WithCmdContext(cmd.Context())
	clientCtx, err := client.ReadPersistentCommandFlags(clientCtx, cmd.Flags())
	if err != nil {
		return err
	}
	clientCtx, err = config.ReadFromClientConfig(clientCtx)
	if err != nil {
		return err
	}
	if err := client.SetCmdClientContextHandler(clientCtx, cmd); err != nil {
		return err
	}
	if !needsNode(cmd) {
		return nil
	}
	return prepareNode(cmd, clientCtx.HomeDir)
}

// prepareNode reads the node's configuration, and writes it first if it is not
// there. Logs go to stderr: what commands print is for programs, too.
func prepareNode(cmd *cobra.Command, home string) error {
	if _, err := os.Stat(filepath.Join(home, "config", "config.toml")); errors.Is(err, fs.ErrNotExist) {
		nodeconfig.Write(home, nodeconfig.App(), nodeconfig.Comet()) // the SDK would change some of it
	}
	ctx, err := server.InterceptConfigsAndCreateContext(cmd,
		nodeconfig.AppTemplate, nodeconfig.App(), nodeconfig.Comet())
	if err != nil {
		return err
	}
	logger, err := server.CreateSDKLogger(ctx, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	ctx.Logger = logger.With(log.ModuleKey, "server")
	return server.SetCmdServerContext(cmd, ctx)
}

// topLevel returns the command right below the root that cmd belongs to.
func topLevel(cmd *cobra.Command) string {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return cmd.Name()
}

// homeless says whether a command has nothing to do with a home folder; so that
// none is made.
func homeless(cmd *cobra.Command) bool {
	switch topLevel(cmd) {
	case "version", "localnet", "help", "completion", "opend":
		return true
	}
	return false
}

// needsNode says whether a command works on a node's home, whose configuration
// is written if it is not there. Clients' commands leave no node behind.
func needsNode(cmd *cobra.Command) bool {
	switch topLevel(cmd) {
	case "keys", "tx", "query", "status", "debug":
		return false
	}
	return true
}

// noOptions are the options of an app that never runs.
type noOptions struct{}

// Get implements server/types.AppOptions.
func (noOptions) Get(string) any { return nil }
