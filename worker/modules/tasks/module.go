// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

const (
	// reserve is how many blocks before its deadline a seat without a verdict is
	// given back: to decline is no fault, to miss the deadline is one.
	reserve = 2
	// keepEntries is for how many blocks the entry of a seat that is over is
	// kept: should the chain's node have told too early that it is, the seat
	// must not get a second verdict.
	keepEntries = 100
)

// Module runs the programs of this Xnode's seats. Make it with New, then Run it.
type Module struct {
	cfg     Config
	chainID string
	dir     string
	box     Sandbox
	dag     *dag.DAG
	journal journal
	log     *slog.Logger

	book      *bus.Subscription[message.SeatBook]
	verdict   *bus.Publisher[message.Verdict]
	saysDrain *bus.Publisher[message.Draining]
	saysBusy  *bus.Publisher[message.Busy]
	fetch     *bus.Asker[message.FetchBlob, message.BlobFetched]
	drain     *bus.Answerer[message.SetDraining, message.TasksStatus]
	status    *bus.Answerer[message.GetTasksStatus, message.TasksStatus]

	entries  map[uint64]entry
	running  map[uint64]run
	waiting  []message.Seat
	open     int
	draining bool
	busy     int // as it was said last
	done     chan finished
	jobs     sync.WaitGroup
}

// run is a job under way.
type run struct {
	seat message.Seat
	stop context.CancelCauseFunc
}

// finished is the end of one job.
type finished struct {
	task    uint64
	verdict message.Verdict
	err     error
}

var (
	errOver = errors.New("the seat is over")
	errLate = errors.New("no time left before the deadline")
)

// New declares the module on its port. dir is its scratch space, emptied at
// start; kv keeps the journal. box may be nil where cfg.MaxRunning is 0.
func New(cfg Config, port *bus.Port, chainID, dir string, box Sandbox, d *dag.DAG, kv store.KV, log *slog.Logger) *Module {
	return &Module{
		cfg: cfg, chainID: chainID, dir: dir, box: box, dag: d, journal: journal{kv}, log: log,
		book:      bus.Subscribe[message.SeatBook](port, bus.KeepNewest()),
		verdict:   bus.Publish[message.Verdict](port),
		saysDrain: bus.Publish[message.Draining](port),
		saysBusy:  bus.Publish[message.Busy](port),
		fetch:     bus.Asks[message.FetchBlob, message.BlobFetched](port),
		drain:     bus.Answers[message.SetDraining, message.TasksStatus](port),
		status:    bus.Answers[message.GetTasksStatus, message.TasksStatus](port),
		running:   map[uint64]run{},
		done:      make(chan finished, cfg.MaxRunning),
	}
}

// Run runs programs until ctx ends, and returns when no program runs any more.
func (m *Module) Run(ctx context.Context) error {
	if err := os.RemoveAll(m.dir); err != nil {
		return fmt.Errorf("empty the scratch directory: %w", err)
	}
	var err error
	if m.entries, err = m.journal.all(); err != nil {
		return err
	}
	if m.cfg.MaxRunning == 0 {
		m.draining = true
		m.saysDrain.Send(message.Draining{On: true})
	}
	ctx, cancel := context.WithCancel(ctx)
	defer m.jobs.Wait()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case book := <-m.book.C():
			if err := m.reconcile(ctx, book); err != nil {
				return err
			}
		case f := <-m.done:
			if err := m.finish(ctx, f); err != nil {
				return err
			}
		case q := <-m.drain.C():
			m.draining = q.Ask.On || m.cfg.MaxRunning == 0
			m.saysDrain.Send(message.Draining{On: m.draining})
			q.Reply(m.report(), nil)
		case q := <-m.status.C():
			q.Reply(m.report(), nil)
		}
		m.start(ctx)
		if m.busy != len(m.running) {
			m.busy = len(m.running)
			m.saysBusy.Send(message.Busy{Running: m.busy})
		}
	}
}

func (m *Module) report() message.TasksStatus {
	return message.TasksStatus{OpenSeats: m.open, Running: len(m.running), Waiting: len(m.waiting), Draining: m.draining}
}

