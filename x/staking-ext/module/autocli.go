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
		{
			RpcMethod:      "Pool",
			Use:            "pool [operator]",
			Short:          "Show what backers have staked with an operator, and what more it takes",
			Example:        example("query", "pool "+exampleOperator),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "Backings",
			Use:            "backings [operator]",
			Short:          "List an operator's backers",
			Example:        example("query", "backings "+exampleOperator),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "UnbackingBatches",
			Use:            "unbacking-batches [operator]",
			Short:          "List the withdrawals of an operator's backers, by batch",
			Example:        example("query", "unbacking-batches "+exampleOperator),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "BackerBackings",
			Use:            "backer-backings [backer]",
			Short:          "List what a backer has staked with whom, its worth and its rewards",
			Example:        example("query", "backer-backings "+exampleOperator),
			PositionalArgs: args("backer"),
		},
		{
			RpcMethod:      "BackerUnbackings",
			Use:            "backer-unbackings [backer]",
			Short:          "List a backer's withdrawals and when they are paid",
			Example:        example("query", "backer-unbackings "+exampleOperator),
			PositionalArgs: args("backer"),
		},
		{
			RpcMethod:      "Rewards",
			Use:            "rewards [operator]",
			Short:          "Show an operator's reward weight and what it may claim",
			Example:        example("query", "rewards "+exampleOperator),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod: "RewardState",
			Use:       "reward-state",
			Short:     "Show the reward weight of all operators and what is unpaid",
			Example:   example("query", "reward-state"),
		},
		{
			RpcMethod:      "ServiceBond",
			Use:            "service-bond [service-id]",
			Short:          "Show the stake behind a service, and what of it is leaving",
			Example:        example("query", "service-bond 7"),
			PositionalArgs: args("service_id"),
		},
		{
			RpcMethod: "ServiceBonds",
			Use:       "service-bonds",
			Short:     "List the stake behind all services, a page at a time",
			Example:   example("query", "service-bonds --page-limit 50"),
		},
		{
			RpcMethod:      "ServiceUnbondings",
			Use:            "service-unbondings [service-id]",
			Short:          "List the withdrawals from behind a service and when they are paid",
			Example:        example("query", "service-unbondings 7"),
			PositionalArgs: args("service_id"),
		},
		{
			RpcMethod:      "ServiceFaults",
			Use:            "service-faults [service-id]",
			Short:          "List a service's punished faults that are still remembered",
			Example:        example("query", "service-faults 7"),
			PositionalArgs: args("service_id"),
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
			RpcMethod:      "Back",
			Use:            "back [operator] [amount]",
			Short:          "Stake coins with an operator",
			Long:           "Stake coins with an operator. They earn a part of its rewards, and are slashed with it.",
			Example:        example("tx", "back "+exampleOperator+" 50000000uopen --from backer"),
			PositionalArgs: args("operator", "amount"),
		},
		{
			RpcMethod:      "Unback",
			Use:            "unback [operator] [amount]",
			Short:          "Start the withdrawal of backing",
			Long:           "Start the withdrawal of backing. What is left must be nothing or at least min_backing. The coins stay slashable until they are paid.",
			Example:        example("tx", "unback "+exampleOperator+" 25000000uopen --from backer"),
			PositionalArgs: args("operator", "amount"),
		},
		{
			RpcMethod:      "WithdrawBackerRewards",
			Use:            "withdraw-backer-rewards [operator]",
			Short:          "Withdraw a backer's rewards, and close a backing that is worth nothing any more",
			Example:        example("tx", "withdraw-backer-rewards "+exampleOperator+" --from backer"),
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "SetCommission",
			Use:            "set-commission [basis-points]",
			Short:          "Open an operator's pool for backers, or change its commission",
			Example:        example("tx", "set-commission 1000 --from operator"),
			PositionalArgs: args("commission_bps"),
		},
		{
			RpcMethod: "ClaimRewards",
			Use:       "claim-rewards",
			Short:     "Claim an operator's rewards",
			Example:   example("tx", "claim-rewards --from operator"),
		},
		{
			RpcMethod:      "BondService",
			Use:            "bond-service [service-id] [amount]",
			Short:          "Put stake behind a service of yours, or add to it",
			Example:        example("tx", "bond-service 7 10000000uopen --from owner"),
			PositionalArgs: args("service_id", "amount"),
		},
		{
			RpcMethod:      "UnbondService",
			Use:            "unbond-service [service-id] [amount]",
			Short:          "Start the withdrawal of your stake from behind a service",
			Long:           "Start the withdrawal of your stake from behind a service. What is left must be nothing or at least min_service_bond. The coins stay slashable until they are paid.",
			Example:        example("tx", "unbond-service 7 10000000uopen --from owner"),
			PositionalArgs: args("service_id", "amount"),
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
