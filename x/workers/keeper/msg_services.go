// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"github.com/openmesh-network/openmesh/x/workers"
)

func (s msgServer) CreateService(ctx context.Context, msg *workers.MsgCreateService) (*workers.MsgCreateServiceResponse, error) {
	owner, err := s.k.address(msg.Owner)
	if err != nil {
		return nil, err
	}
	id, err := s.k.CreateService(ctx, owner, msg.Name, msg.Spec, msg.MinReplicas, msg.MaxReplicas)
	if err != nil {
		return nil, err
	}
	return &workers.MsgCreateServiceResponse{Id: id}, nil
}

func (s msgServer) UpdateService(ctx context.Context, msg *workers.MsgUpdateService) (*workers.MsgUpdateServiceResponse, error) {
	owner, err := s.k.address(msg.Owner)
	if err != nil {
		return nil, err
	}
	version, err := s.k.UpdateService(ctx, owner, msg.Id, msg.Spec, msg.Version)
	if err != nil {
		return nil, err
	}
	return &workers.MsgUpdateServiceResponse{Version: version}, nil
}

func (s msgServer) ScaleService(ctx context.Context, msg *workers.MsgScaleService) (*workers.MsgScaleServiceResponse, error) {
	owner, err := s.k.address(msg.Owner)
	if err != nil {
		return nil, err
	}
	version, err := s.k.ScaleService(ctx, owner, msg.Id, msg.MinReplicas, msg.MaxReplicas)
	if err != nil {
		return nil, err
	}
	return &workers.MsgScaleServiceResponse{Version: version}, nil
}

func (s msgServer) AddMembers(ctx context.Context, msg *workers.MsgAddMembers) (*workers.MsgAddMembersResponse, error) {
	owner, err := s.k.address(msg.Owner)
	if err != nil {
		return nil, err
	}
	if err := s.k.AddMembers(ctx, owner, msg.Id, msg.Members); err != nil {
		return nil, err
	}
	return &workers.MsgAddMembersResponse{}, nil
}

func (s msgServer) RemoveMembers(ctx context.Context, msg *workers.MsgRemoveMembers) (*workers.MsgRemoveMembersResponse, error) {
	owner, err := s.k.address(msg.Owner)
	if err != nil {
		return nil, err
	}
	if err := s.k.RemoveMembers(ctx, owner, msg.Id, msg.Members); err != nil {
		return nil, err
	}
	return &workers.MsgRemoveMembersResponse{}, nil
}

func (s msgServer) RetireService(ctx context.Context, msg *workers.MsgRetireService) (*workers.MsgRetireServiceResponse, error) {
	owner, err := s.k.address(msg.Owner)
	if err != nil {
		return nil, err
	}
	if err := s.k.RetireService(ctx, owner, msg.Id); err != nil {
		return nil, err
	}
	return &workers.MsgRetireServiceResponse{}, nil
}

func (s msgServer) ReportReplica(ctx context.Context, msg *workers.MsgReportReplica) (*workers.MsgReportReplicaResponse, error) {
	signer, err := s.k.address(msg.Signer)
	if err != nil {
		return nil, err
	}
	if err := s.k.ReportReplica(ctx, signer, msg.ServiceId, msg.Index, msg.State, msg.Version, msg.Reason); err != nil {
		return nil, err
	}
	return &workers.MsgReportReplicaResponse{}, nil
}

func (s msgServer) DeclineReplica(ctx context.Context, msg *workers.MsgDeclineReplica) (*workers.MsgDeclineReplicaResponse, error) {
	signer, err := s.k.address(msg.Signer)
	if err != nil {
		return nil, err
	}
	if err := s.k.DeclineReplica(ctx, signer, msg.ServiceId, msg.Index, msg.Reason); err != nil {
		return nil, err
	}
	return &workers.MsgDeclineReplicaResponse{}, nil
}
