// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// complexity estimates the time that an engine's passes take over a function
// where they are not linear in its size. wazero's compiler builds its phis and
// its liveness for every value that lives across blocks at every block, walks up
// the tree of dominators for every block, follows chains of aliases through one
// merge after another, and loads every mutable global anew after each call.
type complexity struct {
	blocks  int64 // places where control flow parts or meets
	loops   int64
	calls   int64
	memory  int64 // accesses of memory
	height  int64 // greatest number of operands at such a place
	locals  int64 // locals whose values live across such places
	crosses []bool
}

// The weights of complexity: one unit is about a microsecond of wazero's
// compiler on a server core of 2024 in the worst cases that were found.
const (
	complexityLiveness = 4  // for each block and each value that may live across it
	complexityLoop     = 1  // for each pair of a loop and a block
	complexityPairs    = 16 // pairs of blocks, or of blocks and memory accesses, a unit
	complexityGlobals  = 1  // for each call and mutable global
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

// block counts n places where control flow parts or meets while the operand
// stack has height entries.
func (c *complexity) block(n, height int) {
	c.blocks += int64(n)
	c.height = max(c.height, int64(height))
}

// total is the estimate for a function of a module with that many mutable globals.
func (c *complexity) total(globals int64) int64 {
	return complexityLiveness*c.blocks*(c.locals+c.height) +
		complexityLoop*c.loops*c.blocks +
		(c.blocks+c.memory)*c.blocks/complexityPairs +
		complexityGlobals*c.calls*globals
}
