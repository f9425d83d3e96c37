// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "encoding/binary"

func argsGet(c *call) Errno         { return c.strings(c.World.args) }
func argsSizesGet(c *call) Errno    { return c.stringSizes(c.World.args) }
func environGet(c *call) Errno      { return c.strings(c.env) }
func environSizesGet(c *call) Errno { return c.stringSizes(c.env) }

// stringsSize is the size of strings with a NUL byte behind each.
func stringsSize(list []string) uint64 {
	size := uint64(0)
	for _, s := range list {
		size += uint64(len(s)) + 1
	}
	return size
}

// strings writes the strings to the second pointer, and pointers to them to the first.
func (c *call) strings(list []string) Errno {
	size := stringsSize(list)
	pointers, errno := c.view(0, 4*uint64(len(list)))
	if errno != 0 {
		return errno
	}
	text, errno := c.view(1, size)
	if errno != 0 {
		return errno
	}
	if !c.charge(gasString*uint64(len(list)) + gasByte*size) {
		return 0
	}
	for _, s := range list {
		n := copy(text, s)
		text[n] = 0
		text = text[n+1:]
	}
	ptr := c.u32(1)
	for i, s := range list {
		binary.LittleEndian.PutUint32(pointers[4*i:], ptr)
		ptr += uint32(len(s)) + 1
	}
	return 0
}

// stringSizes writes how many strings there are, and their size.
func (c *call) stringSizes(list []string) Errno {
	count, errno := c.view(0, 4)
	if errno != 0 {
		return errno
	}
	size, errno := c.view(1, 4)
	if errno != 0 {
		return errno
	}
	if !c.charge(gasString * uint64(len(list))) {
		return 0
	}
	binary.LittleEndian.PutUint32(count, uint32(len(list)))
	binary.LittleEndian.PutUint32(size, uint32(stringsSize(list)))
	return 0
}

// randomGet writes the next bytes of the one random stream.
func randomGet(c *call) Errno {
	size := c.size(1)
	p, errno := c.view(0, size)
	if errno != 0 {
		return errno
	}
	if !c.charge(gasRandomByte * size) {
		return 0
	}
	if _, err := c.random.Read(p); err != nil {
		return c.fail("random", err)
	}
	return 0
}

func procExit(c *call) Errno {
	c.end = &ExitError{Code: c.u32(0)}
	return 0
}

func schedYield(*call) Errno { return 0 }

// notOffered is a function without a meaning here: links, as a name is a file
// or a folder, and signals.
func notOffered(*call) Errno { return ENOSYS }

// noSocket is a function of sockets, which no descriptor is.
func noSocket(c *call) Errno {
	if _, errno := c.descriptor(0); errno != 0 {
		return errno
	}
	return ENOTSOCK
}
