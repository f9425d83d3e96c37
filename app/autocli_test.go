// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/cosmos/cosmos-sdk/version"

	"github.com/openmesh-network/openmesh/testutil/testapp"
	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// ours are the modules of this repository.
var ours = []string{stakingext.ModuleName, workers.ModuleName, por.ModuleName, slashingtasks.ModuleName}

// Everything that a user may ask or send has a command that says how.
func TestEveryMessageAndQueryHasACommandWithAnExample(t *testing.T) {
	version.AppName = "opend" // as the linker does
	modules := testapp.Model(t).Modules().Modules
	for _, name := range ours {
		module, ok := modules[name].(interface {
			AutoCLIOptions() *autocliv1.ModuleOptions
		})
		require.True(t, ok, "%s has no AutoCLI options", name)
		options := module.AutoCLIOptions()
		for service, commands := range map[string]*autocliv1.ServiceCommandDescriptor{
			"Query": options.Query, "Msg": options.Tx,
		} {
			full := "openmesh." + name + ".v1." + service
			require.Equal(t, full, commands.GetService())
			byMethod := make(map[string]*autocliv1.RpcCommandOptions)
			for _, command := range commands.RpcCommandOptions {
				byMethod[command.RpcMethod] = command
			}
			for _, method := range methods(t, full) {
				t.Run(name+"/"+service+"/"+method, func(t *testing.T) {
					command := byMethod[method]
					require.NotNil(t, command, "no command")
					require.False(t, command.Skip, "the command is left out")
					require.NotEmpty(t, command.Use)
					require.NotEmpty(t, command.Short)
					verb := map[string]string{"Query": "query", "Msg": "tx"}[service]
					word, _, _ := strings.Cut(command.Use, " ")
					require.Contains(t, command.Example, "opend "+verb+" "+name+" "+word)
				})
				delete(byMethod, method)
			}
			require.Empty(t, byMethod, "commands for methods that do not exist")
		}
	}
}

// methods returns the methods of a service by its full name.
func methods(t *testing.T, service string) (names []string) {
	t.Helper()
	found, err := proto.HybridResolver.FindDescriptorByName(protoreflect.FullName(service))
	require.NoError(t, err)
	all := found.(protoreflect.ServiceDescriptor).Methods()
	for i := range all.Len() {
		names = append(names, string(all.Get(i).Name()))
	}
	require.NotEmpty(t, names)
	return names
}
