// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"math/bits"
)

// Whether a label qualifies for a nonce is decided in two looks, so that a prover needs about
// two AES operations for a label and all 20 nonces. The first look turns a label into a tag of
// 128 bits and gives 6 bits of it to each nonce: they must be zero. The second look takes
// AES of the tag under a key of the nonce: its first 64 bits must be less than the threshold.
const (
	coarseBits    = 6
	noncesPerWord = Nonces / 2 // a tag is two words; the upper 4 bits of each are not looked at

	// One in each of the 10 fields of a word: its lowest bit, and its highest.
	lowBits  = 0o_01_01_01_01_01_01_01_01_01_01
	highBits = lowBits << (coarseBits - 1)
)

// A Scanner finds the labels of a plot that qualify under one challenge. It holds scratch
// memory, so it is used by one goroutine.
type Scanner struct {
	labels    uint64
	threshold uint64
	tags      cipher.Block
	nonces    [Nonces]cipher.Block
	tag, out  [aes.BlockSize]byte
}

// NewScanner returns a scanner of the plot under the challenge.
func (p Plot) NewScanner(challenge Challenge) (*Scanner, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	s := &Scanner{labels: p.Labels(), threshold: p.Threshold()}
	var size [12]byte
	binary.BigEndian.PutUint32(size[:4], p.N)
	binary.BigEndian.PutUint64(size[4:], p.Cells)
	root := digest(domainScan, challenge[:], p.Key[:], size[:])
	s.tags = newAES(root[:aes.BlockSize])
	for n := range s.nonces {
		key := digest(domainNonce, root[:], []byte{byte(n)})
		s.nonces[n] = newAES(key[:aes.BlockSize])
	}
	return s, nil
}

func newAES(key []byte) cipher.Block {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key of impossible length
	}
	return block
}

// Scan calls hit for every label of the cell that qualifies, with the nonce it qualifies for
// and the label's number in the plot; ascending by label, then by nonce. index is the cell's
// number in the plot.
func (s *Scanner) Scan(index uint64, cell *Cell, hit func(nonce uint8, label uint64)) {
	for i := range LabelsPerCell {
		a, b := s.look((*[LabelBytes]byte)(cell[i*LabelBytes:]))
		if zeroFields(a)|zeroFields(b) == 0 {
			continue
		}
		for n, word := range [2]uint64{a, b} {
			for fields := zeroFields(word); fields != 0; fields &= fields - 1 {
				field := bits.TrailingZeros64(fields) / coarseBits
				nonce := uint8(n*noncesPerWord + field)
				if s.qualifies(nonce, a, b) {
					hit(nonce, index*LabelsPerCell+uint64(i))
				}
			}
		}
	}
}

// look is the first look: the CBC-MAC of the label, as two words.
func (s *Scanner) look(label *[LabelBytes]byte) (a, b uint64) {
	s.tags.Encrypt(s.tag[:], label[:aes.BlockSize])
	a = binary.LittleEndian.Uint64(s.tag[:]) ^ binary.LittleEndian.Uint64(label[16:])
	b = binary.LittleEndian.Uint64(s.tag[8:]) ^ binary.LittleEndian.Uint64(label[24:])
	binary.LittleEndian.PutUint64(s.tag[:], a)
	binary.LittleEndian.PutUint64(s.tag[8:], b)
	s.tags.Encrypt(s.tag[:], s.tag[:])
	return binary.LittleEndian.Uint64(s.tag[:]), binary.LittleEndian.Uint64(s.tag[8:])
}

// zeroFields has the highest bit of each 6-bit field of word set that is zero; above a zero
// field there may be false ones, so whoever uses one looks again. It is 0 if and only if no
// field is zero.
func zeroFields(word uint64) uint64 { return (word - lowBits) &^ word & highBits }

// qualifies says whether the label with this tag qualifies for the nonce.
func (s *Scanner) qualifies(nonce uint8, a, b uint64) bool {
	word := a
	if nonce >= noncesPerWord {
		word = b
	}
	if word>>(coarseBits*(nonce%noncesPerWord))%coarse != 0 {
		return false
	}
	binary.LittleEndian.PutUint64(s.tag[:], a)
	binary.LittleEndian.PutUint64(s.tag[8:], b)
	s.nonces[nonce].Encrypt(s.out[:], s.tag[:])
	return binary.BigEndian.Uint64(s.out[:]) < s.threshold
}

// Qualifies says whether the label of that number, which lies in cell, qualifies for the nonce.
func (s *Scanner) Qualifies(nonce uint8, label uint64, cell *Cell) bool {
	if nonce >= Nonces || label >= s.labels {
		return false
	}
	a, b := s.look((*[LabelBytes]byte)(cell[label%LabelsPerCell*LabelBytes:]))
	return s.qualifies(nonce, a, b)
}
