// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"testing"
)

// BenchmarkCalls prints what calls take and what they are charged: gas/ns is 10
// where the table is right, lower where a guest pays too little. The way from
// the guest to the host and back is not in it; the gas for it is.
func BenchmarkCalls(b *testing.B) {
	const large = 1 << 20
	prepare := func() *script {
		s := &script{machine: &machine{memory: make([]byte, 16<<20), limit: math.MaxUint64}}
		s.world = New(Config{
			Args: []string{"guest", "one", "two"}, OutputLimit: math.MaxInt64, Stdout: io.Discard, Stderr: io.Discard,
			Stdin: bytes.NewReader(make([]byte, 64<<20)), StdinSize: 64 << 20,
		})
		return s
	}
	must := func(s *script, name string, args ...uint64) {
		if errno, err := byName[name].Call(s.world, s.machine, args); errno != 0 || err != nil {
			b.Fatal(name, Errno(errno), err)
		}
	}
	vector := func(s *script, count, size int) {
		for i := range count {
			binary.LittleEndian.PutUint32(s.memory[atVectors+8*i:], large)
			binary.LittleEndian.PutUint32(s.memory[atVectors+8*i+4:], uint32(size))
		}
	}
	file := func(s *script, name string, size uint64) uint64 {
		n := uint64(copy(s.memory[atPath:], name))
		must(s, "path_open", fdOut, 0, atPath, n, openCreate, rightRead|rightWrite, 0, 0, atResult)
		fd := uint64(binary.LittleEndian.Uint32(s.memory[atResult:]))
		if size > 0 {
			must(s, "fd_filestat_set_size", fd, size)
		}
		return fd
	}
	many := func(s *script, n int) {
		for i := range n {
			must(s, "fd_close", file(s, fmt.Sprintf("%04d", i), 0))
		}
	}
	type body func(s *script)
	for _, bench := range []struct {
		name  string
		setup func(s *script) body
	}{
		{"call/sched_yield", func(s *script) body { return func(s *script) { must(s, "sched_yield") } }},
		{"call/clock_time_get", func(s *script) body { return func(s *script) { must(s, "clock_time_get", 0, 0, atResult) } }},
		{"call/args_get", func(s *script) body { return func(s *script) { must(s, "args_get", atResult, atBuffer) } }},
		{"call/fd_filestat_get", func(s *script) body { return func(s *script) { must(s, "fd_filestat_get", 3, atResult) } }},
		{"random/16", func(s *script) body { return func(s *script) { must(s, "random_get", large, 16) } }},
		{"random/1M", func(s *script) body { return func(s *script) { must(s, "random_get", large, large) } }},
		{"stdin/100", func(s *script) body {
			vector(s, 1, 100)
			return func(s *script) { must(s, "fd_pread", fdStdin, atVectors, 1, 0, atResult) }
		}},
		{"stdin/1M", func(s *script) body {
			vector(s, 1, large)
			return func(s *script) { must(s, "fd_pread", fdStdin, atVectors, 1, 0, atResult) }
		}},
		{"stdout/100", func(s *script) body {
			vector(s, 1, 100)
			return func(s *script) { must(s, "fd_write", fdStdout, atVectors, 1, atResult) }
		}},
		{"stdout/1024 vectors", func(s *script) body {
			vector(s, MaxVectors, 1)
			return func(s *script) { must(s, "fd_write", fdStdout, atVectors, MaxVectors, atResult) }
		}},
		{"out/overwrite 1", func(s *script) body {
			fd := file(s, "f", large)
			vector(s, 1, 1)
			return func(s *script) { must(s, "fd_pwrite", fd, atVectors, 1, 0, atResult) }
		}},
		{"out/overwrite 1M", func(s *script) body {
			fd := file(s, "f", large)
			vector(s, 1, large)
			return func(s *script) { must(s, "fd_pwrite", fd, atVectors, 1, 0, atResult) }
		}},
		{"out/read 1M", func(s *script) body {
			fd := file(s, "f", large)
			vector(s, 1, large)
			must(s, "fd_pwrite", fd, atVectors, 1, 0, atResult)
			return func(s *script) { must(s, "fd_pread", fd, atVectors, 1, 0, atResult) }
		}},
		{"out/read hole 1M", func(s *script) body {
			fd := file(s, "f", large)
			vector(s, 1, large)
			return func(s *script) { must(s, "fd_pread", fd, atVectors, 1, 0, atResult) }
		}},
		{"out/append 100 up to 1M", func(s *script) body {
			fd := file(s, "f", 0)
			vector(s, 1, 100)
			size := 0
			return func(s *script) {
				if size += 100; size > large {
					must(s, "fd_filestat_set_size", fd, 0)
					must(s, "fd_seek", fd, 0, 0, atResult)
					size = 0
				}
				must(s, "fd_write", fd, atVectors, 1, atResult)
			}
		}},
		{"out/write and drop 1M", func(s *script) body {
			fd := file(s, "f", 0)
			vector(s, 1, large)
			return func(s *script) {
				must(s, "fd_pwrite", fd, atVectors, 1, 0, atResult)
				must(s, "fd_filestat_set_size", fd, 0)
			}
		}},
		{"out/write and drop 1 page", func(s *script) body {
			fd := file(s, "f", 0)
			vector(s, 1, 1)
			return func(s *script) {
				must(s, "fd_pwrite", fd, atVectors, 1, 0, atResult)
				must(s, "fd_filestat_set_size", fd, 0)
			}
		}},
		{"out/1 byte at 64M and drop", func(s *script) body {
			fd := file(s, "f", 0)
			vector(s, 1, 1)
			return func(s *script) {
				must(s, "fd_pwrite", fd, atVectors, 1, 64<<20, atResult)
				must(s, "fd_filestat_set_size", fd, 0)
			}
		}},
		{"path/stat of 4000 files", func(s *script) body {
			many(s, 4000)
			n := uint64(copy(s.memory[atPath:], "2000"))
			return func(s *script) { must(s, "path_filestat_get", fdOut, 0, atPath, n, atResult) }
		}},
		{"path/4096 bytes", func(s *script) body {
			n := uint64(copy(s.memory[atPath:], bytes.Repeat([]byte("./"), MaxPath/2)))
			return func(s *script) { must(s, "path_filestat_get", fdOut, 0, atPath, n, atResult) }
		}},
		{"path/800 elements", func(s *script) body {
			must(s, "path_create_directory", fdOut, atPath, uint64(copy(s.memory[atPath:], "dd")))
			n := uint64(copy(s.memory[atPath:], bytes.Repeat([]byte("dd/../"), MaxPath/6)))
			return func(s *script) { must(s, "path_filestat_get", fdOut, 0, atPath, n, atResult) }
		}},
		{"path/open and close", func(s *script) body {
			many(s, 100)
			return func(s *script) { must(s, "fd_close", file(s, "0050", 0)) }
		}},
		{"path/create and unlink among 4000", func(s *script) body {
			many(s, 4000)
			return func(s *script) {
				must(s, "fd_close", file(s, "0000a", 0))
				must(s, "path_unlink_file", fdOut, atPath, 5)
			}
		}},
		{"path/rename a folder of 4000", func(s *script) body {
			must(s, "path_create_directory", fdOut, atPath, uint64(copy(s.memory[atPath:], "d")))
			for i := range 4000 {
				must(s, "fd_close", file(s, fmt.Sprintf("d/%04d", i), 0))
			}
			s.memory[atPath], s.memory[atPath2] = 'd', 'e'
			return func(s *script) {
				must(s, "path_rename", fdOut, atPath, 1, fdOut, atPath2, 1)
				must(s, "path_rename", fdOut, atPath2, 1, fdOut, atPath, 1)
			}
		}},
		{"list/begin among 4000", func(s *script) body {
			many(s, 4000)
			return func(s *script) { must(s, "fd_readdir", fdOut, large, 10, 0, atResult) }
		}},
		{"list/all of 4000", func(s *script) body {
			many(s, 4000)
			return func(s *script) { must(s, "fd_readdir", fdOut, large, large, 0, atResult) }
		}},
		{"poll/1", func(s *script) body {
			return func(s *script) { must(s, "poll_oneoff", atBuffer, atBuffer+64, 1, atResult) }
		}},
		{"poll/1024", func(s *script) body {
			return func(s *script) { must(s, "poll_oneoff", large, 2*large, MaxSubscriptions, atResult) }
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := prepare()
			do := bench.setup(s)
			b.ReportAllocs()
			before := s.used
			for b.Loop() {
				do(s)
			}
			gas := float64(s.used-before) / float64(b.N)
			b.ReportMetric(gas, "gas/op")
			b.ReportMetric(gas/(float64(b.Elapsed().Nanoseconds())/float64(b.N)), "gas/ns")
		})
	}
}
