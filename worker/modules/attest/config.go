// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"fmt"
	"time"
)

// Config is the [attest] section of the worker's configuration.
type Config struct {
	// MemoryBytes is the most memory that is filled to prove it; 0 for no limit but
	// the claim and what is free.
	MemoryBytes uint64 `koanf:"memory_bytes"`
	// MemoryReserve is the memory that is left free.
	MemoryReserve uint64 `koanf:"memory_reserve"`
	// FillWorkers is how many cores fill it.
	FillWorkers int `koanf:"fill_workers"`
	// Streams is how many streams are served at once, StreamsPerPeer to one peer.
	Streams        int `koanf:"streams"`
	StreamsPerPeer int `koanf:"streams_per_peer"`
	// Probes is how many subjects are measured at once; memory only by one seat at
	// a time each.
	Probes int `koanf:"probes"`
	// Retry is the pause before a subject that did not answer is asked again; it
	// doubles up to 16 times that.
	Retry time.Duration `koanf:"retry"`
	// Session is the time that one measurement of memory may take.
	Session time.Duration `koanf:"session"`
}

// DefaultConfig suits a server on an ordinary link.
func DefaultConfig() Config {
	return Config{
		MemoryReserve: 512 << 20, FillWorkers: 2, Streams: 64, StreamsPerPeer: 4, Probes: 4,
		Retry: 2 * time.Second, Session: 30 * time.Second,
	}
}

// Validate names the setting that is wrong.
func (c Config) Validate() error {
	for name, v := range map[string]int{
		"fill_workers": c.FillWorkers, "streams": c.Streams, "streams_per_peer": c.StreamsPerPeer, "probes": c.Probes,
	} {
		if v < 1 {
			return fmt.Errorf("attest.%s must be at least 1", name)
		}
	}
	if c.MemoryReserve == 0 {
		return fmt.Errorf("attest.memory_reserve must be at least 1")
	}
	for name, v := range map[string]time.Duration{"retry": c.Retry, "session": c.Session} {
		if v <= 0 {
			return fmt.Errorf("attest.%s must be a positive duration such as 2s", name)
		}
	}
	return nil
}
