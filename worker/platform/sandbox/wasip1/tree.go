// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"cmp"
	"io"
	"maps"
	"slices"
)

// tree is one file system of the guest: /in, /out, or the standard streams,
// which have no root.
type tree struct {
	device   uint64
	readOnly bool
	root     *node
	// left is what files may still grow by; nil where they cannot.
	left    *uint64
	entries int
	lastIno uint64
}

// node is a folder, a file of the host, a file in memory, or a stream.
type node struct {
	tree    *tree
	ino     uint64
	dir     bool
	parent  *node // the folder it is in; a root's is itself
	entries map[string]*node
	host    io.ReaderAt
	size    uint64
	pages   []*page // of a file in memory; nil is zeros
	linked  bool    // it has a name
	opened  int     // descriptors
}

// page is a piece of a file in memory.
type page [pageSize]byte

const pageSize = 4 << 10

func newTree(device uint64, readOnly bool, left *uint64) *tree {
	t := &tree{device: device, readOnly: readOnly, left: left}
	t.root = t.newNode(true)
	t.root.parent = t.root
	return t
}

func (t *tree) newNode(dir bool) *node {
	t.lastIno++
	n := &node{tree: t, ino: t.lastIno, dir: dir, linked: true}
	if dir {
		n.entries = make(map[string]*node)
	}
	return n
}

func sortedByName(files []File) []File {
	return slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
}

// names are the names in a folder, in byte order.
func (n *node) names() []string { return slices.Sorted(maps.Keys(n.entries)) }

// add puts a node into a folder that does not have its name.
func (n *node) add(name string, child *node) {
	child.parent = n
	n.entries[name] = child
}

// depth is how many folders n is below its root.
func (n *node) depth() int {
	depth := 0
	for ; n.parent != n; n = n.parent {
		depth++
	}
	return depth
}

// height is the number of levels below n.
func (n *node) height() int {
	height := 0
	for _, child := range n.entries {
		height = max(height, child.height()+1)
	}
	return height
}

// holds says whether n is other or a folder above it.
func (n *node) holds(other *node) bool {
	for ; other != n; other = other.parent {
		if other.parent == other {
			return false
		}
	}
	return true
}

// create adds a new file or folder to parent, which does not have the name.
func (t *tree) create(parent *node, name string, dir bool) (*node, Errno) {
	switch {
	case !parent.linked:
		return nil, ENOENT // a folder that was removed
	case parent.depth() >= MaxDepth:
		return nil, ENAMETOOLONG
	case t.entries >= MaxEntries:
		return nil, ENOSPC
	}
	n := t.newNode(dir)
	parent.add(name, n)
	t.entries++
	return n, 0
}

// remove takes an entry out; its bytes are free once nobody has it open.
func (t *tree) remove(parent *node, name string) {
	n := parent.entries[name]
	delete(parent.entries, name)
	t.entries--
	n.linked = false
	n.reclaim()
}

// reclaim frees the bytes of a file that nobody can reach any more.
func (n *node) reclaim() {
	if n.tree.left == nil || n.linked || n.opened > 0 {
		return
	}
	*n.tree.left += n.size
	n.size, n.pages = 0, nil
}

// resize sets the size of a file in memory, for which there is room; what it
// gains reads as zeros.
func (n *node) resize(size uint64) {
	if size >= n.size {
		*n.tree.left -= size - n.size
		n.size = size
		return
	}
	*n.tree.left += n.size - size
	n.size = size
	if keep := int((size + pageSize - 1) / pageSize); keep < len(n.pages) {
		clear(n.pages[keep:])
		n.pages = n.pages[:keep]
	}
	// The rest of the last page must read as zeros when the file grows again.
	if tail, last := size%pageSize, int(size/pageSize); tail != 0 && last < len(n.pages) && n.pages[last] != nil {
		clear(n.pages[last][tail:])
	}
}

// readAt fills p, which lies within the file's size.
func (n *node) readAt(p []byte, off uint64) error {
	if n.host != nil {
		if got, err := n.host.ReadAt(p, int64(off)); got < len(p) {
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		return nil
	}
	for len(p) > 0 {
		i, from := int(off/pageSize), int(off%pageSize)
		part := p[:min(len(p), pageSize-from)]
		if i < len(n.pages) && n.pages[i] != nil {
			copy(part, n.pages[i][from:])
		} else {
			clear(part)
		}
		p, off = p[len(part):], off+uint64(len(part))
	}
	return nil
}

// writeAt writes p, which lies within the file's size.
func (n *node) writeAt(p []byte, off uint64) {
	if last := int((off + uint64(len(p)) + pageSize - 1) / pageSize); last > len(n.pages) && len(p) > 0 {
		n.pages = slices.Grow(n.pages, last-len(n.pages))[:last]
	}
	for len(p) > 0 {
		i, from := int(off/pageSize), int(off%pageSize)
		if n.pages[i] == nil {
			n.pages[i] = new(page)
		}
		k := copy(n.pages[i][from:], p)
		p, off = p[k:], off+uint64(k)
	}
}
