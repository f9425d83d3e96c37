// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/modules/proofs"
)

// plotDir is where the plot of a home lies.
func plotDir(c config.Config, home string) string {
	if c.Proofs.PlotDir != "" {
		return c.Proofs.PlotDir
	}
	return filepath.Join(home, proofs.PlotDir)
}

// gpuProgram is where xworker-gpu lies; empty for beside xworker.
func gpuProgram(config.Config) string { return "" }

// claimed is the hardware of claims.
func claimed(c config.Claims) message.Hardware {
	return message.Hardware{
		CPUMillis: c.CPUMillis, MemoryBytes: c.MemoryBytes, StorageBytes: c.StorageBytes, BandwidthBps: c.BandwidthBps,
		GPUs: c.GPUCount, GPUMemoryBytes: c.GPUMemoryBytes, GPUClass: c.GPUClass,
	}
}

// bytesText says an amount of bytes to people.
func bytesText(n uint64) string {
	for _, u := range []struct {
		unit uint64
		name string
	}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.unit {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(u.unit), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// durationText says a long time to people.
func durationText(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d seconds", int(d.Seconds())+1)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes())+1)
	case d < 72*time.Hour:
		return fmt.Sprintf("%.1f hours", d.Hours())
	default:
		return fmt.Sprintf("%.1f days", d.Hours()/24)
	}
}
