// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package module fits x/staking-ext into an app.
package module

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/grpc-ecosystem/grpc-gateway/runtime"

	"cosmossdk.io/core/appmodule"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/staking-ext/keeper"
	"github.com/openmesh-network/openmesh/x/staking-ext/simulation"
)

var (
	_ appmodule.AppModule          = AppModule{}
	_ appmodule.HasEndBlocker      = AppModule{}
	_ module.AppModuleBasic        = AppModule{}
	_ module.AppModuleSimulation   = AppModule{}
	_ module.HasConsensusVersion   = AppModule{}
	_ module.HasGenesis            = AppModule{}
	_ module.HasServices           = AppModule{}
	_ simsx.HasWeightedOperationsX = AppModule{}
)

// AppModule is x/staking-ext as an app sees it.
type AppModule struct {
	cdc    codec.Codec
	keeper *keeper.Keeper
}

// New wraps a keeper.
func New(cdc codec.Codec, k *keeper.Keeper) AppModule {
	return AppModule{cdc: cdc, keeper: k}
}

// IsAppModule implements appmodule.AppModule.
func (AppModule) IsAppModule() {}

// IsOnePerModuleType implements depinject's marker, which the SDK still asks for.
func (AppModule) IsOnePerModuleType() {}

// Name implements module.AppModuleBasic.
func (AppModule) Name() string { return stakingext.ModuleName }

// ConsensusVersion implements module.HasConsensusVersion.
func (AppModule) ConsensusVersion() uint64 { return stakingext.ConsensusVersion }

// RegisterLegacyAminoCodec implements module.AppModuleBasic.
func (AppModule) RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	stakingext.RegisterLegacyAminoCodec(cdc)
}

// RegisterInterfaces implements module.AppModuleBasic.
func (AppModule) RegisterInterfaces(registry types.InterfaceRegistry) {
	stakingext.RegisterInterfaces(registry)
}

// RegisterGRPCGatewayRoutes implements module.AppModuleBasic.
func (AppModule) RegisterGRPCGatewayRoutes(ctx client.Context, mux *runtime.ServeMux) {
	if err := stakingext.RegisterQueryHandlerClient(context.Background(), mux, stakingext.NewQueryClient(ctx)); err != nil {
		panic(err)
	}
}

// RegisterServices implements module.HasServices.
func (am AppModule) RegisterServices(cfg module.Configurator) {
	stakingext.RegisterMsgServer(cfg.MsgServer(), keeper.NewMsgServer(am.keeper))
	stakingext.RegisterQueryServer(cfg.QueryServer(), keeper.NewQueryServer(am.keeper))
}

// DefaultGenesis implements module.HasGenesisBasics.
func (AppModule) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(stakingext.DefaultGenesis())
}

// ValidateGenesis implements module.HasGenesisBasics.
func (am AppModule) ValidateGenesis(cdc codec.JSONCodec, _ client.TxEncodingConfig, bz json.RawMessage) error {
	var gs stakingext.GenesisState
	if err := cdc.UnmarshalJSON(bz, &gs); err != nil {
		return fmt.Errorf("genesis of %s: %w", stakingext.ModuleName, err)
	}
	return gs.Validate(am.keeper.AddressCodec())
}

// InitGenesis implements module.HasGenesis. A chain that cannot read its genesis
// must not start.
func (am AppModule) InitGenesis(ctx sdk.Context, cdc codec.JSONCodec, bz json.RawMessage) {
	var gs stakingext.GenesisState
	cdc.MustUnmarshalJSON(bz, &gs)
	if err := am.keeper.InitGenesis(ctx, &gs); err != nil {
		panic(fmt.Errorf("genesis of %s: %w", stakingext.ModuleName, err))
	}
}

// ExportGenesis implements module.HasGenesis.
func (am AppModule) ExportGenesis(ctx sdk.Context, cdc codec.JSONCodec) json.RawMessage {
	gs, err := am.keeper.ExportGenesis(ctx)
	if err != nil {
		panic(fmt.Errorf("export of %s: %w", stakingext.ModuleName, err))
	}
	return cdc.MustMarshalJSON(gs)
}

// EndBlock implements appmodule.HasEndBlocker.
func (am AppModule) EndBlock(ctx context.Context) error { return am.keeper.EndBlock(ctx) }

// GenerateGenesisState implements module.AppModuleSimulation.
func (AppModule) GenerateGenesisState(state *module.SimulationState) {
	simulation.RandomizedGenState(state)
}

// RegisterStoreDecoder implements module.AppModuleSimulation.
func (am AppModule) RegisterStoreDecoder(registry simtypes.StoreDecoderRegistry) {
	registry[stakingext.StoreKey] = simtypes.NewStoreDecoderFuncFromCollectionsSchema(am.keeper.Schema)
}

// WeightedOperations implements module.AppModuleSimulation, without which the
// module would be left out of simulations; the messages are in WeightedOperationsX.
func (AppModule) WeightedOperations(module.SimulationState) []simtypes.WeightedOperation { return nil }

// WeightedOperationsX implements simsx.HasWeightedOperationsX.
func (am AppModule) WeightedOperationsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_stakingext_bond", 100), simulation.MsgBondFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_unbond", 60), simulation.MsgUnbondFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_unjail", 30), simulation.MsgUnjailFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_release_expired_lock", 30), simulation.MsgReleaseExpiredLockFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_back", 40), simulation.MsgBackFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_unback", 20), simulation.MsgUnbackFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_withdraw_backer_rewards", 10), simulation.MsgWithdrawBackerRewardsFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_set_commission", 20), simulation.MsgSetCommissionFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_claim_rewards", 10), simulation.MsgClaimRewardsFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_bond_service", 30), simulation.MsgBondServiceFactory(am.keeper))
	reg.Add(weights.Get("msg_stakingext_unbond_service", 20), simulation.MsgUnbondServiceFactory(am.keeper))
}

// ProposalMsgsX adds what governance can do.
func (am AppModule) ProposalMsgsX(weights simsx.WeightSource, reg simsx.Registry) {
	reg.Add(weights.Get("msg_stakingext_update_params", 100), simulation.MsgUpdateParamsFactory(am.keeper))
}
