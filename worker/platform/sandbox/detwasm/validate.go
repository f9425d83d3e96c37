// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// instruction validates the next instruction.
func (b *body) instruction() {
	r := &b.r
	at := r.pos
	op := r.byte()
	switch op {
	case opUnreachable:
		b.leave(0)
		b.stop()
	case opNop:
	case opBlock, opLoop:
		b.open(op, at)
	case opIf:
		b.charge(classBranch)
		b.open(op, at)
	case opElse:
		b.otherwise(at)
	case opEnd:
		b.end(at)
	case opBr:
		b.br(at)
	case opBrIf:
		b.brIf(at)
	case opBrTable:
		b.brTable(at)
	case opReturn:
		b.ret(at)
	case opCall:
		b.call(at)
	case opCallIndirect:
		b.callIndirect(at)
	case opDrop:
		o := b.popAny(at)
		b.absorb(o)
		for shape := floatF32; shape <= floatF64x2; shape++ {
			b.blind(o, shape)
		}
	case opSelect:
		b.selectUntyped(at)
	case opSelectT:
		b.selectTyped(at)
	case opLocalGet:
		i := b.local()
		b.push(b.locals[i])
		b.charge(classLocal)
		if b.stack.last[i] <= b.stack.merge {
			b.work.cross(i)
		}
		b.work.lookup(b.stack.last[i])
	case opLocalSet:
		i := b.local()
		b.pop(b.locals[i], at)
		b.stack.write(i, b.locals[i])
		b.charge(classLocal)
	case opLocalTee:
		i := b.local()
		b.pop(b.locals[i], at)
		b.push(b.locals[i])
		b.stack.write(i, b.locals[i])
		b.charge(classLocal)
	case opGlobalGet:
		t := b.global().t
		b.push(t)
		b.work.lookup(0)
		b.stack.value(t)
		b.stack.value(I64) // the address of an imported one
		b.charge(classGlobal)
	case opGlobalSet:
		g := b.global()
		if !g.mutable {
			fail("instruction", at, "global.set of an immutable global")
		}
		b.take(g.t, at)
		b.stack.value(I64) // the address of an imported one
		b.charge(classGlobal)
	case opTableGet:
		t := b.m.tables[b.tableIndex()].elem
		b.take(I32, at)
		b.push(t)
		b.stack.values += perTable
		b.work.bytes += bytesPerTable
		b.charge(classTable)
	case opTableSet:
		t := b.m.tables[b.tableIndex()].elem
		b.pop(t, at)
		b.take(I32, at)
		b.stack.values += perTable
		b.work.bytes += bytesPerTable
		b.charge(classTable)
	case opMemorySize:
		b.memory(at)
		b.zero("memory.size")
		b.push(I32)
		b.stack.value(I32)
		b.charge(classMemory)
	case opMemoryGrow:
		b.memory(at)
		b.zero("memory.grow")
		b.take(I32, at)
		b.event(eventGrow, at, 0)
		b.event(eventGrown, r.pos, 0)
		b.push(I32)
		b.charge(classGrow)
		if b.seg >= 0 {
			b.dynamic++
			b.grows++
			b.work.bytes += bytesPerBulk
			b.work.check(0, len(b.operands), b.stack.clock)
			b.stack.call(&memoryGrowType, perBulk)
		}
	case opI32Const:
		b.constValue = r.signed(32)
		b.constant(I32)
		b.constEnd = r.pos
	case opI64Const:
		b.constValue = r.signed(64)
		b.constant(I64)
		b.constEnd = r.pos
	case opF32Const:
		r.bytes(4)
		b.constant(F32)
	case opF64Const:
		r.bytes(8)
		b.constant(F64)
	case opRefNull:
		b.constant(r.refType())
	case opRefIsNull:
		if o := b.popAny(at); o.t != unknown && !o.t.isRef() {
			fail("instruction", at, "type mismatch: ref.is_null of %s", o.t)
		}
		b.push(I32)
		b.stack.value(I32)
		b.charge(classCompare)
	case opRefFunc:
		i := b.m.funcIndex(r)
		if !b.m.declared[i] {
			fail("instruction", at, "ref.func of function %d, which no element segment, export or global declares", i)
		}
		b.push(FuncRef)
		b.stack.call(&refFuncType, 0)
		b.work.bytes += bytesPerRefFunc
		b.charge(classRefFunc)
	case prefixMisc:
		b.misc(at)
	case prefixSIMD:
		b.simd(at)
	default:
		if row := &mvp[op]; row.name != "" {
			b.fixed(row, at)
			return
		}
		refuse(op, at)
	}
}

// refuse names the proposal that an instruction outside of the profile is from.
func refuse(op byte, at int) {
	switch op {
	case 0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f:
		fail("exception handling", at, "instruction 0x%02x", op)
	case 0x12, 0x13:
		fail("tail call", at, "instruction 0x%02x", op)
	case 0x14, 0x15, 0xd3, 0xd4, 0xd5, 0xd6, 0xfb:
		fail("typed references or garbage collection", at, "instruction 0x%02x", op)
	case prefixAtomic:
		fail("threads", at, "an atomic instruction")
	}
	fail("unknown instruction", at, "opcode 0x%02x", op)
}

