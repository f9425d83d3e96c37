// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
)

// Row is one kernel's speed. Times are CPU time per step, in ns.
type Row struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// Native is the program of the same source; no rounds where it was not built.
	Native measure.Stat `json:"native_ns"`
	// Raw is the module as the compiler left it.
	Raw measure.Stat `json:"raw_ns"`
	// Metered is the instrumented module, on the same engine.
	Metered measure.Stat `json:"metered_ns"`
	// MeteredRaw and RawNative are ratios of the turns of each round.
	MeteredRaw measure.Stat `json:"metered_to_raw"`
	RawNative  measure.Stat `json:"raw_to_native"`
	// Gas of a step.
	Gas float64 `json:"gas"`
	// GasPerSecond is the gas of a second of CPU.
	GasPerSecond measure.Stat `json:"gas_per_cpu_second"`
}

// The contenders, in the order of their turns.
const (
	native = iota
	raw
	metered
	contenders
)

// team are the contenders of one module; nil where one is missing.
type team [contenders]contender

func newTeam(ctx context.Context, b built) (t team, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("kernel %s: %w", b.kernels[0].Name, err), t.close(ctx))
		}
	}()
	code, err := instrument(b.wasm)
	if err != nil {
		return t, err
	}
	for i, bytes := range map[int][]byte{raw: b.wasm, metered: code} {
		one, err := newInstance(ctx, bytes)
		if err != nil {
			return t, err
		}
		t[i] = one
	}
	if b.native != "" {
		one, err := startProgram(ctx, b.native)
		if err != nil {
			return t, err
		}
		t[native] = one
	}
	return t, nil
}

func (t team) close(ctx context.Context) (err error) {
	for _, c := range t {
		if c != nil {
			err = errors.Join(err, c.close(ctx))
		}
	}
	return err
}

// racer is a kernel and what its contenders did.
type racer struct {
	Kernel
	team team
	n    uint32 // steps of a turn
	cpu  [contenders][]float64
	// gas of a step. In Go it differs from turn to turn, with the collections in it.
	gas []float64
}

// size finds the number of steps that takes the raw module about as long as a
// turn, and warms all contenders up.
func (r *racer) size(ctx context.Context, long time.Duration) error {
	for r.n = 1; ; r.n *= 2 {
		t, err := r.team[raw].run(ctx, r.Kernel, r.n)
		if err != nil {
			return err
		}
		if t.cpu > long/4 {
			r.n = max(1, uint32(float64(r.n)*float64(long)/float64(t.cpu)))
			break
		}
	}
	return r.round(ctx, false)
}

// round lets every contender have its turn. Those of C must agree on what they
// computed; in Go one collection makes room first, so that none pays for another.
func (r *racer) round(ctx context.Context, count bool) error {
	var sums []uint64
	for i, c := range r.team {
		if c == nil {
			continue
		}
		runtime.GC()
		t, err := c.run(ctx, r.Kernel, r.n)
		if err != nil {
			return fmt.Errorf("kernel %s: %w", r.Name, err)
		}
		sums = append(sums, t.sum)
		if !count {
			continue
		}
		r.cpu[i] = append(r.cpu[i], float64(t.cpu)/float64(r.n))
		if i == metered {
			r.gas = append(r.gas, float64(t.gas)/float64(r.n))
		}
	}
	if same := slices.Compact(sums); len(same) > 1 {
		return fmt.Errorf("kernel %s: checksums differ: %x", r.Name, same)
	}
	return nil
}

func (r *racer) row() Row {
	return Row{
		Name: r.Name, Kind: r.Kind, Gas: measure.NewStat(r.gas).Median,
		Native: measure.NewStat(r.cpu[native]), Raw: measure.NewStat(r.cpu[raw]), Metered: measure.NewStat(r.cpu[metered]),
		MeteredRaw: ratios(r.cpu[metered], r.cpu[raw]), RawNative: ratios(r.cpu[raw], r.cpu[native]),
		GasPerSecond: perSecond(ratios(r.gas, r.cpu[metered])),
	}
}

// perSecond is a rate that is given per ns.
func perSecond(s measure.Stat) measure.Stat {
	s.Median, s.Min, s.Max = s.Median*1e9, s.Min*1e9, s.Max*1e9
	return s
}

// ratios of a to b, round by round.
func ratios(a, b []float64) measure.Stat {
	var values []float64
	for i := range b {
		values = append(values, a[i]/b[i])
	}
	return measure.NewStat(values)
}

// speed runs all kernels: each contender of each kernel has one turn in a round.
func speed(ctx context.Context, done []built, rounds int, long time.Duration) (_ []Row, err error) {
	// The engine's garbage is not what is measured.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var racers []*racer
	for _, b := range done {
		t, err := newTeam(ctx, b)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, t.close(ctx)) }()
		for _, k := range b.kernels {
			r := &racer{Kernel: k, team: t}
			if err := r.size(ctx, long); err != nil {
				return nil, fmt.Errorf("kernel %s: %w", k.Name, err)
			}
			racers = append(racers, r)
		}
	}
	for range rounds {
		for _, r := range racers {
			if err := errors.Join(ctx.Err(), r.round(ctx, true)); err != nil {
				return nil, err
			}
		}
	}
	rows := make([]Row, len(racers))
	for i, r := range racers {
		rows[i] = r.row()
	}
	return rows, nil
}

// spread is the greatest gas per second over the least, of kernels that a test holds for.
func spread(rows []Row, of func(Row) bool) (ratio float64, least, most string) {
	var low, high float64
	for _, r := range rows {
		rate := r.GasPerSecond.Median
		if !of(r) || rate == 0 {
			continue
		}
		if low == 0 || rate < low {
			low, least = rate, r.Name
		}
		if rate > high {
			high, most = rate, r.Name
		}
	}
	if low == 0 {
		return 0, "", ""
	}
	return high / low, least, most
}

// scaled is a rate in thousands of millions.
func scaled(s measure.Stat) measure.Stat {
	s.Median, s.Min, s.Max = s.Median/1e9, s.Min/1e9, s.Max/1e9
	return s
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
