// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// openFlags: no link at the end of the path, and no waiting for a FIFO's other end.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

// maxRSS returns the largest resident set of a finished child in bytes.
func maxRSS(usage any) uint64 {
	if r, ok := usage.(*syscall.Rusage); ok {
		return uint64(r.Maxrss) << 10
	}
	return 0
}

// signalOf returns the signal that ended a child, or 0.
func signalOf(state any) syscall.Signal {
	if ws, ok := state.(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal()
	}
	return 0
}

// overCPU says whether a child that was killed had used up its processor time.
// The kernel kills in the tick that reaches the limit, a little before or after.
func overCPU(used time.Duration, limit uint64) bool {
	return used+500*time.Millisecond >= time.Duration(limit)*time.Second
}
