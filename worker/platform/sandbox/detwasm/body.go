// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// unknown is the type of an operand that unreachable code takes from nowhere.
const unknown ValType = 0

// operand is one entry of the operand stack.
type operand struct {
	t ValType
	// event is one more than the index of the event that follows the instruction
	// that made this value, to be dropped where its only reader has no need of it:
	// eventNaN or eventMask; 0 where there is none.
	event int32
}

// frame is one entry of the control stack.
type frame struct {
	op              byte // opBlock, opLoop, opIf, opElse; the function itself is an opBlock
	params, results []ValType
	height          int32 // of the operand stack below the frame's operands
	unreachable     bool  // the rest of the frame up to its end or else
	dead            bool  // the frame was entered in unreachable code
	seg             int32 // the segment in which the frame was entered
	header          int32 // the segment of a loop's header, noSegment in unreachable code
	// escape is the index of the outermost frame that is left by a branch out
	// of this one; return and unreachable leave the outermost frame.
	escape int32
	target label
}

// label is the type of a branch to f.
func (f *frame) label() []ValType {
	if f.op == opLoop {
		return f.params
	}
	return f.results
}

// eventKind says what emission does at an event.
type eventKind uint8

const (
	eventNone    eventKind = iota // nothing any more
	eventCharge                   // charge segment arg
	eventLoop                     // the same at a loop header, with flush and check
	eventFlush                    // before a call: the local becomes the global
	eventReload                   // after a call: the global becomes the local
	eventNaN                      // make the top of the stack canonical; arg is its float shape
	eventMask                     // keep the result of an and from comparisons; arg is its type
	eventSelect                   // a select of floats or vectors; arg is its type and its length << 8
	eventRewrite                  // an instruction that is written as others; arg is its rewrite and its length << 8
	eventReturn                   // return becomes a branch
	eventBulk                     // charge by the top of the stack; arg is an index of bulkRates
	eventGrow                     // before memory.grow: keep its operand
	eventGrown                    // after memory.grow: charge what it grew
)

// event is a place in a function body where emission adds or changes something.
type event struct {
	pos   int32 // byte offset in the module
	arg   int32
	depth int32 // frames open at pos, the function's own included
	kind  eventKind
}

const noSegment = -1

// body is the analysis of one function body. It is used for one function after
// another so that its slices are allocated a few times only.
type body struct {
	m *module
	r reader

	typ      *FuncType
	locals   []ValType // parameters and locals
	groups   []byte    // the declarations of locals as they are in the module
	nGroups  uint32
	start    int // offset of the first instruction
	operands []operand
	frames   []frame
	events   []event
	segments []uint64 // gas of each segment
	seg      int32    // the current segment, noSegment in unreachable code

	loops   int
	calls   int
	dynamic int // dynamic charges
	grows   int // memory.grow among them
	nans    [floatF64x2 + 1]int
	// selects are the selects that are rewritten: of f32, f64 and v128.
	selects struct{ f32, f64, v128 int }
	scratch scratch // of instructions that are rewritten
	// merges are the segments that are charged for the values that are moved
	// where control flow meets.
	merges []merge
	// constEnd is where the last constant ended, and constValue what it was.
	constEnd   int
	constValue int64
	stack      stackCost
	work       complexity
}

// analyse validates the body between r.pos and r.end of a function of type t
// and collects what emission needs.
func (b *body) analyse(t *FuncType, start, end int) {
	b.r.pos, b.r.end = start, end
	b.typ = t
	b.operands, b.frames, b.events, b.segments = b.operands[:0], b.frames[:0], b.events[:0], b.segments[:0]
	b.loops, b.calls, b.dynamic, b.grows = 0, 0, 0, 0
	clear(b.nans[:])
	b.selects.f32, b.selects.f64, b.selects.v128 = 0, 0, 0
	b.scratch = scratch{}
	b.merges, b.constEnd = b.merges[:0], -1
	b.readLocals()
	b.stack.reset(t, b.locals)
	b.work.reset(len(b.locals))
	b.start = b.r.pos
	b.openSegment(classEntry)
	b.frames = append(b.frames, frame{op: opBlock, results: t.Results})
	for len(b.frames) > 0 {
		b.instruction()
	}
	if b.r.pos != b.r.end {
		fail("function body", b.r.pos, "%d bytes follow its end", b.r.end-b.r.pos)
	}
	b.chargeMerges()
	if b.branchesOnNaNs() {
		b.work.diamonds(b.nans[floatF32]+b.nans[floatF64], len(b.locals))
		b.stack.paths += int64(b.nans[floatF32] + b.nans[floatF64])
	}
}

