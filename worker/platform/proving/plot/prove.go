// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// A Request is what shall be proven.
type Request struct {
	Challenge cellpost.Challenge
	Units     uint64 // from the plot's beginning
	K1, K2    uint32
}

// A Report says what proving took and found.
type Report struct {
	Scanned   uint64        // bytes
	Skipped   uint64        // bytes that could not be read
	ReadError error         // why, for the first of them
	Wrong     int           // labels that did not hold
	Best      int           // labels of the nonce that had most
	Took      time.Duration // all in all
}

// Prove searches the plot once, in order, for all nonces, and stops as soon as one has enough
// labels. Each label of the proof was recomputed: it holds. The cells of those that did not are
// remembered for Scrub. The proof does not depend on how many goroutines searched.
func (p *Plot) Prove(ctx context.Context, request Request) (cellpost.Proof, Report, error) {
	cells, err := cellpost.Cells(request.Units, p.Status().Spec.UnitBytes)
	if err != nil {
		return cellpost.Proof{}, Report{}, fmt.Errorf("%w: %w", ErrSpec, err)
	}
	return p.prove(ctx, request, cells)
}

func (p *Plot) prove(ctx context.Context, request Request, cells uint64) (cellpost.Proof, Report, error) {
	if !p.files.TryRLock() {
		return cellpost.Proof{}, Report{}, ErrBusy
	}
	defer p.files.RUnlock()
	p.mu.Lock()
	spec, ready := p.spec, p.ready()
	p.mu.Unlock()
	if cells > ready {
		return cellpost.Proof{}, Report{}, fmt.Errorf("%w: %d bytes shall be proven, %d are filled",
			ErrNotReady, cells*cellpost.CellBytes, ready*cellpost.CellBytes)
	}
	plot := cellpost.Plot{
		Params: cellpost.Params{N: spec.N, K1: request.K1, K2: request.K2},
		Key:    spec.Key,
		Cells:  cells,
	}
	start := time.Now()
	search, err := newSearch(plot, request.Challenge)
	if err != nil {
		return cellpost.Proof{}, Report{}, err
	}
	proof, err := p.search(ctx, search)
	search.report.Took = time.Since(start)
	p.suspect(search.suspects...)
	return proof, search.report, err
}

// A piece is some cells that were read and are searched.
type piece struct {
	first uint64 // number of the first cell
	cells []byte // as they lie on the disk
	read  uint64 // how many cells could be read; the others are skipped
	hits  []hit
	done  chan struct{}
}

type hit struct {
	nonce uint8
	label uint64
}

// search reads piece by piece, has them searched side by side, and looks at what was found in order.
func (p *Plot) search(ctx context.Context, search *search) (cellpost.Proof, error) {
	ctx, stop := context.WithCancel(ctx)
	workers := p.options.Workers
	work, ordered := make(chan *piece, workers), make(chan *piece, 2*workers)
	free := make(chan *piece, 2*workers+2)
	for range cap(free) {
		free <- &piece{cells: make([]byte, p.options.tuning.chunkCells*cellpost.CellBytes)}
	}
	var wait sync.WaitGroup
	defer wait.Wait()
	defer stop()
	for range workers {
		scanner, err := search.plot.NewScanner(search.challenge)
		if err != nil {
			close(work)
			return cellpost.Proof{}, err
		}
		wait.Go(func() {
			for piece := range work {
				piece.scan(scanner)
			}
		})
	}
	wait.Go(func() {
		defer close(ordered)
		defer close(work)
		reader := reader{plot: p}
		defer func() {
			reader.close()
			search.report.ReadError = reader.failed // before ordered is closed, so before it is read
		}()
		for at := uint64(0); at < search.plot.Cells && ctx.Err() == nil; {
			piece := <-free
			reader.read(piece, at, search.plot.Cells)
			at += uint64(len(piece.cells)) / cellpost.CellBytes
			work <- piece
			ordered <- piece
		}
	})
	proof, found := cellpost.Proof{}, false
	meter := newMeter(0, search.plot.Cells*cellpost.CellBytes, p.options.Progress, nil)
	for piece := range ordered { // to its end even when found, so that nobody is left waiting
		<-piece.done
		if !found && ctx.Err() == nil {
			if proof, found = search.add(piece); found {
				stop()
			}
			meter.at(search.report.Scanned + search.report.Skipped)
		}
		free <- piece
	}
	switch {
	case found:
		return proof, search.plot.VerifyAll(search.challenge, proof)
	case ctx.Err() != nil:
		return cellpost.Proof{}, context.Cause(ctx)
	}
	err := fmt.Errorf("%w: the best of %d nonces has %d labels of %d; %d bytes could not be read, %d labels were wrong",
		ErrNoProof, cellpost.Nonces, search.report.Best, search.plot.K2, search.report.Skipped, search.report.Wrong)
	if search.report.ReadError != nil {
		err = fmt.Errorf("%w (%w)", err, search.report.ReadError)
	}
	return cellpost.Proof{}, err
}

// scan finds the labels of a piece that qualify.
func (p *piece) scan(scanner *cellpost.Scanner) {
	p.hits = p.hits[:0]
	for i := range p.read {
		scanner.Scan(p.first+i, cellAt(p.cells, i), func(nonce uint8, label uint64) {
			p.hits = append(p.hits, hit{nonce, label})
		})
	}
	close(p.done)
}

