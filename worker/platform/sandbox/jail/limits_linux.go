// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Apply sets the limits on this process, for good; core dumps are off.
func (l Limits) Apply() error {
	for _, r := range []struct {
		name     string
		resource int
		value    uint64
		keep     bool
	}{
		{"CORE", unix.RLIMIT_CORE, 0, false},
		{"FSIZE", unix.RLIMIT_FSIZE, l.FileSize, false},
		{"CPU", unix.RLIMIT_CPU, l.CPUSeconds, false}, // the Go runtime ignores the soft limit's signal
		{"DATA", unix.RLIMIT_DATA, l.Data, false},
		{"NOFILE", unix.RLIMIT_NOFILE, l.Files, l.Files == 0},
		{"NPROC", unix.RLIMIT_NPROC, l.Tasks, l.Tasks == 0},
	} {
		if r.keep {
			continue
		}
		if err := lower(r.resource, r.value); err != nil {
			return fmt.Errorf("jail: set RLIMIT_%s: %w", r.name, err)
		}
	}
	return nil
}

// lower sets both sides of a limit, and never above what it is.
func lower(resource int, value uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(resource, &now); err != nil {
		return err
	}
	value = min(value, now.Max)
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value})
}
