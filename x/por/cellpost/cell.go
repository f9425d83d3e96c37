// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

const (
	// CellBytes is the size of a cell, the least that can be computed by itself.
	CellBytes = 4096
	// LabelBytes is the size of a label, the least that is looked at by a proof.
	LabelBytes = 32
	// LabelsPerCell is how many labels lie in a cell.
	LabelsPerCell = CellBytes / LabelBytes

	// MinN is the least cost factor N; N is a power of two.
	MinN = 2
	// MaxN is the greatest cost factor.
	MaxN = 1024
)

// A Cell is 4096 bytes of a plot: 128 labels of 32 bytes.
type Cell [CellBytes]byte

// A Key says whose cells they are. Every plot has its own.
type Key [sha256.Size]byte

// A Challenge is what a window asks: 32 bytes that nobody could know before.
type Challenge [sha256.Size]byte

const (
	domainKey    = "openmesh/por/v1/cellpost/key"
	domainCell   = "openmesh/por/v1/cellpost/cell"
	domainScan   = "openmesh/por/v1/cellpost/scan"
	domainNonce  = "openmesh/por/v1/cellpost/nonce"
	domainSample = "openmesh/por/v1/cellpost/sample"
)

// NewKey is the key of an operator's plot on one chain. An operator that has several plots
// gives each its own plot id.
func NewKey(chainID string, operator, plot []byte) Key {
	return digest(domainKey, []byte(chainID), operator, plot)
}

// digest is H(domain, part…) of x/por: SHA-256 over all arguments, each behind its length in
// 4 bytes, big endian.
func digest(domain string, parts ...[]byte) [sha256.Size]byte {
	h := sha256.New()
	var size [4]byte
	write := func(part []byte) {
		binary.BigEndian.PutUint32(size[:], uint32(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	write([]byte(domain))
	for _, part := range parts {
		write(part)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// ValidN returns an error unless n can be a cost factor.
func ValidN(n uint32) error {
	if n < MinN || n > MaxN || n&(n-1) != 0 {
		return fmt.Errorf("%w: N is %d, must be a power of two in %d..%d", ErrParams, n, MinN, MaxN)
	}
	return nil
}

// A Maker computes cells of one plot. It holds N blocks of 4096 bytes of scratch memory, so it
// is made once and used for many cells, by one goroutine.
type Maker struct {
	n     uint32
	mac   hash.Hash
	table []block
	x, y  *block
}

// NewMaker returns a maker of the cells of key, with cost factor n.
func NewMaker(key Key, n uint32) (*Maker, error) {
	if err := ValidN(n); err != nil {
		return nil, err
	}
	return &Maker{n: n, mac: hmac.New(sha256.New, key[:]), table: make([]block, n), x: new(block), y: new(block)}, nil
}

// Cell writes cell number index of the plot to cell.
func (m *Maker) Cell(index uint64, cell *Cell) {
	m.expand(index, cell)
	m.x.load((*[CellBytes]byte)(cell))
	romix(m.x, m.y, m.table)
	m.x.store((*[CellBytes]byte)(cell))
}

// expand writes PBKDF2-HMAC-SHA256(key, domain || N || index, 1 turn) to cell, as scrypt begins.
func (m *Maker) expand(index uint64, cell *Cell) {
	salt := make([]byte, 0, len(domainCell)+16)
	salt = append(salt, domainCell...)
	salt = binary.BigEndian.AppendUint32(salt, m.n)
	salt = binary.BigEndian.AppendUint64(salt, index)
	end := len(salt)
	for i := range CellBytes / sha256.Size {
		salt = binary.BigEndian.AppendUint32(salt[:end], uint32(i)+1)
		m.mac.Reset()
		m.mac.Write(salt)
		m.mac.Sum(cell[:i*sha256.Size])
	}
}
