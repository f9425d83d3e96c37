// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// possessionGas pays for checking a VRF proof, some 90 µs: about what the SDK takes for a
// signature that costs as much.
const possessionGas = 1000

type msgServer struct{ *Keeper }

// NewMsgServer makes the handlers of the module's messages.
func NewMsgServer(k *Keeper) por.MsgServer { return msgServer{k} }

// RegisterBeaconKey announces a validator's key, which it must show to possess.
func (s msgServer) RegisterBeaconKey(ctx context.Context, msg *por.MsgRegisterBeaconKey) (*por.MsgRegisterBeaconKeyResponse, error) {
	operator, err := msg.Validate(s.staking.ValidatorAddressCodec())
	if err != nil {
		return nil, err
	}
	known, err := s.IsValidator(ctx, operator)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, errorsmod.Wrap(por.ErrNotValidator, msg.Validator)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(possessionGas, "por: possession of a beacon key")
	if _, ok := por.VerifyProof(msg.PubKey, msg.Proof, por.PossessionAlpha(sdkCtx.ChainID(), operator)); !ok {
		return nil, errorsmod.Wrapf(por.ErrNoPossession, "key %X, chain %q, validator %s", msg.PubKey, sdkCtx.ChainID(), msg.Validator)
	}
	height, err := s.AnnounceKey(ctx, operator, msg.PubKey)
	if err != nil {
		return nil, err
	}
	return &por.MsgRegisterBeaconKeyResponse{ActiveFrom: height}, nil
}

// DeactivateBeaconKey announces the end of a validator's key.
func (s msgServer) DeactivateBeaconKey(ctx context.Context, msg *por.MsgDeactivateBeaconKey) (*por.MsgDeactivateBeaconKeyResponse, error) {
	operator, err := msg.Validate(s.staking.ValidatorAddressCodec())
	if err != nil {
		return nil, err
	}
	height, err := s.AnnounceKey(ctx, operator, nil)
	if err != nil {
		return nil, err
	}
	return &por.MsgDeactivateBeaconKeyResponse{Height: height}, nil
}

// UpdateParams replaces the params.
func (s msgServer) UpdateParams(ctx context.Context, msg *por.MsgUpdateParams) (*por.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	sender, err := s.accounts.StringToBytes(msg.Authority)
	if err != nil {
		return nil, errorsmod.Wrapf(por.ErrInvalidAddress, "authority: %s", err)
	}
	authority, err := s.accounts.StringToBytes(s.authority)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(sender, authority) {
		return nil, errorsmod.Wrapf(por.ErrUnauthorized, "%s is not %s", msg.Authority, s.authority)
	}
	if err := s.Params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &por.MsgUpdateParamsResponse{}, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&por.EventParamsUpdated{Params: msg.Params})
}
