// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterLegacyAminoCodec registers the messages under the names that Ledger
// devices show and sign: 39 characters at most.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgSubmitTask{}, "openmesh/slashingtasks/MsgSubmitTask")
	legacy.RegisterAminoMsg(cdc, &MsgCommit{}, "openmesh/slashingtasks/MsgCommit")
	legacy.RegisterAminoMsg(cdc, &MsgReveal{}, "openmesh/slashingtasks/MsgReveal")
	legacy.RegisterAminoMsg(cdc, &MsgDecline{}, "openmesh/slashingtasks/MsgDecline")
	legacy.RegisterAminoMsg(cdc, &MsgChallenge{}, "openmesh/slashingtasks/MsgChallenge")
	legacy.RegisterAminoMsg(cdc, &MsgReportEquivocation{}, "openmesh/slashingtasks/MsgEquivocation")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "openmesh/slashingtasks/MsgUpdateParams")
	cdc.RegisterConcrete(&Params{}, "openmesh/slashingtasks/Params", nil)
}

// RegisterInterfaces registers the messages and their service.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgSubmitTask{},
		&MsgCommit{},
		&MsgReveal{},
		&MsgDecline{},
		&MsgChallenge{},
		&MsgReportEquivocation{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
