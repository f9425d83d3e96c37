// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

func TestASeatIsRunAndJudged(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.book(10, r.seat(7))
		v := r.verdict(time.Minute)
		require.Len(t, v.Salt, 32)
		require.NotEmpty(t, v.Outcome.OutputRoot)
		for height := range int64(5) {
			r.book(11+height, r.seat(7)) // the chain has not heard yet
		}
		r.silent()
		task := r.box.tasks[0]
		require.Equal(t, []string{"task"}, task.Args)
		require.Equal(t, Seed(r.seat(7).Program), task.Seed)
		left, err := os.ReadDir(r.dir)
		require.NoError(t, err)
		require.Empty(t, left, "a job leaves nothing behind")
		r.golden()
	})
}

func TestAHostThatCannotRunTheProgramDeclines(t *testing.T) {
	tests := map[string]struct {
		fail   error
		change func(*message.Seat)
		want   string
	}{
		"the sandbox abstains": {fail: &sandbox.Abstention{Cause: sandbox.CauseMemory, Detail: "/home/secret"}, want: "sandbox: host_memory"},
		"the host fails":       {fail: errFake, want: "blobs or host"},
		"nobody has a blob": {change: func(s *message.Seat) {
			s.Program.StdinCID = "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
		}, want: "blobs or host"},
		"the profile is a later one": {
			change: func(s *message.Seat) { s.Program.DetwasmVersion = detwasm.Version + 1 },
			want:   "this worker does not run that version of the deterministic profile",
		},
		"the cid is none": {change: func(s *message.Seat) { s.Program.ModuleCID = "../etc/passwd" }, want: "blobs or host"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, kv store.KV) {
				r := newRig(t, kv, testConfig())
				r.box.fail = tt.fail
				seat := r.seat(1)
				if tt.change != nil {
					tt.change(&seat)
				}
				r.book(10, seat)
				require.Equal(t, message.Verdict{TaskID: 1, Declined: true, Reason: tt.want}, r.verdict(time.Minute))
			})
		})
	}
}

func TestAnInvalidTaskIsAnOutcomeAndNoFailureOfTheHost(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.box.fail = sandbox.ErrInvalidTask
		r.book(10, r.seat(1))
		v := r.verdict(time.Minute)
		require.False(t, v.Declined)
		require.Equal(t, message.Outcome{Status: "invalid_module"}, v.Outcome)
	})
}

func TestTooMuchInputIsDeclined(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		cfg := testConfig()
		cfg.MaxInputBytes = 7 // the module has 8
		r := newRig(t, kv, cfg)
		r.book(10, r.seat(1))
		require.Equal(t, errTooLarge.Error(), r.verdict(time.Minute).Reason)
	})
}

func TestARestartSaysTheSameVerdictAndDoesNotRunAgain(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.book(10, r.seat(1))
		first := r.verdict(time.Minute)
		r.stop()

		r = newRig(t, kv, testConfig())
		synctest.Wait()
		require.Empty(t, r.bench.Transcript(), "nothing is said of a seat that the chain has not shown")
		committed := r.seat(1)
		committed.State = "committed"
		r.book(11, committed)
		require.Equal(t, first, r.verdict(time.Minute))
		r.book(12, r.seat(1))
		r.silent()
		require.Empty(t, r.box.order)
		r.golden()
	})
}

func TestASeatThatWasNotFinishedBeforeARestartIsRunAgain(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.book(10, r.seat(1))
		r.stop()
		require.Equal(t, 1, r.box.killed)
		r = newRig(t, kv, testConfig())
		r.book(11, r.seat(1))
		require.False(t, r.verdict(time.Minute).Declined)
	})
}

func TestAVerdictOfAnotherChainsTaskIsNotBelieved(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.book(10, r.seat(1))
		first := r.verdict(time.Minute)
		r.stop()
		r = newRig(t, kv, testConfig()) // the same id, and another program
		seat := r.seat(1)
		seat.Program.Args = []string{"other"}
		r.book(3, seat)
		require.NotEqual(t, first.Salt, r.verdict(time.Minute).Salt)
		require.Equal(t, []string{"1"}, r.box.order)
	})
}

func TestASeatThatVanishesStopsItsRun(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.box.takes = time.Hour
		r.book(10, r.seat(1))
		r.book(11)
		r.silent()
		require.Equal(t, 1, r.box.killed)
		s, err := r.status(deadline(t), message.GetTasksStatus{})
		require.NoError(t, err)
		require.Equal(t, message.TasksStatus{}, s)
	})
}

