// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

const (
	// PlotDir is the folder of the plot in the home, where none is configured.
	PlotDir = "plot"
	// RecordDir is the folder of the home that keeps records of commitments.
	RecordDir = "proofs"
	// retryBlocks is for how many blocks work that failed is not begun again.
	retryBlocks = 2
)

// Module keeps proving. Make it with New, then Run it.
type Module struct {
	log     *slog.Logger
	journal journal
	provers map[string]prover // by class

	book   *bus.Subscription[message.ProofBook]
	busy   *bus.Subscription[message.Busy]
	answer *bus.Publisher[message.ProofAnswer]
	status *bus.Answerer[message.GetProofsStatus, message.ProofsStatus]

	scene   scene
	entries map[string]*entry
	running map[string]run // by class
	pause   map[string]int64
	windows map[string]*window // by class: the newest
	done    chan finished
	jobs    sync.WaitGroup

	mu    sync.Mutex // guards stats
	stats map[string]Stats
}

// run is work under way.
type run struct {
	key   string
	duty  message.ProofDuty
	since time.Time
	stop  context.CancelCauseFunc
}

// finished is the end of it.
type finished struct {
	class  string
	answer message.ProofAnswer
	err    error
}

// window is how the newest window of a class went.
type window struct {
	number   uint64
	owed     bool // something is asked for, or was, and no answer was said
	answered bool
	reason   string
}

// Stats count what happened to one class since the start.
type Stats struct {
	// Answered and Missed windows.
	Answered, Missed uint64
	// Seconds spent on answers.
	Seconds float64
}

var (
	errOver = errors.New("it is not asked for any more")
	errLate = errors.New("no time left before the window's deadline")
)

// New declares the module on its port. home holds plot and records, kv keeps the
// journal.
func New(cfg Config, port *bus.Port, home string, kv store.KV, log *slog.Logger) *Module {
	if cfg.PlotDir == "" {
		cfg.PlotDir = filepath.Join(home, PlotDir)
	}
	var provers []prover
	if cfg.Enabled {
		provers = []prover{newStorage(cfg, log), newCPU(cfg, filepath.Join(home, RecordDir), log)}
	}
	return newModule(port, kv, log, provers...)
}

func newModule(port *bus.Port, kv store.KV, log *slog.Logger, provers ...prover) *Module {
	m := &Module{
		log: log, journal: journal{kv}, provers: map[string]prover{},
		book:    bus.Subscribe[message.ProofBook](port, bus.KeepNewest()),
		busy:    bus.Subscribe[message.Busy](port, bus.KeepNewest()),
		answer:  bus.Publish[message.ProofAnswer](port),
		status:  bus.Answers[message.GetProofsStatus, message.ProofsStatus](port),
		running: map[string]run{}, pause: map[string]int64{}, windows: map[string]*window{}, stats: map[string]Stats{},
		done: make(chan finished, len(provers)),
	}
	for _, p := range provers {
		m.provers[p.class()] = p
		m.stats[p.class()] = Stats{}
	}
	return m
}

// Run proves until ctx ends, and returns when nothing runs any more.
func (m *Module) Run(ctx context.Context) (err error) {
	if m.entries, err = m.journal.all(func(key []byte, err error) {
		m.log.Warn("an answer in the journal is damaged, it is left out", "key", string(key), "err", err)
	}); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		m.jobs.Wait()
		for _, p := range m.provers {
			if closeErr := p.close(); closeErr != nil && !errors.Is(closeErr, os.ErrClosed) {
				m.log.Warn("a prover did not end well", "class", p.class(), "err", closeErr)
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case book := <-m.book.C():
			m.scene.book, m.scene.heard = book, time.Now()
			m.reconcile(ctx)
		case b := <-m.busy.C():
			m.scene.programs = b.Running
		case f := <-m.done:
			m.finish(ctx, f)
		case q := <-m.status.C():
			q.Reply(m.report(), nil)
			continue
		}
		m.scene.probing = len(m.running) > 0
		for _, p := range m.provers {
			p.follow(m.scene)
		}
	}
}

// reconcile makes what is done follow from what the chain asks for.
func (m *Module) reconcile(ctx context.Context) {
	asked := map[string]bool{}
	open := map[string][]uint64{}
	for _, d := range m.scene.book.Duties {
		p := m.provers[d.Class]
		if p == nil {
			continue
		}
		open[d.Class] = append(open[d.Class], d.Window)
		key := keyOf(d.Class, d.Window, d.Action)
		w := m.windowOf(d)
		switch d.Action {
		case message.ActionNone:
		case message.ActionWait:
			w.answered, w.owed = true, false // perhaps before a restart
		default:
			asked[key] = true
			w.owed = w.owed || d.Owed && !w.answered
			m.serve(ctx, p, d, key, w)
		}
	}
	for _, r := range m.running {
		if !asked[r.key] {
			r.stop(errOver)
		}
	}
	m.tidy(ctx, open)
}

// windowOf is the record of a duty's window; a new one ends that of the one before.
func (m *Module) windowOf(d message.ProofDuty) *window {
	w := m.windows[d.Class]
	if w == nil || w.number != d.Window {
		m.over(d.Class)
		w = &window{number: d.Window}
		m.windows[d.Class] = w
	}
	return w
}

