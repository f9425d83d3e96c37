// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ipfs/boxo/blockstore"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/peer"
)

// maxUnwritten is how many bytes of a blob wait for the disk before the network
// has to wait.
const maxUnwritten = 16 << 20

// flight is a blob that is being fetched. Verified blocks are in its hand until
// they are on disk, so that children are served without waiting for the disk.
type flight struct {
	root   cid.Cid
	limit  atomic.Uint64 // bytes
	cancel context.CancelFunc

	mu        sync.Mutex
	sources   []peer.AddrInfo
	hand      map[cid.Cid]blocks.Block
	unwritten []blocks.Block
	bytes     int           // in hand
	complete  bool          // nothing will be added any more
	failed    error         // of the writer
	change    chan struct{} // closed and renewed at every change
}

func newFlight(root cid.Cid, limit uint64) *flight {
	f := &flight{root: root, hand: map[cid.Cid]blocks.Block{}, change: make(chan struct{})}
	f.limit.Store(limit)
	return f
}

// changed must be called with the lock held.
func (f *flight) changed() {
	close(f.change)
	f.change = make(chan struct{})
}

// look returns the block if it is in hand, and a channel that is closed when
// anything changes after that.
func (f *flight) look(c cid.Cid) (blocks.Block, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hand[c], f.change
}

// addSources appends those that are new.
func (f *flight) addSources(more []peer.AddrInfo) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range more {
		if !slices.ContainsFunc(f.sources, func(have peer.AddrInfo) bool { return have.ID == s.ID }) {
			f.sources = append(f.sources, s)
		}
	}
}

func (f *flight) sourcesNow() []peer.AddrInfo {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sources)
}

// add takes a verified block, and waits while too many are not on disk yet.
func (f *flight) add(ctx context.Context, b blocks.Block) error {
	f.mu.Lock()
	for f.failed == nil && f.bytes > maxUnwritten {
		change := f.change
		f.mu.Unlock()
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
		f.mu.Lock()
	}
	defer f.mu.Unlock()
	if f.failed != nil {
		return f.failed
	}
	f.hand[b.Cid()] = b
	f.unwritten = append(f.unwritten, b)
	f.bytes += len(b.RawData())
	f.changed()
	return nil
}

// finish says that nothing will be added any more, so that write returns.
func (f *flight) finish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.complete = true
	f.changed()
}

// write puts what was added on disk, as much at once as there is, until finish.
func (f *flight) write(ctx context.Context, bs blockstore.Blockstore) error {
	for {
		f.mu.Lock()
		batch, complete, change := f.unwritten, f.complete, f.change
		f.unwritten = nil
		f.mu.Unlock()
		if len(batch) == 0 {
			if complete {
				return nil
			}
			<-change // finish always comes
			continue
		}
		err := bs.PutMany(ctx, batch)
		f.mu.Lock()
		for _, b := range batch {
			delete(f.hand, b.Cid())
			f.bytes -= len(b.RawData())
		}
		f.failed = err
		f.changed()
		f.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// registry is the blobs that are being fetched, as those who serve see them.
type registry struct {
	mu      sync.Mutex
	flights map[cid.Cid]*flight
	change  chan struct{}
}

func newRegistry() *registry {
	return &registry{flights: map[cid.Cid]*flight{}, change: make(chan struct{})}
}

func (r *registry) of(root cid.Cid) (*flight, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.flights[root], r.change
}

func (r *registry) set(f *flight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flights[f.root] = f
	close(r.change)
	r.change = make(chan struct{})
}

func (r *registry) remove(f *flight) {
	r.mu.Lock()
	if r.flights[f.root] == f { // not a later one that took its place
		delete(r.flights, f.root)
	}
	r.mu.Unlock()
	f.mu.Lock()
	f.changed() // who waits for a block of it looks again
	f.mu.Unlock()
}
