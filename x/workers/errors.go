// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"google.golang.org/grpc/codes"

	errorsmod "cosmossdk.io/errors"
)

// The module's errors. README.md says what each one asks of the sender.
var (
	ErrNotRegistered         = errorsmod.RegisterWithGRPCCode(ModuleName, 2, codes.NotFound, "this operator has no Xnode")
	ErrAlreadyRegistered     = errorsmod.Register(ModuleName, 3, "this operator already has an Xnode")
	ErrNotEligible           = errorsmod.Register(ModuleName, 4, "the operator has no eligible bond: bond first, and enough")
	ErrSignerTaken           = errorsmod.Register(ModuleName, 5, "this signer belongs to another operator")
	ErrBadPossession         = errorsmod.Register(ModuleName, 6, "the possession proof is not the signer's signature over this chain and operator")
	ErrInvalidSigner         = errorsmod.Register(ModuleName, 7, "the signer key is not acceptable")
	ErrUnknownSigner         = errorsmod.RegisterWithGRPCCode(ModuleName, 8, codes.NotFound, "this account speaks for no Xnode")
	ErrTooSoon               = errorsmod.Register(ModuleName, 9, "too soon after the previous message of this kind")
	ErrCoolDown              = errorsmod.Register(ModuleName, 10, "the operator retired its Xnode too recently to register again")
	ErrTooManyRegistrations  = errorsmod.Register(ModuleName, 11, "this block has no room for another registration, try again")
	ErrInvalidCard           = errorsmod.Register(ModuleName, 12, "the card is not valid")
	ErrInvalidEndpoint       = errorsmod.Register(ModuleName, 13, "the endpoint is not an acceptable multiaddr of this signer")
	ErrInvalidResources      = errorsmod.Register(ModuleName, 14, "the resources are not valid")
	ErrResourceOverflow      = errorsmod.Register(ModuleName, 15, "resources overflow or would become negative")
	ErrInsufficientResources = errorsmod.Register(ModuleName, 16, "the Xnode does not have that much free")
	ErrInvalidStatus         = errorsmod.Register(ModuleName, 17, "the Xnode's status does not allow this")
	ErrAllocated             = errorsmod.Register(ModuleName, 18, "the Xnode still has work: drain it and wait until nothing is allocated")
	ErrAllocationExists      = errorsmod.Register(ModuleName, 19, "this subject already holds an allocation on the Xnode")
	ErrNoAllocation          = errorsmod.Register(ModuleName, 20, "this subject holds no allocation on the Xnode")
	ErrInvalidInstance       = errorsmod.Register(ModuleName, 21, "an instance is 8 bytes that are not all zero")
	ErrInstanceReplaced      = errorsmod.Register(ModuleName, 22, "a newer daemon with the same key has taken over: this one must exit")
	ErrVersionMismatch       = errorsmod.Register(ModuleName, 23, "the Xnode has changed since the version named in the message")
	ErrInvalidParams         = errorsmod.Register(ModuleName, 24, "the parameters are not valid")
	ErrInvalidGenesis        = errorsmod.Register(ModuleName, 25, "the genesis state is not valid")
	ErrUnauthorized          = errorsmod.Register(ModuleName, 26, "only the governance account may do this")
	ErrInvalidPage           = errorsmod.RegisterWithGRPCCode(ModuleName, 27, codes.InvalidArgument, "the page request is not acceptable")
	ErrInvalidSubject        = errorsmod.Register(ModuleName, 28, "a subject is 1 to 128 printable ASCII characters")
	ErrWeightOverflow        = errorsmod.Register(ModuleName, 29, "the weights of all Xnodes together do not fit into 64 bits")
	ErrInvariant             = errorsmod.Register(ModuleName, 30, "an invariant of the module is broken")
	ErrInvalidAddress        = errorsmod.RegisterWithGRPCCode(ModuleName, 31, codes.InvalidArgument, "the address is not valid on this chain")
	ErrInvalidRating         = errorsmod.RegisterWithGRPCCode(ModuleName, 32, codes.InvalidArgument, "a rating is 0 to 10,000 and moves for a known cause only")
	ErrInvalidPrice          = errorsmod.RegisterWithGRPCCode(ModuleName, 33, codes.InvalidArgument, "the price is not an integer of uopen within its bounds")
	ErrInvalidEvidence       = errorsmod.Register(ModuleName, 40, "the id of evidence is 1 to 128 printable ASCII characters")
	ErrReclaimed             = errorsmod.Register(ModuleName, 41, "the operator wants the Xnode back before the work is over")
	ErrNoReclaim             = errorsmod.Register(ModuleName, 42, "no reclaim of this Xnode is announced")
	ErrInvalidReclaim        = errorsmod.Register(ModuleName, 43, "a reclaim is announced neither too late nor too far ahead")
	ErrInvalidNeed           = errorsmod.RegisterWithGRPCCode(ModuleName, 44, codes.InvalidArgument, "what is asked of an Xnode is not valid")
	ErrInvalidService        = errorsmod.RegisterWithGRPCCode(ModuleName, 60, codes.InvalidArgument, "the service is not valid")
	ErrNoService             = errorsmod.RegisterWithGRPCCode(ModuleName, 61, codes.NotFound, "there is no such service")
	ErrNameTaken             = errorsmod.Register(ModuleName, 62, "the name belongs to another service, or is not free yet")
	ErrNotOwner              = errorsmod.Register(ModuleName, 63, "only the owner of the service may do this")
	ErrTooManyServices       = errorsmod.Register(ModuleName, 64, "the owner has as many services as it may have")
	ErrServiceStatus         = errorsmod.Register(ModuleName, 65, "the service's status does not allow this")
	ErrInvalidMembers        = errorsmod.Register(ModuleName, 66, "the members are too many, none, or named twice")
	ErrNoReplica             = errorsmod.RegisterWithGRPCCode(ModuleName, 67, codes.NotFound, "there is no such replica")
	ErrNotYourReplica        = errorsmod.Register(ModuleName, 68, "the replica is not on the Xnode of this signer")
	ErrReplicaState          = errorsmod.Register(ModuleName, 69, "the state of the replica does not allow this")
	ErrNoDeposits            = errorsmod.Register(ModuleName, 70, "nothing can be deposited on this chain")
	ErrInvalidReason         = errorsmod.Register(ModuleName, 71, "a reason is at most 256 printable ASCII characters")
)
