// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package sandbox runs one task, a WASI preview-1 command, in a jailed child
// process of its own and says what came of it.
//
// # What it promises
//
// A task ends in exactly one of two ways.
//
//   - A Result: the guest ran to its end and the child said so in full. Every
//     honest worker, on every platform that is supported, gets the same Outcome,
//     its gas included, and the same bytes, so it may be published.
//   - An *Abstention: something of this machine ended the run (a deadline, a
//     signal, too little memory, a broken disk, a fault of the engine). It says
//     nothing about the task and must never be published as its result.
//
// The line between the two is one rule: a result exists only if the child wrote
// a complete verdict to its pipe and then left with status 0. A failure of the
// host is never shown to the guest: where a host call cannot be served, the
// child ends, because a guest that sees a host limit turns it into a "result".
//
// # How a guest ends
//
// Status names the ways: it returned or left with a code, trapped, ran out of
// gas or of call depth, or met its memory limit; or its module is one that
// nobody can run. All of them are results, and all deliver what the guest had
// written until then.
//
//   - Gas is counted by the module itself: package detwasm rewrites it so that
//     it pays for every block before it runs. A module whose size alone costs
//     more than Task.GasLimit is out of gas before its first instruction.
//   - Depth is counted in the same way, in bytes of native stack, and ends below
//     the stack of every engine that is allowed. An engine whose own stack
//     overflows nevertheless is a fault of this machine: an abstention.
//   - Memory: memory.grow beyond Task.MemoryLimit answers -1. A guest that
//     traps or leaves with a code other than 0 after that is over its memory
//     limit, and so is one whose first memory is above it.
//
// Which modules are valid is the word of package detwasm alone, with the imports
// that package wasip1 offers and the exports of a command: _start without
// parameters and results, and memory. An engine that refuses such a module is a
// fault of this machine.
//
// What the guest sees of the world is package wasip1: arguments, environment,
// stdin, /in, /out, a virtual clock and seeded randomness, and nothing of the
// host. Package engine binds both to an engine, wazero's compiler.
//
// # How a result is delivered
//
// The child writes nothing to disk. Stdout and the tree below /out travel on its
// pipe, and the parent writes them to Task.ResultDir as a file "stdout" and a
// directory "out", both always there. Metadata is not part of a result. What a
// child says is checked again: a guest that broke its engine may have taken it over.
//
// # The children
//
// A module that the cache does not have is compiled first, by a child that reads
// the original, instruments it, and writes the instrumented module and its native
// code to the module's own folder of the cache. Validity is part of that verdict,
// and kept as well. Another child runs it: it sets its limits, can open nothing
// but that folder, and that only to read, loads the code, lets itself open
// nothing and make no memory executable any more, and only then runs the guest.
// Package jail does this, with Landlock and seccomp, which New demands, and with
// namespaces and control groups, where the host permits them. A child runs one
// module once.
//
// Processes may share a cache folder: a module's compilation holds a lock.
//
// # Entering the child
//
// The child is the small binary cmd/child, which `make build` embeds in the
// programs that run tasks; it is started from memory. Where it was not embedded,
// and in tests, the child is the running executable again. Any binary that makes
// a Runner therefore calls ChildMain first thing in main (or TestMain). Parent and
// child tell each other their versions, and a child of another build abstains.
//
// A child with namespaces is not started by this process but by its launcher, one
// small process for all of them: the kernel would copy this one's page tables for
// it, which takes 20 ms for each GB that a daemon holds.
//
// A cached module in C costs about 5 ms and 6 MB around its own work, one in Go,
// of 4 MB and with its run-time system, about 80 ms and 50 MB: the engine checks
// the whole module again whenever it is loaded. Run the package's benchmarks.
//
// # Not here
//
// How many tasks run at once is the caller's business, and so is what the file
// names of inputs mean and where the seed comes from.
package sandbox
