// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package wasmgen makes valid WebAssembly modules out of bytes, for tests that
// compare engines with each other and the instrumented with the original.
//
// It covers core WebAssembly 2.0 without what the deterministic profile
// refuses, and the imports of WASI preview 1. A module is a command: it exports
// a memory "memory" and a function "_start" without parameters, and all of its
// mutable globals, so that whatever it computed can be compared afterwards.
//
// The same bytes always make the same module, and a change of a few bytes is
// most often a small change of the module, as coverage-guided fuzzing wants it.
// Operands of instructions that may trap are guarded in most modules, and
// iteration is bounded by a counter of the module's own, so that most modules
// run to their end; the others loop, recurse and trap as they like.
//
// It is support for tests and uses the standard library only. It does not run
// anything, and it makes no invalid modules.
package wasmgen