// fixed validates an instruction whose type is a row of a table.
func (b *body) fixed(row *opcode, at int) {
	switch row.imm {
	case immNone:
	case immMemory:
		b.memarg(row, at)
	case immMemLane:
		b.memarg(row, at)
		b.lane(row)
	case immLane:
		b.lane(row)
	}
	for i := int(row.nIn) - 1; i >= 0; i-- {
		o := b.pop(row.in[i], at)
		if o.event == 0 {
			continue
		}
		if row.blind != floatNone {
			b.blind(o, row.blind)
		}
		if row.passes>>i&1 == 0 || row.class == classShift && b.shifts(row.out, at) {
			b.absorb(o)
		}
	}
	if row.rewrite != rewriteNone {
		b.rewrite(row.rewrite, at) // before what happens behind the instruction
	}
	if row.out != 0 {
		b.push(row.out)
		if row.makes != floatNone {
			b.canonical(row.makes, b.r.pos)
		} else if row.and {
			b.mask(row.out, b.r.pos)
		}
	}
	b.charge(row.class)
	b.stack.instruction(row)
	b.work.bytes += int64(row.size)
}

// shifts tells whether the shift of a t at offset at is by a constant that is
// not 0 in its bits: then it is not the value itself that it passes on.
func (b *body) shifts(t ValType, at int) bool {
	bits := int64(31)
	if t == I64 {
		bits = 63
	}
	return b.constEnd == at && b.constValue&bits != 0
}

func (b *body) memory(at int) {
	if len(b.m.memories) == 0 {
		fail("instruction", at, "there is no memory")
	}
}

func (b *body) memarg(row *opcode, at int) {
	align := b.r.u32()
	if align >= 1<<6 && align < 1<<7 {
		fail("multi-memory", at, "a memory index in %s", row.name)
	}
	if align > uint32(row.limit&0xf) {
		fail("instruction", at, "the alignment of %s exceeds its width", row.name)
	}
	b.r.u32()
	b.memory(at)
	b.work.access()
}

func (b *body) lane(row *opcode) {
	at := b.r.pos
	if n := b.r.byte(); n >= (row.limit>>4-1)&0xf+1 {
		fail("instruction", at, "%s has no lane %d", row.name, n)
	}
}

// zero reads the byte that stands for the only memory.
func (b *body) zero(name string) {
	at := b.r.pos
	if c := b.r.byte(); c != 0 {
		fail("multi-memory", at, "a memory index in %s", name)
	}
}

func (b *body) constant(t ValType) {
	b.push(t)
	b.charge(classConst)
}

func (b *body) local() uint32 {
	at := b.r.pos
	i := b.r.u32()
	if int64(i) >= int64(len(b.locals)) {
		fail("local index", at, "there is no local %d", i)
	}
	return i
}

func (b *body) global() globalType {
	at := b.r.pos
	i := b.r.u32()
	if int64(i) >= int64(len(b.m.globals)) {
		fail("global index", at, "there is no global %d", i)
	}
	return b.m.globals[i]
}

func (b *body) tableIndex() uint32 {
	at := b.r.pos
	i := b.r.u32()
	if int64(i) >= int64(len(b.m.tables)) {
		fail("table index", at, "there is no table %d", i)
	}
	return i
}

func (b *body) selectUntyped(at int) {
	b.take(I32, at)
	y, x := b.popAny(at), b.popAny(at)
	if x.t.isRef() || y.t.isRef() {
		fail("instruction", at, "type mismatch: select of references without a type")
	}
	if x.t != y.t && x.t != unknown && y.t != unknown {
		fail("instruction", at, "type mismatch: select of %s and %s", x.t, y.t)
	}
	t := x.t
	if t == unknown {
		t = y.t
	}
	b.choose(t, at)
}

func (b *body) selectTyped(at int) {
	if n := b.r.u32(); n != 1 {
		fail("instruction", at, "select with %d types", n)
	}
	t := b.r.valType()
	b.take(I32, at)
	b.pop(t, at)
	b.pop(t, at)
	b.choose(t, at)
}

// choose is what the two selects share.
func (b *body) choose(t ValType, at int) {
	b.push(t)
	b.stack.value(t)
	b.work.bytes += bytesPerSelect
	if b.seg < 0 {
		return
	}
	switch t {
	case F32:
		b.selects.f32++
		b.stack.values += perSelect
	case F64:
		b.selects.f64++
		b.stack.values += perSelect
	case V128:
		b.selects.v128++
		b.stack.values += perSelect
	default:
		b.charge(classSelect)
		return
	}
	b.charge(classSelectFloat)
	b.event(eventSelect, at, int32(t)|int32(b.r.pos-at)<<8)
}

func (b *body) simd(at int) {
	op := b.r.simdOp(at)
	switch {
	case op == simdConst:
		b.r.bytes(16)
		b.constant(V128)
	case op == simdShuffle:
		for _, lane := range b.r.bytes(16) {
			if lane >= 32 {
				fail("instruction", at, "i8x16.shuffle has no lane %d", lane)
			}
		}
		b.pop(V128, at)
		b.pop(V128, at)
		b.push(V128)
		b.charge(classVecLane)
		b.stack.value(V128)
	case op >= simdRelaxed:
		fail("relaxed SIMD", at, "instruction 0xfd %d", op)
	case simd[op].name == "":
		fail("unknown instruction", at, "opcode 0xfd %d", op)
	default:
		b.fixed(&simd[op], at)
	}
}
