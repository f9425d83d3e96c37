// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package kernels

import (
	"encoding/binary"
	"math/bits"
)

// StateSize is the size of a state in bytes: four words, little-endian.
const StateSize = 32

// State is what a step takes and gives.
type State = [StateSize]byte

// Kernel is one of the standard kernels. The numbers are part of the protocol.
type Kernel uint32

// The kernels.
const (
	// Mix is arithmetic in registers, each operation waiting for the one before.
	Mix Kernel = 1
	// Chase is reading and writing all over 1 MiB, each address from the word
	// read before.
	Chase Kernel = 2
	// MatMul is the product of two 64 x 64 matrices of 32-bit integers, with
	// vectors of four in the module.
	MatMul Kernel = 3
)

// All lists the kernels.
var All = []Kernel{Mix, Chase, MatMul}

// String names the kernel.
func (k Kernel) String() string {
	switch k {
	case Mix:
		return "mix"
	case Chase:
		return "chase"
	case MatMul:
		return "matmul"
	}
	return "unknown"
}

// The constants of the kernels: odd words without structure, the first of the
// golden ratio, the others those of published mixers (MurmurHash3, splitmix64).
const (
	k1 = 0x9e3779b97f4a7c15
	k2 = 0xff51afd7ed558ccd
	k3 = 0xc4ceb9fe1a85ec53
	k4 = 0xbf58476d1ce4e5b9
)

const (
	mixRounds   = 1 << 16 // rounds of a step of Mix
	finalRounds = 16      // rounds at the end of the others
	chaseBits   = 17      // log2 of the words of Chase's table
	chaseWords  = 1 << chaseBits
	chaseReads  = 1 << 16 // reads of a step of Chase
	side        = 64      // rows and columns of MatMul
)

// Machine takes steps. It has the memory for them, which nothing is kept in
// between steps, and is not for use by several goroutines.
type Machine struct {
	table  []uint64
	matrix []uint32
}

// Run takes n steps of a kernel from x on. An unknown kernel leaves x alone.
func (m *Machine) Run(k Kernel, x *State, n uint64) {
	var s [4]uint64
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(x[8*i:])
	}
	for range n {
		switch k {
		case Mix:
			s = mix(s, mixRounds)
		case Chase:
			s = m.chase(s)
		case MatMul:
			s = m.matMul(s)
		}
	}
	for i := range s {
		binary.LittleEndian.PutUint64(x[8*i:], s[i])
	}
}

func mix(s [4]uint64, rounds uint64) [4]uint64 {
	a, b, c, d := s[0], s[1], s[2], s[3]
	for i := rounds; i != 0; i-- {
		a = (a ^ d>>29) * k1
		b = bits.RotateLeft64(b, 31) + a
		b ^= uint64(uint32(a) * uint32(d>>32))
		c = (c ^ b) * k2
		d = bits.RotateLeft64(d^c, 17) + i
		other := i
		if a < c {
			other = d
		}
		b += other
	}
	return [4]uint64{a, b, c, d}
}

// word is element i of the pseudo-random words that a kernel begins with.
func word(s0, s1, i uint64) uint64 {
	x := (s0 + i*k1) ^ s1
	x = (x ^ x>>30) * k4
	return x ^ x>>27
}

func (m *Machine) chase(s [4]uint64) [4]uint64 {
	if m.table == nil {
		m.table = make([]uint64, chaseWords)
	}
	t := (*[chaseWords]uint64)(m.table)
	for i := range t {
		t[i] = word(s[0], s[1], uint64(i))
	}
	x, y := s[2], s[3]
	for range chaseReads {
		j := x >> (64 - chaseBits)
		v := t[j]
		t[j] = bits.RotateLeft64(v, 23) + y
		y += v
		x = (x ^ v) * k2
		x ^= x >> 31
	}
	return mix([4]uint64{s[0] ^ x, s[1] ^ y, s[2], s[3]}, finalRounds)
}

func (m *Machine) matMul(s [4]uint64) [4]uint64 {
	if m.matrix == nil {
		m.matrix = make([]uint32, 2*side*side)
	}
	ab := (*[2 * side * side]uint32)(m.matrix)
	for i := 0; i < len(ab); i += 2 {
		w := word(s[0], s[1], uint64(i))
		ab[i], ab[i+1] = uint32(w), uint32(w>>32)
	}
	a, b := ab[:side*side], ab[side*side:]
	x, y := s[2], s[3]
	for i := range side {
		var c [side]uint32
		for k, f := range a[i*side : (i+1)*side] {
			row := (*[side]uint32)(b[k*side:])
			for j := 0; j < side; j += 4 {
				c[j] += f * row[j]
				c[j+1] += f * row[j+1]
				c[j+2] += f * row[j+2]
				c[j+3] += f * row[j+3]
			}
		}
		for j := 0; j < side; j += 2 {
			x = (x ^ (uint64(c[j]) | uint64(c[j+1])<<32)) * k3
			y = bits.RotateLeft64(y, 29) + x
		}
	}
	return mix([4]uint64{s[0] ^ x, s[1] ^ y, s[2], s[3]}, finalRounds)
}
