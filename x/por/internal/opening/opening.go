// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package opening opens segments of chains of states. A prover committed to the
// state after each segment by a Merkle tree; a segment is opened by the states
// before and after it, and one path for both. What the steps between them are is
// the business of the proof.
package opening

import (
	"errors"
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// StateSize is the size of a state in bytes.
const StateSize = 32

// MaxSegments is the greatest number of segments in one proof.
const MaxSegments = 1024

// ErrShape is about sizes and ranges: nothing was hashed.
var ErrShape = errors.New("malformed opening")

// Place is where a segment is: its end is leaf Leaf, its start the leaf before,
// unless it is the first of its chain, whose start the verifier knows.
type Place struct {
	Leaf  uint64
	First bool
}

// Span is what the path of a segment proves.
func (p Place) Span() merkle.Span {
	if p.First {
		return merkle.Span{First: p.Leaf, Count: 1}
	}
	return merkle.Span{First: p.Leaf - 1, Count: 2}
}

// Segment is an opened segment. Start is not read where the segment is First.
type Segment struct {
	Place
	Start, End [StateSize]byte
	Path       merkle.Path
}

// Committed checks that the segment is part of what was committed to.
func (s Segment) Committed(root merkle.Hash, total uint64) error {
	if !s.First && s.Leaf == 0 {
		return fmt.Errorf("%w: leaf 0 has none before it", ErrShape)
	}
	ends := make([]merkle.Hash, 0, 2)
	if !s.First {
		ends = append(ends, merkle.Leaf(s.Leaf-1, s.Start[:]))
	}
	ends = append(ends, merkle.Leaf(s.Leaf, s.End[:]))
	return merkle.VerifyRange(root, total, s.Span().First, ends, s.Path)
}

// Size is the exact size in bytes of the proof of these segments, which have to be
// in ascending order.
func Size(total uint64, places []Place) (int, error) {
	if len(places) == 0 || len(places) > MaxSegments {
		return 0, fmt.Errorf("%w: %d segments, want 1 to %d", ErrShape, len(places), MaxSegments)
	}
	size := 0
	for n, p := range places {
		if n > 0 && p.Leaf <= places[n-1].Leaf || !p.First && p.Leaf == 0 {
			return 0, fmt.Errorf("%w: segments are not in ascending order", ErrShape)
		}
		s := p.Span()
		siblings, err := merkle.Length(total, s.First, s.Count)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", ErrShape, err)
		}
		size += int(s.Count)*StateSize + siblings*merkle.HashSize
	}
	return size, nil
}

// MaxSize bounds the size in bytes of a proof of n segments.
func MaxSize(n int) int {
	return n * (2*StateSize + 2*(merkle.MaxDepth+1)*merkle.HashSize)
}

// Encode puts segments into bytes: of each its start, unless it is First, its end
// and its path. The places fix every length.
func Encode(segments []Segment) []byte {
	var out []byte
	for _, s := range segments {
		if !s.First {
			out = append(out, s.Start[:]...)
		}
		out = append(out, s.End[:]...)
		for _, h := range s.Path {
			out = append(out, h[:]...)
		}
	}
	return out
}

// Decode is the inverse of Encode. It looks at the size first and hashes nothing.
func Decode(total uint64, places []Place, proof []byte) ([]Segment, error) {
	size, err := Size(total, places)
	if err != nil {
		return nil, err
	}
	if len(proof) != size {
		return nil, fmt.Errorf("%w: proof of %d bytes, want %d", ErrShape, len(proof), size)
	}
	next := func() (h [StateSize]byte) {
		h, proof = [StateSize]byte(proof[:StateSize]), proof[StateSize:]
		return h
	}
	segments := make([]Segment, len(places))
	for n, p := range places {
		s := &segments[n]
		s.Place = p
		if !p.First {
			s.Start = next()
		}
		s.End = next()
		siblings, _ := merkle.Length(total, p.Span().First, p.Span().Count) // as in Size
		s.Path = make(merkle.Path, siblings)
		for k := range s.Path {
			s.Path[k] = next()
		}
	}
	return segments, nil
}

// Open makes segments from the states after all segments, which it is asked for
// once in order, and again for those that are opened.
func Open(total uint64, places []Place, end func(leaf uint64) [StateSize]byte) ([]Segment, error) {
	if _, err := Size(total, places); err != nil {
		return nil, err
	}
	spans := make([]merkle.Span, len(places))
	for n, p := range places {
		spans[n] = p.Span()
	}
	_, paths, err := merkle.Prove(total, func(i uint64) merkle.Hash {
		x := end(i)
		return merkle.Leaf(i, x[:])
	}, spans)
	if err != nil {
		return nil, err
	}
	segments := make([]Segment, len(places))
	for n, p := range places {
		segments[n] = Segment{Place: p, End: end(p.Leaf), Path: paths[n]}
		if !p.First {
			segments[n].Start = end(p.Leaf - 1)
		}
	}
	return segments, nil
}
