// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

// How much and how long dry runs measure.
const (
	dryPlot   = 256 << 20
	dryMemory = 256 << 20
	dryTime   = 700 * time.Millisecond
	gpuTime   = 5 * time.Second
)

const claimLess = "claim what it does (`opend tx workers update-xnode`), or find what else runs: top"

// proveStorage: the plot proves a part of itself, fast enough for all of it.
func proveStorage(ctx context.Context, e *Exam) []Finding {
	claims, terms, f := e.claimed(ctx)
	if f != nil {
		return f
	}
	if claims.StorageBytes == 0 || terms.Storage.Mode == "" || terms.Storage.Mode == "off" {
		return skip("no storage is claimed that has to be proved")
	}
	cfg, _ := e.cfg()
	dir := e.PlotDir(cfg)
	units := terms.Storage.Units(claims.StorageBytes)
	status, report, err := e.Plot(ctx, dir, dryPlot)
	switch {
	case errors.Is(err, plot.ErrInUse):
		return good("the running daemon has the plot open, %s of it on the disk; `xworker status` tells the rest", Amount("storage", measure.Occupied(dir)))
	case errors.Is(err, plot.ErrNone), errors.Is(err, plot.ErrNotReady):
		rate, err := e.Plotting(ctx, terms.Storage.N, runtime.GOMAXPROCS(0), dryTime)
		if err != nil {
			return skip("making cells could not be measured: %v", err)
		}
		left := time.Duration(float64(units*terms.Storage.PlotBytes-status.Filled) / float64(max(rate, 1)) * float64(time.Second))
		return []Finding{warn(fmt.Sprintf("there is no plot yet that can be proved; at %.0f MB a second it takes %s", float64(rate)/1e6, left.Round(time.Second)),
			"storage counts when it is proved", "nothing: the daemon makes it; or now: xworker plot make --home "+e.Home)}
	case err != nil:
		return []Finding{fail(fmt.Sprintf("the plot in %s does not prove itself: %v", dir, err), "its windows would be missed", "xworker plot verify --home "+e.Home+"; `smartctl -a` of the disk")}
	}
	rate := float64(report.Scanned) / max(report.Took.Seconds(), 1e-9)
	proven := min(status.Units*terms.Storage.UnitBytes, claims.StorageBytes)
	out := Finding{Level: OK, Claimed: claims.StorageBytes, Measured: proven,
		What: fmt.Sprintf("%d of %d units of the plot are made; %.0f MB a second are proved", status.Units, units, rate/1e6)}
	whole := float64(units*terms.Storage.PlotBytes) / rate
	switch {
	case terms.Storage.Seconds > 0 && whole > terms.Storage.Seconds:
		out.Level, out.Why = Failure, fmt.Sprintf("all of it takes %.0f s, a window is open for %.0f s", whole, terms.Storage.Seconds)
		out.Fix = "claim less storage, or use a faster disk"
	case status.Units < units:
		out.Level, out.Why = Warning, "the rest of the claim does not count yet"
		out.Fix = "nothing: the daemon makes the rest; or now: xworker plot make --home " + e.Home
	}
	return []Finding{out}
}

// proveCPU: all claimed cores together compute what the chain counts as that much.
func proveCPU(ctx context.Context, e *Exam) []Finding {
	claims, terms, f := e.claimed(ctx)
	if f != nil {
		return f
	}
	if claims.CPUMillis == 0 || terms.CPU.Mode == "" || terms.CPU.Mode == "off" {
		return skip("no processors are claimed that have to be proved")
	}
	lanes := int((claims.CPUMillis + 999) / 1000)
	if terms.CPU.MaxLanes > 0 {
		lanes = min(lanes, int(terms.CPU.MaxLanes))
	}
	var out []Finding
	for _, fn := range terms.CPU.Functions {
		speed, err := e.Processors(ctx, fn.Function, lanes, dryTime)
		if err != nil {
			out = append(out, fail(fmt.Sprintf("function %d cannot be computed: %v", fn.Function, err), "its windows would be missed", "update xworker"))
			continue
		}
		out = append(out, judgeCPU(speed, fn, claims.CPUMillis, e.running() != nil))
	}
	return out
}

