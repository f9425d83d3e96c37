// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package dag

import (
	"context"

	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore"
	"github.com/ipfs/go-datastore/sync"
)

// NewHasher returns a DAG that stores nothing: its Import methods tell the CID
// that the same bytes have in a store. Memory grows with the number of nodes
// above the leaves only, some 40 bytes for every 256 KiB of a file.
func NewHasher() *DAG {
	nodes := blockstore.NewBlockstore(sync.MutexWrap(datastore.NewMapDatastore()))
	return New(hasher{nodes})
}

// hasher forgets the leaves, which hold the bytes, and keeps the nodes above,
// which a large directory reads back while it is built.
type hasher struct{ blockstore.Blockstore }

func (h hasher) Put(ctx context.Context, b blocks.Block) error {
	if b.Cid().Type() == cid.Raw {
		return nil
	}
	return h.Blockstore.Put(ctx, b)
}

func (h hasher) PutMany(ctx context.Context, all []blocks.Block) error {
	for _, b := range all {
		if err := h.Put(ctx, b); err != nil {
			return err
		}
	}
	return nil
}
