// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

import "sort"

// stackCost bounds the native frame of a function from above, in bytes.
//
// wazero's compiler gives every virtual register that it ever spills a slot of
// its own in the frame and never uses a slot twice, on amd64 and on arm64. So
// the number of virtual registers bounds the frame. They are: the parameters,
// the results of instructions and what their expansion needs besides, and the
// phis, the values that a local or an operand takes where control flow meets.
// docs/detwasm.md has the argument in full.
type stackCost struct {
	values int64 // slots of results of instructions and of their expansion
	phis   int64
	args   int64 // greatest area of arguments and results of a call
	paths  int64 // places from which on memory's base and size are loaded anew
	memory int64 // accesses of memory

	// For every open frame, marks has where it began and what of the written
	// locals counts for it. A local that is written counts for each open frame
	// that began after the last write of the same local: the frames from some
	// index on, at which the size of its slot is added to mark.written. sum is
	// the sum of written over all open frames.
	marks []mark
	sum   int64
	count int64 // the same as sum, counting locals
	clock int64
	last  []int64 // clock of the last write of each local
	merge int64   // clock of the last place where control flow may meet
}

type mark struct {
	begin   int64 // clock
	base    int64 // sum when the frame began
	written int64
	target  bool // a branch goes to the frame's label

	// The same as written and base, counting locals and not their sizes.
	locals, localsBase int64
}

const (
	// frameFlat is what a frame has beside the slots that are counted: the
	// return address, the caller's frame pointer, alignment, the registers that
	// a callee saves, two context pointers and what the code of detwasm at entry
	// and exit computes.
	frameFlat = 512
	// freeFrame is the greatest frame of a function without calls that is not
	// counted: there is only one such frame at a time, on top of all others, and
	// it lies between StackBudget and the native ceiling.
	freeFrame = 500_000

	// perMerge is what the code of detwasm adds at a place where control flow
	// meets: the phi of the gas left, and the charge of a segment.
	perMerge = 3 * 8
	// perCall is what a call needs besides its operands and results.
	perCall = 3 * 8
	// perIndirect is what a call through a table needs besides.
	perIndirect = 8 * 8
	// perBulk is what an instruction that engines expand into loops or calls of
	// their own needs.
	perBulk = 25 * 8
	// perSelect is what a select of floats or vectors needs besides its result.
	perSelect = 3 * 16
	// perTable is what table.get and table.set need: the table, its size and
	// base, the offset, the address and the entry.
	perTable = 8 * 8
	// perMemory is what a memory access needs besides its result: the address,
	// which later accesses use again, and the extended index.
	perMemory = 2 * 8
	// perPath is memory's base and size.
	perPath = 2 * 8
)

// slot is the size of a value of type t in a frame.
func slot(t ValType) int64 {
	if t == I32 || t == F32 {
		return 4
	}
	if t == V128 {
		return 16
	}
	return 8
}

func slots(ts []ValType) (n int64) {
	for _, t := range ts {
		n += slot(t)
	}
	return n
}

// argSlots is the size of values that are passed on the stack: there each has 8
// bytes at least.
func argSlots(ts []ValType) (n int64) {
	for _, t := range ts {
		n += max(8, slot(t))
	}
	return n
}

func (s *stackCost) reset(t *FuncType, locals []ValType) {
	marks, last := s.marks[:0], s.last[:0]
	for range locals {
		last = append(last, 0)
	}
	*s = stackCost{marks: marks, last: last, values: slots(t.Params) + slots(t.Results), paths: 1, clock: 1}
	s.marks = append(s.marks, mark{})
}

// value counts a value of type t.
func (s *stackCost) value(t ValType) { s.values += slot(t) }

// instruction counts what the instruction of row makes.
func (s *stackCost) instruction(row *opcode) {
	s.values += int64(row.frame)
	if row.imm == immMemory || row.imm == immMemLane {
		s.memory++
	}
}

// write counts a write of local i of type t.
func (s *stackCost) write(i uint32, t ValType) {
	last := s.last[i]
	s.clock++
	s.last[i] = s.clock
	top := len(s.marks) - 1
	if s.marks[top].begin <= last {
		return // it counts for all frames already
	}
	j := sort.Search(top, func(k int) bool { return s.marks[k].begin > last })
	s.marks[j].written += slot(t)
	s.sum += slot(t)
	s.marks[j].locals++
	s.count++
}

// open begins a frame.
func (s *stackCost) open(op byte) {
	s.clock++
	if op == opLoop {
		s.merge = s.clock
	}
	s.marks = append(s.marks, mark{begin: s.clock, base: s.sum, localsBase: s.count, target: op == opIf})
}

// otherwise is an else: the locals are again what they were at the if.
func (s *stackCost) otherwise() { s.merge = s.clock }

// branch notes a branch to the frame of index i.
func (s *stackCost) branch(i int) { s.marks[i].target = true }

// close ends the innermost frame. At its label, if a branch goes there, the
// operands and the locals that were written in the frame may come from more
// than one place: meets. written is the number of these locals.
func (s *stackCost) close(f *frame) (meets bool, written int64) {
	n := len(s.marks) - 1
	m := &s.marks[n]
	s.merge = s.clock
	if m.target {
		s.phis += s.sum - m.base + slots(f.label())
		s.values += perMerge
		s.paths++
	}
	meets, written = m.target, s.count-m.localsBase
	s.sum -= m.written
	s.count -= m.locals
	s.marks = s.marks[:n]
	return meets, written
}

// call counts a call of a function of type t.
func (s *stackCost) call(t *FuncType, extra int64) {
	s.values += slots(t.Results) + perCall + extra
	s.args = max(s.args, argSlots(t.Params)+argSlots(t.Results)+32)
	s.paths++
}

// frame is the bound in bytes.
func (s *stackCost) frame() int64 {
	n := frameFlat + s.values + s.phis + s.args + perPath*min(s.paths, s.memory)
	return (n + 15) &^ 15
}

// frameNeed is what an instruction of row may need in a frame: its result, and
// what engines compute on the way to it.
func frameNeed(row *opcode) uint16 {
	var n int64
	if row.out != 0 {
		n += slot(row.out)
	}
	if row.imm == immMemory || row.imm == immMemLane {
		n += perMemory
	}
	switch {
	case row.makes != floatNone:
		n += 2*slot(row.out) + 3*8 // the canonical NaN, the comparison, the phi or the choice
	case row.class == classDiv, row.class == classShift, row.class == classRotate:
		n += slot(row.out) // a copy, as operands are in fixed registers on amd64
	case row.class == classVecSlow:
		n += 2 * slot(V128)
	}
	return uint16(n)
}

func init() {
	for _, t := range [][]opcode{mvp[:], misc[:], simd[:]} {
		for i := range t {
			t[i].frame, t[i].size = frameNeed(&t[i]), sizeNeed(&t[i])
		}
	}
}
