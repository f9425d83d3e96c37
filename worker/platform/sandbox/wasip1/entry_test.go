// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"fmt"
	"strings"
	"testing"
)

var entryScripts = []scripted{
	{"D9 nothing in /in can be changed", oneInput, func(s *script) {
		for _, oflags := range []uint64{openCreate, openCreate | openTruncate, openCreate | openExclusive} {
			s.open(EROFS, fdIn, "new", oflags, rightWrite)
			s.open(EROFS, fdIn, "new", oflags, rightRead)
		}
		s.open(EROFS, fdIn, "a", 0, rightWrite)
		s.open(EROFS, fdIn, "a", openTruncate, rightRead)
		s.open(EEXIST, fdIn, "a", openCreate|openExclusive, rightWrite)
		s.unlink(EROFS, fdIn, "a")
		s.unlink(EROFS, fdIn, "missing")
		s.rmdir(EROFS, fdIn, "a")
		s.rename(EROFS, fdIn, "a", fdIn, "c")
		s.rename(EROFS, fdIn, "a", fdOut, "a")
		s.create("mine")
		s.rename(EROFS, fdOut, "mine", fdIn, "mine")
		ptr, n := s.path("d")
		s.call(EROFS, "path_create_directory", fdIn, ptr, n)
		ptr, n = s.path("a")
		s.call(EROFS, "path_create_directory", fdIn, ptr, n)
		s.call(EROFS, "path_filestat_set_times", fdIn, 1, ptr, n, 0, 0, 5)
		f := s.open(0, fdIn, "a", openCreate, rightsFile&^rightWrite) // it is there: nothing to create
		s.write(EBADF, f, "x")
		s.call(EBADF, "fd_filestat_set_size", f, 0)
		s.wantText(s.read(0, f, 10), "first")
	}},
	{"files of /in are numbered in the order of their names", oneInput, func(s *script) {
		s.stat(0, fdIn, "a")
		s.wantFilestat(1, 2, typeRegular, 1, 5)
		s.stat(0, fdIn, "b")
		s.wantFilestat(1, 3, typeRegular, 1, 6)
		s.stat(ENOENT, fdIn, "c")
		s.stat(ENOTDIR, fdIn, "a/x")
		s.wantNames(s.list(fdIn, 1000, 0), ".", "..", "a", "b")
	}},
	{"what opening gives depends on what is there", oneInput, func(s *script) {
		s.mkdir(0, "dir")
		f := s.create("file")
		s.write(0, f, "abc")
		for _, open := range []struct {
			want   Errno
			path   string
			oflags uint64
			rights uint64
		}{
			{0, "file", 0, rightRead}, {0, "file", openCreate, rightRead}, {0, "file", openExclusive, rightRead},
			{EEXIST, "file", openCreate | openExclusive, rightRead}, {EEXIST, "dir", openCreate | openExclusive, 0},
			{ENOTDIR, "file", openDirectory, rightRead}, {ENOTDIR, "file/", 0, rightRead}, {ENOTDIR, "file/", openCreate, rightRead},
			{0, "dir", 0, rightRead}, {0, "dir", openDirectory, rightRead}, {0, "dir/", 0, rightsFile &^ rightWrite},
			{EISDIR, "dir", 0, rightWrite}, {EISDIR, "dir", openDirectory, rightWrite}, {EISDIR, "dir", openTruncate, 0},
			{EISDIR, "dir", openCreate, 0}, {EISDIR, ".", 0, rightWrite},
			{ENOENT, "new", 0, rightWrite}, {ENOENT, "new", openTruncate, rightWrite}, {ENOENT, "new", openDirectory, 0},
			{EISDIR, "new/", openCreate, rightWrite}, {ENOENT, "no/new", openCreate, rightWrite}, {ENOTDIR, "file/new", openCreate, rightWrite},
			{0, "new", openCreate | openTruncate, rightWrite}, {0, "dir/new", openCreate | openExclusive, 0},
		} {
			s.open(open.want, fdOut, open.path, open.oflags, open.rights)
		}
		s.open(0, fdOut, "file", openTruncate, rightRead)
		s.wantText(s.pread(0, f, 0, 9), "")
	}},
	{"a descriptor has the rights that it was opened with and that make sense", oneInput, func(s *script) {
		ptr, n := s.path("f")
		s.call(0, "path_open", fdOut, 0, ptr, n, openCreate, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 1, atResult)
		kind, flags, base, inheriting := s.fdstat(s.u32(atResult))
		s.wantNumber("type", uint64(kind), uint64(typeRegular))
		s.wantNumber("flags", flags, 1)
		s.wantNumber("rights", base, rightsFile)
		s.wantNumber("inheriting", inheriting, 0)
		ptr, n = s.path(".")
		s.call(0, "path_open", fdOut, 0, ptr, n, 0, rightsDirectory|rightRead, 0xffff_ffff_ffff_ffff, 0, atResult)
		_, _, base, inheriting = s.fdstat(s.u32(atResult))
		s.wantNumber("rights", base, rightsDirectory)
		s.wantNumber("inheriting", inheriting, rightsDirectory|rightsFile)
		f := s.open(0, fdOut, "f", 0, 0)
		s.read(EBADF, f, 1)
		s.write(EBADF, f, "x")
	}},
	{"folders are made and removed", oneInput, func(s *script) {
		s.mkdir(0, "d")
		s.mkdir(0, "d/e/")
		s.stat(0, fdOut, "d/e")
		s.wantFilestat(2, 3, typeDirectory, 1, 0)
		for path, want := range inOrder(map[string]Errno{
			"d": EEXIST, "d/": EEXIST, ".": EEXIST, "d/..": EEXIST, "d/e/.": EEXIST, "x/y": ENOENT,
		}) {
			s.mkdir(want, path)
		}
		s.create("d/f")
		s.mkdir(EEXIST, "d/f")
		s.mkdir(ENOTDIR, "d/f/g")
		for _, test := range []struct {
			want Errno
			path string
		}{
			{ENOTEMPTY, "d"}, {ENOTDIR, "d/f"}, {ENOTDIR, "d/f/"}, {EINVAL, "."}, {EINVAL, "d/."}, {EINVAL, "d/e/.."},
			{ENOENT, "x"}, {ENOENT, "x/"}, {0, "d/e/"}, {ENOENT, "d/e"},
		} {
			s.rmdir(test.want, fdOut, test.path)
		}
		for _, test := range []struct {
			want Errno
			path string
		}{
			{EISDIR, "d"}, {EISDIR, "d/"}, {EINVAL, "."}, {EINVAL, "d/.."}, {ENOTDIR, "d/f/"}, {ENOENT, "x"}, {ENOENT, "d/x/y"}, {0, "d/f"}, {ENOENT, "d/f"},
		} {
			s.unlink(test.want, fdOut, test.path)
		}
		s.rmdir(0, fdOut, "d")
	}},
	{"a removed folder stays open and empty", oneInput, func(s *script) {
		s.mkdir(0, "d")
		d := s.open(0, fdOut, "d", openDirectory, 0)
		s.rmdir(0, fdOut, "d")
		s.open(ENOENT, d, "f", openCreate, rightWrite)
		s.wantNames(s.list(d, 1000, 0), ".", "..")
		s.stat(0, d, ".")
		s.wantFilestat(2, 2, typeDirectory, 0, 0)
		s.create("f")
		s.rename(ENOENT, fdOut, "f", d, "f")
		s.call(0, "fd_close", d)
	}},
	{"renaming moves, replaces, and refuses what would break the tree", oneInput, func(s *script) {
		s.mkdir(0, "d")
		s.mkdir(0, "d/e")
		s.mkdir(0, "empty")
		s.write(0, s.create("f"), "f")
		s.write(0, s.create("g"), "longer")
		for _, test := range []struct {
			want     Errno
			from, to string
		}{
			{ENOENT, "x", "y"}, {ENOENT, "f", "x/y"}, {ENOTDIR, "f", "g/y"}, {ENOTDIR, "f/", "y"}, {ENOTDIR, "f", "y/"},
			{EINVAL, ".", "y"}, {EINVAL, "d/.", "y"}, {EINVAL, "f", "."}, {EINVAL, "f", "d/.."},
			{EISDIR, "f", "empty"}, {ENOTDIR, "empty", "f"}, {ENOTEMPTY, "empty", "d"},
			{EINVAL, "d", "d/e/d"}, {EINVAL, "d", "d/x"}, {EINVAL, "d", "d/e"},
			{0, "f", "f"}, {0, "d", "./d/"}, {0, "d", "d2/"}, {0, "d2/e", "empty"}, {0, "f", "g"}, {0, "g", "d2/h"}, {0, "d2", "empty/d"},
		} {
			s.rename(test.want, fdOut, test.from, fdOut, test.to)
		}
		s.stat(0, fdOut, "empty/d/h")
		s.wantFilestat(2, 5, typeRegular, 1, 1)
	}},
	{"a listing keeps its places while entries come and go", oneInput, func(s *script) {
		s.wantNames(s.list(fdOut, 1000, 0), ".", "..")
		for _, name := range []string{"c", "a", "ä", "Z", "b"} {
			s.create(name)
		}
		s.mkdir(0, "d")
		all := s.list(fdOut, 1000, 0)
		s.wantNames(all, ".", "..", "Z", "a", "b", "c", "d", "ä")
		for i, n := range all {
			s.wantNumber("next", n.next, uint64(i+1))
		}
		s.wantNumber("type of Z", uint64(all[2].kind), uint64(typeRegular))
		s.wantNumber("type of d", uint64(all[6].kind), uint64(typeDirectory))
		s.wantNumber("ino of .", all[0].ino, 1)
		s.wantNumber("ino of ..", all[1].ino, 1)
		s.wantNumber("ino of a", all[3].ino, 3)
		s.unlink(0, fdOut, "a")
		s.unlink(0, fdOut, "c")
		s.create("aa")
		s.wantNames(s.list(fdOut, 1000, 2), "Z", "b", "d", "ä")
		s.unlink(0, fdOut, "b")
		s.mkdir(0, "b") // the name is there again, for something else
		rest := s.list(fdOut, 1000, 4)
		s.wantNames(rest, "b", "d", "ä")
		s.wantNumber("type of b", uint64(rest[0].kind), uint64(typeDirectory))
		s.wantNames(s.list(fdOut, 1000, 8))
		s.wantNames(s.list(fdOut, 1000, 1<<63))
		s.wantNames(s.list(fdOut, 1000, 0), ".", "..", "Z", "aa", "b", "d", "ä")
		other := s.open(0, fdOut, ".", openDirectory, 0)
		s.wantNames(s.list(other, 1000, 3), "aa", "b", "d", "ä") // no listing yet: one begins
	}},
	{"a listing is cut off where the buffer ends", oneInput, func(s *script) {
		s.call(0, "fd_readdir", fdIn, atBuffer, 0, 0, atResult)
		s.wantNumber("used", s.u32(atResult), 0)
		for _, size := range []uint64{1, 10, 24, 25, 26, 50, 51, 100, 101, 102, 200} {
			s.call(0, "fd_readdir", fdIn, atBuffer, size, 0, atResult)
			s.wantNumber("used", s.u32(atResult), min(size, 25+26+25+25))
		}
		s.wantNames(s.list(fdIn, 30, 1), "..")
		s.wantNames(s.list(fdIn, 30, 2), "a")
		s.call(EFAULT, "fd_readdir", fdIn, outside-1, 2, 0, atResult)
		s.call(EFAULT, "fd_readdir", fdIn, 0, 0xffffffff, 0, atResult)
		s.call(EFAULT, "fd_readdir", fdIn, 0, 0, 0, outside-3)
	}},
	{"the folder above a folder is named by its number", oneInput, func(s *script) {
		s.mkdir(0, "d")
		s.mkdir(0, "d/e")
		e := s.open(0, fdOut, "d/e", openDirectory, 0)
		list := s.list(e, 1000, 0)
		s.wantNumber("ino of .", list[0].ino, 3)
		s.wantNumber("ino of ..", list[1].ino, 2)
		s.rename(0, fdOut, "d/e", fdOut, "e")
		s.wantNumber("ino of ..", s.list(e, 1000, 0)[1].ino, 1)
	}},
	{"D7 folders are as deep as the limit, and not deeper by renaming", oneInput, func(s *script) {
		deep := strings.TrimSuffix(strings.Repeat("d/", MaxDepth), "/")
		for i := 1; i <= MaxDepth; i++ {
			s.mkdir(0, deep[:2*i-1])
		}
		s.mkdir(ENAMETOOLONG, deep+"/d")
		s.open(ENAMETOOLONG, fdOut, deep+"/f", openCreate, rightWrite)
		bottom := s.open(0, fdOut, deep, openDirectory, 0)
		s.open(ENAMETOOLONG, bottom, "f", openCreate, rightWrite)
		s.mkdir(0, "x")
		s.mkdir(0, "x/y")
		s.rename(ENAMETOOLONG, fdOut, "x", fdOut, deep[:2*MaxDepth-3]+"/x")
		s.rename(0, fdOut, "x/y", fdOut, deep[:2*MaxDepth-3]+"/x")
	}},
}