// branchesOnNaNs tells which form the canonicalisation of scalars takes in the
// function.
func (b *body) branchesOnNaNs() bool { return b.nans[floatF32]+b.nans[floatF64] <= MaxNaNBranches }

func (b *body) readLocals() {
	b.locals = append(b.locals[:0], b.typ.Params...)
	at := b.r.pos
	b.nGroups = b.r.u32()
	begin := b.r.pos
	for range b.nGroups {
		n := b.r.u32()
		t := b.r.valType()
		if uint64(n)+uint64(len(b.locals)) > MaxLocals {
			fail("locals", at, "more than the limit of %d", MaxLocals)
		}
		for range n {
			b.locals = append(b.locals, t)
		}
	}
	b.groups = b.r.b[begin:b.r.pos]
}

// openSegment begins a segment whose flat cost is that of class c.
func (b *body) openSegment(c class) {
	b.seg = int32(len(b.segments))
	b.segments = append(b.segments, weights[c])
}

// charge adds the cost of one instruction to the current segment.
func (b *body) charge(c class) {
	if b.seg >= 0 {
		b.segments[b.seg] += weights[c]
	}
}

// event records kind at pos, unless nothing runs there.
func (b *body) event(kind eventKind, pos int, arg int32) {
	if b.seg >= 0 {
		b.events = append(b.events, event{pos: int32(pos), arg: arg, depth: int32(len(b.frames)), kind: kind})
	}
}

func (b *body) top() *frame { return &b.frames[len(b.frames)-1] }

func (b *body) push(t ValType) {
	b.operands = append(b.operands, operand{t: t})
}

func (b *body) pushAll(ts []ValType) {
	for _, t := range ts {
		b.operands = append(b.operands, operand{t: t})
	}
}

// popAny takes the top of the operand stack.
func (b *body) popAny(at int) operand {
	n := len(b.operands)
	if f := b.top(); n == int(f.height) {
		if f.unreachable {
			return operand{}
		}
		fail("instruction", at, "type mismatch: an operand is missing")
	}
	o := b.operands[n-1]
	b.operands = b.operands[:n-1]
	return o
}

// pop takes the top of the operand stack, which has to be of type want.
func (b *body) pop(want ValType, at int) operand {
	if n := len(b.operands); n > int(b.top().height) && b.operands[n-1].t == want {
		b.operands = b.operands[:n-1]
		return b.operands[:n][n-1]
	}
	o := b.popAny(at)
	if o.t != want && o.t != unknown {
		fail("instruction", at, "type mismatch: an operand is %s, not %s", o.t, want)
	}
	return o
}

func (b *body) popAll(ts []ValType, at int) {
	for i := len(ts) - 1; i >= 0; i-- {
		b.pop(ts[i], at)
	}
}

// blind is what happens when an instruction takes o that cannot tell NaNs of
// the given shape apart: they need not be canonical.
func (b *body) blind(o operand, shape float) {
	if o.event == 0 {
		return
	}
	e := &b.events[o.event-1]
	if e.kind == eventNaN && float(e.arg) == shape {
		e.kind = eventNone
		b.nans[shape]--
	}
}

// canonical marks the top of the stack as a result whose NaNs have to be made
// canonical at pos.
func (b *body) canonical(shape float, pos int) {
	if b.seg < 0 {
		return
	}
	b.event(eventNaN, pos, int32(shape))
	b.nans[shape]++
	b.operands[len(b.operands)-1].event = int32(len(b.events))
}

// mask marks the top of the stack as the result of an and, see eventMask.
func (b *body) mask(t ValType, pos int) {
	if b.seg < 0 {
		return
	}
	b.event(eventMask, pos, int32(t))
	b.stack.value(t)
	b.operands[len(b.operands)-1].event = int32(len(b.events))
}

// absorb is what happens when an instruction takes o that is no comparison by
// order and does not pass o on: an and needs nothing behind it.
func (b *body) absorb(o operand) {
	if o.event == 0 {
		return
	}
	if e := &b.events[o.event-1]; e.kind == eventMask {
		e.kind = eventNone
		b.stack.values -= slot(ValType(e.arg))
	}
}

// take is pop for an instruction that absorbs.
func (b *body) take(want ValType, at int) { b.absorb(b.pop(want, at)) }

func (b *body) takeAll(ts []ValType, at int) {
	for i := len(ts) - 1; i >= 0; i-- {
		b.take(ts[i], at)
	}
}
