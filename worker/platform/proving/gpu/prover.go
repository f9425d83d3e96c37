// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// Options of a prover.
type Options struct {
	// Memory bounds the matrices that a run keeps, in bytes; 0 is 1 GiB. At
	// least one matrix is kept whatever it says.
	Memory int64
	// Workers is the number of threads that hash trees; 0 is all that Go may use.
	Workers int
}

// A Prover proves with one device. Its methods exclude each other.
type Prover interface {
	// Info describes the device.
	Info() Info
	// Run computes steps until the deadline, or until there are as many as steps
	// (0: gemm.MaxSteps). It ends early enough for one more step and the trees,
	// makes one step at least, and fails if the device does.
	Run(ctx context.Context, c gemm.Challenge, deadline time.Time, steps uint32) (Run, error)
	// Open answers samples of the last run, encoded for gemm.Verify.
	Open(ctx context.Context, r Run, samples []gemm.Sample) ([]byte, error)
	// Close gives the device back. A closed prover must not be used.
	Close() error
}

// A Local is a prover whose engine is in this process.
type Local struct {
	mu     sync.Mutex
	engine Engine
	opts   Options
	last   *chain
}

var _ Prover = (*Local)(nil)

// New makes a prover of an engine, which it closes in the end.
func New(engine Engine, opts Options) *Local {
	if opts.Memory <= 0 {
		opts.Memory = 1 << 30
	}
	if opts.Workers <= 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	return &Local{engine: engine, opts: opts}
}

// Info describes the device.
func (p *Local) Info() Info { return p.engine.Info() }

// Close closes the engine.
func (p *Local) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = nil
	return p.engine.Close()
}

// A Run is a chain that was computed and committed to.
type Run struct {
	// Challenge is what it answers.
	Challenge gemm.Challenge
	// Commitment is what is sent before the deadline.
	Commitment gemm.Commitment
	// Elapsed is the time from the challenge to the commitment.
	Elapsed time.Duration
	// Computing is the part of it after B and A_0 were there.
	Computing time.Duration
}

// ErrForgotten says that a run is not the last one of its prover.
var ErrForgotten = errors.New("the run is not this prover's last one")

// A chain is what a prover keeps of its last run.
type chain struct {
	Run
	roots []merkle.Hash     // of A_1, A_2, ...
	kept  map[uint32][]byte // matrix t, for multiples of every
	every uint32
}

// GOPS is the rate of the run as a verifier who timed it would see it, in 10^9
// operations a second.
func (r Run) GOPS() uint64 {
	return gemm.GOPS(r.Challenge.N, r.Commitment.Steps, uint64(max(1, r.Elapsed.Milliseconds())))
}

// Run computes a chain and keeps what it takes to open it; the run before is forgotten.
func (p *Local) Run(ctx context.Context, c gemm.Challenge, deadline time.Time, steps uint32) (Run, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	start := time.Now()
	s, err := gemm.NewStreams(c)
	if err != nil {
		return Run{}, err
	}
	if steps == 0 || steps > gemm.MaxSteps {
		steps = gemm.MaxSteps
	}
	if err := p.engine.Load(s); err != nil {
		return Run{}, fmt.Errorf("load: %w", err)
	}
	p.last = nil
	r := &chain{Run: Run{Challenge: c}, kept: map[uint32][]byte{}, every: 16}
	trees := newTrees(p.opts.Workers, c.N)
	loaded := time.Now()
	slowest := time.Duration(0)
	for t := range steps {
		before := time.Now()
		if t > 0 && (ctx.Err() != nil || before.Add(2*slowest).After(deadline)) {
			break
		}
		if err = p.advance(r, s, t, trees); err != nil {
			break
		}
		slowest = max(slowest, time.Since(before))
		r.Commitment.Steps = t + 1
	}
	roots, failed := trees.finish()
	if err := errors.Join(err, failed); err != nil {
		return Run{}, err
	}
	r.roots = roots
	if r.Commitment.Root, err = gemm.Root(roots); err != nil {
		return Run{}, err
	}
	r.Elapsed, r.Computing = time.Since(start), time.Since(loaded)
	p.last = r
	return r.Run, nil
}

// advance makes step t of a run.
func (p *Local) advance(r *chain, s *gemm.Streams, t uint32, trees *trees) error {
	digests := trees.buffer()
	if err := p.engine.Step(s.Step(t), digests); err != nil {
		return fmt.Errorf("step %d: %w", t, err)
	}
	trees.add(digests)
	if (t+1)%r.every != 0 {
		return nil
	}
	n := r.Challenge.N
	var spare []byte
	if room := max(1, int(p.opts.Memory/int64(n*n))); len(r.kept) >= room {
		r.every *= 2
		for at, matrix := range r.kept {
			if at%r.every != 0 {
				spare = matrix
				delete(r.kept, at)
			}
		}
		if (t+1)%r.every != 0 {
			return nil
		}
	}
	return p.keep(r, t+1, spare)
}

// keep copies the current matrix, which is matrix t.
func (p *Local) keep(r *chain, t uint32, matrix []byte) error {
	if matrix == nil {
		matrix = make([]byte, r.Challenge.N*r.Challenge.N)
	}
	if err := p.engine.Read(matrix, 0); err != nil {
		return fmt.Errorf("read matrix %d: %w", t, err)
	}
	r.kept[t] = matrix
	return nil
}

// trees computes step roots beside the device.
type trees struct {
	n     int
	jobs  chan job
	free  chan []Digest
	group sync.WaitGroup

	mu    sync.Mutex
	roots []merkle.Hash
	err   error
	count int
}

type job struct {
	step    int
	digests []Digest
}

func newTrees(workers, n int) *trees {
	t := &trees{n: n, jobs: make(chan job), free: make(chan []Digest, 2*workers+1)}
	for range cap(t.free) {
		t.free <- nil
	}
	for range workers {
		t.group.Go(func() {
			for j := range t.jobs {
				t.done(j)
			}
		})
	}
	return t
}

// buffer waits for room for the digests of one more step.
func (t *trees) buffer() []Digest {
	if b := <-t.free; b != nil {
		return b
	}
	return make([]Digest, t.n)
}

// add takes the digests of the next step.
func (t *trees) add(digests []Digest) {
	t.jobs <- job{step: t.count, digests: digests}
	t.count++
}

func (t *trees) done(j job) {
	root, err := gemm.StepRoot(j.digests)
	t.mu.Lock()
	if len(t.roots) <= j.step {
		t.roots = append(t.roots, make([]merkle.Hash, j.step+1-len(t.roots))...)
	}
	t.roots[j.step] = root
	t.err = errors.Join(t.err, err)
	t.mu.Unlock()
	t.free <- j.digests
}

// finish waits for all roots.
func (t *trees) finish() ([]merkle.Hash, error) {
	close(t.jobs)
	t.group.Wait()
	return slices.Clip(t.roots), t.err
}
