// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// path is a guest's path taken apart.
type path struct {
	// names are its elements without "." and empty ones; ".." is kept.
	names []string
	// folder says that it must name a folder: it ends in a slash, "." or "..".
	folder bool
	// nameless says that it ends in "." or "..", so that no folder holds a name
	// to be made or taken out.
	nameless bool
}

// parsePath takes a path apart. What is wrong with it follows from its bytes
// alone; above all, no prefix of it may climb above the folder it starts from.
func parsePath(p []byte) (path, Errno) {
	switch {
	case len(p) == 0:
		return path{}, ENOENT
	case bytes.IndexByte(p, 0) >= 0:
		return path{}, EINVAL
	case !utf8.Valid(p):
		return path{}, EILSEQ
	case p[0] == '/':
		return path{}, EPERM
	}
	var parsed path
	level := 0
	for name := range strings.SplitSeq(string(p), "/") {
		switch name {
		case "":
			parsed.folder = true
			continue
		case ".":
			parsed.folder, parsed.nameless = true, true
			continue
		case "..":
			parsed.folder, parsed.nameless = true, true
			level--
		default:
			parsed.folder, parsed.nameless = false, false
			level++
		}
		if len(name) > MaxName {
			return path{}, ENAMETOOLONG
		}
		if level < 0 {
			return path{}, EPERM
		}
		parsed.names = append(parsed.names, name)
	}
	return parsed, 0
}

// place is where a path leads.
type place struct {
	// parent and name are the folder and name of its last element; parent is
	// nil when the path has no last name.
	parent *node
	name   string
	// node is what is there, nil if nothing is.
	node *node
	// folder is path.folder.
	folder bool
}

// path reads and parses the path whose pointer and length are parameters i and i+1.
func (c *call) path(i int) (path, Errno) {
	size := c.size(i + 1)
	p, errno := c.view(i, size)
	switch {
	case errno != 0:
		return path{}, errno
	case size > MaxPath:
		return path{}, ENAMETOOLONG
	case !c.charge(gasPathByte * size):
		return path{}, 0
	}
	return parsePath(p)
}

// walk follows a path from an open folder.
func (c *call) walk(d *descriptor, p path) (place, Errno) {
	if !c.charge(gasName * uint64(len(p.names))) {
		return place{}, 0
	}
	if p.nameless {
		n, errno := descend(d.node, p.names)
		if errno == 0 && !n.dir {
			errno = ENOTDIR
		}
		return place{node: n, folder: true}, errno
	}
	last := len(p.names) - 1
	parent, errno := descend(d.node, p.names[:last])
	switch {
	case errno != 0:
		return place{}, errno
	case !parent.dir:
		return place{}, ENOTDIR
	}
	return place{parent: parent, name: p.names[last], node: parent.entries[p.names[last]], folder: p.folder}, 0
}

func descend(n *node, names []string) (*node, Errno) {
	for _, name := range names {
		if !n.dir {
			return nil, ENOTDIR
		}
		if name == ".." {
			n = n.parent
			continue
		}
		if n = n.entries[name]; n == nil {
			return nil, ENOENT
		}
	}
	return n, 0
}

// locate is the common beginning of functions with one path: the folder in
// parameter fd, the path in parameters i and i+1, and where it leads. The caller
// has checked its other pointers; c.end is set if the guest ends here.
func (c *call) locate(d *descriptor, i int) (place, Errno) {
	p, errno := c.path(i)
	if errno != 0 || c.end != nil {
		return place{}, errno
	}
	return c.walk(d, p)
}
