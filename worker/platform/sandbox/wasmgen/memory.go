// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

import "math"

// What lies where in the first page. Everything may be overwritten.
const (
	pathsAt    = 0x100  // names for path_*, behind each other
	vectorsAt  = 0x300  // the vectors of fd_read, fd_write and the like
	resultsAt  = 0x400  // where host calls put their results
	addressEnd = 0x8000 // guarded addresses are below
	observedAt = 0xc000 // values kept by observe, 512 slots of 16 bytes
)

// address pushes an address that is within the first page, together with the
// offset that is returned, or any at all where the guard is down.
func (f *function) address(depth int) (offset uint64) {
	if f.pages == 0 || !f.safe() {
		f.expr(I32, depth)
		return choose(f.source, []uint64{0, 1, uint64(f.n(1 << 16)), 1 << 16, math.MaxUint32, f.bits(32)})
	}
	switch f.n(4) {
	case 0:
		f.i32(f.n(addressEnd))
	default:
		f.expr(I32, depth)
		f.i32(addressEnd - 1)
		f.plain("i32.and")
	}
	return uint64(choose(f.source, []int{0, 0, 0, f.n(64), f.n(addressEnd - 16)}))
}

func (f *function) load(t ValType, depth int) bool {
	all := accessOf(loads, t)
	if len(all) == 0 {
		return false
	}
	a := choose(f.source, all)
	offset := f.address(depth)
	if a.lanes > 0 {
		f.expr(V128, depth)
	}
	f.accessed(a, offset)
	return true
}

func (f *function) store(depth int) bool {
	t := choose(f.source, f.value)
	all := accessOf(stores, t)
	if len(all) == 0 {
		return false
	}
	a := choose(f.source, all)
	offset := f.address(depth)
	f.expr(t, depth)
	f.accessed(a, offset)
	return true
}

func (f *function) accessed(a access, offset uint64) {
	f.emit(a.name, a.prefix, a.code)
	f.code.unsigned(uint64(f.n(a.align + 1)))
	f.code.unsigned(offset)
	if a.lanes > 0 {
		f.code.byte(byte(f.n(a.lanes)))
	}
}

// bulk works on a stretch of memory.
func (f *function) bulk(depth int) bool {
	if !f.Features.has(Bulk) {
		return false
	}
	switch f.n(6) {
	case 0, 1:
		f.stretch(depth)
		f.expr(I32, depth)
		f.length(depth)
		f.emit("memory.fill", 0xfc, 11)
		f.code.byte(0)
	case 2, 3:
		f.stretch(depth)
		f.stretch(depth)
		f.length(depth)
		f.emit("memory.copy", 0xfc, 10)
		f.code.byte(0, 0)
	case 4:
		if len(f.data) == 0 {
			return false
		}
		i := f.n(len(f.data))
		size := f.data[i].size
		if !f.data[i].kept {
			size = 0 // it may have been dropped
		}
		if f.pages == 0 && f.safe() {
			return false
		}
		from, n := f.span(size)
		f.stretch(depth)
		f.operand(from, depth)
		f.operand(n, depth)
		f.emit("memory.init", 0xfc, 8)
		f.code.unsigned(uint64(i))
		f.code.byte(0)
	default:
		if len(f.data) == 0 {
			return false
		}
		i := f.n(len(f.data))
		if f.data[i].kept {
			return false
		}
		f.emit("data.drop", 0xfc, 9)
		f.code.unsigned(uint64(i))
	}
	return true
}

// stretch pushes an address with 0x1000 bytes behind it.
func (f *function) stretch(depth int) {
	f.expr(I32, depth)
	if f.safe() {
		f.i32(addressEnd - 1)
		f.plain("i32.and")
	}
}

func (f *function) length(depth int) {
	f.expr(I32, depth)
	if f.safe() {
		f.i32(choose(f.source, []int{0xf, 0xff, 0xfff}))
		f.plain("i32.and")
		if f.pages == 0 {
			f.i32(0)
			f.plain("i32.and")
		}
	}
}
