// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package bus

import (
	"reflect"
	"sync"
)

// QueueStat describes the queue of one subscription or answerer.
type QueueStat struct {
	// Module is the name of the port that hears or answers.
	Module string
	// Message is the Go type in the queue.
	Message string
	// Depth is the number of messages that wait; Peak the largest so far.
	Depth, Peak int
	// Total counts all messages ever queued; Dropped those that a newer one
	// replaced under KeepNewest.
	Total, Dropped uint64
}

// queue is an unbounded mailbox in front of a channel. A goroutine moves
// messages into the channel only while there are any.
type queue[T any] struct {
	port    *Port
	message reflect.Type
	newest  bool
	out     chan T

	mu      sync.Mutex
	items   []T
	pumping bool
	warnAt  int
	counts  QueueStat
}

func (q *queue[T]) init(p *Port, t reflect.Type, newest bool) {
	q.port, q.message, q.newest = p, t, newest
	q.warnAt = p.bus.watermark
	q.out = make(chan T)
	if newest {
		q.out = make(chan T, 1)
	}
}

func (q *queue[T]) put(v T) {
	q.mu.Lock()
	q.counts.Total++
	if q.newest {
		// Only putters fill the channel, and they hold the lock: after the
		// drain there is room.
		select {
		case <-q.out:
			q.counts.Dropped++
		default:
		}
		q.out <- v
		q.mu.Unlock()
		return
	}
	q.items = append(q.items, v)
	depth := len(q.items)
	q.counts.Peak = max(q.counts.Peak, depth)
	slow := depth >= q.warnAt
	if slow {
		q.warnAt *= 2
	}
	start := !q.pumping
	q.pumping = true
	q.mu.Unlock()

	if start {
		go q.pump()
	}
	if slow {
		q.reportSlow()
	}
}

// pump moves messages into the channel until there are none, or the bus closes.
func (q *queue[T]) pump() {
	for {
		q.mu.Lock()
		if len(q.items) == 0 {
			q.items, q.pumping, q.warnAt = nil, false, q.port.bus.watermark
			q.mu.Unlock()
			return
		}
		v := q.items[0]
		q.mu.Unlock()
		select {
		case q.out <- v:
		case <-q.port.bus.done:
			return
		}
		q.mu.Lock()
		var zero T
		q.items[0] = zero
		q.items = q.items[1:]
		q.mu.Unlock()
	}
}

func (q *queue[T]) reportSlow() {
	s := q.stat()
	q.port.bus.log.Warn("slow subscriber", "module", s.Module, "message", s.Message, "waiting", s.Depth)
	if hook := q.port.bus.onSlow; hook != nil {
		hook(s)
	}
}

func (q *queue[T]) stat() QueueStat {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.counts
	s.Module, s.Message, s.Depth = q.port.name, q.message.String(), len(q.items)
	if q.newest {
		s.Depth = len(q.out)
	}
	return s
}

// Queues returns the state of every queue, in the order of declaration, for a
// metrics collector.
func (b *Bus) Queues() []QueueStat {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]QueueStat, 0, len(b.queues))
	for _, q := range b.queues {
		out = append(out, q.stat())
	}
	return out
}
