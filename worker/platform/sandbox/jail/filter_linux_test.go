// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// highest is above all numbers of system calls (468 in Linux 6.18).
const highest = 1024

// verdictOf runs a filter on a system call as the kernel does.
func verdictOf(t *testing.T, program []unix.SockFilter, arch, call uint32, args [6]uint64) uint32 {
	t.Helper()
	data := make([]byte, offsetArgs+8*len(args)) // struct seccomp_data
	binary.LittleEndian.PutUint32(data[offsetCall:], call)
	binary.LittleEndian.PutUint32(data[offsetArch:], arch)
	for i, a := range args {
		binary.LittleEndian.PutUint64(data[offsetArgs+8*i:], a)
	}
	var a uint32
	for pc := 0; pc < len(program); pc++ {
		switch i := program[pc]; i.Code {
		case load:
			a = binary.LittleEndian.Uint32(data[i.K:])
		case and:
			a &= i.K
		case jeq:
			if a == i.K {
				pc += int(i.Jt)
			} else {
				pc += int(i.Jf)
			}
		case ret:
			return i.K
		default:
			t.Fatalf("instruction %d: unknown code %#x", pc, i.Code)
		}
	}
	t.Fatal("the filter does not end")
	return 0
}

const (
	allowed    = unix.SECCOMP_RET_ALLOW
	refused    = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	notThere   = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
	killed     = unix.SECCOMP_RET_KILL_PROCESS
	pidInTests = 4242
)

func TestD7_OnlyListedSystemCallsPass(t *testing.T) {
	for _, profile := range []Profile{Run, Compile} {
		rules := make(map[uint32]rule)
		for _, r := range profile.rules(pidInTests) {
			if _, twice := rules[r.call]; twice {
				t.Errorf("profile %d: call %d is listed twice", profile, r.call)
			}
			rules[r.call] = r
		}
		program := assemble(profile.rules(pidInTests))
		t.Logf("profile %d: %d calls, %d instructions", profile, len(rules), len(program))
		for call := range uint32(highest) {
			got := verdictOf(t, program, auditArch, call, [6]uint64{})
			r, listed := rules[call]
			if !listed && got != refused || listed && len(r.checks) == 0 && r.errno == 0 && got != allowed {
				t.Errorf("profile %d: call %d: got %#x", profile, call, got)
			}
			for name, other := range map[string]uint32{"x32": 1 << 30, "the top bit": 1 << 31} {
				if got := verdictOf(t, program, auditArch, call|other, [6]uint64{}); got != refused {
					t.Errorf("profile %d: call %d with %s: got %#x", profile, call, name, got)
				}
			}
			for _, arch := range []uint32{0, unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_ARM, auditArch ^ unix.AUDIT_ARCH_X86_64 ^ unix.AUDIT_ARCH_AARCH64} {
				if got := verdictOf(t, program, arch, call, [6]uint64{}); got != killed {
					t.Errorf("profile %d: call %d of architecture %#x: got %#x", profile, call, arch, got)
				}
			}
		}
	}
}

