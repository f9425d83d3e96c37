// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package module plugs x/workers into an application.
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

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/keeper"
	"github.com/openmesh-network/openmesh/x/workers/simulation"
)

// ConsensusVersion is the version of the store's layout.
const ConsensusVersion = 1

var (
	_ module.AppModuleBasic      = AppModule{}
	_ module.AppModuleSimulation = AppModule{}
	_ module.HasGenesis          = AppModule{}
	_ module.HasServices         = AppModule{}
	_ module.HasConsensusVersion = AppModule{}

	_ appmodule.AppModule     = AppModule{}
	_ appmodule.HasEndBlocker = AppModule{}
)

// AppModule is x/workers as an application sees it.
type AppModule struct {
	cdc    codec.Codec
	keeper *keeper.Keeper
}

// New wraps a keeper.
func New(cdc codec.Codec, k *keeper.Keeper) AppModule { return AppModule{cdc: cdc, keeper: k} }

// IsAppModule implements appmodule.AppModule.
func (AppModule) IsAppModule() {}

// IsOnePerModuleType implements depinject.OnePerModuleType.
func (AppModule) IsOnePerModuleType() {}

// Name is the module's name.
func (AppModule) Name() string { return workers.ModuleName }

// ConsensusVersion is the version of the store's layout.
func (AppModule) ConsensusVersion() uint64 { return ConsensusVersion }

// RegisterLegacyAminoCodec registers the messages for amino JSON.
func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	workers.RegisterLegacyAminoCodec(cdc)
}

// RegisterInterfaces registers the messages.
func (AppModule) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	workers.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes registers the REST routes of the queries.
func (AppModule) RegisterGRPCGatewayRoutes(clientCtx client.Context, mux *gwruntime.ServeMux) {
	if err := workers.RegisterQueryHandlerClient(context.Background(), mux, workers.NewQueryClient(clientCtx)); err != nil {
		panic(err)
	}
}

// RegisterServices registers the messages and queries.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	workers.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	workers.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}

// DefaultGenesis has no Xnodes.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(workers.DefaultGenesis())
}

// ValidateGenesis refuses a state that no chain could have exported.
func (am AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, raw json.RawMessage) error {
	var gs workers.GenesisState
	if err := cdc.UnmarshalJSON(raw, &gs); err != nil {
		return fmt.Errorf("%w: %w", workers.ErrInvalidGenesis, err)
	}
	return gs.Validate(am.cdc.InterfaceRegistry().SigningContext().AddressCodec())
}

// InitGenesis fills the store. It panics on a bad state, as a chain must not start on it.
func (am AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, raw json.RawMessage) {
	var gs workers.GenesisState
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

// EndBlock runs the module's queues.
func (am AppModule) EndBlock(ctx context.Context) error { return am.keeper.EndBlock(ctx) }

// GenerateGenesisState makes a random genesis for simulations.
func (AppModule) GenerateGenesisState(simState *module.SimulationState) {
	simulation.RandomGenesis(simState)
}

// RegisterStoreDecoder registers how simulations print the store.
func (am AppModule) RegisterStoreDecoder(registry simtypes.StoreDecoderRegistry) {
	registry[workers.StoreKey] = simtypes.NewStoreDecoderFuncFromCollectionsSchema(am.keeper.Schema)
}

// WeightedOperations is what makes the module one that simulations take notice
// of; WeightedOperationsX says what they do.
func (AppModule) WeightedOperations(module.SimulationState) []simtypes.WeightedOperation { return nil }

// WeightedOperationsX registers the messages that simulations send.
func (am AppModule) WeightedOperationsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_register_xnode", 80), simulation.MsgRegisterXnodeFactory(am.keeper))
	reg.Add(weights.Get("msg_heartbeat", 200), simulation.MsgHeartbeatFactory(am.keeper))
	reg.Add(weights.Get("msg_update_xnode", 40), simulation.MsgUpdateXnodeFactory(am.keeper))
	reg.Add(weights.Get("msg_rotate_signer", 20), simulation.MsgRotateSignerFactory(am.keeper))
	reg.Add(weights.Get("msg_drain_xnode", 30), simulation.MsgDrainXnodeFactory(am.keeper))
	reg.Add(weights.Get("msg_resume_xnode", 60), simulation.MsgResumeXnodeFactory(am.keeper))
	reg.Add(weights.Get("msg_retire_xnode", 40), simulation.MsgRetireXnodeFactory(am.keeper))
	reg.Add(weights.Get("msg_announce_reclaim", 30), simulation.MsgAnnounceReclaimFactory(am.keeper))
	reg.Add(weights.Get("msg_cancel_reclaim", 20), simulation.MsgCancelReclaimFactory(am.keeper))
	reg.Add(weights.Get("msg_create_service", 60), simulation.MsgCreateServiceFactory(am.keeper))
	reg.Add(weights.Get("msg_update_service", 30), simulation.MsgUpdateServiceFactory(am.keeper))
	reg.Add(weights.Get("msg_scale_service", 30), simulation.MsgScaleServiceFactory(am.keeper))
	reg.Add(weights.Get("msg_add_members", 20), simulation.MsgAddMembersFactory(am.keeper))
	reg.Add(weights.Get("msg_remove_members", 20), simulation.MsgRemoveMembersFactory(am.keeper))
	reg.Add(weights.Get("msg_retire_service", 15), simulation.MsgRetireServiceFactory(am.keeper))
	reg.Add(weights.Get("msg_report_replica", 150), simulation.MsgReportReplicaFactory(am.keeper))
	reg.Add(weights.Get("msg_decline_replica", 20), simulation.MsgDeclineReplicaFactory(am.keeper))
}

// ProposalMsgsX registers the messages that simulated proposals carry.
func (AppModule) ProposalMsgsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_update_params", 50), simulation.MsgUpdateParamsFactory())
}
