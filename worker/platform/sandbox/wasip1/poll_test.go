// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"encoding/binary"
	"math"
)

// subscriptions writes subscriptions to memory.
func (s *script) subscriptions(list ...[]byte) uint64 {
	var all []byte
	for _, sub := range list {
		all = append(all, sub...)
	}
	s.poke(atBuffer, all)
	return uint64(len(list))
}

func timer(userData uint64, id uint32, timeout uint64, flags uint16) []byte {
	p := make([]byte, sizeSubscription)
	binary.LittleEndian.PutUint64(p, userData)
	binary.LittleEndian.PutUint32(p[16:], id)
	binary.LittleEndian.PutUint64(p[24:], timeout)
	binary.LittleEndian.PutUint64(p[32:], 12345) // precision
	binary.LittleEndian.PutUint16(p[40:], flags)
	return p
}

func ready(userData uint64, kind byte, fd uint32) []byte {
	p := make([]byte, sizeSubscription)
	binary.LittleEndian.PutUint64(p, userData)
	p[8] = kind
	binary.LittleEndian.PutUint32(p[16:], fd)
	return p
}

const atEvents = 0x200

// poll polls and expects these events.
func (s *script) poll(subs [][]byte, want ...event) {
	s.Helper()
	n := s.subscriptions(subs...)
	s.call(0, "poll_oneoff", atBuffer, atEvents, n, atResult)
	s.wantNumber("events", s.u32(atResult), uint64(len(want)))
	for i, e := range want {
		at := uint64(atEvents + i*sizeEvent)
		s.wantNumber("user data", s.u64(at), e.userData)
		s.wantNumber("error", s.u16(at+8), uint64(e.errno))
		s.wantNumber("type", uint64(s.memory[at+10]), uint64(e.kind))
		s.wantNumber("bytes", s.u64(at+16), e.bytes)
		s.wantNumber("flags", s.u64(at+24), 0)
	}
}

// wantTime reads the monotonic clock.
func (s *script) wantTime(want uint64) {
	s.Helper()
	s.call(0, "clock_time_get", 1, 0, atResult)
	s.wantNumber("time", s.u64(atResult), want)
}

var pollScripts = []scripted{
	{"a sleep takes no time but moves the clock", setup{}, func(s *script) {
		s.poll([][]byte{timer(7, 1, 3_600_000_000_000, 0)}, event{userData: 7})
		s.wantTime(3_600_000_000_000)
		s.poll([][]byte{timer(8, 0, 0, 0)}, event{userData: 8})
		s.wantTime(3_600_001_000_000)
	}},
	{"the first of several timers comes, and with it all of the same time", setup{}, func(s *script) {
		s.poll([][]byte{timer(1, 1, 30, 0), timer(2, 0, 20, 0), timer(3, 2, 40, 0), timer(4, 3, 20, 0)},
			event{userData: 2}, event{userData: 4})
		s.wantTime(20)
	}},
	{"a timer may be set to a time of day or of the clock", setup{}, func(s *script) {
		s.poll([][]byte{timer(1, 1, 5000, 1), timer(2, 0, epoch+4000, 1)}, event{userData: 2})
		s.wantTime(4000)
		s.poll([][]byte{timer(1, 0, 5, 1)}, event{userData: 1}) // long ago
		s.poll([][]byte{timer(1, 0, epoch-1, 1), timer(2, 1, 100, 0)}, event{userData: 1})
		s.wantTime(1_004_000)
	}},
	{"the longest sleep stops the clock", setup{}, func(s *script) {
		s.poll([][]byte{timer(1, 1, math.MaxUint64, 0)}, event{userData: 1})
		s.wantTime(clockEnd)
		s.wantTime(clockEnd)
		s.poll([][]byte{timer(1, 0, math.MaxUint64, 1), timer(2, 0, 1, 0)}, event{userData: 1}, event{userData: 2})
		s.call(0, "clock_time_get", 0, 0, atResult)
		s.wantNumber("real time", s.u64(atResult), clockEnd+epoch)
	}},
	{"files and streams are ready at once, before any timer", setup{Stdin: "12345", Limit: 100}, func(s *script) {
		s.read(0, fdStdin, 2)
		s.poll([][]byte{timer(1, 1, 1, 0), ready(2, 1, fdStdin), ready(3, 2, fdStdout), timer(4, 1, 0, 0), ready(5, 2, fdStderr)},
			event{userData: 2, kind: 1, bytes: 3}, event{userData: 3, kind: 2, bytes: 65536},
			event{userData: 4}, event{userData: 5, kind: 2, bytes: 65536})
		s.wantTime(0)
		fd := s.create("f")
		s.poll([][]byte{ready(1, 1, uint32(fd)), ready(2, 2, uint32(fd))}, event{userData: 1, kind: 1}, event{userData: 2, kind: 2, bytes: 65536})
		s.write(0, fd, "abc")
		s.poll([][]byte{ready(1, 1, uint32(fd))}, event{userData: 1, kind: 1})
		s.call(0, "fd_seek", fd, 9, 0, atResult)
		s.poll([][]byte{ready(1, 1, uint32(fd))}, event{userData: 1, kind: 1})
	}},
	{"an event says what is wrong with its subscription", setup{}, func(s *script) {
		s.poll([][]byte{
			ready(1, 1, 99), ready(2, 2, 0xffffffff), ready(3, 1, fdStdout), ready(4, 2, fdStdin), ready(5, 1, fdIn), ready(6, 2, fdOut),
			timer(7, 4, 0, 0), timer(8, 0, 0, 2), timer(9, 0, 99, 0),
		},
			event{userData: 1, kind: 1, errno: EBADF}, event{userData: 2, kind: 2, errno: EBADF},
			event{userData: 3, kind: 1, errno: EBADF}, event{userData: 4, kind: 2, errno: EBADF},
			event{userData: 5, kind: 1, errno: EISDIR}, event{userData: 6, kind: 2, errno: EISDIR},
			event{userData: 7, errno: EINVAL}, event{userData: 8, errno: EINVAL})
		s.wantTime(0)
	}},
	{"D7 a poll that makes no sense is refused as a whole", setup{}, func(s *script) {
		s.call(EINVAL, "poll_oneoff", atBuffer, atEvents, 0, atResult)
		s.call(EINVAL, "poll_oneoff", atBuffer, atEvents, MaxSubscriptions+1, atResult)
		s.call(EINVAL, "poll_oneoff", 0, 0, 1<<28, atResult) // 48 times this is 2^32 and more
		s.call(EINVAL, "poll_oneoff", 0, 0, 0xffffffff, atResult)
		s.call(EFAULT, "poll_oneoff", outside-47, atEvents, 1, atResult)
		s.call(EFAULT, "poll_oneoff", atBuffer, outside-31, 1, atResult)
		s.call(EFAULT, "poll_oneoff", atBuffer, atEvents, 1, outside-3)
		n := s.subscriptions(timer(1, 1, 50, 0), ready(2, 3, 0))
		s.call(EINVAL, "poll_oneoff", atBuffer, atEvents, n, atResult)
		s.wantTime(0)
	}},
	{"events may be written over their subscriptions", setup{}, func(s *script) {
		n := s.subscriptions(timer(1, 1, 50, 0), timer(2, 1, 50, 0), timer(3, 1, 50, 0))
		s.call(0, "poll_oneoff", atBuffer, atBuffer, n, atResult)
		s.wantNumber("events", s.u32(atResult), 3)
		s.wantNumber("user data", s.u64(atBuffer+64), 3)
	}},
}
