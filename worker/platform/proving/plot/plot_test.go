// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// testSpec is a plot of units of 32 cells in segments of 40: the last one is smaller.
func testSpec(units uint64) Spec {
	return Spec{
		Key:          cellpost.NewKey("openmesh-test", []byte("operator"), []byte("plot")),
		N:            2,
		UnitBytes:    32 * cellpost.CellBytes,
		Units:        units,
		SegmentBytes: 40 * cellpost.CellBytes,
	}
}

func testOptions() Options {
	return Options{Workers: 2, Reserve: 1, tuning: tuning{chunkCells: 4, syncCells: 12}}
}

func created(t testing.TB, dir string, spec Spec) *Plot {
	p, err := Create(dir, spec, testOptions())
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close() }) // a test that closed it is free to
	return p
}

func opened(t testing.TB, dir string) *Plot {
	p, err := Open(dir, testOptions())
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func filled(t testing.TB, dir string, units uint64) *Plot {
	p := created(t, dir, testSpec(units))
	require.NoError(t, p.Fill(context.Background()))
	return p
}

// content is all cells of a folder's plot.
func content(t testing.TB, dir string) []byte {
	var all []byte
	names, err := filepath.Glob(filepath.Join(dir, "seg-*.cells"))
	require.NoError(t, err)
	for _, name := range names {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, b...)
	}
	return all
}

// right is what content should be.
func right(t testing.TB, spec Spec) []byte {
	maker, err := cellpost.NewMaker(spec.Key, spec.N)
	require.NoError(t, err)
	all := make([]byte, spec.Bytes())
	for i := range spec.cells() {
		maker.Cell(i, cellAt(all, i))
	}
	return all
}

func requireRight(t testing.TB, dir string, spec Spec) {
	t.Helper()
	require.True(t, bytes.Equal(right(t, spec), content(t, dir)))
}

func TestFillWritesEveryCellWhateverTheNumberOfWorkers(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		dir := filepath.Join(t.TempDir(), "made")
		options := testOptions()
		options.Workers = workers
		var last Progress
		options.Progress = func(p Progress) {
			require.Greater(t, p.Done, last.Done)
			require.Positive(t, p.Rate)
			last = p
		}
		spec := testSpec(7)
		p, err := Create(dir, spec, options)
		require.NoError(t, err)
		require.Equal(t, Status{Spec: spec}, p.Status())
		require.NoError(t, p.Fill(context.Background()))
		require.Equal(t, Status{Spec: spec, Filled: spec.Bytes(), Units: 7}, p.Status())
		require.Equal(t, spec.Bytes(), last.Done)
		require.Equal(t, spec.Bytes(), last.Total)
		require.Zero(t, last.Left)
		require.NoError(t, p.Fill(context.Background())) // nothing left to do
		require.NoError(t, p.Close())
		requireRight(t, dir, spec)
		p = opened(t, dir)
		require.Equal(t, Status{Spec: spec, Filled: spec.Bytes(), Units: 7}, p.Status())
	}
}

func TestFillGoesOnAfterItWasCancelled(t *testing.T) {
	dir := t.TempDir()
	options := testOptions()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	options.Progress = func(p Progress) {
		if p.Done >= p.Total/2 {
			cancel()
		}
	}
	p, err := Create(dir, testSpec(7), options)
	require.NoError(t, err)
	require.ErrorIs(t, p.Fill(ctx), context.Canceled)
	half := p.Status()
	require.Greater(t, half.Units, uint64(2))
	require.Less(t, half.Units, uint64(7))
	_, _, err = p.Prove(context.Background(), request(1, half.Units+1))
	require.ErrorIs(t, err, ErrNotReady)
	proves(t, p, half.Units) // what is there can be proven
	require.NoError(t, p.Close())
	p = opened(t, dir)
	require.Equal(t, half, p.Status())
	require.NoError(t, p.Fill(context.Background()))
	requireRight(t, dir, testSpec(7))
}

func TestOnlyOneProcessHasAPlot(t *testing.T) {
	dir := t.TempDir()
	p := created(t, dir, testSpec(2))
	_, err := Open(dir, testOptions())
	require.ErrorIs(t, err, ErrInUse)
	_, err = Create(dir, testSpec(2), testOptions())
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorIs(t, Delete(dir), ErrInUse)
	require.NoError(t, p.Close())
	opened(t, dir)
}

