// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"io"
	"math"
	"os"
	"time"

	"github.com/tetratelabs/wazero/experimental/sys"
)

// VirtualEpoch is where the guest's clock starts, in seconds of Unix time:
// midnight of 2022-01-01 in UTC.
const VirtualEpoch = 1_640_995_200

const epochNanos = VirtualEpoch * int64(time.Second)

// clock is the guest's time: it moves by a millisecond with every reading and
// by the whole duration of a sleep, which takes no time.
type clock struct{ nanos int64 }

const tick = int64(time.Millisecond)

func (c *clock) read() int64 {
	now := c.nanos
	c.advance(tick)
	return now
}

func (c *clock) advance(nanos int64) {
	// A sleep too long for the clock stops it for good; the date is far off.
	const end = math.MaxInt64 / 4
	if nanos < 0 || nanos > end-c.nanos {
		nanos = end - c.nanos
	}
	c.nanos += nanos
}

func (c *clock) walltime() (int64, int32) {
	now := epochNanos + c.read()
	return now / int64(time.Second), int32(now % int64(time.Second))
}

// stdin reads a file of the host from its start. A read is always full, except
// at the end, so the guest sees the same pieces everywhere.
type stdin struct {
	file *os.File
	size int64
	off  int64
	fail func(error)
}

func (s *stdin) Read(p []byte) (int, error) {
	p = p[:min(int64(len(p)), s.size-s.off)]
	if len(p) == 0 {
		return 0, io.EOF
	}
	if n, err := s.file.ReadAt(p, s.off); n < len(p) {
		s.fail(err)
	}
	s.off += int64(len(p))
	return len(p), nil
}

// stdout sends what the guest writes to the parent, as far as the budget goes.
// Small writes travel together.
type stdout struct {
	out    *outbox
	budget *budget
	held   []byte
}

const stdoutHeld = 64 << 10

func (s *stdout) Write(p []byte) (int, error) {
	if !s.budget.take(uint64(len(p))) {
		return 0, sys.EIO
	}
	if len(s.held)+len(p) > stdoutHeld {
		s.flush()
	}
	if len(p) >= stdoutHeld {
		s.out.send(frameStdout, p)
		return len(p), nil
	}
	s.held = append(s.held, p...)
	return len(p), nil
}

func (s *stdout) flush() {
	s.out.send(frameStdout, s.held)
	s.held = s.held[:0]
}

// head keeps the beginning of a stream and swallows the rest.
type head struct {
	kept []byte
	size int
}

func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), h.size-len(h.kept))]...)
	return len(p), nil
}
