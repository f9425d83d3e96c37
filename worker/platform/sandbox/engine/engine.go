// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// Status says how a guest ended. It follows from the module, its world and its
// limits alone.
type Status string

// The ways a guest ends.
const (
	// OK is a return from _start or an exit with code 0.
	OK Status = "ok"
	// Exit is an exit with another code.
	Exit Status = "exit"
	// Trap is a WebAssembly trap: unreachable, a bad access, a division by zero.
	// All traps are one class: engines do not agree on their names.
	Trap Status = "trap"
	// OutOfGas is a guest that used up its gas.
	OutOfGas Status = "out_of_gas"
	// OutOfDepth is a guest whose calls went deeper than detwasm.StackBudget.
	OutOfDepth Status = "out_of_depth"
	// MemoryLimit is a guest whose first memory is above its limit, or that
	// left with another code than 0 or trapped after the limit had refused a growth.
	MemoryLimit Status = "memory_limit"
)

// ErrHostMemory is a host that could not back the guest's linear memory.
var ErrHostMemory = errors.New("no memory for the guest on this host")

// Limits are the limits of one run and what is known of its module beforehand.
type Limits struct {
	// Gas is the gas limit, at most math.MaxInt64.
	Gas uint64
	// StartGas is charged before the first instruction (detwasm.Module.StartGas).
	StartGas uint64
	// Memory is the largest linear memory in bytes; whole pages count.
	Memory uint64
	// MemoryMin is the module's first memory in pages (detwasm.Module.MemoryMin).
	MemoryMin uint32
	// HashMemory asks for End.MemoryHash.
	HashMemory bool
}

// End is how a guest ended.
type End struct {
	Status Status
	// ExitCode is the code of proc_exit, 0 without one. MemoryLimit keeps it.
	ExitCode uint32
	// Gas is the gas used, StartGas included; the limit if the guest ran out of it.
	Gas uint64
	// Detail tells people about a trap in the engine's words.
	Detail string
	// MemoryHash is the SHA-256 of linear memory at the end, if it was asked for.
	MemoryHash [32]byte
}

// Engine loads instrumented modules.
type Engine interface {
	// Load prepares an instrumented module to run, from the cache if there is
	// one that has it, and leaves it there otherwise. Nothing but the module's
	// host calls allocates executable memory or opens files after it. The
	// module must have been made by detwasm.Instrument with wasip1.CheckImport:
	// an error is the engine's.
	Load(ctx context.Context, code []byte) (Program, error)
	// Close frees the engine and all its programs.
	Close(ctx context.Context) error
}

// Program is a loaded module. It runs once at a time.
type Program interface {
	// Run instantiates the module and calls _start.
	Run(ctx context.Context, world *wasip1.World, l Limits) (End, error)
}

// Kind names an engine.
type Kind string

// The engines.
const (
	Compiler    Kind = "compiler"
	Interpreter Kind = "interpreter"
)

// Options are how an engine works; no result depends on them.
type Options struct {
	// CacheDir is a folder for native code; empty is none.
	CacheDir string
	// Workers is how many threads compile; 0 is one.
	Workers int
}

// Run loads a module into an engine of its own and runs it: what tests need.
func Run(ctx context.Context, kind Kind, code []byte, world *wasip1.World, l Limits) (_ End, err error) {
	e, err := New(ctx, kind, Options{})
	if err != nil {
		return End{}, err
	}
	defer func() { err = errors.Join(err, e.Close(ctx)) }()
	p, err := e.Load(ctx, code)
	if err != nil {
		return End{}, err
	}
	return p.Run(ctx, world, l)
}
