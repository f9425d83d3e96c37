// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package engine

import "golang.org/x/sys/unix"

// reserve takes address space without memory behind it.
func reserve(size uint64) ([]byte, error) {
	return unix.Mmap(-1, 0, int(size), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
}

// commit makes a part of a reservation readable, writable and zero.
func commit(part []byte) error { return unix.Mprotect(part, unix.PROT_READ|unix.PROT_WRITE) }

func release(reservation []byte) error { return unix.Munmap(reservation) }
