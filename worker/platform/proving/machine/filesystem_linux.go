// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// systems are names of file systems, as mounts have them, and their kinds.
var systems = map[string]Storage{
	"ext2": StorageLocal, "ext3": StorageLocal, "ext4": StorageLocal, "xfs": StorageLocal, "btrfs": StorageLocal,
	"zfs": StorageLocal, "f2fs": StorageLocal, "jfs": StorageLocal, "bcachefs": StorageLocal, "ntfs3": StorageLocal,
	"exfat": StorageLocal, "vfat": StorageLocal,
	"tmpfs": StorageMemory, "ramfs": StorageMemory, "devtmpfs": StorageMemory, "rootfs": StorageMemory,
	"overlay": StorageOverlay, "aufs": StorageOverlay, "squashfs": StorageOverlay,
	"nfs": StorageNetwork, "nfs4": StorageNetwork, "cifs": StorageNetwork, "smb3": StorageNetwork, "ceph": StorageNetwork,
	"9p": StorageNetwork, "virtiofs": StorageNetwork, "afs": StorageNetwork, "glusterfs": StorageNetwork, "lustre": StorageNetwork,
	"beegfs": StorageNetwork, "fuse": StorageUnknown,
}

// magics are the numbers of file systems in statfs(2), for where there is no mount.
var magics = map[uint32]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs", unix.F2FS_SUPER_MAGIC: "f2fs",
	0x2fc12fc1: "zfs", unix.TMPFS_MAGIC: "tmpfs", unix.RAMFS_MAGIC: "ramfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay",
	unix.SQUASHFS_MAGIC: "squashfs", unix.NFS_SUPER_MAGIC: "nfs", 0xff534d42: "cifs", 0xfe534d42: "smb3", unix.V9FS_MAGIC: "9p",
	0x00c36400: "ceph", 0x65735546: "fuse",
}

func (p probe) fileSystem(d *Disk) {
	var s unix.Statfs_t
	if err := unix.Statfs(d.Path, &s); err != nil {
		p.unknown("disk "+d.Path, err)
		return
	}
	unit := uint64(max(s.Frsize, 0))
	if unit == 0 {
		unit = uint64(max(s.Bsize, 0))
	}
	d.Total, d.Free = s.Blocks*unit, s.Bavail*unit
	d.System = magics[uint32(s.Type)]
	p.mount(d)
	if d.System == "" {
		d.System = fmt.Sprintf("0x%x", uint32(s.Type))
	}
	name, _, _ := strings.Cut(d.System, ".") // fuse.sshfs
	if kind, ok := systems[name]; ok {
		d.Storage = kind
	}
	if s.Flags&unix.ST_RDONLY != 0 {
		d.Problem = "it can only be read"
	}
}

// mount finds the mount that a path is in, the last of the longest: proc(5),
// /proc/pid/mountinfo.
func (p probe) mount(d *Disk) {
	path, err := filepath.Abs(d.Path)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		p.unknown("disk "+d.Path, err)
		return
	}
	text, err := p.read("proc/self/mountinfo")
	if err != nil {
		p.unknown("mounts", err)
		return
	}
	for line := range strings.Lines(text) {
		left, right, ok := strings.Cut(line, " - ")
		before, after := strings.Fields(left), strings.Fields(right)
		if !ok || len(before) < 5 || len(after) < 2 {
			continue
		}
		at := unescape(before[4])
		inside := at == "/" || path == at || strings.HasPrefix(path, at+"/")
		if inside && len(at) >= len(d.Mount) {
			d.Mount, d.System, d.Source = at, after[0], unescape(after[1])
		}
	}
}

// unescape undoes the kernel's \040 for space and the like.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
