// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// complexity estimates the time and memory that an engine's passes take over a
// function where they are not linear in its size. It follows the blocks of
// wazero's compiler, of which each construct and branch begins one:
//
//   - from every edge it walks up the tree of dominators;
//   - for a local that is read where it was not written it walks up the chain of
//     blocks with one predecessor each, and where the chain begins with a merge
//     it does so from each of the predecessors;
//   - it keeps phis and liveness for every value that lives across blocks, and
//     to find the phis that it can do without it looks for each phi at all that
//     the same edge carries, once more for each level of nested loops;
//   - a block begins with a copy of the bounds that were checked before it;
//   - each target of a br_table is a block, and after a call every mutable global
//     is loaded.
type complexity struct {
	blocks  int64 // places where control flow parts or meets
	height  int64 // greatest number of operands at such a place
	locals  int64 // locals whose values live across such places
	crosses []bool
	calls   int64
	targets int64 // of br_tables
	work    int64 // units beside
	bytes   int64 // memory beside
	edges   int64 // to merges

	nest, deepest int64 // loops around the current block, and the most of them

	// Of the current block: its depth in the tree of dominators, the length of
	// the chain above it, the bounds that are known in it, and the clock of
	// stackCost at its begin.
	depth, chain, bounds, begin int64
	// Sums: of depth over all edges, of chain over all edges to merges and over
	// all reads, and of bounds over all blocks.
	walk, merged, read, known int64
}

// label is what is known of the label of a frame, for complexity.
type label struct {
	edges                int64 // that go there
	depth, chain, bounds int64 // the least depth, the sum of chains, the least bounds
	head                 at    // the block before the frame
}

// at is what is known of a block.
type at struct{ depth, chain, bounds int64 }

// The weights of complexity: one unit is about a microsecond of wazero's
// compiler on a server core of 2024 in the worst cases that were found.
const (
	complexityLive    = 2   // for each block and each value that may live across it
	complexityTarget  = 25  // for each target of a br_table
	complexityGlobal  = 3   // for each call and mutable global
	complexityPhis    = 256 // pairs of values on an edge, a unit
	complexityWalk    = 16  // steps up the tree of dominators, a unit
	complexityBytes   = 125 // of the memory of instructions, a unit
	complexityLookups = 32  // steps up chains, a unit
	complexityBounds  = 4   // bounds, a unit
)

func (c *complexity) reset(locals int) {
	crosses := c.crosses[:0]
	for range locals {
		crosses = append(crosses, false)
	}
	*c = complexity{crosses: crosses}
}

// cross notes that local i is read where its value comes from another place.
func (c *complexity) cross(i uint32) {
	if !c.crosses[i] {
		c.crosses[i] = true
		c.locals++
	}
}

// lookup notes a read of a variable that was last written at the given clock.
func (c *complexity) lookup(written int64) {
	if written <= c.begin {
		c.read += c.chain
	}
}

// access notes an access of memory: its base and size are variables, too.
func (c *complexity) access() {
	c.read += 2 * c.chain
	c.bounds++
}

// check notes a dynamic charge: two ways, one of which goes to the pad, and n
// blocks more that engines make of the instruction, by a loop if there are any.
func (c *complexity) check(n int, height int, clock int64) {
	for range n + 1 {
		c.block(height)
		c.walk += 3 * c.depth
		c.next(clock)
	}
	if n > 0 {
		c.edges += 3
		c.merged += 3 * c.chain
		c.chain = 0
	}
}

// block counts a place where control flow parts or meets while the operand stack
// has height entries.
func (c *complexity) block(height int) {
	c.blocks++
	c.height = max(c.height, int64(height))
}

// edge is an edge of the control flow from the current block to l.
func (c *complexity) edge(l *label) {
	c.walk += c.depth
	if l.edges == 0 {
		l.depth, l.bounds = c.depth, c.bounds
	}
	l.edges++
	l.depth = min(l.depth, c.depth)
	l.bounds = min(l.bounds, c.bounds)
	l.chain += c.chain + 1
}

// branch is an edge from a br_table to l, by a block of its own.
func (c *complexity) branch(l *label) {
	c.targets++
	c.walk += 3 * c.depth
	c.depth++
	c.edge(l)
	c.depth--
}

