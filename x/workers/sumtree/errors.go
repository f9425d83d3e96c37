// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import "errors"

var (
	// ErrOverflow: the total of all weights would not fit into 64 bits.
	ErrOverflow = errors.New("the sum of all weights does not fit into 64 bits")
	// ErrUnknownSlot: the slot was never handed out, or was given back.
	ErrUnknownSlot = errors.New("no such slot in the sum tree")
	// ErrCorrupt: a stored node or the free list contradicts itself.
	ErrCorrupt = errors.New("the sum tree is corrupt")
	// ErrOutOfRange: a draw asked for a point beyond the remaining weight.
	ErrOutOfRange = errors.New("the point lies beyond the remaining weight")
)
