// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Seal limits all threads of this process, for good, to a profile's system
// calls. What is not on the list fails with EPERM, another architecture's calls
// kill the process. If the kernel has no seccomp the error is a *MissingError.
func Seal(profile Profile) error {
	if profile != Run && profile != Compile {
		return fmt.Errorf("jail: unknown profile %d", profile)
	}
	// The runtime opens its poller with the first timer. The lists leave that out.
	time.AfterFunc(time.Hour, func() {}).Stop()
	if profile == Run {
		// The list lets nothing be opened; should it be wrong, there is no number for it.
		if err := lower(unix.RLIMIT_NOFILE, 0); err != nil {
			return fmt.Errorf("jail: set RLIMIT_NOFILE: %w", err)
		}
	}
	code := assemble(profile.rules(os.Getpid()))
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}

	runtime.LockOSThread() // no_new_privs is the thread's, and goes to all with the filter
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("jail: PR_SET_NO_NEW_PRIVS: %w", err)
	}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	switch {
	case errors.Is(errno, unix.ENOSYS), errors.Is(errno, unix.EINVAL):
		return missingSeccomp(errno)
	case errno != 0:
		return fmt.Errorf("jail: seccomp: %w", errno)
	case thread != 0:
		return fmt.Errorf("jail: seccomp: thread %d has another filter", thread)
	}
	return nil
}

func missingSeccomp(errno error) error {
	return &MissingError{Layer: "seccomp", Err: errno, Remedy: "it needs Linux 4.14 or later with CONFIG_SECCOMP_FILTER"}
}

// seccompAvailable says whether the kernel has the filter's actions.
func seccompAvailable() error {
	for _, action := range []uint32{unix.SECCOMP_RET_KILL_PROCESS, unix.SECCOMP_RET_ERRNO} {
		if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action))); errno != 0 {
			return missingSeccomp(errno)
		}
	}
	return nil
}
