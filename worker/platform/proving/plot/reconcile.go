// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// reconcile brings the files in line with the header and finds out how far each segment is.
func (p *Plot) reconcile() error {
	if err := p.removeSurplus(); err != nil {
		return err
	}
	maker, err := cellpost.NewMaker(p.spec.Key, p.spec.N)
	if err != nil {
		return err
	}
	done := make([]uint64, p.spec.segments())
	for segment := range done {
		if done[segment], err = p.reconcileSegment(maker, segment); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = done
	p.suspects = slices.DeleteFunc(p.suspects, func(cell uint64) bool { return cell >= p.spec.cells() })
	return nil
}

// removeSurplus removes segments beyond the plot's end and unfinished temporary files.
func (p *Plot) removeSurplus() error {
	names, err := p.names()
	if err != nil {
		return err
	}
	belongs := map[string]bool{headerName: true, lockName: true}
	for segment := range p.spec.segments() {
		belongs[cellsName(segment)], belongs[logName(segment)] = true, true
	}
	// A log goes before its cells: cells without a log are nothing, a log without cells is a lie.
	slices.Sort(names)
	slices.Reverse(names)
	for _, name := range names {
		if ours.MatchString(name) && !belongs[name] {
			if err := p.root.Remove(name); err != nil {
				return explain(err)
			}
		}
	}
	return nil
}

// reconcileSegment returns how many cells of a segment can be relied on.
func (p *Plot) reconcileSegment(maker *cellpost.Maker, segment int) (uint64, error) {
	counts, err := readJournal(p.root, segment)
	if err != nil {
		return 0, err
	}
	written := len(counts)
	var size uint64
	info, err := p.root.Stat(cellsName(segment))
	switch {
	case err == nil:
		size = uint64(info.Size())
	case !errors.Is(err, fs.ErrNotExist):
		return 0, err
	}
	wanted := p.spec.cellsOf(segment)
	changed := false
	if written > 0 && counts[written-1] > wanted { // the plot was made smaller
		at, _ := slices.BinarySearch(counts, wanted)
		counts = append(counts[:at], wanted)
		changed = true
	}
	for len(counts) > 0 {
		from, to := uint64(0), counts[len(counts)-1]
		if len(counts) > 1 {
			from = counts[len(counts)-2]
		}
		if to*cellpost.CellBytes <= size {
			holds, err := p.holds(maker, segment, from, to)
			if err != nil {
				return 0, err
			}
			if holds {
				break
			}
		}
		counts = counts[:len(counts)-1]
		changed = true
	}
	if changed {
		if err := writeJournal(p.root, segment, counts); err != nil {
			return 0, err
		}
	}
	if size > wanted*cellpost.CellBytes {
		if err := p.truncate(segment, wanted); err != nil {
			return 0, err
		}
	}
	if len(counts) == 0 {
		return 0, nil
	}
	return counts[len(counts)-1], nil
}

func (p *Plot) truncate(segment int, cells uint64) error {
	f, err := p.root.OpenFile(cellsName(segment), os.O_RDWR, 0)
	if err != nil {
		return explain(err)
	}
	return explain(errors.Join(f.Truncate(int64(cells*cellpost.CellBytes)), f.Sync(), f.Close()))
}

// holds recomputes the first, the last and some other cells of from..to-1 of a segment.
// What cannot be read does not hold.
func (p *Plot) holds(maker *cellpost.Maker, segment int, from, to uint64) (bool, error) {
	const others = 2
	f, err := p.root.Open(cellsName(segment))
	if err != nil {
		return false, err
	}
	defer f.Close()
	look := []uint64{from, to - 1}
	for range others {
		look = append(look, from+rand.Uint64N(to-from))
	}
	var have, want cellpost.Cell
	for _, at := range look {
		if n, _ := f.ReadAt(have[:], int64(at*cellpost.CellBytes)); n < len(have) { // computed again, like a cell that differs
			return false, nil
		}
		maker.Cell(uint64(segment)*p.spec.segmentCells()+at, &want)
		if have != want {
			return false, nil
		}
	}
	return true, nil
}
