// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package merkle

import (
	"fmt"
	"math/bits"
)

// Builder makes the root of leaves that come one by one, in 1.3 KB of memory.
// The zero Builder is empty and ready to use.
type Builder struct {
	size  uint64
	peaks [MaxDepth + 1]Hash // peaks[l] is a full subtree of 2^l leaves, if bit l of size is set
}

// Size is the number of leaves so far; it is the index of the next one.
func (b *Builder) Size() uint64 { return b.size }

// Append adds the next leaf hash. It fails only beyond MaxLeaves.
func (b *Builder) Append(leaf Hash) error {
	if b.size >= MaxLeaves {
		return fmt.Errorf("%w: more than %d", ErrSize, uint64(MaxLeaves))
	}
	level := 0
	for ; b.size>>level&1 == 1; level++ {
		leaf = node(b.peaks[level], leaf)
	}
	b.peaks[level] = leaf
	b.size++
	return nil
}

// Add appends the leaf with this content.
func (b *Builder) Add(data []byte) error { return b.Append(Leaf(b.size, data)) }

// Root is the root of the leaves so far; more may follow. It fails if there are
// none.
func (b *Builder) Root() (Hash, error) {
	if b.size == 0 {
		return Hash{}, fmt.Errorf("%w: 0", ErrSize)
	}
	level := bits.TrailingZeros64(b.size)
	top := b.peaks[level]
	for level++; level <= MaxDepth; level++ {
		if b.size>>level&1 == 1 {
			top = node(b.peaks[level], top)
		}
	}
	return seal(b.size, top), nil
}

// Tree keeps every level, 64 bytes a leaf, and makes proofs without hashing.
type Tree struct {
	levels [][]Hash
}

// NewTree makes the tree over these leaf hashes, which it keeps.
func NewTree(leaves []Hash) (*Tree, error) {
	if len(leaves) == 0 || len(leaves) > MaxLeaves {
		return nil, fmt.Errorf("%w: %d", ErrSize, len(leaves))
	}
	t := &Tree{levels: [][]Hash{leaves}}
	for row := leaves; len(row) > 1; {
		up := make([]Hash, (len(row)+1)/2)
		for i := range up {
			up[i] = row[2*i]
			if 2*i+1 < len(row) {
				up[i] = node(row[2*i], row[2*i+1])
			}
		}
		t.levels = append(t.levels, up)
		row = up
	}
	return t, nil
}

// Size is the number of leaves.
func (t *Tree) Size() uint64 { return uint64(len(t.levels[0])) }

// Root is the root of the tree.
func (t *Tree) Root() Hash { return seal(t.Size(), t.levels[len(t.levels)-1][0]) }

// Path proves one leaf.
func (t *Tree) Path(index uint64) (Path, error) { return t.Range(index, 1) }

// Range proves count consecutive leaves from first on.
func (t *Tree) Range(first, count uint64) (Path, error) {
	n, err := Length(t.Size(), first, count)
	if err != nil {
		return nil, err
	}
	path := make(Path, 0, n)
	lo, hi := first, first+count-1
	for _, row := range t.levels[:len(t.levels)-1] {
		if lo%2 == 1 {
			path = append(path, row[lo-1])
		}
		if hi%2 == 0 && hi+1 < uint64(len(row)) {
			path = append(path, row[hi+1])
		}
		lo, hi = lo/2, hi/2
	}
	return path, nil
}

// Span is a run of consecutive leaves.
type Span struct {
	First, Count uint64
}

// Prove makes the proofs of several spans of a tree whose leaf hashes can be
// asked for again: one pass over all leaves, in order, and no memory beside the
// paths. It is for provers that keep leaves but no tree.
func Prove(size uint64, leaf func(index uint64) Hash, spans []Span) (Hash, []Path, error) {
	paths := make([]Path, len(spans))
	wanted := map[place]Hash{}
	for i, s := range spans {
		n, err := Length(size, s.First, s.Count)
		if err != nil {
			return Hash{}, nil, err
		}
		paths[i] = make(Path, 0, n)
		siblings(size, s, func(p place) { wanted[p] = Hash{} })
	}
	if size == 0 || size > MaxLeaves {
		return Hash{}, nil, fmt.Errorf("%w: %d", ErrSize, size)
	}
	seen := func(level int, index uint64, h Hash) {
		if _, ok := wanted[place{level, index}]; ok {
			wanted[place{level, index}] = h
		}
	}
	var b Builder
	for i := range size {
		h := leaf(i)
		level := 0
		seen(level, i, h)
		for ; i>>level&1 == 1; level++ {
			h = node(b.peaks[level], h)
			seen(level+1, i>>(level+1), h)
		}
		b.peaks[level] = h
		b.size++
	}
	// The right edge: hashes that rise without a neighbour.
	level := bits.TrailingZeros64(size)
	top := b.peaks[level]
	for count := size >> level; count > 1; level, count = level+1, (count+1)/2 {
		seen(level, count-1, top)
		if count%2 == 0 {
			top = node(b.peaks[level], top)
		}
	}
	for i, s := range spans {
		siblings(size, s, func(p place) { paths[i] = append(paths[i], wanted[p]) })
	}
	return seal(size, top), paths, nil
}

// place is where a hash stands in a tree.
type place struct {
	level int
	index uint64
}

// siblings names the places of a span's proof in order.
func siblings(size uint64, s Span, yield func(place)) {
	lo, hi := s.First, s.First+s.Count-1
	for level := 0; size > 1; level, lo, hi, size = level+1, lo/2, hi/2, (size+1)/2 {
		if lo%2 == 1 {
			yield(place{level, lo - 1})
		}
		if hi%2 == 0 && hi+1 < size {
			yield(place{level, hi + 1})
		}
	}
}
