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
	fetch     *bus.Asker[message.FetchBlob, message.BlobFetched]
	drain     *bus.Answerer[message.SetDraining, message.TasksStatus]
	status    *bus.Answerer[message.GetTasksStatus, message.TasksStatus]

	verdicts map[uint64]message.Verdict
	running  map[uint64]context.CancelFunc
	waiting  []message.Seat
	open     int
	draining bool
	done     chan finished
	jobs     sync.WaitGroup
}

// finished is the end of one job.
type finished struct {
	task    uint64
	verdict message.Verdict
	err     error
}

// New declares the module on its port. dir is its scratch space, emptied at
// start; kv keeps the journal.
func New(cfg Config, port *bus.Port, chainID, dir string, box Sandbox, d *dag.DAG, kv store.KV, log *slog.Logger) *Module {
	return &Module{
		cfg: cfg, chainID: chainID, dir: dir, box: box, dag: d, journal: journal{kv}, log: log,
		book:      bus.Subscribe[message.SeatBook](port, bus.KeepNewest()),
		verdict:   bus.Publish[message.Verdict](port),
		saysDrain: bus.Publish[message.Draining](port),
		fetch:     bus.Asks[message.FetchBlob, message.BlobFetched](port),
		drain:     bus.Answers[message.SetDraining, message.TasksStatus](port),
		status:    bus.Answers[message.GetTasksStatus, message.TasksStatus](port),
		running:   map[uint64]context.CancelFunc{},
		done:      make(chan finished, cfg.MaxRunning),
	}
}

// Run runs programs until ctx ends, and returns when no program runs any more.
func (m *Module) Run(ctx context.Context) error {
	if err := os.RemoveAll(m.dir); err != nil {
		return fmt.Errorf("empty the scratch directory: %w", err)
	}
	var err error
	if m.verdicts, err = m.journal.all(); err != nil {
		return err
	}
	for _, v := range m.verdicts {
		m.verdict.Send(v)
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
			m.draining = q.Ask.On
			m.saysDrain.Send(message.Draining{On: m.draining})
			q.Reply(m.report(), nil)
		case q := <-m.status.C():
			q.Reply(m.report(), nil)
		}
		m.start(ctx)
	}
}

func (m *Module) report() message.TasksStatus {
	return message.TasksStatus{OpenSeats: m.open, Running: len(m.running), Waiting: len(m.waiting), Draining: m.draining}
}

// reconcile makes what is done follow from what the chain says is held: new
// seats wait for a place, those that are over are stopped and forgotten.
func (m *Module) reconcile(ctx context.Context, book message.SeatBook) error {
	held := map[uint64]bool{}
	toRun := map[uint64]bool{}
	m.open, m.waiting = len(book.Seats), nil
	for _, seat := range book.Seats {
		held[seat.TaskID] = true
		if seat.State != "drawn" || seat.Phase != "committing" {
			continue
		}
		toRun[seat.TaskID] = true
		_, judged := m.verdicts[seat.TaskID]
		_, running := m.running[seat.TaskID]
		switch {
		case judged || running:
		case m.draining:
			v := message.Verdict{TaskID: seat.TaskID, Declined: true, Reason: "draining"}
			if err := m.judge(ctx, v); err != nil {
				return err
			}
		default:
			m.waiting = append(m.waiting, seat)
		}
	}
	slices.SortFunc(m.waiting, func(a, b message.Seat) int {
		return cmp.Or(cmp.Compare(a.Deadline, b.Deadline), cmp.Compare(a.TaskID, b.TaskID))
	})
	for task, cancel := range m.running {
		if !toRun[task] {
			cancel()
		}
	}
	for task := range m.verdicts {
		if !held[task] {
			if err := m.journal.remove(ctx, task); err != nil {
				return err
			}
			delete(m.verdicts, task)
		}
	}
	return nil
}

// start gives free places to the seats that wait.
func (m *Module) start(ctx context.Context) {
	for len(m.waiting) > 0 && len(m.running) < m.cfg.MaxRunning {
		seat := m.waiting[0]
		m.waiting = m.waiting[1:]
		j := job{
			seat: seat, chainID: m.chainID, cfg: m.cfg, box: m.box, dag: m.dag, fetch: m.fetch, log: m.log,
			dir: filepath.Join(m.dir, fmt.Sprint(seat.TaskID)),
		}
		// Fetching and compiling are part of the patience with one program.
		ctx, cancel := context.WithTimeout(ctx, 2*m.cfg.MaxTime)
		m.running[seat.TaskID] = cancel
		m.log.Info("seat taken", "task", seat.TaskID, "seat", seat.Index, "deadline", seat.Deadline)
		m.jobs.Go(func() {
			v, err := j.run(ctx)
			m.done <- finished{seat.TaskID, v, err} // there is room for every place
		})
	}
}

// finish frees a place and judges.
func (m *Module) finish(ctx context.Context, f finished) error {
	m.running[f.task]()
	delete(m.running, f.task)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(f.err, context.Canceled):
		return nil // the seat was over before the program was
	case f.err != nil:
		m.log.Warn("seat declined: out of time", "task", f.task, "err", f.err)
		f.verdict = message.Verdict{TaskID: f.task, Declined: true, Reason: "timeout"}
	}
	return m.judge(ctx, f.verdict)
}

// judge says a verdict once it is in the journal.
func (m *Module) judge(ctx context.Context, v message.Verdict) error {
	if err := m.journal.write(ctx, v); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	m.verdicts[v.TaskID] = v
	m.verdict.Send(v)
	return nil
}
