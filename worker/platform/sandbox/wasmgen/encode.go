// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

// buffer is WebAssembly's binary format in the making.
type buffer []byte

func (b *buffer) byte(p ...byte) { *b = append(*b, p...) }

// unsigned appends an unsigned LEB128.
func (b *buffer) unsigned(v uint64) {
	for v >= 0x80 {
		*b = append(*b, byte(v)|0x80)
		v >>= 7
	}
	*b = append(*b, byte(v))
}

// signed appends a signed LEB128.
func (b *buffer) signed(v int64) {
	for {
		low := byte(v) & 0x7f
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			*b = append(*b, low)
			return
		}
		*b = append(*b, low|0x80)
	}
}

// bytes appends p behind its length.
func (b *buffer) bytes(p []byte) {
	b.unsigned(uint64(len(p)))
	*b = append(*b, p...)
}

func (b *buffer) name(s string) { b.bytes([]byte(s)) }

func (b *buffer) types(t []ValType) {
	b.unsigned(uint64(len(t)))
	for _, v := range t {
		*b = append(*b, byte(v))
	}
}

// section appends a section, unless it is an empty vector that may be left out.
func (b *buffer) section(id byte, body buffer) {
	b.byte(id)
	b.bytes(body)
}
