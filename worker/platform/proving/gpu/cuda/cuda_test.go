// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package cuda_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu/cuda"
	"github.com/openmesh-network/openmesh/x/por/gemm"
)

func challenge(n int) gemm.Challenge {
	return gemm.Challenge{Beacon: sha256.Sum256([]byte("cuda")), Node: []byte("node"), N: n}
}

// device opens the first device, or skips.
func device(t *testing.T, opts cuda.Options) gpu.Engine {
	t.Helper()
	e, err := cuda.Open(0, opts)
	if errors.Is(err, gpu.ErrNone) {
		t.Skipf("no GPU on this machine: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

func kernels() map[string]cuda.Options {
	return map[string]cuda.Options{"tensor": {}, "dp4a": {DP4A: true}}
}

func TestCUDAFacts(t *testing.T) {
	devices, err := cuda.Devices()
	require.NoError(t, err)
	for _, d := range devices {
		t.Logf("NVML: %+v", d)
	}
	e := device(t, cuda.Options{})
	t.Logf("CUDA: %+v", e.Info())
	require.NotEmpty(t, devices)
	require.Equal(t, devices[0].UUID, e.Info().UUID)
	require.Equal(t, devices[0].Class, e.Info().Class)
}

// TestCUDAIsTheCPUBitByBit compares matrices and digests after each step.
func TestCUDAIsTheCPUBitByBit(t *testing.T) {
	for name, opts := range kernels() {
		for _, n := range []int{256, 512, 1024, 2048} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				e := device(t, opts)
				c := gpu.NewCPU(0)
				s, err := gemm.NewStreams(challenge(n))
				require.NoError(t, err)
				require.NoError(t, e.Load(s))
				require.NoError(t, c.Load(s))
				compare(t, n, c, e)
				want, got := make([]gpu.Digest, n), make([]gpu.Digest, n)
				for step := range uint32(4) {
					require.NoError(t, c.Step(s.Step(step), want))
					require.NoError(t, e.Step(s.Step(step), got))
					compare(t, n, c, e)
					for i := range want {
						require.Equal(t, want[i], got[i], "step %d, digest of row %d", step, i)
					}
				}
			})
		}
	}
}

func compare(t *testing.T, n int, c, e gpu.Engine) {
	t.Helper()
	want, got := make([]byte, n*n), make([]byte, n*n)
	require.NoError(t, c.Read(want, 0))
	require.NoError(t, e.Read(got, 0))
	wrong := 0
	for i := range want {
		if want[i] != got[i] {
			if wrong++; wrong <= 16 {
				t.Errorf("row %d, column %d: %d, the CPU has %d", i/n, i%n, int8(got[i]), int8(want[i]))
			}
		}
	}
	require.Zero(t, wrong, "entries that differ, of %d", n*n)
}

// TestCUDAProves runs, opens and verifies, and prints the times.
func TestCUDAProves(t *testing.T) {
	for name, opts := range kernels() {
		for _, n := range []int{256, 1024, 4096, 8192, 16384} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				p := gpu.New(device(t, opts), gpu.Options{Memory: 2 << 30})
				c := challenge(n)
				ctx := context.Background()
				r, err := p.Run(ctx, c, time.Now().Add(3*time.Second), 0)
				require.NoError(t, err)
				t.Logf("%d steps in %v (computing %v, %v a step): %d GOPS of the window, %d GOPS while computing",
					r.Commitment.Steps, r.Elapsed, r.Computing, r.Computing/time.Duration(r.Commitment.Steps), r.GOPS(),
					gemm.GOPS(n, r.Commitment.Steps, uint64(max(1, r.Computing.Milliseconds()))))
				samples, err := gemm.Draw(sha256.Sum256([]byte("after")), c, r.Commitment, 16)
				require.NoError(t, err)
				start := time.Now()
				opening, err := p.Open(ctx, r, samples)
				require.NoError(t, err)
				opened := time.Since(start)
				start = time.Now()
				require.NoError(t, gemm.Verify(c, r.Commitment, samples, opening, sha256.Sum256([]byte("mine"))))
				t.Logf("16 samples opened in %v (%d bytes), verified in %v", opened, len(opening), time.Since(start))
			})
		}
	}
}

// TestCUDATimesOfTheParts tells what a step is made of: it prints, and judges nothing.
func TestCUDATimesOfTheParts(t *testing.T) {
	for name, opts := range kernels() {
		for _, n := range []int{4096, 8192} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				e := device(t, opts)
				s, err := gemm.NewStreams(challenge(n))
				require.NoError(t, err)
				start := time.Now()
				require.NoError(t, e.Load(s))
				t.Logf("load %v", time.Since(start))
				digests := make([]gpu.Digest, n)
				start = time.Now()
				const steps = 50
				for step := range uint32(steps) {
					require.NoError(t, e.Step(s.Step(step), digests))
				}
				each := time.Since(start) / steps
				t.Logf("step with digests %v: %d GOPS", each, gemm.GOPS(n, steps, uint64(max(1, (steps*each).Milliseconds()))))
				matrix := make([]byte, n*n)
				start = time.Now()
				require.NoError(t, e.Read(matrix, 0))
				t.Logf("read a matrix %v", time.Since(start))
				start = time.Now()
				_, err = gemm.StepRoot(digests)
				require.NoError(t, err)
				t.Logf("tree of a step, one thread, %v", time.Since(start))
			})
		}
	}
}
