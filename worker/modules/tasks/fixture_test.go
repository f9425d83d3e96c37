// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/bus/bustest"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

const testChain = "open-test"

// fakeBox plays the sandbox: a run takes its time on the bubble's clock and
// prints the bytes of the module.
type fakeBox struct {
	takes time.Duration
	fail  error

	mu      sync.Mutex
	order   []string // tasks in the order in which they were begun
	running int
	most    int // that ran at once
	killed  int
	tasks   []sandbox.Task
}

func (b *fakeBox) Run(ctx context.Context, t sandbox.Task) (sandbox.Result, error) {
	b.mu.Lock()
	b.order, b.tasks = append(b.order, t.ID), append(b.tasks, t)
	b.running++
	b.most = max(b.most, b.running)
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		b.running--
		b.mu.Unlock()
	}()
	select {
	case <-time.After(b.takes):
	case <-ctx.Done():
		b.mu.Lock()
		b.killed++
		b.mu.Unlock()
		return sandbox.Result{}, &sandbox.Abstention{Task: t.ID, Cause: sandbox.CauseCancelled, Err: ctx.Err()}
	}
	if b.fail != nil {
		return sandbox.Result{}, b.fail
	}
	module, err := os.ReadFile(t.Module)
	if err != nil {
		return sandbox.Result{}, err
	}
	if err := os.MkdirAll(filepath.Join(t.ResultDir, "out"), 0o700); err != nil {
		return sandbox.Result{}, err
	}
	err = os.WriteFile(filepath.Join(t.ResultDir, "stdout"), module, 0o600)
	return sandbox.Result{Outcome: sandbox.Outcome{Status: sandbox.StatusOK, Gas: 42}, Dir: t.ResultDir}, err
}

// rig is a module on a bench inside a bubble.
type rig struct {
	t       *testing.T
	bench   *bustest.Bench
	module  *Module
	box     *fakeBox
	dag     *dag.DAG
	cid     string // of a module that is in the store
	dir     string
	say     func(message.SeatBook)
	verdict func(time.Duration) message.Verdict
	drain   func(context.Context, message.SetDraining) (message.TasksStatus, error)
	status  func(context.Context, message.GetTasksStatus) (message.TasksStatus, error)
	ended   chan error
	failed  bool // the module is meant to end by itself
	stop    func()
}

// bubble runs a test with its own clock and a store, which lives in it.
func bubble(t *testing.T, test func(t *testing.T, kv store.KV)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.TempDir(), store.WithLogger(slog.New(slog.DiscardHandler)))
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		test(t, db.Bucket("tasks/journal"))
	})
}

func testConfig() Config { return Config{MaxRunning: 2, MaxTime: time.Minute, MaxInputBytes: 1 << 20} }

func newRig(t *testing.T, kv store.KV, cfg Config) *rig {
	t.Helper()
	b := bustest.New(t)
	d := dag.New(blockstore.NewBlockstore(dssync.MutexWrap(datastore.NewMapDatastore())))
	c, _, err := d.Import(t.Context(), bytes.NewReader([]byte("a module")))
	require.NoError(t, err)
	r := &rig{
		t: t, bench: b, box: &fakeBox{takes: time.Second}, dag: d, cid: c.String(),
		dir: filepath.Join(t.TempDir(), "scratch"), ended: make(chan error, 1),
	}
	r.module = New(cfg, b.Port("tasks"), testChain, r.dir, r.box, d, kv, slog.New(slog.DiscardHandler))
	bustest.Answers(b, "blobs", func(q message.FetchBlob) (message.BlobFetched, error) {
		if q.CID != r.cid {
			return message.BlobFetched{}, fmt.Errorf("%s: %w", q.CID, message.ErrBlobNotFound)
		}
		return message.BlobFetched{CID: q.CID, Bytes: 8, Blocks: 1}, nil
	})
	r.say = bustest.Speaks[message.SeatBook](b, "chain")
	r.verdict = bustest.Hears[message.Verdict](b, "chain")
	bustest.Hears[message.Draining](b, "chain")
	r.drain = bustest.Asks[message.SetDraining, message.TasksStatus](b, "api")
	r.status = bustest.Asks[message.GetTasksStatus, message.TasksStatus](b, "api")
	b.Seal()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { r.ended <- r.module.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-r.ended; !r.failed {
			require.ErrorIs(t, err, context.Canceled)
		}
		require.Zero(t, r.box.running, "no program runs when the module has ended")
	})
	t.Cleanup(r.stop)
	return r
}

// seat is one to be run.
func (r *rig) seat(id uint64) message.Seat {
	return message.Seat{
		TaskID: id, Operator: "me", State: "drawn", Phase: "committing", Deadline: 100 + int64(id),
		Program: message.Program{ModuleCID: r.cid, DetwasmVersion: detwasm.Version, GasLimit: 1000, MemoryLimit: 1 << 20},
	}
}

// book says what is held at a height, and waits until it was heard.
func (r *rig) book(height int64, seats ...message.Seat) {
	r.say(message.SeatBook{Height: height, Seats: seats})
	synctest.Wait()
}

// silent fails when a verdict comes within a minute.
func (r *rig) silent() {
	r.t.Helper()
	before := len(regexp.MustCompile(`says message.Verdict`).FindAllString(r.bench.Transcript(), -1))
	time.Sleep(time.Minute)
	require.Len(r.t, regexp.MustCompile(`says message.Verdict`).FindAllString(r.bench.Transcript(), -1), before)
}

var salt = regexp.MustCompile(`Salt:\[(\d+ ){31}\d+\]`)

// golden compares what was spoken, salts aside.
func (r *rig) golden() {
	r.t.Helper()
	name := regexp.MustCompile(`[A-Z]`).ReplaceAllStringFunc(r.t.Name()[len("Test"):], func(s string) string { return "-" + string(s[0]+'a'-'A') })
	bustest.Golden(r.t, filepath.Join("testdata", name[1:]+".transcript"), salt.ReplaceAllString(r.bench.Transcript(), "Salt:[32 bytes]"))
}

func ids(n int) (out []string) {
	for i := range n {
		out = append(out, strconv.Itoa(i+1))
	}
	return out
}

var errFake = errors.New("fake")
