// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package detwasm makes WebAssembly deterministic, metered and bounded: it
// validates a module of core WebAssembly 2.0, refuses what engines may do
// differently or without bound, and rewrites the rest.
//
// # What it promises
//
// Instrument is a pure function of the module: the same bytes or the same
// refusal, always and everywhere, in time linear in its size. What it accepts is
// valid for every engine. The instrumented module does what the original does,
// and besides
//
//   - it counts gas in the exported global GasGlobal and traps soon after the
//     count is negative: the same count on every engine;
//   - it counts native stack in the exported global StackGlobal, by an upper
//     bound of what an engine needs, and traps before the engine's own limit;
//   - every NaN that an instruction makes is the canonical one.
//
// The guest reaches neither global: their indices are beyond the original index
// space. Only the host sees them, by export names that a guest may not use.
//
// # How a run ends
//
// Negative StackGlobal: out of depth. Otherwise negative GasGlobal: out of gas,
// also where the run seemed to end well. Otherwise what the engine says: an exit,
// a trap, an end. Gas used is the limit less what is left, or the limit.
//
// # How it is built
//
// Sections are decoded in sections.go and segments.go. Each function body is
// walked twice. The first walk (body.go, control.go, validate.go, bulk.go; the
// tables of opcodes.go) validates, adds up gas by segment (weights.go), bounds
// the native frame (stack.go) and the work of engines' compilers (complexity.go),
// and notes the places at which something is to be added. The second (emit.go)
// copies the bytes between these places. The specification, with the argument
// for the stack, is docs/detwasm.md.
//
// # Not here
//
// Engines, hosts and WASI: what the imports of a module do is for its user to
// decide, see Options.Import.
package detwasm
