// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// States of the plot.
const (
	stateNone    = "none"
	stateFilling = "filling"
	statePaused  = "paused"
	stateFull    = "full"
	stateWaiting = "waiting"
	stateFailed  = "failed"
)

const (
	// retryPlot is the pause after something went wrong with the plot.
	retryPlot = time.Minute
	// retryBusy is the pause where somebody is at work on it for a moment.
	retryBusy = time.Second
	// scrubCells are checked after a window in which the plot had wrong ones.
	scrubCells = 1024
	// tellEvery is the share of the plot, in percent, after which a line is logged.
	tellEvery = 10
)

// target is the plot that shall be.
type target struct {
	key                  cellpost.Key
	costN                uint32
	unitCells, unitBytes uint64
	units, least         uint64 // of the claim
}

func (t target) cells() uint64 { return t.units * t.unitCells }

// plotter keeps a plot as it shall be, in a goroutine of its own, which runs from
// the first target on.
type plotter struct {
	cfg  Config
	log  *slog.Logger
	free func(dir string) (uint64, error)

	ctx    context.Context
	cancel context.CancelFunc
	ended  sync.WaitGroup
	wake   chan struct{}

	mu      sync.Mutex // guards what follows
	goal    target
	begun   bool
	plot    *plot.Plot
	stop    context.CancelCauseFunc // of the operation under way
	percent int
	status  message.PlotStatus
	told    uint64
	rate    float64 // bytes a second of the last long scan
	suspect bool
}

var errChanged = errors.New("the plot shall be another one")

