// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"fmt"

	"github.com/cometbft/cometbft/privval"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// flagWithoutBeaconKey lets a validator run although it cannot propose blocks.
const flagWithoutBeaconKey = "without-beacon-key"

// newApp opens the state of a node.
func newApp(logger log.Logger, db dbm.DB, opts servertypes.AppOptions) servertypes.Application {
	return app.New(logger, db, true, opts, server.DefaultBaseappOptions(opts)...)
}

// export opens the state at a height (-1 for the newest) and writes it as a genesis.
func export(
	logger log.Logger, db dbm.DB, height int64, forNewNetwork bool, allowed []string,
	opts servertypes.AppOptions, modules []string,
) (servertypes.ExportedApp, error) {
	a := app.New(logger, db, height == -1, opts, server.DefaultBaseappOptions(opts)...)
	if height != -1 {
		if err := a.LoadHeight(height); err != nil {
			return servertypes.ExportedApp{}, fmt.Errorf("load height %d: %w", height, err)
		}
	}
	exported, err := a.ExportAppStateAndValidators(forNewNetwork, allowed, modules)
	return exported, errors.Join(err, a.Close())
}

func addStartFlags(cmd *cobra.Command) {
	cmd.Flags().Bool(flagWithoutBeaconKey, false,
		"start although the beacon key that the validator has registered is not here; its blocks will be rejected")
}

// guardStart lets `start` refuse a node that could not do its duty, before
// anything runs.
func guardStart(root *cobra.Command) {
	start, _, err := root.Find([]string{"start"})
	if err != nil {
		return
	}
	run := start.RunE
	start.RunE = func(cmd *cobra.Command, args []string) error {
		without, err := cmd.Flags().GetBool(flagWithoutBeaconKey)
		if err != nil {
			return err
		}
		if err := checkBeaconKey(server.GetServerContextFromCmd(cmd), without); err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// checkBeaconKey compares the node's beacon key with the one that its validator
// has on chain. A new node, which has no state yet, cannot be checked.
func checkBeaconKey(ctx *server.Context, lenient bool) error {
	signer, err := app.LoadBeaconSigner(ctx.Viper)
	if err != nil {
		return err
	}
	db, err := dbm.NewDB("application", server.GetAppDBBackend(ctx.Viper), ctx.Config.DBDir())
	if err != nil {
		return fmt.Errorf("open the node's state: %w", err)
	}
	a := app.New(log.NewNopLogger(), db, true, ctx.Viper)
	defer a.Close() // closes db; nothing was written
	if a.LastBlockHeight() == 0 {
		return nil
	}
	pv := privval.LoadFilePVEmptyState(ctx.Config.PrivValidatorKeyFile(), "")
	err = beacon.CheckKeyFile(a.NewContext(true), a.Keepers.Por, signer, app.BeaconKeyFile(ctx.Viper),
		sdk.ConsAddress(pv.Key.Address), a.LastBlockHeight()+1)
	if lenient && errors.Is(err, beacon.ErrKeyMismatch) {
		ctx.Logger.Error("starting without the beacon key", "error", err)
		return nil
	}
	return err
}
