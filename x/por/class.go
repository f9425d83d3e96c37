// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"math/bits"

	"github.com/openmesh-network/openmesh/x/workers"
)

// Classes are all classes, in order.
func Classes() []Class {
	return []Class{CLASS_STORAGE, CLASS_CPU, CLASS_MEMORY, CLASS_BANDWIDTH, CLASS_GPU}
}

// Known says whether there is such a class.
func (c Class) Known() bool { return c >= CLASS_STORAGE && c <= CLASS_GPU }

// Direct says whether the chain checks proofs of the class by itself. The others are attested
// by committees.
func (c Class) Direct() bool { return c == CLASS_STORAGE || c == CLASS_CPU }

// Name is the class in a word, as it is part of evidence ids and subjects of faults.
func (c Class) Name() string {
	switch c {
	case CLASS_STORAGE:
		return "storage"
	case CLASS_CPU:
		return "cpu"
	case CLASS_MEMORY:
		return "memory"
	case CLASS_BANDWIDTH:
		return "bandwidth"
	case CLASS_GPU:
		return "gpu"
	}
	return "unknown"
}

// Of is how much of the class is in r, in the class's unit.
func (c Class) Of(r workers.Resources) uint64 {
	switch c {
	case CLASS_STORAGE:
		return r.StorageBytes
	case CLASS_CPU:
		return r.CpuMillis
	case CLASS_MEMORY:
		return r.MemoryBytes
	case CLASS_BANDWIDTH:
		return r.BandwidthBps
	case CLASS_GPU:
		return r.GpuCount
	}
	return 0
}

// Limit returns r with no more than amount of the class, in its unit. The memory of GPUs goes
// down with their number.
func (c Class) Limit(r workers.Resources, amount uint64) workers.Resources {
	if amount >= c.Of(r) {
		return r
	}
	switch c {
	case CLASS_STORAGE:
		r.StorageBytes = amount
	case CLASS_CPU:
		r.CpuMillis = amount
	case CLASS_MEMORY:
		r.MemoryBytes = amount
	case CLASS_BANDWIDTH:
		r.BandwidthBps = amount
	case CLASS_GPU:
		r.GpuMemoryBytes = mulDiv(r.GpuMemoryBytes, amount, r.GpuCount)
		r.GpuCount = amount
		if amount == 0 {
			r.GpuClass = ""
		}
	}
	return r
}

// mulDiv is a*b/c rounded down, or the greatest number if it is beyond; c is not 0.
func mulDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return 1<<64 - 1
	}
	q, _ := bits.Div64(hi, lo, c)
	return q
}
