// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

func benchPlot(b *testing.B, n uint32, bytes uint64, workers int) *Plot {
	p, err := Create(b.TempDir(), Spec{N: n, UnitBytes: bytes, Units: 1}, Options{Workers: workers})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, p.Close()) })
	return p
}

// cpu is the processor time that this process has used. On a busy machine it says more than the
// clock on the wall.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func perCPU(b *testing.B, bytes int, before time.Duration) {
	b.ReportMetric(float64(b.N*bytes)/1e6/(cpu()-before).Seconds(), "MB/cpu_s")
}

// BenchmarkFill is what a plot grows by, with all CPUs, synced to the disk.
func BenchmarkFill(b *testing.B) {
	const size = 64 << 20
	before := cpu()
	for range b.N {
		p := benchPlot(b, 16, size, 0)
		b.SetBytes(size)
		require.NoError(b, p.Fill(context.Background()))
	}
	perCPU(b, size, before)
}

// BenchmarkProve searches a whole plot (no nonce has as many labels as are asked for) on one core.
func BenchmarkProve(b *testing.B) {
	const size = 256 << 20
	p := benchPlot(b, 2, size, 2)
	require.NoError(b, p.Fill(context.Background()))
	p.options.Workers = 1
	b.SetBytes(size)
	b.ResetTimer()
	before := cpu()
	for range b.N {
		_, _, err := p.Prove(context.Background(), Request{Units: 1, K1: cellpost.DefaultK, K2: 3 * cellpost.DefaultK})
		require.ErrorIs(b, err, ErrNoProof)
	}
	perCPU(b, size, before)
}
