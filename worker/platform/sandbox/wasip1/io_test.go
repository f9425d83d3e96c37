// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"math"
	"strings"
)

var ioScripts = []scripted{
	{"stdin is read to its end, and again", oneInput, func(s *script) {
		s.wantText(s.read(0, fdStdin, 4), "from")
		s.wantText(s.read(0, fdStdin, 99), " stdin")
		s.wantText(s.read(0, fdStdin, 99), "")
		s.wantText(s.pread(0, fdStdin, 5, 3), "std")
		s.call(0, "fd_seek", fdStdin, 0, 0, atResult)
		s.wantText(s.read(0, fdStdin, 4), "from")
		s.write(EBADF, fdStdin, "x")
		s.call(EBADF, "fd_filestat_set_size", fdStdin, 0)
	}},
	{"buffers are filled in order", oneInput, func(s *script) {
		a := s.open(0, fdIn, "b", 0, rightRead)
		ptr, n := s.buffers(1, 0, 3, 5, 7)
		s.call(0, "fd_read", a, ptr, n, atResult)
		s.wantNumber("bytes", s.u32(atResult), 6)
		s.wantText(string(s.memory[atBuffer:][:6]), "second")
		ptr, n = s.buffers()
		s.call(0, "fd_read", a, ptr, n, atResult)
		s.wantNumber("bytes", s.u32(atResult), 0)
	}},
	{"an array of buffers is read before it is written over", oneInput, func(s *script) {
		a := s.open(0, fdIn, "b", 0, rightRead)
		s.poke(atVectors, []byte{0, 0x50, 0, 0, 3, 0, 0, 0, 0, 0x60, 0, 0, 3, 0, 0, 0})
		s.call(0, "fd_read", a, atVectors, 2, atResult)
		s.wantText(string(s.memory[0x5000:][:3])+string(s.memory[0x6000:][:3]), "second")
	}},
	{"D7 buffers outside memory and too many of them are refused", oneInput, func(s *script) {
		f := s.create("f")
		for _, name := range []string{"fd_read", "fd_write"} {
			ptr, n := s.buffers(5)
			s.call(EFAULT, name, f, ptr, n, outside-3)
			s.call(EFAULT, name, f, outside-7, 1, atResult)
			s.call(EFAULT, name, f, 0xffffffff, 1, atResult)
			s.call(EINVAL, name, f, ptr, MaxVectors+1, atResult)
			s.call(EINVAL, name, f, ptr, 0xffffffff, atResult)
			s.poke(atVectors, []byte{0xfe, 0xff, 0, 0, 3, 0, 0, 0})
			s.call(EFAULT, name, f, atVectors, 1, atResult)
			s.poke(atVectors, []byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
			s.call(EFAULT, name, f, atVectors, 1, atResult)
			s.poke(atVectors, []byte{1, 0, 1, 0, 0, 0, 0, 0}) // empty, and outside
			s.call(EFAULT, name, f, atVectors, 1, atResult)
		}
	}},
	{"stdout and stderr take bytes in order", setup{Limit: 10}, func(s *script) {
		s.write(0, fdStdout, "one,")
		s.write(0, fdStderr, "much longer than the limit")
		s.poke(atBuffer, []byte("two"))
		ptr, n := s.buffers(1, 0, 2)
		s.call(0, "fd_write", fdStdout, ptr, n, atResult)
		s.wantNumber("written", s.u32(atResult), 3)
		s.wantText(s.stdout.String(), "one,two")
		s.read(EBADF, fdStdout, 1)
		s.pread(EBADF, fdStderr, 0, 1)
		s.pwrite(ESPIPE, fdStdout, 0, "x")
		s.call(ESPIPE, "fd_seek", fdStdout, 0, 1, atResult)
		s.call(ESPIPE, "fd_tell", fdStderr, atResult)
		s.call(ESPIPE, "fd_allocate", fdStdout, 0, 1)
		s.call(EINVAL, "fd_filestat_set_size", fdStdout, 0)
	}},
	{"D7 a flood of output is refused whole at the limit", setup{Limit: 10}, func(s *script) {
		f := s.create("f")
		s.write(0, f, "12345")
		s.write(ENOSPC, fdStdout, "123456")
		s.write(0, fdStdout, "1234")
		s.write(ENOSPC, f, "67")
		s.write(0, f, "6")
		s.write(ENOSPC, f, "7")
		s.write(ENOSPC, fdStdout, "5")
		s.write(0, fdStdout, "")
		s.pwrite(0, f, 0, "654321") // within the file
		s.pwrite(ENOSPC, f, 1, "654321")
		s.wantText(s.pread(0, f, 0, 99), "654321")
		s.call(0, "fd_filestat_set_size", f, 2) // four bytes are free again
		s.write(0, fdStdout, "5678")
		s.call(ENOSPC, "fd_filestat_set_size", f, 3)
	}},
	{"D7 bytes count until a removed file is closed", setup{Limit: 10}, func(s *script) {
		f := s.create("f")
		s.write(0, f, "1234567890")
		ptr, n := s.path("f")
		s.call(0, "path_unlink_file", fdOut, ptr, n)
		s.write(ENOSPC, fdStdout, "x")
		s.wantText(s.pread(0, f, 8, 99), "90")
		s.call(0, "fd_filestat_get", f, atResult)
		s.wantFilestat(2, 2, typeRegular, 0, 10)
		s.call(0, "fd_close", f)
		s.write(0, fdStdout, "1234567890")
	}},
	{"holes count and read as zeros", setup{Limit: 100_000}, func(s *script) {
		f := s.create("f")
		s.pwrite(0, f, 5000, "end")
		s.wantText(s.pread(0, f, 4094, 6), strings.Repeat("\x00", 6))
		s.pwrite(0, f, 4094, "across")
		s.wantText(s.pread(0, f, 4090, 14), "\x00\x00\x00\x00across\x00\x00\x00\x00")
		s.call(0, "fd_filestat_set_size", f, 4096)
		s.call(0, "fd_filestat_set_size", f, 9000)
		s.wantText(s.pread(0, f, 4090, 14), "\x00\x00\x00\x00ac"+strings.Repeat("\x00", 8))
		s.call(0, "fd_seek", f, 10_000, seekSet, atResult)
		s.write(0, f, "!")
		s.pwrite(ENOSPC, f, 99_999, "12")
		s.pwrite(0, f, 99_999, "1")
		s.pwrite(EINVAL, f, 1<<63, "x")
		s.pwrite(ENOSPC, f, math.MaxInt64, "x")
		s.pwrite(0, f, math.MaxInt64, "")
		s.call(0, "fd_filestat_get", f, atResult)
		s.wantFilestat(2, 2, typeRegular, 1, 100_000)
		s.call(0, "fd_filestat_set_size", f, 10) // a short vector
	}},
	{"a file grows to hold what is allocated, and never shrinks", setup{Limit: 100}, func(s *script) {
		f := s.create("f")
		s.call(0, "fd_allocate", f, 10, 20)
		s.call(0, "fd_allocate", f, 0, 5)
		s.call(0, "fd_filestat_get", f, atResult)
		s.wantFilestat(2, 2, typeRegular, 1, 30)
		s.call(ENOSPC, "fd_allocate", f, 100, 1)
		s.call(EINVAL, "fd_allocate", f, 0, 0)
		s.call(EINVAL, "fd_allocate", f, 1<<63, 1)
		s.call(EINVAL, "fd_allocate", f, 1, 1<<63)
		s.call(EFBIG, "fd_allocate", f, math.MaxInt64, 1)
		s.call(ENOSPC, "fd_allocate", f, math.MaxInt64-1, 1)
		s.call(EBADF, "fd_allocate", fdStdin, 0, 1)
		s.call(EISDIR, "fd_allocate", fdOut, 0, 1)
		s.call(EINVAL, "fd_filestat_set_size", f, 1<<63)
		s.call(ENOSPC, "fd_filestat_set_size", f, math.MaxInt64)
		s.call(EISDIR, "fd_filestat_set_size", fdOut, 0)
	}},
	{"positions move from the start, from where they are, and from the end", oneInput, func(s *script) {
		f := s.open(0, fdIn, "b", 0, rightRead)
		for _, seek := range []struct {
			want          Errno
			offset        int64
			whence, place uint64
		}{
			{0, 2, seekSet, 2}, {0, 3, seekCur, 5}, {0, -5, seekCur, 0}, {0, -1, seekEnd, 5}, {0, 10, seekEnd, 16},
			{EINVAL, -1, seekSet, 16}, {EINVAL, -17, seekCur, 16}, {EINVAL, -7, seekEnd, 16}, {EINVAL, 0, 3, 16},
			{EINVAL, math.MaxInt64, seekCur, 16}, {EINVAL, math.MinInt64, seekCur, 16}, {EINVAL, 0, 0x100, 16},
			{0, math.MaxInt64, seekSet, math.MaxInt64}, {EINVAL, 1, seekCur, math.MaxInt64}, {0, math.MinInt64 + 1, seekCur, 0},
		} {
			s.call(seek.want, "fd_seek", f, uint64(seek.offset), seek.whence, atResult)
			s.call(0, "fd_tell", f, atResult)
			s.wantNumber("position", s.u64(atResult), seek.place)
		}
		s.call(EFAULT, "fd_seek", f, 3, seekSet, outside-7)
		s.call(EFAULT, "fd_tell", f, outside-7)
		s.call(0, "fd_seek", f, 100, seekSet, atResult)
		s.wantText(s.read(0, f, 10), "")
		s.wantText(s.pread(0, f, math.MaxInt64, 10), "")
		s.pread(EINVAL, f, 1<<63, 10)
	}},
	{"a folder is not a file", oneInput, func(s *script) {
		for _, fd := range []uint64{fdIn, fdOut} {
			s.read(EISDIR, fd, 1)
			s.pread(EISDIR, fd, 0, 1)
			s.write(EISDIR, fd, "x")
			s.pwrite(EISDIR, fd, 0, "x")
			s.call(EISDIR, "fd_seek", fd, 0, 0, atResult)
			s.call(EISDIR, "fd_tell", fd, atResult)
		}
	}},
	{"two descriptors of a file have a position each", oneInput, func(s *script) {
		f := s.create("f")
		g := s.open(0, fdOut, "f", 0, rightRead|rightWrite)
		s.write(0, f, "abcdef")
		s.wantText(s.read(0, g, 3), "abc")
		s.write(0, g, "X")
		s.wantText(s.pread(0, f, 0, 9), "abcXef")
		s.open(0, fdOut, "f", openTruncate, rightWrite)
		s.wantText(s.read(0, g, 9), "")
		s.write(0, f, "z")
		s.wantText(s.pread(0, g, 0, 9), "\x00\x00\x00\x00\x00\x00z")
	}},
}
