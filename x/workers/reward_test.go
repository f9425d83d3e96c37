// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openmesh-network/openmesh/x/workers"
)

const gib = uint64(1) << 30

// proven is an Xnode that is online and has proved all that it claims.
func proven(r workers.Resources) workers.Xnode {
	return workers.Xnode{
		Status: workers.XNODE_STATUS_ACTIVE, Online: true,
		Card: workers.Card{Claimed: r}, Verified: r,
	}
}

func TestRewardWeightVectors(t *testing.T) {
	p := workers.DefaultParams()
	for _, test := range []struct {
		name string
		has  workers.Resources
		want uint64
	}{
		{"nothing", workers.Resources{}, 0},
		{"a core", workers.Resources{CpuMillis: 1_000}, 1_000},
		{"a part of a core", workers.Resources{CpuMillis: 1_999}, 1_999},
		{"less than what counts", workers.Resources{StorageBytes: gib / 5}, 0},
		{"just what counts", workers.Resources{StorageBytes: gib/5 + 1}, 1},
		{"all kinds", workers.Resources{CpuMillis: 8_000, MemoryBytes: 16 * gib, StorageBytes: 100 * gib, BandwidthBps: 1_000_000_000, GpuCount: 2}, 8_000 + 3_200 + 500 + 5_000 + 100_000},
		{"more than the cap", workers.Resources{GpuCount: 21}, 1_000_000},
		{"more than 64 bits hold", workers.Resources{CpuMillis: workers.MaxQuantity, MemoryBytes: workers.MaxQuantity, StorageBytes: workers.MaxQuantity, BandwidthBps: workers.MaxQuantity, GpuCount: workers.MaxQuantity}, 1_000_000},
	} {
		require.Equal(t, test.want, proven(test.has).ComputeRewardWeight(p), test.name)
	}
	x := proven(workers.Resources{CpuMillis: 8_000})
	x.Status = workers.XNODE_STATUS_DRAINING
	require.EqualValues(t, 8_000, x.ComputeRewardWeight(p), "draining")
	x.Online = false
	require.Zero(t, x.ComputeRewardWeight(p), "offline")
	x.Online, x.Status = true, workers.XNODE_STATUS_RETIRED
	require.Zero(t, x.ComputeRewardWeight(p), "retired")
}

func TestW3_CapacityIsTheLesserOfClaimAndProof(t *testing.T) {
	gpus := func(count, memory uint64, class string) workers.Resources {
		return workers.Resources{CpuMillis: 5, GpuCount: count, GpuMemoryBytes: memory, GpuClass: class}
	}
	for _, test := range []struct {
		name              string
		claim, proof, has workers.Resources
	}{
		{"nothing is proven", gpus(2, 80, "a"), workers.Resources{}, workers.Resources{}},
		{"more is proven", gpus(2, 80, "a"), gpus(4, 160, "a"), gpus(2, 80, "a")},
		{"less is proven", gpus(2, 80, "a"), gpus(1, 40, "a"), gpus(1, 40, "a")},
		{"another class is proven", gpus(2, 80, "a"), gpus(2, 80, "b"), gpus(0, 0, "")},
		{"a class is claimed, but none proven", gpus(2, 80, "a"), gpus(2, 80, ""), gpus(0, 0, "")},
		{"no class on either side", gpus(2, 80, ""), gpus(1, 90, ""), gpus(1, 80, "")},
	} {
		x := workers.Xnode{Card: workers.Card{Claimed: test.claim}, Verified: test.proof}
		require.Equal(t, test.has, x.Capacity(), test.name)
	}
}

func TestCapacityNeverExceedsEitherAndFreeNeverWraps(t *testing.T) {
	some := func(rt *rapid.T, name string) workers.Resources {
		n := rapid.Uint64Range(0, workers.MaxQuantity)
		return workers.Resources{
			CpuMillis: n.Draw(rt, name), MemoryBytes: n.Draw(rt, name), StorageBytes: n.Draw(rt, name), BandwidthBps: n.Draw(rt, name),
			GpuCount: 1 + n.Draw(rt, name)/2, GpuMemoryBytes: n.Draw(rt, name), GpuClass: rapid.SampledFrom([]string{"a", "b"}).Draw(rt, name),
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		x := workers.Xnode{Card: workers.Card{Claimed: some(rt, "claimed")}, Verified: some(rt, "verified"), Allocated: some(rt, "allocated")}
		x.Allocated.GpuClass = ""
		has := x.Capacity()
		require.NoError(rt, has.Validate())
		require.True(rt, x.Card.Claimed.Fits(has))
		require.True(rt, x.Verified.Fits(has))
		require.True(rt, has.Fits(x.Free()) || has.GpuClass == "")
	})
}