func judgeCPU(speed measure.CPU, fn chain.CPUFunction, claimed uint64, running bool) Finding {
	millis := min(uint64(float64(speed.Steps)*1000/float64(max(fn.CoreSteps, 1))), uint64(speed.Lanes)*1000)
	f := Finding{Level: OK, Claimed: claimed, Measured: millis}
	f.What = fmt.Sprintf("%s: %d lanes compute %d steps a second, which the chain counts as %s of %s claimed",
		speed.Function, speed.Lanes, speed.Steps, Amount("cpu", millis), Amount("cpu", claimed))
	switch {
	case speed.Slowest < fn.MinLaneSteps:
		f.Level = Failure
		f.Why = fmt.Sprintf("the slowest lane computes %d steps a second; one below %d does not count at all", speed.Slowest, fn.MinLaneSteps)
		f.Fix = claimLess
	case millis < claimed:
		f.Level, f.Why, f.Fix = Warning, "the rest of the claim is not verified", claimLess
	}
	if f.Level != OK && running {
		f.Fix += "; the daemon's own tasks slow this measurement down: `xworker drain` before it"
	}
	return f
}

// proveMemory: a part of the claim can be taken, filled and walked over in time.
func proveMemory(ctx context.Context, e *Exam) []Finding {
	claims, terms, f := e.claimed(ctx)
	if f != nil {
		return f
	}
	if mode := terms.Modes["memory"]; claims.MemoryBytes == 0 || mode == "" || mode == "off" {
		return skip("no memory is claimed that has to be proved")
	}
	m, err := e.Walk(ctx, min(claims.MemoryBytes, dryMemory))
	if err != nil {
		return []Finding{fail(fmt.Sprintf("%s of memory cannot be taken: %v", Amount("memory", min(claims.MemoryBytes, dryMemory)), err), "memory has to be held to be proved", "stop what else uses it (`ps aux --sort=-rss | head`), or claim less")}
	}
	text := fmt.Sprintf("%s filled at %.0f MB a second; a step of the walk takes %s, %s are allowed", Amount("memory", m.Bytes), float64(m.FillPerSecond)/1e6, m.Step, m.Allowed)
	switch {
	case m.Step > m.Allowed:
		return []Finding{warn(text, "verifiers take it for memory that is not there", "find what else uses memory or processors (top); a machine that swaps is too slow")}
	case !m.Locked:
		return []Finding{warn(text+"; it is not kept out of swap", "a walk over swapped memory is too slow", "LimitMEMLOCK=infinity in the service's unit, or `swapoff -a`")}
	}
	return good("%s", text)
}

// proveGPU: the devices are there and agree with the processor bit by bit.
func proveGPU(ctx context.Context, e *Exam) []Finding {
	claims, f := e.claims(ctx)
	if f != nil {
		return f
	}
	if claims.GPUs == 0 {
		return skip("no GPUs are claimed")
	}
	cfg, _ := e.cfg()
	m := e.look(ctx)
	g, err := e.Device(ctx, e.GPUProgram(cfg), 0, gpuTime)
	switch {
	case errors.Is(err, gpu.ErrNone):
		return []Finding{fail(fmt.Sprintf("%d GPUs are claimed, and none can be used: %v", claims.GPUs, err), "they can not be proved", "install "+gpu.ProgramName+" beside xworker (`make gpu`) and NVIDIA's driver (`nvidia-smi`), or claim none")}
	case err != nil:
		return []Finding{fail(fmt.Sprintf("the first GPU does not prove itself: %v", err), "a device that disagrees with the processor fails its windows", "`nvidia-smi -q` for errors of its memory; "+gpu.ProgramName+" check")}
	case uint64(len(m.GPUs)) < claims.GPUs:
		return []Finding{{Level: Failure, Claimed: claims.GPUs, Measured: uint64(len(m.GPUs)),
			What: fmt.Sprintf("%d GPUs are claimed, %d are there", claims.GPUs, len(m.GPUs)), Why: "what is not there cannot be proved", Fix: "`nvidia-smi -L`; or claim less"}}
	}
	return []Finding{{Level: OK, Claimed: claims.GPUs, Measured: uint64(len(m.GPUs)),
		What: fmt.Sprintf("%s agrees with the processor; %d GOPS in small products", g.Name, g.GOPS)}}
}
