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

	// ErrNoPool: the operator has not set a commission, and takes no backing.
	ErrNoPool = errors.RegisterWithGRPCCode(ModuleName, 40, codes.NotFound, "operator takes no backing")
	// ErrBackingFull: the pool holds as much as counts beside the operator's own bond.
	ErrBackingFull = errors.Register(ModuleName, 41, "operator has all the backing that counts")
	// ErrPoolWorn: slashes left the shares worth too little for new ones.
	ErrPoolWorn = errors.Register(ModuleName, 42, "pool is worn out by slashes")
	// ErrNoBacking: the backer holds no shares of this pool.
	ErrNoBacking = errors.RegisterWithGRPCCode(ModuleName, 43, codes.NotFound, "no backing")
	// ErrBackingWiped: a slash took all of the backing.
	ErrBackingWiped = errors.Register(ModuleName, 44, "backing was slashed to nothing")
	// ErrInsufficientBacking: the backing is worth less than what was asked for.
	ErrInsufficientBacking = errors.Register(ModuleName, 45, "not enough backing")
	// ErrCommission: the commission is out of bounds, or rises too far or too soon.
	ErrCommission = errors.Register(ModuleName, 46, "commission is refused")
	// ErrNoRewards: there is not one whole unit to pay.
	ErrNoRewards = errors.Register(ModuleName, 47, "no rewards to pay")
	// ErrSuspended: a suspended operator takes no duties.
	ErrSuspended = errors.Register(ModuleName, 60, "operator is suspended")
	// ErrNotSuspended: the operator is not suspended for this cause.
	ErrNotSuspended = errors.Register(ModuleName, 61, "operator is not suspended for this cause")
	// ErrInvalidSuspension: cause or height of a suspension is out of bounds.
	ErrInvalidSuspension = errors.Register(ModuleName, 62, "suspension is invalid")
	// ErrTooManySuspensions: as many causes as can be suspend the operator already.
	ErrTooManySuspensions = errors.Register(ModuleName, 63, "too many suspensions at once")
	// ErrNoServices: this chain has no registry of services.
	ErrNoServices = errors.Register(ModuleName, 64, "there is no registry of services")
	// ErrNoServiceBond: no stake behind this service.
	ErrNoServiceBond = errors.RegisterWithGRPCCode(ModuleName, 65, codes.NotFound, "service has no bond")
	// ErrNotServiceOwner: the service, or the stake behind it, is another account's.
	ErrNotServiceOwner = errors.Register(ModuleName, 66, "sender is not the owner")
)
