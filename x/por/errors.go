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

	ErrWindowNotFound  = errors.RegisterWithGRPCCode(ModuleName, 20, codes.NotFound, "there is no such window, or it is no longer kept")
	ErrNotAnswering    = errors.Register(ModuleName, 21, "the window takes no answers: it is over, or another one runs")
	ErrNotRevealing    = errors.Register(ModuleName, 22, "the window takes no reveals: nothing is drawn yet, or it is over")
	ErrNotMember       = errors.Register(ModuleName, 23, "the Xnode claimed nothing in this class when the window opened")
	ErrAlreadyAnswered = errors.Register(ModuleName, 24, "the Xnode has answered this window")
	ErrNoCommitment    = errors.Register(ModuleName, 25, "the Xnode has committed to nothing in this window")
	ErrInvalidProof    = errors.Register(ModuleName, 26, "the proof is malformed")
	ErrInvalidUnits    = errors.Register(ModuleName, 27, "not a number of units that can be proven")
	ErrNoCapacity      = errors.RegisterWithGRPCCode(ModuleName, 28, codes.NotFound, "the operator has never claimed anything")
	ErrInvalidClass    = errors.RegisterWithGRPCCode(ModuleName, 29, codes.InvalidArgument, "there is no such class")
	ErrInvariant       = errors.Register(ModuleName, 30, "the state contradicts itself")

	// Committees and the court: codes 50 to 79.
	ErrInvalidAttestation = errors.Register(ModuleName, 50, "an attestation is malformed")
	ErrTooManyItems       = errors.Register(ModuleName, 51, "none, or more than one message may carry")
	ErrNotAttested        = errors.Register(ModuleName, 52, "no committee measures this class")
	ErrNoCommittee        = errors.RegisterWithGRPCCode(ModuleName, 53, codes.NotFound, "no committee was drawn for this subject in this window")
	ErrWindowClosed       = errors.Register(ModuleName, 54, "the window takes no more attestations")
	ErrNotOnCommittee     = errors.Register(ModuleName, 55, "the sender is neither the subject nor on its committee")
	ErrNoSuchSeat         = errors.Register(ModuleName, 56, "the committee has no such seat")
	ErrSeatReported       = errors.Register(ModuleName, 57, "the seat has attested already")
	ErrBadSignature       = errors.Register(ModuleName, 58, "not signed by the key of the seat for this chain, window and subject")
	ErrNotAudited         = errors.Register(ModuleName, 59, "the seat does not have to show its evidence")
	ErrNotEquivocation    = errors.Register(ModuleName, 60, "both attestations say the same")
	ErrAlreadyReported    = errors.Register(ModuleName, 61, "it was reported and punished before")
	ErrInvalidEvidence    = errors.Register(ModuleName, 62, "the evidence is malformed or of something else")
	ErrTooLate            = errors.Register(ModuleName, 63, "the time for it is over")
	ErrFraudUnsupported   = errors.Register(ModuleName, 64, "nothing of this class can be shown on chain")
	ErrBlockFull          = errors.Register(ModuleName, 65, "this block has judged as much as it may; send it again")
	ErrNoCharge           = errors.RegisterWithGRPCCode(ModuleName, 66, codes.NotFound, "there is no verdict that could be disputed")
	ErrAlreadyDisputed    = errors.Register(ModuleName, 67, "the verdict is disputed already")
	ErrNotSubject         = errors.Register(ModuleName, 68, "only the subject of a verdict may dispute it")
	ErrUnknownBlob        = errors.RegisterWithGRPCCode(ModuleName, 69, codes.NotFound, "nothing that could be possessed is registered under this name")
	ErrNotPossessed       = errors.Register(ModuleName, 70, "the answer does not show possession")
	ErrNoProof            = errors.Register(ModuleName, 72, "no proof of the operator was taken in this window")
	ErrWindowOpen         = errors.Register(ModuleName, 73, "the window has not begun")
)
