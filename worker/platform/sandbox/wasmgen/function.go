// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import "slices"

// label is a block that branches may leave, or a loop that they may go on with.
type label struct {
	types []ValType // what a branch takes along
	loop  bool
}

// function is a function body in the making.
type function struct {
	*generator
	index   int
	sig     signature
	code    buffer
	left    int       // instructions still to make
	locals  []ValType // parameters first
	own     int       // the locals below this one are free to use
	scratch func(ValType) uint32
	labels  []label // outermost first
}

// function makes the body of a function, its locals included.
func (g *generator) function(index int) buffer {
	f := &function{generator: g, index: index, sig: g.typeOf(index), left: g.Nodes}
	f.locals = slices.Clone(f.sig.params)
	most := 8
	if g.oneIn(30) {
		most = 300
	}
	f.locals = append(f.locals, g.some(most)...)
	f.own = len(f.locals)
	helpers := map[ValType]uint32{}
	f.scratch = func(t ValType) uint32 {
		if _, ok := helpers[t]; !ok {
			helpers[t] = f.local(t)
		}
		return helpers[t]
	}
	f.labels = []label{{types: f.sig.results}}

	if g.guarded[index] {
		f.spend(1)
		f.i32(0)
		f.plain("i32.lt_s")
		f.emit("if", 0, 0x04)
		f.code.byte(0x40)
		for _, t := range f.sig.results {
			f.leaf(t)
		}
		f.emit("return", 0, 0x0f)
		f.emit("end", 0, 0x0b)
	}
	if index == g.entry() {
		f.main()
	} else {
		f.body(f.sig.results, g.Depth)
	}
	f.emit("end", 0, 0x0b)

	var out buffer
	out.localGroups(f.locals[len(f.sig.params):], g.source)
	return append(out, f.code...)
}

// localGroups appends the locals' declaration, which may have empty groups.
func (b *buffer) localGroups(types []ValType, s *source) {
	var groups buffer
	n := 0
	for i := 0; i < len(types); {
		run := 1
		for i+run < len(types) && types[i+run] == types[i] && !s.oneIn(8) {
			run++
		}
		if s.oneIn(40) {
			groups.byte(0, byte(types[i]))
			n++
		}
		groups.unsigned(uint64(run))
		groups.byte(byte(types[i]))
		n++
		i += run
	}
	b.unsigned(uint64(n))
	*b = append(*b, groups...)
}

// main is the body of _start. It calls every function once, so that all code
// is reached, keeps what they return, and stores what globals hold that a host
// cannot read, vectors, or cannot compare, references.
func (f *function) main() {
	f.statements(f.Depth)
	for i := f.index + 1; i < len(f.functions); i++ {
		s := f.typeOf(i)
		f.exprs(s.params, 2)
		f.call(i)
		f.keep(s.results)
	}
	f.left = f.Nodes
	f.body(nil, f.Depth)
	for i, v := range f.globals {
		if v.kind == V128 || v.kind.isRef() {
			f.indexed("global.get", 0x23, uint32(i))
			f.store16(observedAt-16*(i+1), v.kind)
		}
	}
}

// local adds a local that only guards use.
func (f *function) local(t ValType) uint32 {
	f.locals = append(f.locals, t)
	return uint32(len(f.locals) - 1)
}

// emit appends an opcode and counts it.
func (f *function) emit(name string, prefix byte, code uint32) {
	f.count(name)
	f.left--
	if prefix != 0 {
		f.code.byte(prefix)
		f.code.unsigned(uint64(code))
		return
	}
	f.code.byte(byte(code))
}

// named finds instructions by name.
var named = func() map[string]*operation {
	m := map[string]*operation{}
	for _, o := range operations {
		m[o.name] = o
	}
	return m
}()

// plain appends instructions by name; none of them has an immediate.
func (f *function) plain(names ...string) {
	for _, name := range names {
		o := named[name]
		f.emit(name, o.prefix, o.code)
	}
}

func (f *function) i32(v int) {
	f.emit("i32.const", 0, 0x41)
	f.code.signed(int64(int32(v)))
}

func (f *function) get(local uint32) { f.indexed("local.get", 0x20, local) }
func (f *function) set(local uint32) { f.indexed("local.set", 0x21, local) }
func (f *function) tee(local uint32) { f.indexed("local.tee", 0x22, local) }

func (f *function) indexed(name string, code, index uint32) {
	f.emit(name, 0, code)
	f.code.unsigned(uint64(index))
}

// spend takes n off the module's budget and pushes what is left of it.
func (f *function) spend(n int) {
	f.indexed("global.get", 0x23, 0)
	f.i32(n)
	f.plain("i32.sub")
	f.indexed("global.set", 0x24, 0)
	f.indexed("global.get", 0x23, 0)
}

// localsOf lists the locals of a type that are free to use.
func (f *function) localsOf(t ValType) []uint32 {
	var all []uint32
	for i, l := range f.locals[:f.own] {
		if l == t {
			all = append(all, uint32(i))
		}
	}
	return all
}

func (f *function) globalsOf(t ValType, write bool) []uint32 {
	var all []uint32
	for i, v := range f.globals {
		if v.kind == t && !(write && (i == 0 || !v.mutable)) {
			all = append(all, uint32(i))
		}
	}
	return all
}

// mayCall says whether a call from here cannot recurse without end. A call of
// proc_exit is no accident either.
func (f *function) mayCall(callee int) bool {
	if callee < len(f.imports) {
		return f.imports[callee].result != ""
	}
	return callee > f.index || f.guarded[callee] || !f.safe()
}

func (f *function) call(callee int) { f.indexed("call", 0x10, uint32(callee)) }

// keep takes values off the stack in a way that shows in the end.
func (f *function) keep(types []ValType) {
	for _, t := range slices.Backward(types) {
		f.observe(t)
	}
}

// observe takes a value off the stack and stores it.
func (f *function) observe(t ValType) {
	all := f.globalsOf(t, true)
	if len(all) > 0 && f.oneIn(2) {
		f.indexed("global.set", 0x24, choose(f.source, all))
		return
	}
	f.store16(observedAt+16*f.n(512), t)
}

// store16 takes a value off the stack and stores it at an address, of a
// reference only whether it is null.
func (f *function) store16(at int, t ValType) {
	if f.pages == 0 {
		f.drop()
		return
	}
	if t.isRef() {
		f.emit("ref.is_null", 0, 0xd1)
		t = I32
	}
	s := f.scratch(t)
	f.set(s)
	f.i32(at)
	f.get(s)
	store := accessOf(stores, t)[0]
	f.emit(store.name, store.prefix, store.code)
	f.code.unsigned(uint64(store.align))
	f.code.unsigned(0)
}

func (f *function) drop() { f.emit("drop", 0, 0x1a) }
