// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attempt is one way out.
type attempt struct {
	name string
	do   func(*prisoner) syscall.Errno // 0: it worked
	// control: without a jail it works, so that what denies it is the jail.
	control bool
	// landlock: Landlock alone denies it, from this version of its ABI on.
	landlock int
	// file: a compile child's seccomp leaves it to Landlock.
	file bool
	// compile: a compile child may do it.
	compile bool
}

// call is an attempt by one system call. Where nothing denies it, its arguments
// make it fail or do no harm: signal 0, no address, no descriptor.
func call(nr uintptr, args ...uintptr) func(*prisoner) syscall.Errno {
	return func(*prisoner) syscall.Errno { return raw(nr, args...) }
}

// at returns the address of a value, which stays there until the process ends.
func at[T any](v *T) uintptr {
	kept = append(kept, v)
	return uintptr(unsafe.Pointer(v))
}

var kept []any

// none is no descriptor, address, process or directory.
const none = ^uintptr(0)

func raw(nr uintptr, args ...uintptr) syscall.Errno {
	var a [6]uintptr
	copy(a[:], args)
	_, _, errno := unix.Syscall6(nr, a[0], a[1], a[2], a[3], a[4], a[5])
	return errno
}

// onParent is a system call whose first argument is the parent's process.
func onParent(nr uintptr, args ...uintptr) func(*prisoner) syscall.Errno {
	return func(p *prisoner) syscall.Errno {
		return raw(nr, append([]uintptr{uintptr(p.Parent)}, args...)...)
	}
}

func errnoOf(err error) syscall.Errno {
	errno, _ := err.(syscall.Errno) //nolint:errorlint // x/sys returns them bare
	return errno
}

func openAt(path string, flags int) syscall.Errno {
	fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0o600)
	if err == nil {
		_ = unix.Close(fd)
	}
	return errnoOf(err)
}

