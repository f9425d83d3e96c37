// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

var (
	spec      = corechain.Spec{Function: corechain.SHA256, Interval: 8}
	challenge = corechain.Challenge{Seed: [32]byte{1}, Operator: bytes.Repeat([]byte{7}, 20), Window: 42}
	drawSeed  = [32]byte{2}
)

type proven struct {
	record     *corechain.Record
	commitment corechain.Commitment
	drawn      []uint64
	reveals    []corechain.Reveal
}

func (p proven) proof() []byte { return corechain.EncodeProof(p.reveals) }

func open(t testing.TB, r *corechain.Record, samples int) proven {
	t.Helper()
	c, err := r.Commit()
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := corechain.Draw(drawSeed, r.Challenge, c, samples)
	if err != nil {
		t.Fatal(err)
	}
	reveals, err := r.Open(drawn)
	if err != nil {
		t.Fatal(err)
	}
	return proven{r, c, drawn, reveals}
}

func prove(t testing.TB, spec corechain.Spec, ch corechain.Challenge, samples int, segments ...uint64) proven {
	t.Helper()
	r, err := corechain.Compute(spec, ch, segments)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, r, samples)
}

func TestHonestWorkIsAccepted(t *testing.T) {
	t.Parallel()
	for _, segments := range [][]uint64{{1}, {1, 1}, {5}, {3, 1, 7}, {64, 64}, {100, 90, 110, 1}} {
		for _, samples := range []int{1, 4, 40, 1000} {
			p := prove(t, spec, challenge, samples, segments...)
			if _, err := corechain.Verify(spec, challenge, p.commitment, p.drawn, p.proof()); err != nil {
				t.Errorf("%v, %d samples: %v", segments, samples, err)
			}
			for _, r := range p.reveals {
				if err := r.Check(spec, challenge, p.commitment); err != nil {
					t.Errorf("%v, lane %d segment %d: %v", segments, r.Lane, r.Segment, err)
				}
			}
		}
	}
}

func TestEveryFunctionProvesAndVerifies(t *testing.T) {
	t.Parallel()
	for _, f := range corechain.Functions {
		s := corechain.Spec{Function: f, Interval: f.Interval()}
		p := prove(t, s, challenge, 3, 2, 3)
		if _, err := corechain.Verify(s, challenge, p.commitment, p.drawn, p.proof()); err != nil {
			t.Errorf("%v: %v", f, err)
		}
		for _, other := range corechain.Functions {
			s.Function = other
			if s.Interval > other.MaxInterval() {
				s.Interval = other.Interval()
			}
			if _, err := corechain.Verify(s, challenge, p.commitment, p.drawn, p.proof()); other != f && !errors.Is(err, corechain.ErrMismatch) {
				t.Errorf("steps of %v pass as %v: %v", f, other, err)
			}
		}
	}
	if corechain.Function(99).String() != "unknown" || corechain.Function(0).MaxInterval() != 0 {
		t.Error("an unknown function is known")
	}
}

