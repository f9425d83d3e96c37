// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import (
	"fmt"
	"strings"
)

// Module is what was made.
type Module struct {
	Code   []byte // in the binary format
	Config Config
	// Ops counts the instructions in the code by name.
	Ops map[string]int
	// Globals are the names of the exported globals that hold a number, in order
	// of their index. What the others hold is stored in memory before _start
	// returns.
	Globals []string
}

// New makes a module out of bytes, which also choose its configuration.
func New(data []byte) *Module {
	s := newSource(data)
	return generate(draw(s), s)
}

// NewWith makes a module of the given configuration out of bytes.
func NewWith(c Config, data []byte) *Module { return generate(c, newSource(data)) }

// signature is a function type.
type signature struct{ params, results []ValType }

func (a signature) equal(b signature) bool {
	return string(bytesOf(a.params)) == string(bytesOf(b.params)) && string(bytesOf(a.results)) == string(bytesOf(b.results))
}

func bytesOf(t []ValType) []byte {
	b := make([]byte, len(t))
	for i, v := range t {
		b[i] = byte(v)
	}
	return b
}

type global struct {
	kind    ValType
	mutable bool
}

type segment struct {
	size    int
	mode    byte // passive, active or declarative
	kind    ValType
	kept    bool // passive and never dropped
	content []byte
	table   uint32
	offset  int
	funcs   []int // of an element segment; -1 is null
	exprs   bool
}

const (
	passive byte = iota
	active
	declarative
)

// generator is a module in the making.
type generator struct {
	*source
	Config
	value     []ValType // the value types that the features allow
	types     []signature
	imports   []wasiFunction
	functions []int // type of every function, imports first
	guarded   []bool
	globals   []global
	pages     int
	tables    []table
	data      []segment
	elements  []segment
	ops       map[string]int
}

func generate(c Config, s *source) *Module {
	g := &generator{source: s, Config: c, ops: map[string]int{}, value: []ValType{I32, I32, I64, I64}}
	if c.Features.has(Floats) {
		g.value = append(g.value, F32, F64, F64)
	}
	if c.Features.has(Vectors) {
		g.value = append(g.value, V128, V128)
	}
	if c.Features.has(References) {
		g.value = append(g.value, FuncRef, ExternRef)
	}
	g.declare()
	bodies := make([]buffer, 0, len(g.functions))
	for i := len(g.imports); i < len(g.functions); i++ {
		bodies = append(bodies, g.function(i))
	}
	m := &Module{Config: c, Ops: g.ops}
	for i, v := range g.globals {
		if v.mutable && v.kind != V128 && !v.kind.isRef() {
			m.Globals = append(m.Globals, fmt.Sprint("g", i))
		}
	}
	m.Code = g.encode(bodies)
	return m
}

func (g *generator) typeOf(function int) signature { return g.types[g.functions[function]] }

// entry is the index of _start.
func (g *generator) entry() int { return len(g.imports) }

// typeIndex finds or adds a function type.
func (g *generator) typeIndex(s signature) int {
	for i, t := range g.types {
		if t.equal(s) {
			return i
		}
	}
	g.types = append(g.types, s)
	return len(g.types) - 1
}

func (g *generator) some(most int) []ValType {
	t := make([]ValType, g.n(most+1))
	for i := range t {
		t[i] = choose(g.source, g.value)
	}
	return t
}

func (g *generator) signature() signature {
	most := 1
	if g.Features.has(MultiValue) {
		most = 3
		if g.oneIn(20) {
			most = 14
		}
	}
	params := 4
	if g.oneIn(20) {
		params = 24
	}
	return signature{params: g.some(params), results: g.some(most)}
}

// declare draws everything that function bodies refer to.
func (g *generator) declare() {
	g.types = []signature{{}}
	for range g.between(1, 6) {
		g.typeIndex(g.signature())
	}
	if g.Features.has(WASI) {
		g.drawImports()
	}
	g.functions = append(g.functions, 0)
	for range g.Functions {
		g.functions = append(g.functions, g.n(len(g.types)))
	}
	g.guarded = make([]bool, len(g.functions))
	for i := range g.guarded {
		g.guarded[i] = i > g.entry() && g.safe()
	}

	g.globals = []global{{I32, true}} // the budget
	for range g.n(9) {
		g.globals = append(g.globals, global{choose(g.source, g.value), !g.oneIn(4)})
	}
	g.pages = choose(g.source, []int{1, 1, 1, 2, 3})
	if g.Unguarded > 0 && g.oneIn(8) {
		g.pages = 0
	}
	if g.Features.has(Tables) {
		g.drawTables()
	}
	g.drawSegments()
}

// safe says whether a guard is to be put up.
func (g *generator) safe() bool { return g.Unguarded == 0 || !g.oneIn(g.Unguarded) }

func (g *generator) drawSegments() {
	for range g.n(5) {
		s := segment{mode: passive, kept: g.oneIn(2), size: g.n(65)}
		if g.oneIn(3) {
			s.mode, s.offset, s.kept = active, g.n(0x4000), false
			if g.pages == 0 {
				s.size, s.offset = 0, 0
			}
		}
		for range s.size {
			s.content = append(s.content, g.byte())
		}
		g.data = append(g.data, s)
	}
	if g.Features.has(WASI) && g.pages > 0 {
		paths := strings.Join(paths, "\x00")
		g.data = append(g.data, segment{mode: active, offset: pathsAt, size: len(paths), content: []byte(paths)})
	}
	if !g.Features.has(Tables | References) {
		return
	}
	for range g.n(4) {
		s := segment{mode: choose(g.source, []byte{passive, passive, active, declarative}), kind: FuncRef, kept: g.oneIn(2), size: g.n(9)}
		s.exprs = g.oneIn(3)
		if g.oneIn(4) {
			s.kind, s.exprs = ExternRef, true
		}
		if s.mode == active && !g.place(&s) {
			s.mode = passive
		}
		if s.kind == ExternRef && s.mode == passive {
			s.size = 0 // engines differ on the others, which the profile refuses
		}
		s.kept = s.kept && s.mode == passive
		for range s.size {
			f := g.n(len(g.functions))
			if s.exprs && (s.kind == ExternRef || g.oneIn(4)) {
				f = -1
			}
			s.funcs = append(s.funcs, f)
		}
		g.elements = append(g.elements, s)
	}
	// Only a function that some segment names may be the operand of ref.func.
	all := segment{mode: declarative, kind: FuncRef, exprs: g.oneIn(2), size: len(g.functions)}
	for i := range g.functions {
		all.funcs = append(all.funcs, i)
	}
	g.elements = append(g.elements, all)
}
