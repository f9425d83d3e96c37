// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectestutil "github.com/cosmos/cosmos-sdk/codec/testutil"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/slashing-tasks/module"
)

func newCodec() codec.Codec {
	return codec.NewProtoCodec(codectestutil.CodecOptions{AccAddressPrefix: "open", ValAddressPrefix: "openvaloper"}.NewInterfaceRegistry())
}

func TestTheModuleTakesPartInSimulations(t *testing.T) {
	manager := sdkmodule.NewSimulationManagerFromAppModules(map[string]any{slashingtasks.ModuleName: module.New(newCodec(), nil)}, nil)
	require.Len(t, manager.Modules, 1)
}

func TestC17_GenesisJSONIsValidated(t *testing.T) {
	cdc := newCodec()
	am := module.New(cdc, nil)
	require.NoError(t, am.ValidateGenesis(cdc, nil, am.DefaultGenesis(cdc)))
	for _, raw := range []string{`{"params":{}}`, `{"unknown":1}`, `{`} {
		require.Error(t, am.ValidateGenesis(cdc, nil, []byte(raw)), raw)
	}
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
	for _, service := range []string{slashingtasks.Msg_serviceDesc.ServiceName, slashingtasks.Query_serviceDesc.ServiceName} {
		require.Contains(t, []string{options.Tx.Service, options.Query.Service}, service)
	}
	for _, methods := range [][]string{
		{"SubmitTask", "Commit", "Reveal", "Decline", "Challenge", "ReportEquivocation", "UpdateParams"},
		{"Params", "Task", "Tasks", "TasksByRequester", "OpenSeats", "Quote"},
	} {
		for _, method := range methods {
			require.True(t, described[method], method)
		}
	}
}
