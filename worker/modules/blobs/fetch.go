// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// maxPatience is how often in a row a source may say that it waits.
const maxPatience = 1000

// fatal marks an error that another source cannot mend.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

// fetcher is the state of one flight's walk.
type fetcher struct {
	m    *Module
	f    *flight
	walk *dag.Walk
	got  message.BlobFetched
}

// fetch brings the blob in, and returns when it is whole and on disk.
func (m *Module) fetch(ctx context.Context, f *flight) (message.BlobFetched, error) {
	walk, err := dag.NewWalk(f.root, m.cfg.MaxDepth, m.cfg.MaxBlocks)
	if err != nil {
		return message.BlobFetched{}, fmt.Errorf("%w: %w", message.ErrBlobCID, err)
	}
	r := &fetcher{m: m, f: f, walk: walk, got: message.BlobFetched{CID: f.root.String()}}
	written := make(chan error, 1)
	// What was verified goes to disk even when the fetch is given up.
	go func() { written <- f.write(context.WithoutCancel(ctx), m.blocks) }()
	err = r.gather(ctx)
	f.finish()
	if werr := <-written; werr != nil {
		err = errors.Join(err, fmt.Errorf("store blob %s: %w", f.root, werr))
	}
	return r.got, err
}

// gather walks over what is here and asks source after source for the rest.
func (r *fetcher) gather(ctx context.Context) error {
	liars := map[peer.ID]bool{}
	for round := 0; ; {
		if done, err := r.advance(ctx); done || err != nil {
			return err
		}
		var failures []error
		before, notFound := r.walk.Entered(), true
		sources := r.f.sourcesNow()
		if len(sources) == 0 {
			return fmt.Errorf("%w: %s is not here, and there is no source", message.ErrBlobNotFound, r.f.root)
		}
		for i, src := range sources {
			if liars[src.ID] {
				continue
			}
			wait := r.m.cfg.Grace
			if round > 0 || i == len(sources)-1 {
				wait = 0 // the last one is the provider: it has it or not
			}
			err := r.pull(ctx, src, wait)
			if err == nil {
				return nil
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			var f fatal
			if errors.As(err, &f) {
				return f.error
			}
			if errors.Is(err, errLied) {
				liars[src.ID] = true
				r.m.stats.liars.Add(1)
			}
			notFound = notFound && errors.Is(err, errNotFound)
			failures = append(failures, fmt.Errorf("source %s: %w", src.ID, err))
			r.m.log.Info("blob source failed", "cid", r.f.root.String(), "source", src.ID.String(),
				"have_blocks", r.walk.Entered(), "error", err.Error())
			if done, err := r.advance(ctx); done || err != nil {
				return err
			}
		}
		switch {
		case len(failures) == 0:
			return fmt.Errorf("%w: %s has no source left that can be trusted", message.ErrBlobUnreachable, r.f.root)
		case r.walk.Entered() > before:
			round = 0
			continue
		case notFound:
			return fmt.Errorf("%w: %s", message.ErrBlobNotFound, r.f.root)
		}
		if round++; round >= r.m.cfg.Rounds {
			return fmt.Errorf("%w: %s: %w", message.ErrBlobUnreachable, r.f.root, errors.Join(failures...))
		}
		select {
		case <-time.After(time.Duration(round) * r.m.cfg.Grace / 2):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// advance walks over blocks that are in the store, and tells whether that was
// all. A damaged one counts as missing: the store has removed it.
func (r *fetcher) advance(ctx context.Context) (done bool, err error) {
	for {
		c, more := r.walk.Next()
		if !more {
			return true, nil
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		data, size, err := r.local(ctx, c)
		if ipld.IsNotFound(err) || errors.Is(err, store.ErrCorrupt) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if err := r.enter(data, size); err != nil {
			var f fatal
			errors.As(err, &f)
			return false, f.error
		}
	}
}

func (r *fetcher) local(ctx context.Context, c cid.Cid) ([]byte, int, error) {
	if b, _ := r.f.look(c); b != nil {
		return b.RawData(), len(b.RawData()), nil
	}
	if c.Prefix().Codec == cid.Raw { // a leaf: its bytes are not needed
		size, err := r.m.blocks.GetSize(ctx, c)
		return nil, size, err
	}
	b, err := r.m.blocks.Get(ctx, c)
	if err != nil {
		return nil, 0, err
	}
	return b.RawData(), len(b.RawData()), nil
}

// enter counts a verified block in. Its errors are fatal.
func (r *fetcher) enter(data []byte, size int) error {
	r.got.Blocks++
	r.got.Bytes += uint64(size)
	if limit := r.f.limit.Load(); r.got.Bytes > limit {
		return fatal{fmt.Errorf("%w: %s has more than %d bytes", message.ErrBlobTooBig, r.f.root, limit)}
	}
	if err := r.walk.Enter(data); err != nil {
		return fatal{fmt.Errorf("%w: %w", message.ErrBlobMalformed, err)}
	}
	return nil
}

// pull asks one source for the rest. It returns nil when the walk is at its end.
func (r *fetcher) pull(ctx context.Context, src peer.AddrInfo, wait time.Duration) error {
	cfg := r.m.cfg
	dial, cancel := context.WithTimeout(ctx, cfg.Progress)
	defer cancel()
	s, err := r.m.host.NewStream(dial, src, Protocol)
	if err != nil {
		return err
	}
	defer func() { _ = s.Reset() }() // ends it for both, whatever the reason
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()

	_ = s.SetDeadline(time.Now().Add(cfg.Progress + min(wait, maxWait)))
	ask := request{root: r.f.root, skip: r.walk.Entered(), depth: uint64(cfg.MaxDepth), wait: wait}
	if _, err := s.Write(ask.marshal()); err != nil {
		return err
	}
	in := bufio.NewReaderSize(s, 64<<10)
	status, err := in.ReadByte()
	if err != nil {
		return err
	}
	switch status {
	case statusOK:
	case statusNotFound:
		return errNotFound
	case statusBusy:
		return errBusy
	case statusRefused:
		return errRefused
	default:
		return fmt.Errorf("%w: status %d", errLied, status)
	}
	last, patience := time.Now(), 0
	for {
		c, more := r.walk.Next()
		if !more {
			return nil
		}
		_ = s.SetReadDeadline(time.Now().Add(cfg.Progress))
		data, err := readFrame(in)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("the source ended before the blob did")
		}
		if err != nil {
			return err
		}
		if data == nil {
			if time.Since(last) > cfg.Stall {
				return fmt.Errorf("the source waited itself for more than %s", cfg.Stall)
			}
			if patience++; patience > maxPatience {
				return fmt.Errorf("%w: %d bytes that mean nothing", errLied, patience)
			}
			continue
		}
		b, err := verified(c, data)
		if err != nil {
			return err
		}
		r.got.ReceivedBytes += uint64(len(data))
		r.m.stats.receivedBytes.Add(uint64(len(data)))
		r.m.stats.receivedBlocks.Add(1)
		if err := r.enter(data, len(data)); err != nil {
			return err
		}
		if err := r.f.add(ctx, b); err != nil {
			return fatal{err}
		}
		last, patience = time.Now(), 0
	}
}

// verified makes a block of bytes that are what the CID says, and only of such.
func verified(c cid.Cid, data []byte) (blocks.Block, error) {
	sum, err := c.Prefix().Sum(data)
	if err != nil {
		return nil, err
	}
	if !sum.Equals(c) {
		return nil, fmt.Errorf("%w: %d bytes that are not block %s", errLied, len(data), c)
	}
	return blocks.NewBlockWithCid(data, c)
}
