// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"errors"
	"fmt"

	ma "github.com/multiformats/go-multiaddr"
)

// Config is the [host] section of the worker's configuration.
type Config struct {
	// Listen is where the host listens, as multiaddrs. TCP and QUIC are known.
	Listen []string `koanf:"listen"`
	// Announce replaces, where it is not empty, the addresses that others are
	// told, for hosts behind a port forwarding.
	Announce []string `koanf:"announce"`
	// MaxConnections is how many connections are kept; above it idle ones are
	// closed, and beyond twice as many none are taken.
	MaxConnections int `koanf:"max_connections"`
	// MaxConnectionsPerIP limits connections from one IPv4 address or one IPv6
	// /56. Loopback and private networks are exempt.
	MaxConnectionsPerIP int `koanf:"max_connections_per_ip"`
	// RefusePrivate refuses to dial loopback and private addresses, so that
	// nobody can point this host at its own network. Localnets need them.
	RefusePrivate bool `koanf:"refuse_private"`
}

// DefaultConfig listens on loopback only.
func DefaultConfig() Config {
	return Config{
		Listen:              []string{"/ip4/127.0.0.1/tcp/4101", "/ip4/127.0.0.1/udp/4101/quic-v1"},
		Announce:            []string{},
		MaxConnections:      2048,
		MaxConnectionsPerIP: 64,
	}
}

// Validate names the setting that is wrong.
func (c Config) Validate() error {
	for name, list := range map[string][]string{"listen": c.Listen, "announce": c.Announce} {
		for _, a := range list {
			if _, err := ma.NewMultiaddr(a); err != nil {
				return fmt.Errorf("host.%s: %q is no multiaddr such as /ip4/127.0.0.1/tcp/4101: %w", name, a, err)
			}
		}
	}
	if c.MaxConnections < 1 {
		return errors.New("host.max_connections must be at least 1")
	}
	if c.MaxConnectionsPerIP < 1 {
		return errors.New("host.max_connections_per_ip must be at least 1")
	}
	return nil
}
