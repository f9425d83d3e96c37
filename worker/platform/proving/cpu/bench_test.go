// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package cpu

import (
	"crypto/sha256"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/kernels"
)

// threadCPU is the CPU time that f takes on a thread of its own: it does not mind
// what else the machine does.
func threadCPU(tb testing.TB, f func()) time.Duration {
	tb.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	now := func() int64 {
		var u unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
			tb.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	start := now()
	f()
	return time.Duration(now() - start)
}

// BenchmarkKernels compares the kernels in Go and in the sandbox.
func BenchmarkKernels(b *testing.B) {
	s := newSandbox(b)
	for _, k := range kernels.All {
		x := sha256.Sum256([]byte(k.String()))
		report := func(b *testing.B, steps int, cpu time.Duration) {
			b.ReportMetric(float64(cpu.Nanoseconds())/float64(steps), "cpu-ns/step")
			b.ReportMetric(float64(k.Gas())*float64(steps)/cpu.Seconds()/1e9, "Ggas/s")
			b.ReportMetric(0, "ns/op")
		}
		b.Run(k.String()+"/go", func(b *testing.B) {
			var m kernels.Machine
			m.Run(k, &x, 1)
			report(b, b.N, threadCPU(b, func() { m.Run(k, &x, uint64(b.N)) }))
		})
		b.Run(k.String()+"/sandbox", func(b *testing.B) {
			_, none, err := s.run(b.Context(), k, x, 0)
			if err != nil {
				b.Fatal(err)
			}
			const steps = 2000
			var cpu time.Duration
			for range b.N {
				_, result, err := s.run(b.Context(), k, x, steps)
				if err != nil {
					b.Fatal(err)
				}
				cpu += result.Usage.CPU - none.Usage.CPU
			}
			report(b, steps*b.N, cpu)
		})
	}
}

// BenchmarkVerify is what the chain does for a proof of four segments, as large as
// that of a window of 30 s on 16 lanes.
func BenchmarkVerify(b *testing.B) {
	ch := corechain.Challenge{Operator: []byte{1}}
	for _, f := range corechain.Functions {
		b.Run(f.String()+"/S=4", func(b *testing.B) {
			spec := corechain.Spec{Function: f, Interval: f.Interval()}
			r, err := corechain.Compute(spec, ch, []uint64{8})
			if err != nil {
				b.Fatal(err)
			}
			for lane := range 15 { // what is not opened need not be right
				r.Ends = append(r.Ends, make([]corechain.State, 50_000))
				r.Ends[lane+1][0][0] = byte(lane)
			}
			c, err := r.Commit()
			if err != nil {
				b.Fatal(err)
			}
			drawn := []uint64{1, 3, 5, 7}
			reveals, err := r.Open(drawn)
			if err != nil {
				b.Fatal(err)
			}
			proof := corechain.EncodeProof(reveals)
			b.ResetTimer()
			cpu := threadCPU(b, func() {
				for range b.N {
					if _, err := corechain.Verify(spec, ch, c, drawn, proof); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "cpu-ms/op")
			b.ReportMetric(0, "ns/op")
			elsewhere, err := corechain.Draw([32]byte{1}, ch, c, 4)
			if err != nil {
				b.Fatal(err)
			}
			size, err := corechain.ProofSize(c, elsewhere)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(size), "proof-B")
		})
	}
}

// BenchmarkOpen is what a worker does to answer a draw.
func BenchmarkOpen(b *testing.B) {
	r := &corechain.Record{
		Spec:      corechain.Spec{Function: corechain.SHA256, Interval: 10_000},
		Challenge: corechain.Challenge{Operator: []byte{1}},
	}
	for range 16 {
		r.Ends = append(r.Ends, make([]corechain.State, 37_500))
	}
	for range b.N {
		if _, err := r.Open([]uint64{1, 100_000, 200_000, 300_000}); err != nil {
			b.Fatal(err)
		}
	}
}