// next begins another block that only the current one leads to.
func (c *complexity) next(clock int64) {
	c.walk += c.depth
	c.known += c.bounds
	c.depth++
	c.chain++
	c.begin = clock
}

// open begins the frame f, of which the current block is the head.
func (c *complexity) open(f *frame, clock int64) {
	f.target = label{head: at{c.depth, c.chain, c.bounds}}
	switch f.op {
	case opIf:
		c.walk += c.depth
		c.next(clock)
	case opLoop:
		c.nest++
		c.deepest = max(c.deepest, c.nest)
		c.merged += c.chain + 1
		c.edges++
		c.next(clock)
		// The check of the gas left: two ways, one of which goes to the pad.
		c.walk += 3 * c.depth
		c.depth += 2
		c.chain = 0
	}
}

// otherwise begins the other arm of f.
func (c *complexity) otherwise(f *frame, clock int64) {
	l := &f.target
	if !f.unreachable {
		c.edge(l)
	}
	c.depth, c.chain, c.bounds = l.head.depth, l.head.chain, l.head.bounds
	c.next(clock)
}

// close ends f: the block behind it is right below the deepest block that all
// ways to it share.
func (c *complexity) close(f *frame, clock int64) {
	l := &f.target
	if f.op == opLoop {
		c.nest--
		c.edges += l.edges
		c.merged += l.chain
		c.next(clock)
		return
	}
	if !f.unreachable {
		c.edge(l)
	}
	if f.op == opIf { // past the arm, by a block of its own
		c.depth, c.chain, c.bounds = l.head.depth, l.head.chain+1, l.head.bounds
		if l.edges == 0 {
			c.depth++
		}
		c.edge(l)
	}
	switch l.edges {
	case 0:
		return
	case 1:
		c.chain = l.chain
	default:
		c.edges += l.edges
		c.merged += l.chain
		c.chain = 0
	}
	c.depth, c.bounds, c.begin = l.depth+1, l.bounds, clock
	c.known += c.bounds
}

// diamonds counts n branches around one instruction that are added in a function
// with that many locals, at each of which any of them may be live.
func (c *complexity) diamonds(n, locals int) {
	c.work += complexityLive * 2 * int64(n) * int64(locals)
	c.blocks += 2 * int64(n)
}

// memory is the estimate in bytes of what an engine allocates for a function of
// a module with that many mutable globals.
func (c *complexity) memory(globals int64) int64 {
	live := c.locals + c.height
	return c.bytes + bytesPerBlock*c.blocks + bytesPerLive*c.blocks*live +
		bytesPerTarget*c.targets + bytesPerBound*c.known +
		c.calls*(bytesPerCall+bytesPerGlobal*globals)
}

// What wazero's compiler allocates, measured with the slack of the collector.
const (
	bytesPerBlock        = 6_000
	bytesPerLive         = 400 // for each block and each value that may live across it
	bytesPerTarget       = 2_500
	bytesPerBound        = 25
	bytesPerCall         = 2_000
	bytesPerGlobal       = 200 // for each call and mutable global
	bytesPerCallIndirect = 12_000
	bytesPerTable        = 5_000
	bytesPerRefFunc      = 2_000
	bytesPerSegment      = 3_500 // data.drop, elem.drop
	bytesPerBulk         = 25_000
	bytesPerFill         = 20_000 // besides
	bytesPerSelect       = 2_000
)

// sizeNeed is what an instruction of row needs, in bytes.
func sizeNeed(row *opcode) uint16 {
	switch {
	case row.imm == immMemory, row.imm == immMemLane:
		return 5_000
	case row.rewrite != rewriteNone:
		return 12_000
	case row.class == classDiv, row.makes == floatF32x4, row.makes == floatF64x2:
		return 6_000
	case row.class == classConvert:
		return 8_000
	case row.makes != floatNone:
		return 2_000
	}
	return 1_000
}

// total is the estimate of time for a function of a module with that many
// mutable globals.
func (c *complexity) total(globals int64) int64 {
	live := c.locals + c.height
	return c.work + complexityLive*c.blocks*live +
		c.edges*live*live/complexityPhis*(1+c.deepest) +
		complexityTarget*c.targets + complexityGlobal*c.calls*globals +
		c.walk/complexityWalk + c.known/complexityBounds +
		(c.merged*(c.locals+1)+c.read)/complexityLookups +
		(c.bytes+bytesPerCall*c.calls)/complexityBytes
}
