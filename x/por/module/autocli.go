// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions describes the commands.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	options := &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "openmesh.por.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Params",
					Use:       "params",
					Short:     "Show the params",
					Example:   "opend query por params",
				},
				{
					RpcMethod:      "Beacon",
					Use:            "beacon [height]",
					Short:          "Show the seed of a block; height 0 is the newest",
					Example:        "opend query por beacon 0",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "height"}},
				},
				{
					RpcMethod:      "BeaconKey",
					Use:            "beacon-key [validator]",
					Short:          "Show a validator's beacon key",
					Example:        "opend query por beacon-key openvaloper1...",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "validator"}},
				},
				{
					RpcMethod: "BeaconKeys",
					Use:       "beacon-keys",
					Short:     "List the beacon keys of all validators",
					Example:   "opend query por beacon-keys --page-limit 50",
				},
				{
					RpcMethod: "Windows",
					Use:       "windows",
					Short:     "Show the window that runs in each class, and when the next one opens",
					Example:   "opend query por windows",
				},
				{
					RpcMethod:      "Window",
					Use:            "window [class] [number]",
					Short:          "Show a window that runs or is still kept; number 0 is the newest",
					Example:        "opend query por window class-storage 0",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "class"}, {ProtoField: "number"}},
				},
				{
					RpcMethod:      "Measurements",
					Use:            "measurements [class] [number]",
					Short:          "List what a window found out about every Xnode; number 0 is the newest",
					Example:        "opend query por measurements class-cpu 0 --page-limit 50",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "class"}, {ProtoField: "number"}},
				},
				{
					RpcMethod:      "Duties",
					Use:            "duties [operator]",
					Short:          "Show what an Xnode has to answer now, and until when",
					Example:        "opend query por duties open1...",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "operator"}},
				},
				{
					RpcMethod:      "Proofs",
					Use:            "proofs [operator]",
					Short:          "List what the windows that are kept found out about an Xnode",
					Example:        "opend query por proofs open1...",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "operator"}},
				},
				{
					RpcMethod:      "Capacity",
					Use:            "capacity [operator]",
					Short:          "Show what is claimed, verified and counted of an Xnode",
					Example:        "opend query por capacity open1...",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "operator"}},
				},
				{
					RpcMethod: "Capacities",
					Use:       "capacities",
					Short:     "List what is claimed and verified of all Xnodes",
					Example:   "opend query por capacities --page-limit 50",
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "openmesh.por.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "RegisterBeaconKey",
					Use:       "register-beacon-key [pub-key] [proof]",
					Short:     "Announce the key that your validator will contribute to the beacon with",
					Long:      "Announce the key that your validator will contribute to the beacon with. Key and proof are what `opend beacon-key show` prints. The key must lie on the validating node when it takes effect.",
					Example:   "opend tx por register-beacon-key <pub-key> <proof> --from operator",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{
						{ProtoField: "pub_key"}, {ProtoField: "proof"},
					},
				},
				{
					RpcMethod: "DeactivateBeaconKey",
					Use:       "deactivate-beacon-key",
					Short:     "Announce that your validator will no longer contribute, e.g. because its key is lost",
					Example:   "opend tx por deactivate-beacon-key --from operator",
				},
				{
					RpcMethod:      "UpdateParams",
					Use:            "update-params-proposal [params]",
					Short:          "Propose new params to governance",
					Example:        `opend tx por update-params-proposal "$(opend query por params -o json | jq -c '.params | .retention_blocks = "30000"')" --from voter`,
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "params"}},
					GovProposal:    true,
				},
				{
					RpcMethod: "ProveStorage",
					Use:       "prove-storage [window] [units] [proof]",
					Short:     "Answer a storage window with a proof; the daemon does this by itself",
					Example:   "opend tx por prove-storage 12 4 <proof> --from signer",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{
						{ProtoField: "window"}, {ProtoField: "units"}, {ProtoField: "proof"},
					},
				},
				{
					RpcMethod: "CommitCpu",
					Use:       "commit-cpu [window] [root] [segments...]",
					Short:     "Answer a CPU window with a commitment; the daemon does this by itself",
					Example:   "opend tx por commit-cpu 12 <root> 36000 36000 --from signer",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{
						{ProtoField: "window"}, {ProtoField: "root"}, {ProtoField: "segments", Varargs: true},
					},
				},
				{
					RpcMethod:      "RevealCpu",
					Use:            "reveal-cpu [window] [proof]",
					Short:          "Show what was drawn from a commitment; the daemon does this by itself",
					Example:        "opend tx por reveal-cpu 12 <proof> --from signer",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "window"}, {ProtoField: "proof"}},
				},
			},
		},
	}
	options.Query.RpcCommandOptions = append(options.Query.RpcCommandOptions, courtQueries()...)
	options.Tx.RpcCommandOptions = append(options.Tx.RpcCommandOptions, courtTxs()...)
	return options
}