func TestD7_ArgumentsAreChecked(t *testing.T) {
	const rx, rwx = unix.PROT_READ | unix.PROT_EXEC, unix.PROT_READ | unix.PROT_WRITE | unix.PROT_EXEC
	const private = unix.MAP_PRIVATE | unix.MAP_ANONYMOUS
	for _, c := range []struct {
		name         string
		call         uint32
		args         [6]uint64
		run, compile uint32
	}{
		{"a signal to a thread of its own", unix.SYS_TGKILL, [6]uint64{pidInTests, 1, 9}, allowed, allowed},
		{"the same with garbage above the int", unix.SYS_TGKILL, [6]uint64{7<<32 | pidInTests, 1, 9}, allowed, allowed},
		{"a signal to another process's thread", unix.SYS_TGKILL, [6]uint64{pidInTests + 1, 1, 9}, refused, refused},
		{"a signal to process -1", unix.SYS_TGKILL, [6]uint64{1<<64 - 1, 1, 9}, refused, refused},
		{"a thread as the Go runtime makes it", unix.SYS_CLONE, [6]uint64{0x50f00}, allowed, allowed},
		{"a thread as the C library makes it", unix.SYS_CLONE, [6]uint64{0x3d0f00}, allowed, allowed},
		{"a process", unix.SYS_CLONE, [6]uint64{uint64(unix.SIGCHLD)}, refused, refused},
		{"a thread that signals its end", unix.SYS_CLONE, [6]uint64{0x50f00 | uint64(unix.SIGCHLD)}, refused, refused},
		{"a thread that shares no files", unix.SYS_CLONE, [6]uint64{0x50f00 &^ unix.CLONE_FILES}, refused, refused},
		{"a thread with a pidfd", unix.SYS_CLONE, [6]uint64{0x50f00 | unix.CLONE_PIDFD}, refused, refused},
		{"a thread in a new time", unix.SYS_CLONE, [6]uint64{0x50f00 | unix.CLONE_NEWTIME}, refused, refused},
		{"clone3 whatever its arguments", unix.SYS_CLONE3, [6]uint64{1, 88}, notThere, notThere},
		{"memory", unix.SYS_MMAP, [6]uint64{0, 4096, 3, private}, allowed, allowed},
		{"a reservation", unix.SYS_MMAP, [6]uint64{0, 4096, 0, private | unix.MAP_NORESERVE | unix.MAP_FIXED}, allowed, allowed},
		{"memory to execute", unix.SYS_MMAP, [6]uint64{0, 4096, rx, private}, refused, refused},
		{"memory to write and execute", unix.SYS_MMAP, [6]uint64{0, 4096, rwx, private}, refused, refused},
		{"memory that grows down", unix.SYS_MMAP, [6]uint64{0, 4096, 3 | unix.PROT_GROWSDOWN, private}, refused, refused},
		{"memory with a bit above the protection", unix.SYS_MMAP, [6]uint64{0, 4096, 1<<32 | 3, private}, refused, refused},
		{"a file's memory", unix.SYS_MMAP, [6]uint64{0, 4096, 1, unix.MAP_PRIVATE, 4}, refused, refused},
		{"protect to write", unix.SYS_MPROTECT, [6]uint64{0, 4096, 3}, allowed, allowed},
		{"protect to execute", unix.SYS_MPROTECT, [6]uint64{0, 4096, rx}, refused, allowed},
		{"protect to write and execute", unix.SYS_MPROTECT, [6]uint64{0, 4096, rwx}, refused, refused},
		{"give memory back", unix.SYS_MADVISE, [6]uint64{0, 4096, unix.MADV_DONTNEED}, allowed, allowed},
		{"cut a hole into a file", unix.SYS_MADVISE, [6]uint64{0, 4096, unix.MADV_REMOVE}, refused, refused},
		{"read a descriptor's flags", unix.SYS_FCNTL, [6]uint64{0, unix.F_GETFL}, allowed, allowed},
		{"set a descriptor's flags", unix.SYS_FCNTL, [6]uint64{0, unix.F_SETFL}, refused, refused},
		{"usage of its own", unix.SYS_GETRUSAGE, [6]uint64{0}, allowed, allowed},
		{"usage of children", unix.SYS_GETRUSAGE, [6]uint64{1<<64 - 1}, refused, refused},
		{"open", unix.SYS_OPENAT, [6]uint64{}, refused, allowed},
		{"write at", unix.SYS_PWRITE64, [6]uint64{}, refused, allowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			for profile, want := range map[Profile]uint32{Run: c.run, Compile: c.compile} {
				if got := verdictOf(t, assemble(profile.rules(pidInTests)), auditArch, c.call, c.args); got != want {
					t.Errorf("profile %d: got %#x, want %#x", profile, got, want)
				}
			}
		})
	}
}
