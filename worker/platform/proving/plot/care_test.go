// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

func TestScrubRepairsACellAndItsNeighbourhood(t *testing.T) {
	dir := t.TempDir()
	p := filled(t, dir, 7)
	report, err := p.Scrub(context.Background(), 50)
	require.NoError(t, err)
	require.Equal(t, ScrubReport{Checked: 50}, report)
	random := rand.New(rand.NewPCG(1, 1))
	for cell := uint64(33); cell < 90; cell++ { // over two borders of segments
		spoil(t, dir, testSpec(7), cell, random)
	}
	p.suspect(60)
	report, err = p.Scrub(context.Background(), 0)
	require.NoError(t, err)
	require.EqualValues(t, 57, report.Repaired)
	require.Less(t, report.Checked, uint64(75))
	requireRight(t, dir, testSpec(7))

	// At the plot's first cell and its last.
	spoil(t, dir, testSpec(7), 0, random)
	spoil(t, dir, testSpec(7), 223, random)
	p.suspect(0, 223, 5000) // the last one is not of the plot (any more)
	report, err = p.Scrub(context.Background(), 0)
	require.NoError(t, err)
	require.EqualValues(t, 2, report.Repaired)
	requireRight(t, dir, testSpec(7))
}

func TestScrubThatIsCancelledForgetsNoSuspect(t *testing.T) {
	dir := t.TempDir()
	p := filled(t, dir, 7)
	ctx, cancel := context.WithCancel(context.Background())
	p.options.Progress = func(Progress) { cancel() }
	p.suspect(1, 2, 3)
	_, err := p.Scrub(ctx, 5)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, p.Status().Suspects)
}

// TestD2_FillStopsAtTheReserve: and goes on by itself when called again after there is room.
func TestD2_FillStopsAtTheReserve(t *testing.T) {
	dir := t.TempDir()
	spec := testSpec(7)
	free := spec.Bytes() + 100_000
	options := testOptions()
	options.Reserve = 100_000
	options.tuning.free = func(root *os.Root) (uint64, error) {
		// A disk that has what is not written yet.
		used := uint64(0)
		for segment := range spec.segments() {
			if info, err := root.Stat(cellsName(segment)); err == nil {
				used += uint64(info.Size())
			}
		}
		return free - used, nil
	}
	_, err := Create(t.TempDir(), testSpec(8), options)
	require.ErrorIs(t, err, ErrDiskFull)
	require.ErrorContains(t, err, "bytes are needed")
	p, err := Create(dir, spec, options)
	require.NoError(t, err)
	require.ErrorIs(t, p.Resize(8), ErrDiskFull)
	require.Equal(t, spec, p.Status().Spec)

	free -= spec.Bytes() / 2 // somebody else fills the disk meanwhile
	require.ErrorIs(t, p.Fill(context.Background()), ErrDiskFull)
	status := p.Status()
	require.Less(t, status.Filled, spec.Bytes()/2+1)
	require.Greater(t, status.Filled, spec.Bytes()/2-10*cellpost.CellBytes) // as far as it goes
	proves(t, p, status.Units)
	require.NoError(t, p.Close())
	p, err = Open(dir, options)
	require.NoError(t, err)
	require.ErrorIs(t, p.Fill(context.Background()), ErrDiskFull)
	free += spec.Bytes()
	require.NoError(t, p.Fill(context.Background()))
	require.NoError(t, p.Close())
	requireRight(t, dir, spec)
}

func TestD2_TheSystemsErrorsAreNamed(t *testing.T) {
	require.ErrorIs(t, explain(&os.PathError{Err: syscall.ENOSPC}), ErrDiskFull)
	require.ErrorIs(t, explain(&os.PathError{Err: syscall.EDQUOT}), ErrDiskFull)
	require.ErrorIs(t, explain(&os.PathError{Err: syscall.EROFS}), ErrReadOnly)
	require.ErrorIs(t, explain(&os.PathError{Err: syscall.EROFS}), syscall.EROFS)
	other := errors.New("other")
	require.Equal(t, other, explain(other))
	require.NoError(t, explain(nil))
	if free, err := freeBytes(must(os.OpenRoot(t.TempDir()))); err == nil {
		require.Positive(t, free)
	}
}

// TestD2_AFolderThatVanishes: an error, and no panic.
func TestD2_AFolderThatVanishes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plot")
	p := filled(t, dir, 2)
	require.NoError(t, os.RemoveAll(dir))
	_, report, err := p.Prove(context.Background(), request(1, 2))
	require.ErrorIs(t, err, ErrNoProof)
	require.EqualValues(t, testSpec(2).Bytes(), report.Skipped)
	_, err = p.Scrub(context.Background(), 1)
	require.Error(t, err)
}

func TestPaceRestsByTheDutyAndStandsStillInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		p := pace{duty: 100}
		took := func(busy time.Duration) time.Duration {
			start := time.Now()
			require.NoError(t, p.rest(ctx, busy))
			return time.Since(start)
		}
		require.Zero(t, took(time.Second))
		p.SetDuty(25)
		require.Equal(t, 3*time.Second, took(time.Second))
		p.SetDuty(-5)
		require.Equal(t, 99*time.Second, took(time.Second))
		p.SetDuty(500)
		require.Zero(t, took(time.Second))

		p.Pause()
		p.Pause() // once is enough, and so it is for Resume
		require.True(t, p.isPaused())
		go func() {
			time.Sleep(time.Hour)
			p.Resume()
			p.Resume()
		}()
		require.Equal(t, time.Hour, took(time.Second))
		require.Equal(t, time.Hour, p.stoodFor())
		require.False(t, p.isPaused())

		p.Pause()
		p.SetDuty(1)
		short, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		require.ErrorIs(t, p.rest(short, time.Hour), context.DeadlineExceeded)
	})
}

func TestFillStandsStillWhilePaused(t *testing.T) {
	p := created(t, t.TempDir(), testSpec(7))
	pieces := make(chan uint64, 1000)
	p.options.Progress = func(progress Progress) {
		if len(pieces) == 0 {
			p.Pause()
		}
		pieces <- progress.Done
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Fill(context.Background()) }()
	<-pieces
	require.True(t, p.Status().Paused)
	select {
	case err := <-ended:
		t.Fatal("it went on", err)
	default:
	}
	for {
		p.Resume()
		select {
		case <-pieces:
		case err := <-ended:
			require.NoError(t, err)
			require.Equal(t, testSpec(7).Bytes(), p.Status().Filled)
			return
		}
	}
}
