// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"google.golang.org/grpc/codes"

	"cosmossdk.io/errors"
)

// Errors of the module. A code, once released, keeps its meaning.
var (
	// ErrNoBond: no bond record under this operator.
	ErrNoBond = errors.RegisterWithGRPCCode(ModuleName, 2, codes.NotFound, "operator has no bond")
	// ErrWrongDenom: coins other than the bond denom were offered.
	ErrWrongDenom = errors.Register(ModuleName, 3, "coins are not of the bond denom")
	// ErrInvalidAmount: an amount is missing, zero, negative or below the least one.
	ErrInvalidAmount = errors.Register(ModuleName, 4, "amount is invalid")
	// ErrBelowMinimum: the bond is, or would be left, below min_bond.
	ErrBelowMinimum = errors.Register(ModuleName, 5, "bond is below the minimum")
	// ErrInsufficientFree: locks hold too much of the bond.
	ErrInsufficientFree = errors.Register(ModuleName, 6, "not enough free bond")
	// ErrTooManyUnbondings: the operator has max_unbonding_entries already.
	ErrTooManyUnbondings = errors.Register(ModuleName, 7, "too many unbondings at once")
	// ErrJailed: a jailed operator takes no duties.
	ErrJailed = errors.Register(ModuleName, 8, "operator is jailed")
	// ErrNotJailed: there is no jail to leave.
	ErrNotJailed = errors.Register(ModuleName, 9, "operator is not jailed")
	// ErrStillJailed: the jail time is not over.
	ErrStillJailed = errors.Register(ModuleName, 10, "jail time is not over")
	// ErrTombstoned: the operator is excluded for good.
	ErrTombstoned = errors.Register(ModuleName, 11, "operator is tombstoned")
	// ErrInvalidLock: subject, amount or height of a lock is out of bounds.
	ErrInvalidLock = errors.Register(ModuleName, 12, "lock is invalid")
	// ErrLockExists: the operator has a lock on this subject.
	ErrLockExists = errors.Register(ModuleName, 13, "subject is locked already")
	// ErrNoLock: the operator has no lock on this subject.
	ErrNoLock = errors.Register(ModuleName, 14, "subject has no lock")
	// ErrLockNotExpired: the deadline of the lock has not passed.
	ErrLockNotExpired = errors.Register(ModuleName, 15, "lock has not expired")
	// ErrTooManyLocks: the operator has max_locks already.
	ErrTooManyLocks = errors.Register(ModuleName, 16, "too many locks at once")
	// ErrInvalidFault: subject, kind, track, height or fraction of a fault is out of bounds.
	ErrInvalidFault = errors.Register(ModuleName, 17, "fault is invalid")
	// ErrFaultTooOld: the infraction is older than evidence may be.
	ErrFaultTooOld = errors.Register(ModuleName, 18, "fault is too old")
	// ErrAlreadySlashed: this fault of this operator was punished before.
	ErrAlreadySlashed = errors.Register(ModuleName, 19, "fault was punished already")
	// ErrUnauthorized: only governance may do this.
	ErrUnauthorized = errors.Register(ModuleName, 20, "sender is not the authority")
	// ErrInvalidParams: a param is out of its bounds or out of order with another.
	ErrInvalidParams = errors.Register(ModuleName, 21, "params are invalid")
	// ErrInvalidGenesis: the genesis state contradicts itself.
	ErrInvalidGenesis = errors.Register(ModuleName, 22, "genesis state is invalid")
	// ErrInvariant: the ledger contradicts itself or the bank. Never expected.
	ErrInvariant = errors.Register(ModuleName, 23, "ledger invariant is broken")
	// ErrInvalidPage: the page request is beyond what a node serves.
	ErrInvalidPage = errors.RegisterWithGRPCCode(ModuleName, 24, codes.InvalidArgument, "page request is invalid")
)