// reconcile makes what is done follow from what the chain says is held: new
// seats wait for a place, those that are over are stopped and in time forgotten.
func (m *Module) reconcile(ctx context.Context, book message.SeatBook) error {
	m.open, m.waiting = len(book.Seats), nil
	toRun := map[uint64]bool{}
	for _, seat := range book.Seats {
		e, judged := m.entries[seat.TaskID]
		if judged && !e.isAbout(m.chainID, seat) {
			m.log.Warn("the journal has a verdict of another chain's task, it is dropped", "task", seat.TaskID)
			delete(m.entries, seat.TaskID)
			judged = false
		}
		if judged {
			if !e.said {
				m.verdict.Send(e.Verdict)
			}
			e.said, e.seen = true, book.Height
			m.entries[seat.TaskID] = e
			continue
		}
		if seat.State != "drawn" || seat.Phase != "committing" {
			continue
		}
		toRun[seat.TaskID] = true
		if err := m.take(ctx, seat, book.Height); err != nil {
			return err
		}
	}
	slices.SortFunc(m.waiting, func(a, b message.Seat) int {
		return cmp.Or(cmp.Compare(a.Deadline, b.Deadline), cmp.Compare(a.TaskID, b.TaskID))
	})
	for task, r := range m.running {
		if !toRun[task] {
			r.stop(errOver)
		}
	}
	return m.forget(ctx, book.Height)
}

// take decides on a seat without a verdict: it goes on running, is given back,
// or waits for a place.
func (m *Module) take(ctx context.Context, seat message.Seat, height int64) error {
	late := height+reserve >= seat.Deadline
	r, running := m.running[seat.TaskID]
	switch {
	case running && late:
		r.stop(errLate)
	case running:
	case late:
		return m.judge(ctx, seat, declined(seat.TaskID, errLate.Error()))
	case m.draining:
		return m.judge(ctx, seat, declined(seat.TaskID, "draining"))
	default:
		m.waiting = append(m.waiting, seat)
	}
	return nil
}

// forget drops the entries of seats that are over for good.
func (m *Module) forget(ctx context.Context, height int64) error {
	for task, e := range m.entries {
		if e.seen == 0 {
			e.seen = height
			m.entries[task] = e
		}
		if height-e.seen <= keepEntries {
			continue
		}
		if err := m.journal.remove(ctx, task); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		delete(m.entries, task)
	}
	return nil
}

// start gives free places to the seats that wait.
func (m *Module) start(ctx context.Context) {
	for !m.draining && len(m.waiting) > 0 && len(m.running) < m.cfg.MaxRunning {
		seat := m.waiting[0]
		m.waiting = m.waiting[1:]
		j := job{
			seat: seat, cfg: m.cfg, box: m.box, dag: m.dag, fetch: m.fetch, log: m.log,
			dir: filepath.Join(m.dir, fmt.Sprint(seat.TaskID)),
		}
		ctx, stop := context.WithCancelCause(ctx)
		m.running[seat.TaskID] = run{seat, stop}
		m.log.Info("seat taken", "task", seat.TaskID, "seat", seat.Index, "deadline", seat.Deadline)
		m.jobs.Go(func() {
			// Fetching and compiling are part of the patience with one program.
			ctx, cancel := context.WithTimeoutCause(ctx, 2*m.cfg.MaxTime, errSlow)
			defer cancel()
			v, err := j.run(ctx)
			m.done <- finished{seat.TaskID, v, err} // there is room for every place
		})
	}
}

// finish frees a place and judges.
func (m *Module) finish(ctx context.Context, f finished) error {
	r := m.running[f.task]
	r.stop(nil)
	delete(m.running, f.task)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(f.err, errOver):
		return nil
	case f.err != nil:
		m.log.Warn("seat declined", "task", f.task, "err", f.err)
		f.verdict = declined(f.task, f.err.Error())
	}
	return m.judge(ctx, r.seat, f.verdict)
}

// judge says a verdict once it is in the journal. A seat is judged once.
func (m *Module) judge(ctx context.Context, seat message.Seat, v message.Verdict) error {
	e := entry{ChainID: m.chainID, Program: seat.Program, Verdict: v, said: true}
	if err := m.journal.write(ctx, e); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	m.entries[v.TaskID] = e
	m.verdict.Send(v)
	return nil
}

func declined(task uint64, reason string) message.Verdict {
	return message.Verdict{TaskID: task, Declined: true, Reason: reason}
}
