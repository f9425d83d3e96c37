// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"syscall"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// Options say how a plot is worked on. The zero value is usable.
type Options struct {
	Workers  int            // goroutines that compute or scan; 0: as many as there are CPUs
	Duty     int            // percent of the time that Fill and Scrub work, 1 to 100; 0: 100
	Reserve  uint64         // bytes that Fill leaves free on the disk; 0: DefaultReserve
	Progress func(Progress) // called by Fill, Prove and Scrub from time to time; each of them calls it from one goroutine

	tuning tuning
}

// DefaultReserve is what Fill leaves free where Options say nothing.
const DefaultReserve = 1 << 30

// tuning is what tests make smaller.
type tuning struct {
	chunkCells uint64 // cells that a worker gets at a time
	syncCells  uint64 // cells after which a record is written
	free       func(*os.Root) (uint64, error)
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Duty <= 0 || o.Duty > 100 {
		o.Duty = 100
	}
	if o.Reserve == 0 {
		o.Reserve = DefaultReserve
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.tuning.chunkCells == 0 {
		o.tuning.chunkCells = 256 // 1 MiB
	}
	if o.tuning.syncCells == 0 {
		o.tuning.syncCells = 16 << 20 / cellpost.CellBytes
	}
	if o.tuning.free == nil {
		o.tuning.free = freeBytes
	}
	return o
}

// A Plot is an open plot. Its methods may be called by several goroutines; those that exclude
// each other return ErrBusy.
type Plot struct {
	pace
	root    *os.Root
	lock    *os.File
	options Options

	writing sync.Mutex   // held by Fill, Scrub and Resize
	files   sync.RWMutex // held for reading while files have to stay, for writing by Resize and Close

	mu       sync.Mutex // guards what follows
	spec     Spec
	done     []uint64 // cells of each segment that are filled
	suspects []uint64 // cells that Prove found wrong, ascending, for Scrub
}

// Create makes the folder if need be and an empty plot in it. Fill fills it.
func Create(dir string, spec Spec, options Options) (*Plot, error) {
	spec = spec.withDefaults()
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create plot: %w", explain(err))
	}
	p, err := open(dir, options, false)
	if err != nil {
		return nil, err
	}
	if err := p.create(spec); err != nil {
		return nil, errors.Join(err, p.release())
	}
	return p, nil
}

func (p *Plot) create(spec Spec) error {
	names, err := p.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		switch name {
		case lockName, headerTemp:
		case headerName:
			return fmt.Errorf("%w: %s", ErrExists, p.root.Name())
		default:
			return fmt.Errorf("%w: %s has %s", ErrNotEmpty, p.root.Name(), name)
		}
	}
	if err := p.room(spec.Bytes()); err != nil {
		return err
	}
	p.spec = spec
	p.done = make([]uint64, spec.segments())
	return writeHeader(p.root, spec)
}

// Open opens the plot of the folder and finds out how much of it is there: of every segment it
// recomputes the last cell and some others of those that were written last.
func Open(dir string, options Options) (*Plot, error) {
	p, err := open(dir, options, true)
	if err != nil {
		return nil, err
	}
	spec, err := readHeader(p.root)
	if err == nil {
		p.spec = spec
		err = p.reconcile()
	}
	if err != nil {
		return nil, errors.Join(err, p.release())
	}
	return p, nil
}

// Delete removes the plot of the folder, whatever state it is in, and the folder itself if
// nothing else is in it.
func Delete(dir string) error {
	p, err := open(dir, Options{}, false)
	if err != nil {
		return err
	}
	names, err := p.names()
	if err != nil {
		return errors.Join(err, p.release())
	}
	// The header goes first: what has none is no plot any more. The lock goes last.
	slices.SortFunc(names, func(a, b string) int { return deleteOrder(a) - deleteOrder(b) })
	others := false
	for _, name := range names {
		if !ours.MatchString(name) {
			others = true
			continue
		}
		if err := p.root.Remove(name); err != nil {
			return errors.Join(explain(err), p.release())
		}
	}
	if err := errors.Join(syncDir(p.root), p.release()); err != nil || others {
		return err
	}
	return explain(os.Remove(dir))
}

