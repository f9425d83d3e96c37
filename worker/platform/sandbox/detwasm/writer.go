// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// writer puts the instrumented module together.
type writer struct {
	code []byte
	secs *[secDataCount + 1]section
	m    *module
	emit emitter
	// functions is the new contents of the code section.
	functions []byte
	frames    []int64
	// mutable is the number of mutable globals and complexity the estimate so
	// far, see type complexity.
	mutable, complexity, largest int64
}

// bodies validates and rewrites the code section.
func (w *writer) bodies() {
	m := w.m
	own := m.funcs[m.nImported:]
	s := w.secs[secCode]
	if !s.present() && len(own) > 0 {
		fail("code section", len(w.code), "there is none for %d functions", len(own))
	}
	w.emit = emitter{
		module: m, exits: make(map[string]uint32),
		gas: uint32(len(m.globals)), stack: uint32(len(m.globals) + 1),
	}
	w.functions = make([]byte, 0, (s.end-s.start)*3/2)
	b := &body{m: m, r: reader{b: w.code}}
	for _, g := range m.globals {
		if g.mutable {
			w.mutable++
		}
	}
	locals := 0
	s.vector(w.code, "function bodies", MaxFunctions, func(r *reader, i int) {
		at := r.pos
		if i >= len(own) {
			fail("code section", at, "it has more bodies than there are functions")
		}
		size := r.count("function body", MaxBodySize)
		start := r.pos
		r.bytes(uint32(size))
		b.analyse(&m.types[own[i]], start, r.pos)
		if locals += len(b.locals); locals > MaxModuleLocals {
			fail("locals", at, "all functions together have more than the limit of %d", MaxModuleLocals)
		}
		w.work(b.work.total(w.mutable), b.work.memory(w.mutable), at)
		w.frames = append(w.frames, b.stack.frame())
		w.emit.out = w.emit.out[:0]
		w.emit.emit(b)
		if i == 0 {
			w.functions = appendU32(w.functions, uint32(len(own)))
		}
		w.functions = appendU32(w.functions, uint32(len(w.emit.out)))
		w.functions = append(w.functions, w.emit.out...)
		if i == len(own)-1 {
			return
		}
	})
	if s.present() {
		r := reader{b: w.code, pos: s.start, end: s.end}
		if n := r.u32(); int64(n) != int64(len(own)) {
			fail("code section", s.start, "%d bodies for %d functions", n, len(own))
		}
	}
}

// work adds the complexity of the function whose body begins at offset at: n
// units of time, and a number of bytes.
func (w *writer) work(n, bytes int64, at int) {
	if n > MaxFunctionComplexity {
		fail("complexity", at, "a function of %d units exceeds the limit of %d", n, MaxFunctionComplexity)
	}
	if bytes > MaxFunctionMemory {
		fail("complexity", at, "a function takes %d bytes to compile, the limit is %d", bytes, MaxFunctionMemory)
	}
	if w.complexity += n; w.complexity > MaxComplexity {
		fail("complexity", at, "all functions together exceed the limit of %d units", MaxComplexity)
	}
	w.largest = max(w.largest, n)
}

// module assembles the result.
func (w *writer) module() *Module {
	m := w.m
	out := make([]byte, 0, len(w.code)+len(w.functions)-(w.secs[secCode].end-w.secs[secCode].start)+4096)
	out = append(out, w.code[:8]...)
	for _, id := range []byte{
		secType, secImport, secFunction, secTable, secMemory, secGlobal,
		secExport, secElement, secDataCount, secCode, secData,
	} {
		out = w.section(out, id)
	}
	res := &Module{Code: out, Exports: m.exports, frames: w.frames, complexity: w.complexity, largest: w.largest}
	res.StartGas = StartGasFlat + StartGasPerByte*uint64(len(w.code))
	if len(m.memories) > 0 {
		mem := m.memories[0]
		res.HasMemory, res.MemoryMin, res.MemoryMax = true, mem.min, MaxMemoryPages
		if mem.hasMax {
			res.MemoryMax = min(mem.max, MaxMemoryPages)
		}
		res.StartGas += StartGasPerPage * uint64(mem.min)
	}
	for _, t := range m.tables {
		res.StartGas += StartGasPerEntry * uint64(t.min)
	}
	return res
}

// section appends section id of the result.
func (w *writer) section(out []byte, id byte) []byte {
	s := w.secs[id]
	old := w.code[s.start:s.end]
	switch id {
	case secType:
		if added := w.emit.added; len(added) > 0 {
			return appendVector(out, id, w.code, s, len(added), func(b []byte) []byte {
				for i := range added {
					b = append(b, 0x60, 0)
					b = appendU32(b, uint32(len(added[i].Results)))
					b = append(b, valTypeBytes(added[i].Results)...)
				}
				return b
			})
		}
	case secTable:
		if s.present() {
			old = w.tables()
		}
	case secMemory:
		if s.present() {
			old = w.memories()
		}
	case secGlobal:
		return appendVector(out, id, w.code, s, 2, func(b []byte) []byte {
			b = append(b, byte(I64), 1, opI64Const, 0, opEnd, byte(I64), 1)
			return append(appendS64(append(b, opI64Const), StackBudget), opEnd)
		})
	case secExport:
		return appendVector(out, id, w.code, s, 2, func(b []byte) []byte {
			for i, name := range []string{GasGlobal, StackGlobal} {
				b = append(appendU32(b, uint32(len(name))), name...)
				b = appendU32(append(b, byte(ExternGlobal)), uint32(len(w.m.globals)+i))
			}
			return b
		})
	case secCode:
		old = w.functions
		if s.present() && len(old) == 0 {
			old = []byte{0}
		}
	}
	if !s.present() {
		return out
	}
	out = appendU32(append(out, id), uint32(len(old)))
	return append(out, old...)
}

// tables is the table section with every maximum at most MaxTableSize.
func (w *writer) tables() []byte {
	own := w.m.tables
	s := w.secs[secTable]
	r := reader{b: w.code, pos: s.start, end: s.end}
	own = own[len(own)-int(r.u32()):]
	b := appendU32(nil, uint32(len(own)))
	for _, t := range own {
		greatest := uint32(MaxTableSize)
		if t.hasMax {
			greatest = min(greatest, t.max)
		}
		b = appendU32(append(b, byte(t.elem), 1), t.min)
		b = appendU32(b, greatest)
	}
	return b
}

// memories is the memory section with every maximum at most MaxMemoryPages.
func (w *writer) memories() []byte {
	s := w.secs[secMemory]
	r := reader{b: w.code, pos: s.start, end: s.end}
	n := int(r.u32())
	b := appendU32(nil, uint32(n))
	for _, l := range w.m.memories[len(w.m.memories)-n:] {
		greatest := uint32(MaxMemoryPages)
		if l.hasMax {
			greatest = min(greatest, l.max)
		}
		b = appendU32(append(b, 1), l.min)
		b = appendU32(b, greatest)
	}
	return b
}

// appendVector appends section id: the vector s of code, which may be absent,
// and n more entries.
func appendVector(out []byte, id byte, code []byte, s section, n int, more func([]byte) []byte) []byte {
	count, rest := 0, []byte(nil)
	if s.present() {
		r := reader{b: code, pos: s.start, end: s.end}
		count = int(r.u32())
		rest = code[r.pos:s.end]
	}
	body := appendU32(nil, uint32(count+n))
	body = append(body, rest...)
	body = more(body)
	out = appendU32(append(out, id), uint32(len(body)))
	return append(out, body...)
}
