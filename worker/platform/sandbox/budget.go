// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import "time"

// What a child may take of this host. A child that needs more ends without a
// result, so everything here leaves an honest guest room.

// childThreads bounds the threads of a child in a cgroup; the Go runtime makes
// a few more than it has processors.
const childThreads = 512

const (
	// compileHeadroom and compileFactor are what a compilation needs in bytes,
	// for itself and for each byte of the module.
	compileHeadroom = 1 << 30
	compileFactor   = 64
	// compileFileSize bounds each file that a compilation writes, in bytes.
	compileFileSize = 4 << 30
	// runHeadroom is what a run needs in bytes besides linear memory, output and
	// code: the Go runtime and the native stack down to the depth limit, twice
	// while it grows.
	runHeadroom = 512 << 20
	// runFactor is what each byte of the module costs a run: its decoded form
	// and its native code.
	runFactor = 16
	// collectFrom is how many bytes the heap of a run takes before anything is
	// collected: most tasks end before that.
	collectFrom = 192 << 20
)

// compileMemory is the memory of a compilation in bytes.
func compileMemory(size int64) uint64 { return compileFactor*uint64(size) + compileHeadroom }

// runMemory is the memory of a run in bytes.
func runMemory(j job) uint64 {
	return j.Memory + 2*j.Output + runFactor*uint64(j.Module.Size) + runHeadroom
}

// runHeap is the part of it that the Go runtime manages and should keep to.
func runHeap(j job) uint64 { return j.Output + runFactor/2*uint64(j.Module.Size) + collectFrom }

// cpuSeconds is a processor time limit that an honest run within its wall-clock
// time does not meet: two threads, and some seconds for the start.
func cpuSeconds(timeout time.Duration) uint64 {
	return 2*uint64((timeout+time.Second-1)/time.Second) + 5
}
