// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	readFile = unix.LANDLOCK_ACCESS_FS_READ_FILE
	readTree = readFile | unix.LANDLOCK_ACCESS_FS_READ_DIR

	writeFile = readFile | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	writeTree = writeFile | readTree |
		unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG |
		unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_REFER
)

// landlockRights returns all that a version of the ABI can deny
// (linux/landlock.h; Documentation/userspace-api/landlock.rst).
func landlockRights(abi int) unix.LandlockRulesetAttr {
	all := unix.LandlockRulesetAttr{Access_fs: unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1}
	if abi >= 2 {
		all.Access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		all.Access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if abi >= 4 {
		all.Access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if abi >= 5 {
		all.Access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if abi >= 6 {
		all.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
		if ownThreadsReachable() {
			all.Scoped |= unix.LANDLOCK_SCOPE_SIGNAL
		}
	}
	return all
}

// landlockABI returns the kernel's version of Landlock.
func landlockABI() (int, error) {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0, missingLandlock(errno)
	}
	return int(abi), nil
}

// ownThreadsReachable says whether the kernel has the fix (erratum 2) without
// which signal scoping separates the threads of one process, each of which
// restricts itself: the Go runtime could not preempt them.
func ownThreadsReachable() bool {
	errata, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_ERRATA)
	return errno == 0 && errata&(1<<(2-1)) != 0
}

func missingLandlock(errno syscall.Errno) error {
	e := &MissingError{Layer: "landlock", Err: errno, Remedy: "it needs Linux 5.13 or later with CONFIG_SECURITY_LANDLOCK"}
	switch {
	case errors.Is(errno, unix.EOPNOTSUPP) && isCgo():
		e.Remedy = "build the sandbox binary with CGO_ENABLED=0"
	case errors.Is(errno, unix.EOPNOTSUPP):
		e.Remedy = "the kernel has it switched off: add landlock to its lsm= parameter"
	case errors.Is(errno, unix.EPERM), errors.Is(errno, unix.EACCES):
		e.Remedy = "something around this process forbids it: let the container's seccomp profile pass the landlock_* system calls"
	}
	return e
}

// isCgo says whether the runtime cannot reach all threads of the process.
func isCgo() bool {
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_GETPID, 0, 0, 0)
	return errors.Is(errno, syscall.ENOTSUP)
}

// landlock restricts all threads to paths.
func landlock(paths Paths) (int, error) {
	abi, err := landlockABI()
	if err != nil {
		return 0, err
	}
	all := landlockRights(abi)
	ruleset, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&all)), unsafe.Sizeof(all), 0)
	if errno != 0 {
		return 0, fmt.Errorf("jail: landlock_create_ruleset: %w", errno)
	}
	fd := int(ruleset)
	for _, p := range paths.ReadOnly {
		err = errors.Join(err, allow(fd, p, readFile, readTree))
	}
	for _, p := range paths.ReadWrite {
		err = errors.Join(err, allow(fd, p, writeFile&all.Access_fs, writeTree&all.Access_fs))
	}
	if err == nil {
		if _, _, errno = syscall.AllThreadsSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0); errno != 0 {
			err = fmt.Errorf("jail: landlock_restrict_self: %w", errno)
		}
	}
	if err = errors.Join(err, unix.Close(fd)); err != nil {
		return 0, err
	}
	return abi, nil
}

// allow adds a file or a directory to a ruleset.
func allow(ruleset int, path string, file, tree uint64) (err error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("jail: allow %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, unix.Close(fd)) }()
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return fmt.Errorf("jail: allow %s: %w", path, err)
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: file, Parent_fd: int32(fd)}
	if stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		rule.Allowed_access = tree
	}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("jail: allow %s: %w", path, errno)
	}
	return nil
}
