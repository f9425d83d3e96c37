// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// The sections by id.
const (
	secCustom    = 0
	secType      = 1
	secImport    = 2
	secFunction  = 3
	secTable     = 4
	secMemory    = 5
	secGlobal    = 6
	secExport    = 7
	secStart     = 8
	secElement   = 9
	secCode      = 10
	secData      = 11
	secDataCount = 12
	secTag       = 13
)

var sectionNames = [...]string{
	"custom section", "type section", "import section", "function section",
	"table section", "memory section", "global section", "export section",
	"start section", "element section", "code section", "data section",
	"data count section", "tag section",
}

// sectionOrder is the place of each section in a module.
var sectionOrder = [...]int{
	secType: 1, secImport: 2, secFunction: 3, secTable: 4, secMemory: 5,
	secGlobal: 6, secExport: 7, secStart: 8, secElement: 9, secDataCount: 10,
	secCode: 11, secData: 12,
}

// section is the place of a section's contents in the module.
type section struct{ start, end int }

func (s section) present() bool { return s.end > 0 }

// splitSections checks the header and the order of sections and returns the
// contents of each.
func splitSections(code []byte) (secs [secDataCount + 1]section) {
	if len(code) < 8 || string(code[:4]) != "\x00asm" {
		fail("header", 0, "this is not a WebAssembly binary")
	}
	if v := string(code[4:8]); v != "\x01\x00\x00\x00" {
		fail("header", 4, "the version is not 1")
	}
	r := &reader{b: code, pos: 8, end: len(code)}
	last := 0
	for r.pos < r.end {
		at := r.pos
		id := r.byte()
		size := r.u32()
		start := r.pos
		r.bytes(size)
		switch {
		case id == secCustom:
			c := &reader{b: code, pos: start, end: r.pos}
			c.name()
			continue
		case id == secTag:
			fail("exception handling", at, "a tag section")
		case id == secStart:
			fail("start section", at, "")
		case id > secDataCount:
			fail("unknown section", at, "id %d", id)
		case sectionOrder[id] == last:
			fail(sectionNames[id], at, "there are two of them")
		case sectionOrder[id] < last:
			fail(sectionNames[id], at, "it is out of order")
		}
		last = sectionOrder[id]
		secs[id] = section{start, r.pos}
	}
	return secs
}

// vector reads the vector that a section consists of.
func (s section) vector(code []byte, what string, limit int, each func(r *reader, i int)) {
	if !s.present() {
		return
	}
	r := &reader{b: code, pos: s.start, end: s.end}
	n := r.count(what, limit)
	for i := range n {
		each(r, i)
	}
	if r.pos != r.end {
		fail(what, r.pos, "the section has %d bytes too many", r.end-r.pos)
	}
}

func (m *module) readTypes(code []byte, s section) {
	s.vector(code, "types", MaxTypes, func(r *reader, _ int) {
		at := r.pos
		if c := r.byte(); c != 0x60 {
			fail("type", at, "form 0x%02x is not a function type of core WebAssembly 2.0", c)
		}
		var f FuncType
		for _, list := range []*[]ValType{&f.Params, &f.Results} {
			n := r.count("parameters or results", MaxParams)
			for range n {
				*list = append(*list, r.valType())
			}
		}
		m.types = append(m.types, f)
	})
}

func (m *module) typeIndex(r *reader) uint32 {
	at := r.pos
	i := r.u32()
	if int64(i) >= int64(len(m.types)) {
		fail("type index", at, "there is no type %d", i)
	}
	return i
}

func (m *module) readImports(code []byte, s section, accept func(Import) error) {
	s.vector(code, "imports", MaxImports, func(r *reader, _ int) {
		at := r.pos
		imp := Import{Module: r.name(), Name: r.name(), Kind: ExternKind(r.byte())}
		switch imp.Kind {
		case ExternFunc:
			t := m.typeIndex(r)
			imp.Func = m.types[t]
			m.funcs = append(m.funcs, t)
			m.nImported++
		case ExternTable:
			m.tables = append(m.tables, readTableType(r))
		case ExternMemory:
			m.memories = append(m.memories, readMemoryType(r))
			if len(m.memories) > 1 {
				fail("multi-memory", at, "a second memory")
			}
		case ExternGlobal:
			m.globals = append(m.globals, readGlobalType(r))
			m.nGlobalImports++
		default:
			if imp.Kind == 4 {
				fail("exception handling", at, "an imported tag")
			}
			fail("import", at, "unknown kind 0x%02x", byte(imp.Kind))
		}
		if accept == nil {
			fail("import", at, "%s %q %q is not offered", imp.Kind, imp.Module, imp.Name)
		}
		if err := accept(imp); err != nil {
			fail("import", at, "%s %q %q: %v", imp.Kind, imp.Module, imp.Name, err)
		}
	})
}