// args are positional arguments, by the names of their fields.
func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	var out []*autocliv1.PositionalArgDescriptor
	for _, field := range fields {
		out = append(out, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return out
}

// courtQueries are the commands that show committees and the court.
func courtQueries() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod:      "Committee",
			Use:            "committee [class] [window] [subject]",
			Short:          "Show who measures an Xnode in a window, and what they found",
			Example:        "opend query por committee memory 7 open1...",
			PositionalArgs: args("class", "window", "subject"),
		},
		{
			RpcMethod:      "Seats",
			Use:            "seats [verifier]",
			Short:          "List whom an Xnode measures",
			Example:        "opend query por seats open1... --page-limit 50",
			PositionalArgs: args("verifier"),
		},
		{
			RpcMethod:      "VerifierScore",
			Use:            "verifier-score [operator]",
			Short:          "Show how an operator serves on committees",
			Example:        "opend query por verifier-score open1...",
			PositionalArgs: args("operator"),
		},
		{
			RpcMethod: "Charges",
			Use:       "charges",
			Short:     "List the charges that wait for a penalty",
			Example:   "opend query por charges --page-limit 50",
		},
		{
			RpcMethod:      "Charge",
			Use:            "charge [class] [subject]",
			Short:          "Show the charge against an operator in a class",
			Example:        "opend query por charge memory open1...",
			PositionalArgs: args("class", "subject"),
		},
		{
			RpcMethod:      "Fraud",
			Use:            "fraud [class] [window] [operator]",
			Short:          "Show the fraud that was proven of an operator in a window",
			Example:        "opend query por fraud storage 7 open1...",
			PositionalArgs: args("class", "window", "operator"),
		},
	}
}

// courtTxs are the commands that post and dispute verdicts, and report.
func courtTxs() []*autocliv1.RpcCommandOptions {
	return []*autocliv1.RpcCommandOptions{
		{
			RpcMethod: "SubmitVerdict",
			Use:       "submit-verdict [class] [window] [subject] [attestations...]",
			Short:     "Post attestations of a committee",
			Long:      "Post attestations of a committee. The daemon does so by itself; an attestation is JSON as the daemon prints it.",
			Example:   `opend tx por submit-verdict memory 7 open1... '{"seat":0,"report":{"result":"VERDICT_OK","value":"1073741824","evidence":"..."},"signature":"..."}' --from signer`,
			PositionalArgs: append(args("class", "window", "subject"),
				&autocliv1.PositionalArgDescriptor{ProtoField: "attestations", Varargs: true}),
		},
		{
			RpcMethod:      "ShowEvidence",
			Use:            "show-evidence [class] [window] [subject] [statement]",
			Short:          "Show what an audited seat attested the hash of",
			Example:        `opend tx por show-evidence memory 7 open1... '{"seat":0,"nonce":"...","body":"...","signature":"..."}' --from signer`,
			PositionalArgs: args("class", "window", "subject", "statement"),
		},
		{
			RpcMethod:      "ReportEquivocation",
			Use:            "report-equivocation [class] [window] [subject] [first] [second]",
			Short:          "Prove that a verifier attested two things for one seat",
			Example:        `opend tx por report-equivocation memory 7 open1... '{"seat":0,...}' '{"seat":0,...}' --from anybody`,
			PositionalArgs: args("class", "window", "subject", "first", "second"),
		},
		{
			RpcMethod:      "ReportFraud",
			Use:            "report-fraud [class] [window] [operator] [evidence]",
			Short:          "Show one wrong item of a proof or an answer; a deposit is lost if it is right",
			Example:        `opend tx por report-fraud storage 7 open1... '{"proof":"...","position":"12"}' --from anybody`,
			PositionalArgs: args("class", "window", "operator", "evidence"),
		},
		{
			RpcMethod:      "DisputeVerdict",
			Use:            "dispute-verdict [class] [window]",
			Short:          "Have your Xnode measured again by a larger committee; a deposit is lost if it finds the same",
			Example:        "opend tx por dispute-verdict memory 7 --from operator",
			PositionalArgs: args("class", "window"),
		},
	}
}
