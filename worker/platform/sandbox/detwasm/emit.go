// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// emitter writes the instrumented form of one function after another.
type emitter struct {
	out []byte
	// gas and stack are the indices of the two globals.
	gas, stack uint32
	// exitType maps the results of a function to the type of the block that its
	// body is wrapped in; the types are appended to the module's.
	module *module
	added  []FuncType
	exits  map[string]uint32

	b *body
	// local tells that the gas left is kept in local gasLocal while the function
	// runs. A function without loops works on the global itself.
	local    bool
	gasLocal uint32
	i32Local uint32 // first of two
	i64Local uint32 // first of two
	vecLocal uint32 // first of two
	nanLocal [floatF64x2 + 1]uint32
}

// emit appends the instrumented body of b with its size in front.
func (e *emitter) emit(b *body) {
	e.b = b
	e.local = b.loops > 0
	frame := b.stack.frame()
	counted := b.calls > 0 || frame > freeFrame
	wrapped := counted || b.loops > 0 || b.dynamic > 0
	e.declareLocals()
	e.enter(counted, frame, wrapped)
	e.instructions(wrapped)
	if wrapped {
		e.op(opEnd)
		e.leave(counted, frame)
		e.op(opReturn, opEnd, opUnreachable)
	}
	e.op(opEnd)
}

func (e *emitter) op(bytes ...byte) { e.out = append(e.out, bytes...) }

// with writes an instruction with an index or label.
func (e *emitter) with(op byte, i uint32) {
	e.out = appendU32(append(e.out, op), i)
}

func (e *emitter) i64(v int64) {
	e.out = appendS64(append(e.out, opI64Const), v)
}

// declareLocals writes the local declarations and those of scratch locals.
func (e *emitter) declareLocals() {
	b := e.b
	next := uint32(len(b.locals))
	var own [8]struct {
		n uint32
		t ValType
	}
	k := 0
	declare := func(n uint32, t ValType) uint32 {
		own[k].n, own[k].t = n, t
		k++
		next += n
		return next - n
	}
	if e.local {
		e.gasLocal = declare(1, I64)
	}
	switch {
	case b.grows+b.selects.f32 > 0:
		e.i32Local = declare(2, I32)
	case b.dynamic+b.selects.f64+b.scratch.i32 > 0:
		e.i32Local = declare(1, I32)
	}
	if b.selects.f64+b.scratch.i64 > 0 {
		e.i64Local = declare(2, I64)
	}
	if b.selects.v128+b.scratch.v128+b.nans[floatF32x4]+b.nans[floatF64x2] > 0 {
		e.vecLocal = declare(2, V128)
	}
	if b.nans[floatF32] > 0 {
		e.nanLocal[floatF32] = declare(1, F32)
	}
	if b.nans[floatF64] > 0 {
		e.nanLocal[floatF64] = declare(1, F64)
	}
	if b.nans[floatF32x4]+b.nans[floatF64x2] > 0 {
		e.nanLocal[floatF32x4] = declare(1, V128)
		e.nanLocal[floatF64x2] = e.nanLocal[floatF32x4]
	}
	e.out = appendU32(e.out, b.nGroups+uint32(k))
	e.out = append(e.out, b.groups...)
	for _, g := range own[:k] {
		e.out = append(appendU32(e.out, g.n), byte(g.t))
	}
}

// getGas and setGas read and write the gas left.
func (e *emitter) getGas() {
	if e.local {
		e.with(opLocalGet, e.gasLocal)
	} else {
		e.with(opGlobalGet, e.gas)
	}
}

func (e *emitter) setGas() {
	if e.local {
		e.with(opLocalSet, e.gasLocal)
	} else {
		e.with(opGlobalSet, e.gas)
	}
}

// flush brings the global up to date, and reload the local.
func (e *emitter) flush() {
	if e.local {
		e.with(opLocalGet, e.gasLocal)
		e.with(opGlobalSet, e.gas)
	}
}

func (e *emitter) reload() {
	if e.local {
		e.with(opGlobalGet, e.gas)
		e.with(opLocalSet, e.gasLocal)
	}
}

// enter writes what runs before the first instruction: the charge of the first
// segment and of the frame, and the check of both.
func (e *emitter) enter(counted bool, frame int64, wrapped bool) {
	if wrapped {
		e.op(opBlock, blockVoid)
	}
	e.with(opGlobalGet, e.gas)
	e.i64(int64(e.b.segments[0]))
	e.op(opI64Sub)
	if e.local {
		e.with(opLocalTee, e.gasLocal)
	}
	e.with(opGlobalSet, e.gas)
	if counted {
		e.with(opGlobalGet, e.stack)
		e.i64(frame)
		e.op(opI64Sub)
		e.with(opGlobalSet, e.stack)
		e.with(opGlobalGet, e.stack)
	}
	e.getGas()
	if counted {
		e.op(opI64Or)
	}
	e.i64(0)
	e.op(opI64LtS)
	if !wrapped {
		e.op(opIf, blockVoid, opUnreachable, opEnd)
		return
	}
	e.with(opBrIf, 0)
	e.op(opBlock)
	e.blockType(e.b.typ.Results)
}

