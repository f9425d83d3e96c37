// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "encoding/binary"

// eventtype of typenames.witx.
const (
	eventClock = 0
	eventRead  = 1
	eventWrite = 2
)

const subscriptionAbsolute = 1 // subclockflags.subscription_clock_abstime

// writable is event_fd_readwrite.nbytes of a descriptor that can be written.
const writable = 64 << 10

// event is a subscription and, when it is done, what comes of it.
type event struct {
	userData uint64
	kind     byte
	// timer says that the event comes at deadline; the others are there at once.
	timer    bool
	deadline uint64
	errno    Errno
	bytes    uint64
}

// pollOneoff never waits: descriptors are always ready, and where there are
// only timers the clock jumps to the first of them.
func pollOneoff(c *call) Errno {
	count := c.size(2)
	if count == 0 || count > MaxSubscriptions {
		return EINVAL
	}
	in, errno := c.view(0, count*sizeSubscription)
	if errno != 0 {
		return errno
	}
	out, errno := c.view(1, count*sizeEvent)
	if errno != 0 {
		return errno
	}
	result, errno := c.view(3, 4)
	if errno != 0 {
		return errno
	}
	if !c.charge(gasSubscription * count) {
		return 0
	}
	events := make([]event, count)
	until := uint64(0) // what the clock will show
	waiting := true
	for i := range events {
		e, errno := c.subscription(in[i*sizeSubscription:][:sizeSubscription])
		if errno != 0 {
			return errno
		}
		events[i] = e
		switch {
		case !e.timer:
			until, waiting = c.clock.now, false
		case waiting && (i == 0 || e.deadline < until):
			until = e.deadline
		}
	}
	c.clock.now = max(c.clock.now, until)
	done := uint32(0)
	for _, e := range events {
		if e.timer && e.deadline > c.clock.now {
			continue
		}
		e.put(out[done*sizeEvent:][:sizeEvent])
		done++
	}
	binary.LittleEndian.PutUint32(result, done)
	return 0
}

// subscription reads one subscription and says what comes of it.
func (c *call) subscription(p []byte) (event, Errno) {
	e := event{userData: binary.LittleEndian.Uint64(p), kind: p[8]}
	switch e.kind {
	case eventClock:
		id, timeout := binary.LittleEndian.Uint32(p[16:]), binary.LittleEndian.Uint64(p[24:])
		flags := binary.LittleEndian.Uint16(p[40:])
		switch {
		case id > clockLast || flags > subscriptionAbsolute:
			e.errno = EINVAL
		case flags == 0:
			e.timer, e.deadline = true, c.clock.after(timeout)
		default:
			if id == clockRealtime {
				timeout -= min(timeout, epoch)
			}
			e.timer, e.deadline = true, min(timeout, clockEnd)
		}
	case eventRead, eventWrite:
		d, errno := c.number(binary.LittleEndian.Uint32(p[16:]))
		switch {
		case errno != 0:
			e.errno = errno
		case d.node.dir:
			e.errno = EISDIR
		case e.kind == eventRead && d.base&rightRead == 0, e.kind == eventWrite && d.base&rightWrite == 0:
			e.errno = EBADF
		case e.kind == eventRead:
			e.bytes = d.node.size - min(d.offset, d.node.size)
		default:
			e.bytes = writable
		}
	default:
		return event{}, EINVAL
	}
	return e, 0
}

// put writes a record of type event; what is between its fields is zero.
func (e event) put(p []byte) {
	clear(p)
	binary.LittleEndian.PutUint64(p, e.userData)
	binary.LittleEndian.PutUint16(p[8:], uint16(e.errno))
	p[10] = e.kind
	binary.LittleEndian.PutUint64(p[16:], e.bytes)
}
