// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

import "fmt"

// Version is the version of the profile. Under one version the set of accepted
// modules, the instrumented bytes and the gas of a run never change; a task
// names its module by original hash and this number.
const Version = 1

const (
	// GasGlobal is the name of the exported mutable i64 global that holds the
	// gas left. The host sets it before the first instruction; negative means
	// that the run is out of gas.
	GasGlobal = "openmesh.gas"
	// StackGlobal is the name of the exported mutable i64 global that holds the
	// bytes of native stack left; negative means that the run is out of depth.
	// The module itself initialises it to StackBudget.
	StackGlobal = "openmesh.stack"
	// StackBudget is the initial value of StackGlobal, in bytes. It lies below
	// the native ceiling of every engine that the profile allows; between the two
	// lies what is not counted, see docs/detwasm.md.
	StackBudget = 48_000_000
	// ReservedPrefix starts the names of exports that a guest may not use.
	ReservedPrefix = "openmesh."
)

// PageSize is the size of a page of linear memory in bytes.
const PageSize = 1 << 16

// ValType is a value type in its binary encoding.
type ValType byte

// The value types of core WebAssembly 2.0.
const (
	I32       ValType = 0x7f
	I64       ValType = 0x7e
	F32       ValType = 0x7d
	F64       ValType = 0x7c
	V128      ValType = 0x7b
	FuncRef   ValType = 0x70
	ExternRef ValType = 0x6f
)

// String is the name of t in the text format.
func (t ValType) String() string {
	switch t {
	case I32:
		return "i32"
	case I64:
		return "i64"
	case F32:
		return "f32"
	case F64:
		return "f64"
	case V128:
		return "v128"
	case FuncRef:
		return "funcref"
	case ExternRef:
		return "externref"
	case unknown:
		return "any"
	}
	return fmt.Sprintf("0x%02x", byte(t))
}

// FuncType is the type of a function.
type FuncType struct {
	Params, Results []ValType
}

// ExternKind is the kind of an import or export in its binary encoding.
type ExternKind byte

// The kinds of imports and exports.
const (
	ExternFunc   ExternKind = 0
	ExternTable  ExternKind = 1
	ExternMemory ExternKind = 2
	ExternGlobal ExternKind = 3
)

// String is the name of k in the text format.
func (k ExternKind) String() string {
	switch k {
	case ExternFunc:
		return "func"
	case ExternTable:
		return "table"
	case ExternMemory:
		return "memory"
	case ExternGlobal:
		return "global"
	}
	return fmt.Sprintf("kind 0x%02x", byte(k))
}

// Import is what Options.Import is asked about.
type Import struct {
	Module, Name string
	Kind         ExternKind
	// Func is the type of an imported function; empty for the other kinds.
	Func FuncType
}

// Options are what the profile leaves to its user.
type Options struct {
	// Import is asked about every import, in order; an error refuses the module
	// with the error's text. Nil refuses every import.
	//
	// An accepted memory, table or global is bounded by nothing but its own
	// declaration: only tests accept them.
	Import func(Import) error
}

// Export is one export of the original module.
type Export struct {
	Kind  ExternKind
	Index uint32
	// Func is the type of an exported function; empty for the other kinds.
	Func FuncType
}

// Module is an instrumented module.
type Module struct {
	// Code is the instrumented module in the binary format.
	Code []byte
	// StartGas is charged by the host before the first instruction, for work
	// that grows with the module and not with the instructions it runs; see
	// the Gas constants.
	StartGas uint64
	// HasMemory tells whether the module has a memory, its own or imported.
	HasMemory bool
	// MemoryMin is the first size of that memory in pages of PageSize.
	MemoryMin uint32
	// MemoryMax is the greatest size of that memory in pages: what the module
	// declares, at most MaxMemoryPages.
	MemoryMax uint32
	// Exports are the exports of the original module by name.
	Exports map[string]Export

	// frames are the bounds of the native frames of the functions, in bytes, in
	// the order of the code section.
	frames     []int64
	complexity int64
	largest    int64
}

// Error says why a module was refused.
type Error struct {
	// Construct names what was refused, for instance "atomic instruction" or
	// "function body".
	Construct string
	// Offset is its byte offset in the original module.
	Offset int
	// Detail says what is wrong with it.
	Detail string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Detail == "" {
		return fmt.Sprintf("%s at offset %#x is refused", e.Construct, e.Offset)
	}
	return fmt.Sprintf("%s at offset %#x: %s", e.Construct, e.Offset, e.Detail)
}
