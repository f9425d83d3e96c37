// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "encoding/binary"

// fdReaddir lists a folder. Cookie 0 begins a listing: the names are taken down
// in order and keep their places, whatever is made or removed meanwhile; the
// cookie of a name is its place, and names that are gone are passed over.
func fdReaddir(c *call) Errno {
	d, errno := c.folder(0)
	if errno != 0 {
		return errno
	}
	buf, errno := c.view(1, c.size(2))
	if errno != 0 {
		return errno
	}
	used, errno := c.view(4, 4)
	if errno != 0 {
		return errno
	}
	cookie := c.u64(3)
	listing := d.listing
	if cookie == 0 || listing == nil {
		if !c.charge(gasSnapshot * uint64(len(d.node.entries)+2)) {
			return 0
		}
		listing = append([]string{".", ".."}, d.node.names()...)
	}
	var records []byte
	for i := min(cookie, uint64(len(listing))); i < uint64(len(listing)) && len(records) < len(buf); i++ {
		if !c.charge(gasListed) {
			return 0
		}
		if child := d.node.listed(listing[i]); child != nil {
			records = appendDirent(records, i+1, child, listing[i])
		}
	}
	records = records[:min(len(records), len(buf))]
	if !c.charge(gasByte * uint64(len(records))) {
		return 0
	}
	d.listing = listing
	copy(buf, records)
	binary.LittleEndian.PutUint32(used, uint32(len(records)))
	return 0
}

// listed is what a name of a listing stands for now, nil if it is gone.
func (n *node) listed(name string) *node {
	switch name {
	case ".":
		return n
	case "..":
		return n.parent
	}
	return n.entries[name]
}

// appendDirent appends a record of type dirent and the name behind it.
func appendDirent(p []byte, next uint64, n *node, name string) []byte {
	p = binary.LittleEndian.AppendUint64(p, next)
	p = binary.LittleEndian.AppendUint64(p, n.ino)
	p = binary.LittleEndian.AppendUint32(p, uint32(len(name)))
	p = append(p, n.kind(), 0, 0, 0)
	return append(p, name...)
}
