// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectestutil "github.com/cosmos/cosmos-sdk/codec/testutil"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/module"
)

func newCodec() codec.Codec {
	return codec.NewProtoCodec(codectestutil.CodecOptions{AccAddressPrefix: "open", ValAddressPrefix: "openvaloper"}.NewInterfaceRegistry())
}

func TestTheModuleTakesPartInSimulations(t *testing.T) {
	manager := sdkmodule.NewSimulationManagerFromAppModules(map[string]any{por.ModuleName: module.New(newCodec(), nil)}, nil)
	require.Len(t, manager.Modules, 1)
}

func TestGenesisJSONIsValidated(t *testing.T) {
	cdc := newCodec()
	am := module.New(cdc, nil)
	require.NoError(t, am.ValidateGenesis(cdc, nil, am.DefaultGenesis(cdc)))
	require.Error(t, am.ValidateGenesis(cdc, nil, []byte(`{"params":{}}`)))
	require.Error(t, am.ValidateGenesis(cdc, nil, []byte(`{"unknown":1}`)))
	require.Error(t, am.ValidateGenesis(cdc, nil, []byte(`{`)))
}

func TestEveryMessageAndQueryHasACommandWithAnExample(t *testing.T) {
	options := module.AppModule{}.AutoCLIOptions()
	described := map[string]bool{}
	for _, command := range append(options.Tx.RpcCommandOptions, options.Query.RpcCommandOptions...) {
		require.NotEmpty(t, command.Use, command.RpcMethod)
		require.NotEmpty(t, command.Short, command.RpcMethod)
		require.NotEmpty(t, command.Example, command.RpcMethod)
		described[command.RpcMethod] = true
	}
	for _, method := range []string{
		"RegisterBeaconKey", "DeactivateBeaconKey", "UpdateParams", "Params", "Beacon", "BeaconKey", "BeaconKeys",
		"ProveStorage", "CommitCpu", "RevealCpu",
		"Windows", "Window", "Measurements", "Duties", "Proofs", "Capacity", "Capacities",
		"SubmitVerdict", "ShowEvidence", "ReportEquivocation", "ReportFraud", "DisputeVerdict",
		"Committee", "Seats", "VerifierScore", "Charges", "Charge", "Fraud",
	} {
		require.True(t, described[method], method)
	}
}
