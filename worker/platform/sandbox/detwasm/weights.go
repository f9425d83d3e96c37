// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// class groups instructions that cost about the same.
type class uint8

// The classes of instructions.
const (
	classFree         class = iota // block, end, drop, nop: no machine code of their own
	classLocal                     // local.get, local.set, local.tee
	classConst                     // constants
	classInt                       // integer add, sub, and, or, extension and wrapping
	classXor                       // exclusive or
	classCompare                   // integer comparisons
	classShift                     // shifts
	classRotate                    // rotations
	classBits                      // leading and trailing zeros, ones
	classMul                       // integer multiplication
	classDiv                       // integer division and remainder
	classBranch                    // br, br_if, if
	classBrTable                   // br_table
	classSelect                    // select
	classSelectFloat               // select of floats and vectors
	classGlobal                    // global.get, global.set
	classLoad                      // loads of up to 32 bits and of floats
	classLoadWide                  // i64.load
	classStore                     // stores of up to 32 bits and of floats
	classStoreWide                 // i64.store
	classFloat                     // float abs, neg, comparison
	classFloatArith                // float add, sub, mul
	classFloatRound                // float ceil, floor, trunc, nearest, min, max, copysign
	classFloatDiv                  // float division and square root
	classConvert                   // conversions and reinterpretations between integers and floats
	classCall                      // call
	classCallIndirect              // call_indirect
	classEntry                     // what every function does once before its first instruction
	classLoop                      // what every iteration of a loop does at its header
	classTable                     // table.get, table.set, table.size
	classRefFunc                   // ref.func
	classMemory                    // memory.size
	classBulk                      // flat part of bulk instructions
	classFill                      // flat part of memory.fill and table.fill
	classGrow                      // flat part of memory.grow and table.grow
	classVec                       // simple 128-bit instructions
	classVecLoad                   // 128-bit loads
	classVecStore                  // 128-bit stores
	classVecLane                   // lanes in and out of vectors, splats, shuffles
	classVecMul                    // 128-bit integer multiplication, pairwise addition
	classVecSlow                   // 128-bit instructions that engines expand
	classVecFloat                  // 128-bit float add, sub, mul, pmin, pmax, comparison
	classVecDiv                    // 128-bit float division and square root
	nClasses
)

// weights is what one instruction of each class costs in gas. One gas is about
// 0.05 ns of one core of a server of 2024 that runs wazero's compiler: a program
// that computes uses 14 to 28 thousand million a second, so that 10^10 gas are at
// most 0.7 seconds of it.
//
// They are the integers next to the solution of a linear program: for the kernels
// of testutil/bench that compute, and with more room for 16 other programs, the
// instructions of each class that a run executes were counted and the CPU time of
// the instrumented module was measured, and the ratio of the greatest gas per
// second to the least is the least there is (2.0) where no instruction alone costs
// more than about 4 times (leading and trailing zeros and ones: 5) what its gas
// buys in the slowest kernel, each in a chain that waits for its result.
// `make bench` prints the ratio. A class is what the fit tells apart, and may go
// with the programs that an instruction is typical of: exclusive ors are those of
// hashes and generators, where everything waits for them, and i64 is what large
// data are in. Locals and constants cost no time of their own.
//
// What a program waits for depends on its data and is in the weights on average
// only: a branch that cannot be foreseen (5 ns), a load from far memory (100 ns and
// more), arithmetic on subnormal floats (35 ns).
//
// They are part of the version.
var weights = [nClasses]uint64{
	classFree:         0,
	classLocal:        0,
	classConst:        0,
	classInt:          1,
	classXor:          5,
	classCompare:      10,
	classShift:        3,
	classRotate:       1,
	classBits:         2,
	classMul:          3,
	classDiv:          41,
	classBranch:       4,
	classBrTable:      7,
	classSelect:       4,
	classSelectFloat:  15,
	classGlobal:       3,
	classLoad:         6,
	classLoadWide:     16,
	classStore:        4,
	classStoreWide:    11,
	classFloat:        4,
	classFloatArith:   3,
	classFloatRound:   12,
	classFloatDiv:     22,
	classConvert:      9,
	classCall:         12,
	classCallIndirect: 30,
	classEntry:        5,
	classLoop:         9,
	classTable:        7,
	classRefFunc:      700,
	classMemory:       3,
	classBulk:         25,
	classFill:         200,
	classGrow:         5000,
	classVec:          3,
	classVecLoad:      4,
	classVecStore:     5,
	classVecLane:      3,
	classVecMul:       11,
	classVecSlow:      25,
	classVecFloat:     6,
	classVecDiv:       40,
}

const (
	// MergeFree is the number of values that may meet at a place for nothing.
	MergeFree = 64
	// MergeGas is charged for each value beyond, each time.
	MergeGas = 5
)

// rate is the price of an operand that says how much an instruction does:
// gas = operand * mul >> shift, in 64 bits.
type rate struct {
	mul   int64
	shift int64
}

// The rates of dynamic charges. An operand is an unsigned i32 and mul is below
// 2^31, so that no product overflows.
var (
	rateMemoryFill = rate{1, 3}       // per byte
	rateMemoryCopy = rate{1, 2}       // per byte
	rateMemoryInit = rate{1, 2}       // per byte
	rateMemoryGrow = rate{200_000, 0} // per page by which the memory grew
	rateTableFill  = rate{5, 0}       // per entry
	rateTableCopy  = rate{5, 0}       // per entry
	rateTableInit  = rate{5, 0}       // per entry
	rateTableGrow  = rate{20, 0}      // per entry asked for
)

// What Module.StartGas is made of.
const (
	// StartGasFlat is charged for every start of a module.
	StartGasFlat = 100_000
	// StartGasPerByte is charged for each byte of the original module.
	StartGasPerByte = 200
	// StartGasPerPage is charged for each page of the first memory.
	StartGasPerPage = 200_000
	// StartGasPerEntry is charged for each entry that a table begins with.
	StartGasPerEntry = 20
)
