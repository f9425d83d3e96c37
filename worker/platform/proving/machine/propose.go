// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

// A Claim is a capacity in the units of the chain (x/workers: Resources).
type Claim struct {
	CPUMillis      uint64
	MemoryBytes    uint64
	StorageBytes   uint64
	GPUCount       uint64
	GPUMemoryBytes uint64
	GPUClass       string
}

// What is kept back for the system and the worker itself: a tenth, and of memory
// and disk this much at least.
const (
	keptMemory  = 1 << 30
	keptStorage = 10 << 30
)

// Propose is a claim that this machine should be able to prove: nine tenths of the
// processors, of the usable memory and of the free storage of the first disk if
// that is local and can be written to, and all GPUs of the most common class.
// Amounts are rounded down: processors to tenths, memory and storage to 256 MiB.
// It proposes no bandwidth, which the speed of a link says nothing about.
func (m Machine) Propose() Claim {
	c := Claim{
		CPUMillis:   m.CPU.Millis / 10 * 9 / 100 * 100,
		MemoryBytes: share(m.Memory.Usable, keptMemory),
	}
	if len(m.Disks) > 0 {
		if d := m.Disks[0]; d.Problem == "" && d.Storage == StorageLocal {
			c.StorageBytes = share(d.Free, keptStorage)
		}
	}
	counts := map[string]uint64{}
	for _, g := range m.GPUs { // in order, so that the first of equals stays
		counts[g.Class]++
		if counts[g.Class] > counts[c.GPUClass] || c.GPUClass == "" {
			c.GPUClass = g.Class
		}
	}
	for _, g := range m.GPUs {
		if g.Class == c.GPUClass {
			c.GPUCount++
			c.GPUMemoryBytes += g.Memory
		}
	}
	return c
}

// share is nine tenths of total, but leaves at least kept.
func share(total, kept uint64) uint64 {
	kept = max(kept, total/10)
	if total <= kept {
		return 0
	}
	const unit = 256 << 20
	return (total - kept) / unit * unit
}
