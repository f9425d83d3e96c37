// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/platform/proving/machine"
)

// File is the name of the newest report in a home.
const File = "measured.json"

// Report is what this machine has, and how fast it was.
type Report struct {
	// At is when, in UTC; zero where nothing was measured but only looked at.
	At time.Time `json:"at,omitzero"`
	// CPUMillis that this process may use, MemoryBytes that it may, StorageBytes
	// that are free for a plot, and all GPUs of the most common class.
	CPUMillis    uint64 `json:"cpu_millis"`
	MemoryBytes  uint64 `json:"memory_bytes"`
	StorageBytes uint64 `json:"storage_bytes"`
	// Storage is the kind of file system: local, memory, overlay, network, unknown.
	Storage        string `json:"storage"`
	GPUCount       uint64 `json:"gpu_count"`
	GPUMemoryBytes uint64 `json:"gpu_memory_bytes"`
	GPUClass       string `json:"gpu_class,omitempty"`
	// CPU is all lanes at once; PlotBytesPerSecond is what a plot is made with.
	CPU                CPU    `json:"cpu,omitzero"`
	PlotBytesPerSecond uint64 `json:"plot_bytes_per_second,omitempty"`
}

// Look says what there is. dir is where the plot is or will be, or the nearest
// folder above it that exists. A plot that is there counts as free.
func Look(ctx context.Context, dir, gpuProgram string) (Report, machine.Machine) {
	m := machine.Look(ctx, machine.Options{Paths: []string{Existing(dir)}, GPUProgram: gpuProgram})
	p := m.Propose()
	r := Report{
		CPUMillis: m.CPU.Millis, MemoryBytes: m.Memory.Usable,
		GPUCount: p.GPUCount, GPUMemoryBytes: p.GPUMemoryBytes, GPUClass: p.GPUClass,
	}
	if len(m.Disks) > 0 {
		d := m.Disks[0]
		r.Storage = string(d.Storage)
		if d.Problem == "" {
			r.StorageBytes = d.Free + Occupied(dir)
		}
	}
	return r, m
}

// Existing is dir, or the nearest above it that is there.
func Existing(dir string) string {
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return dir
		}
		dir = up
	}
}

// Occupied is how many bytes the files of a plot take.
func Occupied(dir string) uint64 {
	files, err := filepath.Glob(filepath.Join(dir, "seg-*.cells"))
	if err != nil {
		return 0
	}
	var bytes uint64
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			bytes += uint64(info.Size())
		}
	}
	return bytes
}

// Measure adds how fast it is: some seconds. step is told what comes next.
func (r *Report) Measure(ctx context.Context, about time.Duration, step func(what string)) error {
	lanes := r.Lanes()
	step(fmt.Sprintf("computing on %d lanes", lanes))
	var err error
	if r.CPU, err = Processors(ctx, SHA256, lanes, about); err != nil {
		return err
	}
	step(fmt.Sprintf("making cells of a plot on %d threads", lanes))
	if r.PlotBytesPerSecond, err = Plotting(ctx, PublicN, lanes, about); err != nil {
		return err
	}
	r.At = time.Now().UTC().Truncate(time.Second)
	return nil
}

// Lanes is how many lanes the processors are good for.
func (r *Report) Lanes() int { return int(max(r.CPUMillis/1000, 1)) }

// Propose is what to claim: nine tenths of the processors, half of the memory, the
// free disk less a reserve, and all GPUs. Bandwidth stays unknown.
func Propose(r Report, m machine.Machine) config.Claims {
	p := m.Propose()
	const unit = 256 << 20
	return config.Claims{
		CPUMillis: p.CPUMillis, MemoryBytes: min(p.MemoryBytes, r.MemoryBytes/2/unit*unit), StorageBytes: p.StorageBytes,
		GPUCount: p.GPUCount, GPUMemoryBytes: p.GPUMemoryBytes, GPUClass: p.GPUClass,
		Attributes: []string{},
	}
}

// Write keeps the report in home.
func (r *Report) Write(home string) error {
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(home, File)
	if err := os.WriteFile(path+".new", append(body, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Read reads the report of home; found is false where there is none.
func Read(home string) (r Report, found bool, err error) {
	path := filepath.Join(home, File)
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Report{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal(body, &r)
	}
	if err != nil {
		return Report{}, false, fmt.Errorf("%s: %w: remove it", path, err)
	}
	return r, true, nil
}

// Beyond says of each claim that is above what the machine has why it cannot be
// proven. Bandwidth nobody here can judge.
func (r *Report) Beyond(c config.Claims) []string {
	var out []string
	above := func(flag string, claimed, has uint64, unit float64, name string) {
		if claimed > has {
			out = append(out, fmt.Sprintf("--%s claims %.2f %s, this machine has %.2f", flag, float64(claimed)/unit, name, float64(has)/unit))
		}
	}
	const gib = 1 << 30
	above("cpu-millis", c.CPUMillis, r.CPUMillis, 1000, "cores")
	if r.MemoryBytes > 0 { // unknown on some systems
		above("memory-bytes", c.MemoryBytes, r.MemoryBytes, gib, "GiB of memory")
	}
	if r.Storage != "" {
		above("storage-bytes", c.StorageBytes, r.StorageBytes, gib, "GiB of free storage")
	}
	above("gpu-count", c.GPUCount, r.GPUCount, 1, "GPUs")
	if c.GPUCount > 0 && r.GPUCount > 0 && c.GPUClass != r.GPUClass {
		out = append(out, fmt.Sprintf("--gpu-class claims %s, this machine has %s", c.GPUClass, r.GPUClass))
	}
	return out
}
