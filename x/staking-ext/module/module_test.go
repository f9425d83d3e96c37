// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/staking-ext/module"
)

func TestEveryMessageAndQueryHasACommand(t *testing.T) {
	options := module.AppModule{}.AutoCLIOptions()
	for service, commands := range map[string]*autocliv1.ServiceCommandDescriptor{
		"tx": options.Tx, "query": options.Query,
	} {
		byMethod := map[string]*autocliv1.RpcCommandOptions{}
		for _, c := range commands.RpcCommandOptions {
			require.NotEmpty(t, c.Use, c.RpcMethod)
			require.NotEmpty(t, c.Short, c.RpcMethod)
			require.Contains(t, c.Example, service+" stakingext "+strings.Fields(c.Use)[0], c.RpcMethod)
			byMethod[c.RpcMethod] = c
		}
		methods := stakingext.Msg_serviceDesc.Methods
		if service == "query" {
			methods = stakingext.Query_serviceDesc.Methods
		}
		for _, m := range methods {
			require.NotNil(t, byMethod[m.MethodName], m.MethodName)
		}
		require.Len(t, byMethod, len(methods))
	}
}

func TestTheMessagesHaveShortAminoNamesAndInterfaces(t *testing.T) {
	// RegisterAminoMsg panics over 39 characters.
	module.AppModule{}.RegisterLegacyAminoCodec(codec.NewLegacyAmino())
	registry := codectypes.NewInterfaceRegistry()
	module.AppModule{}.RegisterInterfaces(registry)
	for _, m := range stakingext.Msg_serviceDesc.Methods {
		_, err := registry.Resolve("/openmesh.stakingext.v1.Msg" + m.MethodName)
		require.NoError(t, err)
	}
}

func TestTheSpecNamesEveryMessageQueryEventErrorAndParam(t *testing.T) {
	bz, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	spec := string(bz)
	var names []string
	for _, m := range stakingext.Msg_serviceDesc.Methods {
		names = append(names, "Msg"+m.MethodName)
	}
	for _, q := range stakingext.Query_serviceDesc.Methods {
		names = append(names, q.MethodName)
	}
	for _, file := range []struct{ path, prefix, suffix string }{
		{"../errors.go", "\tErr", " = errors.Register"},
		{"../../../proto/openmesh/stakingext/v1/events.proto", "message Event", " {"},
		{"../../../proto/openmesh/stakingext/v1/backing.proto", "message Event", " {"},
		{"../../../proto/openmesh/stakingext/v1/rewards.proto", "message Event", " {"},
	} {
		source, err := os.ReadFile(file.path)
		require.NoError(t, err)
		for _, line := range strings.Split(string(source), "\n") {
			if strings.HasPrefix(line, file.prefix) {
				name, _, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "message "), file.suffix)
				require.True(t, found, line)
				names = append(names, name)
			}
		}
	}
	for _, chapter := range []string{
		"Concepts", "State", "State transitions", "Messages", "Begin/End block", "Hooks", "Events",
		"Queries", "Params", "Errors", "Security", "Test vectors",
	} {
		names = append(names, "\n## "+chapter+"\n")
	}
	require.Greater(t, len(names), 60)
	for _, n := range names {
		require.Contains(t, spec, n)
	}
}
