// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cpu

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openmesh-network/openmesh/x/por/corechain"
)

// DefaultMaxBytes is how much Run keeps at most if Job does not say: enough for 64
// lanes over five minutes.
const DefaultMaxBytes = 1 << 30

// ErrTooLarge says that a job needs more memory than Job.MaxBytes.
var ErrTooLarge = errors.New("window needs more memory than allowed")

// Job is the work of one window.
type Job struct {
	Spec      corechain.Spec
	Challenge corechain.Challenge
	// Lanes is the number of lanes, 1 to corechain.MaxLanes.
	Lanes int
	// Segments is how many segments each lane makes, and none more.
	Segments uint64
	// Deadline is when lanes stop with what they have, after the segment that they
	// are at and with one at least; zero is never.
	Deadline time.Time
	// MaxBytes bounds what is kept; 0 is DefaultMaxBytes.
	MaxBytes uint64
	// Progress, if it is not nil, is told the segments made, of how many, a few
	// times a second and at the end, by one goroutine.
	Progress func(done, total uint64)
}

// Validate checks a job's ranges.
func (j Job) Validate() error {
	if err := errors.Join(j.Spec.Validate(), j.Challenge.Validate()); err != nil {
		return err
	}
	if j.Lanes < 1 || j.Lanes > corechain.MaxLanes || j.Segments < 1 || j.Segments > corechain.MaxSegments {
		return fmt.Errorf("%d lanes of %d segments: want 1 to %d of 1 to %d", j.Lanes, j.Segments, corechain.MaxLanes, uint64(corechain.MaxSegments))
	}
	most := j.MaxBytes
	if most == 0 {
		most = DefaultMaxBytes
	}
	if need := uint64(j.Lanes) * j.Segments * corechain.StateSize; need > most {
		return fmt.Errorf("%w: %d bytes for %d segments on %d lanes, at most %d", ErrTooLarge, need, j.Segments, j.Lanes, most)
	}
	return nil
}

// Run does a job. It returns when every lane has its segments or the deadline has
// passed, with the record to commit to and to reveal from, or when ctx ends, with
// its error and nothing else. All lanes have ended by then.
func Run(ctx context.Context, job Job) (*corechain.Record, error) {
	if err := job.Validate(); err != nil {
		return nil, fmt.Errorf("core chains: %w", err)
	}
	record := &corechain.Record{Spec: job.Spec, Challenge: job.Challenge, Ends: make([][]corechain.State, job.Lanes)}
	var done atomic.Uint64
	var lanes sync.WaitGroup
	for lane := range record.Ends {
		lanes.Go(func() {
			// Its thread ends with it: nothing else is on a thread that a lane had.
			runtime.LockOSThread()
			record.Ends[lane] = job.lane(ctx, uint32(lane), &done)
		})
	}
	ended := make(chan struct{})
	go func() {
		lanes.Wait()
		close(ended)
	}()
	job.report(ended, &done)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("core chains: %w", err)
	}
	return record, nil
}

// report tells the progress until all lanes have ended.
func (j Job) report(ended <-chan struct{}, done *atomic.Uint64) {
	if j.Progress == nil {
		<-ended
		return
	}
	total := uint64(j.Lanes) * j.Segments
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			j.Progress(done.Load(), total)
			return
		case <-tick.C:
			j.Progress(done.Load(), total)
		}
	}
}

// lane makes the segments of one lane.
func (j Job) lane(ctx context.Context, lane uint32, done *atomic.Uint64) []corechain.State {
	ends := make([]corechain.State, 0, j.Segments)
	stepper := corechain.NewStepper(j.Spec.Function)
	var x corechain.State
	for segment := range j.Segments {
		x = j.Challenge.Begin(j.Spec.Function, lane, segment, x)
		stepper.Run(&x, j.Spec.Interval)
		ends = append(ends, x)
		done.Add(1)
		if ctx.Err() != nil || !j.Deadline.IsZero() && !time.Now().Before(j.Deadline) {
			break
		}
	}
	return ends
}
