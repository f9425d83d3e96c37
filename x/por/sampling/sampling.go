// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package sampling draws which items of a committed whole are opened, and says
// what the chance is to get away with bad ones.
//
// A draw is made from a seed that nobody knew when the whole was committed: then
// each set of so many items is equally likely, whatever was committed, up to a
// relative bias of total/2^64.
//
// # Soundness
//
// If a fraction p of the items is bad and n are opened, without putting back, all
// opened ones are good with probability at most
//
//	(1-p)^n
//
// with equality in the limit of many items; see Survival.
package sampling

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

const (
	// MaxTotal is the greatest number of items to draw from.
	MaxTotal = 1 << 40
	// MaxSamples is the greatest number of items in one draw.
	MaxSamples = 1024
	// Certain is the unit of Survival: parts in a thousand million.
	Certain = 1_000_000_000
)

// ErrDraw refuses a draw whose numbers are out of range.
var ErrDraw = errors.New("draw is out of range")

const domain = "openmesh/por/sampling/1"

// Draw draws n different items of 0..total-1, in ascending order; all of them if
// there are no more than n. The topic (at most 255 bytes) makes draws from one
// seed independent of each other. It hashes n times.
//
// The items are Floyd's random subset: for j from total-n to total-1, an item t of
// 0..j, or j itself where t was taken before; t is the high word of the product of
// j+1 and the first 8 bytes, big-endian, of
//
//	SHA-256(domain || seed || byte(len(topic)) || topic || be64(j))
func Draw(seed [32]byte, topic []byte, total uint64, n int) ([]uint64, error) {
	if total == 0 || total > MaxTotal || n < 1 || n > MaxSamples || len(topic) > 255 {
		return nil, fmt.Errorf("%w: %d of %d, topic of %d bytes", ErrDraw, n, total, len(topic))
	}
	count := min(uint64(n), total)
	buf := append([]byte(domain), seed[:]...)
	buf = append(buf, byte(len(topic)))
	buf = append(buf, topic...)
	drawn := make([]uint64, 0, count)
	for j := total - count; j < total; j++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(buf, j))
		item, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:]), j+1)
		at, taken := slices.BinarySearch(drawn, item)
		if taken {
			item, at = j, len(drawn) // j is greater than all before
		}
		drawn = slices.Insert(drawn, at, item)
	}
	return drawn, nil
}

// Survival bounds the probability, in parts of Certain and rounded up, that none
// of n opened items is among the bad ones, of which there are badBps in 10,000:
// (1 - bad/10000)^n.
func Survival(badBps uint64, n int) uint64 {
	good := 10_000 - min(badBps, 10_000)
	p := uint64(Certain)
	for range n {
		if p = (p*good + 9_999) / 10_000; p <= 1 {
			break
		}
	}
	return p
}
