// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// constant is the value of a constant expression as far as it is known.
type constant struct {
	op    byte // opcode of its only instruction
	value int64
}

// constExpr reads a constant expression of type want.
func (m *module) constExpr(r *reader, want ValType) constant {
	at := r.pos
	c := constant{op: r.byte()}
	var got ValType
	switch c.op {
	case opI32Const:
		c.value, got = r.signed(32), I32
	case opI64Const:
		c.value, got = r.signed(64), I64
	case opF32Const:
		r.bytes(4)
		got = F32
	case opF64Const:
		r.bytes(8)
		got = F64
	case prefixSIMD:
		if sub := r.simdOp(at); sub != simdConst {
			fail("constant expression", at, "instruction 0xfd %d is not constant", sub)
		}
		r.bytes(16)
		got = V128
	case opRefNull:
		got = r.refType()
	case opRefFunc:
		m.declared[m.funcIndex(r)] = true
		got = FuncRef
	case opGlobalGet:
		i := r.u32()
		if int64(i) >= int64(m.nGlobalImports) {
			fail("constant expression", at, "global %d is not imported", i)
		}
		if m.globals[i].mutable {
			fail("constant expression", at, "global %d is mutable", i)
		}
		got = m.globals[i].t
	case opEnd:
		fail("constant expression", at, "it is empty")
	default:
		fail("constant expression", at, "instruction 0x%02x is not constant", c.op)
	}
	if got != want {
		fail("constant expression", at, "it is of type %s, not %s", got, want)
	}
	at = r.pos
	switch op := r.byte(); op {
	case opEnd:
	case opI32Add, opI32Sub, opI32Mul, opI64Add, opI64Sub, opI64Mul,
		opI32Const, opI64Const, opGlobalGet:
		fail("extended constant expression", at, "more than one instruction")
	default:
		fail("constant expression", at, "more than one instruction")
	}
	return c
}

func (m *module) funcIndex(r *reader) uint32 {
	at := r.pos
	i := r.u32()
	if int64(i) >= int64(len(m.funcs)) {
		fail("function index", at, "there is no function %d", i)
	}
	return i
}

// offset reads the offset of an active segment, which has to be a constant: an
// imported global's value is not known before the module is linked, and engines
// disagree on what an out-of-bounds segment leaves behind.
func (m *module) offset(r *reader) uint64 {
	at := r.pos
	c := m.constExpr(r, I32)
	if c.op != opI32Const {
		fail("segment offset", at, "it is not an i32.const")
	}
	return uint64(uint32(c.value))
}

func (m *module) readElements(code []byte, s section) {
	total := 0
	s.vector(code, "element segments", MaxElementSegments, func(r *reader, _ int) {
		at := r.pos
		// Bit 0: passive or declared; bit 1: explicit table, or declared; bit 2:
		// entries are expressions and not function indices.
		flags := r.u32()
		if flags > 7 {
			fail("element segment", at, "unknown flags %d", flags)
		}
		active := flags&1 == 0
		table, offset := uint32(0), uint64(0)
		if active {
			if flags&2 != 0 {
				table = r.u32()
			}
			if int64(table) >= int64(len(m.tables)) {
				fail("element segment", at, "there is no table %d", table)
			}
			offset = m.offset(r)
		}
		elem := FuncRef
		if flags&3 != 0 {
			kindAt := r.pos
			if flags&4 != 0 {
				elem = r.refType()
			} else if kind := r.byte(); kind != 0 {
				fail("element segment", kindAt, "unknown kind 0x%02x", kind)
			}
		}
		n := r.count("entries of an element segment", MaxElements-total)
		if flags&3 == 1 && elem == ExternRef && n > 0 {
			// wazero forgets its entries, which can be nothing but null.
			fail("element segment", at, "a passive segment of externref with entries")
		}
		total += n
		for range n {
			if flags&4 != 0 {
				m.constExpr(r, elem)
			} else {
				m.declared[m.funcIndex(r)] = true
			}
		}
		if active {
			t := &m.tables[table]
			if t.elem != elem {
				fail("element segment", at, "entries of type %s for a table of %s", elem, t.elem)
			}
			if offset+uint64(n) > uint64(t.min) {
				fail("element segment", at, "entries %d to %d are out of bounds of table %d, which begins with %d",
					offset, offset+uint64(n), table, t.min)
			}
		}
		m.elems = append(m.elems, elem)
	})
}

func (m *module) readDataCount(code []byte, s section) {
	if !s.present() {
		return
	}
	r := &reader{b: code, pos: s.start, end: s.end}
	m.nData = r.count("data segments", MaxDataSegments)
	m.hasDataCount = true
	if r.pos != r.end {
		fail("data count section", r.pos, "the section has %d bytes too many", r.end-r.pos)
	}
}

func (m *module) readData(code []byte, s section) {
	n := 0
	s.vector(code, "data segments", MaxDataSegments, func(r *reader, _ int) {
		n++
		at := r.pos
		flags := r.u32()
		if flags > 2 {
			fail("data segment", at, "unknown flags %d", flags)
		}
		active, offset := flags != 1, uint64(0)
		if active {
			memory := uint32(0)
			if flags == 2 {
				memory = r.u32()
			}
			if int64(memory) >= int64(len(m.memories)) {
				fail("data segment", at, "there is no memory %d", memory)
			}
			offset = m.offset(r)
		}
		size := r.u32()
		r.bytes(size)
		if active && offset+uint64(size) > uint64(m.memories[0].min)*PageSize {
			fail("data segment", at, "bytes %d to %d are out of bounds of the memory, which begins with %d pages",
				offset, offset+uint64(size), m.memories[0].min)
		}
	})
	if m.hasDataCount && n != m.nData {
		fail("data section", s.start, "%d segments where the data count section says %d", n, m.nData)
	}
	m.nData = n
}
