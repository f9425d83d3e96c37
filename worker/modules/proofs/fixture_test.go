// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/bus/bustest"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/proving/cpu"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
)

const testChain = "open-test"

var (
	testOperator = []byte("operator of the tests")
	testTerms    = message.PlotTerms{UnitBytes: 1 << 30, UnitCells: 32, MinUnits: 1, CostN: 2}
)

// rig is a module on a bench inside a bubble, with its home.
type rig struct {
	t        *testing.T
	bench    *bustest.Bench
	module   *Module
	storage  *storage
	cpu      *cpuProver
	home     string
	scene    message.ProofBook // said by tell
	computed atomic.Int64      // windows of core chains

	say    func(message.ProofBook)
	busy   func(message.Busy)
	answer func(time.Duration) message.ProofAnswer
	ask    func(context.Context, message.GetProofsStatus) (message.ProofsStatus, error)
	stop   func()
}

// bubble runs a test with its own clock and a store, which lives in it.
func bubble(t *testing.T, test func(t *testing.T, kv store.KV)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.TempDir(), store.WithLogger(slog.New(slog.DiscardHandler)))
		require.NoError(t, err)
		defer func() { require.NoError(t, db.Close()) }()
		test(t, db.Bucket("proofs/journal"))
	})
}

// newRig runs a module. The same home and kv again are a restart of the daemon.
func newRig(t *testing.T, kv store.KV, home string, change ...func(*rig)) *rig {
	t.Helper()
	b := bustest.New(t)
	log := slog.New(slog.DiscardHandler)
	cfg := DefaultConfig()
	cfg.PlotDir, cfg.ReserveBytes, cfg.PlotWorkers = filepath.Join(home, PlotDir), 1, 1
	r := &rig{t: t, bench: b, home: home, storage: newStorage(cfg, log), cpu: newCPU(cfg, filepath.Join(home, RecordDir), log)}
	r.cpu.measure = func(context.Context, corechain.Function) (uint64, error) { return 1 << 40, nil }
	r.cpu.run = func(ctx context.Context, job cpu.Job) (*corechain.Record, error) {
		r.computed.Add(1)
		return cpu.Run(ctx, job)
	}
	r.scene = message.ProofBook{
		Height: 100, BlockTime: time.Second, ChainID: testChain, Operator: testOperator, Plot: testTerms,
		Classes: []message.ProofClass{{Class: message.ClassStorage, Mode: "enforced"}, {Class: message.ClassCPU, Mode: "enforced", Claimed: 2_000}},
	}
	for _, c := range change {
		c(r)
	}
	r.module = newModule(b.Port("proofs"), kv, log, r.storage, r.cpu)
	r.say = bustest.Speaks[message.ProofBook](b, "chain")
	r.busy = bustest.Speaks[message.Busy](b, "tasks")
	r.answer = bustest.Hears[message.ProofAnswer](b, "chain")
	r.ask = bustest.Asks[message.GetProofsStatus, message.ProofsStatus](b, "api")
	b.Seal()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.module.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
	t.Cleanup(r.stop)
	return r
}

// tell says the book, blocks later, and waits until everybody has done what follows.
func (r *rig) tell(blocks int64, duties ...message.ProofDuty) {
	r.t.Helper()
	time.Sleep(time.Duration(blocks) * r.scene.BlockTime)
	r.scene.Height += blocks
	book := r.scene
	book.Classes, book.Duties = slices.Clone(book.Classes), duties
	r.say(book)
	synctest.Wait()
}

// claims sets what the chain knows to be claimed.
func (r *rig) claims(units uint64) { r.scene.Classes[0].Claimed = units * testTerms.UnitBytes }

func (r *rig) status() message.ProofsStatus {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	s, err := r.ask(ctx, message.GetProofsStatus{})
	require.NoError(r.t, err)
	return s
}

