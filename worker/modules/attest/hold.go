// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"context"
	"errors"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/platform/proving/memory"
)

// holding is memory that is filled, or being filled, for one window.
type holding struct {
	hold   *memory.Hold // nil while it is filled
	cancel context.CancelFunc
	over   bool // given back: to be filled no more in this window
}

func (h *holding) held() *memory.Hold {
	if h == nil {
		return nil
	}
	return h.hold
}

// filled is memory that is ready, or why it is not.
type filled struct {
	key     key
	holding *holding
	hold    *memory.Hold
	err     error
}

// stand makes ready for a window in which this Xnode is measured, and gives up
// memory that it may no longer hold. The caller holds the lock.
func (m *Module) stand(ctx context.Context, c *court) {
	if c.Class != attestation.ClassMemory {
		return
	}
	k := keyOf(c.Committee)
	h := m.holds[k]
	switch done := c.Closed || c.allAttested(); {
	case done:
		m.release(k, "every seat has attested, or the window is over")
		return
	case h != nil && h.hold != nil && h.hold.Fill().Bytes() > c.Claimed-min(c.Claimed, c.Allocated):
		m.release(k, "memory was allocated to customers")
	case h != nil:
		return
	}
	if m.loaded() {
		return // filling would take what customers' programs need
	}
	filling, cancel := context.WithCancel(ctx)
	h = &holding{cancel: cancel}
	m.holds[k] = h
	committee := c.Committee
	m.work.Go(func() {
		defer cancel()
		hold, err := m.fill(filling, committee)
		select {
		case m.filled <- filled{k, h, hold, err}:
		case <-ctx.Done():
			if hold != nil {
				_ = hold.Close()
			}
		}
	})
}

// allAttested says whether there is nothing left to be measured.
func (c *court) allAttested() bool {
	for i, member := range c.Members {
		if _, known := c.known[uint32(i)]; !known && !member.Reported && !c.void[uint32(i)] {
			return false
		}
	}
	return len(c.Members) > 0
}

// takeFilled takes memory that is ready, if it is still wanted.
func (m *Module) takeFilled(f filled) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.err != nil {
		if !errors.Is(f.err, context.Canceled) {
			m.log.Warn("memory is not proven in this window", "window", f.key.window, "err", f.err)
		}
		f.holding.over = true
		return
	}
	if m.holds[f.key] != f.holding {
		m.close(f.hold)
		return
	}
	f.holding.hold = f.hold
	m.log.Info("memory is filled", "window", f.key.window, "bytes", f.hold.Fill().Bytes(), "locked", f.hold.Locked())
}

// release gives memory back, and lets it be filled anew if that is asked for. The
// caller holds the lock.
func (m *Module) release(k key, why string) {
	h := m.holds[k]
	if h == nil {
		return
	}
	h.cancel()
	delete(m.holds, k)
	if h.hold != nil {
		m.log.Info("memory is given back", "window", k.window, "why", why)
		m.close(h.hold)
	}
}

// close closes a hold without waiting for walks under way.
func (m *Module) close(hold *memory.Hold) {
	m.work.Go(func() {
		if err := hold.Close(); err != nil {
			m.log.Warn("memory is not given back", "err", err)
		}
	})
}

// watch gives all memory back where others on this machine need it.
func (m *Module) watch() {
	m.mu.Lock()
	defer m.mu.Unlock()
	var held []key
	for k, h := range m.holds {
		if h.hold != nil {
			held = append(held, k)
		}
	}
	if len(held) == 0 {
		return
	}
	free, err := m.available()
	if err != nil || free >= m.cfg.MemoryReserve/2 {
		return
	}
	for _, k := range held {
		m.release(k, "others on this machine need it")
		m.holds[k] = &holding{cancel: func() {}, over: true}
	}
}
