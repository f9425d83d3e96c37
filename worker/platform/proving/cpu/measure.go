// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cpu

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/kernels"
)

// Speed is what this machine was measured to do.
type Speed struct {
	// Function is what was computed.
	Function corechain.Function
	// Sandboxed says whether the sandbox computed it.
	Sandboxed bool
	// Lanes is the steps a second of each lane, all working at once.
	Lanes []uint64
	// Steps is their sum.
	Steps uint64
	// Gas is Steps in gas a second; 0 for SHA-256.
	Gas uint64
}

// Slowest is the steps a second of the slowest lane.
func (s Speed) Slowest() uint64 {
	var least uint64
	for i, n := range s.Lanes {
		if i == 0 || n < least {
			least = n
		}
	}
	return least
}

// KernelRunner takes steps of a kernel as a task does: Sandbox, or a test's.
type KernelRunner interface {
	// RunKernel takes n steps of k from x on and says how long they took, without
	// what it costs to start.
	RunKernel(ctx context.Context, k kernels.Kernel, x kernels.State, n uint32) (kernels.State, time.Duration, error)
}

// ErrWrongSteps says that a runner's steps are not the kernel's: this machine or
// its sandbox is broken.
var ErrWrongSteps = errors.New("sandbox and verifier differ on a kernel")

// Measure measures so many lanes, all at once, for about so long. A kernel is run
// by the runner, where there is one, and checked; everything else, and everything
// without a runner, by this process.
func Measure(ctx context.Context, f corechain.Function, lanes int, about time.Duration, runner KernelRunner) (Speed, error) {
	if f.Interval() == 0 || lanes < 1 || lanes > corechain.MaxLanes || about <= 0 {
		return Speed{}, fmt.Errorf("measure %v on %d lanes for %v: out of range", f, lanes, about)
	}
	speed := Speed{Function: f, Sandboxed: runner != nil && f.Gas() > 0, Lanes: make([]uint64, lanes)}
	errs := make([]error, lanes)
	var wait sync.WaitGroup
	for lane := range lanes {
		wait.Go(func() {
			runtime.LockOSThread()
			if speed.Sandboxed {
				speed.Lanes[lane], errs[lane] = sandboxed(ctx, f, uint32(lane), about, runner)
			} else {
				speed.Lanes[lane] = native(ctx, f, uint32(lane), about)
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errors.Join(errs...), ctx.Err()); err != nil {
		return Speed{}, fmt.Errorf("measure %v: %w", f, err)
	}
	for _, n := range speed.Lanes {
		speed.Steps += n
	}
	speed.Gas = speed.Steps * f.Gas()
	return speed, nil
}

// native is the steps a second that this process takes.
func native(ctx context.Context, f corechain.Function, lane uint32, about time.Duration) uint64 {
	stepper := corechain.NewStepper(f)
	x := corechain.Challenge{}.Begin(f, lane, 0, corechain.State{})
	stepper.Run(&x, 1) // allocates
	var steps uint64
	start := time.Now()
	for time.Since(start) < about && ctx.Err() == nil {
		stepper.Run(&x, f.Interval())
		steps += f.Interval()
	}
	return perSecond(steps, time.Since(start))
}

// sandboxed is the steps a second that a runner takes: of runs that grow until one
// takes at least half of the time. The first is checked.
func sandboxed(ctx context.Context, f corechain.Function, lane uint32, about time.Duration, runner KernelRunner) (uint64, error) {
	const few, most, growth = 16, 1 << 24, 16
	k := f.Kernel()
	x := corechain.Challenge{}.Begin(f, lane, 0, corechain.State{})
	for steps := uint64(few); ; {
		got, took, err := runner.RunKernel(ctx, k, x, uint32(steps))
		if err != nil {
			return 0, err
		}
		if steps == few {
			want := x
			var m kernels.Machine
			if m.Run(k, &want, few); got != want {
				return 0, fmt.Errorf("%w: %v", ErrWrongSteps, k)
			}
		}
		if took >= about/2 || steps >= most {
			return perSecond(steps, took), nil
		}
		steps *= uint64(min(max(about/max(took, 1), 2), growth)) // a short run's time is mostly noise
	}
}

func perSecond(steps uint64, took time.Duration) uint64 {
	return steps * uint64(time.Second) / uint64(max(took, 1))
}
