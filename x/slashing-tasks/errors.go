// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"google.golang.org/grpc/codes"

	"cosmossdk.io/errors"
)

// Errors of the module. A code, once released, keeps its meaning. README.md says
// what each asks of the sender.
// Those that queries answer with carry a gRPC code.
var (
	ErrInvalidProgram    = errors.RegisterWithGRPCCode(ModuleName, 2, codes.InvalidArgument, "the program is not acceptable")
	ErrInvalidSource     = errors.Register(ModuleName, 3, "a source is not an acceptable multiaddr that ends in /p2p/<peer id>")
	ErrInvalidTier       = errors.RegisterWithGRPCCode(ModuleName, 4, codes.InvalidArgument, "this committee size is not one of the tiers")
	ErrInvalidPrice      = errors.RegisterWithGRPCCode(ModuleName, 5, codes.InvalidArgument, "a price is missing, too low or too high")
	ErrMaxFee            = errors.Register(ModuleName, 6, "max_fee does not cover the largest committee that the task can escalate to")
	ErrTooManyOpenTasks  = errors.Register(ModuleName, 7, "the requester has too many open tasks: wait until some are final")
	ErrTaskNotFound      = errors.RegisterWithGRPCCode(ModuleName, 8, codes.NotFound, "no such task: it never was, or it was pruned")
	ErrNotSeat           = errors.Register(ModuleName, 9, "the operator has no seat in this task")
	ErrWrongPhase        = errors.Register(ModuleName, 10, "the task is not in the phase for this")
	ErrPastDeadline      = errors.Register(ModuleName, 11, "the deadline of the phase has passed")
	ErrAlreadyCommitted  = errors.Register(ModuleName, 12, "the seat has committed already")
	ErrAlreadyRevealed   = errors.Register(ModuleName, 13, "the seat has revealed already")
	ErrNotCommitted      = errors.Register(ModuleName, 14, "the seat has not committed, so there is nothing to reveal")
	ErrSeatGone          = errors.Register(ModuleName, 15, "the seat was missed, declined or voided: stop working on it")
	ErrInvalidCommitment = errors.Register(ModuleName, 16, "a commitment is 32 bytes")
	ErrInvalidOutcome    = errors.Register(ModuleName, 17, "the outcome is not one that a program can have")
	ErrRevealMismatch    = errors.Register(ModuleName, 18, "outcome and salt do not open the commitment")
	ErrInvalidBatch      = errors.Register(ModuleName, 19, "the batch is empty or too long")
	ErrUnknownSigner     = errors.Register(ModuleName, 20, "this account speaks for no Xnode")
	ErrChallengeOpen     = errors.Register(ModuleName, 21, "the task was challenged already")
	ErrLastStage         = errors.Register(ModuleName, 22, "the largest committee has decided: there is no further stage")
	ErrInvalidEvidence   = errors.Register(ModuleName, 23, "the evidence does not prove what it claims")
	ErrNotEquivocation   = errors.Register(ModuleName, 24, "the two statements do not contradict each other")
	ErrAlreadyReported   = errors.Register(ModuleName, 25, "the seat's equivocation was reported before")
	ErrUnauthorized      = errors.Register(ModuleName, 26, "only the governance account may do this")
	ErrInvalidParams     = errors.Register(ModuleName, 27, "the parameters are not valid")
	ErrInvalidGenesis    = errors.Register(ModuleName, 28, "the genesis state is not valid")
	ErrInvalidPage       = errors.RegisterWithGRPCCode(ModuleName, 29, codes.InvalidArgument, "the page request is not acceptable")
	ErrInvalidAddress    = errors.RegisterWithGRPCCode(ModuleName, 30, codes.InvalidArgument, "the address is not valid on this chain")
	ErrInvariant         = errors.Register(ModuleName, 31, "an invariant of the module is broken")
	ErrInvalidReason     = errors.Register(ModuleName, 32, "the reason is too long or not printable")
	ErrDetwasmVersion    = errors.RegisterWithGRPCCode(ModuleName, 33, codes.InvalidArgument, "new tasks are not run under this version of the deterministic profile")
	ErrInvalidVerify     = errors.RegisterWithGRPCCode(ModuleName, 34, codes.InvalidArgument, "this way of verifying is not offered")
	ErrInvalidRating     = errors.RegisterWithGRPCCode(ModuleName, 35, codes.InvalidArgument, "the least rating is below the chain's or beyond the best")
	ErrUnsecured         = errors.RegisterWithGRPCCode(ModuleName, 36, codes.InvalidArgument, "no seat can lock as much as would make lying about this task not pay")
	ErrTooLong           = errors.Register(ModuleName, 37, "the task could outlast the locks of its seats")
)
