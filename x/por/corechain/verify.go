// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain

import (
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/internal/opening"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// Reveal opens one segment.
type Reveal struct {
	// Lane and Segment say which; segments of a lane are numbered from 0.
	Lane    uint32
	Segment uint64
	// Start is the end of the segment before. It is not read where Segment is 0.
	Start State
	// End is the state after it.
	End State
	// Path leads from Start and End, or from End alone where Segment is 0, to the
	// root.
	Path merkle.Path
}

// Check says whether a revealed segment is right: ErrShape or ErrPath if it is not
// what was committed to, ErrMismatch if it is and is wrong. It takes
// Spec.Interval steps, after everything else.
func (r Reveal) Check(spec Spec, ch Challenge, c Commitment) error {
	if err := valid(spec, ch, c); err != nil {
		return err
	}
	if err := r.committed(c); err != nil {
		return err
	}
	return r.steps(spec, ch, NewStepper(spec.Function))
}

// committed checks that the segment is part of the commitment.
func (r Reveal) committed(c Commitment) error {
	leaf, err := c.leaf(r.Lane, r.Segment)
	if err != nil {
		return err
	}
	s := opening.Segment{Place: opening.Place{Leaf: leaf, First: r.Segment == 0}, Start: r.Start, End: r.End, Path: r.Path}
	if err := s.Committed(c.Root, c.Total()); err != nil {
		return fmt.Errorf("%w: lane %d, segment %d: %w", ErrPath, r.Lane, r.Segment, err)
	}
	return nil
}

// steps takes the segment's steps.
func (r Reveal) steps(spec Spec, ch Challenge, stepper *Stepper) error {
	var before State
	if r.Segment > 0 {
		before = r.Start
	}
	x := ch.Begin(spec.Function, r.Lane, r.Segment, before)
	stepper.Run(&x, spec.Interval)
	if x != r.End {
		return fmt.Errorf("%w: lane %d, segment %d", ErrMismatch, r.Lane, r.Segment)
	}
	return nil
}

func valid(spec Spec, ch Challenge, c Commitment) error {
	if err := spec.Validate(); err != nil {
		return err
	}
	if err := ch.Validate(); err != nil {
		return err
	}
	return c.Validate()
}

// places says where drawn segments are.
func (c Commitment) places(drawn []uint64) ([]opening.Place, error) {
	if len(drawn) > MaxSamples {
		return nil, fmt.Errorf("%w: %d segments drawn, want at most %d", ErrShape, len(drawn), MaxSamples)
	}
	places := make([]opening.Place, len(drawn))
	for n, i := range drawn {
		_, segment, ok := c.Locate(i)
		if !ok {
			return nil, fmt.Errorf("%w: segment %d of %d is drawn", ErrShape, i, c.Total())
		}
		places[n] = opening.Place{Leaf: i, First: segment == 0}
	}
	return places, nil
}

// ProofSize is the exact size in bytes of the proof of these segments.
func ProofSize(c Commitment, drawn []uint64) (int, error) {
	places, err := c.places(drawn)
	if err != nil {
		return 0, err
	}
	size, err := opening.Size(c.Total(), places)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return size, nil
}

// MaxProofSize bounds the size in bytes of a proof of n segments, whatever was
// committed to.
func MaxProofSize(n int) int { return opening.MaxSize(n) }

// EncodeProof puts the reveals of drawn segments, in the order drawn, into bytes:
// for each, its start (not in a lane's first segment), its end and its path.
// Commitment and draw fix every length, so there are none in it.
func EncodeProof(reveals []Reveal) []byte {
	segments := make([]opening.Segment, len(reveals))
	for n, r := range reveals {
		segments[n] = opening.Segment{Place: opening.Place{First: r.Segment == 0}, Start: r.Start, End: r.End, Path: r.Path}
	}
	return opening.Encode(segments)
}

// DecodeProof is the inverse of EncodeProof. It looks at the size before anything
// else, and hashes nothing. The commitment has to be valid.
func DecodeProof(c Commitment, drawn []uint64, proof []byte) ([]Reveal, error) {
	places, err := c.places(drawn)
	if err != nil {
		return nil, err
	}
	segments, err := opening.Decode(c.Total(), places, proof)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return c.reveals(segments), nil
}

func (c Commitment) reveals(segments []opening.Segment) []Reveal {
	reveals := make([]Reveal, len(segments))
	for n, s := range segments {
		lane, segment, _ := c.Locate(s.Leaf)
		reveals[n] = Reveal{Lane: lane, Segment: segment, Start: s.Start, End: s.End, Path: s.Path}
	}
	return reveals
}

// Verify checks the proof of the drawn segments of a commitment. It looks at every
// size first, then at the paths of all segments (about 40 hashes each), and then
// takes len(drawn) * Spec.Interval steps. The errors are those of Reveal.Check;
// with ErrMismatch the index of the segment in drawn is returned, for a proof of
// fraud.
func Verify(spec Spec, ch Challenge, c Commitment, drawn []uint64, proof []byte) (int, error) {
	if err := valid(spec, ch, c); err != nil {
		return 0, err
	}
	reveals, err := DecodeProof(c, drawn, proof)
	if err != nil {
		return 0, err
	}
	for n, r := range reveals {
		if err := r.committed(c); err != nil {
			return n, err
		}
	}
	stepper := NewStepper(spec.Function)
	for n, r := range reveals {
		if err := r.steps(spec, ch, stepper); err != nil {
			return n, err
		}
	}
	return 0, nil
}
