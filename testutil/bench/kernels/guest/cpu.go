// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import "github.com/openmesh-network/openmesh/testutil/bench/measure"

// cpuNanos is the CPU time of this process so far, its collector's included.
func cpuNanos() int64 {
	cpu, err := measure.CPUTime()
	if err != nil {
		panic(err)
	}
	return cpu.Nanoseconds()
}
