// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain

import (
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/internal/opening"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// Record is what a prover keeps of a window: the ends of all its segments, 32
// bytes each.
type Record struct {
	Spec      Spec
	Challenge Challenge
	// Ends has a row for each lane and in it the state after each segment.
	Ends [][]State
}

// Compute makes the record of these numbers of segments, lane after lane: what a
// prover does with one goroutine a lane. It is the reference for provers, and for
// tests.
func Compute(spec Spec, ch Challenge, segments []uint64) (*Record, error) {
	if err := valid(spec, ch, Commitment{Segments: segments}); err != nil {
		return nil, err
	}
	r := &Record{Spec: spec, Challenge: ch, Ends: make([][]State, len(segments))}
	stepper := NewStepper(spec.Function)
	for lane, n := range segments {
		var x State
		for segment := range n {
			x = ch.Begin(spec.Function, uint32(lane), segment, x)
			stepper.Run(&x, spec.Interval)
			r.Ends[lane] = append(r.Ends[lane], x)
		}
	}
	return r, nil
}

// segments counts the segments of each lane.
func (r *Record) segments() []uint64 {
	out := make([]uint64, len(r.Ends))
	for lane, ends := range r.Ends {
		out[lane] = uint64(len(ends))
	}
	return out
}

// Commit commits to the record. It fails if a lane is empty.
func (r *Record) Commit() (Commitment, error) {
	c := Commitment{Segments: r.segments()}
	if err := valid(r.Spec, r.Challenge, c); err != nil {
		return Commitment{}, err
	}
	var b merkle.Builder
	for _, ends := range r.Ends {
		for _, end := range ends {
			if err := b.Add(end[:]); err != nil {
				return Commitment{}, err
			}
		}
	}
	root, err := b.Root()
	if err != nil {
		return Commitment{}, err
	}
	c.Root = root
	return c, nil
}

// Open reveals the drawn segments. It hashes the whole tree once more.
func (r *Record) Open(drawn []uint64) ([]Reveal, error) {
	c := Commitment{Segments: r.segments()}
	if err := valid(r.Spec, r.Challenge, c); err != nil {
		return nil, err
	}
	places, err := c.places(drawn)
	if err != nil {
		return nil, err
	}
	lane, first := 0, uint64(0) // the lane that was asked for last, and its first leaf
	segments, err := opening.Open(c.Total(), places, func(i uint64) State {
		if i < first {
			lane, first = 0, 0
		}
		for ; i-first >= c.Segments[lane]; lane++ {
			first += c.Segments[lane]
		}
		return r.Ends[lane][i-first]
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return c.reveals(segments), nil
}
