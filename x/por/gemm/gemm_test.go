// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

func TestAnHonestChainVerifies(t *testing.T) {
	c := challenge(256, "window 1", "node 1")
	k := run(t, c, 5, nil)
	for i := range 4 {
		samples, err := gemm.Draw(seed(i), c, k.made, 32)
		require.NoError(t, err)
		require.NoError(t, gemm.Verify(c, k.made, samples, k.open(t, samples), seed(100+i)))
	}
	one := run(t, c, 1, nil)
	samples, err := gemm.Draw(seed(9), c, one.made, 256)
	require.NoError(t, err, "all rows of a chain may be asked for")
	require.Len(t, samples, 256)
	require.NoError(t, gemm.Verify(c, one.made, samples, one.open(t, samples), seed(9)))
}

// Vectors: whoever changes one of these changes the protocol.
func TestVectorsArePinned(t *testing.T) {
	c := challenge(256, "window 1", "node 1")
	s, err := gemm.NewStreams(c)
	require.NoError(t, err)
	line := make([]byte, 256)
	s.Columns(line, 0)
	require.Equal(t, vectors.b0, hex.EncodeToString(line[:16]))
	s.Columns(line, 255)
	require.Equal(t, vectors.b255, hex.EncodeToString(line[240:]))
	s.Rows(line, 7)
	require.Equal(t, vectors.a7, hex.EncodeToString(line[:16]))
	require.Equal(t, vectors.key, s.Step(3))
	out := make([]byte, 8)
	s.Step(3).Requant(out, []int32{0, 1, -1, 1 << 20, -(1 << 20), math.MaxInt32, math.MinInt32, 12345}, 5)
	require.Equal(t, vectors.requant, hex.EncodeToString(out))
	k := run(t, c, 3, nil)
	require.Equal(t, vectors.root, hex.EncodeToString(k.made.Root[:]))
	samples, err := gemm.Draw(seed(1), c, k.made, 4)
	require.NoError(t, err)
	require.Equal(t, vectors.samples, samples)
	opened := sha256.Sum256(k.open(t, samples))
	require.Equal(t, vectors.opened, hex.EncodeToString(opened[:]))
}

func TestStreamsMayBeReadFromAnyLine(t *testing.T) {
	s, err := gemm.NewStreams(challenge(512, "w", "n"))
	require.NoError(t, err)
	all, line := make([]byte, 512*512), make([]byte, 512)
	s.Columns(all, 0)
	for i := range 512 {
		s.Columns(line, i)
		require.Equal(t, all[i*512:(i+1)*512], line)
	}
}

func TestTheShuffleIsAPermutationAndRequantIsEntryByEntry(t *testing.T) {
	s, err := gemm.NewStreams(challenge(256, "w", "n"))
	require.NoError(t, err)
	for step := range uint32(50) {
		key := s.Step(step)
		seen := map[int]bool{}
		for i := range 256 {
			seen[key.Target(i, 256)] = true
		}
		require.Len(t, seen, 256)
		product, out := make([]int32, 256), make([]byte, 256)
		for j := range product {
			product[j] = int32(j*j*7919 - 1<<20)
		}
		key.Requant(out, product, int(step))
		for j := range out {
			require.Equal(t, out[j], key.Entry(product[j], int(step), j))
		}
	}
}

// TestRequantMakesUniformBytes: every bit of the product counts, and a constant
// product gives a row like any other.
func TestRequantMakesUniformBytes(t *testing.T) {
	s, err := gemm.NewStreams(challenge(256, "w", "n"))
	require.NoError(t, err)
	var counts [256]int
	product, out := make([]int32, 16384), make([]byte, 16384)
	for i := range 16 {
		s.Step(0).Requant(out, product, i)
		for _, b := range out {
			counts[b]++
		}
	}
	chi := 0
	for _, n := range counts {
		chi += (n - 1024) * (n - 1024)
	}
	require.Less(t, chi/1024, 400, "255 degrees of freedom")
	for bit := range 32 {
		changed := 0
		for j := range 4096 {
			c := int32(j * 104729)
			if s.Step(1).Entry(c, 3, j) != s.Step(1).Entry(c^1<<bit, 3, j) {
				changed++
			}
		}
		require.Greater(t, changed, 3500, "bit %d", bit)
	}
}

func TestProductIsExactAtTheExtremes(t *testing.T) {
	minus, plus := bytes.Repeat([]byte{0x80}, gemm.MaxN), bytes.Repeat([]byte{0x7f}, gemm.MaxN)
	require.EqualValues(t, 1<<28, gemm.Dot(minus, minus))
	require.EqualValues(t, -128*127*gemm.MaxN, gemm.Dot(minus, plus))
	require.EqualValues(t, 127*127*3, gemm.Dot(plus[:3], plus[:3]))
	s, err := gemm.NewStreams(challenge(256, "w", "n"))
	require.NoError(t, err)
	row, column := make([]byte, 256), make([]byte, 256)
	s.Rows(row, 0)
	for k, c := range s.Product(row) {
		s.Columns(column, k)
		require.Equal(t, gemm.Dot(row, column), c)
	}
}

