// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"encoding/binary"
	"math"
	"time"
)

// Epoch is where the guest's clock starts, in seconds of Unix time: midnight of
// 2022-01-01 in UTC.
const Epoch = 1_640_995_200

const (
	epoch = uint64(Epoch * time.Second)
	// tick is how far the clock moves with every reading, and its resolution.
	tick = uint64(time.Millisecond)
	// clockEnd stops the clock; the date is far off, and no sum with it wraps.
	clockEnd = uint64(math.MaxInt64 / 4)
)

// clockid of typenames.witx. The two clocks of processor time are the monotonic one.
const (
	clockRealtime = 0
	clockLast     = 3
)

// clock is nanoseconds since the start of the guest.
type clock struct{ now uint64 }

// read is one reading, after which it is later.
func (c *clock) read() uint64 {
	now := c.now
	c.advance(tick)
	return now
}

// advance moves the clock, at most to its end.
func (c *clock) advance(nanos uint64) { c.now = c.after(nanos) }

// after is what the clock shows nanos from now.
func (c *clock) after(nanos uint64) uint64 { return c.now + min(nanos, clockEnd-c.now) }

func clockResGet(c *call) Errno {
	if c.u32(0) > clockLast {
		return EINVAL
	}
	p, errno := c.view(1, 8)
	if errno != 0 {
		return errno
	}
	binary.LittleEndian.PutUint64(p, tick)
	return 0
}

func clockTimeGet(c *call) Errno {
	id := c.u32(0)
	if id > clockLast {
		return EINVAL
	}
	p, errno := c.view(2, 8)
	if errno != 0 {
		return errno
	}
	now := c.clock.read()
	if id == clockRealtime {
		now += epoch
	}
	binary.LittleEndian.PutUint64(p, now)
	return 0
}
