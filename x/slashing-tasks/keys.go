// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"strconv"

	"cosmossdk.io/collections"
)

const (
	// ModuleName is the name of the module, of its module account and of its errors.
	ModuleName = "slashingtasks"
	// StoreKey is the key of the module's store. It is not the module's name, which
	// begins with that of the SDK's x/slashing: no store key may be a prefix of another.
	StoreKey = "tasks"
	// ConsensusVersion counts the layouts of the store.
	ConsensusVersion = 1
)

// The prefixes of everything in the module's store.
var (
	// ParamsPrefix holds the parameters.
	ParamsPrefix = collections.NewPrefix(0)
	// TaskSeqPrefix holds the id of the next task.
	TaskSeqPrefix = collections.NewPrefix(1)
	// TasksPrefix maps an id to its task.
	TasksPrefix = collections.NewPrefix(2)
	// SeatsPrefix maps (task id, index) to the seat.
	SeatsPrefix = collections.NewPrefix(3)
	// DuePrefix orders tasks by the height at which the chain acts next.
	DuePrefix = collections.NewPrefix(4)
	// RequestersPrefix lists the retained tasks of a requester.
	RequestersPrefix = collections.NewPrefix(5)
	// OpenTasksPrefix counts the tasks of a requester that are not final.
	OpenTasksPrefix = collections.NewPrefix(6)
	// OpenSeatsPrefix lists the tasks in which an operator holds a seat.
	OpenSeatsPrefix = collections.NewPrefix(7)
	// HeldPrefix holds the sum of all escrows and challenge bonds.
	HeldPrefix = collections.NewPrefix(8)
)

// Subject names a task's duty in locks, allocations and faults: "task/<id>".
func Subject(taskID uint64) string { return "task/" + strconv.FormatUint(taskID, 10) }

// The kinds of faults that the module reports; with Subject they make a fault
// unique for an operator.
const (
	KindNoCommit     = "no-commit"
	KindNoReveal     = "no-reveal"
	KindDissent      = "dissent"
	KindOverturned   = "overturned"
	KindEquivocation = "equivocation"
)

// The causes of an escalation, as EventEscalated names them.
const (
	CauseNoQuorum  = "no quorum"
	CauseChallenge = "challenge"
	CauseAudit     = "audit"
	CauseSample    = "sample"
)
