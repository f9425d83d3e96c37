// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	"github.com/openmesh-network/openmesh/x/workers"
)

type msgServer struct{ k *Keeper }

// NewMsgServer serves the messages of x/workers.
func NewMsgServer(k *Keeper) workers.MsgServer { return msgServer{k} }

func (s msgServer) RegisterXnode(ctx context.Context, msg *workers.MsgRegisterXnode) (*workers.MsgRegisterXnodeResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.k.Register(ctx, operator, msg.SignerPubKey, msg.Possession, msg.Card); err != nil {
		return nil, err
	}
	return &workers.MsgRegisterXnodeResponse{}, nil
}

func (s msgServer) UpdateXnode(ctx context.Context, msg *workers.MsgUpdateXnode) (*workers.MsgUpdateXnodeResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	version, err := s.k.UpdateCard(ctx, operator, msg.Card, msg.Version)
	if err != nil {
		return nil, err
	}
	return &workers.MsgUpdateXnodeResponse{Version: version}, nil
}

func (s msgServer) RotateSigner(ctx context.Context, msg *workers.MsgRotateSigner) (*workers.MsgRotateSignerResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.k.RotateSigner(ctx, operator, msg.SignerPubKey, msg.Possession, msg.Endpoints); err != nil {
		return nil, err
	}
	return &workers.MsgRotateSignerResponse{}, nil
}

func (s msgServer) Heartbeat(ctx context.Context, msg *workers.MsgHeartbeat) (*workers.MsgHeartbeatResponse, error) {
	signer, err := s.k.address(msg.Signer)
	if err != nil {
		return nil, err
	}
	if err := s.k.Heartbeat(ctx, signer, msg.Instance); err != nil {
		return nil, err
	}
	return &workers.MsgHeartbeatResponse{}, nil
}

func (s msgServer) DrainXnode(ctx context.Context, msg *workers.MsgDrainXnode) (*workers.MsgDrainXnodeResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.k.Drain(ctx, operator); err != nil {
		return nil, err
	}
	return &workers.MsgDrainXnodeResponse{}, nil
}

func (s msgServer) ResumeXnode(ctx context.Context, msg *workers.MsgResumeXnode) (*workers.MsgResumeXnodeResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.k.Resume(ctx, operator); err != nil {
		return nil, err
	}
	return &workers.MsgResumeXnodeResponse{}, nil
}

func (s msgServer) RetireXnode(ctx context.Context, msg *workers.MsgRetireXnode) (*workers.MsgRetireXnodeResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.k.Retire(ctx, operator); err != nil {
		return nil, err
	}
	return &workers.MsgRetireXnodeResponse{}, nil
}

func (s msgServer) AnnounceReclaim(ctx context.Context, msg *workers.MsgAnnounceReclaim) (*workers.MsgAnnounceReclaimResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	at, err := s.k.AnnounceReclaim(ctx, operator, msg.AtHeight)
	if err != nil {
		return nil, err
	}
	return &workers.MsgAnnounceReclaimResponse{AtHeight: at}, nil
}

func (s msgServer) CancelReclaim(ctx context.Context, msg *workers.MsgCancelReclaim) (*workers.MsgCancelReclaimResponse, error) {
	operator, err := s.k.address(msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.k.CancelReclaim(ctx, operator); err != nil {
		return nil, err
	}
	return &workers.MsgCancelReclaimResponse{}, nil
}

func (s msgServer) UpdateParams(ctx context.Context, msg *workers.MsgUpdateParams) (*workers.MsgUpdateParamsResponse, error) {
	if msg.Authority != s.k.authority {
		return nil, errorsmod.Wrapf(workers.ErrUnauthorized, "%.128q is not %s", msg.Authority, s.k.authority)
	}
	if err := s.k.UpdateParams(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &workers.MsgUpdateParamsResponse{}, nil
}