var ours = regexp.MustCompile(`^(plot\.json|plot\.json\.new|plot\.lock|seg\.log\.new|seg-[0-9]{6,7}\.(cells|log))$`)

func deleteOrder(name string) int {
	switch name {
	case headerName:
		return 0
	case lockName:
		return 2
	}
	return 1
}

// open opens and locks the folder, which has a header if headed.
func open(dir string, options Options, headed bool) (*Plot, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNone, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open plot: %w", err)
	}
	if headed { // before a lock is left in a folder that is no plot's
		if _, err := root.Stat(headerName); errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(fmt.Errorf("%w: %s", ErrNone, dir), root.Close())
		}
	}
	lock, err := root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock plot %s: %w", dir, explain(err)), root.Close())
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrInUse
		}
		return nil, errors.Join(fmt.Errorf("lock plot %s: %w", dir, err), lock.Close(), root.Close())
	}
	options = options.withDefaults()
	return &Plot{root: root, lock: lock, options: options, pace: pace{duty: options.Duty}}, nil
}

func (p *Plot) names() ([]string, error) {
	dir, err := p.root.Open(".")
	if err != nil {
		return nil, err
	}
	names, err := dir.Readdirnames(-1)
	return names, errors.Join(err, dir.Close())
}

// Close gives the plot back. It waits for nothing: end Fill, Scrub and Prove before, or it is ErrBusy.
func (p *Plot) Close() error {
	if !p.writing.TryLock() {
		return ErrBusy
	}
	defer p.writing.Unlock()
	if !p.files.TryLock() {
		return ErrBusy
	}
	defer p.files.Unlock()
	return p.release()
}

func (p *Plot) release() error { return errors.Join(p.lock.Close(), p.root.Close()) }

// Status is how a plot is.
type Status struct {
	Spec     Spec
	Filled   uint64 // bytes
	Units    uint64 // that can be proven: filled without a gap from the beginning
	Suspects int    // cells that Prove found wrong and Scrub has not looked at yet
	Paused   bool
}

// Status says how the plot is.
func (p *Plot) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{Spec: p.spec, Suspects: len(p.suspects), Paused: p.isPaused()}
	for _, done := range p.done {
		s.Filled += done * cellpost.CellBytes
	}
	s.Units = p.ready() * cellpost.CellBytes / p.spec.UnitBytes
	return s
}

// ready is how many cells are filled without a gap from the beginning. Called with mu held.
func (p *Plot) ready() (cells uint64) {
	for segment, done := range p.done {
		cells += done
		if done < p.spec.cellsOf(segment) {
			break
		}
	}
	return cells
}

// Resize makes the plot larger or smaller. What is added has to be filled; what goes is given
// back to the disk. Cells do not depend on the size, so nothing is computed again.
func (p *Plot) Resize(units uint64) error {
	if !p.writing.TryLock() {
		return ErrBusy
	}
	defer p.writing.Unlock()
	if !p.files.TryLock() {
		return ErrBusy
	}
	defer p.files.Unlock()
	spec := p.spec
	spec.Units = units
	if err := spec.Validate(); err != nil {
		return err
	}
	if spec.Bytes() > p.spec.Bytes() {
		if err := p.room(spec.Bytes() - p.Status().Filled); err != nil {
			return err
		}
	}
	if err := writeHeader(p.root, spec); err != nil {
		return err
	}
	p.mu.Lock()
	p.spec = spec
	p.mu.Unlock()
	return p.reconcile()
}

// room returns ErrDiskFull unless bytes more leave the reserve alone.
func (p *Plot) room(bytes uint64) error {
	free, err := p.options.tuning.free(p.root)
	if err != nil {
		return err
	}
	if free < p.options.Reserve || free-p.options.Reserve < bytes {
		return fmt.Errorf("%w: %d bytes are needed, %d are free, of which %d are the reserve",
			ErrDiskFull, bytes, free, p.options.Reserve)
	}
	return nil
}

// Free is what the disk of a folder has left for this user, in bytes; the greatest
// number where that is not known.
func Free(dir string) (uint64, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, explain(err)
	}
	free, err := freeBytes(root)
	return free, errors.Join(err, root.Close())
}
