// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package jail

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// machineCode makes a system call as 32-bit programs do and returns its result:
//
//	mov eax, 20 (getpid); int 0x80; ret
var machineCode = []byte{0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3}

// foreign calls machineCode, which the engine's code could hold before the seal.
func (p *prisoner) foreign() {
	entry := unsafe.SliceData(p.code)
	function := &entry
	call := *(*func() int)(unsafe.Pointer(&function))
	if pid := call(); pid <= 0 {
		p.say("int 0x80", syscall.Errno(-pid), "")
	}
	runtime.KeepAlive(p.code)
}

// x32 marks the system calls of the x32 ABI.
const x32 = 0x40000000

// withPath is a system call of amd64 whose first argument is a path.
func withPath(nr uintptr, args ...uintptr) func(*prisoner) syscall.Errno {
	return func(p *prisoner) syscall.Errno {
		name := path(p.Secret)
		return raw(nr, append([]uintptr{at(name)}, args...)...)
	}
}

// attemptsHere are by system calls that only this architecture has.
var attemptsHere = []attempt{
	{name: "open", control: true, landlock: 1, do: withPath(unix.SYS_OPEN, unix.O_RDONLY)},
	{name: "creat", landlock: 1, do: withPath(unix.SYS_CREAT, 0o600)},
	{name: "stat", do: withPath(unix.SYS_STAT, none)},
	{name: "fork", do: forked(unix.SYS_FORK)},
	{name: "vfork", do: forked(unix.SYS_VFORK)},
	{name: "read, by its x32 number", do: call(x32|unix.SYS_READ, none, 0, 0)},
	{name: "open, by its x32 number", do: withPath(x32|unix.SYS_OPEN, unix.O_RDONLY)},
	{name: "execve, by its x32 number", do: call(x32|520, 0, 0, 0)},
	{name: "ptrace, by its x32 number", do: call(x32|521, none, 0, 0, 0)},
	{name: "arch_prctl", do: call(unix.SYS_ARCH_PRCTL, 0, 0)},
	{name: "modify_ldt", do: call(unix.SYS_MODIFY_LDT, none, 0, 0)},
	{name: "iopl", do: call(unix.SYS_IOPL, none)},
	{name: "ioperm", do: call(unix.SYS_IOPERM, none, 0, 0)},
	{name: "uselib", do: call(unix.SYS_USELIB, 0)},
}
