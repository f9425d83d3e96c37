// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "math"

// fdstat reads fd_fdstat_get.
func (s *script) fdstat(fd uint64) (kind byte, flags, base, inheriting uint64) {
	s.Helper()
	s.call(0, "fd_fdstat_get", fd, atResult)
	return s.memory[atResult], s.u16(atResult + 2), s.u64(atResult + 8), s.u64(atResult + 16)
}

// wantFilestat checks a record of type filestat at atResult.
func (s *script) wantFilestat(device, ino uint64, kind byte, links, size uint64) {
	s.Helper()
	for i, want := range []uint64{device, ino, uint64(kind), links, size, epoch, epoch, epoch} {
		s.wantNumber([]string{"dev", "ino", "filetype", "nlink", "size", "atim", "mtim", "ctim"}[i], s.u64(atResult+8*uint64(i)), want)
	}
}

var oneInput = setup{Inputs: map[string]string{"b": "second", "a": "first"}, Stdin: "from stdin", Limit: 1000}

var descriptorScripts = []scripted{
	{"descriptors that are open from the start", oneInput, func(s *script) {
		for _, want := range []struct {
			fd, device, ino uint64
			kind            byte
			size            uint64
			base            uint64
		}{
			{fdStdin, 3, 1, typeRegular, 10, rightsStdin},
			{fdStdout, 3, 2, typeUnknown, 0, rightsStream},
			{fdStderr, 3, 3, typeUnknown, 0, rightsStream},
			{fdIn, 1, 1, typeDirectory, 0, rightsDirectory},
			{fdOut, 2, 1, typeDirectory, 0, rightsDirectory},
		} {
			kind, flags, base, _ := s.fdstat(want.fd)
			s.wantNumber("filetype", uint64(kind), uint64(want.kind))
			s.wantNumber("flags", flags, 0)
			s.wantNumber("rights", base, want.base)
			s.call(0, "fd_filestat_get", want.fd, atResult)
			s.wantFilestat(want.device, want.ino, want.kind, 1, want.size)
		}
	}},
	{"the open folders say their names until there is none", setup{}, func(s *script) {
		for i, name := range []string{"/in", "/out"} {
			fd := uint64(fdIn + i)
			s.call(0, "fd_prestat_get", fd, atResult)
			s.wantNumber("type and size", s.u64(atResult), uint64(len(name))<<32)
			s.call(0, "fd_prestat_dir_name", fd, atBuffer, uint64(len(name)))
			s.wantText(string(s.memory[atBuffer:][:len(name)]), name)
			s.call(ENAMETOOLONG, "fd_prestat_dir_name", fd, atBuffer, uint64(len(name))-1)
			s.call(0, "fd_prestat_dir_name", fd, atBuffer+100, 60)
			s.call(EFAULT, "fd_prestat_dir_name", fd, outside-2, 20)
			s.call(EFAULT, "fd_prestat_get", fd, outside-7)
		}
		for _, fd := range []uint64{0, 1, 2, 5, 0xffffffff} {
			s.call(EBADF, "fd_prestat_get", fd, atResult)
			s.call(EBADF, "fd_prestat_dir_name", fd, atBuffer, 10)
		}
		opened := s.open(0, fdOut, ".", openDirectory, 0)
		s.call(EBADF, "fd_prestat_get", opened, atResult)
	}},
	{"every function of descriptors asks first whether it is open", setup{}, func(s *script) {
		for _, f := range Functions() {
			if len(f.Name) > 3 && f.Name[:3] == "fd_" {
				args := make([]uint64, len(f.Params))
				for i := range args {
					args[i] = math.MaxUint32 // no argument makes sense
				}
				s.call(EBADF, f.Name, args...)
				args[0] = 5
				s.call(EBADF, f.Name, args...)
			}
		}
	}},
	{"a closed number is free again, the lowest first", oneInput, func(s *script) {
		s.wantNumber("first", s.open(0, fdIn, "a", 0, rightRead), 5)
		s.wantNumber("second", s.open(0, fdIn, "b", 0, rightRead), 6)
		s.call(0, "fd_close", 5)
		s.call(EBADF, "fd_close", 5)
		s.wantNumber("third", s.open(0, fdIn, "b", 0, rightRead), 5)
		s.call(0, "fd_close", fdStdin)
		s.wantNumber("fourth", s.open(0, fdIn, "a", 0, rightRead), 0)
		s.wantText(s.read(0, fdStdin, 99), "first")
		for _, fd := range []uint64{fdStdout, fdStderr, fdIn, fdOut} {
			s.call(0, "fd_close", fd)
		}
		s.open(EBADF, fdIn, "a", 0, rightRead)
		s.write(EBADF, fdStdout, "x")
	}},
	{"a descriptor takes the number of another, which is closed", oneInput, func(s *script) {
		a, b := s.open(0, fdIn, "a", 0, rightRead), s.open(0, fdIn, "b", 0, rightRead)
		s.read(0, a, 2)
		s.call(0, "fd_renumber", a, b)
		s.wantText(s.read(0, b, 99), "rst")
		s.read(EBADF, a, 1)
		s.call(0, "fd_renumber", b, b)
		s.call(EBADF, "fd_renumber", b, a)
		s.call(EBADF, "fd_renumber", a, b)
		s.call(EBADF, "fd_renumber", b, 0xffffffff)
		s.call(0, "fd_renumber", fdOut, fdIn) // the name moves along
		s.call(0, "fd_prestat_dir_name", fdIn, atBuffer, 4)
		s.wantText(string(s.memory[atBuffer:][:4]), "/out")
		s.call(EBADF, "fd_prestat_get", fdOut, atResult)
		f := s.create2(fdIn, "f")
		s.write(0, f, "to the file")
		s.call(0, "fd_renumber", f, fdStdout)
		s.write(0, fdStdout, ", as stdout")
	}},
	{"flags are kept, and only appending means something", oneInput, func(s *script) {
		f := s.create("f")
		s.write(0, f, "abc")
		s.call(0, "fd_fdstat_set_flags", f, 0x1f)
		_, flags, _, _ := s.fdstat(f)
		s.wantNumber("flags", flags, 0x1f)
		s.call(0, "fd_seek", f, 0, 0, atResult)
		s.write(0, f, "def")
		s.pwrite(0, f, 0, "A") // where it says, as POSIX has it
		s.call(0, "fd_fdstat_set_flags", f, 0)
		s.call(0, "fd_seek", f, 1, 0, atResult)
		s.write(0, f, "B")
		s.wantText(s.pread(0, f, 0, 99), "ABcdef")
		s.call(EINVAL, "fd_fdstat_set_flags", f, 0x20)
		s.call(EINVAL, "fd_fdstat_set_flags", f, 0x10000)
		for _, fd := range []uint64{fdStdin, fdStdout, fdIn} {
			s.call(0, "fd_fdstat_set_flags", fd, 4)
		}
		s.call(EFAULT, "fd_fdstat_get", f, outside-23)
	}},
	{"rights can be given up and not come back", oneInput, func(s *script) {
		f := s.create("f")
		s.write(0, f, "abc")
		s.call(ENOTCAPABLE, "fd_fdstat_set_rights", f, rightsFile, 0)
		s.call(ENOTCAPABLE, "fd_fdstat_set_rights", f, rightRead, 1)
		s.call(0, "fd_fdstat_set_rights", f, rightRead, 0)
		s.write(EBADF, f, "x")
		s.pwrite(EBADF, f, 0, "x")
		s.call(EBADF, "fd_filestat_set_size", f, 0)
		s.call(EBADF, "fd_allocate", f, 0, 1)
		s.wantText(s.pread(0, f, 0, 9), "abc")
		s.call(ENOTCAPABLE, "fd_fdstat_set_rights", f, rightRead|rightWrite, 0)
		s.call(0, "fd_fdstat_set_rights", f, 0, 0)
		s.pread(EBADF, f, 0, 9)
		s.call(0, "fd_seek", f, 1, 0, atResult) // the others are for the record
	}},
	{"times are checked, and stay", oneInput, func(s *script) {
		f := s.create("f")
		s.call(0, "fd_filestat_set_times", f, 1, 2, 5)
		s.call(0, "fd_filestat_set_times", f, 1, 2, 10)
		s.call(0, "fd_filestat_set_times", fdOut, 1, 2, 0)
		s.call(0, "fd_filestat_set_times", fdStdout, 1, 2, 0)
		s.call(EROFS, "fd_filestat_set_times", fdIn, 1, 2, 5)
		s.call(EROFS, "fd_filestat_set_times", fdStdin, 1, 2, 5)
		for _, flags := range []uint64{3, 12, 15, 16, 0x10001} {
			s.call(EINVAL, "fd_filestat_set_times", f, 1, 2, flags)
		}
		s.call(0, "fd_filestat_get", f, atResult)
		s.wantFilestat(2, 2, typeRegular, 1, 0)
		s.call(EFAULT, "fd_filestat_get", f, outside-63)
	}},
	{"syncing and advice are accepted", oneInput, func(s *script) {
		f := s.create("f")
		for _, fd := range []uint64{fdStdin, fdStdout, fdIn, fdOut, f} {
			s.call(0, "fd_sync", fd)
			s.call(0, "fd_datasync", fd)
		}
		for advice := range uint64(6) {
			s.call(0, "fd_advise", f, 0, math.MaxInt64, advice)
		}
		s.call(EINVAL, "fd_advise", f, 0, 0, 6)
		s.call(EINVAL, "fd_advise", f, 1<<63, 0, 0)
		s.call(EINVAL, "fd_advise", f, 0, 1<<63, 0)
		s.call(EISDIR, "fd_advise", fdIn, 0, 0, 0)
		s.call(ESPIPE, "fd_advise", fdStdout, 0, 0, 0)
		s.call(0, "fd_advise", fdStdin, 0, 0, 0)
	}},
}

// create2 makes a file below any folder.
func (s *script) create2(dir uint64, path string) uint64 {
	s.Helper()
	return s.open(0, dir, path, openCreate|openExclusive, rightRead|rightWrite)
}
