// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"fmt"
	"path/filepath"

	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"
)

// Config is the [proofs] section.
type Config struct {
	// Enabled says whether this daemon proves anything. An Xnode that does not has
	// nothing verified where proofs are enforced.
	Enabled bool `koanf:"enabled"`
	// PlotDir is the folder of the plot, an absolute path; empty for plot in the home.
	PlotDir string `koanf:"plot_dir"`
	// StorageBytes is the most storage that is proven, and so plotted; 0 for all
	// that is claimed. What is claimed beyond it is not verified.
	StorageBytes uint64 `koanf:"storage_bytes"`
	// ReserveBytes are left free on the plot's disk.
	ReserveBytes uint64 `koanf:"reserve_bytes"`
	// PlotCPUPercent is how much of the time plotting works while no program runs.
	PlotCPUPercent int `koanf:"plot_cpu_percent"`
	// PlotBusyPercent is the same while programs run; with 0 it stands still.
	PlotBusyPercent int `koanf:"plot_busy_percent"`
	// PlotWorkers is how many processors plotting and scanning use; 0 for all.
	PlotWorkers int `koanf:"plot_workers"`
	// CPUMillis is the most processor time that is proven, in thousandths of a
	// core; 0 for all that is claimed.
	CPUMillis uint64 `koanf:"cpu_millis"`
	// CPUMaxBytes bounds the memory of one processor window.
	CPUMaxBytes uint64 `koanf:"cpu_max_bytes"`
}

// DefaultConfig proves all that is claimed, and stands back for customers.
func DefaultConfig() Config {
	return Config{
		Enabled: true, ReserveBytes: plot.DefaultReserve,
		PlotCPUPercent: 80, PlotBusyPercent: 10, CPUMaxBytes: 512 << 20,
	}
}

// Validate names the first key that is wrong and what it may be.
func (c Config) Validate() error {
	switch {
	case c.PlotDir != "" && !filepath.IsAbs(c.PlotDir):
		return fmt.Errorf("proofs.plot_dir is %q: an absolute path, or empty for the folder plot in the home", c.PlotDir)
	case c.PlotCPUPercent < 1 || c.PlotCPUPercent > 100:
		return fmt.Errorf("proofs.plot_cpu_percent is %d: between 1 and 100", c.PlotCPUPercent)
	case c.PlotBusyPercent < 0 || c.PlotBusyPercent > 100:
		return fmt.Errorf("proofs.plot_busy_percent is %d: between 0 and 100", c.PlotBusyPercent)
	case c.PlotWorkers < 0 || c.PlotWorkers > 1024:
		return fmt.Errorf("proofs.plot_workers is %d: between 0 and 1024", c.PlotWorkers)
	case c.CPUMaxBytes < 1<<20:
		return fmt.Errorf("proofs.cpu_max_bytes is %d: at least %d", c.CPUMaxBytes, 1<<20)
	case c.ReserveBytes == 0:
		return fmt.Errorf("proofs.reserve_bytes is 0: at least 1")
	}
	return nil
}
