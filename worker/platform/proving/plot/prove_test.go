// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// request asks with parameters that a plot of 32 cells can answer.
func request(challenge uint64, units uint64) Request {
	r := Request{Units: units, K1: 32, K2: 24}
	binary.BigEndian.PutUint64(r.Challenge[:], challenge)
	return r
}

func params(r Request, spec Spec) cellpost.Plot {
	return cellpost.Plot{
		Params: cellpost.Params{N: spec.N, K1: r.K1, K2: r.K2},
		Key:    spec.Key,
		Cells:  r.Units * spec.UnitBytes / cellpost.CellBytes,
	}
}

// proves proves, and verifies what comes out as a chain would.
func proves(t testing.TB, p *Plot, units uint64) (cellpost.Proof, Report) {
	r := request(units, units)
	proof, report, err := p.Prove(context.Background(), r)
	require.NoError(t, err)
	plot := params(r, p.Status().Spec)
	encoded, err := plot.Encode(proof)
	require.NoError(t, err)
	decoded, err := plot.Decode(encoded)
	require.NoError(t, err)
	require.NoError(t, plot.VerifyAll(r.Challenge, decoded))
	return proof, report
}

func TestAProofDoesNotDependOnTheNumberOfWorkers(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, filled(t, dir, 7).Close())
	var first cellpost.Proof
	for _, workers := range []int{1, 2, 5} {
		options := testOptions()
		options.Workers = workers
		p, err := Open(dir, options)
		require.NoError(t, err)
		proof, report := proves(t, p, 7)
		require.Zero(t, report.Wrong)
		require.Zero(t, report.Skipped)
		require.LessOrEqual(t, report.Scanned, testSpec(7).Bytes())
		if workers == 1 {
			first = proof
		}
		require.Equal(t, first, proof)
		require.NoError(t, p.Close())
	}
}

func TestProvingEndsWithItsContext(t *testing.T) {
	p := filled(t, t.TempDir(), 7)
	ctx, cancel := context.WithCancel(context.Background())
	p.options.Progress = func(Progress) { cancel() }
	_, _, err := p.Prove(ctx, request(1, 7))
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = p.Prove(ctx, request(1, 7))
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = p.Prove(context.Background(), Request{Units: 7})
	require.ErrorIs(t, err, cellpost.ErrParams)
	_, _, err = p.Prove(context.Background(), request(1, 1<<60))
	require.ErrorIs(t, err, ErrSpec)
}

// TestP7_AProverThatLacksCellsPassesAsOftenAsTheFormulaSays runs the real prover on plots of
// which it has only a part: the other cells are garbage.
func TestP7_AProverThatLacksCellsPassesAsOftenAsTheFormulaSays(t *testing.T) {
	spec := Spec{Key: cellpost.Key{7}, N: 2, UnitBytes: 128 * cellpost.CellBytes, Units: 1, SegmentBytes: 100 * cellpost.CellBytes}
	const k, turns = 60, 30
	dir := t.TempDir()
	p := created(t, dir, spec)
	require.NoError(t, p.Fill(context.Background()))
	random := rand.New(rand.NewPCG(1, 1))
	order := random.Perm(128)
	lost := 0
	for _, part := range []float64{1, 0.95, 0.90, 0.80, 0.50} {
		for ; lost < int((1-part)*128+0.5); lost++ {
			spoil(t, dir, spec, uint64(order[lost]), random)
		}
		f := 1 - float64(lost)/128
		passed, wrong := 0, 0
		for turn := range uint64(turns) {
			r := Request{Units: 1, K1: k, K2: k}
			binary.BigEndian.PutUint64(r.Challenge[:], turn)
			proof, report, err := p.Prove(context.Background(), r)
			wrong += report.Wrong
			if err != nil {
				require.ErrorIs(t, err, ErrNoProof)
				continue
			}
			require.NoError(t, params(r, spec).VerifyAll(r.Challenge, proof))
			passed++
		}
		// Of 20 nonces, each finds Poisson(f K1) labels.
		below, term := 0.0, math.Exp(-f*k)
		for i := range k {
			below += term
			term *= f * k / float64(i+1)
		}
		formula := 1 - math.Pow(below, cellpost.Nonces)
		t.Logf("f = %.3f: %d of %d pass, formula %.3g; %d labels of garbage found out", f, passed, turns, formula*turns, wrong)
		require.InDelta(t, formula*turns, passed, 1+4*math.Sqrt(turns*formula*(1-formula)))
	}
	require.Positive(t, p.Status().Suspects)
	report, err := p.Scrub(context.Background(), 0)
	require.NoError(t, err)
	require.Positive(t, report.Repaired)
	for cell := range spec.cells() { // those that no proof has met
		p.suspect(cell)
	}
	_, err = p.Scrub(context.Background(), 0)
	require.NoError(t, err)
	requireRight(t, dir, spec)
}

// spoil puts garbage in a cell's place.
func spoil(t testing.TB, dir string, spec Spec, cell uint64, random *rand.Rand) {
	garbage := make([]byte, cellpost.CellBytes)
	for i := range garbage {
		garbage[i] = byte(random.Uint32())
	}
	f, err := os.OpenFile(filepath.Join(dir, cellsName(int(cell/spec.segmentCells()))), os.O_RDWR, 0)
	require.NoError(t, err)
	_, err = f.WriteAt(garbage, int64(cell%spec.segmentCells()*cellpost.CellBytes))
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestWhatCannotBeReadIsSkipped(t *testing.T) {
	dir := t.TempDir()
	p := filled(t, dir, 7) // 224 cells
	require.NoError(t, os.Truncate(filepath.Join(dir, cellsName(5)), 4*cellpost.CellBytes+100))
	require.NoError(t, os.Remove(filepath.Join(dir, cellsName(2))))
	r := request(3, 7)
	r.K2 = 64 // so many that it has to read all, and still finds too few
	_, report, err := p.Prove(context.Background(), r)
	require.ErrorIs(t, err, ErrNoProof)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.EqualValues(t, (40+20)*cellpost.CellBytes, report.Skipped)
	require.EqualValues(t, testSpec(7).Bytes()-report.Skipped, report.Scanned)
	_, err = p.Scrub(context.Background(), 0) // suspects are enough: it goes through the neighbourhood
	require.NoError(t, err)
	requireRight(t, dir, testSpec(7))
	proves(t, p, 7)
}

func TestDryRun(t *testing.T) {
	dir := t.TempDir()
	p := created(t, dir, testSpec(7))
	_, err := p.DryRun(context.Background(), 1<<20)
	require.ErrorIs(t, err, ErrNotReady)
	require.NoError(t, p.Fill(context.Background()))
	for _, bytes := range []uint64{16 * cellpost.CellBytes, 1 << 19, 1 << 40} {
		report, err := p.DryRun(context.Background(), bytes)
		require.NoError(t, err)
		require.Positive(t, report.Scanned)
		require.LessOrEqual(t, report.Scanned, bytes)
		require.Positive(t, report.Took)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for cell := range uint64(30) {
		spoil(t, dir, testSpec(7), 2*cell, random)
	}
	_, err = p.DryRun(context.Background(), 1<<18)
	require.Error(t, err)
}
