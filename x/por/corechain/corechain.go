// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/sampling"
)

const (
	// StateSize is the size of a chain's state in bytes.
	StateSize = 32
	// MaxLanes is the greatest number of lanes of one worker.
	MaxLanes = 1024
	// MaxSegments is the greatest number of segments of one lane.
	MaxSegments = 1<<32 - 1
	// MaxSamples is the greatest number of segments in one draw.
	MaxSamples = sampling.MaxSamples
	// MaxOperator is the greatest length of an operator's address in bytes.
	MaxOperator = 64
)

var (
	// ErrShape is about sizes, counts and ranges: nothing was hashed.
	ErrShape = errors.New("malformed core chain proof")
	// ErrPath says that what is revealed is not what was committed to.
	ErrPath = errors.New("revealed segment is not the committed one")
	// ErrMismatch says that a committed segment is wrong: the worker committed to
	// an end that its steps do not lead to.
	ErrMismatch = errors.New("steps of a committed segment do not lead to its end")
)

const (
	beginDomain = "openmesh/por/corechain/begin/1"
	drawDomain  = "openmesh/por/corechain/draw/1"
)

// State is the state of a chain.
type State = [StateSize]byte

// Spec is how chains are made in a window.
type Spec struct {
	// Function is the step function.
	Function Function
	// Interval is the number of steps of a segment.
	Interval uint64
}

// Validate checks the ranges of a Spec.
func (s Spec) Validate() error {
	most := s.Function.MaxInterval()
	if most == 0 {
		return fmt.Errorf("%w: unknown step function %d", ErrShape, s.Function)
	}
	if s.Interval == 0 || s.Interval > most {
		return fmt.Errorf("%w: %d steps a segment, want 1 to %d", ErrShape, s.Interval, most)
	}
	return nil
}

// Challenge is what makes the chains of a worker in a window its own.
type Challenge struct {
	// Seed is the window's, unknown before it opens.
	Seed [32]byte
	// Operator is the worker's address, 1 to MaxOperator bytes.
	Operator []byte
	// Window is the window's number.
	Window uint64
}

// Validate checks the ranges of a Challenge.
func (c Challenge) Validate() error {
	if len(c.Operator) == 0 || len(c.Operator) > MaxOperator {
		return fmt.Errorf("%w: operator of %d bytes", ErrShape, len(c.Operator))
	}
	return nil
}

// Begin is the state that a segment of a lane begins with, after the end of the segment before;
// that of segment 0 is zero. Every segment begins anew with the challenge, so that none serves
// another lane, worker or window: a copied one is as wrong as an invented one.
func (c Challenge) Begin(f Function, lane uint32, segment uint64, before State) State {
	b := append(make([]byte, 0, 224), beginDomain...)
	b = append(b, byte(f))
	b = append(b, c.Seed[:]...)
	b = append(b, byte(len(c.Operator)))
	b = append(b, c.Operator...)
	b = binary.BigEndian.AppendUint64(b, c.Window)
	b = binary.BigEndian.AppendUint32(b, lane)
	b = binary.BigEndian.AppendUint64(b, segment)
	b = append(b, before[:]...)
	return sha256.Sum256(b)
}

// Commitment is what a worker says it computed.
type Commitment struct {
	// Segments is the number of segments of each lane, at least 1 each.
	Segments []uint64
	// Root is the root over the ends of all segments: lane 0's in order, then lane
	// 1's, and so on; leaf i is merkle.Leaf(i, end).
	Root merkle.Hash
}

// Validate checks the ranges of a Commitment.
func (c Commitment) Validate() error {
	if len(c.Segments) == 0 || len(c.Segments) > MaxLanes {
		return fmt.Errorf("%w: %d lanes, want 1 to %d", ErrShape, len(c.Segments), MaxLanes)
	}
	var total uint64
	for lane, n := range c.Segments {
		if n == 0 || n > MaxSegments {
			return fmt.Errorf("%w: lane %d has %d segments, want 1 to %d", ErrShape, lane, n, uint64(MaxSegments))
		}
		total += n
	}
	if total > merkle.MaxLeaves {
		return fmt.Errorf("%w: %d segments, want at most %d", ErrShape, total, uint64(merkle.MaxLeaves))
	}
	return nil
}

// Total is the number of segments of all lanes of a valid Commitment.
func (c Commitment) Total() uint64 {
	var total uint64
	for _, n := range c.Segments {
		total += n
	}
	return total
}

// Locate says which segment of which lane leaf i is. It is false beyond the end.
func (c Commitment) Locate(i uint64) (lane uint32, segment uint64, ok bool) {
	for l, n := range c.Segments {
		if i < n {
			return uint32(l), i, true
		}
		i -= n
	}
	return 0, 0, false
}

// leaf is the inverse of Locate.
func (c Commitment) leaf(lane uint32, segment uint64) (uint64, error) {
	if uint64(lane) >= uint64(len(c.Segments)) || segment >= c.Segments[lane] {
		return 0, fmt.Errorf("%w: no segment %d in lane %d", ErrShape, segment, lane)
	}
	i := segment
	for _, n := range c.Segments[:lane] {
		i += n
	}
	return i, nil
}

// Draw draws the segments to open, as leaf numbers in ascending order, from a seed
// that was not known when the worker committed: n different ones, or all if there
// are no more. Challenge and commitment have to be valid.
func Draw(seed [32]byte, ch Challenge, c Commitment, n int) ([]uint64, error) {
	b := append(make([]byte, 0, 160), drawDomain...)
	b = append(b, ch.Operator...)
	b = binary.BigEndian.AppendUint64(b, ch.Window)
	b = append(b, c.Root[:]...)
	drawn, err := sampling.Draw(seed, b, c.Total(), n)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return drawn, nil
}
