// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"

	"github.com/cosmos/gogoproto/proto"

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
	before, err := s.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if msg.Params.DepositDenom != before.DepositDenom {
		return nil, errorsmod.Wrapf(por.ErrInvalidParams, "deposit_denom is %s and cannot change: deposits are held in it", before.DepositDenom)
	}
	if err := s.Params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	if err := s.modesChanged(ctx, before, msg.Params); err != nil {
		return nil, err
	}
	return &por.MsgUpdateParamsResponse{}, emit(ctx, &por.EventParamsUpdated{Params: msg.Params})
}

// ProveStorage answers a storage window.
func (s msgServer) ProveStorage(ctx context.Context, msg *por.MsgProveStorage) (*por.MsgProveStorageResponse, error) {
	signer, err := s.account(msg.Signer)
	if err != nil {
		return nil, err
	}
	return &por.MsgProveStorageResponse{}, s.Keeper.ProveStorage(ctx, signer, msg.Window, msg.Units, msg.Proof)
}

// CommitCpu answers a CPU window.
func (s msgServer) CommitCpu(ctx context.Context, msg *por.MsgCommitCpu) (*por.MsgCommitCpuResponse, error) {
	signer, err := s.account(msg.Signer)
	if err != nil {
		return nil, err
	}
	return &por.MsgCommitCpuResponse{}, s.Keeper.CommitCpu(ctx, signer, msg.Window, msg.Segments, msg.Root)
}

// RevealCpu shows what was drawn from the answer to a CPU window.
func (s msgServer) RevealCpu(ctx context.Context, msg *por.MsgRevealCpu) (*por.MsgRevealCpuResponse, error) {
	signer, err := s.account(msg.Signer)
	if err != nil {
		return nil, err
	}
	m, err := s.Keeper.RevealCpu(ctx, signer, msg.Window, msg.Proof)
	if err != nil {
		return nil, err
	}
	return &por.MsgRevealCpuResponse{Verdict: m.Verdict, Value: m.Value}, nil
}

// account reads an account's address (ErrInvalidAddress).
func (k *Keeper) account(text string) (sdk.AccAddress, error) {
	addr, err := k.accounts.StringToBytes(text)
	if err != nil {
		return nil, errorsmod.Wrapf(por.ErrInvalidAddress, "%q: %s", text, err)
	}
	return addr, nil
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
