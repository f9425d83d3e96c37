// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package module wires x/por into an application.
package module

import (
	"context"
	"encoding/json"
	"fmt"

	gwruntime "github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/address"
	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/keeper"
	"github.com/openmesh-network/openmesh/x/por/simulation"
)

// consensusVersion changes with the layout of the store.
const consensusVersion = 1

var (
	_ module.AppModuleBasic      = AppModule{}
	_ module.AppModuleSimulation = AppModule{}
	_ module.HasGenesis          = AppModule{}
	_ module.HasServices         = AppModule{}
	_ appmodule.HasBeginBlocker  = AppModule{}
	_ appmodule.HasEndBlocker    = AppModule{}
)

// AppModule is x/por as the application sees it.
type AppModule struct {
	cdc    codec.Codec
	keeper *keeper.Keeper
}

// New makes the module.
func New(cdc codec.Codec, k *keeper.Keeper) AppModule {
	return AppModule{cdc: cdc, keeper: k}
}

// IsOnePerModuleType marks the module for the SDK.
func (AppModule) IsOnePerModuleType() {}

// IsAppModule marks the module for the SDK.
func (AppModule) IsAppModule() {}

// Name returns the module's name.
func (AppModule) Name() string { return por.ModuleName }

// ConsensusVersion returns the version of the store's layout.
func (AppModule) ConsensusVersion() uint64 { return consensusVersion }

// RegisterLegacyAminoCodec registers the messages for amino JSON.
func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) { por.RegisterLegacyAminoCodec(cdc) }

// RegisterInterfaces registers the messages.
func (AppModule) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	por.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes registers the REST routes. It panics if it cannot, at start-up.
func (AppModule) RegisterGRPCGatewayRoutes(clientCtx client.Context, mux *gwruntime.ServeMux) {
	if err := por.RegisterQueryHandlerClient(context.Background(), mux, por.NewQueryClient(clientCtx)); err != nil {
		panic(err)
	}
}

// RegisterServices registers the handlers of messages and queries.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	por.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	por.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}

// DefaultGenesis returns the state of a new chain.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(por.DefaultGenesis())
}

// ValidateGenesis checks a genesis state.
func (am AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, bz json.RawMessage) error {
	var state por.GenesisState
	if err := cdc.UnmarshalJSON(bz, &state); err != nil {
		return fmt.Errorf("%s genesis: %w", por.ModuleName, err)
	}
	return state.Validate(am.operators(), am.cdc.InterfaceRegistry().SigningContext().AddressCodec())
}

// InitGenesis fills the store. It panics on a bad genesis: the chain must not start.
func (am AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, bz json.RawMessage) {
	var state por.GenesisState
	cdc.MustUnmarshalJSON(bz, &state)
	if err := am.keeper.InitGenesis(ctx, state); err != nil {
		panic(err)
	}
}

// ExportGenesis reads the store. It panics if it cannot.
func (am AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	state, err := am.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(err)
	}
	return cdc.MustMarshalJSON(state)
}

// BeginBlock settles due key changes, and draws committees.
func (am AppModule) BeginBlock(ctx context.Context) error {
	if err := am.keeper.SettleKeyChanges(ctx); err != nil {
		return err
	}
	return am.keeper.DrawCommittees(ctx)
}

// EndBlock opens, draws from and concludes windows, and settles charges.
func (am AppModule) EndBlock(ctx context.Context) error {
	if err := am.keeper.EndBlock(ctx); err != nil {
		return err
	}
	return am.keeper.SettleCharges(ctx)
}

// GenerateGenesisState makes a random genesis.
func (AppModule) GenerateGenesisState(state *module.SimulationState) {
	simulation.RandomGenesis(state)
}

// RegisterStoreDecoder makes store differences readable.
func (am AppModule) RegisterStoreDecoder(registry simtypes.StoreDecoderRegistry) {
	registry[por.StoreKey] = simtypes.NewStoreDecoderFuncFromCollectionsSchema(am.keeper.Schema)
}

// WeightedOperations is empty; the simulator leaves out a module that does not have it.
func (AppModule) WeightedOperations(module.SimulationState) []simtypes.WeightedOperation { return nil }

// WeightedOperationsX registers the messages for simulation.
func (am AppModule) WeightedOperationsX(weights simsx.WeightSource, registry simsx.Registry) {
	registry.Add(weights.Get("msg_register_beacon_key", 60), simulation.RegisterBeaconKey(am.keeper, am.operators()))
	registry.Add(weights.Get("msg_deactivate_beacon_key", 20), simulation.DeactivateBeaconKey(am.keeper, am.operators()))
	registry.Add(weights.Get("msg_prove_storage", 150), simulation.ProveStorage(am.keeper))
	registry.Add(weights.Get("msg_commit_cpu", 150), simulation.CommitCpu(am.keeper))
	registry.Add(weights.Get("msg_reveal_cpu", 150), simulation.RevealCpu(am.keeper))
	registry.Add(weights.Get("msg_submit_verdict", 200), simulation.SubmitVerdict(am.keeper))
	registry.Add(weights.Get("msg_show_evidence", 40), simulation.ShowEvidence(am.keeper))
	registry.Add(weights.Get("msg_report_equivocation", 5), simulation.ReportEquivocation(am.keeper))
	registry.Add(weights.Get("msg_report_fraud", 10), simulation.ReportFraud(am.keeper))
	registry.Add(weights.Get("msg_dispute_verdict", 150), simulation.DisputeVerdict(am.keeper))
}

// ProposalMsgsX registers the messages that governance may propose.
func (am AppModule) ProposalMsgsX(weights simsx.WeightSource, registry simsx.Registry) {
	registry.Add(weights.Get("msg_update_params", 100), simulation.UpdateParams())
}

// operators translates operator addresses.
func (am AppModule) operators() address.Codec {
	return am.cdc.InterfaceRegistry().SigningContext().ValidatorAddressCodec()
}
