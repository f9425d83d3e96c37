// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module_test

import (
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectestutil "github.com/cosmos/cosmos-sdk/codec/testutil"
	sdkmodule "github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/msgservice"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/module"
)

func newCodec() *codec.ProtoCodec {
	registry := codectestutil.CodecOptions{AccAddressPrefix: "open", ValAddressPrefix: "openvaloper"}.NewInterfaceRegistry()
	workers.RegisterInterfaces(registry)
	return codec.NewProtoCodec(registry)
}

func TestTheModuleTakesPartInSimulations(t *testing.T) {
	manager := sdkmodule.NewSimulationManagerFromAppModules(
		map[string]any{workers.ModuleName: module.New(newCodec(), nil)}, nil)
	require.Len(t, manager.Modules, 1)
}

func TestC17_GenesisJSONIsValidated(t *testing.T) {
	cdc := newCodec()
	am := module.New(cdc, nil)
	require.NoError(t, am.ValidateGenesis(cdc, nil, am.DefaultGenesis(cdc)))
	for _, raw := range []string{`{"params":{}}`, `{"unknown":1}`, `{`, `{"params":{"weight_unit":"1e400"}}`} {
		require.Error(t, am.ValidateGenesis(cdc, nil, []byte(raw)), raw)
	}
}

func TestMessagesNameTheirSignersAndFitALedger(t *testing.T) {
	require.NoError(t, msgservice.ValidateProtoAnnotations(proto.HybridResolver))
	cdc := newCodec()
	require.NoError(t, cdc.InterfaceRegistry().SigningContext().Validate())

	amino := codec.NewLegacyAmino()
	workers.RegisterLegacyAminoCodec(amino)
	raw, err := amino.MarshalJSON(&workers.MsgUpdateParams{Params: workers.DefaultParams()})
	require.NoError(t, err)
	require.Contains(t, string(raw), `"type":"openmesh/workers/MsgUpdateParams"`)
	for _, name := range cdc.InterfaceRegistry().ListImplementations("cosmos.base.v1beta1.Msg") {
		short := name[strings.LastIndex(name, ".")+1:]
		require.LessOrEqual(t, len("openmesh/workers/"+short), 39, name)
	}
}

func TestEveryMessageAndQueryHasACommandWithAnExample(t *testing.T) {
	options := module.AppModule{}.AutoCLIOptions()
	for _, service := range []*autocliv1.ServiceCommandDescriptor{options.Tx, options.Query} {
		desc, err := proto.HybridResolver.FindDescriptorByName(protoreflect.FullName(service.Service))
		require.NoError(t, err)
		methods := desc.(protoreflect.ServiceDescriptor).Methods()
		require.Len(t, service.RpcCommandOptions, methods.Len())
		for _, command := range service.RpcCommandOptions {
			method := methods.ByName(protoreflect.Name(command.RpcMethod))
			require.NotNil(t, method, command.RpcMethod)
			require.NotEmpty(t, command.Use)
			require.NotEmpty(t, command.Short)
			require.Contains(t, command.Example, "opend ")
			require.Contains(t, command.Example, strings.Fields(command.Use)[0])
			for _, arg := range command.PositionalArgs {
				require.NotNil(t, method.Input().Fields().ByName(protoreflect.Name(arg.ProtoField)), arg.ProtoField)
			}
		}
	}
}

// TestTheCardOfTheExampleIsOne reads the example as the command line does.
func TestTheCardOfTheExampleIsOne(t *testing.T) {
	var example string
	for _, command := range (module.AppModule{}).AutoCLIOptions().Tx.RpcCommandOptions {
		if command.RpcMethod == "RegisterXnode" {
			example = strings.Split(command.Example, "'")[1]
		}
	}
	desc, err := proto.HybridResolver.FindDescriptorByName("openmesh.workers.v1.Card")
	require.NoError(t, err)
	dynamic := dynamicpb.NewMessage(desc.(protoreflect.MessageDescriptor))
	require.NoError(t, protojson.Unmarshal([]byte(example), dynamic))
	var card workers.Card
	require.NoError(t, newCodec().UnmarshalJSON([]byte(example), &card))
	require.NoError(t, card.Validate("16Uiu2HAm"))
	require.Equal(t, math.NewInt(1000), card.Prices.SeatFee)
}
