// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

var (
	memoryGrowType = FuncType{Params: []ValType{I32}, Results: []ValType{I32}}
	tableGrowType  = FuncType{Params: []ValType{I32, I32, I64}, Results: []ValType{I32}}
	refFuncType    = FuncType{Params: []ValType{I64, I32}, Results: []ValType{I64}}
	copyType       = FuncType{Params: []ValType{I64, I64, I64}}
)

// bulkRates are what the operands of bulk instructions cost, by the arg of the
// event.
var bulkRates = [...]*rate{
	miscMemoryInit: &rateMemoryInit,
	miscMemoryCopy: &rateMemoryCopy,
	miscMemoryFill: &rateMemoryFill,
	miscTableInit:  &rateTableInit,
	miscTableCopy:  &rateTableCopy,
	miscTableGrow:  &rateTableGrow,
	miscTableFill:  &rateTableFill,
}

// misc validates an instruction that begins with prefixMisc.
func (b *body) misc(at int) {
	r := &b.r
	op := r.u32()
	if op < uint32(len(misc)) {
		b.fixed(&misc[op], at)
		return
	}
	switch op {
	case miscMemoryInit:
		b.dataIndex(at)
		b.memory(at)
		b.zero("memory.init")
		b.bulk(op, I32, I32, at)
	case miscDataDrop:
		b.dataIndex(at)
		b.work.bytes += bytesPerSegment
		b.charge(classBulk)
	case miscMemoryCopy:
		b.memory(at)
		b.zero("memory.copy")
		b.zero("memory.copy")
		b.bulk(op, I32, I32, at)
	case miscMemoryFill:
		b.memory(at)
		b.zero("memory.fill")
		b.bulk(op, I32, I32, at)
	case miscTableInit:
		elem := b.elemIndex()
		table := b.tableIndex()
		if want := b.m.tables[table].elem; elem != want {
			fail("instruction", at, "type mismatch: table.init of %s into a table of %s", elem, want)
		}
		b.bulk(op, I32, I32, at)
	case miscElemDrop:
		b.elemIndex()
		b.work.bytes += bytesPerSegment
		b.charge(classBulk)
	case miscTableCopy:
		to := b.m.tables[b.tableIndex()].elem
		if from := b.m.tables[b.tableIndex()].elem; from != to {
			fail("instruction", at, "type mismatch: table.copy of %s into a table of %s", from, to)
		}
		b.bulk(op, I32, I32, at)
	case miscTableGrow:
		t := b.m.tables[b.tableIndex()].elem
		b.take(I32, at)
		b.take(t, at)
		b.dynamicCharge(op, at, &tableGrowType)
		b.push(I32)
		b.charge(classGrow)
	case miscTableSize:
		b.tableIndex()
		b.push(I32)
		b.charge(classTable)
		b.stack.value(I32)
	case miscTableFill:
		t := b.m.tables[b.tableIndex()].elem
		b.bulk(op, I32, t, at)
	default:
		fail("unknown instruction", at, "opcode 0xfc %d", op)
	}
}

// bulk takes the operands of a bulk instruction: a length on top, one of type
// second below it and an address below that.
func (b *body) bulk(op uint32, first, second ValType, at int) {
	b.take(first, at)
	b.take(second, at)
	b.take(I32, at)
	b.dynamicCharge(op, at, &copyType)
	if op == miscMemoryFill || op == miscTableFill {
		b.charge(classFill)
	} else {
		b.charge(classBulk)
	}
}

// dynamicCharge records that the instruction at offset at is charged by the
// length on top of the operand stack.
func (b *body) dynamicCharge(op uint32, at int, native *FuncType) {
	if b.seg < 0 {
		return
	}
	b.event(eventBulk, at, int32(op))
	b.dynamic++
	b.work.bytes += bytesPerBulk
	blocks := 0
	if op == miscMemoryFill || op == miscTableFill {
		b.work.bytes += bytesPerFill
		blocks = 3
	}
	b.work.check(blocks, len(b.operands), b.stack.clock)
	b.stack.call(native, perBulk)
}

func (b *body) dataIndex(at int) {
	if !b.m.hasDataCount {
		fail("instruction", at, "a data segment is named and there is no data count section")
	}
	i := b.r.u32()
	if int64(i) >= int64(b.m.nData) {
		fail("data index", at, "there is no data segment %d", i)
	}
}

func (b *body) elemIndex() ValType {
	at := b.r.pos
	i := b.r.u32()
	if int64(i) >= int64(len(b.m.elems)) {
		fail("element index", at, "there is no element segment %d", i)
	}
	return b.m.elems[i]
}
