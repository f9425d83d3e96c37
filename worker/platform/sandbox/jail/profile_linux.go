// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"slices"

	"golang.org/x/sys/unix"
)

// Flags of clone: what a new thread shares with its process, all of it; and
// where the C library, in a binary with cgo, wants its thread's id.
const (
	cloneThread = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD
	cloneIDs    = unix.CLONE_SETTLS | unix.CLONE_PARENT_SETTID | unix.CLONE_CHILD_SETTID | unix.CLONE_CHILD_CLEARTID | unix.CLONE_DETACHED
)

// rules returns the profile's list for the process pid.
func (p Profile) rules(pid int) []rule {
	list := []rule{
		// Threads, time and memory: what the Go runtime lives on.
		{call: unix.SYS_FUTEX},
		{call: unix.SYS_NANOSLEEP},
		{call: unix.SYS_SCHED_YIELD},
		{call: unix.SYS_EPOLL_PWAIT},
		{call: unix.SYS_CLOCK_GETTIME},
		{call: unix.SYS_GETTID},
		{call: unix.SYS_GETPID},
		{call: unix.SYS_SCHED_GETAFFINITY},
		{call: unix.SYS_GETRANDOM},
		{call: unix.SYS_GETRUSAGE, checks: []check{{0, asInt, []uint32{0, 1}}}}, // self, thread
		{call: unix.SYS_RESTART_SYSCALL},
		{call: unix.SYS_CLONE, checks: []check{{0, asLong &^ cloneIDs, []uint32{cloneThread}}}},
		// Its flags are behind a pointer; callers fall back to clone.
		{call: unix.SYS_CLONE3, errno: uint32(unix.ENOSYS)},
		{call: unix.SYS_SET_ROBUST_LIST},
		{call: unix.SYS_RSEQ},
		{call: unix.SYS_MUNMAP},
		{call: unix.SYS_MADVISE, checks: []check{{2, asInt, []uint32{
			unix.MADV_DONTNEED, unix.MADV_FREE, unix.MADV_HUGEPAGE, unix.MADV_NOHUGEPAGE, unix.MADV_COLLAPSE, unix.MADV_DONTDUMP, unix.MADV_DODUMP,
		}}}},
		{call: unix.SYS_MMAP, checks: []check{
			{2, asLong, []uint32{unix.PROT_NONE, unix.PROT_READ, unix.PROT_WRITE, unix.PROT_READ | unix.PROT_WRITE}},
			{3, unix.MAP_ANONYMOUS | unix.MAP_HUGETLB | unix.MAP_LOCKED, []uint32{unix.MAP_ANONYMOUS}},
		}},

		// Signals to itself.
		{call: unix.SYS_TGKILL, checks: []check{{0, asInt, []uint32{uint32(pid)}}}},
		{call: unix.SYS_RT_SIGRETURN},
		{call: unix.SYS_RT_SIGACTION},
		{call: unix.SYS_RT_SIGPROCMASK},
		{call: unix.SYS_SIGALTSTACK},

		// Descriptors that are open.
		{call: unix.SYS_READ},
		{call: unix.SYS_PREAD64},
		{call: unix.SYS_WRITE},
		{call: unix.SYS_CLOSE},
		{call: unix.SYS_FSTAT},
		{call: unix.SYS_LSEEK},
		{call: unix.SYS_FCNTL, checks: []check{{1, asInt, []uint32{unix.F_GETFL, unix.F_GETFD}}}},
		{call: unix.SYS_EPOLL_CTL},

		// The end.
		{call: unix.SYS_EXIT},
		{call: unix.SYS_EXIT_GROUP},
	}
	writable := []uint32{unix.PROT_NONE, unix.PROT_READ, unix.PROT_WRITE, unix.PROT_READ | unix.PROT_WRITE}
	if p != Compile {
		return append(list, rule{call: unix.SYS_MPROTECT, checks: []check{{2, asLong, writable}}})
	}
	return append(list, []rule{
		{call: unix.SYS_MPROTECT, checks: []check{{2, asLong, slices.Concat(writable, []uint32{unix.PROT_READ | unix.PROT_EXEC})}}},
		{call: unix.SYS_OPENAT},
		{call: sysNewfstatat},
		{call: unix.SYS_GETDENTS64},
		{call: unix.SYS_READLINKAT},
		{call: unix.SYS_MKDIRAT},
		{call: unix.SYS_RENAMEAT},
		{call: unix.SYS_UNLINKAT},
		{call: unix.SYS_PWRITE64},
		{call: unix.SYS_FTRUNCATE},
		{call: unix.SYS_FSYNC},
	}...)
}
