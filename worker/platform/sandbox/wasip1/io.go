// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"encoding/binary"
	"math"
)

// vector is one buffer of a read or write, which lies in memory.
type vector struct{ ptr, size uint32 }

// buffers reads the array of iovec or ciovec whose pointer and length are
// parameters 1 and 2, and checks that every buffer lies in memory. The array is
// read in full first, so a buffer may lie over it. The second result is the sum
// of their sizes.
func (c *call) buffers() ([]vector, uint64, Errno) {
	count := c.size(2)
	if count > MaxVectors {
		return nil, 0, EINVAL
	}
	array, errno := c.view(1, count*sizeVector)
	if errno != 0 {
		return nil, 0, errno
	}
	if !c.charge(gasVector * count) {
		return nil, 0, 0
	}
	list, total := c.vectors[:0], uint64(0)
	for ; len(array) > 0; array = array[sizeVector:] {
		v := vector{binary.LittleEndian.Uint32(array), binary.LittleEndian.Uint32(array[4:])}
		if _, errno := c.at(v.ptr, uint64(v.size)); errno != 0 {
			return nil, 0, errno
		}
		list = append(list, v)
		total += uint64(v.size)
	}
	c.vectors = list
	if total > math.MaxUint32 {
		return nil, 0, EINVAL
	}
	return list, total, 0
}

// bytes is the memory of a buffer, at most n bytes of it.
func (c *call) bytes(v vector, n uint64) []byte {
	return c.mem[v.ptr:][:min(uint64(v.size), n)]
}

func fdRead(c *call) Errno {
	d, errno := c.readable()
	if errno != 0 {
		return errno
	}
	n, errno := c.read(d, d.offset, 3)
	if errno == 0 && c.end == nil {
		d.offset += n
	}
	return errno
}

func fdPread(c *call) Errno {
	d, errno := c.readable()
	switch {
	case errno != 0:
		return errno
	case c.u64(3) > math.MaxInt64:
		return EINVAL
	}
	_, errno = c.read(d, c.u64(3), 4)
	return errno
}

// readable returns the open file that parameter 0 names, if it can be read.
func (c *call) readable() (*descriptor, Errno) {
	d, errno := c.descriptor(0)
	switch {
	case errno != 0:
		return nil, errno
	case d.node.dir:
		return nil, EISDIR
	case d.base&rightRead == 0:
		return nil, EBADF
	}
	return d, 0
}

// read fills the buffers from a file as far as it goes, and stores how far in
// the result.
func (c *call) read(d *descriptor, off uint64, result int) (uint64, Errno) {
	list, size, errno := c.buffers()
	if errno != 0 || c.end != nil {
		return 0, errno
	}
	count, errno := c.view(result, 4)
	if errno != 0 {
		return 0, errno
	}
	n := min(size, d.node.size-min(off, d.node.size))
	if !c.charge(gasByte * n) {
		return 0, 0
	}
	left := n
	for _, v := range list {
		if left == 0 {
			break
		}
		p := c.bytes(v, left)
		if err := d.node.readAt(p, off); err != nil {
			return 0, c.fail("input", err)
		}
		off, left = off+uint64(len(p)), left-uint64(len(p))
	}
	binary.LittleEndian.PutUint32(count, uint32(n))
	return n, 0
}

func fdWrite(c *call) Errno {
	d, errno := c.writable()
	if errno != 0 {
		return errno
	}
	off := d.offset
	if d.flags&flagAppend != 0 {
		off = d.node.size
	}
	n, errno := c.write(d, off, 3)
	if errno == 0 && c.end == nil && !d.stream() {
		d.offset = off + n
	}
	return errno
}

func fdPwrite(c *call) Errno {
	d, errno := c.writable()
	switch {
	case errno != 0:
		return errno
	case d.stream():
		return ESPIPE
	case c.u64(3) > math.MaxInt64:
		return EINVAL
	}
	_, errno = c.write(d, c.u64(3), 4)
	return errno
}

// writable returns the open file or stream that parameter 0 names, if it can
// be written.
func (c *call) writable() (*descriptor, Errno) {
	d, errno := c.descriptor(0)
	switch {
	case errno != 0:
		return nil, errno
	case d.node.dir:
		return nil, EISDIR
	case d.base&rightWrite == 0:
		return nil, EBADF
	}
	return d, 0
}

// write writes all of the buffers or nothing, and stores how much in the result.
func (c *call) write(d *descriptor, off uint64, result int) (uint64, Errno) {
	list, size, errno := c.buffers()
	if errno != 0 || c.end != nil {
		return 0, errno
	}
	count, errno := c.view(result, 4)
	if errno != 0 {
		return 0, errno
	}
	growth := uint64(0)
	switch {
	case d.limited:
		growth = size
	case !d.stream() && size > 0:
		growth = off + size - min(d.node.size, off+size)
	}
	if growth > c.left {
		return 0, ENOSPC
	}
	if !c.charge(gasByte*size + gasGrowth*growth) {
		return 0, 0
	}
	if d.stream() {
		c.left -= growth
		for _, v := range list {
			p := c.bytes(v, size)
			if len(p) == 0 {
				continue
			}
			if _, err := d.sink.Write(p); err != nil {
				return 0, c.fail("stream", err)
			}
		}
	} else {
		if growth > 0 {
			d.node.resize(d.node.size + growth)
		}
		for _, v := range list {
			p := c.bytes(v, size)
			d.node.writeAt(p, off)
			off += uint64(len(p))
		}
	}
	binary.LittleEndian.PutUint32(count, uint32(size))
	return size, 0
}

func fdSeek(c *call) Errno {
	d, errno := c.seekable(0)
	if errno != 0 {
		return errno
	}
	base := uint64(0)
	switch c.u32(2) {
	case seekSet:
	case seekCur:
		base = d.offset
	case seekEnd:
		base = d.node.size
	default:
		return EINVAL
	}
	// Both are at most MaxInt64 in size, so the sum cannot come round again: a
	// result below zero or above MaxInt64 has its highest bit set.
	to := base + c.u64(1)
	if to > math.MaxInt64 {
		return EINVAL
	}
	p, errno := c.view(3, 8)
	if errno != 0 {
		return errno
	}
	d.offset = to
	binary.LittleEndian.PutUint64(p, to)
	return 0
}

func fdTell(c *call) Errno {
	d, errno := c.seekable(0)
	if errno != 0 {
		return errno
	}
	p, errno := c.view(1, 8)
	if errno != 0 {
		return errno
	}
	binary.LittleEndian.PutUint64(p, d.offset)
	return 0
}

func fdFilestatSetSize(c *call) Errno {
	d, errno := c.writable()
	switch {
	case errno != 0:
		return errno
	case d.stream(), c.u64(1) > math.MaxInt64:
		return EINVAL
	}
	return c.resize(d, c.u64(1))
}

// fdAllocate makes a file reach at least as far as the range.
func fdAllocate(c *call) Errno {
	d, errno := c.writable()
	switch {
	case errno != 0:
		return errno
	case d.stream():
		return ESPIPE
	case c.u64(1) > math.MaxInt64, c.u64(2) > math.MaxInt64, c.u64(2) == 0:
		return EINVAL
	case c.u64(1)+c.u64(2) > math.MaxInt64:
		return EFBIG
	}
	return c.resize(d, max(d.node.size, c.u64(1)+c.u64(2)))
}

func (c *call) resize(d *descriptor, size uint64) Errno {
	growth := max(size, d.node.size) - d.node.size
	if growth > c.left {
		return ENOSPC
	}
	if c.charge(gasGrowth * growth) {
		d.node.resize(size)
	}
	return 0
}
