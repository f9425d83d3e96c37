// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package measure finds out what this machine can prove: its processors, its disk's
// plot, its memory and its GPUs, each for a moment and each with the very functions
// that the chain's proofs are made of.
//
// Not here: what to claim (worker/config), and what is wrong (cmd/xworker/doctor).
package measure

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"

	"github.com/openmesh-network/openmesh/worker/platform/proving/cpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/memory"
)

// PublicN is the cost of a cell on networks that mean it, where the chain was not
// asked for its own.
const PublicN = 64

// CPU is a reading of all lanes at once.
type CPU struct {
	// Function's name.
	Function string `json:"function"`
	Lanes    int    `json:"lanes"`
	// Steps a second of all lanes together, and of the slowest.
	Steps   uint64 `json:"steps_per_second"`
	Slowest uint64 `json:"slowest_lane"`
	// Gas a second; 0 for functions that have none.
	Gas uint64 `json:"gas_per_second,omitempty"`
}

// Processors computes a function on so many lanes at once.
func Processors(ctx context.Context, function uint32, lanes int, about time.Duration) (CPU, error) {
	f := corechain.Function(function)
	lanes = min(max(lanes, 1), corechain.MaxLanes)
	speed, err := cpu.Measure(ctx, f, lanes, about, nil)
	if err != nil {
		return CPU{}, err
	}
	return CPU{Function: f.String(), Lanes: lanes, Steps: speed.Steps, Slowest: speed.Slowest(), Gas: speed.Gas}, nil
}

// SHA256 is the number of the function that every chain asks for.
const SHA256 = uint32(corechain.SHA256)

// Plotting makes cells of cost n on so many threads for about so long, and forgets
// them. It returns the bytes of plot that it makes a second.
func Plotting(ctx context.Context, n uint32, threads int, about time.Duration) (uint64, error) {
	threads = max(threads, 1)
	counts, errs := make([]uint64, threads), make([]error, threads)
	start := time.Now()
	var wait sync.WaitGroup
	for i := range threads {
		wait.Go(func() {
			maker, err := cellpost.NewMaker(cellpost.Key{'m'}, n)
			if err != nil {
				errs[i] = err
				return
			}
			var cell cellpost.Cell
			for time.Since(start) < about && ctx.Err() == nil {
				maker.Cell(uint64(i)<<32|counts[i], &cell)
				counts[i]++
			}
		})
	}
	wait.Wait()
	took := time.Since(start)
	if err := errors.Join(errors.Join(errs...), ctx.Err()); err != nil {
		return 0, fmt.Errorf("measure plotting: %w", err)
	}
	var cells uint64
	for _, n := range counts {
		cells += n
	}
	return uint64(float64(cells*cellpost.CellBytes) / took.Seconds()), nil
}

// Memory is a reading of main memory.
type Memory struct {
	// Bytes that were held, and how many were filled a second.
	Bytes         uint64 `json:"bytes"`
	FillPerSecond uint64 `json:"fill_bytes_per_second"`
	// Step is the time of one dependent step of a walk; Allowed is what verifiers
	// allow for it.
	Step    time.Duration `json:"step_nanos"`
	Allowed time.Duration `json:"allowed_nanos"`
	// Locked says that it is kept out of swap.
	Locked bool `json:"locked"`
}

// Walk takes so much memory, fills it, walks over it once, and gives it back.
func Walk(ctx context.Context, bytes uint64) (Memory, error) {
	spec := ramwalk.DefaultSpec
	spec.Steps = 1 << 17
	fill := ramwalk.Fill{Operator: []byte("doctor"), Cells: max(bytes/ramwalk.CellSize, 1)}
	start := time.Now()
	hold, err := memory.New(ctx, memory.Options{Spec: spec, Fill: fill, Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return Memory{}, err
	}
	filled := time.Since(start)
	start = time.Now()
	_, err = hold.Walk(ctx, [32]byte{'d'})
	took := time.Since(start)
	m := Memory{
		Bytes: fill.Bytes(), FillPerSecond: uint64(float64(fill.Bytes()) / filled.Seconds()),
		Step: took / time.Duration(spec.Steps), Allowed: time.Duration(ramwalk.DefaultTiming.Step), Locked: hold.Locked(),
	}
	return m, errors.Join(err, hold.Close())
}

// GPU is a reading of one device.
type GPU struct {
	Name   string `json:"name"`
	Memory uint64 `json:"memory_bytes"`
	// GOPS is 10^9 operations a second of a chain of small products.
	GOPS uint64 `json:"gops"`
}

// Device has the program test a device against the CPU and run a small chain.
func Device(ctx context.Context, program string, device int, about time.Duration) (g GPU, err error) {
	path, err := gpu.Find(program)
	if err != nil {
		return GPU{}, err
	}
	p, err := gpu.Start(ctx, path, device, gpu.Options{Memory: 64 << 20})
	if err != nil {
		return GPU{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	run, err := p.Run(ctx, gemm.Challenge{Node: []byte("doctor"), N: 1024}, time.Now().Add(about), 0)
	if err != nil {
		return GPU{}, err
	}
	info := p.Info()
	return GPU{Name: info.Name, Memory: info.Memory, GOPS: run.GOPS()}, nil
}
