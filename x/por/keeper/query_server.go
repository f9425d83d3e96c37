// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/openmesh-network/openmesh/x/por"
)

// maxPage is the most records in an answer.
const maxPage = 200

type queryServer struct{ k *Keeper }

// NewQueryServer makes the handlers of the module's queries.
func NewQueryServer(k *Keeper) por.QueryServer { return queryServer{k} }

// Params returns the params.
func (s queryServer) Params(ctx context.Context, _ *por.QueryParamsRequest) (*por.QueryParamsResponse, error) {
	params, err := s.k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &por.QueryParamsResponse{Params: params}, nil
}

// Beacon returns the seed of a height, or the newest.
func (s queryServer) Beacon(ctx context.Context, req *por.QueryBeaconRequest) (*por.QueryBeaconResponse, error) {
	if req.Height < 0 {
		return nil, errorsmod.Wrapf(por.ErrInvalidHeight, "%d", req.Height)
	}
	var (
		seed por.Seed
		err  error
	)
	if req.Height == 0 {
		seed, err = s.k.LatestBeacon(ctx)
	} else {
		seed, err = s.k.Beacon(ctx, req.Height)
	}
	if err != nil {
		return nil, err
	}
	return &por.QueryBeaconResponse{Seed: seed}, nil
}

// BeaconKey returns a validator's key.
func (s queryServer) BeaconKey(ctx context.Context, req *por.QueryBeaconKeyRequest) (*por.QueryBeaconKeyResponse, error) {
	operator, err := s.k.staking.ValidatorAddressCodec().StringToBytes(req.Validator)
	if err != nil {
		return nil, errorsmod.Wrapf(por.ErrInvalidAddress, "validator: %s", err)
	}
	key, err := s.k.BeaconKey(ctx, operator)
	if err != nil {
		return nil, err
	}
	return &por.QueryBeaconKeyResponse{BeaconKey: key}, nil
}

// BeaconKeys returns a page of all keys, by operator.
func (s queryServer) BeaconKeys(ctx context.Context, req *por.QueryBeaconKeysRequest) (*por.QueryBeaconKeysResponse, error) {
	asked, err := checkedPage(req.Pagination)
	if err != nil {
		return nil, err
	}
	keys, page, err := query.CollectionPaginate(ctx, s.k.BeaconKeys, asked,
		func(_ sdk.ValAddress, key por.BeaconKey) (por.BeaconKey, error) { return key, nil })
	if err != nil {
		return nil, err
	}
	return &por.QueryBeaconKeysResponse{BeaconKeys: keys, Pagination: page}, nil
}
