// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import "sync"

// heads lets calls wait for the next block.
type heads struct {
	mu     sync.Mutex
	height int64
	next   chan struct{} // closed with the next block
}

func newHeads() *heads { return &heads{next: make(chan struct{})} }

func (h *heads) tell(height int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.height = height
	close(h.next)
	h.next = make(chan struct{})
}

// wait returns the newest height heard of and a channel that is closed with the
// next one.
func (h *heads) wait() (int64, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.height, h.next
}
