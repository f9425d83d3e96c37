// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import "fmt"

// encode puts the module together.
func (g *generator) encode(bodies []buffer) []byte {
	out := buffer("\x00asm\x01\x00\x00\x00")
	section := func(id byte, count int, body buffer) {
		if g.oneIn(24) {
			var custom buffer
			custom.name(choose(g.source, []string{"", "names", "producers", "x"}))
			for range g.n(20) {
				custom.byte(g.byte())
			}
			out.section(0, custom)
		}
		if count > 0 {
			var b buffer
			b.unsigned(uint64(count))
			out.section(id, append(b, body...))
		}
	}
	var b buffer
	for _, t := range g.types {
		b.byte(0x60)
		b.types(t.params)
		b.types(t.results)
	}
	section(1, len(g.types), b)

	b = nil
	for i, f := range g.imports {
		b.name("wasi_snapshot_preview1")
		b.name(f.name)
		b.byte(0)
		b.unsigned(uint64(g.functions[i]))
	}
	section(2, len(g.imports), b)

	b = nil
	for _, t := range g.functions[len(g.imports):] {
		b.unsigned(uint64(t))
	}
	section(3, len(g.functions)-len(g.imports), b)

	b = nil
	for _, t := range g.tables {
		b.byte(byte(t.kind))
		b.limits(t.min, t.max)
	}
	section(4, len(g.tables), b)

	b = nil
	b.limits(g.pages, choose(g.source, []int{-1, g.pages, g.pages + 2, 16, 65536}))
	section(5, 1, b)
	section(6, len(g.globals), g.encodeGlobals())
	count, exports := g.encodeExports()
	section(7, count, exports)
	section(9, len(g.elements), g.encodeElements())
	if len(g.data) > 0 {
		out.byte(12)
		var count buffer
		count.unsigned(uint64(len(g.data)))
		out.bytes(count)
	}
	b = nil
	for _, body := range bodies {
		b.bytes(body)
	}
	section(10, len(bodies), b)
	section(11, len(g.data), g.encodeData())
	return out
}

// limits appends a minimum and, unless it is negative, a maximum.
func (b *buffer) limits(low, high int) {
	if high < 0 {
		b.byte(0)
		b.unsigned(uint64(low))
		return
	}
	b.byte(1)
	b.unsigned(uint64(low))
	b.unsigned(uint64(high))
}

func (g *generator) encodeGlobals() buffer {
	var b buffer
	for i, v := range g.globals {
		b.byte(byte(v.kind), flag(v.mutable))
		if i == 0 {
			b.byte(0x41)
			b.signed(int64(g.Budget))
		} else {
			g.constant(&b, v.kind)
		}
		b.byte(0x0b)
	}
	return b
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

func (g *generator) encodeExports() (int, buffer) {
	var b buffer
	count := 0
	export := func(name string, kind byte, index int) {
		b.name(name)
		b.byte(kind)
		b.unsigned(uint64(index))
		count++
	}
	export("memory", 2, 0)
	export("_start", 0, g.entry())
	for i, v := range g.globals {
		if v.mutable {
			export(fmt.Sprint("g", i), 3, i)
		}
	}
	for i := range g.tables {
		if g.oneIn(4) {
			export(fmt.Sprint("t", i), 1, i)
		}
	}
	for i := range g.functions {
		if g.oneIn(16) {
			export(fmt.Sprint("f", i), 0, i)
		}
	}
	return count, b
}

func (g *generator) encodeElements() buffer {
	var b buffer
	for _, s := range g.elements {
		flags := byte(0)
		explicit := s.mode == active && (s.table != 0 || s.kind != FuncRef || g.oneIn(4))
		switch {
		case s.mode == passive:
			flags = 1
		case s.mode == declarative:
			flags = 3
		case explicit:
			flags = 2
		}
		if s.exprs {
			flags |= 4
		}
		b.byte(flags)
		if explicit {
			b.unsigned(uint64(s.table))
		}
		if s.mode == active {
			b.byte(0x41)
			b.signed(int64(s.offset))
			b.byte(0x0b)
		}
		if flags&3 != 0 {
			if s.exprs {
				b.byte(byte(s.kind))
			} else {
				b.byte(0) // functions
			}
		}
		b.unsigned(uint64(len(s.funcs)))
		for _, f := range s.funcs {
			switch {
			case !s.exprs:
				b.unsigned(uint64(f))
			case f < 0:
				b.byte(0xd0, byte(s.kind), 0x0b)
			default:
				b.byte(0xd2)
				b.unsigned(uint64(f))
				b.byte(0x0b)
			}
		}
	}
	return b
}

func (g *generator) encodeData() buffer {
	var b buffer
	for _, s := range g.data {
		switch {
		case s.mode == passive:
			b.byte(1)
		case g.oneIn(8):
			b.byte(2, 0) // memory 0 by name
		default:
			b.byte(0)
		}
		if s.mode == active {
			b.byte(0x41)
			b.signed(int64(s.offset))
			b.byte(0x0b)
		}
		b.bytes(s.content)
	}
	return b
}
