// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package module

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions describes the commands.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
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
					Example:        `opend tx por update-params-proposal '{"activation_delay":"100","min_contributions":2,"retention_blocks":"20000","max_items_per_block":20}' --from voter`,
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "params"}},
					GovProposal:    true,
				},
			},
		},
	}
}