func TestRatesAreWholeNumbers(t *testing.T) {
	require.EqualValues(t, 33, gemm.GOPS(256, 1000, 1000))
	require.EqualValues(t, 1_099_511, gemm.GOPS(8192, 1000, 1000))
	require.EqualValues(t, 0, gemm.GOPS(8192, 1000, 0))
	require.EqualValues(t, 0, gemm.GOPS(8192, 1000, math.MaxUint64))
	require.EqualValues(t, uint64(1)<<63, gemm.Ops(gemm.MaxN, gemm.MaxSteps), "the greatest fits")
}

func TestChallengesAndCommitmentsAreBounded(t *testing.T) {
	for name, c := range map[string]gemm.Challenge{
		"order 0":               challenge(0, "w", "n"),
		"order negative":        challenge(-256, "w", "n"),
		"order too small":       challenge(128, "w", "n"),
		"order no power of two": challenge(384, "w", "n"),
		"order too great":       challenge(32768, "w", "n"),
		"no node":               challenge(256, "w", ""),
		"a node too long":       challenge(256, "w", string(make([]byte, 65))),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gemm.NewStreams(c)
			require.ErrorIs(t, err, gemm.ErrChallenge)
			_, err = gemm.Draw(seed(0), c, gemm.Commitment{Steps: 1}, 1)
			require.ErrorIs(t, err, gemm.ErrChallenge)
			require.ErrorIs(t, gemm.Verify(c, gemm.Commitment{Steps: 1}, []gemm.Sample{{}}, nil, seed(0)), gemm.ErrChallenge)
		})
	}
	for _, steps := range []uint32{0, gemm.MaxSteps + 1, math.MaxUint32} {
		_, err := gemm.Draw(seed(0), challenge(256, "w", "n"), gemm.Commitment{Steps: steps}, 1)
		require.ErrorIs(t, err, gemm.ErrCommitment)
	}
}

func TestDrawsAreDistinctOrderedAndBoundToAll(t *testing.T) {
	c, made := challenge(256, "w", "n"), gemm.Commitment{Steps: 1000, Root: merkle.Hash{1}}
	first, err := gemm.Draw(seed(0), c, made, 256)
	require.NoError(t, err)
	require.Len(t, first, 256)
	for i := 1; i < len(first); i++ {
		a, b := first[i-1], first[i]
		require.True(t, a.Step < b.Step || a.Step == b.Step && a.Row < b.Row)
	}
	others := map[string]func() ([]gemm.Sample, error){
		"another beacon": func() ([]gemm.Sample, error) { return gemm.Draw(seed(1), c, made, 256) },
		"another node":   func() ([]gemm.Sample, error) { return gemm.Draw(seed(0), challenge(256, "w", "m"), made, 256) },
		"another window": func() ([]gemm.Sample, error) { return gemm.Draw(seed(0), challenge(256, "v", "n"), made, 256) },
		"another root": func() ([]gemm.Sample, error) {
			return gemm.Draw(seed(0), c, gemm.Commitment{Steps: 1000}, 256)
		},
	}
	for name, draw := range others {
		other, err := draw()
		require.NoError(t, err)
		require.NotEqual(t, first, other, name)
	}
	for _, count := range []int{-1, 0, gemm.MaxSamples + 1} {
		_, err := gemm.Draw(seed(0), c, made, count)
		require.ErrorIs(t, err, gemm.ErrSamples)
	}
}

// TestP1_AProofIsOfOneNodeAndOneWindow: the same bytes prove nothing elsewhere.
func TestP1_AProofIsOfOneNodeAndOneWindow(t *testing.T) {
	c := challenge(256, "window 1", "node 1")
	k := run(t, c, 3, nil)
	samples, err := gemm.Draw(seed(0), c, k.made, 8)
	require.NoError(t, err)
	data := k.open(t, samples)
	for name, other := range map[string]gemm.Challenge{
		"another node":   challenge(256, "window 1", "node 2"),
		"another window": challenge(256, "window 2", "node 1"),
	} {
		require.Error(t, gemm.Verify(other, k.made, samples, data, seed(0)), name)
	}
	other := k.made
	other.Root[0] ^= 1
	require.ErrorIs(t, gemm.Verify(c, other, samples, data, seed(0)), gemm.ErrRow)
	moved := slices.Clone(samples)
	moved[0].Row = (moved[0].Row + 1) % 256
	if moved[0] != samples[1] {
		slices.SortFunc(moved, func(a, b gemm.Sample) int { return int(a.Step*256+a.Row) - int(b.Step*256+b.Row) })
		require.Error(t, gemm.Verify(c, k.made, moved, data, seed(0)), "another row")
	}
	require.NoError(t, gemm.Verify(c, k.made, samples, data, seed(0)))
}

