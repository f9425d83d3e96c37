// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"io"
	"io/fs"

	"github.com/tetratelabs/wazero/experimental/sys"
	wasys "github.com/tetratelabs/wazero/sys"
)

// handle is an open file or directory of a tree.
type handle struct {
	sys.UnimplementedFile
	t      *tree
	n      *node
	flag   sys.Oflag
	off    int64
	closed bool
	// names is the listing being read, nil before the first Readdir.
	names []string
}

func (h *handle) readable() bool { return !h.closed && h.flag&accessMask != sys.O_WRONLY }
func (h *handle) writable() bool { return !h.closed && h.flag&accessMask != 0 }

func (h *handle) Dev() (uint64, sys.Errno)        { return h.t.device, 0 }
func (h *handle) Ino() (wasys.Inode, sys.Errno)   { return h.n.ino, 0 }
func (h *handle) IsDir() (bool, sys.Errno)        { return h.n.isDir(), 0 }
func (h *handle) IsAppend() bool                  { return h.flag&sys.O_APPEND != 0 }
func (h *handle) Stat() (wasys.Stat_t, sys.Errno) { return h.t.stat(h.n), 0 }
func (h *handle) Utimens(_, _ int64) (e sys.Errno) {
	if h.t.readOnly {
		return sys.EROFS
	}
	return 0
}

func (h *handle) SetAppend(enable bool) sys.Errno {
	h.flag &^= sys.O_APPEND
	if enable {
		h.flag |= sys.O_APPEND
	}
	return 0
}

func (h *handle) Read(p []byte) (int, sys.Errno) {
	n, errno := h.Pread(p, h.off)
	h.off += int64(n)
	return n, errno
}

func (h *handle) Pread(p []byte, off int64) (int, sys.Errno) {
	switch {
	case h.n.isDir():
		return 0, sys.EISDIR
	case !h.readable():
		return 0, sys.EBADF
	case off < 0:
		return 0, sys.EINVAL
	}
	return h.t.readAt(h.n, p, off), 0
}

func (h *handle) Write(p []byte) (int, sys.Errno) {
	off := h.off
	if h.IsAppend() {
		off = h.n.size
	}
	n, errno := h.Pwrite(p, off)
	if errno == 0 {
		h.off = off + int64(n)
	}
	return n, errno
}

func (h *handle) Pwrite(p []byte, off int64) (int, sys.Errno) {
	switch {
	case h.n.isDir():
		return 0, sys.EISDIR
	case !h.writable():
		return 0, sys.EBADF
	case off < 0:
		return 0, sys.EINVAL
	}
	if errno := h.t.writeAt(h.n, p, off); errno != 0 {
		return 0, errno
	}
	return len(p), 0
}

// position is an int64 by another name: vet takes a Seek with int64 for a
// mistaken io.Seeker, and the engine's interface is not one.
type position = int64

func (h *handle) Seek(offset position, whence int) (position, sys.Errno) {
	if h.n.isDir() {
		if offset != 0 || whence != io.SeekStart {
			return 0, sys.EINVAL
		}
		h.names, h.off = nil, 0
		return 0, 0
	}
	base := int64(0)
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		base = h.off
	case io.SeekEnd:
		base = h.n.size
	default:
		return 0, sys.EINVAL
	}
	to := base + offset
	if to < 0 {
		return 0, sys.EINVAL
	}
	h.off = to
	return to, 0
}

func (h *handle) Readdir(count int) ([]sys.Dirent, sys.Errno) {
	if !h.n.isDir() {
		return nil, sys.ENOTDIR
	}
	if h.names == nil {
		h.names, h.off = h.n.names(), 0
	}
	var list []sys.Dirent
	for h.off < int64(len(h.names)) && (count <= 0 || len(list) < count) {
		name := h.names[h.off]
		h.off++
		child, found := h.n.children[name]
		if !found {
			continue // removed since the listing began
		}
		var kind fs.FileMode
		if child.isDir() {
			kind = fs.ModeDir
		}
		list = append(list, sys.Dirent{Ino: child.ino, Name: name, Type: kind})
	}
	return list, 0
}

func (h *handle) Truncate(size int64) sys.Errno {
	switch {
	case h.n.isDir():
		return sys.EISDIR
	case !h.writable():
		return sys.EBADF
	case size < 0:
		return sys.EINVAL
	case size > MaxOutput:
		return sys.EIO
	}
	return h.t.resize(h.n, size)
}

func (h *handle) Close() sys.Errno {
	if h.closed {
		return sys.EBADF
	}
	h.closed = true
	h.t.open--
	h.n.opened--
	h.t.reclaim(h.n)
	return 0
}
