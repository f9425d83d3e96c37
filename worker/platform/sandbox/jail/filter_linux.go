// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import "golang.org/x/sys/unix"

// A rule says what becomes of one system call. One that has no rule fails with
// EPERM.
type rule struct {
	call   uint32
	checks []check // all have to hold, else it fails with EPERM
	errno  uint32  // if not 0, the call fails with it
}

// A check holds if the argument's bits under mask are one of values. The kernel
// looks at the lower half only of an argument that is an int: so does a mask
// whose upper half is empty.
type check struct {
	arg    uint32
	mask   uint64
	values []uint32
}

// Masks for whole arguments.
const (
	asInt  = 1<<32 - 1
	asLong = 1<<64 - 1
)

// Where a filter finds things (struct seccomp_data, linux/seccomp.h). Both
// architectures have the lower half of an argument first.
const (
	offsetCall = 0
	offsetArch = 4
	offsetArgs = 16
)

const (
	load = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	and  = unix.BPF_ALU | unix.BPF_AND | unix.BPF_K
	jeq  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	ret  = unix.BPF_RET | unix.BPF_K
)

// answer makes the instruction that ends the filter.
func answer(action uint32) unix.SockFilter { return unix.SockFilter{Code: ret, K: action} }

var (
	permit = answer(unix.SECCOMP_RET_ALLOW)
	deny   = answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM))
)

// assemble makes the kernel's program of rules. Calls of another architecture
// (int 0x80 on amd64) kill the process: their numbers mean something else.
func assemble(rules []rule) []unix.SockFilter {
	program := []unix.SockFilter{
		{Code: load, K: offsetArch},
		{Code: jeq, K: auditArch, Jt: 1},
		answer(unix.SECCOMP_RET_KILL_PROCESS),
		{Code: load, K: offsetCall},
	}
	for _, r := range rules {
		// Every body ends the filter, so what it loads is in nobody's way.
		body := r.body()
		program = append(program, unix.SockFilter{Code: jeq, K: r.call, Jf: uint8(len(body))})
		program = append(program, body...)
	}
	return append(program, deny)
}

func (r rule) body() []unix.SockFilter {
	if r.errno != 0 {
		return []unix.SockFilter{answer(unix.SECCOMP_RET_ERRNO | r.errno)}
	}
	var body []unix.SockFilter
	for _, c := range r.checks {
		if upper := uint32(c.mask >> 32); upper != 0 {
			body = append(body, half(4+8*c.arg, upper, []uint32{0})...)
		}
		body = append(body, half(8*c.arg, uint32(c.mask), c.values)...)
	}
	return append(body, permit)
}

// half denies a call unless half an argument is, under the mask, one of values.
func half(offset, mask uint32, values []uint32) []unix.SockFilter {
	code := []unix.SockFilter{
		{Code: load, K: offsetArgs + offset},
		{Code: and, K: mask},
	}
	for i, v := range values {
		code = append(code, unix.SockFilter{Code: jeq, K: v, Jt: uint8(len(values) - i)})
	}
	return append(code, deny)
}
