// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// single are the types of blocks with one result.
var single = func() (t [256][]ValType) {
	for _, v := range []ValType{I32, I64, F32, F64, V128, FuncRef, ExternRef} {
		t[v] = []ValType{v}
	}
	return t
}()

// blockType reads the type of a block.
func (b *body) blockType() (params, results []ValType) {
	r := &b.r
	at := r.pos
	if at < r.end {
		if c := r.b[at]; c == blockVoid {
			r.pos++
			return nil, nil
		} else if ValType(c).valid() {
			r.pos++
			return nil, single[c]
		}
	}
	i := r.signed(33)
	if i < 0 || i >= int64(len(b.m.types)) {
		fail("block type", at, "there is no type %d", i)
	}
	t := &b.m.types[i]
	return t.Params, t.Results
}

// open enters a block, loop or if at offset at.
func (b *body) open(op byte, at int) {
	params, results := b.blockType()
	if op == opIf {
		b.take(I32, at)
	}
	b.popAll(params, at)
	if len(b.frames) >= MaxNesting {
		fail("nesting", at, "more than the limit of %d blocks", MaxNesting)
	}
	b.frames = append(b.frames, frame{
		op: op, params: params, results: results,
		height: int32(len(b.operands)), dead: b.seg < 0, seg: b.seg,
		escape: int32(len(b.frames)),
	})
	b.pushAll(params)
	b.stack.open(op)
	b.work.block(len(b.operands))
	b.work.open(b.top(), b.stack.clock)
	if b.seg < 0 || op == opBlock {
		return
	}
	if op == opLoop {
		b.loops++
		b.openSegment(classLoop)
		b.top().header = b.seg
		b.event(eventLoop, b.r.pos, b.seg)
		return
	}
	b.openSegment(classFree)
	b.event(eventCharge, b.r.pos, b.seg)
}

// otherwise is an else at offset at.
func (b *body) otherwise(at int) {
	f := b.top()
	if f.op != opIf {
		fail("instruction", at, "an else without an if")
	}
	b.popAll(f.results, at)
	if len(b.operands) != int(f.height) {
		fail("instruction", at, "type mismatch: operands are left over at the else")
	}
	f.op = opElse
	b.work.block(len(b.operands))
	b.work.otherwise(f, b.stack.clock)
	b.stack.otherwise()
	f.unreachable = false
	b.pushAll(f.params)
	if f.dead {
		return
	}
	b.openSegment(classFree)
	b.event(eventCharge, b.r.pos, b.seg)
}

// end closes the innermost frame at offset at.
func (b *body) end(at int) {
	f := b.top()
	if len(b.frames) == 1 {
		b.takeAll(f.results, at)
	} else {
		b.popAll(f.results, at)
	}
	if len(b.operands) != int(f.height) {
		fail("instruction", at, "type mismatch: operands are left over at the end of a block")
	}
	if f.op == opIf && !sameTypes(f.params, f.results) {
		fail("instruction", at, "type mismatch: an if without else changes the operands")
	}
	meets, written := b.stack.close(f)
	b.work.close(f, b.stack.clock)
	n := len(b.frames) - 1
	b.frames = b.frames[:n]
	if n == 0 {
		return
	}
	b.pushAll(f.results)
	outer := b.top()
	outer.escape = min(outer.escape, f.escape)
	switch {
	case f.dead:
		b.seg = noSegment
	case int(f.escape) == n:
		// Whoever enters the frame leaves it here or not at all, so what follows
		// runs as often as what came before.
		b.seg = f.seg
	default:
		b.openSegment(classFree)
		b.event(eventCharge, b.r.pos, b.seg)
	}
	if !meets {
		return
	}
	seg := b.seg
	if f.op == opLoop {
		seg = f.header
	}
	b.merge(seg, written, int64(len(f.label())))
}

func sameTypes(a, b []ValType) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// target reads a label and returns the frame it names.
func (b *body) target() *frame {
	at := b.r.pos
	l := b.r.u32()
	if int64(l) >= int64(len(b.frames)) {
		fail("label", at, "there is no block %d", l)
	}
	i := len(b.frames) - 1 - int(l)
	b.leave(i)
	b.stack.branch(i)
	b.work.block(len(b.operands))
	return &b.frames[i]
}

// leave notes that a branch to frame i starts here.
func (b *body) leave(i int) {
	f := b.top()
	f.escape = min(f.escape, int32(i))
}

// stop is what happens after an instruction that never goes on to the next.
func (b *body) stop() {
	f := b.top()
	b.operands = b.operands[:f.height]
	f.unreachable = true
	b.seg = noSegment
}

func (b *body) br(at int) {
	f := b.target()
	b.work.edge(&f.target)
	b.popAll(f.label(), at)
	b.charge(classBranch)
	b.stop()
}

func (b *body) brIf(at int) {
	f := b.target()
	b.work.edge(&f.target)
	b.take(I32, at)
	b.popAll(f.label(), at)
	b.pushAll(f.label())
	b.charge(classBranch)
	b.work.next(b.stack.clock)
}

func (b *body) brTable(at int) {
	b.take(I32, at)
	n := b.r.count("targets of a br_table", MaxBrTableTargets-1)
	var first []ValType
	for i := range n + 1 {
		f := b.target()
		types := f.label()
		b.work.branch(&f.target)
		if i == 0 {
			first = types
		} else if len(types) != len(first) {
			fail("instruction", at, "type mismatch: the targets of a br_table differ in arity")
		}
		b.peekAll(types, at)
	}
	b.charge(classBrTable)
	b.stop()
}

// peekAll checks that the top of the operand stack is of the given types.
func (b *body) peekAll(ts []ValType, at int) {
	f := b.top()
	for i := range ts {
		k := len(b.operands) - 1 - i
		if k < int(f.height) {
			if f.unreachable {
				return
			}
			fail("instruction", at, "type mismatch: an operand is missing")
		}
		got, want := b.operands[k].t, ts[len(ts)-1-i]
		if got != want && got != unknown {
			fail("instruction", at, "type mismatch: an operand is %s, not %s", got, want)
		}
	}
}

func (b *body) ret(at int) {
	b.takeAll(b.typ.Results, at)
	b.leave(0)
	b.stack.branch(0)
	b.work.block(len(b.operands))
	b.work.edge(&b.frames[0].target)
	b.charge(classBranch)
	b.event(eventReturn, at, 0)
	b.stop()
}

func (b *body) call(at int) {
	i := b.m.funcIndex(&b.r)
	b.charge(classCall)
	b.invoke(b.m.funcType(i), 0, at)
}

func (b *body) callIndirect(at int) {
	t := &b.m.types[b.m.typeIndex(&b.r)]
	table := b.tableIndex()
	if b.m.tables[table].elem != FuncRef {
		fail("instruction", at, "type mismatch: call_indirect through a table of %s", b.m.tables[table].elem)
	}
	b.take(I32, at)
	b.charge(classCallIndirect)
	b.work.bytes += bytesPerCallIndirect
	b.invoke(t, perIndirect, at)
}

// invoke is what the two calls share.
func (b *body) invoke(t *FuncType, extra int64, at int) {
	b.takeAll(t.Params, at)
	if b.seg >= 0 {
		b.calls++
		b.work.calls++
		b.stack.call(t, extra)
	}
	b.event(eventFlush, at, 0)
	b.event(eventReload, b.r.pos, 0)
	b.pushAll(t.Results)
}
