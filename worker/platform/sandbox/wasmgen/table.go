// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

// table is a table of the module. The first one is for guarded indirect calls:
// it is filled by one active segment and never written.
type table struct {
	kind     ValType
	min, max int // max -1: none
	// slots[i] is the function in slot i of the first table, -1 for null.
	slots []int
}

func (g *generator) drawTables() {
	fixed := table{kind: FuncRef}
	for range g.between(1, 12) {
		f := g.n(len(g.functions))
		if g.oneIn(16) {
			f = -1
		}
		fixed.slots = append(fixed.slots, f)
	}
	fixed.min = len(fixed.slots) + g.n(3)
	fixed.max = choose(g.source, []int{-1, fixed.min, fixed.min + 5})
	g.tables = append(g.tables, fixed)
	g.elements = append(g.elements, segment{mode: active, kind: FuncRef, exprs: true, size: len(fixed.slots), funcs: fixed.slots})
	for range g.n(4) {
		t := table{kind: choose(g.source, []ValType{FuncRef, ExternRef}), min: g.n(20)}
		t.max = choose(g.source, []int{-1, t.min, t.min + 1, t.min + 30})
		g.tables = append(g.tables, t)
	}
}

// place gives an active element segment a table and an offset within it.
func (g *generator) place(s *segment) bool {
	at := g.tablesOf(s.kind)
	if len(at) == 0 {
		return false
	}
	s.table = choose(g.source, at)
	room := g.tables[s.table].min
	if s.size > room {
		s.size = room
	}
	s.offset = g.n(room - s.size + 1)
	return true
}

// tablesOf lists the tables of a kind that may be written.
func (g *generator) tablesOf(kind ValType) []uint32 {
	var all []uint32
	for i, t := range g.tables {
		if i > 0 && t.kind == kind {
			all = append(all, uint32(i))
		}
	}
	return all
}

// tableIndex pushes an index that is below the table's first size.
func (f *function) tableIndex(table uint32, depth int) {
	f.below(f.tables[table].min, depth)
}

// below pushes an i32 that is below limit, or anything where the guard is down
// or no such number exists.
func (f *function) below(limit, depth int) {
	if limit <= 0 || !f.safe() {
		f.expr(I32, depth)
		return
	}
	if f.oneIn(2) {
		f.i32(f.n(limit))
		return
	}
	f.expr(I32, depth)
	f.i32(limit)
	f.plain("i32.rem_u")
}

// tableGet pushes an element, if there is a table for it.
func (f *function) tableGet(t ValType, depth int) bool {
	at := f.tablesOf(t)
	if len(at) == 0 {
		return false
	}
	i := choose(f.source, at)
	if f.tables[i].min == 0 && f.safe() {
		return false
	}
	f.tableIndex(i, depth-1)
	f.emit("table.get", 0, 0x25)
	f.code.unsigned(uint64(i))
	return true
}

// tableStatement writes a table.
func (f *function) tableStatement(depth int) bool {
	if len(f.tables) < 2 {
		return false
	}
	i := uint32(1 + f.n(len(f.tables)-1))
	t := f.tables[i]
	if t.min == 0 && f.safe() {
		return f.tableGrow(i, depth)
	}
	switch f.n(8) {
	case 0, 1:
		f.tableIndex(i, depth-1)
		f.expr(t.kind, depth-1)
		f.emit("table.set", 0, 0x26)
		f.code.unsigned(uint64(i))
	case 2:
		return f.tableGrow(i, depth)
	case 3:
		at, n := f.span(t.min)
		f.operand(at, depth)
		f.expr(t.kind, depth-1)
		f.operand(n, depth)
		f.emit("table.fill", 0xfc, 17)
		f.code.unsigned(uint64(i))
	case 4:
		from := choose(f.source, append(f.tablesOf(t.kind), i))
		to, n := f.span(min(t.min, f.tables[from].min))
		f.operand(to, depth)
		f.operand(f.n(f.tables[from].min-n+1), depth)
		f.operand(n, depth)
		f.emit("table.copy", 0xfc, 14)
		f.code.unsigned(uint64(i))
		f.code.unsigned(uint64(from))
	case 5, 6:
		return f.tableInit(i, depth)
	default:
		e := f.n(len(f.elements))
		if f.elements[e].kept || e == 0 {
			return false
		}
		f.emit("elem.drop", 0xfc, 13)
		f.code.unsigned(uint64(e))
	}
	return true
}

func (f *function) tableGrow(i uint32, depth int) bool {
	f.expr(f.tables[i].kind, depth-1)
	f.operand(f.n(4), depth)
	f.emit("table.grow", 0xfc, 15)
	f.code.unsigned(uint64(i))
	f.observe(I32)
	return true
}

func (f *function) tableInit(i uint32, depth int) bool {
	e := f.n(len(f.elements))
	s := f.elements[e]
	if s.kind != f.tables[i].kind {
		return false
	}
	size := s.size
	if !s.kept {
		size = 0 // it may have been dropped
	}
	to, n := f.span(min(size, f.tables[i].min))
	f.operand(to, depth)
	f.operand(f.n(size-n+1), depth)
	f.operand(n, depth)
	f.emit("table.init", 0xfc, 12)
	f.code.unsigned(uint64(e))
	f.code.unsigned(uint64(i))
	return true
}

// span draws a start and a length within size.
func (f *function) span(size int) (start, length int) {
	length = f.n(size + 1)
	return f.n(size - length + 1), length
}

// operand pushes a number, or anything where the guard is down.
func (f *function) operand(v, depth int) {
	if f.safe() {
		f.i32(v)
		return
	}
	f.expr(I32, depth-1)
}

// callIndirect calls through a table and gives the type of what was called.
func (f *function) callIndirect(want func(signature) bool, depth int) (signature, bool) {
	if len(f.tables) == 0 {
		return signature{}, false
	}
	if f.safe() {
		slot := f.n(len(f.tables[0].slots))
		callee := f.tables[0].slots[slot]
		if callee < 0 || !f.mayCall(callee) || !want(f.typeOf(callee)) {
			return signature{}, false
		}
		s := f.typeOf(callee)
		f.exprs(s.params, depth-1)
		f.i32(slot)
		if f.oneIn(3) { // an index that is not plainly a constant
			f.get(f.scratch(I32))
			f.get(f.scratch(I32))
			f.plain("i32.xor")
			f.plain("i32.or")
		}
		f.indirect(f.functions[callee], 0)
		return s, true
	}
	at := f.n(len(f.tables))
	if f.tables[at].kind != FuncRef {
		return signature{}, false
	}
	t := f.n(len(f.types))
	if !want(f.types[t]) {
		return signature{}, false
	}
	f.exprs(f.types[t].params, depth-1)
	f.expr(I32, depth-1)
	f.indirect(t, at)
	return f.types[t], true
}

func (f *function) indirect(typeIndex, table int) {
	f.emit("call_indirect", 0, 0x11)
	f.code.unsigned(uint64(typeIndex))
	f.code.unsigned(uint64(table))
}
