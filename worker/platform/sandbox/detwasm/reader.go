// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

import (
	"fmt"
	"unicode/utf8"
)

// reader walks over a module. Its methods return nothing but values: what does
// not decode leaves through fail, which Instrument recovers. A decoder has
// hundreds of places that can fail and one thing to do about it.
type reader struct {
	b   []byte
	pos int
	end int // nothing is read at or beyond this offset
}

// fail ends the instrumentation with an *Error at offset.
func fail(construct string, offset int, format string, args ...any) {
	detail := format
	if len(args) > 0 {
		detail = fmt.Sprintf(format, args...)
	}
	panic(&Error{Construct: construct, Offset: offset, Detail: detail})
}

// byte reads one byte.
func (r *reader) byte() byte {
	if r.pos >= r.end {
		fail("truncated input", r.pos, "a byte was expected")
	}
	c := r.b[r.pos]
	r.pos++
	return c
}

// bytes reads n bytes without copying them.
func (r *reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(r.end-r.pos) {
		fail("truncated input", r.pos, "%d bytes were expected, there are %d", n, r.end-r.pos)
	}
	p := r.pos
	r.pos += int(n)
	return r.b[p:r.pos]
}

// u32 reads an unsigned LEB128 integer of 32 bits.
func (r *reader) u32() uint32 {
	if r.pos < r.end {
		if c := r.b[r.pos]; c < 0x80 {
			r.pos++
			return uint32(c)
		}
	}
	start := r.pos
	var v uint32
	for shift := 0; ; shift += 7 {
		c := r.byte()
		if shift == 28 && c > 0x0f {
			fail("LEB128 integer", start, "it does not fit 32 bits")
		}
		v |= uint32(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
}

// simdOp reads the number behind prefixSIMD of the instruction at an offset. It
// has to be in its shortest form: wazero takes the first byte of a longer one for
// the whole, which is another instruction. No compiler writes longer ones.
func (r *reader) simdOp(at int) uint32 {
	from := r.pos
	op := r.u32()
	if n := r.pos - from; n > 1 && op < 1<<(7*(n-1)) {
		fail("instruction", at, "opcode 0xfd %d is written in %d bytes, more than it needs", op, n)
	}
	return op
}

// signed reads a signed LEB128 integer of the given number of bits, 32, 33 or 64.
func (r *reader) signed(bits int) int64 {
	if r.pos < r.end {
		if c := r.b[r.pos]; c < 0x80 {
			r.pos++
			return int64(c<<1) << 56 >> 57
		}
	}
	start := r.pos
	var v int64
	for shift := 0; ; shift += 7 {
		c := r.byte()
		if shift+7 >= bits {
			// The bits of the last byte beyond the type's are copies of its sign.
			rest := int8(c<<1) >> 1 >> (bits - shift - 1)
			if c >= 0x80 || rest != 0 && rest != -1 {
				fail("LEB128 integer", start, "it does not fit %d bits", bits)
			}
		}
		v |= int64(c&0x7f) << shift
		if c < 0x80 {
			if shift+7 < 64 && c&0x40 != 0 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
}

// count reads the length of a vector and refuses one above limit.
func (r *reader) count(what string, limit int) int {
	at := r.pos
	n := r.u32()
	if uint64(n) > uint64(limit) {
		fail(what, at, "%d exceed the limit of %d", n, limit)
	}
	return int(n)
}

// name reads a UTF-8 name.
func (r *reader) name() string {
	at := r.pos
	b := r.bytes(r.u32())
	if !utf8.Valid(b) {
		fail("name", at, "it is not UTF-8")
	}
	return string(b)
}

// valType reads a value type.
func (r *reader) valType() ValType {
	at := r.pos
	t := ValType(r.byte())
	if !t.valid() {
		fail("value type", at, "0x%02x is none of core WebAssembly 2.0", byte(t))
	}
	return t
}

// refType reads a reference type.
func (r *reader) refType() ValType {
	at := r.pos
	t := ValType(r.byte())
	if !t.isRef() {
		fail("reference type", at, "0x%02x is none of core WebAssembly 2.0", byte(t))
	}
	return t
}

func (t ValType) isRef() bool { return t == FuncRef || t == ExternRef }

func (t ValType) valid() bool { return t >= V128 && t <= I32 || t.isRef() }

// appendU32 appends v in unsigned LEB128.
func appendU32(b []byte, v uint32) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// appendS64 appends v in signed LEB128.
func appendS64(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}
