// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/workers"
)

func (s queryServer) Service(ctx context.Context, req *workers.QueryServiceRequest) (*workers.QueryServiceResponse, error) {
	service, err := s.k.Service(ctx, req.GetId())
	if err != nil {
		return nil, err
	}
	return &workers.QueryServiceResponse{Service: service}, nil
}

func (s queryServer) ServiceByName(ctx context.Context, req *workers.QueryServiceByNameRequest) (*workers.QueryServiceByNameResponse, error) {
	id, err := s.k.ServiceNames.Get(ctx, req.GetName())
	if errors.Is(err, collections.ErrNotFound) {
		return nil, errorsmod.Wrapf(workers.ErrNoService, "%.64q", req.GetName())
	}
	if err != nil {
		return nil, err
	}
	service, err := s.k.Service(ctx, id)
	if err != nil {
		return nil, err
	}
	return &workers.QueryServiceByNameResponse{Service: service}, nil
}

func (s queryServer) Services(ctx context.Context, req *workers.QueryServicesRequest) (*workers.QueryServicesResponse, error) {
	page, err := checkPage(req.GetPagination())
	if err != nil {
		return nil, err
	}
	services, next, err := query.CollectionPaginate(ctx, s.k.Services, page,
		func(_ uint64, service workers.Service) (workers.Service, error) { return service, nil })
	if err != nil {
		return nil, pageError(err)
	}
	return &workers.QueryServicesResponse{Services: services, Pagination: next}, nil
}

func (s queryServer) ServicesByOwner(ctx context.Context, req *workers.QueryServicesByOwnerRequest) (*workers.QueryServicesByOwnerResponse, error) {
	owner, err := s.k.address(req.GetOwner())
	if err != nil {
		return nil, err
	}
	page, err := checkPage(req.GetPagination())
	if err != nil {
		return nil, err
	}
	services, next, err := query.CollectionPaginate(ctx, s.k.ServiceOwners, page,
		func(key ownedKey, _ collections.NoValue) (workers.Service, error) { return s.k.Service(ctx, key.K2()) },
		query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](owner))
	if err != nil {
		return nil, pageError(err)
	}
	return &workers.QueryServicesByOwnerResponse{Services: services, Pagination: next}, nil
}

func (s queryServer) Members(ctx context.Context, req *workers.QueryMembersRequest) (*workers.QueryMembersResponse, error) {
	page, err := checkPage(req.GetPagination())
	if err != nil {
		return nil, err
	}
	members, next, err := query.CollectionPaginate(ctx, s.k.Members, page,
		func(key memberKey, _ collections.NoValue) (string, error) { return s.k.text(key.K2()) },
		query.WithCollectionPaginationPairPrefix[uint64, sdk.AccAddress](req.GetId()))
	if err != nil {
		return nil, pageError(err)
	}
	return &workers.QueryMembersResponse{Members: members, Pagination: next}, nil
}

func (s queryServer) Replicas(ctx context.Context, req *workers.QueryReplicasRequest) (*workers.QueryReplicasResponse, error) {
	page, err := checkPage(req.GetPagination())
	if err != nil {
		return nil, err
	}
	replicas, next, err := query.CollectionPaginate(ctx, s.k.Replicas, page,
		func(_ replicaKey, r workers.Replica) (workers.Replica, error) { return r, nil },
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.GetId()))
	if err != nil {
		return nil, pageError(err)
	}
	return &workers.QueryReplicasResponse{Replicas: replicas, Pagination: next}, nil
}

func (s queryServer) ReplicasByXnode(ctx context.Context, req *workers.QueryReplicasByXnodeRequest) (*workers.QueryReplicasByXnodeResponse, error) {
	operator, err := s.k.address(req.GetOperator())
	if err != nil {
		return nil, err
	}
	page, err := checkPage(req.GetPagination())
	if err != nil {
		return nil, err
	}
	replicas, next, err := query.CollectionPaginate(ctx, s.k.Hosted, page,
		func(key hostedKey, _ collections.NoValue) (workers.AssignedReplica, error) {
			return s.k.assigned(ctx, key.K2(), key.K3())
		}, func(o *query.CollectionsPaginateOptions[hostedKey]) {
			prefix := collections.TriplePrefix[sdk.AccAddress, uint64, uint64](operator)
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, pageError(err)
	}
	return &workers.QueryReplicasByXnodeResponse{Replicas: replicas, Pagination: next}, nil
}

func (k *Keeper) assigned(ctx context.Context, service, index uint64) (a workers.AssignedReplica, err error) {
	if a.Replica, err = k.replica(ctx, service, index); err != nil {
		return a, err
	}
	a.Service, err = k.Service(ctx, service)
	return a, err
}

func (s queryServer) ExplainPlacement(ctx context.Context, req *workers.QueryExplainPlacementRequest) (*workers.QueryExplainPlacementResponse, error) {
	return s.k.ExplainPlacement(ctx, req.GetId())
}

// ExplainPlacement says which replicas of a service have no place, what happened to
// each last, and which Xnodes meet the need.
func (k *Keeper) ExplainPlacement(ctx context.Context, id uint64) (*workers.QueryExplainPlacementResponse, error) {
	s, err := k.Service(ctx, id)
	if err != nil {
		return nil, err
	}
	rs, err := k.replicasOf(ctx, id)
	if err != nil {
		return nil, err
	}
	res := &workers.QueryExplainPlacementResponse{}
	gaveUp := 0
	for _, r := range rs {
		if r.Holds() {
			res.Hosting++
			continue
		}
		res.Waiting = append(res.Waiting, r)
		if r.State == workers.REPLICA_STATE_FAILED {
			gaveUp++
		}
	}
	if res.Match, err = k.ExplainMatch(ctx, s.Spec.Need(nil)); err != nil {
		return nil, err
	}
	res.Summary = fmt.Sprintf("%d of %d replicas wait for a place, %d of them until the service is changed, as they failed too often; "+
		"%d Xnodes have one already and are given no other; %s", len(res.Waiting), s.TargetReplicas, gaveUp, res.Hosting, res.Match.Summary)
	return res, nil
}
