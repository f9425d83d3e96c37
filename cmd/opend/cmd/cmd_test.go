// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"
	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// opend runs a command line and returns what it printed.
func opend(t *testing.T, home string, args ...string) (string, error) {
	t.Helper()
	root, err := NewRoot()
	require.NoError(t, err)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&bytes.Buffer{})
	root.SetArgs(append(args, "--home", home))
	err = svrcmd.Execute(root, EnvPrefix, home)
	return out.String(), err
}

func TestANewNodeIsSetUpForAPublicNetwork(t *testing.T) {
	home := t.TempDir()
	_, err := opend(t, home, "init", "me", "--chain-id", "test-1")
	require.NoError(t, err)

	settings := viper.New()
	settings.SetConfigFile(filepath.Join(home, "config", "app.toml"))
	require.NoError(t, settings.ReadInConfig())
	for key, want := range map[string]any{
		"minimum-gas-prices":           "0.001uopen",
		"query-gas-limit":              "300000000",
		"block-executor":               "sequential",
		"pruning":                      "default",
		"api.enable":                   true,
		"api.address":                  "tcp://127.0.0.1:1317",
		"api.enabled-unsafe-cors":      false,
		"grpc.address":                 "127.0.0.1:9090",
		"state-sync.snapshot-interval": int64(1000),
		"mempool.max-txs":              int64(5000),
		"beacon.key-file":              "config/beacon_key",
	} {
		require.Equal(t, want, settings.Get(key), key)
	}
	settings.SetConfigFile(filepath.Join(home, "config", "config.toml"))
	require.NoError(t, settings.ReadInConfig())
	require.Equal(t, "tcp://127.0.0.1:26657", settings.Get("rpc.laddr"))
	require.Empty(t, settings.Get("rpc.cors_allowed_origins"))
	require.Empty(t, settings.Get("rpc.pprof_laddr"))

	genesis, err := genutiltypes.AppGenesisFromFile(filepath.Join(home, "config", "genesis.json"))
	require.NoError(t, err)
	require.Equal(t, app.ConsensusParams().Block, genesis.Consensus.Params.Block)
	_, err = opend(t, home, "genesis", "validate")
	require.NoError(t, err)
}

func TestABeaconKeyIsMadeOnceAndShown(t *testing.T) {
	home := t.TempDir()
	out, err := opend(t, home, "beacon-key", "generate")
	require.NoError(t, err)
	var made, shown beaconKeyView
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	info, err := os.Stat(made.File)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())

	_, err = opend(t, home, "beacon-key", "generate")
	require.ErrorContains(t, err, "never overwritten")

	operator := sdk.ValAddress(make([]byte, 20)).String()
	out, err = opend(t, home, "beacon-key", "show", "--operator", operator, "--chain-id", "test-1")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(out), &shown))
	require.Equal(t, made.PubKey, shown.PubKey)
	require.Len(t, shown.Proof, 160)
	require.Contains(t, shown.Register, "opend tx por register-beacon-key ")

	_, err = opend(t, home, "beacon-key", "generate", "--next")
	require.NoError(t, err)
	signer, err := beacon.LoadKeyFile(made.File)
	require.NoError(t, err)
	require.Len(t, signer.PubKeys(), 2)
}

// exported writes a genesis file as `opend export` does.
func exported(t *testing.T, change func(codec.JSONCodec, app.GenesisState) error) string {
	t.Helper()
	model := app.New(log.NewNopLogger(), dbm.NewMemDB(), false, noOptions{})
	genesis, err := model.NewGenesis(app.NetworkGenesis{
		ChainID: "test-1", Time: time.Now(), Change: change,
		Validators: []app.GenesisValidator{{
			Moniker: "v", Operator: make([]byte, 20), ConsPubKey: ed25519.GenPrivKey().PubKey(), Stake: math.NewInt(1_000_000),
		}},
	})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, genesis.SaveAs(path))
	return path
}

func TestInvariantsOfAnExportedState(t *testing.T) {
	out, err := opend(t, t.TempDir(), "debug", "invariants", "--genesis", exported(t, nil))
	require.NoError(t, err)
	require.Contains(t, out, "holds: bank")
	require.Contains(t, out, "invariants hold at height 1")

	out, err = opend(t, t.TempDir(), "debug", "invariants", "--output", "json", "--genesis", exported(t, nil))
	require.NoError(t, err)
	var report invariantsReport
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Empty(t, report.Broken)

	_, err = opend(t, t.TempDir(), "debug", "invariants", "--genesis", exported(t, func(cdc codec.JSONCodec, state app.GenesisState) error {
		return app.ChangeState(cdc, state, banktypes.ModuleName, func(bank *banktypes.GenesisState) error {
			bank.Balances[0].Coins = bank.Balances[0].Coins.Add(sdk.NewInt64Coin(app.BondDenom, 1)) // in no ledger of staking
			return nil
		})
	}))
	require.ErrorContains(t, err, "not bonded")

	_, err = opend(t, t.TempDir(), "debug", "invariants")
	require.ErrorContains(t, err, "no node's state")
}

// A command that has nothing to do with a node leaves none behind.
func TestCommandsLeaveNoHomeBehindThatNobodyAskedFor(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"localnet", "status"}} {
		home := filepath.Join(t.TempDir(), "home")
		_, _ = opend(t, home, args...) // status finds no network, which is right
		require.NoDirExists(t, home, args)
	}
}

// Every command of ours says what it is for, and those that take something how.
func TestEveryCommandOfOursHasHelp(t *testing.T) {
	root, err := NewRoot()
	require.NoError(t, err)
	for _, path := range []string{
		"init", "beacon-key generate", "beacon-key show", "localnet up", "localnet down", "localnet status", "debug invariants",
	} {
		cmd, _, err := root.Find(strings.Fields(path))
		require.NoError(t, err, path)
		require.Equal(t, "opend "+path, cmd.CommandPath())
		require.NotEmpty(t, cmd.Short, path)
		require.NotEmpty(t, cmd.Example, path)
	}
	for _, name := range []string{"stakingext", "workers", "por", "slashingtasks", "bank", "gov", "staking", "authz", "feegrant"} {
		for _, kind := range []string{"query", "tx"} {
			cmd, _, err := root.Find([]string{kind, name})
			require.NoError(t, err)
			require.Equal(t, "opend "+kind+" "+name, cmd.CommandPath())
			require.True(t, hasRunnable(cmd), cmd.CommandPath())
		}
	}
}

func hasRunnable(cmd *cobra.Command) bool {
	for _, sub := range cmd.Commands() {
		if sub.Runnable() {
			return true
		}
	}
	return false
}