// socket makes a socket, and connects it if there is an address.
func socket(domain, kind, protocol int, to unix.Sockaddr) syscall.Errno {
	fd, err := unix.Socket(domain, kind|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return errnoOf(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if to != nil {
		return errnoOf(unix.Connect(fd, to))
	}
	return 0
}

// forked is a system call that, if it works, leaves a second process.
func forked(nr uintptr, args ...uintptr) func(*prisoner) syscall.Errno {
	return func(*prisoner) syscall.Errno {
		var a [3]uintptr
		copy(a[:], args)
		pid, _, errno := unix.RawSyscall(nr, a[0], a[1], a[2])
		if errno == 0 && pid == 0 {
			_, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
		return errno
	}
}

// page is memory of the process that it may write.
func page() []byte {
	p, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		os.Exit(93)
	}
	return p
}

func address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

func path(s string) *byte {
	p, err := unix.BytePtrFromString(s)
	if err != nil {
		os.Exit(94)
	}
	return p
}

// atPath is a system call on a directory's descriptor and a path.
func atPath(nr uintptr, of func(*prisoner) string, args ...uintptr) func(*prisoner) syscall.Errno {
	return func(p *prisoner) syscall.Errno {
		name := path(of(p))
		cwd := unix.AT_FDCWD
		return raw(nr, append([]uintptr{uintptr(cwd), at(name)}, args...)...)
	}
}

// Of linux/asm-generic/ioctls.h and linux/shm.h.
const (
	fionbio = 0x5421
	shmExec = 0o100000
)

func secret(p *prisoner) string   { return p.Secret }
func fifo(p *prisoner) string     { return p.Work + "/fifo" }
func executable(*prisoner) string { return "/proc/self/exe" }
func protect(p []byte, prot uintptr) syscall.Errno {
	return raw(unix.SYS_MPROTECT, address(p), uintptr(len(p)), prot)
}

var attempts = []attempt{
	// Files.
	{name: "open /etc/passwd", control: true, landlock: 1, file: true,
		do: func(*prisoner) syscall.Errno { return openAt("/etc/passwd", unix.O_RDONLY) }},
	{name: "open a file that everybody may read", control: true, landlock: 1, file: true,
		do: func(p *prisoner) syscall.Errno { return openAt(p.Secret, unix.O_RDONLY) }},
	{name: "open a file as a path", file: true,
		do: func(p *prisoner) syscall.Errno {
			if p.Profile == Compile {
				return unix.EPERM // Landlock does not mind: it opens nothing
			}
			return openAt(p.Secret, unix.O_PATH)
		}},
	{name: "write a file", landlock: 1, control: true, compile: true, file: true,
		do: func(p *prisoner) syscall.Errno { return openAt(p.Work+"/new", unix.O_WRONLY|unix.O_CREAT) }},
	{name: "make a file without a name", control: true, landlock: 1, file: true,
		do: func(p *prisoner) syscall.Errno { return openAt(p.Elsewhere, unix.O_WRONLY|unix.O_TMPFILE) }},
	{name: "open its own memory", landlock: 1, file: true, control: true,
		do: func(*prisoner) syscall.Errno { return openAt("/proc/self/mem", unix.O_RDWR) }},
	{name: "open its own memory map", landlock: 1, file: true, control: true,
		do: func(*prisoner) syscall.Errno { return openAt("/proc/self/maps", unix.O_RDONLY) }},
	{name: "open a device", landlock: 1, file: true, control: true,
		do: func(*prisoner) syscall.Errno { return openAt("/dev/null", unix.O_RDWR) }},
	{name: "openat2", control: true, landlock: 1,
		do: func(p *prisoner) syscall.Errno {
			how := unix.OpenHow{Flags: unix.O_RDONLY | unix.O_CLOEXEC}
			return atPath(unix.SYS_OPENAT2, secret, at(&how), unsafe.Sizeof(how))(p)
		}},
	{name: "open_by_handle_at", do: call(unix.SYS_OPEN_BY_HANDLE_AT, none, 0, 0)},
	{name: "name_to_handle_at", do: call(unix.SYS_NAME_TO_HANDLE_AT, none, 0, 0, 0, 0)},
	{name: "truncate", do: call(unix.SYS_TRUNCATE, 0, 0)},
	{name: "statx", control: true, do: func(p *prisoner) syscall.Errno {
		var s unix.Statx_t
		return atPath(unix.SYS_STATX, secret, 0, unix.STATX_ALL, at(&s))(p)
	}},
	{name: "link a file", do: func(p *prisoner) syscall.Errno {
		return errnoOf(unix.Linkat(unix.AT_FDCWD, p.Secret, unix.AT_FDCWD, p.Elsewhere+"/link", 0))
	}},
	{name: "make a symbolic link", control: true, landlock: 1, do: func(p *prisoner) syscall.Errno {
		return errnoOf(unix.Symlinkat("/etc/passwd", unix.AT_FDCWD, p.Work+"/symlink"))
	}},
	{name: "make a FIFO", control: true, landlock: 1, do: atPath(unix.SYS_MKNODAT, fifo, unix.S_IFIFO|0o600, 0)},
	{name: "make a directory elsewhere", control: true, landlock: 1, file: true, do: func(p *prisoner) syscall.Errno {
		return errnoOf(unix.Mkdirat(unix.AT_FDCWD, p.Elsewhere+"/made", 0o700))
	}},
	{name: "rename a file elsewhere", control: true, landlock: 1, file: true, do: func(p *prisoner) syscall.Errno {
		return errnoOf(unix.Renameat(unix.AT_FDCWD, p.Elsewhere+"/renamed", unix.AT_FDCWD, p.Elsewhere+"/renamed2"))
	}},
	{name: "remove a file elsewhere", control: true, landlock: 1, file: true, do: func(p *prisoner) syscall.Errno {
		return errnoOf(unix.Unlinkat(unix.AT_FDCWD, p.Elsewhere+"/removed", 0))
	}},
	{name: "exchange files", do: call(unix.SYS_RENAMEAT2, none, 0, none, 0, unix.RENAME_EXCHANGE)},
	{name: "change a file's mode", control: true, do: func(p *prisoner) syscall.Errno {
		return atPath(unix.SYS_FCHMODAT, func(p *prisoner) string { return p.Work }, 0o755)(p)
	}},
	{name: "change a file's owner", do: atPath(unix.SYS_FCHOWNAT, secret, none, none, 0)},
	{name: "change a file's time", do: atPath(unix.SYS_UTIMENSAT, secret, 0, 0)},
	{name: "set an extended attribute", do: call(unix.SYS_FSETXATTR, none, 0, 0, 0, 0)},
	{name: "chdir", control: true, do: func(*prisoner) syscall.Errno { return errnoOf(unix.Chdir("/")) }},
	{name: "chroot", do: func(*prisoner) syscall.Errno { return errnoOf(unix.Chroot("/")) }},
	{name: "pivot_root", do: call(unix.SYS_PIVOT_ROOT, 0, 0)},
	{name: "mount", do: call(unix.SYS_MOUNT, 0, 0, 0, 0, 0)},
	{name: "umount2", do: call(unix.SYS_UMOUNT2, 0, 0)},
	{name: "fsopen", do: call(unix.SYS_FSOPEN, 0, 0)},
	{name: "open_tree", do: call(unix.SYS_OPEN_TREE, none, 0, 0)},
	{name: "move_mount", do: call(unix.SYS_MOVE_MOUNT, none, 0, none, 0, 0)},
	{name: "inotify_init1", control: true, do: call(unix.SYS_INOTIFY_INIT1, 0)},
	{name: "fanotify_init", do: call(unix.SYS_FANOTIFY_INIT, none, none)},

	// Descriptors that are open, or that come from nowhere.
	{name: "duplicate a descriptor", control: true, do: call(unix.SYS_DUP, fdInput)},
	{name: "duplicate a descriptor by fcntl", control: true, do: call(unix.SYS_FCNTL, fdInput, unix.F_DUPFD_CLOEXEC, 0)},
	{name: "replace a descriptor", control: true, do: call(unix.SYS_DUP3, fdInput, 63, 0)},
	{name: "make the parent the owner of a descriptor's signals", control: true, do: func(p *prisoner) syscall.Errno {
		return raw(unix.SYS_FCNTL, 0, unix.F_SETOWN, uintptr(p.Parent))
	}},
	{name: "F_SETOWN_EX", do: call(unix.SYS_FCNTL, 0, unix.F_SETOWN_EX, 0)},
	{name: "F_SETSIG", control: true, do: call(unix.SYS_FCNTL, 0, unix.F_SETSIG, uintptr(unix.SIGKILL))},
	{name: "O_ASYNC", control: true, do: call(unix.SYS_FCNTL, fdReport, unix.F_SETFL, unix.O_ASYNC|unix.O_WRONLY)},
	{name: "F_SETLEASE", do: call(unix.SYS_FCNTL, fdInput, unix.F_SETLEASE, unix.F_WRLCK)},
	{name: "F_NOTIFY", do: call(unix.SYS_FCNTL, fdInput, unix.F_NOTIFY, 1)},
	{name: "F_SETPIPE_SZ", control: true, do: call(unix.SYS_FCNTL, fdReport, unix.F_SETPIPE_SZ, 1<<16)},
	{name: "flock", control: true, do: call(unix.SYS_FLOCK, fdInput, unix.LOCK_SH)},
	{name: "sendfile to a foreign descriptor", control: true, do: func(*prisoner) syscall.Errno {
		offset := int64(1 << 20) // behind the end: nothing is sent
		return raw(unix.SYS_SENDFILE, fdReport, fdInput, at(&offset), 1)
	}},
	{name: "splice", do: call(unix.SYS_SPLICE, none, 0, none, 0, 0, 0)},
	{name: "tee", do: call(unix.SYS_TEE, none, none, 1, 0)},
	{name: "vmsplice", do: call(unix.SYS_VMSPLICE, none, 0, 0, 0)},
	{name: "copy_file_range", do: call(unix.SYS_COPY_FILE_RANGE, none, 0, none, 0, 1, 0)},
	{name: "ioctl TIOCSTI", do: call(unix.SYS_IOCTL, 0, unix.TIOCSTI, 0)},
	{name: "ioctl FIONBIO", control: true, do: func(*prisoner) syscall.Errno {
		var off int32
		return raw(unix.SYS_IOCTL, fdReport, fionbio, at(&off))
	}},
	{name: "pipe2", control: true, do: func(*prisoner) syscall.Errno {
		var fds [2]int32
		return raw(unix.SYS_PIPE2, at(&fds), 0)
	}},
	{name: "eventfd2", control: true, do: call(unix.SYS_EVENTFD2, 0, 0)},
	{name: "epoll_create1", control: true, do: call(unix.SYS_EPOLL_CREATE1, 0)},
	{name: "timerfd_create", control: true, do: call(unix.SYS_TIMERFD_CREATE, 0, 0)},
	{name: "signalfd4", do: call(unix.SYS_SIGNALFD4, none, 0, 8, 0)},
	{name: "memfd_create", control: true, do: func(p *prisoner) syscall.Errno {
		name := path("x")
		return raw(unix.SYS_MEMFD_CREATE, at(name), 0)
	}},
	{name: "memfd_secret", do: call(unix.SYS_MEMFD_SECRET, 0)},

	// Other programs and processes.
	{name: "exec", landlock: 1, do: func(p *prisoner) syscall.Errno {
		return errnoOf(syscall.Exec("/bin/true", []string{"true"}, nil))
	}},
	{name: "exec this program", landlock: 1, do: func(p *prisoner) syscall.Errno {
		return errnoOf(syscall.Exec("/proc/self/exe", []string{"true"}, nil))
	}},
	{name: "execveat", landlock: 1, do: atPath(unix.SYS_EXECVEAT, executable, 0, 0, 0)},
	{name: "fork by clone", do: forked(unix.SYS_CLONE, uintptr(unix.SIGCHLD))},
	{name: "fork by clone3", do: call(unix.SYS_CLONE3, 0, 0)},
	{name: "a process that shares memory", do: forked(unix.SYS_CLONE, unix.CLONE_VM|unix.CLONE_VFORK|uintptr(unix.SIGCHLD))},
	{name: "a thread with a network of its own", do: forked(unix.SYS_CLONE, cloneThread|unix.CLONE_NEWNET)},
	{name: "a thread with a user namespace", do: forked(unix.SYS_CLONE, cloneThread|unix.CLONE_NEWUSER)},
	{name: "a thread, with a bit above the flags", do: forked(unix.SYS_CLONE, cloneThread|1<<40)},
	{name: "ptrace the parent", landlock: 1, do: func(p *prisoner) syscall.Errno {
		return raw(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(p.Parent), 0, 0)
	}},
	{name: "be traced by the parent", do: func(p *prisoner) syscall.Errno {
		if p.Profile == 0 {
			return unix.EPERM // it would stop
		}
		return raw(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0, 0)
	}},
	{name: "kill the parent", landlock: 6, do: onParent(unix.SYS_KILL, 0)},
	{name: "kill everybody", do: call(unix.SYS_KILL, none, 0)},
	{name: "kill its group", do: call(unix.SYS_KILL, 0, 0)},
	{name: "kill itself by process", control: true, do: func(*prisoner) syscall.Errno {
		return raw(unix.SYS_KILL, uintptr(os.Getpid()), 0)
	}},
	{name: "tgkill the parent", landlock: 6, do: func(p *prisoner) syscall.Errno {
		return raw(unix.SYS_TGKILL, uintptr(p.Parent), uintptr(p.ParentThread), 0)
	}},
	{name: "tgkill whatever process", do: func(p *prisoner) syscall.Errno {
		return raw(unix.SYS_TGKILL, none, uintptr(p.ParentThread), 0)
	}},
	{name: "tkill the parent", landlock: 6, do: func(p *prisoner) syscall.Errno {
		return raw(unix.SYS_TKILL, uintptr(p.ParentThread), 0)
	}},
	{name: "tkill itself", control: true, do: func(*prisoner) syscall.Errno {
		return raw(unix.SYS_TKILL, uintptr(os.Getpid()), 0)
	}},
	{name: "rt_sigqueueinfo", do: func(p *prisoner) syscall.Errno {
		info := unix.Siginfo{Code: -1}
		return onParent(unix.SYS_RT_SIGQUEUEINFO, 0, at(&info))(p)
	}},
	{name: "rt_tgsigqueueinfo", do: func(p *prisoner) syscall.Errno {
		info := unix.Siginfo{Code: -1}
		return onParent(unix.SYS_RT_TGSIGQUEUEINFO, uintptr(p.ParentThread), 0, at(&info))(p)
	}},
	{name: "pidfd_open", control: true, do: onParent(unix.SYS_PIDFD_OPEN, 0)},
	{name: "pidfd_send_signal", do: call(unix.SYS_PIDFD_SEND_SIGNAL, none, 0, 0, 0)},
	{name: "pidfd_getfd", do: call(unix.SYS_PIDFD_GETFD, none, 0, 0)},
	{name: "process_vm_readv", do: onParent(unix.SYS_PROCESS_VM_READV, 0, 0, 0, 0, 0)},
	{name: "process_vm_writev", do: onParent(unix.SYS_PROCESS_VM_WRITEV, 0, 0, 0, 0, 0)},
	{name: "process_madvise", do: call(unix.SYS_PROCESS_MADVISE, none, 0, 0, 0, 0)},
	{name: "kcmp", do: onParent(unix.SYS_KCMP, 1, 0, 0, 0)},
	{name: "setpgid", do: call(unix.SYS_SETPGID, none, none)},
	{name: "setsid", do: call(unix.SYS_SETSID)},
	{name: "wait4", do: call(unix.SYS_WAIT4, none, 0, unix.WNOHANG, 0)},
	{name: "another's priority", control: true, do: onParent(unix.SYS_SCHED_GETSCHEDULER)},
	{name: "setpriority", do: call(unix.SYS_SETPRIORITY, none, 0, 0)},
	{name: "sched_setaffinity", do: onParent(unix.SYS_SCHED_SETAFFINITY, 0, 0)},
	{name: "ioprio_set", do: call(unix.SYS_IOPRIO_SET, none, 0, 0)},
	{name: "limits of the parent", do: onParent(unix.SYS_PRLIMIT64, unix.RLIMIT_CPU, 0, 0)},
	{name: "its own limits", control: true, do: call(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_CPU, 0, 0)},

	// Namespaces and privileges.
	{name: "unshare the user namespace", do: call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER)},
	{name: "unshare the mounts", do: call(unix.SYS_UNSHARE, unix.CLONE_NEWNS)},
	{name: "unshare nothing", control: true, do: call(unix.SYS_UNSHARE, 0)},
	{name: "setns", do: call(unix.SYS_SETNS, none, 0)},
	{name: "setresuid", control: true, do: call(unix.SYS_SETRESUID, none, none, none)},
	{name: "setgroups", do: call(unix.SYS_SETGROUPS, none, 0)},
	{name: "capset", do: call(unix.SYS_CAPSET, 0, 0)},
	{name: "personality", control: true, do: call(unix.SYS_PERSONALITY, 0xffffffff)},
	{name: "personality READ_IMPLIES_EXEC", do: call(unix.SYS_PERSONALITY, readImpliesExec)},
	{name: "prctl PR_SET_DUMPABLE", control: true, do: call(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)},
	{name: "prctl PR_SET_SECCOMP", do: call(unix.SYS_PRCTL, unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, 0)},
	{name: "prctl PR_SET_PDEATHSIG", control: true, do: call(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL))},
	{name: "prctl PR_SET_NAME", control: true, do: func(*prisoner) syscall.Errno {
		name := path("innocent")
		return raw(unix.SYS_PRCTL, unix.PR_SET_NAME, at(name))
	}},
	{name: "prctl PR_SET_MM", do: call(unix.SYS_PRCTL, unix.PR_SET_MM, none, 0, 0, 0)},
	{name: "prctl PR_SET_PTRACER", do: call(unix.SYS_PRCTL, unix.PR_SET_PTRACER, none)},
	{name: "seccomp", do: call(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, 0)},
	{name: "landlock_create_ruleset", do: call(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, 1)},

	// Memory.
	{name: "map memory to write and execute", control: true, do: call(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, none, 0)},
	{name: "map memory to execute", control: true, do: call(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, none, 0)},
	{name: "map a file to execute", control: true, do: call(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE, fdInput, 0)},
	{name: "map a file", control: true, do: call(unix.SYS_MMAP, 0, 4096, unix.PROT_READ, unix.MAP_PRIVATE, fdInput, 0)},
	{name: "map huge pages", do: call(unix.SYS_MMAP, 0, 2<<20, unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_HUGETLB, none, 0)},
	{name: "make memory executable", control: true, compile: true, do: func(*prisoner) syscall.Errno {
		return protect(page(), unix.PROT_READ|unix.PROT_EXEC)
	}},
	{name: "make memory executable and writable", control: true, do: func(*prisoner) syscall.Errno {
		return protect(page(), unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC)
	}},
	{name: "make memory only executable", control: true, do: func(*prisoner) syscall.Errno {
		return protect(page(), unix.PROT_EXEC)
	}},
	{name: "make code writable where it stands", control: true, do: func(p *prisoner) syscall.Errno {
		return protect(p.code, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC)
	}},
	{name: "make memory executable with a key", do: func(*prisoner) syscall.Errno {
		p := page()
		return raw(unix.SYS_PKEY_MPROTECT, address(p), uintptr(len(p)), unix.PROT_READ|unix.PROT_EXEC, none)
	}},
	{name: "pkey_alloc", do: call(unix.SYS_PKEY_ALLOC, none, none)},
	{name: "move memory", control: true, do: func(*prisoner) syscall.Errno {
		p := page()
		return raw(unix.SYS_MREMAP, address(p), uintptr(len(p)), uintptr(len(p)), 0, 0)
	}},
	{name: "remap_file_pages", do: call(unix.SYS_REMAP_FILE_PAGES, none, 0, 0, 0, 0)},
	{name: "shmget", do: call(unix.SYS_SHMGET, 0, 0, 0)},
	{name: "shmat", do: call(unix.SYS_SHMAT, none, 0, shmExec)},
	{name: "userfaultfd", do: call(unix.SYS_USERFAULTFD, 1)},
	{name: "poison memory", do: call(unix.SYS_MADVISE, 0, 0, unix.MADV_HWPOISON)},
	{name: "lock memory", do: call(unix.SYS_MLOCKALL, 0)},
	{name: "brk", control: true, do: call(unix.SYS_BRK, 0)},

	// The network.
	{name: "connect by TCP", control: true, landlock: 4, do: func(p *prisoner) syscall.Errno {
		return socket(unix.AF_INET, unix.SOCK_STREAM, 0, &unix.SockaddrInet4{Port: p.Port, Addr: [4]byte{127, 0, 0, 1}})
	}},
	{name: "a UDP socket", control: true, do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_INET, unix.SOCK_DGRAM, 0, nil)
	}},
	{name: "a UDP socket of IPv6", do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_INET6, unix.SOCK_DGRAM, 0, nil)
	}},
	{name: "a Unix socket", control: true, do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_UNIX, unix.SOCK_STREAM, 0, nil)
	}},
	{name: "connect to an abstract socket", control: true, landlock: 6, do: func(p *prisoner) syscall.Errno {
		return socket(unix.AF_UNIX, unix.SOCK_STREAM, 0, &unix.SockaddrUnix{Name: "@" + p.Abstract})
	}},
	{name: "a netlink socket", control: true, do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_NETLINK, unix.SOCK_RAW, 0, nil)
	}},
	{name: "a raw socket", do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP, nil)
	}},
	{name: "a packet socket", do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_PACKET, unix.SOCK_RAW, 0, nil)
	}},
	{name: "a socket to the hypervisor", do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0, nil)
	}},
	{name: "a socket to the kernel's ciphers", do: func(*prisoner) syscall.Errno {
		return socket(unix.AF_ALG, unix.SOCK_SEQPACKET, 0, nil)
	}},
	{name: "a pair of sockets", control: true, do: func(*prisoner) syscall.Errno {
		var fds [2]int32
		return raw(unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM, 0, at(&fds))
	}},
	{name: "bind", do: call(unix.SYS_BIND, none, 0, 0)},
	{name: "listen", do: call(unix.SYS_LISTEN, none, 0)},
	{name: "accept4", do: call(unix.SYS_ACCEPT4, none, 0, 0, 0)},
	{name: "connect", do: call(unix.SYS_CONNECT, none, 0, 0)},
	{name: "sendto", do: call(unix.SYS_SENDTO, none, 0, 0, 0, 0, 0)},
	{name: "sendmsg", do: call(unix.SYS_SENDMSG, none, 0, 0)},
	{name: "recvmsg", do: call(unix.SYS_RECVMSG, none, 0, 0)},

	// The rest of the kernel.
	{name: "io_uring_setup", do: call(unix.SYS_IO_URING_SETUP, 1, 0)},
	{name: "io_uring_enter", do: call(unix.SYS_IO_URING_ENTER, none, 0, 0, 0, 0, 0)},
	{name: "io_setup", do: call(unix.SYS_IO_SETUP, 0, 0)},
	{name: "bpf", do: call(unix.SYS_BPF, none, 0, 0)},
	{name: "perf_event_open", do: call(unix.SYS_PERF_EVENT_OPEN, 0, 0, 0, none, 0)},
	{name: "add_key", do: call(unix.SYS_ADD_KEY, 0, 0, 0, 0, 0)},
	{name: "request_key", do: call(unix.SYS_REQUEST_KEY, 0, 0, 0, 0)},
	{name: "keyctl", control: true, do: call(unix.SYS_KEYCTL, unix.KEYCTL_CAPABILITIES, 0, 0)},
	{name: "init_module", do: call(unix.SYS_INIT_MODULE, 0, 0, 0)},
	{name: "finit_module", do: call(unix.SYS_FINIT_MODULE, none, 0, 0)},
	{name: "kexec_load", do: call(unix.SYS_KEXEC_LOAD, 0, none, 0, none)},
	{name: "reboot", do: call(unix.SYS_REBOOT, 0, 0, 0, 0)},
	{name: "swapon", do: call(unix.SYS_SWAPON, 0, 0)},
	{name: "clock_settime", do: call(unix.SYS_CLOCK_SETTIME, none, 0)},
	{name: "adjtimex", do: call(unix.SYS_ADJTIMEX, 0)},
	{name: "syslog", do: call(unix.SYS_SYSLOG, none, 0, 0)},
	{name: "sethostname", do: call(unix.SYS_SETHOSTNAME, 0, none)},
	{name: "uname", control: true, do: func(*prisoner) syscall.Errno {
		var u unix.Utsname
		return errnoOf(unix.Uname(&u))
	}},
	{name: "sysinfo", control: true, do: func(*prisoner) syscall.Errno {
		var s unix.Sysinfo_t
		return errnoOf(unix.Sysinfo(&s))
	}},
	{name: "msgget", do: call(unix.SYS_MSGGET, 0, 0)},
	{name: "semget", do: call(unix.SYS_SEMGET, 0, none, 0)},
	{name: "mq_open", do: call(unix.SYS_MQ_OPEN, 0, 0, 0, 0)},
	{name: "timer_create", do: call(unix.SYS_TIMER_CREATE, none, 0, 0)},
	{name: "setitimer", do: call(unix.SYS_SETITIMER, none, 0, 0)},
	{name: "membarrier", control: true, do: call(unix.SYS_MEMBARRIER, 0, 0, 0)},
	{name: "a system call that there is not", do: call(1<<20, 0)},
}
