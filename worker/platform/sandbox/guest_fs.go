// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"io/fs"
	"maps"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

const (
	accessMask   = sys.O_RDWR | sys.O_WRONLY
	changesFiles = accessMask | sys.O_CREAT | sys.O_TRUNC | sys.O_APPEND
)

// OpenFile opens or creates a file, or opens a directory for listing.
func (t *tree) OpenFile(path string, flag sys.Oflag, _ fs.FileMode) (sys.File, sys.Errno) {
	n, errno := t.find(path)
	switch {
	case errno == 0 && flag&sys.O_CREAT != 0 && flag&sys.O_EXCL != 0:
		return nil, sys.EEXIST
	case errno == 0 && n.isDir() && flag&changesFiles != 0:
		return nil, sys.EISDIR
	case errno == 0 && !n.isDir() && flag&sys.O_DIRECTORY != 0:
		return nil, sys.ENOTDIR
	case t.readOnly && flag&changesFiles != 0 && (errno == 0 || errno == sys.ENOENT):
		return nil, sys.EROFS
	case t.open >= MaxOpenFiles:
		return nil, sys.EIO // there is no EMFILE to give
	case errno == sys.ENOENT && flag&sys.O_CREAT != 0:
		var parent *node
		var name string
		var depth int
		if parent, name, depth, errno = t.findParent(path); errno == 0 {
			n, errno = t.create(parent, name, depth, false)
		}
	}
	if errno != 0 {
		return nil, errno
	}
	if flag&sys.O_TRUNC != 0 && !n.isDir() {
		if errno := t.resize(n, 0); errno != 0 {
			return nil, errno
		}
	}
	n.opened++
	t.open++
	return &handle{t: t, n: n, flag: flag}, 0
}

// Stat returns synthetic metadata.
func (t *tree) Stat(path string) (wasys.Stat_t, sys.Errno) {
	n, errno := t.find(path)
	if errno != 0 {
		return wasys.Stat_t{}, errno
	}
	return t.stat(n), 0
}

// Lstat is Stat: there are no links.
func (t *tree) Lstat(path string) (wasys.Stat_t, sys.Errno) { return t.Stat(path) }

// Mkdir makes a directory.
func (t *tree) Mkdir(path string, _ fs.FileMode) sys.Errno {
	if t.readOnly {
		return sys.EROFS
	}
	parent, name, depth, errno := t.findParent(path)
	if errno != 0 {
		return errno
	}
	if _, found := parent.children[name]; found {
		return sys.EEXIST
	}
	_, errno = t.create(parent, name, depth, true)
	return errno
}

// Unlink removes a file.
func (t *tree) Unlink(path string) sys.Errno { return t.removeEntry(path, false) }

// Rmdir removes an empty directory.
func (t *tree) Rmdir(path string) sys.Errno { return t.removeEntry(path, true) }

func (t *tree) removeEntry(path string, dir bool) sys.Errno {
	if t.readOnly {
		return sys.EROFS
	}
	parent, name, _, errno := t.findParent(path)
	if errno != 0 {
		return errno
	}
	n, found := parent.children[name]
	switch {
	case !found:
		return sys.ENOENT
	case dir && !n.isDir():
		return sys.ENOTDIR
	case !dir && n.isDir():
		return sys.EISDIR
	case len(n.children) > 0:
		return sys.ENOTEMPTY
	}
	t.remove(parent, name)
	return 0
}

// Rename moves an entry, replacing a file or an empty directory.
func (t *tree) Rename(from, to string) sys.Errno {
	if t.readOnly {
		return sys.EROFS
	}
	oldParent, oldName, _, errno := t.findParent(from)
	if errno != 0 {
		return errno
	}
	newParent, newName, depth, errno := t.findParent(to)
	if errno != 0 {
		return errno
	}
	n, found := oldParent.children[oldName]
	switch {
	case !found:
		return sys.ENOENT
	case validName(newName) != nil:
		return sys.EINVAL
	case depth+n.height() > MaxDepth:
		return sys.ENAMETOOLONG
	case n.contains(newParent):
		return sys.EINVAL
	}
	if target, found := newParent.children[newName]; found {
		switch {
		case target == n:
			return 0
		case n.isDir() && !target.isDir():
			return sys.ENOTDIR
		case !n.isDir() && target.isDir():
			return sys.EISDIR
		case len(target.children) > 0:
			return sys.ENOTEMPTY
		}
		t.remove(newParent, newName)
	}
	delete(oldParent.children, oldName)
	newParent.children[newName] = n
	return 0
}

// height is the number of levels below n.
func (n *node) height() int {
	height := 0
	for child := range maps.Values(n.children) {
		height = max(height, child.height()+1)
	}
	return height
}

// contains says whether other is n or lies below it.
func (n *node) contains(other *node) bool {
	if n == other {
		return true
	}
	for child := range maps.Values(n.children) {
		if child.contains(other) {
			return true
		}
	}
	return false
}

// Chmod and Utimens succeed without effect: metadata is synthetic.
func (t *tree) Chmod(path string, _ fs.FileMode) sys.Errno { return t.touch(path) }

// Utimens succeeds without effect.
func (t *tree) Utimens(path string, _, _ int64) sys.Errno { return t.touch(path) }

func (t *tree) touch(path string) sys.Errno {
	if t.readOnly {
		return sys.EROFS
	}
	_, errno := t.find(path)
	return errno
}

// Link is refused, as is Symlink: a name is one file.
func (t *tree) Link(_, _ string) sys.Errno { return sys.EPERM }

// Symlink is refused.
func (t *tree) Symlink(_, _ string) sys.Errno { return sys.EPERM }

// Readlink finds no links.
func (t *tree) Readlink(path string) (string, sys.Errno) {
	if _, errno := t.find(path); errno != 0 {
		return "", errno
	}
	return "", sys.EINVAL
}