func TestP1_WorkOfAnotherChallengeIsAMismatch(t *testing.T) {
	t.Parallel()
	// With as many samples as segments the first ones, which bind the challenge,
	// are among those opened.
	p := prove(t, spec, challenge, 100, 4, 4)
	for name, change := range map[string]func(*corechain.Challenge){
		"another seed (precomputed)":         func(c *corechain.Challenge) { c.Seed[31]++ },
		"another window (replayed)":          func(c *corechain.Challenge) { c.Window++ },
		"another operator (stolen)":          func(c *corechain.Challenge) { c.Operator = bytes.Repeat([]byte{8}, 20) },
		"an operator with a byte more":       func(c *corechain.Challenge) { c.Operator = append(slices.Clone(c.Operator), 0) },
		"an operator that runs into windows": func(c *corechain.Challenge) { c.Operator = c.Operator[:19] },
	} {
		ch := challenge
		change(&ch)
		if _, err := corechain.Verify(spec, ch, p.commitment, p.drawn, p.proof()); !errors.Is(err, corechain.ErrMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Lane 1 hands in what lane 0 computed.
	r, _ := corechain.Compute(spec, challenge, []uint64{4, 4})
	r.Ends[1] = r.Ends[0]
	copied := open(t, r, 100)
	n, err := corechain.Verify(spec, challenge, copied.commitment, copied.drawn, copied.proof())
	if !errors.Is(err, corechain.ErrMismatch) || copied.drawn[n] != 4 {
		t.Errorf("a copied lane: %v at %d", err, n)
	}
	// A chain that goes on where another window's ended.
	r, _ = corechain.Compute(spec, challenge, []uint64{8})
	r.Ends[0] = r.Ends[0][4:]
	late := open(t, r, 100)
	if _, err := corechain.Verify(spec, challenge, late.commitment, late.drawn, late.proof()); !errors.Is(err, corechain.ErrMismatch) {
		t.Errorf("a chain without its beginning: %v", err)
	}
}

func TestP1_NoCopiedSegmentServesAnotherLaneOrOperator(t *testing.T) {
	t.Parallel()
	const segments = 200
	r, err := corechain.Compute(spec, challenge, []uint64{segments})
	if err != nil {
		t.Fatal(err)
	}
	// One core's chain is handed in for a second lane, and by another operator; neither of
	// the two is drawn at its first segment.
	r.Ends = append(r.Ends, r.Ends[0])
	thief := challenge
	thief.Operator = bytes.Repeat([]byte{8}, 20)
	for name, c := range map[string]struct {
		ch   corechain.Challenge
		leaf uint64
	}{
		"another lane":     {challenge, segments + 7},
		"another operator": {thief, 7},
	} {
		commitment, err := r.Commit()
		if err != nil {
			t.Fatal(err)
		}
		reveals, err := r.Open([]uint64{c.leaf})
		if err != nil {
			t.Fatal(err)
		}
		if err := reveals[0].Check(spec, c.ch, commitment); !errors.Is(err, corechain.ErrMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestP3_MalformedProofsAreRefusedBeforeAnyStep(t *testing.T) {
	t.Parallel()
	p := prove(t, spec, challenge, 3, 9, 5)
	good := p.proof()
	// An interval of a million steps would be felt if they were taken, and make the
	// segments mismatch: none of these may get that far.
	slow := corechain.Spec{Function: corechain.SHA256, Interval: corechain.SHA256.MaxInterval()}
	check := func(name string, want error, s corechain.Spec, ch corechain.Challenge, c corechain.Commitment, drawn []uint64, proof []byte) {
		t.Helper()
		if _, err := corechain.Verify(s, ch, c, drawn, proof); !errors.Is(err, want) || errors.Is(err, corechain.ErrMismatch) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	for cut := range 70 {
		check("truncated", corechain.ErrShape, slow, challenge, p.commitment, p.drawn, good[:len(good)-1-cut])
	}
	check("empty", corechain.ErrShape, slow, challenge, p.commitment, p.drawn, nil)
	check("a byte more", corechain.ErrShape, slow, challenge, p.commitment, p.drawn, append(slices.Clone(good), 0))
	check("10 MB", corechain.ErrShape, slow, challenge, p.commitment, p.drawn, make([]byte, 10<<20))
	check("twice", corechain.ErrShape, slow, challenge, p.commitment, p.drawn, slices.Concat(good, good))
	for i := range good {
		bent := slices.Clone(good)
		bent[i] ^= 0x10
		check("a bent bit", corechain.ErrPath, slow, challenge, p.commitment, p.drawn, bent)
	}
	check("nothing drawn", corechain.ErrShape, slow, challenge, p.commitment, nil, nil)
	check("drawn twice", corechain.ErrShape, slow, challenge, p.commitment, []uint64{3, 3}, good)
	check("drawn out of order", corechain.ErrShape, slow, challenge, p.commitment, []uint64{5, 3}, good)
	check("drawn out of range", corechain.ErrShape, slow, challenge, p.commitment, []uint64{3, 14}, good)
	check("too many drawn", corechain.ErrShape, slow, challenge, p.commitment, make([]uint64, corechain.MaxSamples+1), good)

	commit := func(f func(*corechain.Commitment)) corechain.Commitment {
		c := p.commitment
		c.Segments = slices.Clone(c.Segments)
		f(&c)
		return c
	}
	check("no lanes", corechain.ErrShape, slow, challenge, commit(func(c *corechain.Commitment) { c.Segments = nil }), p.drawn, good)
	check("too many lanes", corechain.ErrShape, slow, challenge, commit(func(c *corechain.Commitment) { c.Segments = make([]uint64, corechain.MaxLanes+1) }), p.drawn, good)
	check("an empty lane", corechain.ErrShape, slow, challenge, commit(func(c *corechain.Commitment) { c.Segments[0] = 0 }), p.drawn, good)
	check("a lane too long", corechain.ErrShape, slow, challenge, commit(func(c *corechain.Commitment) { c.Segments[0] = corechain.MaxSegments + 1 }), p.drawn, good)
	check("a total too great", corechain.ErrShape, slow, challenge, commit(func(c *corechain.Commitment) {
		c.Segments = slices.Repeat([]uint64{corechain.MaxSegments}, corechain.MaxLanes)
	}), p.drawn, good)
	check("the root of another", corechain.ErrPath, slow, challenge, commit(func(c *corechain.Commitment) { c.Root[0]++ }), p.drawn, good)
	check("the same root claims more", corechain.ErrPath, slow, challenge, commit(func(c *corechain.Commitment) { c.Segments = []uint64{10, 5} }), p.drawn,
		make([]byte, mustSize(t, commit(func(c *corechain.Commitment) { c.Segments = []uint64{10, 5} }), p.drawn)))
	check("unknown function", corechain.ErrShape, corechain.Spec{Function: 99, Interval: 1}, challenge, p.commitment, p.drawn, good)
	check("no interval", corechain.ErrShape, corechain.Spec{Function: corechain.SHA256}, challenge, p.commitment, p.drawn, good)
	check("interval too long", corechain.ErrShape, corechain.Spec{Function: corechain.SHA256, Interval: corechain.SHA256.MaxInterval() + 1}, challenge, p.commitment, p.drawn, good)
	check("no operator", corechain.ErrShape, slow, corechain.Challenge{}, p.commitment, p.drawn, good)
}

func mustSize(t *testing.T, c corechain.Commitment, drawn []uint64) int {
	t.Helper()
	n, err := corechain.ProofSize(c, drawn)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestP3_OneBadSegmentIsAProofOfFraud(t *testing.T) {
	t.Parallel()
	r, err := corechain.Compute(spec, challenge, []uint64{6, 6})
	if err != nil {
		t.Fatal(err)
	}
	r.Ends[1][2][5] ^= 1
	p := open(t, r, 100)
	var bad []uint64
	for i, reveal := range p.reveals {
		switch err := reveal.Check(spec, challenge, p.commitment); {
		case errors.Is(err, corechain.ErrMismatch):
			bad = append(bad, p.drawn[i])
		case err != nil:
			t.Errorf("segment %d: %v", i, err)
		}
	}
	if !slices.Equal(bad, []uint64{8, 9}) { // it ends wrong, and the next begins wrong
		t.Errorf("bad segments: %v", bad)
	}
	// Nobody can frame the worker with a segment that it did not commit to.
	framed := p.reveals[0]
	framed.End[0]++
	if err := framed.Check(spec, challenge, p.commitment); !errors.Is(err, corechain.ErrPath) {
		t.Errorf("framed: %v", err)
	}
	moved := p.reveals[3]
	moved.Segment++
	if err := moved.Check(spec, challenge, p.commitment); !errors.Is(err, corechain.ErrPath) {
		t.Errorf("moved: %v", err)
	}
	for _, r := range []corechain.Reveal{{Lane: 2}, {Segment: 6}, {Segment: ^uint64(0)}, {Lane: ^uint32(0)}} {
		if err := r.Check(spec, challenge, p.commitment); !errors.Is(err, corechain.ErrShape) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	long := p.reveals[3]
	long.Path = append(slices.Clone(long.Path), merkle.Hash{})
	if err := long.Check(spec, challenge, p.commitment); !errors.Is(err, corechain.ErrPath) {
		t.Errorf("long path: %v", err)
	}
}

func TestP5_TheDrawDependsOnSeedAndCommitment(t *testing.T) {
	t.Parallel()
	p := prove(t, spec, challenge, 4, 500, 500)
	again, _ := corechain.Draw(drawSeed, challenge, p.commitment, 4)
	if !slices.Equal(again, p.drawn) {
		t.Error("two draws differ")
	}
	other, _ := corechain.Draw([32]byte{3}, challenge, p.commitment, 4)
	if slices.Equal(other, p.drawn) {
		t.Error("the seed does not matter")
	}
	c := p.commitment
	c.Root[0]++
	other, _ = corechain.Draw(drawSeed, challenge, c, 4)
	if slices.Equal(other, p.drawn) {
		t.Error("the root does not matter")
	}
}

func FuzzDecodeProof(f *testing.F) {
	p := prove(f, spec, challenge, 4, 9, 5)
	f.Add(uint64(9), uint64(5), p.proof())
	f.Add(uint64(1), uint64(1), []byte{})
	f.Fuzz(func(t *testing.T, a, b uint64, proof []byte) {
		c := corechain.Commitment{Segments: []uint64{a, b}, Root: p.commitment.Root}
		if c.Validate() != nil {
			return
		}
		drawn, err := corechain.Draw(drawSeed, challenge, c, 4)
		if err != nil {
			t.Fatal(err)
		}
		reveals, err := corechain.DecodeProof(c, drawn, proof)
		if err != nil {
			return
		}
		if len(proof) > corechain.MaxProofSize(4) {
			t.Errorf("%d bytes", len(proof))
		}
		if !bytes.Equal(corechain.EncodeProof(reveals), proof) {
			t.Error("encoding is not the inverse of decoding")
		}
		if _, err := corechain.Verify(spec, challenge, c, drawn, proof); err == nil && !bytes.Equal(proof, p.proof()) {
			t.Error("another proof passes")
		}
	})
}
