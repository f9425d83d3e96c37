// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/proving/cpu"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/x/por/corechain"
)

func TestStorageIsProvenOnceAWindow(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		r.claims(3)
		r.tell(0)
		r.plotted(3)
		d := r.storageWindow(7, 3, 20)
		r.tell(1, d)
		a := r.answer(time.Minute)
		require.EqualValues(t, 3, a.Units)
		r.holds(d, a)
		for range 4 { // the chain has not taken it yet, and then it has
			r.tell(1, d)
		}
		r.tell(1, waits(d))
		r.tell(1)
		require.Equal(t, 1, r.said())
		s := r.status()
		require.EqualValues(t, 1, s.Classes[1].Answered)
		require.Zero(t, s.Classes[1].Missed)
		require.Empty(t, s.Problems)
		require.Equal(t, stateFull, s.Plot.State)
	})
}

func TestAProcessorWindowIsCommittedAndRevealed(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		d := r.cpuWindow(4, 20)
		r.tell(0, d)
		commit := r.answer(time.Minute)
		require.Len(t, commit.Segments, 2, "1500 of 2000 are not allocated: two lanes")
		require.Equal(t, []uint64{8, 8}, commit.Segments, "as many as 750 thousandths of a core take, and no more")
		r.tell(1, waits(d))
		asked := drawn(d, r.scene.Height+20, 0, 5, 12)
		r.tell(1, asked)
		reveals(t, asked, commit, r.answer(time.Minute))
		r.tell(1, asked)
		require.Equal(t, 2, r.said())
		r.tell(1)
		left, err := os.ReadDir(filepath.Join(r.home, RecordDir))
		require.NoError(t, err)
		require.Empty(t, left, "the record of a window that is over is gone")
		r.golden()
	})
}

func TestD1_ADaemonKilledBetweenCommitAndRevealReveals(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		home := t.TempDir()
		r := newRig(t, kv, home)
		d := r.cpuWindow(4, 20)
		r.tell(0, d)
		commit := r.answer(time.Minute)
		r.stop()

		again := newRig(t, kv, home)
		again.tell(0, d) // the chain has not seen the commitment
		require.Equal(t, commit, again.answer(time.Minute), "the same one, and no other")
		require.Zero(t, again.computed.Load())
		asked := drawn(d, again.scene.Height+20, 1)
		again.tell(1, asked)
		reveals(t, asked, commit, again.answer(time.Minute))
	})
}

func TestP8_AReplayedBookSaysNothingTwice(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		d := r.cpuWindow(4, 20)
		r.tell(0, d)
		r.answer(time.Minute)
		for range 5 {
			r.tell(0, d)
		}
		require.Equal(t, 1, r.said())
		require.EqualValues(t, 1, r.computed.Load())
	})
}

func TestAWindowThatClosesWhileItIsProvenIsLetGo(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir(), func(r *rig) {
			r.cpu.run = func(ctx context.Context, _ cpu.Job) (*corechain.Record, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		d := r.cpuWindow(4, 20)
		r.tell(0, d)
		require.Contains(t, r.status().Classes[0].Running, "commit_cpu of window 4")
		closed := d
		closed.Action = message.ActionNone
		r.tell(3, closed)
		require.Empty(t, r.status().Classes[0].Running)
		r.tell(1)
		require.Zero(t, r.said())
		s := r.status()
		require.EqualValues(t, 1, s.Classes[0].Missed)
		require.NotEmpty(t, s.Problems)
	})
}

func TestWorkEndsByItsOwnWhenTheChainIsLostForTheTimeOfTheWindow(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir(), func(r *rig) {
			r.cpu.run = func(ctx context.Context, _ cpu.Job) (*corechain.Record, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		})
		d := r.cpuWindow(4, 20)
		r.tell(0, d)
		time.Sleep(30 * time.Second) // no book comes
		synctest.Wait()
		s := r.status()
		require.Empty(t, s.Classes[0].Running)
		require.Contains(t, s.Classes[0].Reason, errLate.Error())
		r.tell(31, r.cpuWindow(5, 20))
		require.EqualValues(t, 1, r.status().Classes[0].Missed, "the next window is another chance")
	})
}

func TestWhatCannotBeReadyIsNotBegun(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		d := r.cpuWindow(4, margin)
		r.tell(0, d)
		require.Zero(t, r.computed.Load())
		require.Contains(t, r.status().Classes[0].Reason, errLate.Error())
	})
}

func TestACommitmentWhoseRecordIsGoneIsToldAndNotInvented(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, t.TempDir())
		r.tell(0, drawn(r.cpuWindow(4, 20), r.scene.Height+20, 1))
		require.Zero(t, r.said())
		require.Contains(t, r.status().Problems[0], "cannot be revealed")
	})
}

func TestAnotherChainsWindowOfTheSameNumberIsAnsweredAnew(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		home := t.TempDir()
		r := newRig(t, kv, home)
		r.tell(0, r.cpuWindow(4, 20))
		first := r.answer(time.Minute)
		r.stop()
		again := newRig(t, kv, home)
		d := again.cpuWindow(4, 20)
		d.Challenge = challengeOf("another chain", 4)
		again.tell(0, d)
		require.NotEqual(t, first.Root, again.answer(time.Minute).Root)
	})
}
