// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterLegacyAminoCodec registers the messages for amino JSON (Ledger).
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	cdc.RegisterConcrete(Params{}, "openmesh/por/Params", nil)
	legacy.RegisterAminoMsg(cdc, &MsgRegisterBeaconKey{}, "openmesh/por/MsgRegisterBeaconKey")
	legacy.RegisterAminoMsg(cdc, &MsgDeactivateBeaconKey{}, "openmesh/por/MsgDeactivateBeaconKey")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "openmesh/por/MsgUpdateParams")
	legacy.RegisterAminoMsg(cdc, &MsgProveStorage{}, "openmesh/por/MsgProveStorage")
	legacy.RegisterAminoMsg(cdc, &MsgCommitCpu{}, "openmesh/por/MsgCommitCpu")
	legacy.RegisterAminoMsg(cdc, &MsgRevealCpu{}, "openmesh/por/MsgRevealCpu")
	legacy.RegisterAminoMsg(cdc, &MsgSubmitVerdict{}, "openmesh/por/MsgSubmitVerdict")
	legacy.RegisterAminoMsg(cdc, &MsgShowEvidence{}, "openmesh/por/MsgShowEvidence")
	legacy.RegisterAminoMsg(cdc, &MsgReportEquivocation{}, "openmesh/por/MsgReportEquivocation")
	legacy.RegisterAminoMsg(cdc, &MsgReportFraud{}, "openmesh/por/MsgReportFraud")
	legacy.RegisterAminoMsg(cdc, &MsgDisputeVerdict{}, "openmesh/por/MsgDisputeVerdict")
}

// RegisterInterfaces registers the messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgRegisterBeaconKey{},
		&MsgDeactivateBeaconKey{},
		&MsgUpdateParams{},
		&MsgProveStorage{},
		&MsgCommitCpu{},
		&MsgRevealCpu{},
		&MsgSubmitVerdict{},
		&MsgShowEvidence{},
		&MsgReportEquivocation{},
		&MsgReportFraud{},
		&MsgDisputeVerdict{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