// plotted waits until so many units of the plot are there and it rests.
func (r *rig) plotted(units uint64) {
	r.t.Helper()
	for range 1000 {
		if s := r.status().Plot; s.Units == units && s.State != stateFilling {
			return
		}
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
	}
	r.t.Fatalf("the plot does not come: %+v", r.status().Plot)
}

// said is how many answers were said.
func (r *rig) said() int { return strings.Count(r.bench.Transcript(), "says message.ProofAnswer") }

func challengeOf(class string, window uint64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(class), window))
	return sum[:]
}

// storageWindow opens now for so many blocks.
func (r *rig) storageWindow(window, units uint64, blocks int64) message.ProofDuty {
	return message.ProofDuty{
		Class: message.ClassStorage, Window: window, Action: message.ActionProveStorage, Until: r.scene.Height + blocks, OpenedHeight: r.scene.Height,
		Challenge: challengeOf(message.ClassStorage, window), Claimed: units * testTerms.UnitBytes, Owed: true, Enforced: true,
		Storage: message.StorageDuty{Terms: testTerms, K1: 24, K2: 24, MaxUnits: units},
	}
}

func (r *rig) cpuWindow(window uint64, blocks int64) message.ProofDuty {
	return message.ProofDuty{
		Class: message.ClassCPU, Window: window, Action: message.ActionCommitCPU, Until: r.scene.Height + blocks, OpenedHeight: r.scene.Height,
		Challenge: challengeOf(message.ClassCPU, window), Claimed: 2_000, Allocated: 500, Owed: true, Enforced: true,
		CPU: message.CPUDuty{
			Function: uint32(corechain.SHA256), Interval: 10, CoreStepsPerSecond: 100, MinLaneStepsPerSecond: 50, WorkMillis: 1_000, MaxLanes: 8,
		},
	}
}

// holds checks a storage answer as the chain does.
func (r *rig) holds(d message.ProofDuty, a message.ProofAnswer) {
	r.t.Helper()
	p := cellpost.Plot{
		Params: cellpost.Params{N: testTerms.CostN, K1: d.Storage.K1, K2: d.Storage.K2},
		Key:    cellpost.NewKey(testChain, testOperator, nil), Cells: a.Units * testTerms.UnitCells,
	}
	proof, err := p.Decode(a.Proof)
	require.NoError(r.t, err)
	require.NoError(r.t, p.VerifyAll(cellpost.Challenge(d.Challenge), proof))
}

// drawn asks to reveal segments of what was committed.
func drawn(d message.ProofDuty, until int64, leaves ...uint64) message.ProofDuty {
	d.Action, d.Until, d.CPU.Drawn = message.ActionRevealCPU, until, leaves
	return d
}

// waits is the duty of a window that was answered.
func waits(d message.ProofDuty) message.ProofDuty {
	d.Action, d.Until = message.ActionWait, 0
	return d
}

// reveals checks a reveal as the chain does.
func reveals(t *testing.T, d message.ProofDuty, commit, reveal message.ProofAnswer) {
	t.Helper()
	spec := corechain.Spec{Function: corechain.Function(d.CPU.Function), Interval: d.CPU.Interval}
	c := corechain.Commitment{Segments: commit.Segments, Root: [32]byte(commit.Root)}
	ch := corechain.Challenge{Seed: [32]byte(d.Challenge), Operator: testOperator, Window: d.Window}
	_, err := corechain.Verify(spec, ch, c, d.CPU.Drawn, reveal.Proof)
	require.NoError(t, err)
}

var long = regexp.MustCompile(`(Challenge|Proof|Root|Operator):\[[0-9 ]+\]`)

// golden compares what was spoken, bytes aside.
func (r *rig) golden() {
	r.t.Helper()
	name := regexp.MustCompile(`[A-Z]`).ReplaceAllStringFunc(r.t.Name()[len("Test"):], func(s string) string { return "-" + string(s[0]+'a'-'A') })
	text := long.ReplaceAllString(r.bench.Transcript(), "$1:[bytes]")
	bustest.Golden(r.t, filepath.Join("testdata", strings.TrimPrefix(name, "-")+".transcript"), text)
}
