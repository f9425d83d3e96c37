// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package jail takes from a process what it does not need, so that native code
// that a guest got to run in it, against all its engine promises, finds nothing.
//
// The process does it to itself, without privileges and for good:
//
//	Limits.Apply  memory, processor time, file size, descriptors (setrlimit)
//	Restrict      files, TCP, signals and abstract sockets (Landlock), capabilities, debuggers
//	Seal          system calls and their arguments (seccomp)
//
// In this order, and what has to be loaded comes before Seal with profile Run,
// after which nothing can be opened and no memory made executable. Each returns
// an error when it is not in force; the process then has to give up. A
// [MissingError] says that the host has no such layer: a process may go on
// without it only where its operator said so, who learns it from [Probe].
//
// The parent adds what only a parent can: [Attributes] ties the child to it and
// can give it namespaces of its own, [Cgroups] bound its memory and threads.
//
// What Seal(Run) leaves: to compute, to use up memory and processor time up to
// the limits, to read, write and seek in descriptors that are open, to make
// threads, to end itself. What it writes is for its parent to distrust.
//
// The jail is for linux/amd64 and linux/arm64. Elsewhere everything fails with
// [ErrPlatform].
package jail
