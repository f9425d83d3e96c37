// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cpu

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/kernels"
)

var (
	spec      = corechain.Spec{Function: corechain.SHA256, Interval: 20}
	challenge = corechain.Challenge{Seed: [32]byte{1}, Operator: []byte("operator"), Window: 7}
)

func seed(n int) (s [32]byte) {
	binary.BigEndian.PutUint64(s[:], uint64(n))
	return s
}

// verify goes through a window's end: commit, draw, open, verify.
func verify(t testing.TB, r *corechain.Record, c corechain.Commitment, draw [32]byte, samples int) error {
	t.Helper()
	drawn, err := corechain.Draw(draw, r.Challenge, c, samples)
	if err != nil {
		t.Fatal(err)
	}
	reveals, err := r.Open(drawn)
	if err != nil {
		t.Fatal(err)
	}
	_, err = corechain.Verify(r.Spec, r.Challenge, c, drawn, corechain.EncodeProof(reveals))
	return err
}

func TestLanesMakeWhatIsAskedForAndNoMore(t *testing.T) {
	t.Parallel()
	for _, f := range corechain.Functions {
		job := Job{Spec: corechain.Spec{Function: f, Interval: 1}, Challenge: challenge, Lanes: 3, Segments: 5}
		var done, total uint64
		job.Progress = func(d, n uint64) { done, total = d, n }
		got, err := Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		if done != 15 || total != 15 {
			t.Errorf("progress ends at %d of %d", done, total)
		}
		want, err := corechain.Compute(job.Spec, challenge, []uint64{5, 5, 5})
		if err != nil {
			t.Fatal(err)
		}
		for lane := range want.Ends {
			if !slices.Equal(got.Ends[lane], want.Ends[lane]) {
				t.Errorf("%v: lane %d differs from the reference", f, lane)
			}
		}
		c, err := got.Commit()
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(t, got, c, seed(1), 4); err != nil {
			t.Errorf("%v: %v", f, err)
		}
	}
}

func TestTheDeadlineEndsAWindowWithWhatThereIs(t *testing.T) {
	t.Parallel()
	job := Job{Spec: spec, Challenge: challenge, Lanes: 4, Segments: 1 << 20, Deadline: time.Now().Add(-time.Second)}
	r, err := Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	for lane, ends := range r.Ends {
		if len(ends) != 1 {
			t.Errorf("lane %d has %d segments", lane, len(ends))
		}
	}
	c, err := r.Commit()
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(t, r, c, seed(1), 4); err != nil {
		t.Error(err)
	}
}

func TestACancelledWindowIsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	job := Job{Spec: spec, Challenge: challenge, Lanes: 2, Segments: 1 << 23}
	job.Progress = func(uint64, uint64) { cancel() }
	if r, err := Run(ctx, job); r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", r, err)
	}
}

func TestJobsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	good := Job{Spec: spec, Challenge: challenge, Lanes: 2, Segments: 2}
	for name, change := range map[string]func(*Job){
		"no lanes":          func(j *Job) { j.Lanes = 0 },
		"too many lanes":    func(j *Job) { j.Lanes = corechain.MaxLanes + 1 },
		"no segments":       func(j *Job) { j.Segments = 0 },
		"too many segments": func(j *Job) { j.Segments = math.MaxUint64 },
		"too much memory":   func(j *Job) { j.Segments = DefaultMaxBytes/64 + 1 },
		"a small allowance": func(j *Job) { j.MaxBytes = 127 },
		"no interval":       func(j *Job) { j.Spec.Interval = 0 },
		"no operator":       func(j *Job) { j.Challenge.Operator = nil },
	} {
		job := good
		change(&job)
		if _, err := Run(t.Context(), job); err == nil {
			t.Errorf("%s: runs", name)
		}
	}
	good.MaxBytes = 128
	if _, err := Run(t.Context(), good); err != nil {
		t.Error(err)
	}
}

// cheat replaces n of a record's segments, spread evenly, by invented ends that the
// next segments honestly go on from: the least work that is worth faking.
func cheat(r *corechain.Record, percent int) {
	stepper := corechain.NewStepper(r.Spec.Function)
	for lane := range r.Ends {
		var x corechain.State
		for k := range r.Ends[lane] {
			if (k+1)*percent/100 > k*percent/100 {
				x = seed(lane<<32 | k)
			} else {
				x = r.Challenge.Begin(r.Spec.Function, uint32(lane), uint64(k), x)
				stepper.Run(&x, r.Spec.Interval)
			}
			r.Ends[lane][k] = x
		}
	}
}