func newPlotter(cfg Config, log *slog.Logger) *plotter {
	p := &plotter{
		cfg: cfg, log: log, free: plot.Free, wake: make(chan struct{}, 1), percent: cfg.PlotCPUPercent,
		status: message.PlotStatus{Dir: cfg.PlotDir, State: stateNone},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// want says what the plot shall be; the first time it begins to work.
func (p *plotter) want(t target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil || p.begun && t == p.goal {
		return
	}
	p.goal = t
	p.status.TargetBytes = t.cells() * cellpost.CellBytes
	if !p.begun {
		p.begun = true
		p.ended.Go(p.run)
		return
	}
	p.kick()
}

// kick ends what the plotter does, so that it looks anew. The caller holds mu.
func (p *plotter) kick() {
	if p.stop != nil {
		p.stop(errChanged)
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// pace says how much of the time the plot may be worked on; 0 is a pause.
func (p *plotter) pace(percent int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.percent = percent
	p.keepPace()
}

// keepPace hands the pace on. The caller holds mu.
func (p *plotter) keepPace() {
	if p.plot == nil {
		return
	}
	if p.percent == 0 {
		p.plot.Pause()
		return
	}
	p.plot.SetDuty(p.percent)
	p.plot.Resume()
}

// open is the plot, where there is one, and how it is.
func (p *plotter) open() (*plot.Plot, message.PlotStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.status
	if p.plot != nil {
		now := p.plot.Status()
		s.Bytes = now.Filled
		if p.goal.unitCells > 0 {
			s.Units = now.Units / p.goal.unitCells
			s.ProvenBytes = s.Units * p.goal.unitBytes
		}
		if s.State == stateFilling && now.Paused {
			s.State = statePaused
		}
	}
	return p.plot, s
}

// scanRate is how many bytes a second a scan was seen to read; 0 while unknown.
func (p *plotter) scanRate() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rate
}

// scanned takes what a scan has found out.
func (p *plotter) scanned(r plot.Report) {
	const enough = 64 << 20 // less says nothing about a disk
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Scanned >= enough && r.Took > 0 {
		p.rate = float64(r.Scanned) / r.Took.Seconds()
	}
	if r.Wrong > 0 || r.Skipped > 0 {
		p.log.Warn("the plot has wrong cells, they are made again", "labels", r.Wrong, "unreadable", r.Skipped, "err", r.ReadError)
		p.suspect = true
		p.kick()
	}
}

// close ends the work and gives the plot back.
func (p *plotter) close() error {
	p.mu.Lock()
	p.cancel()
	begun := p.begun
	p.mu.Unlock()
	if !begun {
		return nil
	}
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plot == nil {
		return nil
	}
	err := p.plot.Close()
	p.plot = nil
	return err
}

// run makes the plot what it shall be, again and again.
func (p *plotter) run() {
	for {
		p.mu.Lock()
		goal := p.goal
		ctx, stop := context.WithCancelCause(p.ctx)
		p.stop = stop
		p.mu.Unlock()
		pause, err := p.make(ctx, goal)
		stop(nil)
		p.settle(err)
		var again <-chan time.Time
		var timer *time.Timer
		if pause > 0 {
			timer = time.NewTimer(pause)
			again = timer.C
		}
		select {
		case <-p.ctx.Done():
			return
		case <-p.wake:
		case <-again:
		}
		if timer != nil {
			timer.Stop()
		}
	}
}

// settle shows how an attempt ended.
func (p *plotter) settle(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status.Rate, p.status.Left = 0, 0
	switch {
	case p.ctx.Err() != nil, errors.Is(err, errChanged):
	case err == nil:
		p.status.State, p.status.Error = stateFull, ""
	case errors.Is(err, plot.ErrBusy):
		p.status.State = stateWaiting
	default:
		if p.status.Error != err.Error() {
			p.log.Warn("the plot does not grow", "dir", p.cfg.PlotDir, "err", err)
		}
		p.status.State, p.status.Error = stateFailed, err.Error()
	}
}

// make opens, creates, resizes and fills. It returns after how long it is to be
// looked at again; 0 for when something changes.
func (p *plotter) make(ctx context.Context, goal target) (time.Duration, error) {
	retry := func(err error) (time.Duration, error) {
		if errors.Is(err, plot.ErrBusy) {
			return retryBusy, err
		}
		return retryPlot, err
	}
	at, err := p.opened(goal)
	if err != nil {
		return retry(err)
	}
	units, short := p.fits(at.Status().Filled, goal)
	if units < goal.least {
		return retry(short)
	}
	if cells := units * goal.unitCells; at.Status().Spec.Units != cells {
		p.log.Info("plot changes its size", "dir", p.cfg.PlotDir, "bytes", cells*cellpost.CellBytes)
		if err := at.Resize(cells); err != nil {
			return retry(err)
		}
	}
	if status := at.Status(); status.Filled < status.Spec.Bytes() {
		p.filling()
		if err := at.Fill(ctx); err != nil {
			return retry(err)
		}
		p.log.Info("plot is full", "dir", p.cfg.PlotDir, "bytes", at.Status().Filled)
	}
	p.mu.Lock()
	suspect := p.suspect
	p.suspect = false
	p.mu.Unlock()
	if suspect {
		report, err := at.Scrub(ctx, scrubCells)
		if err != nil {
			return retry(err)
		}
		p.log.Info("plot was checked", "cells", report.Checked, "repaired", report.Repaired)
	}
	return map[bool]time.Duration{true: retryPlot}[short != nil], short
}

// filling shows that the plot is being filled.
func (p *plotter) filling() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status.State, p.status.Error, p.told = stateFilling, "", 0
}

// opened is the plot on disk, made where there is none.
func (p *plotter) opened(goal target) (*plot.Plot, error) {
	p.mu.Lock()
	at := p.plot
	p.mu.Unlock()
	if at == nil {
		options := plot.Options{Workers: p.cfg.PlotWorkers, Duty: p.cfg.PlotCPUPercent, Reserve: p.cfg.ReserveBytes, Progress: p.progress}
		var err error
		if at, err = plot.Open(p.cfg.PlotDir, options); errors.Is(err, plot.ErrNone) {
			at, err = p.create(goal, options)
		}
		if err != nil {
			return nil, err
		}
	}
	spec := at.Status().Spec
	switch {
	case spec.Key != goal.key:
		return nil, errors.Join(fmt.Errorf("the plot in %s is that of another chain or operator: "+
			"move it away, or set proofs.plot_dir", p.cfg.PlotDir), p.lose(at))
	case spec.N != goal.costN || spec.UnitBytes != cellpost.CellBytes:
		// Of no use to this operator on this chain any more.
		p.log.Warn("the chain asks for another kind of plot, it is made anew", "dir", p.cfg.PlotDir, "cost_n", goal.costN)
		if err := p.lose(at); err != nil {
			return nil, err
		}
		if err := plot.Delete(p.cfg.PlotDir); err != nil {
			return nil, err
		}
		return p.opened(goal)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plot = at
	p.keepPace()
	return at, nil
}

// lose closes a plot that is not the one.
func (p *plotter) lose(at *plot.Plot) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := at.Close(); err != nil {
		return err
	}
	p.plot = nil
	return nil
}

func (p *plotter) create(goal target, options plot.Options) (*plot.Plot, error) {
	if err := os.MkdirAll(p.cfg.PlotDir, 0o700); err != nil {
		return nil, fmt.Errorf("proofs.plot_dir: %w", err)
	}
	units, short := p.fits(0, goal)
	if units < goal.least {
		return nil, short
	}
	p.log.Info("plot is made", "dir", p.cfg.PlotDir, "bytes", units*goal.unitCells*cellpost.CellBytes)
	return plot.Create(p.cfg.PlotDir, plot.Spec{
		Key: goal.key, N: goal.costN, UnitBytes: cellpost.CellBytes, Units: units * goal.unitCells,
	}, options)
}

// fits is how many units the disk has room for, with those bytes that are filled;
// the error says so where it is fewer than wanted.
func (p *plotter) fits(filled uint64, goal target) (uint64, error) {
	free, err := p.free(p.cfg.PlotDir)
	if err != nil {
		return 0, err
	}
	room := filled
	if free > p.cfg.ReserveBytes {
		room += min(free-p.cfg.ReserveBytes, cellpost.MaxPlotBytes)
	}
	unit := goal.unitCells * cellpost.CellBytes
	if units := room / unit; units < goal.units {
		return units, fmt.Errorf("%w: %d of %d units fit on the disk of %s, with %d bytes in reserve: "+
			"make room, claim less, or set proofs.plot_dir", plot.ErrDiskFull, units, goal.units, p.cfg.PlotDir, p.cfg.ReserveBytes)
	}
	return goal.units, nil
}

// progress is told by Fill and Scrub, and by Prove, from its goroutine.
func (p *plotter) progress(now plot.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.status.State != stateFilling || now.Total == 0 {
		return
	}
	p.status.Rate, p.status.Left = uint64(now.Rate), now.Left
	if percent := now.Done * 100 / now.Total; percent >= p.told+tellEvery {
		p.told = percent - percent%tellEvery
		p.log.Info("plot grows", "bytes", now.Done, "of", now.Total, "percent", percent, "rate", uint64(now.Rate), "left", now.Left.Round(time.Second))
	}
}
