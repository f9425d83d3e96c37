// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

var _ blockstore.Blockstore = (*Blocks)(nil)

// Blocks keeps blocks by the hash of their content. It is boxo's Blockstore.
type Blocks struct {
	s      *Store
	verify bool
}

// BlocksOption changes what Blocks checks.
type BlocksOption func(*Blocks)

// VerifyPuts makes Put and PutMany hash each block and refuse, with ErrCorrupt,
// one that is not what its CID says. Reads are always verified.
func VerifyPuts() BlocksOption { return func(b *Blocks) { b.verify = true } }

// Blocks returns the block store inside the store.
func (s *Store) Blocks(opts ...BlocksOption) *Blocks {
	b := &Blocks{s: s}
	for _, opt := range opts {
		opt(b)
	}
	return b
}

func blockKey(c cid.Cid) []byte { return append([]byte{blockSpace}, c.Hash()...) }

func notFound(c cid.Cid, err error) error {
	if errors.Is(err, ErrNotFound) {
		return ipld.ErrNotFound{Cid: c}
	}
	return err
}

func verifyBlock(c cid.Cid, data []byte) error {
	sum, err := c.Prefix().Sum(data)
	if err != nil {
		return fmt.Errorf("block %s: %w", c, err)
	}
	if !sum.Equals(c) {
		return fmt.Errorf("block %s: %w", c, ErrCorrupt)
	}
	return nil
}

// Get returns the block. It hashes what it read: a damaged block is removed, so
// that it counts as missing from then on, and reported as ErrCorrupt.
func (b *Blocks) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	data, err := b.s.get(blockKey(c))
	if err != nil {
		return nil, notFound(c, err)
	}
	if err := verifyBlock(c, data); err != nil {
		b.s.corrupt.Add(1)
		b.s.log.Error("removed a damaged block", "cid", c.String(), "bytes", len(data))
		return nil, errors.Join(err, b.DeleteBlock(ctx, c))
	}
	return blocks.NewBlockWithCid(data, c)
}

// Has tells whether the block is there; it does not read it.
func (b *Blocks) Has(_ context.Context, c cid.Cid) (bool, error) { return b.s.has(blockKey(c)) }

// GetSize returns the size of the block in bytes. It reads the block, because
// the database knows the size of a large value only roughly.
func (b *Blocks) GetSize(_ context.Context, c cid.Cid) (size int, err error) {
	err = b.s.view(func(txn *badger.Txn) error {
		item, err := txn.Get(blockKey(c))
		if err != nil {
			return err
		}
		return item.Value(func(data []byte) error {
			size = len(data)
			return nil
		})
	})
	if err != nil {
		return -1, notFound(c, err)
	}
	return size, nil
}

// Put writes one block; when it returns nil the block is on disk.
func (b *Blocks) Put(ctx context.Context, blk blocks.Block) error {
	return b.PutMany(ctx, []blocks.Block{blk})
}

// PutMany writes the blocks, those it has already excepted; when it returns nil
// they are all on disk. They are not one atomic change.
func (b *Blocks) PutMany(ctx context.Context, blks []blocks.Block) error {
	var group []*request
	for _, blk := range blks {
		if b.verify {
			if err := verifyBlock(blk.Cid(), blk.RawData()); err != nil {
				return err
			}
		}
		key := blockKey(blk.Cid())
		if have, err := b.s.has(key); err != nil {
			return err
		} else if have {
			continue
		}
		data := blk.RawData()
		if data == nil {
			data = []byte{}
		}
		r, err := newRequest([]op{{key, data}})
		if err != nil {
			return fmt.Errorf("block %s: %w", blk.Cid(), err)
		}
		group = append(group, r)
	}
	return b.s.applyAll(ctx, group)
}

// DeleteBlock removes the block; one that is not there is no error.
func (b *Blocks) DeleteBlock(ctx context.Context, c cid.Cid) error {
	return b.s.apply(ctx, op{key: blockKey(c)})
}

// AllKeysChan lists the blocks, as raw CIDs, until ctx ends.
func (b *Blocks) AllKeysChan(ctx context.Context) (<-chan cid.Cid, error) {
	if !b.s.enter() {
		return nil, ErrClosed
	}
	out := make(chan cid.Cid)
	go func() {
		defer b.s.wg.Done()
		defer close(out)
		_ = b.s.view(func(txn *badger.Txn) error { // the interface has no place for an error
			it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{blockSpace}})
			defer it.Close()
			for it.Rewind(); it.Valid(); it.Next() {
				select {
				case out <- cid.NewCidV1(cid.Raw, it.Item().KeyCopy(nil)[1:]):
				case <-ctx.Done():
					return ctx.Err()
				case <-b.s.closing:
					return ErrClosed
				}
			}
			return nil
		})
	}()
	return out, nil
}
