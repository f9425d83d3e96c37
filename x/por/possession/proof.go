// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package possession

import (
	"fmt"
	"io"

	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// itemSize is the length of a leaf and its path in a proof.
func (o Object) itemSize(index uint64) (int, error) {
	siblings, err := merkle.Length(o.Leaves(), index, 1)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrObject, err)
	}
	return o.LeafSize(index) + siblings*merkle.HashSize, nil
}

// ProofSize is the exact length of the proof of these leaves of a valid object.
func (o Object) ProofSize(drawn []uint64) (int, error) {
	total := 0
	for _, index := range drawn {
		n, err := o.itemSize(index)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// MaxProofBytes is what no answer to a challenge of so many leaves exceeds, whatever the object.
func MaxProofBytes(leaves int) int {
	return leaves * (LeafBytes + merkle.MaxDepth*merkle.HashSize)
}

// Prove answers a challenge in one pass over the object. The object must be what it was when it
// was committed to; if it is not, Prove says so by ErrLeaf, as a verifier would.
func Prove(o Object, c Challenge, r io.ReaderAt) ([]byte, error) {
	drawn, err := c.Draw(o)
	if err != nil {
		return nil, err
	}
	spans := make([]merkle.Span, len(drawn))
	for i, index := range drawn {
		spans[i] = merkle.Span{First: index, Count: 1}
	}
	source := newSource(o, r)
	_, paths, err := merkle.Prove(o.Leaves(), source.hash, spans)
	if err != nil {
		return nil, err
	}
	if source.err != nil {
		return nil, source.err
	}
	return answer(o, c, r, drawn, paths)
}

// ProveWith answers a challenge from a kept tree (Tree): it reads only the drawn leaves.
func ProveWith(tree *merkle.Tree, o Object, c Challenge, r io.ReaderAt) ([]byte, error) {
	drawn, err := c.Draw(o)
	if err != nil {
		return nil, err
	}
	paths := make([]merkle.Path, len(drawn))
	for i, index := range drawn {
		if paths[i], err = tree.Path(index); err != nil {
			return nil, err
		}
	}
	return answer(o, c, r, drawn, paths)
}

// Tree reads the object once and keeps its tree, 64 bytes a leaf. It is for objects that are
// proven often.
func Tree(o Object, r io.ReaderAt) (*merkle.Tree, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	source := newSource(o, r)
	hashes := make([]merkle.Hash, o.Leaves())
	for i := range hashes {
		hashes[i] = source.hash(uint64(i))
	}
	if source.err != nil {
		return nil, source.err
	}
	return merkle.NewTree(hashes)
}

// answer puts a proof together and checks it.
func answer(o Object, c Challenge, r io.ReaderAt, drawn []uint64, paths []merkle.Path) ([]byte, error) {
	size, err := o.ProofSize(drawn)
	if err != nil {
		return nil, err
	}
	proof := make([]byte, 0, size)
	leaf := make([]byte, LeafBytes)
	for i, index := range drawn {
		bytes := leaf[:o.LeafSize(index)]
		if err := readLeaf(r, index, bytes); err != nil {
			return nil, err
		}
		proof = append(proof, bytes...)
		for _, sibling := range paths[i] {
			proof = append(proof, sibling[:]...)
		}
	}
	return proof, Verify(o, c, proof)
}

// readLeaf reads one leaf in full.
func readLeaf(r io.ReaderAt, index uint64, bytes []byte) error {
	if n, err := r.ReadAt(bytes, int64(index)*LeafBytes); n < len(bytes) {
		return fmt.Errorf("read leaf %d: %w", index, err)
	}
	return nil
}

// source reads an object from its beginning to its end, in large pieces.
type source struct {
	object Object
	in     *io.SectionReader
	buffer []byte
	first  uint64 // leaf with which the buffer begins
	err    error  // the first one; hashes mean nothing after it
}

const bufferLeaves = 256

func newSource(o Object, r io.ReaderAt) *source {
	return &source{object: o, in: io.NewSectionReader(r, 0, int64(o.Size))}
}

// hash is the hash of the leaf with this index; indices come in order.
func (s *source) hash(index uint64) merkle.Hash {
	if s.err != nil {
		return merkle.Hash{}
	}
	if index%bufferLeaves == 0 {
		left := s.object.Size - index*LeafBytes
		s.first = index
		s.buffer = append(s.buffer[:0], make([]byte, min(bufferLeaves*LeafBytes, left))...)
		if _, err := io.ReadFull(s.in, s.buffer); err != nil {
			s.err = fmt.Errorf("read leaf %d: %w", index, err)
			return merkle.Hash{}
		}
	}
	at := (index - s.first) * LeafBytes
	return merkle.Leaf(index, s.buffer[at:at+uint64(s.object.LeafSize(index))])
}

// Verify checks the answer to a challenge. ErrLength comes before anything is hashed but the
// draw; a *LeafError (ErrLeaf) names the first leaf that is not of the object.
func Verify(o Object, c Challenge, proof []byte) error {
	if len(proof) > MaxProofBytes(max(c.Leaves, 0)) {
		return fmt.Errorf("%w: %d bytes, never more than %d", ErrLength, len(proof), MaxProofBytes(max(c.Leaves, 0)))
	}
	drawn, err := c.Draw(o)
	if err != nil {
		return err
	}
	size, err := o.ProofSize(drawn)
	if err != nil {
		return err
	}
	if len(proof) != size {
		return fmt.Errorf("%w: %d bytes, must be %d", ErrLength, len(proof), size)
	}
	for _, index := range drawn {
		item, err := o.itemSize(index)
		if err != nil {
			return err
		}
		if err := o.VerifyLeaf(index, proof[:item]); err != nil {
			return err
		}
		proof = proof[item:]
	}
	return nil
}

// VerifyLeaf checks one leaf and its path, as they stand in a proof.
func (o Object) VerifyLeaf(index uint64, item []byte) error {
	if err := o.Validate(); err != nil {
		return err
	}
	size, err := o.itemSize(index)
	if err != nil {
		return err
	}
	if len(item) != size {
		return fmt.Errorf("%w: %d bytes for leaf %d, must be %d", ErrLength, len(item), index, size)
	}
	leaf, rest := item[:o.LeafSize(index)], item[o.LeafSize(index):]
	path := make(merkle.Path, len(rest)/merkle.HashSize)
	for i := range path {
		path[i] = merkle.Hash(rest[i*merkle.HashSize:])
	}
	if err := merkle.Verify(o.Root, o.Leaves(), index, merkle.Leaf(index, leaf), path); err != nil {
		return &LeafError{Index: index}
	}
	return nil
}
