// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	"github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterLegacyAminoCodec registers the messages under the names that Ledger
// devices show and sign: 39 characters at most.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgBond{}, "openmesh/stakingext/MsgBond")
	legacy.RegisterAminoMsg(cdc, &MsgUnbond{}, "openmesh/stakingext/MsgUnbond")
	legacy.RegisterAminoMsg(cdc, &MsgUnjail{}, "openmesh/stakingext/MsgUnjail")
	legacy.RegisterAminoMsg(cdc, &MsgReleaseExpiredLock{}, "openmesh/stakingext/MsgReleaseLock")
	legacy.RegisterAminoMsg(cdc, &MsgBack{}, "openmesh/stakingext/MsgBack")
	legacy.RegisterAminoMsg(cdc, &MsgUnback{}, "openmesh/stakingext/MsgUnback")
	legacy.RegisterAminoMsg(cdc, &MsgWithdrawBackerRewards{}, "openmesh/stakingext/MsgBackerRewards")
	legacy.RegisterAminoMsg(cdc, &MsgSetCommission{}, "openmesh/stakingext/MsgSetCommission")
	legacy.RegisterAminoMsg(cdc, &MsgClaimRewards{}, "openmesh/stakingext/MsgClaimRewards")
	legacy.RegisterAminoMsg(cdc, &MsgBondService{}, "openmesh/stakingext/MsgBondService")
	legacy.RegisterAminoMsg(cdc, &MsgUnbondService{}, "openmesh/stakingext/MsgUnbondService")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "openmesh/stakingext/MsgUpdateParams")
	cdc.RegisterConcrete(&Params{}, "openmesh/stakingext/Params", nil)
}

// RegisterInterfaces registers the messages and their service.
func RegisterInterfaces(registry types.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgBond{},
		&MsgUnbond{},
		&MsgUnjail{},
		&MsgReleaseExpiredLock{},
		&MsgBack{},
		&MsgUnback{},
		&MsgWithdrawBackerRewards{},
		&MsgSetCommission{},
		&MsgClaimRewards{},
		&MsgBondService{},
		&MsgUnbondService{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
