// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package sandbox runs one task, a WASI preview-1 command, in a child process
// of its own and says what came of it.
//
// # What it promises
//
// A task ends in exactly one of two ways.
//
//   - A Result: the guest ran to its end and the child said so in full. Every
//     honest worker on the same architecture gets the same Outcome and the same
//     bytes, so it may be published.
//   - An *Abstention: something of this machine ended the run (a deadline, a
//     signal, too little memory, a broken disk). It says nothing about the task
//     and must never be published as its result.
//
// The line between the two is one rule: a result exists only if the child wrote
// a complete verdict to its pipe and then left with status 0. A failure of the
// host is never shown to the guest: where a host call cannot be served, the
// child ends, because a guest that sees a host limit turns it into a "result".
//
// # What the guest sees
//
//   - argv and environment exactly as the task gives them, nothing inherited;
//   - stdin: the task's file, or nothing;
//   - /in: the task's inputs, read-only, one flat directory, sorted;
//   - /out: an empty directory in memory, for files and directories;
//   - a virtual clock that starts at VirtualEpoch, moves one millisecond with
//     every reading and jumps over sleeps;
//   - random bytes from ChaCha8 (math/rand/v2) seeded with Task.Seed;
//   - no sockets, no host paths, no host metadata, no other imports.
//
// All sizes are limits of the task, so they are the same on every worker:
// memory.grow beyond Task.MemoryLimit answers -1; a write beyond
// Task.OutputLimit (stdout and /out together) writes nothing and answers EIO;
// stderr is kept up to MaxStderr and swallowed after that.
//
// # How a result is delivered
//
// The child writes nothing to disk. Stdout and the tree below /out travel on its
// pipe, and the parent writes them to Task.ResultDir as a file "stdout" and a
// directory "out", both always there. Metadata is not part of a result.
//
// # Entering the child
//
// The child is this executable again. Any binary that makes a Runner, test
// binaries too, calls ChildMain first thing in main (or TestMain).
// Config.Executable names another binary whose main does the same; a small one
// starts in a few milliseconds, one that links the Cosmos SDK in fifty.
//
// # Not here
//
// Gas metering and a deterministic call depth: Outcome.Gas is 0, an endless loop
// ends in an abstention, and the depth at which recursion traps is the engine's
// own and differs between architectures. NaN bit patterns and table growth are
// not made uniform either. The jail is a process with resource limits and no
// inherited state; landlock, seccomp and namespaces are the profile's next
// step. How many tasks run at once is the caller's business, and so is what the
// file names of inputs mean.
package sandbox
