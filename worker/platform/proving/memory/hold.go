// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

var (
	// ErrNotFree says that the machine has not that much memory free.
	ErrNotFree = errors.New("not enough free memory")
	// ErrClosed says that the memory was given back.
	ErrClosed = errors.New("memory was given back")
)

// Options are what is held and how.
type Options struct {
	Spec ramwalk.Spec
	Fill ramwalk.Fill
	// Workers is the number of goroutines that fill; 0 is 1.
	Workers int
	// Reserve is the memory in bytes to leave free; 0 is DefaultReserve.
	Reserve uint64
	// Progress, if it is not nil, is told the bytes filled, of how many, a few times
	// a second and at the end, by one goroutine.
	Progress func(done, total uint64)

	available func() (uint64, error) // nil is Available
}

// Hold is memory filled with cells. Several goroutines may use it.
type Hold struct {
	spec   ramwalk.Spec
	fill   ramwalk.Fill
	locked bool

	use    sync.RWMutex // held by walks; Close waits for them
	memory []byte       // nil after Close
	closed atomic.Bool  // ends walks early
}

// New takes memory and fills it. It fails with ErrNotFree, without taking any, if
// that would leave less than the reserve, and gives all back if ctx ends.
func New(ctx context.Context, o Options) (*Hold, error) {
	if err := errors.Join(o.Spec.Validate(), o.Fill.Validate()); err != nil {
		return nil, fmt.Errorf("hold memory: %w", err)
	}
	if o.Reserve == 0 {
		o.Reserve = DefaultReserve
	}
	if o.available == nil {
		o.available = Available
	}
	free, err := o.available()
	if err != nil {
		return nil, fmt.Errorf("hold memory: %w", err)
	}
	if need := o.Fill.Bytes(); free < o.Reserve || free-o.Reserve < need {
		return nil, fmt.Errorf("hold memory: %w: %d bytes wanted, %d free of which %d are reserved", ErrNotFree, need, free, o.Reserve)
	}
	memory, err := mapMemory(o.Fill.Bytes())
	if err != nil {
		return nil, fmt.Errorf("hold memory: %w", err)
	}
	h := &Hold{spec: o.Spec, fill: o.Fill, memory: memory}
	if err := h.fillAll(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("hold memory: %w", err), unmap(memory))
	}
	h.locked = lock(memory)
	return h, nil
}

// cell is cell i of memory that is not given back.
func (h *Hold) cell(i uint64) *ramwalk.Cell {
	return (*ramwalk.Cell)(h.memory[i*ramwalk.CellSize : (i+1)*ramwalk.CellSize])
}

// fillAll makes all cells, or stops when ctx ends, or when others have taken what
// was to be reserved down to half of it.
func (h *Hold) fillAll(ctx context.Context, o Options) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	const batch = 64 // cells, about 3 ms
	var next, done atomic.Uint64
	maker := h.fill.Maker(h.spec)
	var wait sync.WaitGroup
	for range max(o.Workers, 1) {
		wait.Go(func() {
			for ctx.Err() == nil {
				first := next.Add(batch) - batch
				if first >= h.fill.Cells {
					return
				}
				last := min(first+batch, h.fill.Cells)
				for i := first; i < last; i++ {
					maker.Make(i, h.cell(i))
				}
				done.Add(last - first)
			}
		})
	}
	filled := make(chan struct{})
	go func() {
		wait.Wait()
		close(filled)
	}()
	report := func() {
		if o.Progress != nil {
			o.Progress(done.Load()*ramwalk.CellSize, h.fill.Bytes())
		}
	}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-filled:
			report()
			return context.Cause(ctx)
		case <-tick.C:
			report()
			if free, err := o.available(); err == nil && free < o.Reserve/2 {
				stop(fmt.Errorf("%w: others need it", ErrNotFree))
			}
		}
	}
}

// Spec is how the cells were made and walks are.
func (h *Hold) Spec() ramwalk.Spec { return h.spec }

// Fill is what the memory is filled with.
func (h *Hold) Fill() ramwalk.Fill { return h.fill }

// Locked says whether the memory is kept out of swap.
func (h *Hold) Locked() bool { return h.locked }

// Walk walks from a seed and gives the states after all segments, 32 bytes each.
func (h *Hold) Walk(ctx context.Context, seed [32]byte) ([]ramwalk.State, error) {
	h.use.RLock()
	defer h.use.RUnlock()
	x := ramwalk.Start(h.spec, h.fill, seed)
	ends := make([]ramwalk.State, h.spec.Segments())
	for i := range ends {
		if i%64 == 0 { // some 300 us
			if h.closed.Load() {
				return nil, ErrClosed
			}
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("walk: %w", err)
			}
		}
		ramwalk.Take(&x, h.spec.Interval, h.fill.Cells, h.cell)
		ends[i] = x
	}
	return ends, nil
}

// Close gives the memory back, after the walks that are under way, which it ends.
// It may be called more than once.
func (h *Hold) Close() error {
	h.closed.Store(true)
	h.use.Lock()
	defer h.use.Unlock()
	memory := h.memory
	h.memory = nil
	if memory == nil {
		return nil
	}
	if err := unmap(memory); err != nil {
		return fmt.Errorf("give memory back: %w", err)
	}
	return nil
}
