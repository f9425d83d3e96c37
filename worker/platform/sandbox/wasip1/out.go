// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "io"

// Output is a file or folder below /out, as the guest left it.
type Output struct {
	// Path is its path below /out, elements separated by slashes.
	Path string
	// Dir says that it is a folder.
	Dir bool
	// Size is the length of a file in bytes.
	Size uint64

	node *node
}

// maxPiece is the largest piece that Output.WriteTo writes at once, in bytes.
const maxPiece = 256 << 10

// WriteTo writes what a file holds, in pieces of at most 256 KiB. It is for
// after the guest's end: the file must not change meanwhile.
func (o Output) WriteTo(w io.Writer) (int64, error) {
	buf := make([]byte, min(maxPiece, o.Size))
	for off := uint64(0); off < o.Size; off += uint64(len(buf)) {
		buf = buf[:min(uint64(len(buf)), o.Size-off)]
		if err := o.node.readAt(buf, off); err != nil {
			return int64(off), err
		}
		if n, err := w.Write(buf); err != nil {
			return int64(off) + int64(n), err
		}
	}
	return int64(o.Size), nil
}

// Out is all that is below /out: every folder before what it holds, names of
// one folder in byte order. What was removed but is still open is not there.
func (w *World) Out() []Output {
	list := make([]Output, 0, w.out.entries)
	var walk func(n *node, prefix string)
	walk = func(n *node, prefix string) {
		for _, name := range n.names() {
			path, child := prefix+name, n.entries[name]
			list = append(list, Output{Path: path, Dir: child.dir, Size: child.size, node: child})
			if child.dir {
				walk(child, path+"/")
			}
		}
	}
	walk(w.out.root, "")
	return list
}

// OutputLeft is how many bytes stdout and /out could still grow by.
func (w *World) OutputLeft() uint64 { return w.left }
