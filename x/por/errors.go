// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"google.golang.org/grpc/codes"

	"cosmossdk.io/errors"
)

// Errors of the module.
var (
	ErrInvalidParams  = errors.Register(ModuleName, 2, "invalid params")
	ErrInvalidGenesis = errors.Register(ModuleName, 3, "invalid genesis")
	ErrUnauthorized   = errors.Register(ModuleName, 4, "only governance may do this")
	ErrInvalidKey     = errors.Register(ModuleName, 5, "not a usable beacon key: 32 bytes, canonical, not of small order")
	ErrNoPossession   = errors.Register(ModuleName, 6, "the proof does not show possession of the beacon key")
	ErrNotValidator   = errors.RegisterWithGRPCCode(ModuleName, 7, codes.NotFound, "not a validator")
	ErrNoBeaconKey    = errors.RegisterWithGRPCCode(ModuleName, 8, codes.NotFound, "the validator has no beacon key")
	ErrKeyUnchanged   = errors.Register(ModuleName, 9, "the validator has this beacon key already")
	ErrChangePending  = errors.Register(ModuleName, 10, "a change of the beacon key is pending; wait until it takes effect")
	ErrSeedNotFound   = errors.RegisterWithGRPCCode(ModuleName, 11, codes.NotFound, "there is no seed at this height")
	ErrSeedPruned     = errors.RegisterWithGRPCCode(ModuleName, 12, codes.NotFound, "the seed of this height is no longer kept")
	ErrInvalidHeight  = errors.RegisterWithGRPCCode(ModuleName, 13, codes.InvalidArgument, "not a height that the beacon can answer for")
	ErrInvalidPage    = errors.RegisterWithGRPCCode(ModuleName, 14, codes.InvalidArgument, "page refused")
	ErrInvalidAddress = errors.RegisterWithGRPCCode(ModuleName, 15, codes.InvalidArgument, "invalid address")
)
