// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
)

func TestAProposalKeepsSomethingBack(t *testing.T) {
	m := Machine{
		CPU:    CPU{Threads: 16, Millis: 16_000},
		Memory: Memory{Usable: 64 << 30},
		Disks:  []Disk{{Storage: StorageLocal, Free: 1000 << 30}, {Storage: StorageLocal, Free: 5000 << 30}},
		GPUs: []gpu.Device{
			{Class: "nvidia-t4", Memory: 16 << 30},
			{Class: "nvidia-h200", Memory: 139 << 30},
			{Class: "nvidia-h200", Memory: 139 << 30},
		},
	}
	require.Equal(t, Claim{
		CPUMillis: 14_400, MemoryBytes: 57<<30 + 512<<20, StorageBytes: 900 << 30,
		GPUCount: 2, GPUMemoryBytes: 278 << 30, GPUClass: "nvidia-h200",
	}, m.Propose())
	for name, d := range map[string]Disk{
		"in memory":   {Storage: StorageMemory, Free: 1 << 40},
		"an overlay":  {Storage: StorageOverlay, Free: 1 << 40},
		"unusable":    {Storage: StorageLocal, Free: 1 << 40, Problem: "it can only be read"},
		"nearly full": {Storage: StorageLocal, Free: 9 << 30},
	} {
		require.Zero(t, Machine{Disks: []Disk{d}}.Propose().StorageBytes, name)
	}
	require.Equal(t, Claim{}, Machine{}.Propose())
	require.EqualValues(t, 400, Machine{CPU: CPU{Millis: 500}, Memory: Memory{Usable: 512 << 20}}.Propose().CPUMillis)
}

func TestFindingsNameWhatIsWrong(t *testing.T) {
	m := Machine{
		CPU:   CPU{Threads: 8, QuotaMillis: 1500, Millis: 1500},
		Files: Files{Soft: 1024, Hard: 4096},
		Clock: Clock{Known: true},
		Links: []Link{{Name: "eth0"}},
		Disks: []Disk{
			{Path: "/a", Storage: StorageMemory, System: "tmpfs"},
			{Path: "/b", Storage: StorageOverlay, System: "overlay"},
			{Path: "/c", Storage: StorageLocal, System: "ext4", Fsync: time.Second},
			{Path: "/d", Problem: "permission denied"},
		},
		GPUsSeen: 1,
		Unknown:  []string{"memory: nobody knows"},
	}
	var bad []string
	for _, f := range m.Findings() {
		if f.Level > Fine {
			bad = append(bad, f.Level.String()+" "+f.Subject)
		}
	}
	require.Equal(t, []string{
		"warning cpu", "failure disk", "failure disk", "warning disk", "failure disk", "warning clock", "warning files",
		"failure network", "warning gpu", "warning machine",
	}, bad)
	for _, f := range (Machine{CPU: CPU{Threads: 8}, Clock: Clock{Known: true, Synchronised: true}}).Findings() {
		require.Equal(t, Fine, f.Level)
	}
}

func TestOffsetIsBoundedByTheRoundTrip(t *testing.T) {
	before := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	offset, uncertainty := Offset(before, before.Add(-2*time.Second), before.Add(100*time.Millisecond))
	require.Equal(t, 2050*time.Millisecond, offset)
	require.Equal(t, 50*time.Millisecond, uncertainty)
}
