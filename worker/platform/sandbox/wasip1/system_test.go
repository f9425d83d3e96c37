// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "strings"

const outside = memorySize // the first address outside memory

var systemScripts = []scripted{
	{"arguments and environment arrive as given", setup{Args: []string{"prog", "", "zwei ü"}, Env: []string{"A=1", "B=="}}, func(s *script) {
		s.call(0, "args_sizes_get", 0x100, 0x104)
		s.wantNumber("argc", s.u32(0x100), 3)
		s.wantNumber("argument bytes", s.u32(0x104), 5+1+8)
		s.call(0, "args_get", 0x200, 0x300)
		s.wantText(string(s.memory[0x300:][:14]), "prog\x00\x00zwei ü\x00")
		s.wantNumber("argv[1]", s.u32(0x204), 0x305)
		s.wantNumber("argv[2]", s.u32(0x208), 0x306)
		s.call(0, "environ_sizes_get", 0x100, 0x104)
		s.wantNumber("entries", s.u32(0x100), 2)
		s.call(0, "environ_get", 0x400, 0x500)
		s.wantText(string(s.memory[0x500:][:8]), "A=1\x00B==\x00")
	}},
	{"strings and pointers must fit", setup{Args: []string{"prog"}}, func(s *script) {
		s.call(EFAULT, "args_sizes_get", outside-3, 0)
		s.call(EFAULT, "args_sizes_get", 0, 0xffffffff)
		s.call(EFAULT, "args_get", outside-3, 0)
		s.call(EFAULT, "args_get", 0, outside-4)
		s.call(0, "args_get", outside-4, outside-9)
	}},
	{"no arguments need no memory but pointers in range", setup{}, func(s *script) {
		s.call(0, "args_get", outside, outside)
		s.call(EFAULT, "args_get", outside+1, 0)
		s.call(EFAULT, "environ_get", 0, outside+1)
		s.call(EFAULT, "environ_sizes_get", 0, outside)
	}},
	{"pointers are written after strings", setup{Args: []string{"abcdef"}}, func(s *script) {
		s.call(0, "args_get", 0x100, 0x100)
		s.wantText(string(s.memory[0x100:0x107]), "\x00\x01\x00\x00ef\x00")
	}},
	{"the clock moves a millisecond with every reading", setup{}, func(s *script) {
		const start = 1_640_995_200_000_000_000
		s.call(0, "clock_time_get", 0, 0, 0x100)
		s.wantNumber("real time", s.u64(0x100), start)
		s.call(0, "clock_time_get", 1, 1<<63, 0x100)
		s.wantNumber("monotonic time", s.u64(0x100), 1_000_000)
		s.call(0, "clock_time_get", 2, 0, 0x100)
		s.wantNumber("processor time", s.u64(0x100), 2_000_000)
		s.call(0, "clock_time_get", 3, 0, 0x100)
		s.wantNumber("processor time of the thread", s.u64(0x100), 3_000_000)
		for id := range uint64(4) {
			s.call(0, "clock_res_get", id, 0x100)
			s.wantNumber("resolution", s.u64(0x100), 1_000_000)
		}
		s.call(0, "clock_time_get", 0, 0, 0x100)
		s.wantNumber("real time", s.u64(0x100), start+4_000_000)
	}},
	{"a clock that there is not cannot be read", setup{}, func(s *script) {
		s.call(EINVAL, "clock_time_get", 4, 0, 0x100)
		s.call(EINVAL, "clock_res_get", 0xffffffff, 0x100)
		s.call(EINVAL, "clock_res_get", 4, outside)
		s.call(EFAULT, "clock_time_get", 0, 0, outside-7)
		s.call(EFAULT, "clock_res_get", 0, outside-7)
		s.call(0, "clock_time_get", 1, 0, outside-8)
		s.wantNumber("time after refused readings", s.u64(outside-8), 0)
	}},
	{"random bytes are one stream, however they are asked for", setup{Seed: "any other seed of up to 32 bytes"}, func(s *script) {
		s.call(0, "random_get", 0x100, 13)
		s.call(0, "random_get", 0x100+13, 0)
		s.call(0, "random_get", 0x100+13, 1)
		s.call(0, "random_get", 0x100+14, 1100)
		other := newScript(s.T, setup{Seed: "any other seed of up to 32 bytes"})
		other.call(0, "random_get", 0x100, 1114)
		s.wantText(string(s.memory), string(other.memory))
	}},
	{"random bytes of the published test vector", setup{Seed: "ABCDEFGHIJKLMNOPQRSTUVWXYZ123456"}, func(s *script) {
		s.call(0, "random_get", 0x100, 16)
		s.wantNumber("first word", s.u64(0x100), 0xb773b6063d4616a5)
		s.wantNumber("second word", s.u64(0x108), 0x1160af22a66abc3c)
	}},
	{"random bytes go into memory only", setup{}, func(s *script) {
		s.call(EFAULT, "random_get", outside-3, 4)
		s.call(EFAULT, "random_get", 0, 0xffffffff)
		s.call(EFAULT, "random_get", 0xffffffff, 0xffffffff)
		s.call(0, "random_get", outside, 0)
	}},
	{"yielding does nothing", setup{}, func(s *script) {
		s.call(0, "sched_yield")
	}},
	{"signals are not offered", setup{}, func(s *script) {
		for _, signal := range []uint64{0, 6, 9, 0xff, 0xffffffff} {
			s.call(ENOSYS, "proc_raise", signal)
		}
	}},
	{"an exit ends the guest with its code", setup{}, func(s *script) {
		s.call(0, "proc_exit", 7)
	}},
	{"an exit code is a whole number of 32 bits", setup{}, func(s *script) {
		s.call(0, "proc_exit", 0xffffffff)
	}},
	{"no descriptor is a socket", setup{}, func(s *script) {
		for _, fd := range []uint64{fdStdin, fdStdout, fdIn} {
			s.call(ENOTSOCK, "sock_accept", fd, 0, outside)
			s.call(ENOTSOCK, "sock_recv", fd, outside, 1, 0, 0, 0)
			s.call(ENOTSOCK, "sock_send", fd, outside, 1, 0, 0)
			s.call(ENOTSOCK, "sock_shutdown", fd, 3)
		}
		s.call(EBADF, "sock_accept", 5, 0, 0)
		s.call(EBADF, "sock_recv", 0xffffffff, 0, 0, 0, 0, 0)
		s.call(EBADF, "sock_send", 1024, 0, 0, 0, 0)
		s.call(EBADF, "sock_shutdown", 5, 0)
	}},
}

var long = strings.Repeat("n", MaxName)
