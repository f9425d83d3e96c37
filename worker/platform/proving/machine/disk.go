// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"errors"
	"os"
	"time"
)

// disk looks at the file system below a path, and writes to it.
func (p probe) disk(path string) Disk {
	d := Disk{Path: path, Storage: StorageUnknown}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		d.Problem = err.Error()
		return d
	case !info.IsDir():
		d.Problem = "it is no folder"
		return d
	}
	p.fileSystem(&d)
	if d.Fsync, err = fsync(path); err != nil {
		d.Problem = err.Error()
	}
	return d
}

// fsync writes a file for good and removes it.
func fsync(path string) (took time.Duration, err error) {
	f, err := os.CreateTemp(path, ".xworker-check-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, 4<<10)); err != nil {
		return 0, err
	}
	start := time.Now()
	if err := f.Sync(); err != nil {
		return 0, err
	}
	return max(1, time.Since(start)), nil
}
