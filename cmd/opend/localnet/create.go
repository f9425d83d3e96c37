// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/cmd/opend/nodeconfig"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// The accounts that every network has.
const (
	// Faucet has most coins, to give to others.
	Faucet = "faucet"
	// Consumer is somebody who pays for work.
	Consumer = "consumer"
)

// What accounts and validators begin with, in OPEN.
const (
	faucetCoins   = 1_000_000_000
	accountCoins  = 1_000_000
	validatorBond = 100_000
)

// Operator returns the name of the account of the i-th Xnode's operator.
func Operator(i int) string { return fmt.Sprintf("operator%d", i) }

// Validator returns the name of the i-th validating node, and of its account.
func Validator(i int) string { return fmt.Sprintf("validator%d", i) }

// newModel returns an app that never runs, for its codecs and its genesis.
func newModel() *app.App { return app.New(log.NewNopLogger(), dbm.NewMemDB(), false, noOptions{}) }

type noOptions struct{}

// Get implements server/types.AppOptions.
func (noOptions) Get(string) any { return nil }

// create makes a network's folder. What is left of a failed attempt is not
// taken for a network, because localnet.json comes last.
func create(cfg Config) (*Network, error) {
	model := newModel()
	state := &State{
		ChainID: cfg.ChainID, Home: cfg.Home, BlockTime: cfg.BlockTime, LogLevel: cfg.LogLevel, Opend: cfg.Opend,
		ClientHome: filepath.Join(cfg.Home, "client"), Accounts: make(map[string]string),
	}
	if err := os.MkdirAll(cfg.Home, 0o700); err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(cfg.Home); err != nil || len(entries) > 0 {
		return nil, fmt.Errorf("localnet: %s is not an empty folder (%w)", cfg.Home, orNotEmpty(err))
	}
	network := app.NetworkGenesis{
		ChainID: cfg.ChainID, Time: time.Now(),
		Change: func(cdc codec.JSONCodec, genesis app.GenesisState) error {
			if err := lively(cfg, cdc, genesis); err != nil || cfg.Genesis == nil {
				return err
			}
			return cfg.Genesis(cdc, genesis)
		},
	}
	if err := addAccounts(cfg, state, &network, model); err != nil {
		return nil, err
	}
	for i := range cfg.Validators {
		if err := addValidator(cfg, state, &network, Validator(i)); err != nil {
			return nil, err
		}
	}
	if err := writeGenesis(state, network, model); err != nil {
		return nil, err
	}
	return newNetwork(state), state.write()
}

func orNotEmpty(err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("and holds no %s", StateFile)
}

// addAccounts makes keys and funds.
func addAccounts(cfg Config, state *State, network *app.NetworkGenesis, model *app.App) error {
	names := append([]string{Faucet, Consumer}, cfg.Accounts...)
	for i := range cfg.Workers {
		names = append(names, Operator(i))
	}
	for i := range cfg.Validators {
		names = append(names, Validator(i))
	}
	keys, err := openKeyring(state.ClientHome, model.AppCodec())
	if err != nil {
		return err
	}
	for _, name := range names {
		addr, err := newKey(keys, name)
		if err != nil {
			return fmt.Errorf("account %s: %w", name, err)
		}
		coins := int64(accountCoins)
		if name == Faucet {
			coins = faucetCoins
		}
		state.Accounts[name] = addr.String()
		network.Accounts = append(network.Accounts,
			app.GenesisAccount{Address: addr, Coins: sdk.NewCoins(app.Open(coins))})
	}
	return nil
}

// addValidator makes a node's home with its keys.
func addValidator(cfg Config, state *State, network *app.NetworkGenesis, name string) error {
	home := filepath.Join(cfg.Home, name)
	comet := nodeconfig.Comet()
	comet.SetRoot(home)
	nodeconfig.Write(home, nodeconfig.App(), comet)
	id, consKey, err := genutil.InitializeNodeValidatorFiles(comet)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	signer, err := beacon.GenerateKeyFile(filepath.Join(home, "config", beacon.KeyFileName))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	operator, err := sdk.AccAddressFromBech32(state.Accounts[name])
	if err != nil {
		return err
	}
	state.Nodes = append(state.Nodes, &NodeState{Name: name, Home: home, ID: id})
	network.Validators = append(network.Validators, app.GenesisValidator{
		Moniker: name, Operator: operator, ConsPubKey: consKey,
		BeaconPubKey: signer.PubKeys()[0], Stake: app.Open(validatorBond).Amount,
	})
	return nil
}

// writeGenesis gives every node the same genesis.
func writeGenesis(state *State, network app.NetworkGenesis, model *app.App) error {
	genesis, err := model.NewGenesis(network)
	if err != nil {
		return err
	}
	var first []byte
	for _, node := range state.Nodes {
		path := filepath.Join(node.Home, "config", "genesis.json")
		if err := genesis.SaveAs(path); err != nil {
			return err
		}
		bz, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if first != nil && !bytes.Equal(first, bz) {
			return fmt.Errorf("localnet: the genesis of %s differs", node.Name)
		}
		first = bz
	}
	return nil
}