// over counts the newest window of a class as missed unless it was answered.
func (m *Module) over(class string) {
	w := m.windows[class]
	if w == nil || !w.owed || w.answered {
		return
	}
	w.owed = false
	m.count(class, func(s *Stats) { s.Missed++ })
	m.log.Warn("a window was not answered", "class", class, "window", w.number, "reason", w.reason)
}

// serve says the answer to a duty where there is one, and begins to compute it
// where there is none.
func (m *Module) serve(ctx context.Context, p prover, d message.ProofDuty, key string, w *window) {
	if e := m.entries[key]; e != nil && e.answers(m.scene.book.ChainID, d) {
		m.say(e, w)
		return
	}
	if r, runs := m.running[d.Class]; runs {
		if r.key != key {
			w.reason = "the window before is not done with yet"
		}
		return
	}
	if m.scene.book.Height < m.pause[key] {
		return
	}
	now := time.Now()
	left := m.scene.left(d, now)
	if left <= 0 {
		if w.reason == "" {
			w.reason = errLate.Error()
		}
		return
	}
	do, err := p.begin(d, m.scene)
	if err != nil {
		if w.reason != err.Error() && !errors.Is(err, errLater) {
			m.log.Warn("a window cannot be answered", "class", d.Class, "window", d.Window, "action", d.Action, "err", err)
		}
		w.reason = err.Error()
		return
	}
	m.log.Info("window is being answered", "class", d.Class, "window", d.Window, "action", d.Action, "until", d.Until, "left", left)
	w.reason = ""
	m.start(ctx, key, d, do, now.Add(left))
}

// start runs work in a goroutine of its own.
func (m *Module) start(ctx context.Context, key string, d message.ProofDuty, do work, until time.Time) {
	ctx, stop := context.WithCancelCause(ctx)
	m.running[d.Class] = run{key: key, duty: d, since: time.Now(), stop: stop}
	grace := m.scene.book.BlockTime
	m.jobs.Go(func() {
		ctx, cancel := context.WithDeadlineCause(ctx, until.Add(grace), errLate)
		defer cancel()
		a, err := do(ctx, until)
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		a.Class, a.Window, a.Action = d.Class, d.Window, d.Action
		m.done <- finished{d.Class, a, err} // there is room for every class
	})
}

// finish journals and says an answer.
func (m *Module) finish(ctx context.Context, f finished) {
	r := m.running[f.class]
	r.stop(nil)
	delete(m.running, f.class)
	took := time.Since(r.since)
	m.count(f.class, func(s *Stats) { s.Seconds += took.Seconds() })
	w := m.windowOf(r.duty)
	if f.err == nil {
		e := &entry{ChainID: m.scene.book.ChainID, Challenge: r.duty.Challenge, Answer: f.answer}
		if f.err = m.journal.write(ctx, r.key, e); f.err == nil {
			m.entries[r.key] = e
			m.log.Info("window is answered", "class", f.class, "window", r.duty.Window, "action", r.duty.Action, "took", took.Round(time.Millisecond))
			m.say(e, w)
			return
		}
		f.err = fmt.Errorf("journal: %w", f.err)
	}
	if ctx.Err() != nil || errors.Is(f.err, errOver) {
		if w.reason == "" {
			w.reason = "the window closed before the answer was there"
		}
		return
	}
	w.reason = f.err.Error()
	m.pause[r.key] = m.scene.book.Height + retryBlocks
	m.log.Warn("proving failed, it is tried again while there is time", "class", f.class, "window", r.duty.Window, "action", r.duty.Action, "err", f.err)
}

// say says an answer that is in the journal, once in this run of the daemon.
func (m *Module) say(e *entry, w *window) {
	if e.said {
		return
	}
	e.said = true
	m.answer.Send(e.Answer)
	if w.number == e.Answer.Window && !w.answered {
		w.answered, w.owed, w.reason = true, false, ""
		m.count(e.Answer.Class, func(s *Stats) { s.Answered++ })
	}
}

// tidy forgets windows that are over. While the book says nothing of this
// Xnode's, nothing is forgotten: a record that is gone cannot be revealed.
func (m *Module) tidy(ctx context.Context, open map[string][]uint64) {
	if len(m.scene.book.Operator) == 0 {
		return
	}
	runs := map[string]bool{}
	for class, windows := range open {
		for _, w := range windows {
			for _, action := range []string{message.ActionProveStorage, message.ActionCommitCPU, message.ActionRevealCPU} {
				runs[keyOf(class, w, action)] = true
			}
		}
	}
	for key := range m.entries {
		if runs[key] {
			continue
		}
		if err := m.journal.remove(ctx, key); err != nil {
			m.log.Warn("an answer stays in the journal", "key", key, "err", err)
			continue
		}
		delete(m.entries, key)
	}
	for key := range m.pause {
		if !runs[key] {
			delete(m.pause, key)
		}
	}
	for class, p := range m.provers {
		if len(open[class]) == 0 {
			m.over(class)
		}
		p.forget(open[class])
	}
}

func (m *Module) count(class string, change func(*Stats)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats[class]
	change(&s)
	m.stats[class] = s
}
