// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

// Duty is what the proposer of a block owes the beacon.
type Duty struct {
	// Operator is the proposer's operator address; empty if unknown.
	Operator string
	// PubKey is the proposer's key in force; nil if it owes nothing.
	PubKey []byte
	// Alpha is the VRF input.
	Alpha []byte
	// Excuse says why nothing is owed; unspecified if something is.
	Excuse Absence
}

// Owed says whether the proposer has to contribute.
func (d Duty) Owed() bool { return d.Excuse == ABSENCE_UNSPECIFIED }
