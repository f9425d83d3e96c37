// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"context"
	"fmt"
	"sync"

	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// Open answers samples of the last run. It repeats the steps from the kept matrix
// before each sample on.
func (p *Local) Open(ctx context.Context, run Run, samples []gemm.Sample) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.last
	if r == nil || r.Commitment != run.Commitment {
		return nil, ErrForgotten
	}
	if _, err := gemm.OpeningSize(r.Challenge, r.Commitment, samples); err != nil {
		return nil, err
	}
	s, err := gemm.NewStreams(r.Challenge)
	if err != nil {
		return nil, err
	}
	if err := p.engine.Load(s); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	top, err := merkle.NewTree(leaves(r.roots, func(h merkle.Hash) []byte { return h[:] }))
	if err != nil {
		return nil, err
	}
	o := &opener{p: p, run: r, streams: s, top: top, digests: make([]Digest, r.Challenge.N)}
	opening := make([]gemm.Opened, len(samples))
	for first := 0; first < len(samples); {
		last := first
		for last < len(samples) && samples[last].Step == samples[first].Step {
			last++
		}
		if err := o.step(ctx, samples[first:last], opening[first:last]); err != nil {
			return nil, err
		}
		first = last
	}
	return gemm.Encode(samples, opening), nil
}

// An opener has an engine that stands at matrix at of a run.
type opener struct {
	p       *Local
	run     *chain
	streams *gemm.Streams
	top     *merkle.Tree
	at      uint32
	digests []Digest
	tree    *merkle.Tree // of matrix at, if it is above 0
}

// step answers samples of one step.
func (o *opener) step(ctx context.Context, samples []gemm.Sample, opening []gemm.Opened) error {
	t, n := samples[0].Step, o.run.Challenge.N
	if err := o.reach(ctx, t); err != nil {
		return err
	}
	rows := make([][]byte, len(samples))
	for i, at := range samples {
		rows[i] = make([]byte, n)
		if err := o.p.engine.Read(rows[i], int(at.Row)); err != nil {
			return fmt.Errorf("read row %d of matrix %d: %w", at.Row, t, err)
		}
		if t > 0 {
			place, err := o.place(int(at.Row))
			if err != nil {
				return err
			}
			opening[i].Row, opening[i].From = rows[i], place
		}
	}
	if err := o.advance(true); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for i := range samples {
		wg.Go(func() { opening[i].Product = o.streams.Product(rows[i]) })
	}
	wg.Wait()
	key := o.streams.Step(t)
	next := make([]byte, n)
	for i, at := range samples {
		key.Requant(next, opening[i].Product, int(at.Row))
		to := key.Target(int(at.Row), n)
		if gemm.RowDigest(next) != o.digests[to] {
			return fmt.Errorf("%w: row %d of step %d is not what the CPU makes of it", ErrDevice, at.Row, t)
		}
		place, err := o.place(to)
		if err != nil {
			return err
		}
		opening[i].To = place
	}
	return nil
}

// reach brings the engine to matrix t, with its tree.
func (o *opener) reach(ctx context.Context, t uint32) error {
	best := uint32(0) // A_0 needs to be nowhere
	for k := range o.run.kept {
		if k <= t && k > best {
			best = k
		}
	}
	switch {
	case o.at <= t && o.at >= best:
	case best > 0:
		if err := o.p.engine.Write(o.run.kept[best]); err != nil {
			return fmt.Errorf("write matrix %d: %w", best, err)
		}
		o.at = best
		if err := o.plant(o.run.kept[best]); err != nil {
			return err
		}
	default:
		if err := o.p.engine.Load(o.streams); err != nil {
			return fmt.Errorf("load: %w", err)
		}
		o.at = 0
	}
	for o.at < t {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := o.advance(o.at+1 == t); err != nil {
			return err
		}
	}
	return nil
}

// plant makes the tree of a kept matrix.
func (o *opener) plant(matrix []byte) error {
	n := len(o.digests)
	for i := range o.digests {
		o.digests[i] = gemm.RowDigest(matrix[i*n : (i+1)*n])
	}
	return o.grow()
}

// advance makes the next matrix and, where somebody will look at it, its tree.
func (o *opener) advance(look bool) error {
	if err := o.p.engine.Step(o.streams.Step(o.at), o.digests); err != nil {
		return fmt.Errorf("step %d: %w", o.at, err)
	}
	o.at++
	if !look {
		return nil
	}
	return o.grow()
}

// grow makes the tree of the digests, which must be the one committed to.
func (o *opener) grow() error {
	tree, err := merkle.NewTree(leaves(o.digests, func(d Digest) []byte { return d[:] }))
	if err != nil {
		return err
	}
	if tree.Root() != o.run.roots[o.at-1] {
		return fmt.Errorf("%w: matrix %d is not what it was before", ErrDevice, o.at)
	}
	o.tree = tree
	return nil
}

// place shows a row of the current matrix to be in the chain.
func (o *opener) place(row int) (gemm.Place, error) {
	inStep, err := o.tree.Path(uint64(row))
	if err != nil {
		return gemm.Place{}, err
	}
	inChain, err := o.top.Path(uint64(o.at - 1))
	if err != nil {
		return gemm.Place{}, err
	}
	return gemm.Place{Root: o.tree.Root(), InStep: inStep, InChain: inChain}, nil
}

func leaves[T any](items []T, bytes func(T) []byte) []merkle.Hash {
	hashes := make([]merkle.Hash, len(items))
	for i, item := range items {
		hashes[i] = merkle.Leaf(uint64(i), bytes(item))
	}
	return hashes
}
