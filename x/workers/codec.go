// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterLegacyAminoCodec registers the messages for Ledger's amino JSON.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgRegisterXnode{}, "openmesh/workers/MsgRegisterXnode")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateXnode{}, "openmesh/workers/MsgUpdateXnode")
	legacy.RegisterAminoMsg(cdc, &MsgRotateSigner{}, "openmesh/workers/MsgRotateSigner")
	legacy.RegisterAminoMsg(cdc, &MsgHeartbeat{}, "openmesh/workers/MsgHeartbeat")
	legacy.RegisterAminoMsg(cdc, &MsgDrainXnode{}, "openmesh/workers/MsgDrainXnode")
	legacy.RegisterAminoMsg(cdc, &MsgResumeXnode{}, "openmesh/workers/MsgResumeXnode")
	legacy.RegisterAminoMsg(cdc, &MsgRetireXnode{}, "openmesh/workers/MsgRetireXnode")
	legacy.RegisterAminoMsg(cdc, &MsgAnnounceReclaim{}, "openmesh/workers/MsgAnnounceReclaim")
	legacy.RegisterAminoMsg(cdc, &MsgCancelReclaim{}, "openmesh/workers/MsgCancelReclaim")
	legacy.RegisterAminoMsg(cdc, &MsgCreateService{}, "openmesh/workers/MsgCreateService")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateService{}, "openmesh/workers/MsgUpdateService")
	legacy.RegisterAminoMsg(cdc, &MsgScaleService{}, "openmesh/workers/MsgScaleService")
	legacy.RegisterAminoMsg(cdc, &MsgAddMembers{}, "openmesh/workers/MsgAddMembers")
	legacy.RegisterAminoMsg(cdc, &MsgRemoveMembers{}, "openmesh/workers/MsgRemoveMembers")
	legacy.RegisterAminoMsg(cdc, &MsgRetireService{}, "openmesh/workers/MsgRetireService")
	legacy.RegisterAminoMsg(cdc, &MsgReportReplica{}, "openmesh/workers/MsgReportReplica")
	legacy.RegisterAminoMsg(cdc, &MsgDeclineReplica{}, "openmesh/workers/MsgDeclineReplica")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "openmesh/workers/MsgUpdateParams")
}

// RegisterInterfaces registers the messages and their service.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgRegisterXnode{},
		&MsgUpdateXnode{},
		&MsgRotateSigner{},
		&MsgHeartbeat{},
		&MsgDrainXnode{},
		&MsgResumeXnode{},
		&MsgRetireXnode{},
		&MsgAnnounceReclaim{},
		&MsgCancelReclaim{},
		&MsgCreateService{},
		&MsgUpdateService{},
		&MsgScaleService{},
		&MsgAddMembers{},
		&MsgRemoveMembers{},
		&MsgRetireService{},
		&MsgReportReplica{},
		&MsgDeclineReplica{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
