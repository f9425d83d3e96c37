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
	classInt                       // simple integer instructions
	classShift                     // shifts and rotations
	classMul                       // integer multiplication
	classDiv                       // integer division and remainder
	classBranch                    // br, br_if, if
	classBrTable                   // br_table
	classSelect                    // select
	classGlobal                    // global.get, global.set
	classLoad                      // loads
	classStore                     // stores
	classFloat                     // float negation, copysign, comparison
	classFloatArith                // float add, sub, mul, min, max
	classFloatRound                // ceil, floor, trunc, nearest
	classFloatDiv                  // float division and square root
	classConvert                   // conversions between integers and floats
	classCall                      // call
	classCallIndirect              // call_indirect
	classEntry                     // what every function does once before its first instruction
	classLoop                      // what every iteration of a loop does at its header
	classTable                     // table.get, table.set, table.size, ref.func
	classMemory                    // memory.size
	classBulk                      // flat part of bulk instructions
	classGrow                      // flat part of memory.grow and table.grow
	classVec                       // simple 128-bit integer instructions
	classVecLoad                   // 128-bit loads
	classVecStore                  // 128-bit stores
	classVecLane                   // lanes in and out of vectors, splats, shuffles
	classVecMul                    // 128-bit integer multiplication
	classVecSlow                   // 128-bit instructions that engines expand
	classVecFloat                  // 128-bit float add, sub, mul, min, max, rounding
	classVecDiv                    // 128-bit float division and square root
	nClasses
)

// weights is what one instruction of each class costs in gas. One gas is about
// 0.1 ns of one core of a server of 2024 that runs wazero's compiler: 10^10 gas
// are at most about a second of a program that computes, and down to a third of
// that where the processor finds much to do at once.
//
// They were fitted, as integers, to 40 programs in C and Go (testutil/bench/kernels
// among them) whose instructions of each class were counted and whose CPU time was
// measured: the least spread of gas per second over all of them, with every
// weight within what the instruction takes when it is alone, by its latency on
// one side and its throughput on the other. `make bench` prints the spread. What
// a program waits for, a branch that cannot be foreseen (5 ns) or a load from far
// memory (100 ns and more), depends on its data and is in the weights of
// branches, loops and loads on average only.
//
// They are part of the version.
var weights = [nClasses]uint64{
	classFree:         0,
	classLocal:        0,
	classConst:        0,
	classInt:          1,
	classShift:        1,
	classMul:          2,
	classDiv:          28,
	classBranch:       7,
	classBrTable:      12,
	classSelect:       2,
	classGlobal:       2,
	classLoad:         5,
	classStore:        2,
	classFloat:        3,
	classFloatArith:   4,
	classFloatRound:   6,
	classFloatDiv:     20,
	classConvert:      6,
	classCall:         12,
	classCallIndirect: 28,
	classEntry:        3,
	classLoop:         10,
	classTable:        50,
	classMemory:       2,
	classBulk:         80,
	classGrow:         5000,
	classVec:          2,
	classVecLoad:      4,
	classVecStore:     3,
	classVecLane:      3,
	classVecMul:       5,
	classVecSlow:      12,
	classVecFloat:     4,
	classVecDiv:       30,
}

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
	rateMemoryGrow = rate{100_000, 0} // per page by which the memory grew
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
	StartGasPerPage = 100_000
	// StartGasPerEntry is charged for each entry that a table begins with.
	StartGasPerEntry = 20
)
