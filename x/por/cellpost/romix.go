// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"encoding/binary"
	"math/bits"
)

// scryptROMix of RFC 7914, sections 3 to 5, with a block of 4096 bytes (r = 32). It is written
// out here because golang.org/x/crypto/scrypt gives only what PBKDF2 makes of ROMix's output,
// which is no use for storage: see "Why not scrypt" in the README.

const (
	chunkWords = 16                      // 64 bytes: what Salsa20/8 mixes at a time
	blockWords = CellBytes / 4           // 4096 bytes: what BlockMix mixes at a time
	chunks     = blockWords / chunkWords // 2r
)

// A block is one 4096-byte state of ROMix as little-endian words.
type block [blockWords]uint32

func (b *block) load(bytes *[CellBytes]byte) {
	for i := range b {
		b[i] = binary.LittleEndian.Uint32(bytes[4*i:])
	}
}

func (b *block) store(bytes *[CellBytes]byte) {
	for i, w := range b {
		binary.LittleEndian.PutUint32(bytes[4*i:], w)
	}
}

// romix replaces x by ROMix(x), N = len(table). y is scratch space, as is the table.
func romix(x, y *block, table []block) {
	n := len(table)
	table[0] = *x
	for i := range n - 1 {
		blockMix(&table[i], &table[i+1])
	}
	blockMix(&table[n-1], x)
	for range n {
		j := x[blockWords-chunkWords] & uint32(n-1) // Integerify(x) mod N; N is a power of two
		v := &table[j]
		for i := range x {
			x[i] ^= v[i]
		}
		blockMix(x, y)
		x, y = y, x // an even number of times, as N is even: the caller's x ends up as x
	}
}

// blockMix writes scryptBlockMix(in) to out: chunks of even number first, then the odd ones.
func blockMix(in, out *block) {
	x := [chunkWords]uint32(in[blockWords-chunkWords:])
	for i := range chunks {
		salsa208(&x, (*[chunkWords]uint32)(in[i*chunkWords:]))
		*(*[chunkWords]uint32)(out[(i/2+i%2*chunks/2)*chunkWords:]) = x
	}
}

// salsa208 replaces x by Salsa20/8(x xor in).
func salsa208(x, in *[chunkWords]uint32) {
	for i := range x {
		x[i] ^= in[i]
	}
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	x4, x5, x6, x7 := x[4], x[5], x[6], x[7]
	x8, x9, x10, x11 := x[8], x[9], x[10], x[11]
	x12, x13, x14, x15 := x[12], x[13], x[14], x[15]
	for range 4 { // double rounds
		// Columns, each beginning at its diagonal.
		x4 ^= bits.RotateLeft32(x0+x12, 7)
		x9 ^= bits.RotateLeft32(x5+x1, 7)
		x14 ^= bits.RotateLeft32(x10+x6, 7)
		x3 ^= bits.RotateLeft32(x15+x11, 7)
		x8 ^= bits.RotateLeft32(x4+x0, 9)
		x13 ^= bits.RotateLeft32(x9+x5, 9)
		x2 ^= bits.RotateLeft32(x14+x10, 9)
		x7 ^= bits.RotateLeft32(x3+x15, 9)
		x12 ^= bits.RotateLeft32(x8+x4, 13)
		x1 ^= bits.RotateLeft32(x13+x9, 13)
		x6 ^= bits.RotateLeft32(x2+x14, 13)
		x11 ^= bits.RotateLeft32(x7+x3, 13)
		x0 ^= bits.RotateLeft32(x12+x8, 18)
		x5 ^= bits.RotateLeft32(x1+x13, 18)
		x10 ^= bits.RotateLeft32(x6+x2, 18)
		x15 ^= bits.RotateLeft32(x11+x7, 18)
		// Rows.
		x1 ^= bits.RotateLeft32(x0+x3, 7)
		x6 ^= bits.RotateLeft32(x5+x4, 7)
		x11 ^= bits.RotateLeft32(x10+x9, 7)
		x12 ^= bits.RotateLeft32(x15+x14, 7)
		x2 ^= bits.RotateLeft32(x1+x0, 9)
		x7 ^= bits.RotateLeft32(x6+x5, 9)
		x8 ^= bits.RotateLeft32(x11+x10, 9)
		x13 ^= bits.RotateLeft32(x12+x15, 9)
		x3 ^= bits.RotateLeft32(x2+x1, 13)
		x4 ^= bits.RotateLeft32(x7+x6, 13)
		x9 ^= bits.RotateLeft32(x8+x11, 13)
		x14 ^= bits.RotateLeft32(x13+x12, 13)
		x0 ^= bits.RotateLeft32(x3+x2, 18)
		x5 ^= bits.RotateLeft32(x4+x7, 18)
		x10 ^= bits.RotateLeft32(x9+x8, 18)
		x15 ^= bits.RotateLeft32(x14+x13, 18)
	}
	x[0] += x0
	x[1] += x1
	x[2] += x2
	x[3] += x3
	x[4] += x4
	x[5] += x5
	x[6] += x6
	x[7] += x7
	x[8] += x8
	x[9] += x9
	x[10] += x10
	x[11] += x11
	x[12] += x12
	x[13] += x13
	x[14] += x14
	x[15] += x15
}
