// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package message

// Verdict says that a seat's program was run and how it ended. It is in the
// journal before it is said, and said again after a restart when the chain shows
// the seat.
type Verdict struct {
	// TaskID names the task.
	TaskID uint64
	// Declined says that this host could not run the program; Reason tells why
	// and the rest is empty.
	Declined bool
	Reason   string
	// Outcome of the program.
	Outcome Outcome
	// Salt of the commitment, 32 bytes.
	Salt []byte
}

// Draining says whether this daemon takes new seats.
type Draining struct {
	On bool
}

// SetDraining asks the tasks module to take no new seats, or to take them
// again. It is answered by TasksStatus.
type SetDraining struct {
	On bool
}

// GetTasksStatus asks how the tasks module fares. It is answered by TasksStatus.
type GetTasksStatus struct{}

// TasksStatus answers GetTasksStatus and SetDraining.
type TasksStatus struct {
	// OpenSeats held, Running programs, Waiting programs.
	OpenSeats, Running, Waiting int
	Draining                    bool
}

// Busy says how many programs of customers run on this machine now.
type Busy struct {
	Running int
}
