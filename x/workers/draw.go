// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// DrawDomain opens the hash that expands a seed.
const DrawDomain = "openmesh/xnode-draw/1"

// DrawStream is the endless row of numbers that a seed stands for:
//
//	block_i = SHA-256(DrawDomain || len(seed) || seed || i),  i = 0, 1, 2, …
//
// with a length of 4 and an i of 8 bytes, big-endian; each block is four
// big-endian 64-bit numbers, in order. Nothing in it is secret.
type DrawStream struct {
	prefix []byte
	block  [sha256.Size]byte
	next   uint64 // index of the next block
	used   int    // bytes of block that were taken
}

// NewDrawStream starts the stream of a seed.
func NewDrawStream(seed []byte) *DrawStream {
	prefix := []byte(DrawDomain)
	prefix = binary.BigEndian.AppendUint32(prefix, uint32(len(seed)))
	prefix = append(prefix, seed...)
	return &DrawStream{prefix: prefix, used: sha256.Size}
}

// Uint64 returns the next number.
func (s *DrawStream) Uint64() uint64 {
	if s.used == sha256.Size {
		s.block = sha256.Sum256(binary.BigEndian.AppendUint64(s.prefix[:len(s.prefix):len(s.prefix)], s.next))
		s.next++
		s.used = 0
	}
	v := binary.BigEndian.Uint64(s.block[s.used:])
	s.used += 8
	return v
}

// Below returns a number below n, each with the same probability: the high half
// of the 128-bit product of n and the next number, which is passed over while
// the low half is below 2^64 mod n. n must not be 0.
func (s *DrawStream) Below(n uint64) uint64 {
	hi, lo := bits.Mul64(s.Uint64(), n)
	if lo < n {
		for threshold := -n % n; lo < threshold; {
			hi, lo = bits.Mul64(s.Uint64(), n)
		}
	}
	return hi
}
