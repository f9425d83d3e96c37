// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lockPoll is how often a lock that somebody else holds is tried again.
const lockPoll = 20 * time.Millisecond

// lock waits for the right to compile a module. It is a lock on a file, so it
// holds between the callers of this process and between processes, and ends
// with its holder. The file is gone once nobody needs it.
func (c *codeCache) lock(ctx context.Context, key string) (unlock func(), err error) {
	path := c.folder(key) + lockSuffix
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		f, err := tryLock(path)
		switch {
		case err != nil:
			return nil, err
		case f != nil:
			return func() {
				_ = os.Remove(path) // while it is held: who waits for this file notices
				_ = f.Close()
			}, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// tryLock returns the locked file, or nil if somebody holds it.
func tryLock(path string) (_ *os.File, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	locked := false
	defer func() {
		if !locked {
			err = errors.Join(err, f.Close())
		}
	}()
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); {
	case errors.Is(err, unix.EWOULDBLOCK), errors.Is(err, unix.EINTR):
		return nil, nil
	case err != nil:
		return nil, err
	}
	// Its last holder may have removed it between the opening and the locking.
	mine, err := f.Stat()
	if err != nil {
		return nil, err
	}
	current, err := os.Stat(path)
	if err != nil || !os.SameFile(mine, current) {
		return nil, nil // removed meanwhile: try again
	}
	locked = true
	return f, nil
}
