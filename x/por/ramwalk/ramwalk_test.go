// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package ramwalk_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

var (
	spec     = ramwalk.Spec{Rounds: 1, Steps: 400, Interval: 4}
	fill     = ramwalk.Fill{Seed: [32]byte{1}, Operator: bytes.Repeat([]byte{7}, 20), Window: 3, Cells: 200}
	walkSeed = [32]byte{2}
	drawSeed = [32]byte{3}
)

// walk walks over a memory that is all there.
func walk(spec ramwalk.Spec, f ramwalk.Fill, seed [32]byte) []ramwalk.State {
	memory := make([]ramwalk.Cell, f.Cells)
	maker := f.Maker(spec)
	for i := range memory {
		maker.Make(uint64(i), &memory[i])
	}
	x := ramwalk.Start(spec, f, seed)
	ends := make([]ramwalk.State, spec.Segments())
	for i := range ends {
		ramwalk.Take(&x, spec.Interval, f.Cells, func(i uint64) *ramwalk.Cell { return &memory[i] })
		ends[i] = x
	}
	return ends
}

func open(t testing.TB, spec ramwalk.Spec, ends []ramwalk.State, n int) (merkle.Hash, []uint64, []byte) {
	t.Helper()
	root, err := ramwalk.Root(ends)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := ramwalk.Draw(drawSeed, spec, root, n)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := ramwalk.Open(ends, drawn)
	if err != nil {
		t.Fatal(err)
	}
	return root, drawn, proof
}

func TestHonestWalksAreAccepted(t *testing.T) {
	t.Parallel()
	for _, s := range []ramwalk.Spec{spec, {Rounds: 4, Steps: 30, Interval: 1}, {Rounds: 2, Steps: 64, Interval: 64}} {
		ends := walk(s, fill, walkSeed)
		for _, n := range []int{1, 16, 1000} {
			root, drawn, proof := open(t, s, ends, n)
			if _, err := ramwalk.Verify(s, fill, walkSeed, root, drawn, proof); err != nil {
				t.Errorf("%+v, %d opened: %v", s, n, err)
			}
			if len(proof) > ramwalk.MaxProofSize(n) {
				t.Errorf("proof of %d bytes", len(proof))
			}
		}
	}
}

