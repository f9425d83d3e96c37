// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

const childFolder = "OPENMESH_TEST_PLOT_FOLDER"

// TestMain is also the child process that is killed: it fills a plot and tells every piece.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		options := testOptions()
		options.Progress = func(p Progress) { fmt.Println(p.Done) }
		p, err := Open(dir, options)
		if err == nil {
			err = p.Fill(context.Background())
		}
		fmt.Println("end", err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestD1_KilledAtAnyMoment: a process that fills a plot is killed again and again; what was
// counted as filled is never lost but for the last record's cells, and the plot ends up right to the byte.
func TestD1_KilledAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	spec := testSpec(40) // 1280 cells, 32 segments
	require.NoError(t, created(t, dir, spec).Close())
	random := rand.New(rand.NewPCG(4, 2))
	done := uint64(0)
	kills := 0
	for ; done < spec.Bytes(); kills++ {
		require.Less(t, kills, 100)
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), childFolder+"="+dir)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(out)
		for range 1 + random.IntN(25) {
			if !lines.Scan() {
				break
			}
		}
		require.NoError(t, child.Process.Kill())
		for lines.Scan() { // until it is gone
			require.NotContains(t, lines.Text(), "plot:")
		}
		_ = child.Wait() // it was killed, or had finished

		p := opened(t, dir)
		now := p.Status().Filled
		require.GreaterOrEqual(t, now, done)
		done = now
		require.NoError(t, p.Close())
	}
	t.Logf("killed %d times", kills)
	require.Greater(t, kills, 5)
	requireRight(t, dir, spec)
	p := opened(t, dir)
	proves(t, p, spec.Units)
}

// TestD1_TornSegments: what a disk may look like after a power cut.
func TestD1_TornSegments(t *testing.T) {
	garbage := func(t *testing.T, name string, at, length int64) {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		require.NoError(t, err)
		_, err = f.WriteAt(make([]byte, length), at)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	const cell = cellpost.CellBytes
	// A segment of 40 cells has records at 16, 32 and 40 (pieces of 8, a record after 12 at least).
	for _, c := range []struct {
		name   string
		tear   func(t *testing.T, cells, log string)
		remain uint64 // cells of segment 1 that still count
	}{
		{"nothing is torn", func(*testing.T, string, string) {}, 40},
		{"the last cell is lost", func(t *testing.T, cells, _ string) { garbage(t, cells, 39*cell, cell) }, 32},
		{"the last cell is half there", func(t *testing.T, cells, _ string) { garbage(t, cells, 39*cell+2048, 2048) }, 32},
		{"the file ends early", func(t *testing.T, cells, _ string) { require.NoError(t, os.Truncate(cells, 35*cell)) }, 32},
		{"the file ends within a cell", func(t *testing.T, cells, _ string) { require.NoError(t, os.Truncate(cells, 40*cell-1)) }, 32},
		{"the file ends much earlier", func(t *testing.T, cells, _ string) { require.NoError(t, os.Truncate(cells, 20*cell)) }, 16},
		{"two records are lost", func(t *testing.T, cells, _ string) { garbage(t, cells, 16*cell, 24*cell) }, 16},
		{"all is zeros", func(t *testing.T, cells, _ string) { garbage(t, cells, 0, 40*cell) }, 0},
		{"the cells are gone", func(t *testing.T, cells, _ string) { require.NoError(t, os.Remove(cells)) }, 0},
		{"the log is gone", func(t *testing.T, _, log string) { require.NoError(t, os.Remove(log)) }, 0},
		{"the log ends within a record", func(t *testing.T, _, log string) { require.NoError(t, os.Truncate(log, 40)) }, 32},
		{"a record of the log is garbage", func(t *testing.T, _, log string) { garbage(t, log, 16, 16) }, 16},
		{"there is more in the log", func(t *testing.T, _, log string) {
			f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.Write([]byte("some bytes that are no record"))
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}, 40},
		{"there is another segment's log", func(t *testing.T, _, log string) {
			b, err := os.ReadFile(filepath.Join(filepath.Dir(log), logName(0)))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(log, b, 0o600))
		}, 0},
		{"there are more cells than there should be", func(t *testing.T, cells, _ string) { require.NoError(t, os.Truncate(cells, 1<<20)) }, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, filled(t, dir, 4).Close()) // segments of 40, 40, 40 and 8 cells
			c.tear(t, filepath.Join(dir, cellsName(1)), filepath.Join(dir, logName(1)))
			p := opened(t, dir)
			require.Equal(t, (88+c.remain)*cell, p.Status().Filled)
			if c.remain < 40 {
				require.Equal(t, (40+c.remain)/32, p.Status().Units)
			}
			require.NoError(t, p.Fill(context.Background()))
			requireRight(t, dir, testSpec(4))
			require.NoError(t, p.Close())
			require.Equal(t, testSpec(4).Bytes(), opened(t, dir).Status().Filled)
		})
	}
}

func TestJournalTakesOnlyWhatItWrote(t *testing.T) {
	text := slices.Concat(record(3, 5), record(3, 9), record(3, 12))
	require.Equal(t, []uint64{5, 9, 12}, records(3, text))
	require.Equal(t, []uint64{5, 9}, records(3, text[:47]))
	require.Empty(t, records(2, text))
	require.Equal(t, []uint64{5}, records(3, slices.Concat(record(3, 5), record(3, 5))))
	require.Equal(t, []uint64{5}, records(3, slices.Concat(record(3, 5), record(3, 4), record(3, 9))))
	require.Empty(t, records(3, record(3, 0)))
	require.Empty(t, records(3, make([]byte, 64)))
}
