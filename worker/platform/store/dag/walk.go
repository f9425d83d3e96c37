// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package dag

import (
	"context"
	"errors"
	"fmt"

	"github.com/ipfs/boxo/ipld/merkledag"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
)

var (
	// ErrKind is returned for a CID that is not of a graph we know: raw or
	// dag-pb under SHA-256.
	ErrKind = errors.New("unknown kind of block")
	// ErrTooDeep and ErrTooMany are returned for a graph beyond a walk's limits.
	ErrTooDeep = errors.New("the graph is too deep")
	// ErrTooMany is returned for a graph of too many blocks.
	ErrTooMany = errors.New("the graph has too many blocks")
)

// CheckKind returns ErrKind for a CID that is not raw or dag-pb under a SHA-256
// of full length.
func CheckKind(c cid.Cid) error {
	p := c.Prefix()
	if (p.Codec == cid.Raw || p.Codec == cid.DagProtobuf) && p.MhType == multihash.SHA2_256 && p.MhLength == 32 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrKind, c)
}

// Links returns the children of a block in order. A raw block has none.
func Links(c cid.Cid, data []byte) ([]cid.Cid, error) {
	if err := CheckKind(c); err != nil {
		return nil, err
	}
	if c.Prefix().Codec == cid.Raw {
		return nil, nil
	}
	node, err := merkledag.DecodeProtobuf(data)
	if err != nil {
		return nil, fmt.Errorf("block %s: %w", c, err)
	}
	links := node.Links()
	out := make([]cid.Cid, len(links))
	for i, l := range links {
		if err := CheckKind(l.Cid); err != nil {
			return nil, fmt.Errorf("child of %s: %w", c, err)
		}
		out[i] = l.Cid
	}
	return out, nil
}

// Walk goes through a graph depth first, each block once, whoever holds the
// blocks: ask Next for the CID that is due, and give its bytes to Enter. Two
// parties who walk the same graph see the same order.
type Walk struct {
	maxDepth, maxBlocks int
	stack               []step
	seen                map[cid.Cid]struct{}
	entered             uint64
}

type step struct {
	c     cid.Cid
	depth int
}

// NewWalk begins at root. The graph may have at most maxDepth levels below it
// and maxBlocks blocks.
func NewWalk(root cid.Cid, maxDepth, maxBlocks int) (*Walk, error) {
	if err := CheckKind(root); err != nil {
		return nil, err
	}
	return &Walk{
		maxDepth: maxDepth, maxBlocks: maxBlocks,
		stack: []step{{root, 0}}, seen: map[cid.Cid]struct{}{},
	}, nil
}

// Next returns the CID that is due, or false at the end. It returns the same
// until Enter.
func (w *Walk) Next() (cid.Cid, bool) {
	for len(w.stack) > 0 {
		top := w.stack[len(w.stack)-1]
		if _, again := w.seen[top.c]; !again {
			return top.c, true
		}
		w.stack = w.stack[:len(w.stack)-1]
	}
	return cid.Undef, false
}

// Enter takes the bytes of the block that Next named, and goes on. The bytes of
// a raw block are not looked at. They must have been verified.
func (w *Walk) Enter(data []byte) error {
	top := w.stack[len(w.stack)-1]
	links, err := Links(top.c, data)
	if err != nil {
		return err
	}
	if len(links) > 0 && top.depth >= w.maxDepth {
		return fmt.Errorf("%w: more than %d levels", ErrTooDeep, w.maxDepth)
	}
	w.stack = w.stack[:len(w.stack)-1]
	w.seen[top.c] = struct{}{}
	w.entered++
	if len(w.seen)+len(w.stack)+len(links) > w.maxBlocks {
		return fmt.Errorf("%w: more than %d", ErrTooMany, w.maxBlocks)
	}
	for i := len(links) - 1; i >= 0; i-- {
		w.stack = append(w.stack, step{links[i], top.depth + 1})
	}
	return nil
}

// Entered is the number of blocks entered so far.
func (w *Walk) Entered() uint64 { return w.entered }

// Limits of Complete, for graphs that are already here.
const (
	localDepth  = 64
	localBlocks = 1 << 24
)

// Complete tells whether every block of the graph is in the store. It reads the
// inner nodes and only looks up the leaves.
func (d *DAG) Complete(ctx context.Context, root cid.Cid) (bool, error) {
	err := d.each(ctx, root, func(cid.Cid) error { return nil })
	if ipld.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// each visits every block of the graph once.
func (d *DAG) each(ctx context.Context, root cid.Cid, visit func(cid.Cid) error) error {
	w, err := NewWalk(root, localDepth, localBlocks)
	if err != nil {
		return err
	}
	for {
		c, more := w.Next()
		if !more {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := d.peek(ctx, c)
		if err != nil {
			return err
		}
		if err := visit(c); err != nil {
			return err
		}
		if err := w.Enter(data); err != nil {
			return err
		}
	}
}

// peek reads an inner node, and only looks for a leaf.
func (d *DAG) peek(ctx context.Context, c cid.Cid) ([]byte, error) {
	if c.Prefix().Codec == cid.Raw {
		have, err := d.bs.Has(ctx, c)
		if err == nil && !have {
			err = ipld.ErrNotFound{Cid: c}
		}
		return nil, err
	}
	var blk blocks.Block
	blk, err := d.bs.Get(ctx, c)
	if err != nil {
		return nil, err
	}
	return blk.RawData(), nil
}
