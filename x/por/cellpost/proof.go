// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"fmt"
	"math/bits"
)

// A Proof names K2 labels of a plot that qualify for one nonce.
type Proof struct {
	Nonce   uint8
	Indices []uint64 // of labels, ascending
}

// Check returns an error unless the proof has the shape of one for this plot: nonce, number of
// indices, order, range. It computes no cell.
func (p Plot) Check(proof Proof) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return p.check(proof)
}

func (p Plot) check(proof Proof) error {
	if proof.Nonce >= Nonces {
		return fmt.Errorf("%w: %d, must be below %d", ErrNonce, proof.Nonce, Nonces)
	}
	if len(proof.Indices) != int(p.K2) {
		return fmt.Errorf("%w: %d, must be %d", ErrCount, len(proof.Indices), p.K2)
	}
	for i, index := range proof.Indices {
		if index >= p.Labels() {
			return fmt.Errorf("%w: index %d at position %d, labels are %d", ErrRange, index, i, p.Labels())
		}
		if i > 0 && index <= proof.Indices[i-1] {
			return fmt.Errorf("%w: index %d at position %d after %d", ErrOrder, index, i, proof.Indices[i-1])
		}
	}
	return nil
}

// The encoding of a proof is a byte with the nonce, then a string of bits, each byte's highest
// first: for every index its distance to the one before, less one (for the first index, the
// index itself), in Golomb-Rice code. That is the distance's upper part in unary (ones, then a
// zero), then its lower riceBits bits. Zeros fill the last byte. A proof has one encoding.

// riceBits is how many lower bits of a distance are written out: floor(log2(labels / K2)).
func (p Plot) riceBits() int { return bits.Len64(p.Labels()/uint64(p.K2)) - 1 }

// MaxProofBytes is the length that no proof of this plot exceeds. The plot must be valid.
func (p Plot) MaxProofBytes() int {
	// The unary parts add up to at most labels >> riceBits, which is less than 2 K2 + 2.
	rice := p.riceBits()
	most := uint64(p.K2)*uint64(rice+1) + p.Labels()>>rice
	return 1 + int((most+7)/8)
}

// Encode writes a proof down.
func (p Plot) Encode(proof Proof) ([]byte, error) {
	if err := p.Check(proof); err != nil {
		return nil, err
	}
	w := bitWriter{bytes: append(make([]byte, 0, p.MaxProofBytes()), proof.Nonce)}
	rice := p.riceBits()
	next := uint64(0)
	for _, index := range proof.Indices {
		distance := index - next
		for range distance >> rice {
			w.write(1, 1)
		}
		w.write(0, 1)
		w.write(distance, rice)
		next = index + 1
	}
	return w.bytes, nil
}

// Decode reads what Encode wrote and nothing else: whatever it accepts has passed Check and is
// the one encoding of the proof. Length is checked first; the work is bounded by it.
func (p Plot) Decode(bytes []byte) (Proof, error) {
	if err := p.Validate(); err != nil {
		return Proof{}, err
	}
	if limit := p.MaxProofBytes(); len(bytes) > limit {
		return Proof{}, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLong, len(bytes), limit)
	}
	if len(bytes) == 0 {
		return Proof{}, fmt.Errorf("%w: no bytes", ErrTruncated)
	}
	proof := Proof{Nonce: bytes[0], Indices: make([]uint64, 0, p.K2)}
	if proof.Nonce >= Nonces {
		return Proof{}, fmt.Errorf("%w: %d, must be below %d", ErrNonce, proof.Nonce, Nonces)
	}
	r := bitReader{bytes: bytes[1:]}
	rice := p.riceBits()
	next := uint64(0)
	for i := range int(p.K2) {
		var upper uint64
		for {
			bit, ok := r.read(1)
			if !ok {
				return Proof{}, fmt.Errorf("%w: at index %d of %d", ErrTruncated, i, p.K2)
			}
			if bit == 0 {
				break
			}
			upper++
		}
		lower, ok := r.read(rice)
		if !ok {
			return Proof{}, fmt.Errorf("%w: at index %d of %d", ErrTruncated, i, p.K2)
		}
		// The first condition keeps upper<<rice at the size of the plot: the sum cannot overflow.
		index := next + upper<<rice + lower
		if upper > p.Labels()>>rice || index >= p.Labels() {
			return Proof{}, fmt.Errorf("%w: at position %d, labels are %d", ErrRange, i, p.Labels())
		}
		proof.Indices = append(proof.Indices, index)
		next = index + 1
	}
	if !r.atEnd() {
		return Proof{}, ErrTrailing
	}
	return proof, nil
}

// bitWriter appends bits to bytes, the highest bit of a byte first.
type bitWriter struct {
	bytes []byte
	free  int // bits left in the last byte
}

func (w *bitWriter) write(value uint64, count int) {
	for count > 0 {
		if w.free == 0 {
			w.bytes = append(w.bytes, 0)
			w.free = 8
		}
		n := min(count, w.free)
		part := value >> (count - n) & (1<<n - 1)
		w.bytes[len(w.bytes)-1] |= byte(part << (w.free - n))
		w.free -= n
		count -= n
	}
}

type bitReader struct {
	bytes []byte
	pos   int // in bits
}

func (r *bitReader) read(count int) (value uint64, ok bool) {
	if r.pos+count > 8*len(r.bytes) {
		return 0, false
	}
	for count > 0 {
		left := 8 - r.pos%8
		n := min(count, left)
		part := r.bytes[r.pos/8] >> (left - n) & (1<<n - 1)
		value = value<<n | uint64(part)
		r.pos += n
		count -= n
	}
	return value, true
}

// atEnd says whether nothing is left but zeros that fill the last byte.
func (r *bitReader) atEnd() bool {
	left := 8*len(r.bytes) - r.pos
	rest, ok := r.read(left % 8)
	return left < 8 && ok && rest == 0
}
