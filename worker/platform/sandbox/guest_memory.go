// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import "github.com/tetratelabs/wazero/experimental"

// memory hands out the guest's linear memory: address space for the whole limit
// at once, memory as the guest grows. It never tells the guest of a host limit:
// nil, which the guest sees as -1, is the task's own limit and nothing else.
type memory struct {
	limit    uint64
	refused  bool // the guest asked for more than the limit
	tooLarge bool // and did so for the first memory, before it ran
	fail     func(error)
}

// Allocate reserves what the memory may grow to under the task's limit.
func (m *memory) Allocate(_, most uint64) experimental.LinearMemory {
	reservation, err := reserve(max(min(most, m.limit), wasmPage))
	if err != nil {
		m.fail(err)
	}
	return &linear{memory: m, reservation: reservation}
}

type linear struct {
	memory      *memory
	reservation []byte
	committed   uint64
	begun       bool // the first memory is there
}

// Reallocate grows the memory to size bytes.
func (l *linear) Reallocate(size uint64) []byte {
	if size > l.memory.limit {
		l.memory.refused = true
		l.memory.tooLarge = !l.begun
		return nil
	}
	if size > l.committed {
		if err := commit(l.reservation[l.committed:size]); err != nil {
			l.memory.fail(err)
		}
		l.committed = size
	}
	l.begun = true
	return l.reservation[:size]
}

// Free returns the address space.
func (l *linear) Free() {
	if err := release(l.reservation); err != nil {
		l.memory.fail(err)
	}
}
