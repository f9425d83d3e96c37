// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package ramwalk

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/openmesh-network/openmesh/x/por/internal/opening"
	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/sampling"
)

// MaxSamples is the greatest number of segments in one draw.
const MaxSamples = sampling.MaxSamples

// State is the state of a walk: four words, little-endian.
type State = [stateSize]byte

// The multipliers of the mixing, odd words without structure (golden ratio,
// MurmurHash3).
const (
	k1 = 0x9e3779b97f4a7c15
	k2 = 0xff51afd7ed558ccd
)

// Start is the state before the first step of the walk with this seed.
func Start(spec Spec, f Fill, seed [32]byte) State {
	b := append(f.id(walkDomain), seed[:]...)
	b = binary.BigEndian.AppendUint64(b, f.Cells)
	b = binary.BigEndian.AppendUint64(b, uint64(spec.Rounds))
	b = binary.BigEndian.AppendUint64(b, spec.Steps)
	b = binary.BigEndian.AppendUint64(b, spec.Interval)
	return sha256.Sum256(b)
}

// Address is the cell, of so many, that a state names.
func Address(x *State, cells uint64) uint64 {
	cell, _ := bits.Mul64(binary.LittleEndian.Uint64(x[:]), cells)
	return cell
}

// Mix mixes a cell into a state: each of the four words takes a quarter of the
// cell, word after word, and then every word takes the others.
func Mix(x *State, cell *Cell) {
	a := binary.LittleEndian.Uint64(x[0:])
	b := binary.LittleEndian.Uint64(x[8:])
	c := binary.LittleEndian.Uint64(x[16:])
	d := binary.LittleEndian.Uint64(x[24:])
	for at := 0; at < CellSize; at += stateSize {
		w := (*[stateSize]byte)(cell[at:])
		a = bits.RotateLeft64((a^binary.LittleEndian.Uint64(w[0:]))*k1, 29)
		b = bits.RotateLeft64((b^binary.LittleEndian.Uint64(w[8:]))*k1, 29)
		c = bits.RotateLeft64((c^binary.LittleEndian.Uint64(w[16:]))*k1, 29)
		d = bits.RotateLeft64((d^binary.LittleEndian.Uint64(w[24:]))*k1, 29)
	}
	for range 2 {
		a = (a ^ bits.RotateLeft64(d, 23)) * k2
		b = (b ^ bits.RotateLeft64(a, 23)) * k2
		c = (c ^ bits.RotateLeft64(b, 23)) * k2
		d = (d ^ bits.RotateLeft64(c, 23)) * k2
	}
	binary.LittleEndian.PutUint64(x[0:], a^d>>32)
	binary.LittleEndian.PutUint64(x[8:], b)
	binary.LittleEndian.PutUint64(x[16:], c)
	binary.LittleEndian.PutUint64(x[24:], d)
}

// Take takes steps from x on; cell gives the cell of an address, which is below
// cells.
func Take(x *State, steps, cells uint64, cell func(i uint64) *Cell) {
	for range steps {
		Mix(x, cell(Address(x, cells)))
	}
}

// Root is the answer to a walk: the root over the states after its segments.
func Root(ends []State) (merkle.Hash, error) {
	var b merkle.Builder
	for _, end := range ends {
		if err := b.Add(end[:]); err != nil {
			return merkle.Hash{}, err
		}
	}
	return b.Root()
}

// Draw draws the segments to open, in ascending order, after the answer is there.
func Draw(seed [32]byte, spec Spec, root merkle.Hash, n int) ([]uint64, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	drawn, err := sampling.Draw(seed, append([]byte(drawDomain), root[:]...), spec.Segments(), n)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return drawn, nil
}

func places(drawn []uint64) []opening.Place {
	out := make([]opening.Place, len(drawn))
	for n, i := range drawn {
		out[n] = opening.Place{Leaf: i, First: i == 0}
	}
	return out
}

// Open makes the proof of drawn segments from the states after all segments.
func Open(ends []State, drawn []uint64) ([]byte, error) {
	segments, err := opening.Open(uint64(len(ends)), places(drawn), func(i uint64) State { return ends[i] })
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return opening.Encode(segments), nil
}

// ProofSize is the exact size in bytes of the proof of these segments.
func ProofSize(spec Spec, drawn []uint64) (int, error) {
	if err := spec.Validate(); err != nil {
		return 0, err
	}
	size, err := opening.Size(spec.Segments(), places(drawn))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrShape, err)
	}
	return size, nil
}

// MaxProofSize bounds the size in bytes of a proof of n segments.
func MaxProofSize(n int) int { return opening.MaxSize(n) }

// Verify checks the proof of the drawn segments of the walk with this seed, whose
// answer was root: ErrShape or ErrPath if the proof is not about what was answered,
// ErrMismatch if it is and the steps are wrong, with the index of the segment in
// drawn. All sizes and paths are looked at before the first step; then it makes
// len(drawn) * Spec.Interval cells.
func Verify(spec Spec, f Fill, seed [32]byte, root merkle.Hash, drawn []uint64, proof []byte) (int, error) {
	if err := spec.Validate(); err != nil {
		return 0, err
	}
	if err := f.Validate(); err != nil {
		return 0, err
	}
	total := spec.Segments()
	segments, err := opening.Decode(total, places(drawn), proof)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrShape, err)
	}
	for n, s := range segments {
		if err := s.Committed(root, total); err != nil {
			return n, fmt.Errorf("%w: segment %d: %w", ErrPath, s.Leaf, err)
		}
	}
	maker := f.Maker(spec)
	var cell Cell
	for n, s := range segments {
		x := s.Start
		if s.First {
			x = Start(spec, f, seed)
		}
		Take(&x, spec.Interval, f.Cells, func(i uint64) *Cell {
			maker.Make(i, &cell)
			return &cell
		})
		if x != s.End {
			return n, fmt.Errorf("%w: segment %d", ErrMismatch, s.Leaf)
		}
	}
	return 0, nil
}
