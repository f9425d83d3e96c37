// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package module plugs x/slashing-tasks into an application.
package module

import (
	"context"
	"encoding/json"
	"fmt"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/slashing-tasks/keeper"
	"github.com/openmesh-network/openmesh/x/slashing-tasks/simulation"
)

var (
	_ module.AppModuleBasic      = AppModule{}
	_ module.AppModuleSimulation = AppModule{}
	_ module.HasGenesis          = AppModule{}
	_ module.HasServices         = AppModule{}
	_ module.HasConsensusVersion = AppModule{}

	_ appmodule.AppModule     = AppModule{}
	_ appmodule.HasEndBlocker = AppModule{}
)

// AppModule is x/slashing-tasks as an application sees it.
type AppModule struct {
	cdc    codec.Codec
	keeper *keeper.Keeper
}

// New wraps a keeper.
func New(cdc codec.Codec, k *keeper.Keeper) AppModule { return AppModule{cdc: cdc, keeper: k} }

// IsAppModule implements appmodule.AppModule.
func (AppModule) IsAppModule() {}

// IsOnePerModuleType marks the module for the SDK.
func (AppModule) IsOnePerModuleType() {}

// Name is the module's name.
func (AppModule) Name() string { return slashingtasks.ModuleName }

// ConsensusVersion is the version of the store's layout.
func (AppModule) ConsensusVersion() uint64 { return slashingtasks.ConsensusVersion }

// RegisterLegacyAminoCodec registers the messages for amino JSON.
func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	slashingtasks.RegisterLegacyAminoCodec(cdc)
}

// RegisterInterfaces registers the messages.
func (AppModule) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	slashingtasks.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes registers the REST routes of the queries.
func (AppModule) RegisterGRPCGatewayRoutes(clientCtx client.Context, mux *gwruntime.ServeMux) {
	if err := slashingtasks.RegisterQueryHandlerClient(context.Background(), mux, slashingtasks.NewQueryClient(clientCtx)); err != nil {
		panic(err)
	}
}

// RegisterServices registers the messages and queries.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	slashingtasks.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	slashingtasks.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}

// DefaultGenesis has no tasks.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(slashingtasks.DefaultGenesis())
}

// ValidateGenesis refuses a state that no chain could have exported.
func (am AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	var gs slashingtasks.GenesisState
	if err := cdc.UnmarshalJSON(raw, &gs); err != nil {
		return fmt.Errorf("%w: %w", slashingtasks.ErrInvalidGenesis, err)
	}
	return gs.Validate(am.cdc.InterfaceRegistry().SigningContext().AddressCodec())
}

// InitGenesis fills the store. It panics on a bad state, as a chain must not start on it.
func (am AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	var gs slashingtasks.GenesisState
	cdc.MustUnmarshalJSON(raw, &gs)
	if err := am.keeper.InitGenesis(ctx, &gs); err != nil {
		panic(err)
	}
}

// ExportGenesis returns the whole state.
func (am AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	gs, err := am.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(err)
	}
	return cdc.MustMarshalJSON(gs)
}

// EndBlock acts on due tasks.
func (am AppModule) EndBlock(ctx context.Context) error { return am.keeper.EndBlock(ctx) }

// GenerateGenesisState makes a random genesis for simulations.
func (AppModule) GenerateGenesisState(simState *module.SimulationState) {
	simulation.RandomGenesis(simState)
}

// RegisterStoreDecoder registers how simulations print the store.
func (am AppModule) RegisterStoreDecoder(registry simtypes.StoreDecoderRegistry) {
	registry[slashingtasks.StoreKey] = simtypes.NewStoreDecoderFuncFromCollectionsSchema(am.keeper.Schema)
}

// WeightedOperations is what makes the module one that simulations take notice
// of; WeightedOperationsX says what they do.
func (AppModule) WeightedOperations(module.SimulationState) []simtypes.WeightedOperation { return nil }

// WeightedOperationsX registers the messages that simulations send.
func (am AppModule) WeightedOperationsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_submit_task", 60), simulation.MsgSubmitTaskFactory(am.keeper))
	reg.Add(weights.Get("msg_commit", 300), simulation.MsgCommitFactory(am.keeper))
	reg.Add(weights.Get("msg_reveal", 300), simulation.MsgRevealFactory(am.keeper))
	reg.Add(weights.Get("msg_decline", 60), simulation.MsgDeclineFactory(am.keeper))
	reg.Add(weights.Get("msg_challenge", 20), simulation.MsgChallengeFactory(am.keeper))
	reg.Add(weights.Get("msg_report_equivocation", 10), simulation.MsgReportEquivocationFactory(am.keeper))
}

// ProposalMsgsX registers the messages that simulated proposals carry.
func (am AppModule) ProposalMsgsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_update_params", 50), simulation.MsgUpdateParamsFactory(am.keeper))
}
