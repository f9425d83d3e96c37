// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// Config is the [api] section.
type Config struct {
	// GRPC and REST are addresses to listen on, host:port; port 0 takes a free one.
	GRPC string `koanf:"grpc"`
	REST string `koanf:"rest"`
	// MaxBlobBytes is the largest blob that can be added.
	MaxBlobBytes uint64 `koanf:"max_blob_bytes"`
	// StaleAfter is the age of the newest block at which the daemon is not ready.
	StaleAfter time.Duration `koanf:"stale_after"`
}

// DefaultConfig listens on loopback.
func DefaultConfig() Config {
	return Config{GRPC: "127.0.0.1:9191", REST: "127.0.0.1:9192", MaxBlobBytes: 16 << 30, StaleAfter: time.Minute}
}

// Validate names the first key that is wrong and what it may be.
func (c Config) Validate() error {
	for _, a := range []struct{ key, addr string }{{"api.grpc", c.GRPC}, {"api.rest", c.REST}} {
		if _, _, err := net.SplitHostPort(a.addr); err != nil {
			return fmt.Errorf("%s is %q, not host:port: %w", a.key, a.addr, err)
		}
	}
	if c.GRPC == c.REST && !strings.HasSuffix(c.GRPC, ":0") {
		return fmt.Errorf("api.grpc and api.rest are both %s: give each its own port", c.GRPC)
	}
	if c.MaxBlobBytes == 0 {
		return errors.New("api.max_blob_bytes is 0: at least 1")
	}
	if c.StaleAfter < time.Second {
		return fmt.Errorf("api.stale_after is %s: at least 1s", c.StaleAfter)
	}
	return nil
}
