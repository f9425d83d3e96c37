// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"syscall"
)

// A group of writes takes no more than this into one transaction.
const (
	groupSmall = 1 << 20  // bytes that go through the memtable
	groupLarge = 16 << 20 // bytes in all
)

// op is one change of a raw key; a nil value deletes it.
type op struct{ key, value []byte }

// request is an atomic list of changes that somebody waits for.
type request struct {
	ops          []op
	small, large int // bytes
	done         chan error
}

func newRequest(ops []op) (*request, error) {
	r := &request{ops: ops, done: make(chan error, 1)}
	for _, o := range ops {
		if len(o.value) > MaxValue {
			return nil, fmt.Errorf("%w: a value of %d bytes, at most %d", ErrTooBig, len(o.value), MaxValue)
		}
		r.small += len(o.key) + 64
		if len(o.value) < valueThreshold {
			r.small += len(o.value)
		}
		r.large += len(o.value)
	}
	if r.small > MaxBatch {
		return nil, fmt.Errorf("%w: a batch of %d bytes, at most %d", ErrTooBig, r.small, MaxBatch)
	}
	return r, nil
}

// apply writes the changes, all or none, and returns when they are on disk.
// When ctx ends earlier the changes may still be made.
func (s *Store) apply(ctx context.Context, ops ...op) error {
	r, err := newRequest(ops)
	if err != nil {
		return err
	}
	return s.applyAll(ctx, []*request{r})
}

// applyAll hands all requests to the writer and returns when all are on disk,
// or one failed, or ctx ended. Each request is atomic, the list is not.
func (s *Store) applyAll(ctx context.Context, list []*request) error {
	if s.isClosing() {
		return ErrClosed
	}
	for _, r := range list {
		select {
		case s.requests <- r:
		case <-s.closing:
			return ErrClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, r := range list {
		select {
		case err := <-r.done:
			if err != nil {
				return err
			}
		case <-s.stopped:
			// Either it was answered just before, or it never will be.
			select {
			case err := <-r.done:
				if err != nil {
					return err
				}
			default:
				return ErrClosed
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// write is the one writer. All requests that wait share a transaction, and so
// a sync.
func (s *Store) write() {
	defer close(s.stopped)
	var next *request
	for {
		if next == nil {
			select {
			case next = <-s.requests:
			case <-s.closing:
				s.refuseLate()
				return
			}
		}
		group := []*request{next}
		small, large := next.small, next.large
		next = nil
	fill:
		for {
			select {
			case r := <-s.requests:
				if small+r.small > groupSmall || large+r.large > groupLarge {
					next = r
					break fill
				}
				group, small, large = append(group, r), small+r.small, large+r.large
			default:
				break fill
			}
		}
		err := s.commit(group, large)
		for _, r := range group {
			r.done <- err
		}
	}
}

// refuseLate answers those who slipped in beside Close.
func (s *Store) refuseLate() {
	for {
		select {
		case r := <-s.requests:
			r.done <- ErrClosed
		default:
			return
		}
	}
}

func (s *Store) commit(group []*request, bytes int) error {
	if s.broken.Load() {
		return ErrBroken
	}
	if err := s.checkSpace(bytes); err != nil {
		return err
	}
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	for _, r := range group {
		for _, o := range r.ops {
			var err error
			if o.value == nil {
				err = txn.Delete(o.key)
			} else {
				err = txn.Set(o.key, o.value)
			}
			if err != nil {
				return fmt.Errorf("write to the store: %w", err)
			}
		}
	}
	if err := txn.Commit(); err != nil {
		return fmt.Errorf("write to the store: %w", err)
	}
	if s.broken.Load() { // badger only logs a failed sync of its value log
		return ErrBroken
	}
	s.syncs.Add(1)
	s.writes.Add(uint64(len(group)))
	return nil
}

// checkSpace fails with ErrFull when the write would eat into the reserve.
func (s *Store) checkSpace(bytes int) error {
	if s.reserve == 0 {
		return nil
	}
	free, err := s.Free()
	if err != nil {
		return err
	}
	if free < s.reserve+uint64(bytes) {
		return fmt.Errorf("%w: %d bytes free, reserve %d", ErrFull, free, s.reserve)
	}
	return nil
}

// Free returns the bytes that this process may still write to the disk.
func (s *Store) Free() (uint64, error) {
	var st syscall.Statfs_t
	for {
		err := syscall.Statfs(s.dir, &st)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("free space of %s: %w", s.dir, err)
		}
		return st.Bavail * uint64(st.Bsize), nil
	}
}