func TestP1_WalksOfAnotherChallengeAreMismatches(t *testing.T) {
	t.Parallel()
	root, drawn, proof := open(t, spec, walk(spec, fill, walkSeed), 100)
	check := func(name string, s ramwalk.Spec, f ramwalk.Fill, seed [32]byte) {
		t.Helper()
		if _, err := ramwalk.Verify(s, f, seed, root, drawn, proof); !errors.Is(err, ramwalk.ErrMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	check("another walk (precomputed)", spec, fill, [32]byte{9})
	other := func(change func(*ramwalk.Fill)) ramwalk.Fill {
		f := fill
		change(&f)
		return f
	}
	check("another window's seed", spec, other(func(f *ramwalk.Fill) { f.Seed[0]++ }), walkSeed)
	check("another window (replayed)", spec, other(func(f *ramwalk.Fill) { f.Window++ }), walkSeed)
	check("another operator (stolen)", spec, other(func(f *ramwalk.Fill) { f.Operator = []byte{1} }), walkSeed)
	check("a greater memory", spec, other(func(f *ramwalk.Fill) { f.Cells *= 2 }), walkSeed)
	check("other rounds", ramwalk.Spec{Rounds: 2, Steps: 400, Interval: 4}, fill, walkSeed)

	// The walk is right, over a fill of another worker.
	theirs := other(func(f *ramwalk.Fill) { f.Operator = []byte{1} })
	memory := make([]ramwalk.Cell, fill.Cells)
	for i := range memory {
		theirs.Maker(spec).Make(uint64(i), &memory[i])
	}
	x := ramwalk.Start(spec, fill, walkSeed)
	ends := make([]ramwalk.State, spec.Segments())
	for i := range ends {
		ramwalk.Take(&x, spec.Interval, fill.Cells, func(i uint64) *ramwalk.Cell { return &memory[i] })
		ends[i] = x
	}
	root, drawn, proof = open(t, spec, ends, 1)
	check("shared memory", spec, fill, walkSeed)
}

func TestP3_MalformedProofsAreRefusedBeforeAnyCell(t *testing.T) {
	t.Parallel()
	root, drawn, good := open(t, spec, walk(spec, fill, walkSeed), 3)
	slow := spec // would mismatch, if a step were taken
	slow.Rounds = ramwalk.MaxRounds
	check := func(name string, want error, s ramwalk.Spec, f ramwalk.Fill, root merkle.Hash, drawn []uint64, proof []byte) {
		t.Helper()
		if _, err := ramwalk.Verify(s, f, walkSeed, root, drawn, proof); !errors.Is(err, want) || errors.Is(err, ramwalk.ErrMismatch) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	check("empty", ramwalk.ErrShape, slow, fill, root, drawn, nil)
	check("truncated", ramwalk.ErrShape, slow, fill, root, drawn, good[:len(good)-1])
	check("a byte more", ramwalk.ErrShape, slow, fill, root, drawn, append(slices.Clone(good), 0))
	check("10 MB", ramwalk.ErrShape, slow, fill, root, drawn, make([]byte, 10<<20))
	for i := range good {
		bent := slices.Clone(good)
		bent[i] ^= 4
		check("a bent bit", ramwalk.ErrPath, slow, fill, root, drawn, bent)
	}
	check("another root", ramwalk.ErrPath, slow, fill, merkle.Hash{}, drawn, good)
	check("nothing drawn", ramwalk.ErrShape, slow, fill, root, nil, nil)
	check("drawn twice", ramwalk.ErrShape, slow, fill, root, []uint64{4, 4, 5}, good)
	check("drawn out of order", ramwalk.ErrShape, slow, fill, root, []uint64{4, 3, 5}, good)
	check("drawn out of range", ramwalk.ErrShape, slow, fill, root, []uint64{4, 5, 100}, good)
	check("too many drawn", ramwalk.ErrShape, slow, fill, root, make([]uint64, ramwalk.MaxSamples+1), good)
	for _, s := range []ramwalk.Spec{
		{}, {Rounds: 65, Steps: 4, Interval: 4}, {Rounds: 1, Steps: 5, Interval: 4}, {Rounds: 1, Steps: 1 << 30, Interval: 4},
		{Rounds: 1, Steps: 1024, Interval: 512}, {Rounds: 1, Interval: 1}, {Rounds: 1, Steps: 1 << 23, Interval: 1},
	} {
		check(fmt.Sprintf("%+v", s), ramwalk.ErrShape, s, fill, root, drawn, good)
	}
	for _, f := range []ramwalk.Fill{
		{Operator: []byte{1}}, {Operator: []byte{1}, Cells: ramwalk.MaxCells + 1}, {Cells: 1}, {Cells: 1, Operator: make([]byte, 65)},
	} {
		check(fmt.Sprintf("%d cells, operator of %d bytes", f.Cells, len(f.Operator)), ramwalk.ErrShape, slow, f, root, drawn, good)
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	s := ramwalk.Spec{Rounds: 4, Steps: 6, Interval: 2}
	root, err := ramwalk.Root(walk(s, fill, walkSeed))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(root[:]), "e8c0cd2d16a4206547bd10576eb69e8d9b844b96d347e7cd894851d347846254"; got != want {
		t.Errorf("root %s, want %s", got, want)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	timing := ramwalk.Timing{Step: 1000, Slack: 100_000}
	const rtt, jitter = 50_000, 10_000
	in := uint64(400*1000 + 100_000 + rtt)
	for _, c := range []struct {
		name string
		o    ramwalk.Observation
		want ramwalk.Verdict
	}{
		{"no answer says nothing", ramwalk.Observation{}, ramwalk.Unknown},
		{"at the deadline is in time", ramwalk.Observation{Answered: true, Elapsed: in}, ramwalk.OK},
		{"a delay that jitter explains says nothing", ramwalk.Observation{Answered: true, Elapsed: in + jitter}, ramwalk.Unknown},
		{"later than that is a mismatch", ramwalk.Observation{Answered: true, Elapsed: in + jitter + 1}, ramwalk.Mismatch},
		{"wrong steps in time are a mismatch", ramwalk.Observation{Answered: true, Opened: fmt.Errorf("x: %w", ramwalk.ErrMismatch)}, ramwalk.Mismatch},
		{"a proof of something else says nothing", ramwalk.Observation{Answered: true, Opened: ramwalk.ErrPath}, ramwalk.Unknown},
		{"no proof says nothing", ramwalk.Observation{Answered: true, Elapsed: 1 << 40, Opened: errors.New("stream closed")}, ramwalk.Unknown},
		{"nothing overflows", ramwalk.Observation{Answered: true, Elapsed: 1<<64 - 1}, ramwalk.Mismatch},
	} {
		c.o.RTT, c.o.Jitter = rtt, jitter
		got, value := timing.Judge(spec, fill, c.o)
		if got != c.want || (value != 0) != (got == ramwalk.OK) || value != 0 && value != 200*4096 {
			t.Errorf("%s: %v, worth %d", c.name, got, value)
		}
	}
	for v, want := range map[ramwalk.Verdict]string{0: "unknown", 1: "ok", 2: "mismatch", 3: "invalid"} {
		if v.String() != want {
			t.Errorf("%d is %v", v, v)
		}
	}
}

func TestAddedAndResolution(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ missing, hash, cores, want uint64 }{
		{0, 80_000, 1, 0},
		{10_000, 80_000, 1, 1 << 20 * 512 * 80},
		{500, 16_000, 1, 429_496_729},
		{500, 16_000, 16, 26_843_545},
		{500, 16_000, 0, 1<<63 - 1},
	} {
		if got := ramwalk.Added(ramwalk.DefaultSpec, c.missing, c.hash, c.cores); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
	timing := ramwalk.Timing{Step: 800, Slack: 100_000_000}
	// 1.048576 M steps: 0.839 s + 0.1 s allowed, 0.52 s needed, 8.59 s for all cells.
	if got := ramwalk.Resolution(ramwalk.DefaultSpec, timing, 500, 16_000, 1); got != 483 {
		t.Errorf("one core: %d", got)
	}
	if got := ramwalk.Resolution(ramwalk.DefaultSpec, timing, 500, 16_000, 1000); got != 10_000 {
		t.Errorf("a thousand cores: %d", got)
	}
	if got := ramwalk.Resolution(ramwalk.DefaultSpec, timing, 2000, 16_000, 1); got != 0 {
		t.Errorf("memory that is too slow: %d", got)
	}
}

func FuzzVerify(f *testing.F) {
	root, drawn, proof := open(f, spec, walk(spec, fill, walkSeed), 4)
	f.Add(proof)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := ramwalk.Verify(spec, fill, walkSeed, root, drawn, in); err == nil && !bytes.Equal(in, proof) {
			t.Error("another proof passes")
		}
	})
}

func BenchmarkCell(b *testing.B) {
	for _, rounds := range []uint32{4, 16} {
		b.Run(fmt.Sprintf("rounds=%d", rounds), func(b *testing.B) {
			maker := fill.Maker(ramwalk.Spec{Rounds: rounds})
			var cell ramwalk.Cell
			b.SetBytes(ramwalk.CellSize)
			for i := range b.N {
				maker.Make(uint64(i), &cell)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	s := ramwalk.DefaultSpec
	ends := make([]ramwalk.State, s.Segments())
	copy(ends, walk(ramwalk.Spec{Rounds: s.Rounds, Steps: s.Interval, Interval: s.Interval}, fill, walkSeed))
	for i := range ends[1:] {
		ends[i+1][0], ends[i+1][1], ends[i+1][2] = byte(i), byte(i>>8), byte(i>>16)
	}
	x := ramwalk.Start(s, fill, walkSeed)
	var cell ramwalk.Cell
	maker := fill.Maker(s)
	ramwalk.Take(&x, s.Interval, fill.Cells, func(i uint64) *ramwalk.Cell { maker.Make(i, &cell); return &cell })
	ends[0] = x
	root, err := ramwalk.Root(ends)
	if err != nil {
		b.Fatal(err)
	}
	proof, err := ramwalk.Open(ends, []uint64{0})
	if err != nil {
		b.Fatal(err)
	}
	for range b.N {
		if _, err := ramwalk.Verify(s, fill, walkSeed, root, []uint64{0}, proof); err != nil {
			b.Fatal(err)
		}
	}
	all, err := ramwalk.Draw(drawSeed, s, root, 16)
	if err != nil {
		b.Fatal(err)
	}
	size, err := ramwalk.ProofSize(s, all)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(size), "proof-B(16)")
}

func BenchmarkMix(b *testing.B) {
	var cell ramwalk.Cell
	fill.Maker(spec).Make(0, &cell)
	var x ramwalk.State
	b.SetBytes(ramwalk.CellSize)
	for range b.N {
		ramwalk.Mix(&x, &cell)
	}
}
