// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package jail

import (
	"fmt"
	"strings"
)

// Limits are a child's resource limits. They can only be lowered afterwards.
type Limits struct {
	// Data bounds private writable memory in bytes. Address space that is only
	// reserved does not count, so it bounds a Go program, which RLIMIT_AS cannot.
	Data uint64
	// CPUSeconds is the processor time at which the kernel kills the child.
	CPUSeconds uint64
	// FileSize bounds every file the child writes, in bytes; 0 lets no file grow.
	FileSize uint64
	// Files is one more than the highest descriptor that can still be opened; 0
	// leaves it as it is.
	Files uint64
	// Tasks bounds the threads that all processes of this user have together; 0
	// leaves it as it is. The kernel does not hold root to it. A cgroup bounds
	// the threads of one child.
	Tasks uint64
}

// Paths are the only files and directories, with all below them, that a
// restricted process can still open. They have to exist.
type Paths struct {
	// ReadOnly can be read and listed.
	ReadOnly []string
	// ReadWrite can be read, listed, written, made, renamed and removed: regular
	// files and directories, no links, devices or sockets.
	ReadWrite []string
}

// Profile names a list of system calls.
type Profile uint8

// The profiles.
const (
	// Run leaves a process what the Go runtime needs to go on: memory that is
	// not executable, threads of its own, reading and writing descriptors that are
	// open, signals to itself, and to exit. Nothing can be opened any more.
	Run Profile = iota + 1
	// Compile adds opening and changing files, as far as Restrict left them, and
	// making memory executable that is not writable at the same time.
	Compile
)

// Report says which layers are there.
type Report struct {
	// LandlockABI is the kernel's version of Landlock, 0 without it. From 4 on
	// TCP is restricted, from 6 on abstract sockets and signals.
	LandlockABI int
	// Signals says that Landlock keeps signals inside the jail. Kernels whose
	// Landlock would keep them from the process's own threads leave it to seccomp.
	Signals bool
	// Seccomp says that system calls can be filtered.
	Seccomp bool
	// Namespaces says that a child can be given namespaces of its own.
	Namespaces bool
	// Cgroups is "v2" or "v1" where cgroups for children can be made, else "".
	Cgroups string
}

// String returns the report on one line.
func (r Report) String() string {
	landlock := "no landlock"
	if r.LandlockABI > 0 {
		landlock = fmt.Sprintf("landlock %d", r.LandlockABI)
	}
	parts := []string{landlock}
	for _, layer := range []struct {
		name string
		is   bool
	}{
		{"seccomp", r.Seccomp},
		{"namespaces", r.Namespaces},
		{"cgroups " + r.Cgroups, r.Cgroups != ""},
	} {
		if !layer.is {
			layer.name = "no " + strings.TrimSpace(layer.name)
		}
		parts = append(parts, layer.name)
	}
	return strings.Join(parts, ", ")
}

// MissingError says that a layer the jail is built on is not there.
type MissingError struct {
	Layer  string // "landlock" or "seccomp"
	Remedy string // what to do about it
	Err    error  // the kernel's answer
}

// Error implements error.
func (e *MissingError) Error() string {
	return fmt.Sprintf("jail: no %s (%v): %s", e.Layer, e.Err, e.Remedy)
}

// Unwrap returns the kernel's answer.
func (e *MissingError) Unwrap() error { return e.Err }
