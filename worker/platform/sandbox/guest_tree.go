// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// tree is a file system of the guest: /in with files of the host behind it, or
// /out in memory. Whatever the guest can see of it (order, numbers, times,
// errors) follows from the task alone.
type tree struct {
	sys.UnimplementedFS
	root     *node
	device   uint64
	readOnly bool
	budget   *budget
	entries  int
	open     int
	lastIno  uint64
	// fail ends the process: a host file that cannot be read is not the guest's business.
	fail func(error)
}

// node is a directory (children is not nil), a file of the host, or a file in memory.
type node struct {
	ino      uint64
	children map[string]*node
	host     *os.File
	size     int64
	chunks   [][]byte
	linked   bool
	opened   int
}

// budget counts the bytes of stdout and /out.
type budget struct{ left uint64 }

func (b *budget) take(n uint64) bool {
	if n > b.left {
		return false
	}
	b.left -= n
	return true
}

func (b *budget) give(n uint64) { b.left += n }

const chunkSize = 16 << 10

func newTree(device uint64, readOnly bool, b *budget, fail func(error)) *tree {
	t := &tree{device: device, readOnly: readOnly, budget: b, fail: fail}
	t.root = t.newNode(true)
	return t
}

func (t *tree) newNode(dir bool) *node {
	t.lastIno++
	n := &node{ino: t.lastIno, linked: true}
	if dir {
		n.children = make(map[string]*node)
	}
	return n
}

// addHostFile puts a file of the host into the root.
func (t *tree) addHostFile(name string, f *os.File, size int64) {
	n := t.newNode(false)
	n.host, n.size = f, size
	t.root.children[name] = n
}

func (n *node) isDir() bool { return n.children != nil }

// names lists a directory in byte order.
func (n *node) names() []string { return slices.Sorted(maps.Keys(n.children)) }

func (t *tree) stat(n *node) wasys.Stat_t {
	mode := fs.FileMode(0o444)
	if n.isDir() {
		mode = fs.ModeDir | 0o555
	}
	if !t.readOnly {
		mode |= 0o200
	}
	links := uint64(0)
	if n.linked {
		links = 1
	}
	return wasys.Stat_t{
		Dev: t.device, Ino: n.ino, Mode: mode, Nlink: links, Size: n.size,
		Atim: epochNanos, Mtim: epochNanos, Ctim: epochNanos,
	}
}

// elements splits a path below the mount. The engine has cleaned it and refused
// what leaves the mount; this does not rely on it.
func elements(path string) ([]string, sys.Errno) {
	var names []string
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." {
			continue
		}
		if name == ".." {
			return nil, sys.EPERM
		}
		if len(name) > MaxName {
			return nil, sys.ENAMETOOLONG
		}
		names = append(names, name)
	}
	return names, 0
}

// find returns the node of a path.
func (t *tree) find(path string) (*node, sys.Errno) {
	names, errno := elements(path)
	if errno != 0 {
		return nil, errno
	}
	return t.descend(names)
}

func (t *tree) descend(names []string) (*node, sys.Errno) {
	n := t.root
	for _, name := range names {
		if !n.isDir() {
			return nil, sys.ENOTDIR
		}
		next, found := n.children[name]
		if !found {
			return nil, sys.ENOENT
		}
		n = next
	}
	return n, 0
}

// findParent returns the directory that holds a path, and the last name.
func (t *tree) findParent(path string) (parent *node, name string, depth int, errno sys.Errno) {
	names, errno := elements(path)
	if errno != 0 {
		return nil, "", 0, errno
	}
	if len(names) == 0 {
		return nil, "", 0, sys.EINVAL // the mount itself
	}
	last := len(names) - 1
	parent, errno = t.descend(names[:last])
	if errno == 0 && !parent.isDir() {
		errno = sys.ENOTDIR
	}
	return parent, names[last], len(names), errno
}

// create adds an entry.
func (t *tree) create(parent *node, name string, depth int, dir bool) (*node, sys.Errno) {
	switch {
	case validName(name) != nil:
		return nil, sys.EINVAL
	case depth > MaxDepth:
		return nil, sys.ENAMETOOLONG
	case t.entries >= MaxOutEntries:
		return nil, sys.EIO
	}
	n := t.newNode(dir)
	parent.children[name] = n
	t.entries++
	return n, 0
}

// remove takes an entry out; its bytes are free once nobody has it open.
func (t *tree) remove(parent *node, name string) {
	n := parent.children[name]
	delete(parent.children, name)
	t.entries--
	n.linked = false
	t.reclaim(n)
}

func (t *tree) reclaim(n *node) {
	if !n.linked && n.opened == 0 && n.size > 0 {
		t.budget.give(uint64(n.size))
		n.size, n.chunks = 0, nil
	}
}

// resize sets a file's size; what it gains reads as zeros.
func (t *tree) resize(n *node, size int64) sys.Errno {
	if size > n.size {
		if !t.budget.take(uint64(size - n.size)) {
			return sys.EIO
		}
		n.size = size
		return 0
	}
	t.budget.give(uint64(n.size - size))
	n.size = size
	keep := int((size + chunkSize - 1) / chunkSize)
	if keep < len(n.chunks) {
		clear(n.chunks[keep:])
		n.chunks = n.chunks[:keep]
	}
	if tail := size % chunkSize; tail != 0 && keep <= len(n.chunks) && n.chunks[keep-1] != nil {
		clear(n.chunks[keep-1][tail:])
	}
	return 0
}

// readAt fills p from a file as far as it goes.
func (t *tree) readAt(n *node, p []byte, off int64) int {
	if off >= n.size {
		return 0
	}
	p = p[:min(int64(len(p)), n.size-off)]
	if n.host != nil {
		if got, err := n.host.ReadAt(p, off); got < len(p) {
			t.fail(err)
		}
		return len(p)
	}
	for done := 0; done < len(p); {
		at := off + int64(done)
		i, from := int(at/chunkSize), int(at%chunkSize)
		part := p[done:min(len(p), done+chunkSize-from)]
		if i < len(n.chunks) && n.chunks[i] != nil {
			copy(part, n.chunks[i][from:])
		} else {
			clear(part)
		}
		done += len(part)
	}
	return len(p)
}

// writeAt writes all of p or nothing.
func (t *tree) writeAt(n *node, p []byte, off int64) sys.Errno {
	if off > MaxOutput || int64(len(p)) > MaxOutput {
		return sys.EIO
	}
	if end := off + int64(len(p)); end > n.size && len(p) > 0 {
		if errno := t.resize(n, end); errno != 0 {
			return errno
		}
	}
	for len(p) > 0 {
		i, from := int(off/chunkSize), int(off%chunkSize)
		for i >= len(n.chunks) {
			n.chunks = append(n.chunks, nil)
		}
		if n.chunks[i] == nil {
			n.chunks[i] = make([]byte, chunkSize)
		}
		k := copy(n.chunks[i][from:], p)
		p, off = p[k:], off+int64(k)
	}
	return 0
}
