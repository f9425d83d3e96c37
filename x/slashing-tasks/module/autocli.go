// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

const programExample = `'{"module_cid":"bafkrei...","args":["--fast"],"gas_limit":"1000000000",` +
	`"memory_limit":"67108864","output_limit":"1048576","detwasm_version":1}'`

const verifyHelp = "Seats is the tier (see the parameters), or 1 with --verify none or --verify sample. Fees are in uopen, " +
	"gas prices in uopen for 1,000,000 gas, --min-rating-bps in 1/10,000. `opend query workers market` tells how many Xnodes an offer reaches."

// AutoCLIOptions describes the commands for every message and query.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service:           slashingtasks.Query_serviceDesc.ServiceName,
			RpcCommandOptions: queryCommands(),
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service:           slashingtasks.Msg_serviceDesc.ServiceName,
			RpcCommandOptions: txCommands(),
		},
	}
}

func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, 0, len(fields))
	for _, field := range fields {
		out = append(out, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return out
}

func queryCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod: "Params",
			Use:       "params",
			Short:     "The parameters that governance sets",
			Example:   "opend query slashingtasks params",
		},
		{
			RpcMethod:      "Task",
			Use:            "task [task-id]",
			Short:          "A task with its committee",
			Example:        "opend query slashingtasks task 7",
			PositionalArgs: args("task_id"),
		},
		{
			RpcMethod: "Tasks",
			Use:       "tasks",
			Short:     "All retained tasks by id, at most 200 a page",
			Example:   "opend query slashingtasks tasks --page-limit 20 --page-reverse",
		},
		{
			RpcMethod:      "TasksByRequester",
			Use:            "tasks-by-requester [requester]",
			Short:          "The retained tasks of one requester, at most 200 a page",
			Example:        "opend query slashingtasks tasks-by-requester open1requester...",
			PositionalArgs: args("requester"),
		},
		{
			RpcMethod:      "OpenSeats",
			Use:            "open-seats [operator]",
			Short:          "What the Xnode of an operator has to do now, at most 200 a page",
			Example:        "opend query slashingtasks open-seats open1operator...",
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "Quote",
			Use:            "quote [seats] [gas-limit]",
			Short:          "The fee that a submission has to bring, and what it is likely to cost",
			Long:           verifyHelp,
			Example:        "opend query slashingtasks quote 7 1000000000 --seat-fee 2000\nopend query slashingtasks quote 1 1000000000 --verify sample",
			PositionalArgs: args("seats", "gas_limit"),
		},
	}
}

func txCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod: "SubmitTask",
			Use:       "submit-task [seats] [seat-fee] [gas-price] [max-fee]",
			Short:     "Have a program run and its outcome verified by a drawn committee",
			Long:      verifyHelp,
			Example: "opend tx slashingtasks submit-task 7 1000 1 62000uopen --program " + programExample +
				` --sources '{"address":"/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2..."}' --from alice` +
				"\nopend tx slashingtasks submit-task 1 1000 1 30000uopen --verify sample --min-rating-bps 6000 --program program.json --from alice",
			PositionalArgs: args("seats", "seat_fee", "gas_price", "max_fee"),
		},
		{
			RpcMethod:      "Commit",
			Use:            "commit [commits]...",
			Short:          "Commit to the outcomes of seats; the daemon does this",
			Example:        `opend tx slashingtasks commit '{"task_id":"7","commitment":"<base64 of 32 bytes>"}' --from signer`,
			PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "commits", Varargs: true}},
		},
		{
			RpcMethod: "Reveal",
			Use:       "reveal [reveals]...",
			Short:     "Reveal the outcomes of seats; the daemon does this",
			Example: `opend tx slashingtasks reveal '{"task_id":"7","outcome":{"status":"OUTCOME_STATUS_OK","gas":"12345",` +
				`"output_root":"bafybei..."},"salt":"<base64 of 32 bytes>"}' --from signer`,
			PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "reveals", Varargs: true}},
		},
		{
			RpcMethod:      "Decline",
			Use:            "decline [task-ids]...",
			Short:          "Give seats back whose program this host cannot run",
			Example:        `opend tx slashingtasks decline 7 9 --reason "no source answers" --from signer`,
			PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "task_ids", Varargs: true}},
		},
		{
			RpcMethod:      "Challenge",
			Use:            "challenge [task-id]",
			Short:          "Let a larger committee judge a quorum's outcome, against a bond",
			Example:        "opend tx slashingtasks challenge 7 --from alice",
			PositionalArgs: args("task_id"),
		},
		{
			RpcMethod: "ReportEquivocation",
			Use:       "report-equivocation [first] [second]",
			Short:     "Prove that a seat signed two commitments",
			Example: `opend tx slashingtasks report-equivocation ` +
				`'{"task_id":"7","operator":"open1...","commitment":"<base64>","signature":"<base64>"}' ` +
				`'{"task_id":"7","operator":"open1...","commitment":"<base64>","signature":"<base64>"}' --from alice`,
			PositionalArgs: args("first", "second"),
		},
		{
			RpcMethod:      "UpdateParams",
			Use:            "update-params [params]",
			Short:          "Draft a proposal that replaces the parameters",
			Example:        `opend tx slashingtasks update-params "$(cat params.json)" --from validator`,
			PositionalArgs: args("params"),
			GovProposal:    true,
		},
	}
}
