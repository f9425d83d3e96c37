// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// Fill computes and writes what is missing. It returns nil when the plot is full, ErrDiskFull
// when only the reserve is left, and the cause of ctx when that ends; in each case what was
// written counts, and Fill may be called again.
func (p *Plot) Fill(ctx context.Context) error {
	if !p.writing.TryLock() {
		return ErrBusy
	}
	defer p.writing.Unlock()
	p.files.RLock()
	defer p.files.RUnlock()

	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	pool, err := newPool(p.spec, p.options.Workers)
	if err != nil {
		return err
	}
	defer pool.end()

	// One batch is computed while another is written.
	status := p.Status()
	w := &writer{plot: p, meter: newMeter(status.Filled, status.Spec.Bytes(), p.options.Progress, p.stoodFor), filled: status.Filled}
	batches, buffers := make(chan batch), make(chan []byte, 2)
	size := min(uint64(p.options.Workers)*p.options.tuning.chunkCells, p.spec.segmentCells()) * cellpost.CellBytes
	for range cap(buffers) {
		buffers <- make([]byte, size)
	}
	written := make(chan error, 1)
	go func() {
		var failed error
		for b := range batches {
			if failed == nil {
				if failed = w.write(b); failed != nil {
					stop(failed)
				}
			}
			buffers <- b.cells[:cap(b.cells)]
		}
		written <- errors.Join(failed, w.close())
	}()
	err = p.compute(ctx, pool, batches, buffers)
	close(batches)
	if failed := <-written; failed != nil {
		return failed
	}
	return err
}

// A batch is some cells of a segment, one behind the other.
type batch struct {
	segment int
	from    uint64 // within the segment
	cells   []byte
}

// compute makes batches of all that is missing.
func (p *Plot) compute(ctx context.Context, pool *pool, batches chan<- batch, buffers <-chan []byte) error {
	for segment := range p.spec.segments() {
		p.mu.Lock()
		from := p.done[segment]
		p.mu.Unlock()
		for to := p.spec.cellsOf(segment); from < to; {
			if err := p.rest(ctx, 0); err != nil { // paused before the first piece, or cancelled
				return err
			}
			cells := <-buffers
			cells = cells[:min(uint64(len(cells)), (to-from)*cellpost.CellBytes)]
			start := time.Now()
			pool.make(uint64(segment)*p.spec.segmentCells()+from, cells, p.options.tuning.chunkCells)
			busy := time.Since(start)
			batches <- batch{segment, from, cells}
			from += uint64(len(cells)) / cellpost.CellBytes
			if err := p.rest(ctx, busy); err != nil {
				return err
			}
		}
	}
	return nil
}

// pool is the goroutines that compute cells, at the lowest priority.
type pool struct {
	jobs chan job
	wait sync.WaitGroup // for the goroutines' end
}

type job struct {
	first uint64 // number of the first cell in the plot
	cells []byte
	done  *sync.WaitGroup
}

func newPool(spec Spec, workers int) (*pool, error) {
	p := &pool{jobs: make(chan job)}
	for range workers {
		maker, err := cellpost.NewMaker(spec.Key, spec.N)
		if err != nil {
			p.end()
			return nil, err
		}
		p.wait.Go(func() {
			lowerPriority()
			for j := range p.jobs {
				for i := range uint64(len(j.cells)) / cellpost.CellBytes {
					maker.Cell(j.first+i, cellAt(j.cells, i))
				}
				j.done.Done()
			}
		})
	}
	return p, nil
}

// make computes cells, chunk by chunk.
func (p *pool) make(first uint64, cells []byte, chunk uint64) {
	var done sync.WaitGroup
	for len(cells) > 0 {
		n := min(chunk*cellpost.CellBytes, uint64(len(cells)))
		done.Add(1)
		p.jobs <- job{first, cells[:n], &done}
		first, cells = first+chunk, cells[n:]
	}
	done.Wait()
}

func (p *pool) end() {
	close(p.jobs)
	p.wait.Wait()
}

// writer puts batches on the disk and journals them. It has one segment open at a time.
type writer struct {
	plot    *Plot
	meter   *meter
	filled  uint64 // bytes of the whole plot
	segment int
	cells   *os.File
	journal *os.File
	synced  uint64 // cells of the segment that are journalled
	written uint64 // cells of the segment
	failed  bool   // writing or syncing: what is not journalled does not count
}

func (w *writer) write(b batch) error {
	if w.cells != nil && w.segment != b.segment {
		if err := w.close(); err != nil {
			return err
		}
	}
	if err := w.plot.room(uint64(len(b.cells))); err != nil {
		return err
	}
	if w.cells == nil {
		if err := w.open(b.segment, b.from); err != nil {
			return err
		}
	}
	if _, err := w.cells.WriteAt(b.cells, int64(b.from*cellpost.CellBytes)); err != nil {
		w.failed = true
		return explain(err)
	}
	w.written = b.from + uint64(len(b.cells))/cellpost.CellBytes
	w.filled += uint64(len(b.cells))
	if w.written-w.synced >= w.plot.options.tuning.syncCells {
		if err := w.sync(); err != nil {
			return err
		}
	}
	w.meter.at(w.filled)
	return nil
}

func (w *writer) open(segment int, from uint64) error {
	// Whatever stands behind the last valid record of the journal goes.
	counts, err := readJournal(w.plot.root, segment)
	if err != nil {
		return err
	}
	cells, err := w.plot.root.OpenFile(cellsName(segment), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return explain(err)
	}
	journal, err := w.plot.root.OpenFile(logName(segment), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return errors.Join(explain(err), cells.Close())
	}
	end := int64(len(counts)) * recordBytes
	_, err = journal.Seek(end, 0)
	if err := errors.Join(err, journal.Truncate(end), syncDir(w.plot.root)); err != nil {
		return errors.Join(explain(err), cells.Close(), journal.Close())
	}
	w.segment, w.cells, w.journal, w.synced, w.written, w.failed = segment, cells, journal, from, from, false
	return nil
}

// sync makes what is written last, then says so in the journal, then counts it.
func (w *writer) sync() error {
	if w.failed || w.written == w.synced {
		return nil
	}
	w.failed = true // unless all goes well
	if err := w.cells.Sync(); err != nil {
		return explain(err)
	}
	if _, err := w.journal.Write(record(w.segment, w.written)); err != nil {
		return explain(err)
	}
	if err := w.journal.Sync(); err != nil {
		return explain(err)
	}
	w.failed = false
	forget(w.cells, int64(w.synced*cellpost.CellBytes), int64((w.written-w.synced)*cellpost.CellBytes))
	w.synced = w.written
	w.plot.mu.Lock()
	defer w.plot.mu.Unlock()
	w.plot.done[w.segment] = w.synced
	return nil
}

func (w *writer) close() error {
	if w.cells == nil {
		return nil
	}
	err := errors.Join(w.sync(), w.cells.Close(), w.journal.Close())
	w.cells, w.journal = nil, nil
	return err
}
