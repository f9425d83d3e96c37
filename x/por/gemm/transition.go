// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm

import (
	"fmt"

	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// A Place shows a row of a committed matrix to be in the chain.
type Place struct {
	// Root is the root of the tree of the matrix.
	Root merkle.Hash
	// InStep leads from the row's digest to Root.
	InStep merkle.Path
	// InChain leads from Root to the commitment's root.
	InChain merkle.Path
}

// size is the number of bytes of a place in matrix t, 1 to Steps.
func placeSize(n int, steps, t uint32) int {
	inStep, _ := merkle.Length(uint64(n), 0, 1) // n and t were checked; all rows have paths of one length
	inChain, _ := merkle.Length(uint64(steps), uint64(t-1), 1)
	return (1 + inStep + inChain) * merkle.HashSize
}

// check verifies that row is the row of matrix t, 1 to Steps.
func (p Place) check(n int, made Commitment, t uint32, row int, content []byte) error {
	d := RowDigest(content)
	leaf := merkle.Leaf(uint64(row), d[:])
	if err := merkle.Verify(p.Root, uint64(n), uint64(row), leaf, p.InStep); err != nil {
		return fmt.Errorf("%w: row %d of A_%d: %w", ErrRow, row, t, err)
	}
	leaf = merkle.Leaf(uint64(t-1), p.Root[:])
	if err := merkle.Verify(made.Root, uint64(made.Steps), uint64(t-1), leaf, p.InChain); err != nil {
		return fmt.Errorf("%w: matrix A_%d: %w", ErrRow, t, err)
	}
	return nil
}

// A Transition is a committed row of A_t with the committed row of A_t+1 that is
// made of it: what a dispute is about. It does not say that the one follows from
// the other; Entry and Whole judge that.
type Transition struct {
	Sample
	// Row is the row of A_t; for t = 0, which is not committed, it is empty.
	Row []byte
	// Next is the row of A_t+1 at the place where the shuffle puts it.
	Next []byte
	// From and To are the places of both; From is empty for t = 0.
	From, To Place
}

// TransitionSize is the number of bytes of an encoded transition.
func TransitionSize(c Challenge, made Commitment, at Sample) (int, error) {
	if err := checkSamples(c, made, []Sample{at}); err != nil {
		return 0, err
	}
	size := c.N + placeSize(c.N, made.Steps, at.Step+1)
	if at.Step > 0 {
		size += c.N + placeSize(c.N, made.Steps, at.Step)
	}
	return size, nil
}

// Encode writes a transition: row, next, from, to.
func (t Transition) Encode() []byte {
	out := append(append([]byte(nil), t.Row...), t.Next...)
	if t.Step > 0 {
		out = t.From.append(out)
	}
	return t.To.append(out)
}

// DecodeTransition reads a transition of exactly TransitionSize bytes.
func DecodeTransition(c Challenge, made Commitment, at Sample, data []byte) (Transition, error) {
	want, err := TransitionSize(c, made, at)
	if err != nil {
		return Transition{}, err
	}
	if len(data) != want {
		return Transition{}, fmt.Errorf("%w: %d bytes, want %d", ErrSize, len(data), want)
	}
	t := Transition{Sample: at}
	if at.Step > 0 {
		t.Row, data = data[:c.N], data[c.N:]
	}
	t.Next, data = data[:c.N], data[c.N:]
	if at.Step > 0 {
		t.From, data = readPlace(c.N, made.Steps, at.Step, data)
	}
	t.To, _ = readPlace(c.N, made.Steps, at.Step+1, data)
	return t, nil
}

// locate checks that both rows are committed, and completes Row.
func (t Transition) locate(s *Streams, made Commitment) ([]byte, error) {
	row := t.Row
	if t.Step == 0 {
		row = make([]byte, s.n)
		s.Rows(row, int(t.Sample.Row))
	}
	if len(row) != s.n || len(t.Next) != s.n {
		return nil, fmt.Errorf("%w: rows of %d and %d bytes, want %d", ErrSize, len(row), len(t.Next), s.n)
	}
	if t.Step > 0 {
		if err := t.From.check(s.n, made, t.Step, int(t.Sample.Row), row); err != nil {
			return nil, err
		}
	}
	target := s.Step(t.Step).Target(int(t.Sample.Row), s.n)
	if err := t.To.check(s.n, made, t.Step+1, target, t.Next); err != nil {
		return nil, err
	}
	return row, nil
}

// Entry judges one entry of a transition exactly: N multiplications. It is a
// proof of fraud if it answers false without an error: both rows are committed,
// and entry column of the later one does not follow from the earlier one.
func (t Transition) Entry(c Challenge, made Commitment, column int) (bool, error) {
	if err := checkSamples(c, made, []Sample{t.Sample}); err != nil {
		return false, err
	}
	if column < 0 || column >= c.N {
		return false, fmt.Errorf("%w: column %d of %d", ErrSamples, column, c.N)
	}
	s, err := NewStreams(c)
	if err != nil {
		return false, err
	}
	row, err := t.locate(s, made)
	if err != nil {
		return false, err
	}
	b := make([]byte, c.N)
	s.Columns(b, column)
	return t.Next[column] == s.Step(t.Step).Entry(Dot(row, b), int(t.Sample.Row), column), nil
}

// Whole judges all entries of a transition exactly: N^2 multiplications. It
// answers the first column that does not follow, or -1 if all do.
func (t Transition) Whole(c Challenge, made Commitment) (int, error) {
	if err := checkSamples(c, made, []Sample{t.Sample}); err != nil {
		return 0, err
	}
	s, err := NewStreams(c)
	if err != nil {
		return 0, err
	}
	row, err := t.locate(s, made)
	if err != nil {
		return 0, err
	}
	next := make([]byte, s.n)
	s.Step(t.Step).Requant(next, s.Product(row), int(t.Sample.Row))
	for k := range next {
		if next[k] != t.Next[k] {
			return k, nil
		}
	}
	return -1, nil
}

func (p Place) append(out []byte) []byte {
	out = append(out, p.Root[:]...)
	for _, path := range []merkle.Path{p.InStep, p.InChain} {
		for i := range path {
			out = append(out, path[i][:]...)
		}
	}
	return out
}

// readPlace reads placeSize bytes, which data has.
func readPlace(n int, steps, t uint32, data []byte) (Place, []byte) {
	inStep, _ := merkle.Length(uint64(n), 0, 1)
	inChain, _ := merkle.Length(uint64(steps), uint64(t-1), 1)
	take := func(count int) merkle.Path {
		path := make(merkle.Path, count)
		for i := range path {
			path[i], data = merkle.Hash(data[:merkle.HashSize]), data[merkle.HashSize:]
		}
		return path
	}
	root := take(1)[0]
	return Place{Root: root, InStep: take(inStep), InChain: take(inChain)}, data
}
