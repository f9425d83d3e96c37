// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

type msgServer struct{ *Keeper }

var _ stakingext.MsgServer = msgServer{}

// NewMsgServer serves the messages of the module.
func NewMsgServer(k *Keeper) stakingext.MsgServer { return msgServer{k} }

// Bond implements stakingext.MsgServer.
func (s msgServer) Bond(ctx context.Context, msg *stakingext.MsgBond) (*stakingext.MsgBondResponse, error) {
	operator, err := s.checkCoinOf(ctx, "operator", msg.Operator, msg.Amount)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.Bond(ctx, operator, msg.Amount.Amount); err != nil {
		return nil, err
	}
	return &stakingext.MsgBondResponse{}, nil
}

// Unbond implements stakingext.MsgServer.
func (s msgServer) Unbond(ctx context.Context, msg *stakingext.MsgUnbond) (*stakingext.MsgUnbondResponse, error) {
	operator, err := s.checkCoinOf(ctx, "operator", msg.Operator, msg.Amount)
	if err != nil {
		return nil, err
	}
	entry, err := s.Keeper.Unbond(ctx, operator, msg.Amount.Amount)
	if err != nil {
		return nil, err
	}
	return &stakingext.MsgUnbondResponse{Id: entry.Id, MatureHeight: entry.MatureHeight, MatureTime: entry.MatureTime}, nil
}

// Unjail implements stakingext.MsgServer.
func (s msgServer) Unjail(ctx context.Context, msg *stakingext.MsgUnjail) (*stakingext.MsgUnjailResponse, error) {
	operator, err := s.address("operator", msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.Unjail(ctx, operator); err != nil {
		return nil, err
	}
	return &stakingext.MsgUnjailResponse{}, nil
}

// ReleaseExpiredLock implements stakingext.MsgServer.
func (s msgServer) ReleaseExpiredLock(ctx context.Context, msg *stakingext.MsgReleaseExpiredLock) (*stakingext.MsgReleaseExpiredLockResponse, error) {
	if _, err := s.address("sender", msg.Sender); err != nil {
		return nil, err
	}
	operator, err := s.address("operator", msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.Keeper.ReleaseExpiredLock(ctx, operator, msg.Subject); err != nil {
		return nil, err
	}
	return &stakingext.MsgReleaseExpiredLockResponse{}, nil
}

// UpdateParams implements stakingext.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *stakingext.MsgUpdateParams) (*stakingext.MsgUpdateParamsResponse, error) {
	if err := s.Keeper.UpdateParams(ctx, msg.Authority, msg.Params); err != nil {
		return nil, err
	}
	return &stakingext.MsgUpdateParamsResponse{}, nil
}

// checkCoinOf identifies the account in a field and holds its coin to the bond denom.
func (s msgServer) checkCoinOf(ctx context.Context, field, account string, coin sdk.Coin) (sdk.AccAddress, error) {
	addr, err := s.address(field, account)
	if err != nil {
		return nil, err
	}
	params, err := s.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return addr, stakingext.CheckCoin(coin, params.BondDenom)
}

// address decodes a field of a message: ErrInvalidAddress names the field.
func (k *Keeper) address(field, text string) (sdk.AccAddress, error) {
	addr, err := k.ac.StringToBytes(text)
	if err != nil {
		return nil, sdkerrors.ErrInvalidAddress.Wrapf("%s: %s", field, err)
	}
	return addr, nil
}
