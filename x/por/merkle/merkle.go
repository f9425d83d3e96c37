// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package merkle

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	// HashSize is the size of a hash in bytes.
	HashSize = sha256.Size
	// MaxLeaves is the greatest number of leaves of a tree.
	MaxLeaves = 1 << 40
	// MaxDepth is the greatest number of siblings in the path of one leaf.
	MaxDepth = 40
	// MaxRange is the greatest number of consecutive leaves in one proof.
	MaxRange = 1 << 16
)

// Errors of this package. All but ErrRoot are about shape and cost no hashing.
var (
	ErrSize   = errors.New("number of leaves is out of range")
	ErrIndex  = errors.New("leaf index is out of range")
	ErrLength = errors.New("path has the wrong length")
	ErrRoot   = errors.New("path does not lead to the root")
)

// Hash is a leaf hash, a node or a root.
type Hash [HashSize]byte

// Path holds the siblings that lead from consecutive leaves to the root, from
// the lowest level up and, within a level, the left one first.
type Path []Hash

const (
	leafTag byte = iota
	nodeTag
	rootTag
)

// Leaf is the hash of the leaf with this index and content.
func Leaf(index uint64, data []byte) Hash {
	const small = 9 + 2*HashSize
	if len(data) <= 2*HashSize { // on the stack
		var buf [small]byte
		buf[0] = leafTag
		binary.BigEndian.PutUint64(buf[1:], index)
		return sha256.Sum256(buf[:9+copy(buf[9:], data)])
	}
	h := sha256.New()
	var head [9]byte
	head[0] = leafTag
	binary.BigEndian.PutUint64(head[1:], index)
	h.Write(head[:])
	h.Write(data)
	var out Hash
	h.Sum(out[:0])
	return out
}

// node is the parent of two hashes.
func node(left, right Hash) Hash {
	var buf [1 + 2*HashSize]byte
	buf[0] = nodeTag
	copy(buf[1:], left[:])
	copy(buf[1+HashSize:], right[:])
	return sha256.Sum256(buf[:])
}

// seal makes the root of the top of a tree with so many leaves.
func seal(size uint64, top Hash) Hash {
	var buf [9 + HashSize]byte
	buf[0] = rootTag
	binary.BigEndian.PutUint64(buf[1:], size)
	copy(buf[9:], top[:])
	return sha256.Sum256(buf[:])
}

// Length is the number of siblings in a proof of count leaves from first on, in
// a tree of size leaves.
func Length(size, first, count uint64) (int, error) {
	if size == 0 || size > MaxLeaves {
		return 0, fmt.Errorf("%w: %d", ErrSize, size)
	}
	if count == 0 || count > MaxRange || first >= size || count > size-first {
		return 0, fmt.Errorf("%w: %d leaves from %d on in a tree of %d", ErrIndex, count, first, size)
	}
	n := 0
	for lo, hi := first, first+count-1; size > 1; lo, hi, size = lo/2, hi/2, (size+1)/2 {
		if lo%2 == 1 {
			n++
		}
		if hi%2 == 0 && hi+1 < size {
			n++
		}
	}
	return n, nil
}

// Verify checks that the leaf with this index of the tree with this root and size
// has this leaf hash. A nil error is the only yes.
func Verify(root Hash, size, index uint64, leaf Hash, path Path) error {
	return VerifyRange(root, size, index, []Hash{leaf}, path)
}

// VerifyRange checks that leaves are the leaf hashes from index first on of the
// tree with this root and size. It hashes len(leaves) + len(path) times at most,
// and nothing before the shape of everything is right.
func VerifyRange(root Hash, size, first uint64, leaves []Hash, path Path) error {
	want, err := Length(size, first, uint64(len(leaves)))
	if err != nil {
		return err
	}
	if len(path) != want {
		return fmt.Errorf("%w: %d siblings, want %d", ErrLength, len(path), want)
	}
	row := append(make([]Hash, 0, len(leaves)+2), leaves...)
	lo, count := first, size
	for ; count > 1; lo, count = lo/2, (count+1)/2 {
		if lo%2 == 1 {
			row = append(row, Hash{})
			copy(row[1:], row)
			row[0], path = path[0], path[1:]
			lo--
		}
		if hi := lo + uint64(len(row)) - 1; hi%2 == 0 && hi+1 < count {
			row, path = append(row, path[0]), path[1:]
		}
		row = pair(row)
	}
	if seal(size, row[0]) != root {
		return ErrRoot
	}
	return nil
}

// pair replaces hashes that begin on the left by their parents, in place.
func pair(row []Hash) []Hash {
	n := 0
	for i := 0; i < len(row); i += 2 {
		row[n] = row[i]
		if i+1 < len(row) {
			row[n] = node(row[i], row[i+1])
		}
		n++
	}
	return row[:n]
}
