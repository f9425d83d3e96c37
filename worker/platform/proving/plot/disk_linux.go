// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// freeBytes is what the disk of the folder has left for us.
func freeBytes(root *os.Root) (uint64, error) {
	dir, err := root.Open(".")
	if err != nil {
		return 0, err
	}
	defer dir.Close()
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &s); err != nil {
		return 0, os.NewSyscallError("fstatfs", err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// sequential tells the kernel that the file is read in order, once.
func sequential(f *os.File) { advise(f, 0, 0, unix.FADV_SEQUENTIAL) }

// forget tells the kernel that these pages are not needed again. Only clean pages go: a file
// that was written to has to be synced before.
func forget(f *os.File, offset, length int64) { advise(f, offset, length, unix.FADV_DONTNEED) }

// advise is a hint: a file system that cannot take it is none the worse.
func advise(f *os.File, offset, length int64, advice int) {
	_ = unix.Fadvise(int(f.Fd()), offset, length, advice)
}

// lowerPriority makes this goroutine's thread give way to all others, for as long as the
// goroutine lives: the thread ends with it.
func lowerPriority() {
	runtime.LockOSThread()
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), 19) // it may always be made lower
}
