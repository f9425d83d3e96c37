// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
)

// descriptor is an open file, folder or stream.
type descriptor struct {
	node *node
	// sink is where a stream's bytes go; limited says that they are output.
	sink    io.Writer
	limited bool

	preopen          string   // the name of a folder that is open from the start
	base, inheriting uint64   // rights
	flags            uint16   // fdflags
	offset           uint64   // at most MaxInt64
	listing          []string // the names of the folder when a listing began, nil before the first
}

func (d *descriptor) stream() bool { return d.sink != nil }

// kind is the descriptor's filetype.
func (d *descriptor) kind() byte {
	if d.stream() {
		return typeUnknown // a pipe: nothing that a C library takes for a terminal
	}
	return d.node.kind()
}

func (n *node) kind() byte {
	if n.dir {
		return typeDirectory
	}
	return typeRegular
}

// number returns an open descriptor.
func (w *World) number(fd uint32) (*descriptor, Errno) {
	if uint64(fd) >= uint64(len(w.descriptors)) || w.descriptors[fd] == nil {
		return nil, EBADF
	}
	return w.descriptors[fd], 0
}

// descriptor returns the open descriptor that parameter i names.
func (c *call) descriptor(i int) (*descriptor, Errno) { return c.number(c.u32(i)) }

// folder returns the open folder that parameter i names.
func (c *call) folder(i int) (*descriptor, Errno) {
	d, errno := c.descriptor(i)
	if errno == 0 && !d.node.dir {
		return nil, ENOTDIR
	}
	return d, errno
}

// seekable returns the open file that parameter i names: something with a position.
func (c *call) seekable(i int) (*descriptor, Errno) {
	d, errno := c.descriptor(i)
	switch {
	case errno != 0:
		return nil, errno
	case d.node.dir:
		return nil, EISDIR
	case d.stream():
		return nil, ESPIPE
	}
	return d, 0
}

// freeNumber is the lowest number that is not open, MaxDescriptors if all are.
func (w *World) freeNumber() int {
	if i := slices.Index(w.descriptors, nil); i >= 0 {
		return i
	}
	return len(w.descriptors)
}

// open gives d a number, the lowest that is free.
func (w *World) open(number int, d *descriptor) {
	d.node.opened++
	if number == len(w.descriptors) {
		w.descriptors = append(w.descriptors, nil)
	}
	w.descriptors[number] = d
}

// closed forgets a descriptor that has lost its number.
func (d *descriptor) closed() {
	d.node.opened--
	d.node.reclaim()
}

func fdClose(c *call) Errno {
	d, errno := c.descriptor(0)
	if errno != 0 {
		return errno
	}
	c.descriptors[c.u32(0)] = nil
	d.closed()
	return 0
}

// fdRenumber moves a descriptor to the number of another, which is closed.
func fdRenumber(c *call) Errno {
	d, errno := c.descriptor(0)
	if errno != 0 {
		return errno
	}
	other, errno := c.descriptor(1)
	if errno != 0 || d == other {
		return errno
	}
	c.descriptors[c.u32(1)], c.descriptors[c.u32(0)] = d, nil
	other.closed()
	return 0
}

// fdSync, which is fd_datasync too, has nothing to do.
func fdSync(c *call) Errno {
	_, errno := c.descriptor(0)
	return errno
}

func fdAdvise(c *call) Errno {
	if _, errno := c.seekable(0); errno != 0 {
		return errno
	}
	if c.u64(1) > math.MaxInt64 || c.u64(2) > math.MaxInt64 || c.u32(3) > maxAdvice {
		return EINVAL
	}
	return 0
}

func fdFdstatGet(c *call) Errno {
	d, errno := c.descriptor(0)
	if errno != 0 {
		return errno
	}
	p, errno := c.view(1, sizeFdstat)
	if errno != 0 {
		return errno
	}
	clear(p)
	p[0] = d.kind()
	binary.LittleEndian.PutUint16(p[2:], d.flags)
	binary.LittleEndian.PutUint64(p[8:], d.base)
	binary.LittleEndian.PutUint64(p[16:], d.inheriting)
	return 0
}

func fdFdstatSetFlags(c *call) Errno {
	d, errno := c.descriptor(0)
	switch {
	case errno != 0:
		return errno
	case c.u32(1) > fdFlags:
		return EINVAL
	}
	d.flags = uint16(c.u32(1))
	return 0
}

// fdFdstatSetRights gives up rights.
func fdFdstatSetRights(c *call) Errno {
	d, errno := c.descriptor(0)
	switch {
	case errno != 0:
		return errno
	case c.u64(1)&^d.base != 0, c.u64(2)&^d.inheriting != 0:
		return ENOTCAPABLE
	}
	d.base, d.inheriting = c.u64(1), c.u64(2)
	return 0
}

func fdFilestatGet(c *call) Errno {
	d, errno := c.descriptor(0)
	if errno != 0 {
		return errno
	}
	p, errno := c.view(1, sizeFilestat)
	if errno != 0 {
		return errno
	}
	d.node.stat(p, d.kind())
	return 0
}

// stat writes a record of type filestat. Whatever a host could know better
// (times, links, devices) is made up.
func (n *node) stat(p []byte, kind byte) {
	clear(p)
	binary.LittleEndian.PutUint64(p, n.tree.device)
	binary.LittleEndian.PutUint64(p[8:], n.ino)
	p[16] = kind
	if n.linked {
		binary.LittleEndian.PutUint64(p[24:], 1)
	}
	binary.LittleEndian.PutUint64(p[32:], n.size)
	for _, at := range []int{40, 48, 56} {
		binary.LittleEndian.PutUint64(p[at:], epoch)
	}
}

func fdFilestatSetTimes(c *call) Errno {
	d, errno := c.descriptor(0)
	if errno != 0 {
		return errno
	}
	if errno := timesArgument(c.u32(3)); errno != 0 {
		return errno
	}
	return d.touch()
}

// touch is what setting times comes to: they do not change.
func (d *descriptor) touch() Errno {
	if d.node.tree.readOnly && !d.stream() {
		return EROFS
	}
	return 0
}

// timesArgument checks fstflags.
func timesArgument(flags uint32) Errno {
	const access, change = timeAccess | timeAccessNow, timeChange | timeChangeNow
	if flags > timeFlags || flags&access == access || flags&change == change {
		return EINVAL
	}
	return 0
}

// preopened returns the folder, open from the start, that parameter 0 names.
func (c *call) preopened() (*descriptor, Errno) {
	d, errno := c.descriptor(0)
	if errno == 0 && d.preopen == "" {
		return nil, EBADF // where C libraries stop looking for more
	}
	return d, errno
}

func fdPrestatGet(c *call) Errno {
	d, errno := c.preopened()
	if errno != 0 {
		return errno
	}
	p, errno := c.view(1, sizePrestat)
	if errno != 0 {
		return errno
	}
	clear(p) // preopentype.dir is 0
	binary.LittleEndian.PutUint32(p[4:], uint32(len(d.preopen)))
	return 0
}

func fdPrestatDirName(c *call) Errno {
	d, errno := c.preopened()
	switch {
	case errno != 0:
		return errno
	case c.size(2) < uint64(len(d.preopen)):
		return ENAMETOOLONG
	}
	p, errno := c.view(1, c.size(2))
	if errno != 0 {
		return errno
	}
	copy(p, d.preopen)
	return 0
}