func TestD7_EntriesAreCounted(t *testing.T) {
	s := newScript(t, setup{Limit: 1 << 20})
	call := func(f string, args ...uint64) Errno { // without taking it all down
		errno, err := byName[f].Call(s.world, s.machine, args)
		if err != nil {
			t.Fatal(err)
		}
		return Errno(errno)
	}
	for i := range MaxEntries {
		copy(s.memory[atPath:], fmt.Sprintf("%04d", i))
		if errno := call("path_create_directory", fdOut, atPath, 4); errno != 0 {
			t.Fatal(i, errno)
		}
	}
	copy(s.memory[atPath:], "more")
	if errno := call("path_create_directory", fdOut, atPath, 4); errno != ENOSPC {
		t.Error(errno)
	}
	if errno := call("path_open", fdOut, 0, atPath, 4, openCreate, rightWrite, 0, 0, atResult); errno != ENOSPC {
		t.Error(errno)
	}
	copy(s.memory[atPath:], "0000")
	if errno := call("path_remove_directory", fdOut, atPath, 4); errno != 0 {
		t.Error(errno)
	}
	copy(s.memory[atPath:], "more")
	if errno := call("path_open", fdOut, 0, atPath, 4, openCreate, rightWrite, 0, 0, atResult); errno != 0 {
		t.Error(errno)
	}
	if got := len(s.world.Out()); got != MaxEntries {
		t.Errorf("%d entries delivered", got)
	}
}

func TestD7_DescriptorsAreCounted(t *testing.T) {
	s := newScript(t, oneInput)
	for fd := uint64(5); fd < MaxDescriptors; fd++ {
		s.wantNumber("descriptor", s.open(0, fdIn, "a", 0, rightRead), fd)
	}
	s.open(EMFILE, fdIn, "a", 0, rightRead)
	s.open(EMFILE, fdOut, "new", openCreate, rightWrite)
	s.stat(ENOENT, fdOut, "new")
	s.open(ENOENT, fdIn, "missing", 0, rightRead)
	s.call(0, "fd_close", 700)
	s.wantNumber("descriptor", s.open(0, fdIn, "a", 0, rightRead), 700)
}
