// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/x/por/gemm"
)

// TestMain is the program too: started under one of these names, this test's own
// binary serves, or misbehaves.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "xworker-gpu":
		serve(fake{})
	case "broken":
		serve(fake{broken: true})
	case "crash":
		fmt.Fprintln(os.Stderr, "the driver is gone")
		os.Exit(139)
	case "hang":
		time.Sleep(time.Hour) // and does not even read
	case "rubbish":
		fmt.Println("Hello, world! This is no header.")
		time.Sleep(time.Minute)
	}
	os.Exit(m.Run())
}

func serve(f fake) {
	if err := gpu.Serve(os.Stdin, os.Stdout, f); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// fake has one device, which is the CPU; broken, it gets one entry in all wrong.
type fake struct{ broken bool }

func (f fake) Devices() ([]gpu.Device, error) {
	return []gpu.Device{{Name: "NVIDIA Fake", Class: gpu.Class("NVIDIA Fake"), Memory: 1 << 30}}, nil
}

func (f fake) Open(index int) (gpu.Engine, error) {
	switch {
	case index != 0:
		return nil, gpu.ErrNone
	case f.broken:
		return wrong{gpu.NewCPU(1)}, nil
	}
	return gpu.NewCPU(1), nil
}

// wrong is an engine with one stuck bit.
type wrong struct{ *gpu.CPU }

func (w wrong) Read(dst []byte, first int) error {
	err := w.CPU.Read(dst, first)
	dst[len(dst)-1] ^= 1
	return err
}

// program is the path of this binary under another name.
func program(t *testing.T, name string) string {
	t.Helper()
	own, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.Symlink(own, path))
	return path
}

func TestAProcessProvesLikeALocalProver(t *testing.T) {
	ctx := context.Background()
	path := program(t, "xworker-gpu")
	devices, err := gpu.List(ctx, path)
	require.NoError(t, err)
	require.Equal(t, "nvidia-fake", devices[0].Class)
	p, err := gpu.Start(ctx, path, 0, gpu.Options{})
	require.NoError(t, err)
	require.Equal(t, "cpu", p.Info().Kind)
	c := gemm.Challenge{Beacon: sha256.Sum256([]byte("window")), Node: []byte("node"), N: 256}
	r, err := p.Run(ctx, c, time.Now().Add(time.Hour), 20)
	require.NoError(t, err)
	samples, err := gemm.Draw(sha256.Sum256([]byte("after")), c, r.Commitment, 16)
	require.NoError(t, err)
	opening, err := p.Open(ctx, r, samples)
	require.NoError(t, err)
	require.NoError(t, gemm.Verify(c, r.Commitment, samples, opening, sha256.Sum256([]byte("mine"))))

	local := gpu.New(gpu.NewCPU(0), gpu.Options{})
	same, err := local.Run(ctx, c, time.Now().Add(time.Hour), 20)
	require.NoError(t, err)
	require.Equal(t, same.Commitment, r.Commitment)

	// Errors keep their meaning, and the process goes on.
	_, err = p.Open(ctx, gpu.Run{Challenge: c, Commitment: gemm.Commitment{Steps: 20}}, samples)
	require.ErrorIs(t, err, gpu.ErrForgotten)
	_, err = p.Run(ctx, gemm.Challenge{Node: []byte("n"), N: 100}, time.Now(), 1)
	require.ErrorIs(t, err, gemm.ErrChallenge)
	r, err = p.Run(ctx, c, time.Now(), 0)
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Commitment.Steps, "a deadline that is over leaves one step")
	require.NoError(t, p.Close())
	require.NoError(t, p.Close())
	_, err = p.Run(ctx, c, time.Now(), 1)
	require.ErrorIs(t, err, gpu.ErrDevice)
}

func TestAProgramThatFailsIsAnError(t *testing.T) {
	ctx := context.Background()
	_, err := gpu.Start(ctx, filepath.Join(t.TempDir(), "xworker-gpu"), 0, gpu.Options{})
	require.ErrorIs(t, err, gpu.ErrNone, "there is none")
	_, err = gpu.Start(ctx, program(t, "xworker-gpu"), 7, gpu.Options{})
	require.ErrorIs(t, err, gpu.ErrNone, "no such device")
	_, err = gpu.Start(ctx, program(t, "broken"), 0, gpu.Options{})
	require.ErrorIs(t, err, gpu.ErrDevice)
	require.ErrorContains(t, err, "1 of 65536 entries, the first at row 255, column 255")
	_, err = gpu.Start(ctx, program(t, "crash"), 0, gpu.Options{})
	require.ErrorIs(t, err, gpu.ErrDevice)
	require.ErrorContains(t, err, "the driver is gone")
	require.ErrorContains(t, err, "139")
	_, err = gpu.Start(ctx, program(t, "rubbish"), 0, gpu.Options{})
	require.ErrorIs(t, err, gpu.ErrDevice)
	short, stop := context.WithTimeout(ctx, 100*time.Millisecond)
	defer stop()
	_, err = gpu.Start(short, program(t, "hang"), 0, gpu.Options{})
	require.ErrorIs(t, err, gpu.ErrDevice)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestARunThatIsGivenUpEndsTheProcess(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	p, err := gpu.Start(ctx, program(t, "xworker-gpu"), 0, gpu.Options{})
	require.NoError(t, err)
	time.AfterFunc(50*time.Millisecond, stop)
	c := gemm.Challenge{Node: []byte("node"), N: 1024}
	_, err = p.Run(ctx, c, time.Now().Add(time.Hour), 0)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, gpu.ErrDevice)
	require.NoError(t, p.Close())
}

func TestTheProgramIsLookedForBesideThisOne(t *testing.T) {
	_, err := gpu.Find("")
	require.ErrorIs(t, err, gpu.ErrNone)
	dir := t.TempDir()
	_, err = gpu.Find(dir)
	require.ErrorIs(t, err, gpu.ErrNone, "a folder")
	plain := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(plain, nil, 0o600))
	_, err = gpu.Find(plain)
	require.ErrorIs(t, err, gpu.ErrNone, "not executable")
	path, err := gpu.Find(program(t, "xworker-gpu"))
	require.NoError(t, err)
	require.NotEmpty(t, path)
}

func TestClassesAreNormalised(t *testing.T) {
	for name, class := range map[string]string{
		"NVIDIA H200":             "nvidia-h200",
		"NVIDIA GeForce RTX 4090": "nvidia-geforce-rtx-4090",
		"Tesla T4":                "nvidia-tesla-t4",
		"NVIDIA A100-SXM4-80GB":   "nvidia-a100-sxm4-80gb",
		"":                        "nvidia",
	} {
		require.Equal(t, class, gpu.Class(name))
	}
}
