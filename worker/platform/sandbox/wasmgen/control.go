// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import "slices"

// block appends a block, loop or if with the given results.
func (f *function) block(results []ValType, depth int) {
	var params []ValType
	if f.Features.has(MultiValue) && f.oneIn(4) {
		params = f.some(3)
		if f.oneIn(3) {
			params = slices.Clone(results)
		}
	}
	switch f.n(5) {
	case 0:
		f.loop(params, results, depth)
	case 1, 2:
		f.exprs(params, depth-1)
		f.expr(I32, depth-1)
		f.emit("if", 0, 0x04)
		f.blockType(params, results)
		f.labels = append(f.labels, label{types: results})
		f.enter(params)
		f.body(results, depth-1)
		if !slices.Equal(params, results) || f.oneIn(2) {
			f.emit("else", 0, 0x05)
			f.enter(params)
			f.body(results, depth-1)
		}
		f.leave()
	default:
		f.exprs(params, depth-1)
		f.emit("block", 0, 0x02)
		f.blockType(params, results)
		f.labels = append(f.labels, label{types: results})
		f.enter(params)
		f.body(results, depth-1)
		f.leave()
	}
}

func (f *function) leave() {
	f.emit("end", 0, 0x0b)
	f.labels = f.labels[:len(f.labels)-1]
}

// blockType appends a block type in one of its encodings.
func (f *function) blockType(params, results []ValType) {
	switch {
	case len(params) > 0 || len(results) > 1:
		f.code.signed(int64(f.typeIndex(signature{params, results})))
	case f.oneIn(8) && f.Features.has(MultiValue):
		f.code.signed(int64(f.typeIndex(signature{nil, results})))
	case len(results) == 1:
		f.code.byte(byte(results[0]))
	default:
		f.code.byte(0x40)
	}
}

// enter takes a block's parameters off the stack.
func (f *function) enter(params []ValType) {
	for _, t := range slices.Backward(params) {
		switch locals := f.localsOf(t); {
		case len(locals) > 0 && f.oneIn(2):
			f.set(choose(f.source, locals))
		case f.oneIn(2):
			f.observe(t)
		default:
			f.drop()
		}
	}
}

// body appends statements and pushes the results, unless it ends in a branch.
func (f *function) body(results []ValType, depth int) {
	f.statements(depth)
	if f.oneIn(12) && f.Features.has(DeadCode) && len(f.labels) > 1 {
		f.jump(depth)
		f.dead(depth)
		return
	}
	f.exprs(results, depth-1)
	if f.Features.has(DeadCode) && f.oneIn(16) {
		f.indexed("br", 0x0c, 0)
		if f.labels[len(f.labels)-1].loop {
			return
		}
		f.dead(depth)
	}
}

// loop appends a loop that goes round a drawn number of times, as long as the
// module's budget lasts, or, where the guard is down, without end.
func (f *function) loop(params, results []ValType, depth int) {
	counter := f.local(I32)
	f.i32(f.n(12))
	f.set(counter)
	f.exprs(params, depth-1)
	f.emit("loop", 0, 0x03)
	f.blockType(params, results)
	f.labels = append(f.labels, label{types: params, loop: true})
	f.enter(params)
	f.statements(depth - 1)
	f.exprs(params, depth-1)
	if !f.safe() {
		f.indexed("br", 0x0c, 0)
		f.leave()
		return
	}
	f.get(counter)
	f.i32(1)
	f.plain("i32.sub")
	f.tee(counter)
	f.i32(0)
	f.plain("i32.gt_s")
	f.spend(1)
	f.i32(0)
	f.plain("i32.gt_s", "i32.and")
	f.indexed("br_if", 0x0d, 0)
	f.enter(params)
	f.exprs(results, depth-1)
	f.leave()
}

// target draws a label to leave by: how many blocks outwards, and its types.
// There is always one, the function's own.
func (f *function) target() (int, []ValType) {
	var out []int
	for i, l := range f.labels {
		if !l.loop {
			out = append(out, len(f.labels)-1-i)
		}
	}
	to := choose(f.source, out)
	return to, f.labels[len(f.labels)-1-to].types
}

// targets lists the labels to leave by that take exactly the given types.
func (f *function) targets(types ...ValType) []int {
	var out []int
	for i, l := range f.labels {
		if !l.loop && slices.Equal(l.types, types) {
			out = append(out, len(f.labels)-1-i)
		}
	}
	return out
}

// surplus pushes values that a branch leaves behind.
func (f *function) surplus(depth int) []ValType {
	if !f.oneIn(4) {
		return nil
	}
	t := f.some(3)
	f.exprs(t, depth-1)
	return t
}

// jump appends an unconditional branch out of here.
func (f *function) jump(depth int) {
	f.surplus(depth)
	switch f.n(6) {
	case 0:
		f.exprs(f.sig.results, depth-1)
		f.emit("return", 0, 0x0f)
	case 1:
		if f.Unguarded > 0 && !f.safe() {
			f.emit("unreachable", 0, 0x00)
			return
		}
		fallthrough
	case 2:
		f.table(depth)
	default:
		to, types := f.target()
		f.exprs(types, depth-1)
		f.indexed("br", 0x0c, uint32(to))
	}
}

// table appends a br_table between labels that take the same types.
func (f *function) table(depth int) {
	_, types := f.target()
	f.exprs(types, depth-1)
	most := 6
	if f.oneIn(20) {
		most = 400
	}
	n := f.n(most)
	f.below(n+2, depth-1)
	f.emit("br_table", 0, 0x0e)
	f.code.unsigned(uint64(n))
	to := f.targets(types...)
	for range n + 1 {
		f.code.unsigned(uint64(choose(f.source, to)))
	}
}

// branchWith pushes a value that a conditional branch may take away.
func (f *function) branchWith(t ValType, depth int) bool {
	to := f.targets(t)
	if len(to) == 0 {
		return false
	}
	f.expr(t, depth)
	f.expr(I32, depth)
	f.indexed("br_if", 0x0d, uint32(choose(f.source, to)))
	return true
}
