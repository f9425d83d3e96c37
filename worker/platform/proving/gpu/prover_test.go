// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/x/por/gemm"
)

func TestARunIsOpenedAndVerifies(t *testing.T) {
	p := gpu.New(gpu.NewCPU(0), gpu.Options{Memory: 3 * 256 * 256})
	defer func() { require.NoError(t, p.Close()) }()
	c := gemm.Challenge{Beacon: sha256.Sum256([]byte("window")), Node: []byte("node"), N: 256}
	r, err := p.Run(context.Background(), c, time.Now().Add(time.Hour), 100)
	require.NoError(t, err)
	require.EqualValues(t, 100, r.Commitment.Steps)
	samples, err := gemm.Draw(sha256.Sum256([]byte("after")), c, r.Commitment, 16)
	require.NoError(t, err)
	opening, err := p.Open(context.Background(), r, samples)
	require.NoError(t, err)
	require.NoError(t, gemm.Verify(c, r.Commitment, samples, opening, sha256.Sum256([]byte("mine"))))
	t.Logf("%d GOPS, %v", r.GOPS(), r.Elapsed)
}

// stuck is an engine that gets one row of each step wrong, digest and all.
type stuck struct{ *gpu.CPU }

func (s stuck) Step(key gemm.StepKey, digests []gpu.Digest) error {
	if err := s.CPU.Step(key, digests); err != nil {
		return err
	}
	n := len(digests)
	matrix := make([]byte, n*n)
	if err := s.Read(matrix, 0); err != nil {
		return err
	}
	matrix[5*n]++
	digests[5] = gemm.RowDigest(matrix[5*n : 6*n])
	return s.Write(matrix)
}

func TestADeviceThatIsWrongIsNoticedBeforeAnythingIsSent(t *testing.T) {
	ctx := context.Background()
	require.ErrorIs(t, gpu.SelfTest(stuck{gpu.NewCPU(0)}), gpu.ErrDevice)
	require.NoError(t, gpu.SelfTest(gpu.NewCPU(0)))
	p := gpu.New(stuck{gpu.NewCPU(0)}, gpu.Options{})
	c := gemm.Challenge{Node: []byte("node"), N: 256}
	r, err := p.Run(ctx, c, time.Now().Add(time.Hour), 3)
	require.NoError(t, err)
	s, err := gemm.NewStreams(c)
	require.NoError(t, err)
	for row := range uint32(256) {
		if row%16 != 0 && s.Step(1).Target(int(row), 256) != 5 {
			continue
		}
		_, err := p.Open(ctx, r, []gemm.Sample{{Step: 1, Row: row}})
		if s.Step(1).Target(int(row), 256) == 5 {
			require.ErrorIs(t, err, gpu.ErrDevice)
		} else {
			require.NoError(t, err)
		}
	}
}

// flaky is an engine that errs at one step when it repeats it.
type flaky struct {
	*gpu.CPU
	steps int
}

func (f *flaky) Step(key gemm.StepKey, digests []gpu.Digest) error {
	err := f.CPU.Step(key, digests)
	if f.steps++; f.steps > 3 {
		digests[0][0] ^= 1
	}
	return err
}

func TestADeviceThatDoesNotRepeatItselfIsNoticed(t *testing.T) {
	ctx := context.Background()
	p := gpu.New(&flaky{CPU: gpu.NewCPU(0)}, gpu.Options{})
	r, err := p.Run(ctx, gemm.Challenge{Node: []byte("node"), N: 256}, time.Now().Add(time.Hour), 3)
	require.NoError(t, err)
	_, err = p.Open(ctx, r, []gemm.Sample{{Step: 2, Row: 1}})
	require.ErrorIs(t, err, gpu.ErrDevice)
}

func TestAnyStepIsOpenedWhateverIsKept(t *testing.T) {
	ctx := context.Background()
	for _, room := range []int64{1, 2, 3, 100} {
		p := gpu.New(gpu.NewCPU(0), gpu.Options{Memory: room * 256 * 256})
		c := gemm.Challenge{Node: []byte("node"), N: 256}
		r, err := p.Run(ctx, c, time.Now().Add(time.Hour), 70)
		require.NoError(t, err)
		for _, step := range []uint32{0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 69} {
			samples := []gemm.Sample{{Step: step, Row: 0}, {Step: step, Row: 255}}
			opening, err := p.Open(ctx, r, samples)
			require.NoError(t, err)
			require.NoError(t, gemm.Verify(c, r.Commitment, samples, opening, sha256.Sum256([]byte("mine"))))
		}
		require.NoError(t, p.Close())
		_, err = p.Open(ctx, r, []gemm.Sample{{}})
		require.ErrorIs(t, err, gpu.ErrForgotten)
	}
}
