// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// mapMemory takes bytes of memory from the operating system, which has none of it
// in use before it is written. Huge pages are asked for, if the kernel has them:
// they halve the time of a step. It is left out of core dumps.
func mapMemory(bytes uint64) ([]byte, error) {
	if bytes > 1<<46 {
		return nil, fmt.Errorf("map %d bytes: no address space has them", bytes)
	}
	memory, err := unix.Mmap(-1, 0, int(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("map %d bytes: %w", bytes, err)
	}
	_ = unix.Madvise(memory, unix.MADV_HUGEPAGE)
	_ = unix.Madvise(memory, unix.MADV_DONTDUMP)
	return memory, nil
}

// lock keeps filled memory out of swap, where the process may.
func lock(memory []byte) bool { return unix.Mlock(memory) == nil }

func unmap(memory []byte) error { return unix.Munmap(memory) }