// leave writes what runs after the last instruction.
func (e *emitter) leave(counted bool, frame int64) {
	e.flush()
	if counted {
		e.with(opGlobalGet, e.stack)
		e.i64(frame)
		e.op(opI64Add)
		e.with(opGlobalSet, e.stack)
	}
}

// blockType writes the type of a block without parameters.
func (e *emitter) blockType(results []ValType) {
	switch len(results) {
	case 0:
		e.op(blockVoid)
	case 1:
		e.op(byte(results[0]))
	default:
		key := string(valTypeBytes(results))
		i, ok := e.exits[key]
		if !ok {
			i = e.findType(results)
			e.exits[key] = i
		}
		e.out = appendS64(e.out, int64(i))
	}
}

func valTypeBytes(ts []ValType) []byte {
	b := make([]byte, len(ts))
	for i, t := range ts {
		b[i] = byte(t)
	}
	return b
}

func (e *emitter) findType(results []ValType) uint32 {
	for i := range e.module.types {
		if t := &e.module.types[i]; len(t.Params) == 0 && sameTypes(t.Results, results) {
			return uint32(i)
		}
	}
	e.added = append(e.added, FuncType{Results: results})
	return uint32(len(e.module.types) + len(e.added) - 1)
}

// instructions copies the instructions of the body up to its last end and does
// at every event what it asks for.
func (e *emitter) instructions(wrapped bool) {
	b := e.b
	from := b.start
	for i := range b.events {
		ev := &b.events[i]
		if int(ev.pos) > from {
			e.out = append(e.out, b.r.b[from:ev.pos]...)
			from = int(ev.pos)
		}
		switch ev.kind {
		case eventNone:
		case eventCharge:
			if gas := b.segments[ev.arg]; gas > 0 {
				e.getGas()
				e.i64(int64(gas))
				e.op(opI64Sub)
				e.setGas()
			}
		case eventLoop:
			e.getGas()
			e.i64(int64(b.segments[ev.arg]))
			e.op(opI64Sub)
			e.with(opLocalTee, e.gasLocal)
			e.with(opGlobalSet, e.gas)
			e.checkLoop(ev.depth)
		case eventFlush:
			e.flush()
		case eventReload:
			e.reload()
		case eventNaN:
			e.canonical(float(ev.arg))
		case eventMask:
			if ValType(ev.arg) == I32 {
				e.op(opI32Const, 0, opI32Or)
			} else {
				e.op(opI64Const, 0, opI64Or)
			}
		case eventSelect:
			e.choose(ValType(ev.arg & 0xff))
			from += int(ev.arg >> 8)
		case eventRewrite:
			from += int(ev.arg >> 8)
			e.rewritten(rewrite(ev.arg&0xff), b.r.b[from-1])
		case eventReturn:
			if wrapped {
				e.with(opBr, uint32(ev.depth-1))
				from++
			}
		case eventBulk:
			e.bulk(bulkRates[ev.arg], ev.depth)
		case eventGrow:
			e.with(opLocalTee, e.i32Local)
		case eventGrown:
			e.grown(ev.depth)
		}
	}
	e.out = append(e.out, b.r.b[from:b.r.end-1]...)
}

// check leaves through the pad that traps when the gas is negative; the global
// is up to date.
func (e *emitter) check(depth int32) {
	e.getGas()
	e.i64(0)
	e.op(opI64LtS)
	e.with(opBrIf, uint32(depth))
}

// checkLoop is check at a loop header. Engines fuse a comparison with the branch
// behind it where nothing else goes to the branch's target: the pad that all
// checks share is not such a target, the empty arm is.
func (e *emitter) checkLoop(depth int32) {
	e.getGas()
	e.i64(0)
	e.op(opI64GeS, opIf, blockVoid, opElse)
	e.with(opBr, uint32(depth)+1)
	e.op(opEnd)
}

// chargeDynamic takes an i64 from the operand stack that is to be charged, with
// the gas left below it, and checks.
func (e *emitter) chargeDynamic(depth int32) {
	e.op(opI64Sub)
	e.setGas()
	e.flush()
	e.check(depth)
}

func (e *emitter) scaled(r *rate) {
	e.op(opI64ExtendU)
	if r.mul != 1 {
		e.i64(r.mul)
		e.op(opI64Mul)
	}
	if r.shift != 0 {
		e.i64(r.shift)
		e.op(opI64ShrU)
	}
}

// bulk charges by the length on top of the operand stack and leaves it there.
func (e *emitter) bulk(r *rate, depth int32) {
	e.with(opLocalSet, e.i32Local)
	e.getGas()
	e.with(opLocalGet, e.i32Local)
	e.scaled(r)
	e.chargeDynamic(depth)
	e.with(opLocalGet, e.i32Local)
}

// grown charges the pages by which memory.grow succeeded; its operand is in the
// first scratch local and its result on the operand stack.
func (e *emitter) grown(depth int32) {
	e.with(opLocalSet, e.i32Local+1)
	e.getGas()
	e.with(opLocalGet, e.i32Local)
	e.scaled(&rateMemoryGrow)
	e.i64(0)
	e.with(opLocalGet, e.i32Local+1)
	e.op(opI32Const, 0x7f, opI32Ne, opSelect)
	e.chargeDynamic(depth)
	e.with(opLocalGet, e.i32Local+1)
}