// TestP3_EveryByteOfAnOpeningCounts changes one byte in each part, and sizes.
func TestP3_EveryByteOfAnOpeningCounts(t *testing.T) {
	c := challenge(256, "window 1", "node 1")
	k := run(t, c, 3, nil)
	samples := []gemm.Sample{{Step: 0, Row: 3}, {Step: 1, Row: 0}, {Step: 2, Row: 255}}
	data := k.open(t, samples)
	size, err := gemm.OpeningSize(c, k.made, samples)
	require.NoError(t, err)
	require.Len(t, data, size)
	require.NoError(t, gemm.Verify(c, k.made, samples, data, seed(0)))
	for at := 0; at < size; at += 37 {
		bad := bytes.Clone(data)
		bad[at] ^= 1 << (at % 8)
		require.Error(t, gemm.Verify(c, k.made, samples, bad, seed(0)), "byte %d", at)
	}
	for name, bad := range map[string][]byte{
		"nothing":       nil,
		"cut off":       data[:size-1],
		"half":          data[:size/2],
		"one byte more": append(bytes.Clone(data), 0),
		"twice":         append(bytes.Clone(data), data...),
		"10 MB":         make([]byte, 10<<20),
	} {
		require.ErrorIs(t, gemm.Verify(c, k.made, samples, bad, seed(0)), gemm.ErrSize, name)
	}
	for name, bad := range map[string][]gemm.Sample{
		"no samples":           {},
		"the same twice":       {samples[1], samples[1]},
		"out of order":         {samples[1], samples[0]},
		"a row too many":       {{Step: 0, Row: 256}},
		"a step too many":      {{Step: 3, Row: 0}},
		"the greatest of both": {{Step: math.MaxUint32, Row: math.MaxUint32}},
		"too many":             make([]gemm.Sample, gemm.MaxSamples+1),
	} {
		require.ErrorIs(t, gemm.Verify(c, k.made, bad, data, seed(0)), gemm.ErrSamples, name)
	}
}

// TestP4_AnOpeningIsBounded: what would take more than MaxOpening is not asked for.
func TestP4_AnOpeningIsBounded(t *testing.T) {
	c, made := challenge(gemm.MaxN, "w", "n"), gemm.Commitment{Steps: gemm.MaxSteps}
	samples, err := gemm.Draw(seed(0), c, made, 96)
	require.NoError(t, err)
	size, err := gemm.OpeningSize(c, made, samples)
	require.NoError(t, err)
	require.LessOrEqual(t, size, gemm.MaxOpening)
	samples, err = gemm.Draw(seed(0), c, made, 128)
	require.NoError(t, err)
	_, err = gemm.OpeningSize(c, made, samples)
	require.ErrorIs(t, err, gemm.ErrSamples)
}

// TestAProductThatRequantisesToTheCommittedRowIsStillChecked: the product is not
// committed to, so the prover may look for another one with the same requantised
// row. That is what the secret weights are for.
func TestAProductThatRequantisesToTheCommittedRowIsStillChecked(t *testing.T) {
	c := challenge(256, "window 1", "node 1")
	k := run(t, c, 2, nil)
	at := gemm.Sample{Step: 1, Row: 9}
	key, o := k.streams.Step(1), k.answer(t, at)
	o.Product = slices.Clone(o.Product)
	right := o.Product[0]
	for d := int32(1); ; d++ {
		if key.Entry(right+d, 9, 0) == key.Entry(right, 9, 0) {
			o.Product[0] += d
			break
		}
	}
	data := gemm.Encode([]gemm.Sample{at}, []gemm.Opened{o})
	require.ErrorIs(t, gemm.Verify(c, k.made, []gemm.Sample{at}, data, seed(0)), gemm.ErrProduct)
	o.Product[0] = 1 << 30
	data = gemm.Encode([]gemm.Sample{at}, []gemm.Opened{o})
	require.ErrorIs(t, gemm.Verify(c, k.made, []gemm.Sample{at}, data, seed(0)), gemm.ErrRange)
}