func TestCreateAndOpenRefuseOtherFolders(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(dir, testOptions())
	require.ErrorIs(t, err, ErrNone)
	_, err = Open(filepath.Join(dir, "missing"), testOptions())
	require.ErrorIs(t, err, ErrNone)
	require.Empty(t, must(os.ReadDir(dir))) // no lock was left

	require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("x"), 0o600))
	_, err = Create(dir, testSpec(2), testOptions())
	require.ErrorIs(t, err, ErrNotEmpty)
	require.NoError(t, Delete(dir)) // takes only what is a plot's
	require.Len(t, must(os.ReadDir(dir)), 1)

	dir = t.TempDir()
	require.NoError(t, created(t, dir, testSpec(2)).Close())
	_, err = Create(dir, testSpec(2), testOptions())
	require.ErrorIs(t, err, ErrExists)

	for name, change := range map[string]func(*Spec){
		"no unit":                      func(s *Spec) { s.Units = 0 },
		"N of three":                   func(s *Spec) { s.N = 3 },
		"a unit of half a cell":        func(s *Spec) { s.UnitBytes = 2048 },
		"a segment that is no cells":   func(s *Spec) { s.SegmentBytes = 5000 },
		"more bytes than there can be": func(s *Spec) { s.Units = 1 << 60 },
		"too many segments":            func(s *Spec) { s.Units = 1 << 30; s.SegmentBytes = 4096 },
	} {
		spec := testSpec(2)
		change(&spec)
		_, err = Create(t.TempDir(), spec, testOptions())
		require.ErrorIs(t, err, ErrSpec, name)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestADamagedHeaderIsNamed(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, filled(t, dir, 2).Close())
	path := filepath.Join(dir, headerName)
	good := must(os.ReadFile(path))
	for name, bad := range map[string][]byte{
		"empty":                    nil,
		"half":                     good[:len(good)/2],
		"another format":           bytes.Replace(good, []byte(`"format": 1`), []byte(`"format": 2`), 1),
		"a field nobody knows":     bytes.Replace(good, []byte(`"format"`), []byte(`"formal"`), 1),
		"a short key":              bytes.Replace(good, []byte(`"key": "`), []byte(`"key": "00`), 1),
		"an impossible N":          bytes.Replace(good, []byte(`"n": 2`), []byte(`"n": 3`), 1),
		"segments of no size":      bytes.Replace(good, []byte(`"segment_bytes": 163840`), []byte(`"segment_bytes": 1`), 1),
		"more units than there be": bytes.Replace(good, []byte(`"units": 2`), []byte(`"units": 18446744073709551615`), 1),
	} {
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		_, err := Open(dir, testOptions())
		require.ErrorIs(t, err, ErrHeader, name)
	}
	// Somebody else's key: the cells are not theirs, so nothing of the plot counts.
	spec := testSpec(2)
	spec.Key[0]++
	root := must(os.OpenRoot(dir))
	require.NoError(t, writeHeader(root, spec))
	require.NoError(t, root.Close())
	require.Zero(t, opened(t, dir).Status().Filled)
}

func TestAPlotGrowsAndShrinks(t *testing.T) {
	dir := t.TempDir()
	p := filled(t, dir, 3) // 96 cells in segments of 40
	for _, units := range []uint64{5, 8, 2, 7, 1, 4} {
		before := p.Status().Filled
		require.NoError(t, p.Resize(units))
		spec := testSpec(units)
		require.Equal(t, min(before, spec.Bytes()), p.Status().Filled) // nothing is computed again
		require.NoError(t, p.Fill(context.Background()))
		requireRight(t, dir, spec)
		proves(t, p, units)
		require.NoError(t, p.Close())
		p = opened(t, dir)
		require.Equal(t, Status{Spec: spec, Filled: spec.Bytes(), Units: units}, p.Status())
	}
	require.ErrorIs(t, p.Resize(0), ErrSpec)
	require.ErrorIs(t, p.Resize(1<<60), ErrSpec)
}

// TestD1_ResizeInterrupted: the header is there and nothing else was done.
func TestD1_ResizeInterrupted(t *testing.T) {
	dir := t.TempDir()
	p := filled(t, dir, 6)
	for _, units := range []uint64{2, 5, 3} {
		spec := testSpec(units)
		require.NoError(t, writeHeader(p.root, spec))
		require.NoError(t, p.Close())
		p = opened(t, dir)
		require.NoError(t, p.Fill(context.Background()))
		requireRight(t, dir, spec)
	}
}

func TestDeleteTakesAllOfAPlotAndNothingElse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plot")
	require.NoError(t, filled(t, dir, 3).Close())
	require.NoError(t, Delete(dir))
	require.NoDirExists(t, dir)
	require.ErrorIs(t, Delete(dir), ErrNone)

	require.NoError(t, filled(t, dir, 3).Close())
	other := filepath.Join(dir, "seg-1.cells")
	require.NoError(t, os.WriteFile(other, []byte("x"), 0o600))
	require.NoError(t, os.Remove(filepath.Join(dir, headerName))) // as if interrupted
	_, err := Create(dir, testSpec(3), testOptions())
	require.ErrorIs(t, err, ErrNotEmpty)
	require.NoError(t, Delete(dir))
	require.Len(t, must(os.ReadDir(dir)), 1)
	require.FileExists(t, other)
}

func TestASegmentCannotPointOutOfTheFolder(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	require.NoError(t, os.WriteFile(outside, []byte("precious"), 0o600))
	p := created(t, dir, testSpec(1))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, cellsName(0))))
	require.Error(t, p.Fill(context.Background()))
	require.Equal(t, "precious", string(must(os.ReadFile(outside))))
}

func TestWhatExcludesEachOtherIsBusy(t *testing.T) {
	p := created(t, t.TempDir(), testSpec(7))
	busy := 0
	p.options.Progress = func(Progress) {
		require.ErrorIs(t, p.Fill(context.Background()), ErrBusy)
		require.ErrorIs(t, p.Resize(8), ErrBusy)
		require.ErrorIs(t, p.Close(), ErrBusy)
		_, err := p.Scrub(context.Background(), 1)
		require.ErrorIs(t, err, ErrBusy)
		busy++
	}
	require.NoError(t, p.Fill(context.Background()))
	require.Positive(t, busy)
}
