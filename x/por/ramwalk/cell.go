// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package ramwalk

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	// CellSize is the size of a cell in bytes.
	CellSize = 4096
	// MaxCells is the greatest number of cells: 1 PiB.
	MaxCells = 1 << 38
	// MaxRounds is the greatest Spec.Rounds.
	MaxRounds = 64
	// MaxInterval is the greatest Spec.Interval.
	MaxInterval = 256
	// MaxSteps is the greatest Spec.Steps.
	MaxSteps = 1 << 28
	// MaxSegments is the greatest number of segments of a walk, of each of which a
	// prover keeps 32 bytes.
	MaxSegments = 1 << 22
	// MaxOperator is the greatest length of an operator's address in bytes.
	MaxOperator = 64

	stateSize = sha256.Size
	chunks    = CellSize / stateSize
)

var (
	// ErrShape is about sizes, counts and ranges: nothing was hashed.
	ErrShape = errors.New("malformed memory proof")
	// ErrPath says that what is revealed is not what was answered.
	ErrPath = errors.New("revealed steps are not the answered ones")
	// ErrMismatch says that answered steps are wrong.
	ErrMismatch = errors.New("revealed steps do not lead to their end")
)

const (
	cellDomain = "openmesh/por/ramwalk/cell/1"
	walkDomain = "openmesh/por/ramwalk/walk/1"
	drawDomain = "openmesh/por/ramwalk/draw/1"
)

// Spec is how cells and walks are made in a window.
type Spec struct {
	// Rounds is the number of hashes for 32 bytes of a cell.
	Rounds uint32
	// Steps is the length of a walk, a multiple of Interval.
	Steps uint64
	// Interval is the number of steps of a segment.
	Interval uint64
}

// DefaultSpec is a walk of 0.5 to 0.9 s over cells of 44 us.
var DefaultSpec = Spec{Rounds: 4, Steps: 1 << 20, Interval: 8}

// Validate checks the ranges of a Spec.
func (s Spec) Validate() error {
	switch {
	case s.Rounds == 0 || s.Rounds > MaxRounds:
		return fmt.Errorf("%w: %d rounds, want 1 to %d", ErrShape, s.Rounds, MaxRounds)
	case s.Interval == 0 || s.Interval > MaxInterval:
		return fmt.Errorf("%w: %d steps a segment, want 1 to %d", ErrShape, s.Interval, MaxInterval)
	case s.Steps == 0 || s.Steps > MaxSteps || s.Steps%s.Interval != 0:
		return fmt.Errorf("%w: %d steps, want a multiple of %d up to %d", ErrShape, s.Steps, s.Interval, MaxSteps)
	case s.Segments() > MaxSegments:
		return fmt.Errorf("%w: %d segments, want at most %d", ErrShape, s.Segments(), MaxSegments)
	}
	return nil
}

// Segments is the number of segments of a walk.
func (s Spec) Segments() uint64 { return s.Steps / s.Interval }

// Fill is what a worker's memory is filled with in a window.
type Fill struct {
	// Seed is the window's, unknown before it opens.
	Seed [32]byte
	// Operator is the worker's address, 1 to MaxOperator bytes.
	Operator []byte
	// Window is the window's number.
	Window uint64
	// Cells is the number of cells; cell i does not depend on it.
	Cells uint64
}

// Validate checks the ranges of a Fill.
func (f Fill) Validate() error {
	if len(f.Operator) == 0 || len(f.Operator) > MaxOperator {
		return fmt.Errorf("%w: operator of %d bytes", ErrShape, len(f.Operator))
	}
	if f.Cells == 0 || f.Cells > MaxCells {
		return fmt.Errorf("%w: %d cells, want 1 to %d", ErrShape, f.Cells, uint64(MaxCells))
	}
	return nil
}

// Bytes is the memory that the cells take.
func (f Fill) Bytes() uint64 { return f.Cells * CellSize }

// id are the bytes that name the fill, without the number of cells.
func (f Fill) id(domain string) []byte {
	b := append(make([]byte, 0, 192), domain...)
	b = append(b, f.Seed[:]...)
	b = append(b, byte(len(f.Operator)))
	b = append(b, f.Operator...)
	return binary.BigEndian.AppendUint64(b, f.Window)
}

// Cell is one cell.
type Cell [CellSize]byte

// Cells makes cells of one fill. Several goroutines may use it.
type Cells struct {
	rounds uint32
	id     []byte
}

// Maker prepares to make the cells of a fill.
func (f Fill) Maker(spec Spec) Cells {
	return Cells{rounds: spec.Rounds, id: f.id(cellDomain)}
}

// Make makes cell i: 128 * Spec.Rounds hashes.
func (c Cells) Make(i uint64, out *Cell) {
	var buf [192]byte // not c.id itself: makers are shared
	n := copy(buf[:], c.id)
	binary.BigEndian.PutUint64(buf[n:], i)
	s := sha256.Sum256(buf[:n+8])
	for at := 0; at < CellSize; at += stateSize {
		for range c.rounds {
			s = sha256.Sum256(s[:])
		}
		*(*[stateSize]byte)(out[at:]) = s
	}
}