// reader reads a plot in order. It has one segment open at a time.
type reader struct {
	plot    *Plot
	segment int
	file    *os.File
	failed  error // the first one
}

// read fills the piece with the cells from at on, up to the end of the segment or of the plot.
// What cannot be read is left out.
func (r *reader) read(piece *piece, at, end uint64) {
	size := r.plot.spec.segmentCells()
	segment, within := int(at/size), at%size
	piece.first, piece.read, piece.done = at, 0, make(chan struct{})
	piece.cells = piece.cells[:min(r.plot.options.tuning.chunkCells, size-within, end-at)*cellpost.CellBytes]
	if r.file == nil || r.segment != segment {
		r.close()
		f, err := r.plot.root.Open(cellsName(segment))
		if err != nil {
			r.fail(err)
			return
		}
		sequential(f)
		r.segment, r.file = segment, f
	}
	offset := int64(within * cellpost.CellBytes)
	n, err := r.file.ReadAt(piece.cells, offset)
	if n < len(piece.cells) {
		r.fail(err)
	}
	piece.read = uint64(n) / cellpost.CellBytes
	forget(r.file, offset, int64(n))
}

func (r *reader) fail(err error) {
	if r.failed == nil {
		r.failed = err
	}
}

func (r *reader) close() {
	if r.file != nil {
		_ = r.file.Close() // nothing was written to it
		r.file = nil
	}
}

// cellAt is cell number i of cells that lie one behind the other.
func cellAt(cells []byte, i uint64) *cellpost.Cell {
	return (*cellpost.Cell)(cells[i*cellpost.CellBytes:])
}

// search holds what was found so far.
type search struct {
	plot      cellpost.Plot
	challenge cellpost.Challenge
	maker     *cellpost.Maker
	scanner   *cellpost.Scanner
	hits      [cellpost.Nonces][]uint64
	sure      [cellpost.Nonces]int // how many of a nonce's hits were recomputed
	suspects  []uint64
	report    Report
}

func newSearch(plot cellpost.Plot, challenge cellpost.Challenge) (*search, error) {
	scanner, err := plot.NewScanner(challenge)
	if err != nil {
		return nil, err
	}
	maker, err := cellpost.NewMaker(plot.Key, plot.N)
	if err != nil {
		return nil, err
	}
	return &search{plot: plot, challenge: challenge, maker: maker, scanner: scanner}, nil
}

// add takes what was found in the next piece, and returns a proof if there is enough.
func (s *search) add(piece *piece) (cellpost.Proof, bool) {
	read := piece.read * cellpost.CellBytes
	s.report.Scanned += read
	if left := uint64(len(piece.cells)) - read; left > 0 {
		s.report.Skipped += left
		s.suspects = append(s.suspects, piece.first+piece.read)
	}
	for _, h := range piece.hits {
		s.hits[h.nonce] = append(s.hits[h.nonce], h.label)
		s.report.Best = max(s.report.Best, len(s.hits[h.nonce]))
	}
	for nonce := range s.hits {
		if len(s.hits[nonce]) < int(s.plot.K2) {
			continue
		}
		s.recompute(uint8(nonce))
		if len(s.hits[nonce]) >= int(s.plot.K2) {
			return cellpost.Proof{Nonce: uint8(nonce), Indices: s.hits[nonce][:s.plot.K2]}, true
		}
	}
	return cellpost.Proof{}, false
}

// recompute drops those hits of a nonce that do not hold.
func (s *search) recompute(nonce uint8) {
	var cell cellpost.Cell
	old := s.hits[nonce]
	good := old[:s.sure[nonce]]
	for _, label := range old[s.sure[nonce]:] {
		at := label / cellpost.LabelsPerCell
		s.maker.Cell(at, &cell)
		if s.scanner.Qualifies(nonce, label, &cell) {
			good = append(good, label)
			continue
		}
		s.report.Wrong++
		if !slices.Contains(s.suspects, at) {
			s.suspects = append(s.suspects, at)
		}
	}
	s.hits[nonce], s.sure[nonce] = good, len(good)
}

// DryRun proves the beginning of the plot, at most so many bytes, with parameters as fit
// them, and tells how it went: reading, searching, recomputing and verifying all work, and how fast.
// Nobody gets the proof.
func (p *Plot) DryRun(ctx context.Context, bytes uint64) (Report, error) {
	p.mu.Lock()
	cells := min(bytes/cellpost.CellBytes, p.ready())
	p.mu.Unlock()
	// One label in 128 qualifies at most. Half of those expected are enough, so that one pass
	// finds a proof almost surely.
	k1 := uint32(min(cells, 2*cellpost.DefaultK))
	if k1 < 16 {
		return Report{}, fmt.Errorf("%w: %d cells, a dry run needs 16", ErrNotReady, cells)
	}
	var challenge cellpost.Challenge
	if _, err := rand.Read(challenge[:]); err != nil {
		return Report{}, err
	}
	_, report, err := p.prove(ctx, Request{Challenge: challenge, K1: k1, K2: k1 / 2}, cells)
	if err == nil && report.Skipped > 0 {
		err = fmt.Errorf("plot: %d bytes cannot be read: %w", report.Skipped, report.ReadError)
	}
	if err == nil && report.Wrong > 0 {
		err = fmt.Errorf("plot: %d labels do not hold", report.Wrong)
	}
	return report, err
}
