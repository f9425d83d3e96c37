// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package wasip1 is WASI preview 1 as a protocol: what a guest sees of the
// world outside its memory, pinned to the bit.
//
// Workers vote on results bit by bit, so a function of WASI that answers
// differently on two machines, or on two engines, splits a committee. Here
// every one of the 46 functions of wasi_snapshot_preview1 has one answer, which
// follows from the task alone: the order of its checks, its error code, the
// bytes it writes, the gas it takes. docs/detwasm.md describes it for those who
// write it again elsewhere, and testdata/vectors.json is the proof that they did.
//
// # The world
//
// A World is everything one guest can reach: arguments and environment, stdin
// (a file that is read only), stdout and stderr, /in (a flat folder of files
// that are read only), /out (folders and files in memory), a clock that moves
// by itself, and random bytes from a seed. There are no sockets, no links, no
// signals, and nothing of the host: no time, no inode, no permission, no error.
//
// # Engines
//
// The package knows no engine. An engine offers its guest's memory and its gas
// as a Machine, and calls the functions of Functions by their parameters. It
// links nothing else, which CheckImport enforces before a module is compiled.
//
// # How a call ends
//
// With an error code, of which 0 is success: a call that answers anything else
// has changed nothing, neither memory nor World. Or with an error, which ends
// the guest: ExitError (proc_exit), what Machine.Charge returned (out of gas),
// or HostError, a failure of this machine that the guest never gets to see and
// that leaves the task without a result.
//
// # Costs
//
// Every call is charged before it does its work, by the table in gas.go. What a
// guest can make the host hold is bounded by the constants in limits.go and by
// Config.OutputLimit: files take at most the limit and a page of 4 KiB for each
// file that is named or open (20 MiB), listings at most 64 MiB.
//
// A World serves one guest, from one goroutine.
package wasip1
