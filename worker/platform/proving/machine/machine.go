// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
)

// A Machine is what one look at it told.
type Machine struct {
	OS, Arch, Kernel string
	CPU              CPU
	Memory           Memory
	// Disks are those below the paths that were asked about, in that order.
	Disks []Disk
	Links []Link
	Clock Clock
	Files Files
	// GPUs are the devices that the program xworker-gpu lists.
	GPUs []gpu.Device
	// GPUsSeen is the number of NVIDIA devices that the kernel's driver knows,
	// with or without that program.
	GPUsSeen int
	// Unknown holds what could not be found out, in words.
	Unknown []string
}

// CPU is what may be computed with.
type CPU struct {
	// Model is the vendor's name, empty if unknown.
	Model string
	// Threads is the number of logical processors that this process may run on.
	Threads int
	// Cores is the number of physical cores of the machine, 0 if unknown.
	Cores int
	// QuotaMillis is the control group's limit in thousandths of a processor, 0 for none.
	QuotaMillis uint64
	// Millis is what is left of both: thousandths of a processor.
	Millis uint64
}

// Memory is main memory in bytes.
type Memory struct {
	// Total is the machine's.
	Total uint64
	// Limit is the control group's, 0 for none.
	Limit uint64
	// Usable is the lesser of the two.
	Usable uint64
	// Available is how much of it is not in use.
	Available uint64
}

// Storage tells kinds of file systems apart.
type Storage string

// Kinds of file systems.
const (
	// StorageLocal is a file system on a disk of this machine.
	StorageLocal Storage = "local"
	// StorageMemory is gone after a restart.
	StorageMemory Storage = "memory"
	// StorageOverlay is a container's own layer, gone with the container.
	StorageOverlay Storage = "overlay"
	// StorageNetwork is somebody else's disk.
	StorageNetwork Storage = "network"
	// StorageUnknown may be anything.
	StorageUnknown Storage = "unknown"
)

// Disk is the file system below a path.
type Disk struct {
	Path string
	// Mount is the place that the file system is mounted at, Source what is
	// mounted there, System the file system's name.
	Mount, Source, System string
	Storage               Storage
	// Total and Free are in bytes; Free is what this user may still write.
	Total, Free uint64
	// Fsync is how long it took to write 4 KiB for good; 0 if that failed.
	Fsync time.Duration
	// Problem says why the path cannot be used, empty if it can.
	Problem string
}

// Link is a network interface that is not the loopback.
type Link struct {
	Name string
	Up   bool
	// BitsPerSecond is the speed of the link, 0 if unknown.
	BitsPerSecond uint64
}

// Clock is what the kernel knows of the clock.
type Clock struct {
	// Known says that the kernel could be asked.
	Known bool
	// Synchronised says that some program keeps the clock.
	Synchronised bool
	// MaxError and Estimate bound and estimate the clock's error, as that program
	// or the kernel says.
	MaxError, Estimate time.Duration
}

// Files is the limit of open files of a process.
type Files struct {
	Soft, Hard uint64
}

// Options say what to look at.
type Options struct {
	// Paths are folders to look at the disks of; they must exist.
	Paths []string
	// GPUProgram is the path of xworker-gpu; if it is empty, it is looked for
	// beside this program.
	GPUProgram string
}

// Look looks at this machine. It writes and removes one small file below each path.
func Look(ctx context.Context, opts Options) Machine {
	return look(ctx, opts, "/")
}

func look(ctx context.Context, opts Options, root string) Machine {
	m := Machine{OS: runtime.GOOS, Arch: runtime.GOARCH}
	p := probe{root: root, m: &m}
	p.system()
	for _, path := range opts.Paths {
		m.Disks = append(m.Disks, p.disk(path))
	}
	m.Links = p.links()
	p.gpus(ctx, opts.GPUProgram)
	return m
}

// A probe fills in a machine. root is where the system's own files are found, so
// that tests have some of their own.
type probe struct {
	root string
	m    *Machine
}

func (p probe) unknown(what string, err error) {
	p.m.Unknown = append(p.m.Unknown, fmt.Sprintf("%s: %v", what, err))
}

// gpus asks the program, if there is one.
func (p probe) gpus(ctx context.Context, program string) {
	path, err := gpu.Find(program)
	if err != nil {
		if program != "" || p.m.GPUsSeen > 0 {
			p.unknown("GPUs", err)
		}
		return
	}
	if p.m.GPUs, err = gpu.List(ctx, path); err != nil {
		p.unknown("GPUs", err)
	}
}

// Offset estimates how far this machine's clock is ahead of another one that was
// asked at before and had answered reference by after, both by this machine's
// clock. The error is at most half of the time in between (F. Cristian, 1989).
func Offset(before, reference, after time.Time) (offset, uncertainty time.Duration) {
	half := after.Sub(before) / 2
	return before.Add(half).Round(0).Sub(reference), half
}
