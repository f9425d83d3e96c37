// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package sandbox

import (
	"errors"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

// supported says whether tasks can run on this machine.
func supported() error {
	if runtime.GOARCH == "amd64" && !cpu.X86.HasSSE41 {
		return errors.New("sandbox: linux/amd64 without SSE4.1 is not supported by the compiler engine")
	}
	return nil
}

// childAttributes makes the kernel end a child when its parent dies.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// limits bound a child, each in its kernel's unit.
type limits struct {
	data     uint64 // private writable bytes
	cpu      uint64 // seconds; the kernel kills at the hard limit
	fileSize uint64 // bytes of the largest file it may write
}

// apply sets the limits on this process, for good. RLIMIT_AS is of no use: the
// Go runtime and the reservation of linear memory are address space only.
func (l limits) apply() error {
	for _, r := range []struct {
		resource int
		value    uint64
	}{
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_FSIZE, l.fileSize},
		{unix.RLIMIT_CPU, l.cpu},
		{unix.RLIMIT_DATA, l.data},
	} {
		var now unix.Rlimit
		if err := unix.Getrlimit(r.resource, &now); err != nil {
			return err
		}
		value := min(r.value, now.Max)
		if err := unix.Setrlimit(r.resource, &unix.Rlimit{Cur: value, Max: value}); err != nil {
			return err
		}
	}
	return nil
}

// reserve takes address space without memory behind it.
func reserve(size uint64) ([]byte, error) {
	return unix.Mmap(-1, 0, int(size), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
}

// commit makes a part of a reservation readable, writable and zero.
func commit(part []byte) error {
	return unix.Mprotect(part, unix.PROT_READ|unix.PROT_WRITE)
}

func release(reservation []byte) error { return unix.Munmap(reservation) }

// maxRSS returns the largest resident set of a finished child in bytes.
func maxRSS(usage any) uint64 {
	if r, ok := usage.(*syscall.Rusage); ok {
		return uint64(r.Maxrss) << 10
	}
	return 0
}

// openFlags: no link at the end of the path, and no waiting for a FIFO's other end.
const openFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

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
