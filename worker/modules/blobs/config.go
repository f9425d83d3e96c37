// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"fmt"
	"time"
)

// Config is the [blobs] section of the worker's configuration.
type Config struct {
	// MaxFetches is how many blobs are fetched at once; more wait.
	MaxFetches int `koanf:"max_fetches"`
	// MaxBytes is the largest blob that is fetched, whatever is asked.
	MaxBytes uint64 `koanf:"max_bytes"`
	// MaxBlocks and MaxDepth limit the graph of a blob.
	MaxBlocks int `koanf:"max_blocks"`
	MaxDepth  int `koanf:"max_depth"`
	// Streams is how many streams are served at once, StreamsPerPeer to one peer.
	Streams        int `koanf:"streams"`
	StreamsPerPeer int `koanf:"streams_per_peer"`
	// Progress is the time within which a request, and each next block, must
	// come or be taken.
	Progress time.Duration `koanf:"progress"`
	// Stall is how long a source may say that it waits itself.
	Stall time.Duration `koanf:"stall"`
	// Grace is how long a source is given to begin its own fetch of the blob.
	Grace time.Duration `koanf:"grace"`
	// Rounds is how often all sources are tried without any block coming.
	Rounds int `koanf:"rounds"`
}

// DefaultConfig suits a server on an ordinary link.
func DefaultConfig() Config {
	return Config{
		MaxFetches: 16, MaxBytes: 16 << 30, MaxBlocks: 1 << 20, MaxDepth: 32,
		Streams: 64, StreamsPerPeer: 8,
		Progress: 15 * time.Second, Stall: time.Minute, Grace: 2 * time.Second, Rounds: 3,
	}
}

// Validate names the setting that is wrong.
func (c Config) Validate() error {
	for name, v := range map[string]int{
		"max_fetches": c.MaxFetches, "max_blocks": c.MaxBlocks, "max_depth": c.MaxDepth,
		"streams": c.Streams, "streams_per_peer": c.StreamsPerPeer, "rounds": c.Rounds,
	} {
		if v < 1 {
			return fmt.Errorf("blobs.%s must be at least 1", name)
		}
	}
	if c.MaxBytes == 0 {
		return fmt.Errorf("blobs.max_bytes must be at least 1")
	}
	for name, v := range map[string]time.Duration{"progress": c.Progress, "stall": c.Stall} {
		if v <= 0 {
			return fmt.Errorf("blobs.%s must be a positive duration such as 15s", name)
		}
	}
	if c.Grace < 0 {
		return fmt.Errorf("blobs.grace must not be negative")
	}
	return nil
}
