// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/cosmos/cosmos-sdk/version"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

const (
	exampleOperator = "open1qyqszqgpqyqszqgpqyqszqgpqyqszqgp9cnx3t"
	exampleSubject  = "task/17"
)

// AutoCLIOptions describes the commands of the module.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service:           stakingext.Query_serviceDesc.ServiceName,
			RpcCommandOptions: queryCommands(),
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service:           stakingext.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: txCommands(),
		},
	}
}

func queryCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod: "Params",
			Use:       "params",
			Short:     "Show the params in force",
			Example:   example("query", "params"),
		},
		{
			RpcMethod: "Totals",
			Use:       "totals",
			Short:     "Show all stake, and what the circuit breaker still lets be slashed",
			Example:   example("query", "totals"),
		},
		{
			RpcMethod:      "Bond",
			Use:            "bond [operator]",
			Short:          "Show an operator's bond, what of it is free, and whether it may be matched",
			Example:        example("query", "bond "+exampleOperator),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod: "Bonds",
			Use:       "bonds",
			Short:     "List all bonds, a page at a time",
			Example:   example("query", "bonds --page-limit 50"),
		},
		{
			RpcMethod:      "Unbondings",
			Use:            "unbondings [operator]",
			Short:          "List an operator's withdrawals and when they are paid",
			Example:        example("query", "unbondings "+exampleOperator),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "Locks",
			Use:            "locks [operator]",
			Short:          "List the duties that hold an operator's bond",
			Example:        example("query", "locks "+exampleOperator),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "Faults",
			Use:            "faults [operator]",
			Short:          "List an operator's punished faults that are still remembered",
			Example:        example("query", "faults "+exampleOperator),
			PositionalArgs: args("operator"),
		},
	}
}

func txCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "Bond",
			Use:            "bond [amount]",
			Short:          "Create a bond or top it up",
			Example:        example("tx", "bond 100000000uopen --from operator"),
			PositionalArgs: args("amount"),
		},
		{
			RpcMethod:      "Unbond",
			Use:            "unbond [amount]",
			Short:          "Start the withdrawal of free bond",
			Long:           "Start the withdrawal of free bond. What is left must be nothing or at least min_bond. The coins stay slashable until they are paid.",
			Example:        example("tx", "unbond 25000000uopen --from operator"),
			PositionalArgs: args("amount"),
		},
		{
			RpcMethod: "Unjail",
			Use:       "unjail",
			Short:     "Leave jail once its time is over",
			Example:   example("tx", "unjail --from operator"),
		},
		{
			RpcMethod:      "ReleaseExpiredLock",
			Use:            "release-expired-lock [operator] [subject]",
			Short:          "Free a part of an operator's bond whose lock is past its deadline",
			Example:        example("tx", "release-expired-lock "+exampleOperator+" "+exampleSubject+" --from anyone"),
			PositionalArgs: args("operator", "subject"),
		},
		{
			RpcMethod:      "UpdateParams",
			Use:            "update-params-proposal [params]",
			Short:          "Propose new params to governance; all of them must be given",
			Example:        example("tx", `update-params-proposal '{"bond_denom":"uopen", ...}' --from proposer`),
			PositionalArgs: args("params"),
			GovProposal:    true,
		},
	}
}

func example(kind, rest string) string {
	return version.AppName + " " + kind + " " + stakingext.ModuleName + " " + rest
}

func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	list := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, f := range fields {
		list[i] = &autocliv1.PositionalArgDescriptor{ProtoField: f}
	}
	return list
}
