// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/openmesh-network/openmesh/x/workers"
)

const cardExample = `'{"claimed":{"cpu_millis":"8000","memory_bytes":"17179869184"},` +
	`"prices":{"gas_price":"100","seat_fee":"1000"},"label":"attic","region":"eu-west-1",` +
	`"attributes":[{"key":"cpu.vendor","value":"amd"}]}'`

const specExample = `'{"visibility":"SERVICE_VISIBILITY_PUBLIC",` +
	`"workload":{"kind":"WORKLOAD_KIND_WASM","artifact":"bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi","port":8080},` +
	`"resources":{"cpu_millis":"500","memory_bytes":"268435456"},"constraints":{"regions":["eu-west-1"]},` +
	`"reconcile":"RECONCILE_POLICY_KEEP_REPLACEMENT"}'`

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
	return append(serviceQueryCommands(), []*autocliv1.RpcCommandOptions{
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
		{
			RpcMethod: "ExplainMatch",
			Use:       "explain-match",
			Short:     "Why so many Xnodes match a piece of work, or none: what each thing asked for rules out",
			Long:      "Takes what market takes, and looks at the same Xnodes. An attribute is key=value; until is the height after which the work is over.",
			Example:   `opend query workers explain-match --resources '{"cpu_millis":"4000","gpu_count":"1","gpu_class":"nvidia-h200"}' --regions eu-west-1 --regions eu-central-1 --attributes tee=sev --gas-price 5 --until 90000`,
		},
	}...)
}

func txCommands() []*autocliv1.RpcCommandOptions {
	return append(serviceTxCommands(), []*autocliv1.RpcCommandOptions{
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
			RpcMethod: "AnnounceReclaim",
			Use:       "announce-reclaim",
			Short:     "Say from which height on you want your machine back; it then drains",
			Long:      "Nothing that would last longer is put on it from now on. Without a height, the earliest that is allowed.",
			Example:   "opend tx workers announce-reclaim --at-height 250000 --from operator",
		},
		{
			RpcMethod: "CancelReclaim",
			Use:       "cancel-reclaim",
			Short:     "Keep your Xnode in service after all",
			Example:   "opend tx workers cancel-reclaim --from operator",
		},
		{
			RpcMethod:      "UpdateParams",
			Use:            "update-params-proposal [params]",
			Short:          "Propose new parameters, as a whole",
			Example:        "opend tx workers update-params-proposal params.json --from proposer",
			PositionalArgs: args("params"),
			GovProposal:    true,
		},
	}...)
}

func serviceQueryCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "Service",
			Use:            "service [id]",
			Short:          "A service",
			Example:        "opend query workers service 7",
			PositionalArgs: args("id"),
		},
		{
			RpcMethod:      "ServiceByName",
			Use:            "service-by-name [name]",
			Short:          "The service that has a name",
			Example:        "opend query workers service-by-name hello",
			PositionalArgs: args("name"),
		},
		{
			RpcMethod: "Services",
			Use:       "services",
			Short:     "All services, at most 200 a page",
			Example:   "opend query workers services --page-limit 50",
		},
		{
			RpcMethod:      "ServicesByOwner",
			Use:            "services-by-owner [owner]",
			Short:          "The services of an owner, at most 200 a page",
			Example:        "opend query workers services-by-owner open1owner...",
			PositionalArgs: args("owner"),
		},
		{
			RpcMethod:      "Members",
			Use:            "members [id]",
			Short:          "Who may use a private service beside its owner, at most 200 a page",
			Example:        "opend query workers members 7",
			PositionalArgs: args("id"),
		},
		{
			RpcMethod:      "Replicas",
			Use:            "replicas [id]",
			Short:          "The replicas of a service, where they are, and what happened to them last",
			Example:        "opend query workers replicas 7",
			PositionalArgs: args("id"),
		},
		{
			RpcMethod:      "ReplicasByXnode",
			Use:            "replicas-by-xnode [operator]",
			Short:          "What an Xnode is to run; whatever is not here, it stops",
			Example:        "opend query workers replicas-by-xnode open1operator...",
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod:      "ExplainPlacement",
			Use:            "explain-placement [id]",
			Short:          "Why replicas of a service have no place",
			Example:        "opend query workers explain-placement 7",
			PositionalArgs: args("id"),
		},
	}
}

func serviceTxCommands() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "CreateService",
			Use:            "create-service [name] [spec] [min-replicas] [max-replicas]",
			Short:          "Run a service on several Xnodes; a deposit is held until it is retired",
			Long:           "The spec is JSON or the name of a .json file. Its arguments and variables are public.",
			Example:        "opend tx workers create-service hello " + specExample + " 2 5 --from owner",
			PositionalArgs: args("name", "spec", "min_replicas", "max_replicas"),
		},
		{
			RpcMethod:      "UpdateService",
			Use:            "update-service [id] [spec]",
			Short:          "Replace what a service is; other resources or constraints move its replicas, one at a time",
			Example:        "opend tx workers update-service 7 spec.json --version 3 --from owner",
			PositionalArgs: args("id", "spec"),
		},
		{
			RpcMethod:      "ScaleService",
			Use:            "scale-service [id] [min-replicas] [max-replicas]",
			Short:          "Say how many replicas there are at the least and at the most",
			Example:        "opend tx workers scale-service 7 3 10 --from owner",
			PositionalArgs: args("id", "min_replicas", "max_replicas"),
		},
		{
			RpcMethod:      "AddMembers",
			Use:            "add-members [id] [members]",
			Short:          "Let accounts use a private service",
			Example:        "opend tx workers add-members 7 open1alice... open1bob... --from owner",
			PositionalArgs: varargs("id", "members"),
		},
		{
			RpcMethod:      "RemoveMembers",
			Use:            "remove-members [id] [members]",
			Short:          "No longer let accounts use a private service",
			Example:        "opend tx workers remove-members 7 open1alice... --from owner",
			PositionalArgs: varargs("id", "members"),
		},
		{
			RpcMethod:      "RetireService",
			Use:            "retire-service [id]",
			Short:          "Stop a service for good and get the deposit back",
			Example:        "opend tx workers retire-service 7 --from owner",
			PositionalArgs: args("id"),
		},
		{
			RpcMethod:      "ReportReplica",
			Use:            "report-replica [service-id] [index] [state] [version]",
			Short:          "Say what became of a replica (the daemon does it by itself)",
			Example:        "opend tx workers report-replica 7 1 REPLICA_STATE_RUNNING 3 --from signer",
			PositionalArgs: args("service_id", "index", "state", "version"),
		},
		{
			RpcMethod:      "DeclineReplica",
			Use:            "decline-replica [service-id] [index]",
			Short:          "Give back a replica that does not run yet (the daemon does it by itself)",
			Example:        `opend tx workers decline-replica 7 1 --reason "no OCI engine" --from signer`,
			PositionalArgs: args("service_id", "index"),
		},
	}
}

// varargs is args, of which the last may come several times.
func varargs(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := args(fields...)
	out[len(out)-1].Varargs = true
	return out
}
