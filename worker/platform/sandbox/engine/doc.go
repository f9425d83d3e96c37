// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package engine runs instrumented modules in this process: it binds an engine
// to the two globals of detwasm and to the world of wasip1, and turns whatever
// the engine reports into one of a few deterministic ends.
//
// It knows nothing of processes, caches of many modules or jails; package
// sandbox runs it in a child, and differential tests run it directly. Two kinds
// of the same engine, wazero, are there: the compiler, which workers use, and
// the interpreter, to compare with. Because gas, depth and the outside world
// are in the instrumented bytes and in wasip1, another engine behind these two
// interfaces ends every run in the same way.
//
// A run ends with an End, or with an error. An error is always this machine's
// or the engine's own: too little memory, a panic, a native stack that
// overflowed before the instrumented depth limit. It must never be taken for
// what the guest did, and the guest never sees it.
package engine
