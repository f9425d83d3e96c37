// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"fmt"
	"runtime"
	"time"
)

// Config is the [tasks] section.
type Config struct {
	// MaxRunning is how many programs run at once; with 0 this daemon takes no
	// seats, and needs no sandbox.
	MaxRunning int `koanf:"max_running"`
	// MaxTime is this machine's patience with one program, in wall-clock time.
	MaxTime time.Duration `koanf:"max_time"`
	// MaxInputBytes bounds the module and all inputs of one task together.
	MaxInputBytes uint64 `koanf:"max_input_bytes"`
	// WeakJail runs programs on a host whose kernel lacks Landlock or seccomp,
	// held by the engine alone; without it such a host runs none.
	WeakJail bool `koanf:"weak_jail"`
}

// DefaultConfig runs a program on every core.
func DefaultConfig() Config {
	return Config{MaxRunning: runtime.NumCPU(), MaxTime: 10 * time.Minute, MaxInputBytes: 4 << 30}
}

// Validate names the first key that is wrong and what it may be.
func (c Config) Validate() error {
	switch {
	case c.MaxRunning < 0 || c.MaxRunning > 1024:
		return fmt.Errorf("tasks.max_running is %d: between 0 and 1024", c.MaxRunning)
	case c.MaxTime < time.Second || c.MaxTime > 24*time.Hour:
		return fmt.Errorf("tasks.max_time is %s: between 1s and 24h", c.MaxTime)
	case c.MaxInputBytes < 1<<20 || c.MaxInputBytes > 1<<50:
		return fmt.Errorf("tasks.max_input_bytes is %d: between %d and %d", c.MaxInputBytes, 1<<20, uint64(1)<<50)
	}
	return nil
}