func (m *module) readFunctions(code []byte, s section) {
	s.vector(code, "functions", MaxFunctions-m.nImported, func(r *reader, _ int) {
		m.funcs = append(m.funcs, m.typeIndex(r))
	})
}

// readLimits reads limits whose two numbers may not exceed bound.
func readLimits(r *reader, what string, bound uint32) limits {
	at := r.pos
	var l limits
	switch flag := r.byte(); flag {
	case 0:
	case 1:
		l.hasMax = true
	case 2, 3:
		fail("threads", at, "a shared %s", what)
	case 4, 5, 6, 7:
		fail("memory64", at, "a %s of 64-bit addresses", what)
	default:
		fail(what, at, "unknown flags 0x%02x", flag)
	}
	l.min = r.u32()
	if l.min > bound {
		fail(what, at, "its minimum of %d exceeds the limit of %d", l.min, bound)
	}
	if l.hasMax {
		if l.max = r.u32(); l.max < l.min {
			fail(what, at, "its maximum of %d is below its minimum of %d", l.max, l.min)
		}
	}
	return l
}

func readTableType(r *reader) tableType {
	return tableType{elem: r.refType(), limits: readLimits(r, "table", MaxTableSize)}
}

func readMemoryType(r *reader) limits {
	at := r.pos
	l := readLimits(r, "memory", MaxMemoryPages)
	if l.max > 1<<16 {
		fail("memory", at, "its maximum of %d pages exceeds 4 GiB", l.max)
	}
	return l
}

func readGlobalType(r *reader) globalType {
	g := globalType{t: r.valType()}
	at := r.pos
	switch flag := r.byte(); flag {
	case 0:
	case 1:
		g.mutable = true
	case 2, 3:
		fail("threads", at, "a shared global")
	default:
		fail("global", at, "unknown mutability 0x%02x", flag)
	}
	return g
}

func (m *module) readTables(code []byte, s section) {
	s.vector(code, "tables", MaxTables, func(r *reader, _ int) {
		m.tables = append(m.tables, readTableType(r))
	})
	if len(m.tables) > MaxTables {
		fail("tables", s.start, "%d exceed the limit of %d", len(m.tables), MaxTables)
	}
}

func (m *module) readMemories(code []byte, s section) {
	s.vector(code, "memories", MaxImports, func(r *reader, _ int) {
		at := r.pos
		m.memories = append(m.memories, readMemoryType(r))
		if len(m.memories) > 1 {
			fail("multi-memory", at, "a second memory")
		}
	})
}

func (m *module) readGlobals(code []byte, s section) {
	s.vector(code, "globals", MaxGlobals, func(r *reader, _ int) {
		g := readGlobalType(r)
		m.constExpr(r, g.t)
		m.globals = append(m.globals, g)
	})
	if len(m.globals) > MaxGlobals {
		fail("globals", s.start, "%d exceed the limit of %d", len(m.globals), MaxGlobals)
	}
}

func (m *module) readExports(code []byte, s section) {
	m.exports = make(map[string]Export)
	s.vector(code, "exports", MaxExports, func(r *reader, _ int) {
		at := r.pos
		name := r.name()
		if len(name) >= len(ReservedPrefix) && name[:len(ReservedPrefix)] == ReservedPrefix {
			fail("export", at, "the name %q is reserved", name)
		}
		if _, twice := m.exports[name]; twice {
			fail("export", at, "the name %q occurs twice", name)
		}
		e := Export{Kind: ExternKind(r.byte()), Index: r.u32()}
		n := 0
		switch e.Kind {
		case ExternFunc:
			if n = len(m.funcs); int64(e.Index) < int64(n) {
				e.Func = *m.funcType(e.Index)
				m.declared[e.Index] = true
			}
		case ExternTable:
			n = len(m.tables)
		case ExternMemory:
			n = len(m.memories)
		case ExternGlobal:
			n = len(m.globals)
		default:
			fail("export", at, "unknown kind 0x%02x", byte(e.Kind))
		}
		if int64(e.Index) >= int64(n) {
			fail("export", at, "there is no %s %d", e.Kind, e.Index)
		}
		m.exports[name] = e
	})
}
