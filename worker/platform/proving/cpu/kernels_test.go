// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package cpu

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/kernels"
)

func TestMain(m *testing.M) {
	sandbox.ChildMain()
	os.Exit(m.Run())
}

func newSandbox(t testing.TB) *Sandbox {
	t.Helper()
	dir := t.TempDir()
	runner, err := sandbox.New(sandbox.Config{CacheDir: filepath.Join(dir, "cache")})
	if err != nil {
		t.Skip(err)
	}
	s, err := NewSandbox(runner, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSandboxAndGoTakeTheSameStepsForTheGasThatIsPinned(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	var m kernels.Machine
	for _, k := range kernels.All {
		x := sha256.Sum256([]byte(k.String()))
		_, none, err := s.run(t.Context(), k, x, 0)
		if err != nil {
			t.Fatal(err)
		}
		want, done := x, uint32(0)
		for _, n := range []uint32{0, 1, 2, 5, 17} {
			m.Run(k, &want, uint64(n-done))
			done = n
			got, result, err := s.run(t.Context(), k, x, n)
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%v, %d steps: %x in the sandbox, %x in Go", k, n, got, want)
			}
			if gas := result.Outcome.Gas - none.Outcome.Gas; gas != uint64(n)*k.Gas() {
				t.Errorf("%v, %d steps: %d gas, want %d", k, n, gas, uint64(n)*k.Gas())
			}
		}
	}
}

func TestTheModuleTrapsOnBadInput(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	if _, result, err := s.run(t.Context(), 99, kernels.State{}, 1); err == nil || result.Outcome.Status != sandbox.StatusTrap {
		t.Errorf("unknown kernel: %v, %v", result.Outcome, err)
	}
}

func TestMeasureCountsGasInTheSandbox(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	for _, f := range corechain.Functions {
		speed, err := Measure(t.Context(), f, 2, 20*time.Millisecond, s)
		if err != nil {
			t.Fatal(err)
		}
		if speed.Sandboxed != (f != corechain.SHA256) || len(speed.Lanes) != 2 || speed.Slowest() == 0 || speed.Gas != speed.Steps*f.Gas() {
			t.Errorf("%+v", speed)
		}
	}
	left, err := filepath.Glob(filepath.Join(s.dir, "run-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left: %v, %v", left, err)
	}
}
