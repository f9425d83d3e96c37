// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrPlatform says that there is no jail for this platform. Here there is.
var ErrPlatform = errors.New("jail: this platform is not supported")

// readImpliesExec is the personality under which the kernel makes all readable
// memory executable (linux/personality.h).
const readImpliesExec = 0x0400000

// Restrict takes from all threads of this process, for good, the files outside
// paths, TCP, signals and abstract sockets to the outside (as far as the kernel's
// Landlock goes), all capabilities, and new privileges by exec. It also keeps the
// user's other processes from reading its memory. It returns the version of
// Landlock's ABI that is in force.
//
// Without Landlock the error is a *MissingError, and all else is in force. In a
// binary with cgo Landlock and the capabilities are out of reach: their system
// calls are a thread's own and the Go runtime does not know all threads.
func Restrict(paths Paths) (abi int, err error) {
	persona, _, errno := unix.Syscall(unix.SYS_PERSONALITY, 0xffffffff, 0, 0)
	if errno != 0 || persona&readImpliesExec != 0 {
		return 0, fmt.Errorf("jail: all readable memory is executable (personality %#x, %w)", persona, errno)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("jail: PR_SET_DUMPABLE: %w", err)
	}
	if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		if errors.Is(errno, syscall.ENOTSUP) {
			return 0, missingLandlock(errno)
		}
		return 0, fmt.Errorf("jail: PR_SET_NO_NEW_PRIVS: %w", errno)
	}
	if err := dropCapabilities(); err != nil {
		return 0, fmt.Errorf("jail: drop the capabilities: %w", err)
	}
	return landlock(paths)
}

// dropCapabilities empties the permitted, effective and inheritable sets.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData // 64 capabilities in two halves
	if err := unix.Capget(&header, &sets[0]); err != nil || sets == [2]unix.CapUserData{} {
		return err
	}
	sets = [2]unix.CapUserData{}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&sets)), 0)
	runtime.KeepAlive(&header)
	runtime.KeepAlive(&sets)
	if errno != 0 {
		return errno
	}
	return nil
}
