// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package slashingtasks decides what a task's verified result is: it holds the
// fee in escrow, draws the committee, takes commitments and reveals, counts the
// votes, escalates where they do not agree, pays those who agree with the final
// outcome and reports those who broke their duty.
//
// It runs no program and moves no blob; that is the daemon's. What a fault costs
// is x/staking-ext's, who can be drawn is x/workers', and randomness is x/por's.
package slashingtasks
