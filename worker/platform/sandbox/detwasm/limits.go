// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// Limits of the profile. A module beyond one of them is refused; they are far
// above what compilers make and keep the work of every engine bounded. They are
// part of the version.
const (
	// MaxModuleSize is the greatest size of a module in bytes.
	MaxModuleSize = 64 << 20
	// MaxTypes is the greatest number of function types.
	MaxTypes = 20_000
	// MaxParams is the greatest number of parameters, and of results, of a type.
	MaxParams = 200
	// MaxImports is the greatest number of imports.
	MaxImports = 1_000
	// MaxFunctions is the greatest number of functions, imported ones included.
	MaxFunctions = 200_000
	// MaxTables is the greatest number of tables.
	MaxTables = 16
	// MaxTableSize is the greatest number of entries of a table: the declared
	// minimum may not exceed it, and a greater or missing maximum becomes it.
	MaxTableSize = 1_000_000
	// MaxMemoryPages is the greatest size of a memory in pages, 2 GiB: the
	// declared minimum may not exceed it, and a greater or missing maximum becomes
	// it. Addresses above 2^31 are where engines go wrong: wazero's compiler
	// extends constants by their sign on amd64, and takes 4 GiB for nothing.
	MaxMemoryPages = 1 << 15
	// MaxGlobals is the greatest number of globals, imported ones included.
	MaxGlobals = 2_000
	// MaxExports is the greatest number of exports.
	MaxExports = 100_000
	// MaxElementSegments is the greatest number of element segments.
	MaxElementSegments = 10_000
	// MaxElements is the greatest number of entries of all element segments.
	MaxElements = 2_000_000
	// MaxDataSegments is the greatest number of data segments.
	MaxDataSegments = 100_000
	// MaxBodySize is the greatest size of a function body in bytes.
	MaxBodySize = 4 << 20
	// MaxLocals is the greatest number of locals of a function, its parameters
	// included.
	MaxLocals = 20_000
	// MaxModuleLocals is the greatest number of locals of all functions.
	MaxModuleLocals = 10_000_000
	// MaxNesting is the greatest depth of nested blocks in a function.
	MaxNesting = 20_000
	// MaxNaNBranches is the greatest number of scalar NaNs for which a function
	// has branches; beyond, all of them are replaced without.
	MaxNaNBranches = 500
	// MaxBrTableTargets is the greatest number of targets of one br_table, its
	// default included.
	MaxBrTableTargets = 1 << 16
	// MaxFunctionComplexity and MaxComplexity are the greatest estimates of the
	// work of an engine's compiler for one function and for all, in units of
	// which wazero's compiler does three to twenty million a second.
	MaxFunctionComplexity = 8_000_000
	MaxComplexity         = 75_000_000
	// MaxFunctionMemory is the greatest estimate of the memory in bytes that an
	// engine's compiler allocates for one function.
	MaxFunctionMemory = 1_000_000_000
)
