// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"context"
	"sync"
	"time"
)

// Progress is how far something is.
type Progress struct {
	Done, Total uint64        // bytes
	Rate        float64       // bytes a second, since the operation began, pauses left out
	Left        time.Duration // how long it will take at that rate; 0 while there is none
}

// pace holds Fill and Scrub back. Pause, Resume and SetDuty may be called at any time.
type pace struct {
	state  sync.Mutex
	duty   int           // percent
	paused chan struct{} // closed by Resume; nil while not paused
	stood  time.Duration // in pauses, so far
}

// Pause makes Fill and Scrub stand still after the piece they are at, some milliseconds later.
func (p *pace) Pause() {
	p.state.Lock()
	defer p.state.Unlock()
	if p.paused == nil {
		p.paused = make(chan struct{})
	}
}

// Resume lets them go on.
func (p *pace) Resume() {
	p.state.Lock()
	defer p.state.Unlock()
	if p.paused != nil {
		close(p.paused)
		p.paused = nil
	}
}

// SetDuty says how much of the time Fill and Scrub work: 1 to 100 percent.
func (p *pace) SetDuty(percent int) {
	p.state.Lock()
	defer p.state.Unlock()
	p.duty = min(max(percent, 1), 100)
}

func (p *pace) isPaused() bool {
	p.state.Lock()
	defer p.state.Unlock()
	return p.paused != nil
}

// stoodFor is how long work stood still in pauses, so far.
func (p *pace) stoodFor() time.Duration {
	p.state.Lock()
	defer p.state.Unlock()
	return p.stood
}

// rest is called after a piece of work that took so long. It waits as long as the duty cycle
// and a pause ask for, and returns early, with an error, if ctx ends.
func (p *pace) rest(ctx context.Context, busy time.Duration) error {
	p.state.Lock()
	idle := busy * time.Duration(100-p.duty) / time.Duration(p.duty)
	paused := p.paused
	p.state.Unlock()
	if idle > 0 {
		timer := time.NewTimer(idle)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if paused != nil {
		since := time.Now()
		select {
		case <-paused:
		case <-ctx.Done():
		}
		p.state.Lock()
		p.stood += time.Since(since)
		p.state.Unlock()
	}
	return context.Cause(ctx)
}

// meter makes Progress out of bytes.
type meter struct {
	total, before uint64
	start         time.Time
	stood         func() time.Duration // time in pauses, which does not count
	stoodBefore   time.Duration
	report        func(Progress)
}

// newMeter measures from now on; before is what was done already. stood may be nil.
func newMeter(before, total uint64, report func(Progress), stood func() time.Duration) *meter {
	if stood == nil {
		stood = func() time.Duration { return 0 }
	}
	return &meter{total: total, before: before, start: time.Now(), stood: stood, stoodBefore: stood(), report: report}
}

// at reports that done bytes are done.
func (m *meter) at(done uint64) {
	progress := Progress{Done: done, Total: m.total}
	seconds := (time.Since(m.start) - (m.stood() - m.stoodBefore)).Seconds()
	if seconds > 0 && done > m.before {
		progress.Rate = float64(done-m.before) / seconds
		progress.Left = time.Duration(float64(m.total-done) / progress.Rate * float64(time.Second))
	}
	m.report(progress)
}
