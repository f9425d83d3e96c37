// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cpu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/x/por/kernels"
)

// TaskRunner is the part of sandbox.Runner that kernels need.
type TaskRunner interface {
	Run(ctx context.Context, task sandbox.Task) (sandbox.Result, error)
}

// Sandbox runs kernels as tasks. Several goroutines may use it.
type Sandbox struct {
	runner TaskRunner
	dir    string
	runs   atomic.Uint64
}

// patience is how long one run may take; it ends in an error.
const patience = 5 * time.Minute

// NewSandbox makes a Sandbox that keeps its files in dir, which exists and is its
// own.
func NewSandbox(runner TaskRunner, dir string) (*Sandbox, error) {
	s := &Sandbox{runner: runner, dir: dir}
	if err := os.WriteFile(s.module(), kernels.Module, 0o600); err != nil {
		return nil, fmt.Errorf("kernels: %w", err)
	}
	return s, nil
}

func (s *Sandbox) module() string { return filepath.Join(s.dir, "kernels.wasm") }

// RunKernel implements KernelRunner. Gas that is not that of the kernel is an
// ErrWrongSteps, too.
func (s *Sandbox) RunKernel(ctx context.Context, k kernels.Kernel, x kernels.State, n uint32) (kernels.State, time.Duration, error) {
	_, none, err := s.run(ctx, k, x, 0)
	if err != nil {
		return kernels.State{}, 0, err
	}
	state, result, err := s.run(ctx, k, x, n)
	if err != nil {
		return kernels.State{}, 0, err
	}
	if gas, want := result.Outcome.Gas-none.Outcome.Gas, uint64(n)*k.Gas(); gas != want {
		return kernels.State{}, 0, fmt.Errorf("%w: %v: %d gas for %d steps, want %d", ErrWrongSteps, k, gas, n, want)
	}
	return state, max(result.Usage.Wall-none.Usage.Wall, 1), nil
}

func (s *Sandbox) run(ctx context.Context, k kernels.Kernel, x kernels.State, n uint32) (state kernels.State, result sandbox.Result, err error) {
	dir := filepath.Join(s.dir, fmt.Sprintf("run-%d", s.runs.Add(1)))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return state, result, fmt.Errorf("kernels: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	stdin := filepath.Join(dir, "stdin")
	if err := os.WriteFile(stdin, kernels.Input(k, x, n), 0o600); err != nil {
		return state, result, fmt.Errorf("kernels: %w", err)
	}
	result, err = s.runner.Run(ctx, sandbox.Task{
		ID: "kernel " + k.String(), Module: s.module(), Args: []string{"kernels"}, Stdin: stdin,
		MemoryLimit: kernels.ModuleMemory, GasLimit: sandbox.MaxGas, OutputLimit: kernels.StateSize,
		Timeout: patience, ResultDir: filepath.Join(dir, "result"),
	})
	if err != nil {
		return state, result, fmt.Errorf("kernels: %w", err)
	}
	if result.Outcome.Status != sandbox.StatusOK {
		return state, result, fmt.Errorf("%w: %v ends with %s: %s", ErrWrongSteps, k, result.Outcome.Status, result.Detail)
	}
	out, err := os.ReadFile(filepath.Join(result.Dir, "stdout"))
	if err != nil {
		return state, result, fmt.Errorf("kernels: %w", err)
	}
	if len(out) != len(state) {
		return state, result, fmt.Errorf("%w: %v gives %d bytes", ErrWrongSteps, k, len(out))
	}
	return kernels.State(out), result, nil
}
