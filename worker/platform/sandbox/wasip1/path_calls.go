// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "encoding/binary"

func pathFilestatGet(c *call) Errno {
	d, errno := c.folder(0)
	switch {
	case errno != 0:
		return errno
	case c.u32(1) > lookupFlags:
		return EINVAL
	}
	p, errno := c.view(4, sizeFilestat)
	if errno != 0 {
		return errno
	}
	n, errno := c.existing(d, 2)
	if errno != 0 || c.end != nil {
		return errno
	}
	n.stat(p, n.kind())
	return 0
}

func pathFilestatSetTimes(c *call) Errno {
	d, errno := c.folder(0)
	switch {
	case errno != 0:
		return errno
	case c.u32(1) > lookupFlags:
		return EINVAL
	}
	if errno := timesArgument(c.u32(6)); errno != 0 {
		return errno
	}
	if _, errno := c.existing(d, 2); errno != 0 || c.end != nil {
		return errno
	}
	return d.touch()
}

// pathReadlink finds no link, whatever it finds.
func pathReadlink(c *call) Errno {
	d, errno := c.folder(0)
	if errno != 0 {
		return errno
	}
	if _, errno := c.view(3, c.size(4)); errno != 0 {
		return errno
	}
	if _, errno := c.view(5, 4); errno != 0 {
		return errno
	}
	if _, errno := c.existing(d, 1); errno != 0 || c.end != nil {
		return errno
	}
	return EINVAL
}

func pathCreateDirectory(c *call) Errno {
	d, errno := c.folder(0)
	if errno != 0 {
		return errno
	}
	at, errno := c.locate(d, 1)
	switch {
	case errno != 0 || c.end != nil:
		return errno
	case d.node.tree.readOnly:
		return EROFS
	case at.node != nil:
		return EEXIST
	}
	_, errno = d.node.tree.create(at.parent, at.name, true)
	return errno
}

func pathRemoveDirectory(c *call) Errno {
	at, errno := c.removable()
	switch {
	case errno != 0 || c.end != nil:
		return errno
	case !at.node.dir:
		return ENOTDIR
	case len(at.node.entries) > 0:
		return ENOTEMPTY
	}
	at.node.tree.remove(at.parent, at.name)
	return 0
}

func pathUnlinkFile(c *call) Errno {
	at, errno := c.removable()
	switch {
	case errno != 0 || c.end != nil:
		return errno
	case at.node.dir:
		return EISDIR
	case at.folder:
		return ENOTDIR
	}
	at.node.tree.remove(at.parent, at.name)
	return 0
}

// removable is where the path in parameters 1 and 2 leads: to a name that is
// there and can be taken out.
func (c *call) removable() (place, Errno) {
	d, errno := c.folder(0)
	if errno != 0 {
		return place{}, errno
	}
	at, errno := c.locate(d, 1)
	switch {
	case errno != 0 || c.end != nil:
		return place{}, errno
	case d.node.tree.readOnly:
		return place{}, EROFS
	case at.parent == nil:
		return place{}, EINVAL
	case at.node == nil:
		return place{}, ENOENT
	}
	return at, 0
}

// pathRename moves a file or folder, in the place of a file or an empty folder.
func pathRename(c *call) Errno {
	oldDir, errno := c.folder(0)
	if errno != 0 {
		return errno
	}
	newDir, errno := c.folder(3)
	if errno != 0 {
		return errno
	}
	if _, errno := c.view(4, c.size(5)); errno != 0 {
		return errno // before anything is said of the first path
	}
	from, errno := c.locate(oldDir, 1)
	if errno != 0 || c.end != nil {
		return errno
	}
	to, errno := c.locate(newDir, 4)
	if errno != 0 || c.end != nil {
		return errno
	}
	n, target := from.node, to.node
	switch {
	case oldDir.node.tree.readOnly || newDir.node.tree.readOnly:
		return EROFS
	case from.parent == nil || to.parent == nil:
		return EINVAL
	case n == nil:
		return ENOENT
	case !n.dir && (from.folder || to.folder):
		return ENOTDIR
	case n == target:
		return 0
	case !to.parent.linked:
		return ENOENT
	case target != nil && n.dir && !target.dir:
		return ENOTDIR
	case target != nil && !n.dir && target.dir:
		return EISDIR
	case n.dir && n.holds(to.parent):
		return EINVAL
	case target != nil && len(target.entries) > 0:
		return ENOTEMPTY
	}
	if n.dir && !c.charge(gasMoved*uint64(n.tree.entries)) {
		return 0
	}
	if to.parent.depth()+1+n.height() > MaxDepth {
		return ENAMETOOLONG
	}
	if target != nil {
		n.tree.remove(to.parent, to.name)
	}
	delete(from.parent.entries, from.name)
	to.parent.add(to.name, n)
	return 0
}

// pathOpen opens what is there, or makes a file.
func pathOpen(c *call) Errno {
	d, errno := c.folder(0)
	flags, fdflags, rights := c.u32(4), c.u32(7), c.u64(5)
	switch {
	case errno != 0:
		return errno
	case c.u32(1) > lookupFlags, flags > openFlags, fdflags > fdFlags,
		flags&openCreate != 0 && flags&openDirectory != 0:
		return EINVAL
	}
	result, errno := c.view(8, 4)
	if errno != 0 {
		return errno
	}
	at, errno := c.locate(d, 2)
	if errno != 0 || c.end != nil {
		return errno
	}
	if errno := at.openable(flags, rights, d.node.tree.readOnly); errno != 0 {
		return errno
	}
	number := c.freeNumber()
	if number == MaxDescriptors {
		return EMFILE
	}
	n := at.node
	if n == nil {
		if n, errno = d.node.tree.create(at.parent, at.name, false); errno != 0 {
			return errno
		}
	} else if flags&openTruncate != 0 {
		n.resize(0)
	}
	opened := &descriptor{node: n, flags: uint16(fdflags), base: rights & rightsFile}
	if n.dir {
		opened.base = rights & rightsDirectory
		opened.inheriting = c.u64(6) & (rightsDirectory | rightsFile)
	}
	c.open(number, opened)
	binary.LittleEndian.PutUint32(result, uint32(number))
	return 0
}

// openable says why a place cannot be opened, if it cannot.
func (at place) openable(flags uint32, rights uint64, readOnly bool) Errno {
	change := rights&rightWrite != 0 || flags&openTruncate != 0
	n := at.node
	switch {
	case n == nil && flags&openCreate == 0:
		return ENOENT
	case n == nil && readOnly:
		return EROFS
	case n == nil && at.folder:
		return EISDIR
	case n == nil:
		return 0
	case flags&openCreate != 0 && flags&openExclusive != 0:
		return EEXIST
	case n.dir && (change || flags&openCreate != 0):
		return EISDIR
	case n.dir:
		return 0
	case at.folder || flags&openDirectory != 0:
		return ENOTDIR
	case readOnly && change:
		return EROFS
	}
	return 0
}

// existing is the file or folder that the path in parameters i and i+1 names.
func (c *call) existing(d *descriptor, i int) (*node, Errno) {
	at, errno := c.locate(d, i)
	switch {
	case errno != 0 || c.end != nil:
		return nil, errno
	case at.node == nil:
		return nil, ENOENT
	case at.folder && !at.node.dir:
		return nil, ENOTDIR
	}
	return at.node, 0
}