func TestP7_ALaneThatFakesSegmentsIsCaughtAsTheFormulaSays(t *testing.T) {
	t.Parallel()
	const windows, samples = 1000, 4
	for _, percent := range []int{5, 10, 20, 50} {
		t.Run(fmt.Sprintf("%d %% fake", percent), func(t *testing.T) {
			t.Parallel()
			r, err := Run(t.Context(), Job{Spec: spec, Challenge: challenge, Lanes: 2, Segments: 200})
			if err != nil {
				t.Fatal(err)
			}
			cheat(r, percent)
			c, err := r.Commit()
			if err != nil {
				t.Fatal(err)
			}
			caught := 0
			for w := range windows {
				switch err := verify(t, r, c, seed(w), samples); {
				case errors.Is(err, corechain.ErrMismatch):
					caught++
				case err != nil:
					t.Fatal(err)
				}
			}
			q := 1 - math.Pow(1-float64(percent)/100, samples)
			// Four standard deviations, and one in a hundred for drawing without
			// putting back.
			margin := 4*math.Sqrt(q*(1-q)*windows) + windows/100
			if math.Abs(float64(caught)-q*windows) > margin {
				t.Errorf("caught in %d windows of %d, the formula says %.0f", caught, windows, q*windows)
			}
		})
	}
}

// A machine whose cores make so many segments in a window, registered k times with
// the same window, has to share them: no chain serves two operators.
func TestP2_AMachineUnderSeveralNamesHasItsRateOnce(t *testing.T) {
	t.Parallel()
	const cores, perCore, elapsed = 4, 240, 30_000
	// The reference is a core of this machine, and a lane counts from a half on.
	reference := uint64(perCore) * spec.Interval * 1000 / elapsed
	rating := corechain.Rating{Reference: reference, MinLane: reference / 2}
	for _, k := range []int{1, 2, 4} {
		for _, share := range []struct {
			name     string
			lanes    int
			segments uint64
			want     uint64 // of one name
		}{
			{"cores are divided", cores / k, perCore, uint64(cores / k * 1000)},
			{"time is divided", cores, uint64(perCore / k), map[int]uint64{1: 4000, 2: 2000, 4: 0}[k]},
		} {
			var total uint64
			for name := range k {
				ch := challenge
				ch.Operator = fmt.Appendf(nil, "name %d", name)
				r, err := Run(t.Context(), Job{Spec: spec, Challenge: ch, Lanes: share.lanes, Segments: share.segments})
				if err != nil {
					t.Fatal(err)
				}
				c, err := r.Commit()
				if err != nil {
					t.Fatal(err)
				}
				if err := verify(t, r, c, seed(name), 4); err != nil {
					t.Fatal(err)
				}
				rate, err := rating.Rate(spec, c, elapsed)
				if err != nil {
					t.Fatal(err)
				}
				if rate.Millis != share.want {
					t.Errorf("%s by %d: %d millis, want %d", share.name, k, rate.Millis, share.want)
				}
				total += rate.Millis
			}
			if total > cores*1000 {
				t.Errorf("%s by %d: %d millis together", share.name, k, total)
			}
		}
	}
}

func TestP1_TheRecordOfOneNameIsNoProofForAnother(t *testing.T) {
	t.Parallel()
	r, err := Run(t.Context(), Job{Spec: spec, Challenge: challenge, Lanes: 1, Segments: 4})
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Commit()
	if err != nil {
		t.Fatal(err)
	}
	r.Challenge.Operator = []byte("another")
	if err := verify(t, r, c, seed(1), 4); !errors.Is(err, corechain.ErrMismatch) {
		t.Error(err)
	}
}

func TestMeasureWithoutASandbox(t *testing.T) {
	t.Parallel()
	for _, f := range corechain.Functions {
		speed, err := Measure(t.Context(), f, 2, time.Millisecond, nil)
		if err != nil {
			t.Fatal(err)
		}
		if speed.Sandboxed || speed.Slowest() == 0 || speed.Steps < speed.Slowest() || speed.Gas != speed.Steps*f.Gas() {
			t.Errorf("%+v", speed)
		}
	}
	if _, err := Measure(t.Context(), 99, 1, time.Second, nil); err == nil {
		t.Error("an unknown function is measured")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(ctx, corechain.SHA256, 1, time.Hour, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestMeasureRefusesARunnerThatComputesSomethingElse(t *testing.T) {
	t.Parallel()
	if _, err := Measure(t.Context(), corechain.Mix, 1, time.Millisecond, liar{}); !errors.Is(err, ErrWrongSteps) {
		t.Error(err)
	}
}

// liar returns a state that is not the kernel's.
type liar struct{}

func (liar) RunKernel(context.Context, kernels.Kernel, kernels.State, uint32) (kernels.State, time.Duration, error) {
	return kernels.State{}, time.Millisecond, nil
}
