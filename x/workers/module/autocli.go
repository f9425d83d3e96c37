// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/openmesh-network/openmesh/x/workers"
)

const cardExample = `'{"claimed":{"cpu_millis":"8000","memory_bytes":"17179869184"},` +
	`"prices":{"gas_price":"100","seat_fee":"1000"},"label":"attic","region":"eu-west-1"}'`

// AutoCLIOptions describes the commands for every message and query.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service:           workers.Query_serviceDesc.ServiceName,
			RpcCommandOptions: queryCommands(),
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service:           workers.Msg_serviceDesc.ServiceName,
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
			Example:   "opend query workers params",
		},
		{
			RpcMethod:      "Xnode",
			Use:            "xnode [operator]",
			Short:          "The Xnode of an operator, and the weight it is drawn with",
			Example:        "opend query workers xnode open1operator...",
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "XnodeBySigner",
			Use:            "xnode-by-signer [signer]",
			Short:          "The Xnode that a daemon's account speaks for",
			Example:        "opend query workers xnode-by-signer open1signer...",
			PositionalArgs: args("signer"),
		},
		{
			RpcMethod: "Xnodes",
			Use:       "xnodes",
			Short:     "All Xnodes, at most 200 a page",
			Example:   "opend query workers xnodes --page-limit 50",
		},
		{
			RpcMethod:      "Allocations",
			Use:            "allocations [operator]",
			Short:          "What is allocated on one Xnode, at most 200 a page",
			Example:        "opend query workers allocations open1operator...",
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod: "TotalWeight",
			Use:       "total-weight",
			Short:     "The sum of the weights of all Xnodes",
			Example:   "opend query workers total-weight",
		},
		{
			RpcMethod: "Market",
			Use:       "market",
			Short:     "How many Xnodes could take a piece of work at a price and rating, and what they ask",
			Long:      "Counts all Xnodes where they are few, else an even sample of them. Prices are in uopen, a rating in 1/10,000.",
			Example:   `opend query workers market --resources '{"cpu_millis":"1000","memory_bytes":"67108864"}' --gas-price 5 --seat-fee 2000 --min-rating 6000`,
		},
	}
}

func txCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "RegisterXnode",
			Use:            "register-xnode [signer-pub-key] [possession] [card]",
			Short:          "Register your Xnode; bond first (xworker register does all of it)",
			Long:           "Keys and proofs are hex or base64; the card is JSON or the name of a .json file.",
			Example:        "opend tx workers register-xnode 02ab... 5f01... " + cardExample + " --from operator",
			PositionalArgs: args("signer_pub_key", "possession", "card"),
		},
		{
			RpcMethod:      "UpdateXnode",
			Use:            "update-xnode [card]",
			Short:          "Replace what your Xnode claims, asks for, and is reached at",
			Example:        "opend tx workers update-xnode card.json --from operator",
			PositionalArgs: args("card"),
		},
		{
			RpcMethod:      "RotateSigner",
			Use:            "rotate-signer [signer-pub-key] [possession]",
			Short:          "Replace your Xnode's hot key at once",
			Example:        "opend tx workers rotate-signer 02ab... 5f01... --endpoints /ip4/203.0.113.7/tcp/4001/p2p/16Uiu2... --from operator",
			PositionalArgs: args("signer_pub_key", "possession"),
		},
		{
			RpcMethod:      "Heartbeat",
			Use:            "heartbeat [instance]",
			Short:          "Say that your daemon is alive (the daemon does it by itself)",
			Example:        "opend tx workers heartbeat 0102030405060708 --from signer",
			PositionalArgs: args("instance"),
		},
		{
			RpcMethod: "DrainXnode",
			Use:       "drain-xnode",
			Short:     "Take no new work; what is allocated goes on",
			Example:   "opend tx workers drain-xnode --from operator",
		},
		{
			RpcMethod: "ResumeXnode",
			Use:       "resume-xnode",
			Short:     "Take new work again after draining",
			Example:   "opend tx workers resume-xnode --from operator",
		},
		{
			RpcMethod: "RetireXnode",
			Use:       "retire-xnode",
			Short:     "Take your Xnode out; nothing may be allocated on it",
			Example:   "opend tx workers retire-xnode --from operator",
		},
		{
			RpcMethod:      "UpdateParams",
			Use:            "update-params-proposal [params]",
			Short:          "Propose new parameters, as a whole",
			Example:        "opend tx workers update-params-proposal params.json --from proposer",
			PositionalArgs: args("params"),
			GovProposal:    true,
		},
	}
}
