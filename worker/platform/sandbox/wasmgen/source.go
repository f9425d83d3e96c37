// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import "encoding/binary"

// source turns bytes into choices. The first eight bytes seed a generator that
// takes over when the rest has been used up, so every input is long enough.
type source struct {
	data  []byte
	state uint64
}

func newSource(data []byte) *source {
	var seed [8]byte
	n := copy(seed[:], data)
	return &source{data: data[n:], state: binary.LittleEndian.Uint64(seed[:])}
}

// next64 is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
// number generators, 2014).
func (s *source) next64() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (s *source) byte() byte {
	if len(s.data) > 0 {
		b := s.data[0]
		s.data = s.data[1:]
		return b
	}
	return byte(s.next64() >> 56)
}

func (s *source) bits(n int) uint64 {
	var v uint64
	for i := 0; i < n; i += 8 {
		v = v<<8 | uint64(s.byte())
	}
	return v
}

// n gives a number in [0, limit); limit is at least 1.
func (s *source) n(limit int) int {
	switch {
	case limit <= 1:
		return 0
	case limit <= 1<<8:
		return int(s.byte()) * limit >> 8
	default:
		return int(s.bits(24) * uint64(limit) >> 24)
	}
}

// between gives a number in [low, high].
func (s *source) between(low, high int) int { return low + s.n(high-low+1) }

// oneIn is true once in n times.
func (s *source) oneIn(n int) bool { return s.n(n) == 0 }

// pick draws an index by weight; a weight of 0 is never drawn. It gives -1 if
// there is nothing to draw.
func (s *source) pick(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return -1
	}
	at := s.n(sum)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return -1
}

func choose[T any](s *source, from []T) T { return from[s.n(len(from))] }