// TestTheShortCutIsNoProof: a prover that has A*(B*w) for the verifier's own
// weights, but not the product, has no rows to commit to.
func TestTheShortCutIsNoProof(t *testing.T) {
	c := challenge(256, "window 1", "node 1")
	made := run(t, c, 2, func(_, row int, next []byte) { // row 9 was never computed
		if row == 9 {
			clear(next)
		}
	})
	at := []gemm.Sample{{Step: 0, Row: 9}}
	// It may now compute what it likes: no product of this row leads to the row it
	// committed to, and a product that does is not the product.
	require.ErrorIs(t, gemm.Verify(c, made.made, at, made.open(t, at), seed(0)), gemm.ErrRow)
	key, o := made.streams.Step(0), made.answer(t, at[0])
	o.Product = make([]int32, 256)
	for j := range o.Product {
		for key.Entry(o.Product[j], 9, j) != 0 {
			o.Product[j]++
		}
	}
	data := gemm.Encode(at, []gemm.Opened{o})
	for i := range 20 {
		require.ErrorIs(t, gemm.Verify(c, made.made, at, data, seed(i)), gemm.ErrProduct)
	}
}

func TestDisputesAreJudgedExactly(t *testing.T) {
	c := challenge(256, "window 1", "node 1")
	k := run(t, c, 3, func(step, row int, next []byte) {
		if step > 0 && row == 5 {
			next[17] ^= 4
		}
	})
	for _, at := range []gemm.Sample{{Step: 0, Row: 5}, {Step: 1, Row: 5}, {Step: 2, Row: 5}, {Step: 2, Row: 6}} {
		key := k.streams.Step(at.Step)
		tr := gemm.Transition{Sample: at, Next: k.matrices[at.Step+1][key.Target(int(at.Row), 256)], To: k.answer(t, at).To}
		if at.Step > 0 {
			tr.Row, tr.From = k.matrices[at.Step][at.Row], k.answer(t, at).From
		}
		data := tr.Encode()
		size, err := gemm.TransitionSize(c, k.made, at)
		require.NoError(t, err)
		require.Len(t, data, size)
		tr, err = gemm.DecodeTransition(c, k.made, at, data)
		require.NoError(t, err)
		wrong := at.Step > 0 && at.Row == 5
		column, err := tr.Whole(c, k.made)
		require.NoError(t, err)
		require.Equal(t, wrong, column == 17)
		require.Equal(t, !wrong, column == -1)
		for _, column := range []int{0, 17, 255} {
			right, err := tr.Entry(c, k.made, column)
			require.NoError(t, err)
			require.Equal(t, !wrong || column != 17, right)
		}
		for _, column := range []int{-1, 256} {
			_, err := tr.Entry(c, k.made, column)
			require.ErrorIs(t, err, gemm.ErrSamples)
		}
		// Evidence that was tampered with judges nobody.
		for i := 0; i < len(data); i += 97 {
			bad := bytes.Clone(data)
			bad[i] ^= 1
			tr, err := gemm.DecodeTransition(c, k.made, at, bad)
			require.NoError(t, err)
			_, err = tr.Entry(c, k.made, 17)
			require.ErrorIs(t, err, gemm.ErrRow, "byte %d", i)
			_, err = tr.Whole(c, k.made)
			require.ErrorIs(t, err, gemm.ErrRow, "byte %d", i)
		}
		_, err = gemm.DecodeTransition(c, k.made, at, data[1:])
		require.ErrorIs(t, err, gemm.ErrSize)
	}
	// What an opening says is evidence too.
	samples := []gemm.Sample{{Step: 1, Row: 6}}
	transitions, err := gemm.Transitions(c, k.made, samples, k.open(t, samples))
	require.NoError(t, err)
	column, err := transitions[0].Whole(c, k.made)
	require.NoError(t, err)
	require.Equal(t, -1, column)
}

func FuzzDecode(f *testing.F) {
	c := challenge(256, "window 1", "node 1")
	k := run(f, c, 2, nil)
	samples := []gemm.Sample{{Step: 0, Row: 3}, {Step: 1, Row: 7}}
	data := k.open(f, samples)
	f.Add(data, uint32(0), uint32(3))
	f.Add(data[:100], uint32(1), uint32(255))
	f.Fuzz(func(t *testing.T, b []byte, step, row uint32) {
		at := []gemm.Sample{{Step: 0, Row: 3}, {Step: step, Row: row}}
		if gemm.Verify(c, k.made, at, b, seed(0)) == nil && !bytes.Equal(b, data) {
			t.Fatal("two openings of one chain")
		}
		opening, err := gemm.Decode(c, k.made, at, b)
		if err == nil && !bytes.Equal(gemm.Encode(at, opening), b) {
			t.Fatal("two encodings of one opening")
		}
		tr, err := gemm.DecodeTransition(c, k.made, at[1], b)
		if err == nil && !bytes.Equal(tr.Encode(), b) {
			t.Fatal("two encodings of one transition")
		}
	})
}
