// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// ScrubReport says what Scrub found.
type ScrubReport struct {
	Checked  uint64 // cells that were recomputed
	Repaired uint64 // of these, cells that were wrong or could not be read, and are right now
}

// Scrub recomputes count filled cells, drawn at random, and before that those that Prove found
// wrong. Where it finds a wrong one it puts it right and goes through the neighbourhood, as far as
// there are wrong ones.
func (p *Plot) Scrub(ctx context.Context, count int) (ScrubReport, error) {
	if !p.writing.TryLock() {
		return ScrubReport{}, ErrBusy
	}
	defer p.writing.Unlock()
	p.files.RLock()
	defer p.files.RUnlock()
	maker, err := cellpost.NewMaker(p.spec.Key, p.spec.N)
	if err != nil {
		return ScrubReport{}, err
	}
	p.mu.Lock()
	look, ready := p.suspects, p.ready()
	p.suspects = nil
	p.mu.Unlock()
	suspects := len(look)
	for range count {
		if ready > 0 {
			look = append(look, rand.Uint64N(ready))
		}
	}
	s := &scrubber{plot: p, maker: maker, ready: ready}
	defer s.close()
	meter := newMeter(0, uint64(len(look))*cellpost.CellBytes, p.options.Progress, p.stoodFor)
	for i, cell := range look {
		start := time.Now()
		err := s.look(ctx, cell)
		if err == nil {
			err = p.rest(ctx, time.Since(start))
		}
		if err != nil {
			p.suspect(look[min(i, suspects):suspects]...) // for the next time
			return s.report, err
		}
		meter.at(uint64(i+1) * cellpost.CellBytes)
	}
	return s.report, nil
}

// suspect remembers cells for Scrub.
func (p *Plot) suspect(cells ...uint64) {
	const most = 1 << 16
	p.mu.Lock()
	defer p.mu.Unlock()
	p.suspects = append(p.suspects, cells...)
	if len(p.suspects) > most {
		p.suspects = p.suspects[:most] // what is left finds the others' neighbourhood
	}
}

// scrubber has one segment open at a time.
type scrubber struct {
	plot    *Plot
	maker   *cellpost.Maker
	ready   uint64
	segment int
	file    *os.File
	report  ScrubReport
}

// look checks a cell, and its neighbourhood if it is wrong.
func (s *scrubber) look(ctx context.Context, cell uint64) error {
	if cell >= s.ready {
		return nil
	}
	good, err := s.check(cell)
	if err != nil || good {
		return err
	}
	chunk := s.plot.options.tuning.chunkCells
	first := cell / chunk * chunk
	for from := first; ; from -= chunk { // this chunk, and downwards
		if more, err := s.chunk(ctx, from); err != nil {
			return err
		} else if !more && from != first || from == 0 {
			break
		}
	}
	for from := first + chunk; from < s.ready; from += chunk { // upwards
		if more, err := s.chunk(ctx, from); err != nil || !more {
			return err
		}
	}
	return nil
}

// chunk checks the cells of a chunk and says whether any was wrong.
func (s *scrubber) chunk(ctx context.Context, from uint64) (wrong bool, err error) {
	for cell := from; cell < min(from+s.plot.options.tuning.chunkCells, s.ready); cell++ {
		start := time.Now()
		good, err := s.check(cell)
		if err != nil {
			return wrong, err
		}
		wrong = wrong || !good
		if err := s.plot.rest(ctx, time.Since(start)); err != nil {
			return wrong, err
		}
	}
	return wrong, nil
}

// check recomputes a cell, and says whether it was right. It is afterwards.
func (s *scrubber) check(cell uint64) (good bool, err error) {
	segment := int(cell / s.plot.spec.segmentCells())
	if s.file == nil || s.segment != segment {
		if err := s.close(); err != nil {
			return false, err
		}
		f, err := s.plot.root.OpenFile(cellsName(segment), os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) { // somebody removed it
			f, err = s.plot.root.OpenFile(cellsName(segment), os.O_RDWR|os.O_CREATE, 0o600)
		}
		if err != nil {
			return false, explain(err)
		}
		s.segment, s.file = segment, f
	}
	offset := int64(cell % s.plot.spec.segmentCells() * cellpost.CellBytes)
	var have, want cellpost.Cell
	_, err = s.file.ReadAt(have[:], offset)
	s.maker.Cell(cell, &want)
	s.report.Checked++
	if err == nil && have == want {
		forget(s.file, offset, cellpost.CellBytes)
		return true, nil
	}
	if _, err := s.file.WriteAt(want[:], offset); err != nil {
		return false, fmt.Errorf("repair cell %d: %w", cell, explain(err))
	}
	s.report.Repaired++
	return false, nil
}

func (s *scrubber) close() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Sync(), s.file.Close())
	s.file = nil
	return explain(err)
}
