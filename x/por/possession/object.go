// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package possession

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/sampling"
)

const (
	// LeafBytes is the size of every leaf but the last.
	LeafBytes = 1024
	// MaxObjectBytes bounds an object.
	MaxObjectBytes = merkle.MaxLeaves * LeafBytes

	domain = "openmesh/por/v1/possession"
)

var (
	// ErrObject says that no object can be like that.
	ErrObject = errors.New("possession: impossible object")
	// ErrDraw says that so many leaves cannot be drawn.
	ErrDraw = errors.New("possession: impossible draw")
	// ErrLength says that a proof is not exactly as long as it has to be.
	ErrLength = errors.New("possession: wrong length of proof")
	// ErrLeaf says that a leaf is not of the object. It comes as a *LeafError.
	ErrLeaf = errors.New("possession: leaf is not of the object")
)

// A LeafError names the leaf that is not of the object. It is ErrLeaf to errors.Is.
type LeafError struct{ Index uint64 }

func (e *LeafError) Error() string { return fmt.Sprintf("%s: leaf %d", ErrLeaf, e.Index) }

func (e *LeafError) Unwrap() error { return ErrLeaf }

// An Object is what a holder promised to have.
type Object struct {
	Root merkle.Hash
	Size uint64 // in bytes
}

// Validate returns an error unless an object can have this size.
func (o Object) Validate() error {
	if o.Size == 0 || o.Size > MaxObjectBytes {
		return fmt.Errorf("%w: %d bytes, must be 1 to %d", ErrObject, o.Size, uint64(MaxObjectBytes))
	}
	return nil
}

// Leaves is how many leaves the object has.
func (o Object) Leaves() uint64 { return (o.Size-1)/LeafBytes + 1 }

// LeafSize is the length of one leaf.
func (o Object) LeafSize(index uint64) int { return int(min(LeafBytes, o.Size-index*LeafBytes)) }

// Commit reads an object to its end, once, and says what it is.
func Commit(r io.Reader) (Object, error) {
	var o Object
	var tree merkle.Builder
	leaf := make([]byte, LeafBytes)
	for {
		n, err := io.ReadFull(r, leaf)
		if n > 0 {
			if err := tree.Add(leaf[:n]); err != nil {
				return Object{}, fmt.Errorf("%w: %w", ErrObject, err)
			}
			o.Size += uint64(n)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return Object{}, err
		}
	}
	if err := o.Validate(); err != nil {
		return Object{}, err
	}
	root, err := tree.Root()
	o.Root = root
	return o, err
}

// A Challenge asks one holder for leaves of an object.
type Challenge struct {
	Seed   [32]byte // nobody knew it when the object was stored; another one in every window
	Holder []byte   // address of who has to answer
	Leaves int      // how many to draw, 1 to sampling.MaxSamples
}

// Draw gives the leaves that the challenge asks for, ascending; all of them if the object has no
// more than that.
func (c Challenge) Draw(o Object) ([]uint64, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(domain), c.Holder, o.Root[:], binary.BigEndian.AppendUint64(nil, o.Size)} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		h.Write(part)
	}
	drawn, err := sampling.Draw(c.Seed, h.Sum(nil), o.Leaves(), c.Leaves)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDraw, err)
	}
	return drawn, nil
}
