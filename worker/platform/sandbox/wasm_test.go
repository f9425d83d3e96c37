// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import "slices"

// A WebAssembly binary by hand: just enough for the smallest guests.

const i32 = 0x7f

type wasmModule struct {
	imports  [][2]string // module and name, all of the WASI type (i32, i32, i32, i32) -> i32
	pages    byte
	noMemory bool
	table    bool
	start    string // the exported name of the function, "_start" if empty
	runFirst bool   // name the function in the start section as well
	code     []byte // of the one function, without the final end
}

func (m wasmModule) bytes() []byte {
	section := func(id byte, body ...byte) []byte { return append([]byte{id}, vector(body)...) }
	name := m.start
	if name == "" {
		name = "_start"
	}
	var imports []byte
	for _, i := range m.imports {
		imports = slices.Concat(imports, vector([]byte(i[0])), vector([]byte(i[1])), []byte{0, 1})
	}
	self := byte(len(m.imports))
	exports := slices.Concat([]byte{1}, vector([]byte(name)), []byte{0, self})
	if !m.noMemory {
		exports = slices.Concat([]byte{2}, exports[1:], vector([]byte("memory")), []byte{2, 0})
	}
	body := slices.Concat([]byte{0}, m.code, []byte{0x0b})
	out := []byte("\x00asm\x01\x00\x00\x00")
	out = append(out, section(1, 2, 0x60, 0, 0, 0x60, 4, i32, i32, i32, i32, 1, i32)...)
	out = append(out, section(2, append([]byte{self}, imports...)...)...)
	out = append(out, section(3, 1, 0)...)
	if m.table {
		out = append(out, section(4, 1, 0x70, 0, 1)...)
	}
	if !m.noMemory {
		out = append(out, section(5, 1, 0, m.pages)...)
	}
	out = append(out, section(7, exports...)...)
	if m.runFirst {
		out = append(out, section(8, self)...)
	}
	return append(out, section(10, append([]byte{1}, vector(body)...)...)...)
}

// vector is bytes behind their count; tests stay below 128 KiB.
func vector(p []byte) []byte {
	n := len(p)
	if n < 0x80 {
		return append([]byte{byte(n)}, p...)
	}
	return append([]byte{byte(n) | 0x80, byte(n >> 7)}, p...)
}

// Instructions.
var (
	unreachable  = []byte{0x00}
	divideByZero = []byte{0x41, 1, 0x41, 0, 0x6d, 0x1a}
	badAccess    = []byte{0x41, 0x7f, 0x28, 2, 0, 0x1a}
	endless      = []byte{0x03, 0x40, 0x0c, 0, 0x0b}
	callSelf     = []byte{0x10, 0}
	nothing      = []byte{}
	growTable    = []byte{0xd0, 0x70, 0x41, 0x80, 0x80, 0x80, 0x80, 1, 0xfc, 15, 0, 0x1a} // by 2^28
	// pollTooMany overflows the engine's size of poll_oneoff's subscriptions.
	pollTooMany = []byte{0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 0x80, 0x80, 1, 0x41, 0, 0x10, 0, 0x1a}
	// growAndTrap grows memory by a page and goes on while it can, then traps.
	growAndTrap = []byte{0x03, 0x40, 0x41, 1, 0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x00}
)
