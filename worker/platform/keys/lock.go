// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrHomeInUse is returned by LockHome when another daemon runs with the home.
var ErrHomeInUse = errors.New("another daemon runs with this home")

// HomeLock keeps other daemons away from a home directory.
type HomeLock struct{ file *os.File }

// LockHome takes the home for this process. The kernel gives it back when the
// process ends, however it ends. A second daemon gets ErrHomeInUse with the
// process id of the first.
func LockHome(home string) (*HomeLock, error) {
	path := filepath.Join(home, "xworker.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock home: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock home %s: %w", path, err)
		}
		pid := make([]byte, 32)
		n, _ := f.Read(pid) // only for the message
		return nil, fmt.Errorf("%w: %s is held by process %s; stop it, or give this one another --home",
			ErrHomeInUse, path, strings.TrimSpace(string(pid[:n])))
	}
	// The process id is for whoever finds the file; the lock is the flock.
	if err := errors.Join(f.Truncate(0), writePID(f)); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock home: %w", err)
	}
	return &HomeLock{f}, nil
}

func writePID(f *os.File) error {
	_, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

// Release gives the home back. The file stays: removing it would let two
// daemons lock two files of the same name.
func (l *HomeLock) Release() error { return l.file.Close() }
