// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"math"
	"math/bits"
)

const (
	// gib is a GiB in bytes, 100 Mbit/s in bits per second the other unit of what
	// the parameters of rewards are for.
	gib         = uint64(1) << 30
	hundredMbps = uint64(100_000_000)
)

// Earns says whether an Xnode earns for being there: it is reachable, and has
// not been taken out. One that drains still serves what it has.
func (x Xnode) Earns() bool {
	return x.Online && (x.Status == XNODE_STATUS_ACTIVE || x.Status == XNODE_STATUS_DRAINING)
}

// ComputeRewardWeight is what the Xnode should earn by: 0 unless it earns, else
//
//	min(max_reward_weight, Σ ⌊quantity of capacity × rate / unit of the rate⌋)
//
// over cores, memory, storage, bandwidth and GPUs. What is allocated counts as
// what is free: rewards are for having the hardware there.
func (x Xnode) ComputeRewardWeight(p Params) uint64 {
	if !x.Earns() {
		return 0
	}
	has := x.Capacity()
	sum := uint64(0)
	for _, part := range []uint64{
		mulDiv(has.CpuMillis, p.RewardPerCore, MillisPerCore),
		mulDiv(has.MemoryBytes, p.RewardPerGibMemory, gib),
		mulDiv(has.StorageBytes, p.RewardPerGibStorage, gib),
		mulDiv(has.BandwidthBps, p.RewardPerBandwidth, hundredMbps),
		mulDiv(has.GpuCount, p.RewardPerGpu, 1),
	} {
		more, carry := bits.Add64(sum, part, 0)
		if carry != 0 {
			more = math.MaxUint64
		}
		sum = more
	}
	return min(sum, p.MaxRewardWeight)
}

// mulDiv is ⌊a × b / c⌋, or the greatest number there is where that is more.
func mulDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return math.MaxUint64
	}
	q, _ := bits.Div64(hi, lo, c)
	return q
}
