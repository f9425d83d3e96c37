// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

// Streams gives the entries that a challenge fixes. It is safe for concurrent use.
type Streams struct {
	n      int
	b, a   cipher.Block
	master [32]byte
}

// NewStreams derives the keys of a challenge.
func NewStreams(c Challenge) (*Streams, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := be32(uint32(c.N))
	kb := digest("openmesh/por/gemm/v1/b", c.Beacon[:], n)
	ka := digest("openmesh/por/gemm/v1/a", c.Beacon[:], c.Node, n)
	s := &Streams{n: c.N, master: digest("openmesh/por/gemm/v1/steps", c.Beacon[:], c.Node, n)}
	var err error
	if s.b, err = aes.NewCipher(kb[:16]); err != nil {
		return nil, fmt.Errorf("gemm: key of B: %w", err)
	}
	if s.a, err = aes.NewCipher(ka[:16]); err != nil {
		return nil, fmt.Errorf("gemm: key of A: %w", err)
	}
	return s, nil
}

// N is the order of the matrices.
func (s *Streams) N() int { return s.n }

// Columns writes columns of B from first on, one behind the other, N entries
// each, until dst is full. Behind the last one the stream goes on.
func (s *Streams) Columns(dst []byte, first int) { s.fill(s.b, dst, first) }

// Rows writes rows of A_0 from first on, one behind the other.
func (s *Streams) Rows(dst []byte, first int) { s.fill(s.a, dst, first) }

// fill is AES-128 in counter mode, the counter beginning at 0 and big endian:
// NIST SP 800-38A, section 6.5. Lines of a matrix start on a block.
func (s *Streams) fill(block cipher.Block, dst []byte, first int) {
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(first)*uint64(s.n)/aes.BlockSize)
	clear(dst)
	cipher.NewCTR(block, counter[:]).XORKeyStream(dst, dst)
}

// A StepKey is what is particular to one step: 16 bytes that a kernel takes as
// its arguments.
type StepKey struct {
	// Row and Column key the mask of an entry.
	Row, Column uint32
	// Mul (odd) and Add are the shuffle: row i goes to row Mul*i + Add mod N.
	Mul, Add uint32
}

// Step is the key of the step from A_t to A_t+1.
func (s *Streams) Step(t uint32) StepKey {
	h := digest("openmesh/por/gemm/v1/step", s.master[:], be32(t))
	return StepKey{
		Row:    binary.LittleEndian.Uint32(h[0:]),
		Column: binary.LittleEndian.Uint32(h[4:]) | 1,
		Mul:    binary.LittleEndian.Uint32(h[8:]) | 1,
		Add:    binary.LittleEndian.Uint32(h[12:]),
	}
}

// Target is the row of A_t+1 that row i of C_t becomes, for a power of two n.
func (k StepKey) Target(i, n int) int {
	return int((k.Mul*uint32(i) + k.Add) & uint32(n-1))
}

// Requant makes a row of A_t+1 of row i of C_t. Both have N entries.
func (k StepKey) Requant(dst []byte, product []int32, i int) {
	mask := scramble(k.Row + uint32(i)*0x9e3779b9)
	dst = dst[:len(product)]
	for j, c := range product {
		dst[j] = byte(scramble(uint32(c)^mask) >> 24)
		mask += k.Column
	}
}

// Entry is entry j of the row that Requant makes of row i, whose entry j is c.
func (k StepKey) Entry(c int32, i, j int) byte {
	mask := scramble(k.Row+uint32(i)*0x9e3779b9) + uint32(j)*k.Column
	return byte(scramble(uint32(c)^mask) >> 24)
}

// scramble is a bijection of 32 bits in which each bit of x has a part in the
// top byte: the two rounds of C. Wellons, "Prospecting for Hash Functions" (lowbias32).
func scramble(x uint32) uint32 {
	x ^= x >> 16
	x *= 0x7feb352d
	x ^= x >> 15
	x *= 0x846ca68b
	return x ^ x>>16
}
