// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"errors"
	"fmt"
)

var (
	// ErrParams says that the plot itself cannot be: N, K1, K2 or the size.
	ErrParams = errors.New("cellpost: impossible parameters")
	// ErrTooLong says that a proof has more bytes than any proof of this plot can have.
	ErrTooLong = errors.New("cellpost: proof is too long")
	// ErrTruncated says that a proof ends within an index.
	ErrTruncated = errors.New("cellpost: proof is truncated")
	// ErrTrailing says that something follows the last index.
	ErrTrailing = errors.New("cellpost: proof goes on after its last index")
	// ErrNonce says that there is no such nonce.
	ErrNonce = errors.New("cellpost: nonce out of range")
	// ErrCount says that a proof has not exactly K2 indices.
	ErrCount = errors.New("cellpost: wrong number of indices")
	// ErrOrder says that indices do not ascend, or that one is there twice.
	ErrOrder = errors.New("cellpost: indices do not ascend")
	// ErrRange says that an index lies beyond the plot.
	ErrRange = errors.New("cellpost: index beyond the plot")
	// ErrPosition says that there is no such position in a proof, or that positions do not ascend.
	ErrPosition = errors.New("cellpost: no such position")
	// ErrLabel says that a proof names a label that does not qualify: the proof is a fake.
	// It comes as a *LabelError.
	ErrLabel = errors.New("cellpost: label does not qualify")
)

// A LabelError names the label of a proof that does not qualify. It is ErrLabel to errors.Is.
type LabelError struct {
	Position int    // in the proof: with VerifyOne, anybody can check it
	Index    uint64 // of the label in the plot
}

func (e *LabelError) Error() string {
	return fmt.Sprintf("%s: label %d at position %d", ErrLabel, e.Index, e.Position)
}

func (e *LabelError) Unwrap() error { return ErrLabel }
