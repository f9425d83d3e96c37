// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"encoding/binary"
	"fmt"
)

// Fanout is the number of children of a node.
const Fanout = 32

const (
	bitsPerLevel = 5 // log2(Fanout)
	wordLen      = 8
	// minHeight makes a draw or a change cost the same, in time and in gas, from
	// the first slot to the millionth. The nodes on top of few slots are tiny.
	minHeight = 4
)

// node holds the weights (level 0) or sums (above) of its children.
type node [Fanout]uint64

// encode packs the children in big-endian order, without the zeros at the end.
func (n *node) encode() []byte {
	last := Fanout
	for last > 0 && n[last-1] == 0 {
		last--
	}
	out := make([]byte, 0, last*wordLen)
	for _, w := range n[:last] {
		out = binary.BigEndian.AppendUint64(out, w)
	}
	return out
}

func decodeNode(raw []byte) (*node, error) {
	if len(raw)%wordLen != 0 || len(raw) > Fanout*wordLen {
		return nil, fmt.Errorf("%w: a node of %d bytes", ErrCorrupt, len(raw))
	}
	var n node
	for i := 0; i*wordLen < len(raw); i++ {
		n[i] = binary.BigEndian.Uint64(raw[i*wordLen:])
	}
	return &n, nil
}

// sum adds the children up. It cannot overflow: Set keeps the total in range.
func (n *node) sum() uint64 {
	var s uint64
	for _, w := range n {
		s += w
	}
	return s
}

// nodeKey orders nodes by level, then index. A level has fewer than 2^56 nodes.
func nodeKey(level int, index uint64) uint64 { return uint64(level)<<56 | index }

// height is the number of levels: the fewest, but no fewer than minHeight, at
// which one root covers all slots.
func height(slots uint64) int {
	h := minHeight
	for covered := uint64(1) << (bitsPerLevel * minHeight); covered < slots; covered <<= bitsPerLevel {
		h++
	}
	return h
}
