// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

// guest returns a WASI program of a few instructions that prints a word: what is
// measured is the network, not a program or the compiling of one.
func guest() []byte {
	const i32, fn, void = 0x7f, 0x60, 0x40
	text := "openmesh\n"
	// Memory: at 0 the vector for fd_write (address 8, length), at 8 the text.
	data := append([]byte{8, 0, 0, 0, byte(len(text)), 0, 0, 0}, text...)
	code := []byte{
		0,       // no locals
		0x41, 1, // fd 1
		0x41, 0, // the vector's address
		0x41, 1, // one vector
		0x41, 24, // where the number of bytes written goes
		0x10, 0, // call fd_write
		0x04, void, 0x00, 0x0b, // if it failed: trap
		0x0b,
	}
	module := []byte("\x00asm\x01\x00\x00\x00")
	for _, section := range []struct {
		id   byte
		body []byte
	}{
		{1, []byte{2, fn, 4, i32, i32, i32, i32, 1, i32, fn, 0, 0}},                          // types
		{2, join([]byte{1}, name("wasi_snapshot_preview1"), name("fd_write"), []byte{0, 0})}, // imports
		{3, []byte{1, 1}},    // functions
		{5, []byte{1, 0, 1}}, // memory: one page
		{7, join([]byte{2}, name("memory"), []byte{2, 0}, name("_start"), []byte{0, 1})}, // exports
		{10, join([]byte{1, byte(len(code))}, code)},                                     // code
		{11, join([]byte{1, 0, 0x41, 0, 0x0b, byte(len(data))}, data)},                   // data
	} {
		module = append(append(module, section.id, byte(len(section.body))), section.body...)
	}
	return module
}

// name is a string of a module; like all lengths here, its own fits one byte.
func name(s string) []byte { return append([]byte{byte(len(s))}, s...) }

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
