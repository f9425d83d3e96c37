// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import "sync"

// heads lets calls wait for the next block.
type heads struct {
	mu   sync.Mutex
	next chan struct{} // closed with the next block
}

func newHeads() *heads { return &heads{next: make(chan struct{})} }

func (h *heads) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.next)
	h.next = make(chan struct{})
}

// wait returns a channel that is closed with the next block.
func (h *heads) wait() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.next
}
