// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/bus/bustest"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// patience bounds every wait of these tests; none of them needs as much.
const patience = 30 * time.Second

// rig is a module on a bench, with a chain of fake nodes.
type rig struct {
	t       *testing.T
	chain   *fakeChain
	module  *Module
	log     *logged
	verdict func(message.Verdict)
	drain   func(message.Draining)
	prove   func(message.ProofAnswer)
	due     func(time.Duration) message.ProofBook
	attest  func(message.Attested)
	doubled func(message.Equivocated)
	// evidence says what an audited seat shows.
	evidence func(message.StatementShown)
	roll     func(time.Duration) message.CommitteeBook
	submit   func(context.Context, message.SubmitTask) (message.TaskSubmitted, error)
	quote    func(context.Context, message.GetQuote) (message.Quote, error)
	task     func(context.Context, message.GetTask) (message.Task, error)
	status   func(context.Context, message.GetChainStatus) (message.ChainStatus, error)
	head     func(time.Duration) message.Head
	book     func(time.Duration) message.SeatBook
	ended    chan error
	stop     func()
}

// logged keeps what was logged.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Count(l.buf.Bytes(), []byte(text))
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	db, err := store.Open(t.TempDir(), store.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// newRig runs a module against the nodes. The same chain and db again are a
// restart of the daemon.
func newRig(t *testing.T, c *fakeChain, db *store.Store, nodes ...*fakeNode) *rig {
	t.Helper()
	cfg := DefaultConfig()
	cfg.ChainID, cfg.PollInterval, cfg.Nodes = testChain, 10*time.Millisecond, nil
	for _, n := range nodes {
		cfg.Nodes = append(cfg.Nodes, n.addr)
	}
	client, err := Dial(cfg.ChainID, cfg.Nodes)
	require.NoError(t, err)
	b := bustest.New(t)
	r := &rig{t: t, chain: c, log: &logged{}, ended: make(chan error, 1)}
	r.module, err = New(cfg, b.Port("chain"), client, c.signer, db.Bucket("chain/tx"), slog.New(slog.NewTextHandler(r.log, nil)))
	require.NoError(t, err)
	r.verdict = bustest.Speaks[message.Verdict](b, "tasks")
	r.drain = bustest.Speaks[message.Draining](b, "tasks")
	r.prove = bustest.Speaks[message.ProofAnswer](b, "proofs")
	r.due = bustest.Hears[message.ProofBook](b, "proofs")
	r.attest = bustest.Speaks[message.Attested](b, "attest")
	r.doubled = bustest.Speaks[message.Equivocated](b, "attest")
	r.evidence = bustest.Speaks[message.StatementShown](b, "attest")
	r.roll = bustest.Hears[message.CommitteeBook](b, "attest")
	r.submit = bustest.Asks[message.SubmitTask, message.TaskSubmitted](b, "api")
	r.task = bustest.Asks[message.GetTask, message.Task](b, "api")
	r.quote = bustest.Asks[message.GetQuote, message.Quote](b, "api")
	r.status = bustest.Asks[message.GetChainStatus, message.ChainStatus](b, "api")
	r.head = bustest.Hears[message.Head](b, "api")
	r.book = bustest.Hears[message.SeatBook](b, "tasks")
	b.Seal()
	ctx, cancel := context.WithCancel(context.Background())
	go func() { r.ended <- r.module.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-r.ended:
			r.ended <- err
		case <-time.After(patience):
			t.Error("the module does not stop")
		}
		require.NoError(t, client.Close())
	})
	t.Cleanup(r.stop)
	return r
}

// mine makes a block and waits until the module has read it.
func (r *rig) mine() {
	r.t.Helper()
	height := r.chain.block()
	for r.head(patience).Height < height {
	}
}

// mineUntil makes blocks until something is so.
func (r *rig) mineUntil(what string, so func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(patience); !so(); {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s: not in %s; said %v", what, patience, r.chain.said)
		}
		r.mine()
		r.settle()
	}
}

// settle waits until the module has polled once more, so that it has said what
// follows from the newest block.
func (r *rig) settle() {
	r.t.Helper()
	polls := func() int {
		r.chain.mu.Lock()
		defer r.chain.mu.Unlock()
		return r.chain.queries["Status"]
	}
	seen := polls()
	r.wait("two polls", func() bool { return polls() >= seen+2 })
}

func (r *rig) wait(what string, so func() bool) {
	r.t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			r.t.Fatalf("%s: not in %s", what, patience)
		}
	}
}

// ready mines until the chain knows this daemon.
func (r *rig) ready() {
	r.t.Helper()
	r.mineUntil("the chain knows the daemon", func() bool {
		r.chain.mu.Lock()
		defer r.chain.mu.Unlock()
		return bytes.Equal(r.chain.xnode.Instance, r.module.instance)
	})
	r.mine()
	r.settle()
}

func okVerdict(id uint64) message.Verdict {
	return message.Verdict{
		TaskID: id, Outcome: message.Outcome{Status: "ok", Gas: 5, OutputRoot: moduleCID},
		Salt: bytes.Repeat([]byte{byte(id)}, 32),
	}
}

func ask(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}