func TestASeatThatComesBackHasTheVerdictItHad(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.book(10, r.seat(1))
		r.verdict(time.Minute)
		r.book(11) // told by a node that is behind
		r.book(12, r.seat(1))
		r.silent()
		require.Equal(t, []string{"1"}, r.box.order)
		r.book(12 + keepEntries + 1)
		entries, err := r.module.journal.all()
		require.NoError(t, err)
		require.Empty(t, entries, "in the end it is forgotten")
	})
}

func TestADrainingDaemonDeclinesWhatIsNewAndFinishesTheRest(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		cfg := testConfig()
		cfg.MaxRunning = 1
		r := newRig(t, kv, cfg)
		r.book(10, r.seat(1), r.seat(2))
		s, err := r.drain(deadline(t), message.SetDraining{On: true})
		require.NoError(t, err)
		require.Equal(t, message.TasksStatus{OpenSeats: 2, Running: 1, Waiting: 1, Draining: true}, s)
		require.Equal(t, uint64(1), r.verdict(time.Minute).TaskID)
		synctest.Wait()
		r.book(11, r.seat(1), r.seat(2), r.seat(3))
		for _, id := range []uint64{2, 3} {
			require.Equal(t, message.Verdict{TaskID: id, Declined: true, Reason: "draining"}, r.verdict(time.Minute))
		}
		require.Equal(t, []string{"1"}, r.box.order)
		_, err = r.drain(deadline(t), message.SetDraining{})
		require.NoError(t, err)
		synctest.Wait()
		r.book(12, r.seat(4))
		require.False(t, r.verdict(time.Minute).Declined)
		r.golden()
	})
}

func TestNoMoreThanMaxRunningRunAtOnceAndTheEarliestDeadlineFirst(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		cfg := testConfig()
		cfg.MaxRunning = 1
		r := newRig(t, kv, cfg)
		var seats []message.Seat
		for id := uint64(9); id > 0; id-- {
			seats = append(seats, r.seat(id))
		}
		r.book(10, seats...)
		for range 9 {
			r.verdict(time.Minute)
		}
		require.Equal(t, ids(9), r.box.order)
		require.Equal(t, 1, r.box.most)
	})
}

func TestASeatWithoutTimeIsGivenBackBeforeItsDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		cfg := testConfig()
		cfg.MaxRunning = 1
		r := newRig(t, kv, cfg)
		r.box.takes = 50 * time.Second
		r.book(10, r.seat(1), r.seat(2)) // until 101 and 102; 2 has no place
		r.book(98, r.seat(1), r.seat(2))
		require.Zero(t, r.box.killed)
		r.book(99, r.seat(1), r.seat(2))
		require.Equal(t, message.Verdict{TaskID: 1, Declined: true, Reason: errLate.Error()}, r.verdict(time.Minute))
		require.Equal(t, 1, r.box.killed)
		r.book(100, r.seat(1), r.seat(2))
		require.Equal(t, uint64(2), r.verdict(time.Minute).TaskID)
	})
}

func TestAProgramThatTakesTooLongIsDeclined(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.box.takes = time.Hour
		r.book(10, r.seat(1))
		require.Equal(t, message.Verdict{TaskID: 1, Declined: true, Reason: errSlow.Error()}, r.verdict(2*testConfig().MaxTime+time.Second))
	})
}

func TestADaemonThatStopsKillsItsProgramsAndJudgesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		r := newRig(t, kv, testConfig())
		r.box.takes = time.Hour
		r.book(10, r.seat(1), r.seat(2))
		r.stop()
		require.Equal(t, 2, r.box.killed)
		entries, err := r.module.journal.all()
		require.NoError(t, err)
		require.Empty(t, entries)
	})
}

func TestD1_WhatIsNotInTheJournalIsNotSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.TempDir(), store.WithLogger(slog.New(slog.DiscardHandler)))
		require.NoError(t, err)
		r := newRig(t, db.Bucket("tasks/journal"), testConfig())
		r.failed = true
		r.book(10, r.seat(1))
		require.NoError(t, db.Close())
		err = <-r.ended
		r.ended <- err
		require.ErrorIs(t, err, store.ErrClosed)
		require.NotContains(t, r.bench.Transcript(), "Verdict")
	})
}

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestADaemonThatRunsNoProgramsTakesNoSeats(t *testing.T) {
	bubble(t, func(t *testing.T, kv store.KV) {
		cfg := testConfig()
		cfg.MaxRunning = 0
		r := newRig(t, kv, cfg)
		r.book(10, r.seat(7))
		require.Equal(t, message.Verdict{TaskID: 7, Declined: true, Reason: "draining"}, r.verdict(time.Minute))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		got, err := r.drain(ctx, message.SetDraining{On: false})
		require.NoError(t, err)
		require.True(t, got.Draining, "it cannot be told to")
		require.Empty(t, r.box.tasks)
	})
}
