// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"fmt"
	"strings"
	"testing"
)

// stat asks for a path below a folder.
func (s *script) stat(want Errno, dir uint64, path string) {
	s.Helper()
	ptr, n := s.path(path)
	s.call(want, "path_filestat_get", dir, 1, ptr, n, atResult)
}

func (s *script) unlink(want Errno, dir uint64, path string) {
	s.Helper()
	ptr, n := s.path(path)
	s.call(want, "path_unlink_file", dir, ptr, n)
}

func (s *script) rmdir(want Errno, dir uint64, path string) {
	s.Helper()
	ptr, n := s.path(path)
	s.call(want, "path_remove_directory", dir, ptr, n)
}

func (s *script) rename(want Errno, oldDir uint64, from string, newDir uint64, to string) uint64 {
	s.Helper()
	ptr, n := s.path(from)
	ptr2, n2 := s.path2(to)
	return s.call(want, "path_rename", oldDir, ptr, n, newDir, ptr2, n2)
}

var pathScripts = []scripted{
	{"D9 no path leaves its folder", oneInput, func(s *script) {
		s.mkdir(0, "dir")
		s.mkdir(0, "dir/nested")
		s.create("dir/nested/file")
		dir := s.open(0, fdOut, "dir", openDirectory, 0)
		for _, path := range []string{
			"/", "/etc/passwd", "/out/dir", "//", "..", "../", "../..", "../out", "../dir", "./..", "x/../..", "nested/../../dir",
			"nested/../..", "nested/../../dir/nested/../../..", "missing/../..", "/nested/file", "../in/a", "nested/file/../../../x",
		} {
			s.stat(EPERM, dir, path)
			s.open(EPERM, dir, path, 0, rightRead)
			s.open(EPERM, dir, path, openCreate, rightWrite)
			s.unlink(EPERM, dir, path)
			s.rmdir(EPERM, dir, path)
			s.rename(EPERM, dir, path, dir, "x")
			s.rename(EPERM, dir, "nested", dir, path)
			ptr, n := s.path(path)
			s.call(EPERM, "path_create_directory", dir, ptr, n)
			s.call(EPERM, "path_readlink", dir, ptr, n, atBuffer, 10, atResult)
			s.call(EPERM, "path_filestat_set_times", dir, 1, ptr, n, 0, 0, 0)
		}
		s.stat(EPERM, fdIn, "../out")
		s.stat(EPERM, fdOut, "dir/../..")
	}},
	{"D9 names that are no names are refused", oneInput, func(s *script) {
		for path, want := range inOrder(map[string]Errno{
			"":                                    ENOENT,
			"a\x00b":                              EINVAL,
			"dir/file\x00":                        EINVAL,
			"\xff":                                EILSEQ,
			"caf\xc3":                             EILSEQ,
			"\xed\xa0\x80":                        EILSEQ, // half a surrogate pair
			"\xc0\xaf":                            EILSEQ, // a slash in two bytes
			long + "n":                            ENAMETOOLONG,
			"x/" + long + "n/y":                   ENAMETOOLONG,
			strings.Repeat("x/", MaxPath/2) + "x": ENAMETOOLONG,
			"/\x00":                               EINVAL,
			"/" + long + "n":                      EPERM,
			"../" + long + "n":                    EPERM,
			long + "n/../..":                      ENAMETOOLONG,
		}) {
			s.stat(want, fdOut, path)
			s.open(want, fdOut, path, openCreate, rightWrite)
			s.mkdir(want, path)
		}
		s.create(long)
		s.stat(0, fdOut, strings.Repeat("./", (MaxPath-MaxName)/2)+long)
	}},
	{"dots and slashes are passed over, but what they follow must be a folder", oneInput, func(s *script) {
		s.mkdir(0, "dir")
		s.mkdir(0, "dir/nested/")
		s.create("dir/nested/file")
		for path, want := range inOrder(map[string]Errno{
			".": 0, "./": 0, "dir": 0, "dir/": 0, "dir//": 0, "dir/.": 0, "dir/./": 0, "dir/..": 0, "dir/nested/..": 0,
			"dir/.//nested/../../dir/nested/../nested///./file": 0,
			"dir/nested/file":       0,
			"dir/nested/file/":      ENOTDIR,
			"dir/nested/file///":    ENOTDIR,
			"dir/nested/file/.":     ENOTDIR,
			"dir/nested/file/..":    ENOTDIR,
			"dir/nested/file/x":     ENOTDIR,
			"dir/nested/file/x/y":   ENOTDIR,
			"dir/nested/file/../..": ENOTDIR,
			"missing":               ENOENT,
			"missing/":              ENOENT,
			"missing/.":             ENOENT,
			"missing/..":            ENOENT,
			"missing/../dir":        ENOENT,
			"...":                   ENOENT,
		}) {
			s.stat(want, fdOut, path)
			s.open(want, fdOut, path, 0, rightRead)
		}
	}},
	{"a path is asked for in memory before anything else is said of it", oneInput, func(s *script) {
		s.call(EFAULT, "path_filestat_get", fdIn, 0, outside-1, 2, atResult)
		s.call(EFAULT, "path_filestat_get", fdIn, 0, outside+1, 0, atResult)
		s.call(EFAULT, "path_filestat_get", fdIn, 0, 0, 0xffffffff, atResult)
		s.call(ENOENT, "path_filestat_get", fdIn, 0, outside, 0, atResult)
		s.call(EFAULT, "path_filestat_get", fdIn, 0, 0, 0, outside-63)
		s.call(EFAULT, "path_create_directory", fdOut, outside-1, 2)
		s.call(EFAULT, "path_remove_directory", fdOut, outside-1, 2)
		s.call(EFAULT, "path_unlink_file", fdOut, outside-1, 2)
		s.call(EFAULT, "path_rename", fdOut, outside-1, 2, fdOut, 0, 0)
		s.call(EFAULT, "path_rename", fdOut, 0, 0, fdOut, outside-1, 2)
		s.call(EFAULT, "path_open", fdOut, 0, outside-1, 2, 0, 0, 0, 0, atResult)
		s.call(EFAULT, "path_open", fdOut, 0, 0, 1, openCreate, 0, 0, 0, outside-3)
		s.call(EFAULT, "path_filestat_set_times", fdOut, 0, outside-1, 2, 0, 0, 0)
		s.call(EFAULT, "path_readlink", fdOut, outside-1, 2, 0, 0, 0)
		s.call(EFAULT, "path_readlink", fdOut, 0, 0, outside-1, 2, 0)
		s.call(EFAULT, "path_readlink", fdOut, 0, 0, 0, 0, outside-3)
	}},
	{"every function of paths needs an open folder", oneInput, func(s *script) {
		file := s.open(0, fdIn, "a", 0, rightRead)
		s.path("x")
		for _, fd := range []uint64{file, fdStdin, fdStdout, 99, 0xffffffff} {
			want := ENOTDIR
			if fd >= 99 {
				want = EBADF
			}
			s.call(want, "path_create_directory", fd, atPath, 1)
			s.call(want, "path_filestat_get", fd, 0xff, atPath, 1, outside)
			s.call(want, "path_filestat_set_times", fd, 0xff, atPath, 1, 0, 0, 0)
			s.call(want, "path_open", fd, 0xff, atPath, 1, 0, 0, 0, 0, outside)
			s.call(want, "path_readlink", fd, atPath, 1, 0, 0, outside)
			s.call(want, "path_remove_directory", fd, atPath, 1)
			s.call(want, "path_rename", fd, atPath, 1, fdOut, atPath, 1)
			s.call(want, "path_rename", fdOut, atPath, 1, fd, atPath, 1)
			s.call(want, "path_unlink_file", fd, atPath, 1)
			s.call(want, "fd_readdir", fd, atBuffer, 100, 0, atResult)
		}
	}},
	{"flags that there are not are refused", oneInput, func(s *script) {
		ptr, n := s.path("a")
		s.call(EINVAL, "path_filestat_get", fdIn, 2, ptr, n, atResult)
		s.call(EINVAL, "path_filestat_set_times", fdOut, 2, ptr, n, 0, 0, 0)
		s.call(EINVAL, "path_filestat_set_times", fdOut, 1, ptr, n, 0, 0, 3)
		s.call(EINVAL, "path_open", fdIn, 2, ptr, n, 0, 0, 0, 0, atResult)
		s.call(EINVAL, "path_open", fdIn, 0, ptr, n, 16, 0, 0, 0, atResult)
		s.call(EINVAL, "path_open", fdIn, 0, ptr, n, 0, 0, 0, 32, atResult)
		s.call(EINVAL, "path_open", fdIn, 0, ptr, n, openCreate|openDirectory, 0, 0, 0, atResult)
	}},
	{"there are no links", oneInput, func(s *script) {
		ptr, n := s.path("a")
		to, size := s.path2("../../etc/passwd")
		s.call(ENOSYS, "path_link", fdIn, 0, ptr, n, fdOut, to, size)
		s.call(ENOSYS, "path_link", 99, 99, outside, 99, 99, outside, 99)
		s.call(ENOSYS, "path_symlink", to, size, fdOut, ptr, n)
		s.call(ENOSYS, "path_symlink", outside, 99, 99, outside, 99)
		s.call(EINVAL, "path_readlink", fdIn, ptr, n, atBuffer, 10, atResult)
		s.call(ENOENT, "path_readlink", fdOut, ptr, n, atBuffer, 10, atResult)
		ptr, n = s.path("a/")
		s.call(ENOTDIR, "path_readlink", fdIn, ptr, n, atBuffer, 10, atResult)
	}},
}

func TestD9_NoBytesOfAPathMakeItClimb(t *testing.T) {
	for _, path := range []string{
		`..\..`, "%2e%2e/", "..%2f..", "..\u200b", "\u2024\u2024/", "．．/", "....//", ". ./", "..;/", "~", "$HOME", "C:",
	} {
		s := newScript(t, oneInput)
		s.stat(ENOENT, fdOut, path)
		s.create("x" + fmt.Sprint(len(path)))
	}
}
