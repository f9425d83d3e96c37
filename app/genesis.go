// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
)

// GenesisState is the genesis of every module, by name.
type GenesisState map[string]json.RawMessage

const (
	// maxBlockBytes bounds a block, so that it spreads within a second.
	maxBlockBytes = 2 << 20
	// maxBlockGas bounds the work of a block to about one second of one core.
	maxBlockGas = 120_000_000
)

// DefaultGenesis is the genesis of a new network before accounts and validators
// are added.
func (a *App) DefaultGenesis() GenesisState {
	return a.basics.DefaultGenesis(a.encoding.Codec)
}

// ConsensusParams are the consensus params of a new network.
func ConsensusParams() *cmttypes.ConsensusParams {
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxBytes = maxBlockBytes
	params.Block.MaxGas = maxBlockGas
	return params
}

// InitChainer writes the genesis into the stores. Every module account exists
// afterwards, whatever the genesis says: nobody can come first to its address.
func (a *App) InitChainer(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var genesis GenesisState
	if err := json.Unmarshal(req.AppStateBytes, &genesis); err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	if err := a.Keepers.Upgrade.SetModuleVersionMap(ctx, a.modules.GetVersionMap()); err != nil {
		return nil, fmt.Errorf("genesis: module versions: %w", err)
	}
	response, err := a.modules.InitGenesis(ctx, a.encoding.Codec, genesis)
	if err != nil {
		return nil, fmt.Errorf("genesis: %w", err)
	}
	for _, name := range ModuleAccounts() {
		a.Keepers.Account.GetModuleAccount(ctx, name)
	}
	return response, nil
}

// basics returns the parts of the modules that need no state (default genesis,
// validation, REST routes); the bank's default genesis describes our coin.
func basics(m *module.Manager) module.BasicManager {
	return module.NewBasicManagerFromManager(m, map[string]module.AppModuleBasic{
		genutiltypes.ModuleName: genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		banktypes.ModuleName:    bankBasics{m.Modules[banktypes.ModuleName].(bank.AppModule).AppModuleBasic},
	})
}

// bankBasics is the bank with our coin's metadata in its default genesis.
type bankBasics struct{ bank.AppModuleBasic }

// DefaultGenesis implements module.HasGenesisBasics.
func (bankBasics) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	genesis := banktypes.DefaultGenesisState()
	genesis.DenomMetadata = []banktypes.Metadata{DenomMetadata()}
	return cdc.MustMarshalJSON(genesis)
}
