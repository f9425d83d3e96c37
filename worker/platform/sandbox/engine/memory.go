// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// memory hands out the guest's linear memory: address space for the whole limit
// at once, memory as the guest grows. It never tells the guest of a host limit:
// nil, which the guest sees as -1, is the task's own limit and nothing else. A
// host that cannot allocate ends the run by a panic with ErrHostMemory.
type memory struct {
	limit   uint64 // bytes, whole pages
	refused bool   // the guest asked for more than the limit
	view    []byte // linear memory as it is now
}

// Allocate reserves what the memory may grow to under the task's limit.
func (m *memory) Allocate(_, most uint64) experimental.LinearMemory {
	reservation, err := reserve(max(min(most, m.limit), detwasm.PageSize))
	if err != nil {
		panic(fmt.Errorf("%w: reserve %d bytes: %w", ErrHostMemory, most, err))
	}
	return &linear{memory: m, reservation: reservation}
}

type linear struct {
	memory      *memory
	reservation []byte
	committed   uint64
}

// Reallocate grows the memory to size bytes.
func (l *linear) Reallocate(size uint64) []byte {
	if size > l.memory.limit {
		l.memory.refused = true
		return nil
	}
	if size > l.committed {
		if err := commit(l.reservation[l.committed:size]); err != nil {
			panic(fmt.Errorf("%w: grow to %d bytes: %w", ErrHostMemory, size, err))
		}
		l.committed = size
	}
	l.memory.view = l.reservation[:size:size]
	return l.memory.view
}

// Free returns the address space.
func (l *linear) Free() {
	l.memory.view = nil
	if err := release(l.reservation); err != nil {
		panic(fmt.Errorf("%w: release: %w", ErrHostMemory, err))
	}
}
