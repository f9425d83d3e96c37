// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cast"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/runtime/services"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"

	"github.com/openmesh-network/openmesh/x/por/beacon"
)

var (
	_ runtime.AppI            = (*App)(nil)
	_ servertypes.Application = (*App)(nil)
)

// App is the chain's state machine.
type App struct {
	*baseapp.BaseApp
	// Keepers are the verbs of the modules.
	Keepers Keepers

	encoding     Encoding
	keys         map[string]*storetypes.KVStoreKey
	modules      *module.Manager
	basics       module.BasicManager
	configurator module.Configurator
	simulation   *module.SimulationManager
}

// New assembles the state machine over db, and loads its newest state if
// loadLatest says so. It panics if the parts do not fit, or if db cannot be read:
// there is no running without.
func New(
	logger log.Logger, db dbm.DB, loadLatest bool, opts servertypes.AppOptions,
	baseOpts ...func(*baseapp.BaseApp),
) *App {
	a := &App{encoding: NewEncoding(), keys: newStoreKeys()}
	a.BaseApp = newBase(logger, db, a.encoding, baseOpts...)

	a.Keepers = newKeepers(a.encoding, a.keys, a.BaseApp, opts, logger)
	bindHooks(&a.Keepers)
	a.modules = newModules(a)
	a.basics = basics(a.modules)
	a.registerTypes()
	a.registerServices()

	a.MountKVStores(a.keys)
	a.SetParamStore(a.Keepers.Consensus.ParamsStore)
	a.SetInitChainer(a.InitChainer)
	a.SetPreBlocker(beacon.PreBlocker(a.Keepers.Por, a.PreBlocker))
	a.SetBeginBlocker(a.BeginBlocker)
	a.SetEndBlocker(a.EndBlocker)
	a.SetAnteHandler(newAnteHandler(&a.Keepers, a.encoding))
	a.setProposalHandlers(opts)
	a.setBlockExecutor(opts)
	a.simulation = newSimulation(a.modules)

	if err := a.registerUpgrades(upgrades(), cast.ToString(opts.Get(flags.FlagHome))); err != nil {
		panic(err)
	}
	if loadLatest {
		if err := a.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load the newest state: %w", err))
		}
	}
	return a
}

// newBase returns the engine that runs transactions, before it knows any module.
func newBase(logger log.Logger, db dbm.DB, enc Encoding, opts ...func(*baseapp.BaseApp)) *baseapp.BaseApp {
	base := baseapp.NewBaseApp(Name, logger, db, enc.TxConfig.TxDecoder(), opts...)
	base.SetVersion(version.Version)
	base.SetInterfaceRegistry(enc.Registry)
	base.SetTxEncoder(enc.TxConfig.TxEncoder())
	return base
}

// registerTypes makes the modules' messages and accounts known to the codecs.
func (a *App) registerTypes() {
	a.basics.RegisterLegacyAminoCodec(a.encoding.Amino)
	a.basics.RegisterInterfaces(a.encoding.Registry)
}

// registerServices routes messages and queries to the modules, and offers what
// command lines need to find them.
func (a *App) registerServices() {
	a.configurator = module.NewConfigurator(a.encoding.Codec, a.MsgServiceRouter(), a.GRPCQueryRouter())
	if err := a.modules.RegisterServices(a.configurator); err != nil {
		panic(err)
	}
	autocliv1.RegisterQueryServer(a.GRPCQueryRouter(), services.NewAutoCLIQueryService(a.modules.Modules))
	reflection, err := services.NewReflectionService()
	if err != nil {
		panic(err)
	}
	reflectionv1.RegisterReflectionServiceServer(a.GRPCQueryRouter(), reflection)
}

// PreBlocker runs before everything else in a block; the beacon makes its seed
// right after.
func (a *App) PreBlocker(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	return a.modules.PreBlock(ctx)
}

// BeginBlocker runs before the transactions of a block.
func (a *App) BeginBlocker(ctx sdk.Context) (sdk.BeginBlock, error) { return a.modules.BeginBlock(ctx) }

// EndBlocker runs after the transactions of a block.
func (a *App) EndBlocker(ctx sdk.Context) (sdk.EndBlock, error) { return a.modules.EndBlock(ctx) }

// LoadHeight loads the state after the block of that height.
func (a *App) LoadHeight(height int64) error { return a.LoadVersion(height) }

// LegacyAmino returns the codec of Ledger's signatures.
func (a *App) LegacyAmino() *codec.LegacyAmino { return a.encoding.Amino }

// AppCodec returns the codec of state and genesis.
func (a *App) AppCodec() codec.Codec { return a.encoding.Codec }

// TxConfig returns the codec of transactions.
func (a *App) TxConfig() client.TxConfig { return a.encoding.TxConfig }

// Encoding returns all codecs, with every module's types.
func (a *App) Encoding() Encoding { return a.encoding }

// Basics returns the parts of the modules that need no state.
func (a *App) Basics() module.BasicManager { return a.basics }

// Modules returns the modules and their orders.
func (a *App) Modules() *module.Manager { return a.modules }

// SimulationManager returns the modules that take part in random simulations.
func (a *App) SimulationManager() *module.SimulationManager { return a.simulation }

// GetBaseApp returns the engine, as random simulations want it.
func (a *App) GetBaseApp() *baseapp.BaseApp { return a.BaseApp }
