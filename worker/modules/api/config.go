// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"net"
	"time"
)

// Config is the [api] section.
type Config struct {
	// GRPC and REST are addresses to listen on, host:port; port 0 takes a free one.
	GRPC string `koanf:"grpc"`
	REST string `koanf:"rest"`
	// StaleAfter is the age of the newest block at which the daemon is not ready.
	StaleAfter time.Duration `koanf:"stale_after"`
}

// DefaultConfig listens on loopback.
func DefaultConfig() Config {
	return Config{GRPC: "127.0.0.1:9191", REST: "127.0.0.1:9192", StaleAfter: time.Minute}
}

// Validate names the first key that is wrong and what it may be.
func (c Config) Validate() error {
	for key, addr := range map[string]string{"api.grpc": c.GRPC, "api.rest": c.REST} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("%s is %q, not host:port: %w", key, addr, err)
		}
	}
	if c.StaleAfter < time.Second {
		return fmt.Errorf("api.stale_after is %s: at least 1s", c.StaleAfter)
	}
	return nil
}
