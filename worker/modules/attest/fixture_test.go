// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

const (
	testChain = "open-test"
	patience  = 30 * time.Second
	mib       = 1 << 20
	testUntil = 200
)

// quick is a configuration for machines that are near.
func quick() Config {
	cfg := DefaultConfig()
	cfg.Retry, cfg.MemoryReserve, cfg.MemoryBytes = 20*time.Millisecond, 1*mib, mib
	cfg.Session = 10 * time.Second
	return cfg
}

// node is a host with the module on it.
type node struct {
	t      *testing.T
	cfg    Config
	signer *keys.Signer
	host   *host.Host
	store  *store.Store
	bus    *bus.Bus
	module *Module
	book   *bus.Publisher[message.CommitteeBook]
	busy   *bus.Publisher[message.Busy]
	posted *bus.Subscription[message.Attested]
	double *bus.Subscription[message.Equivocated]
	shown  *bus.Subscription[message.StatementShown]
	stop   func()
}

func newNode(t *testing.T, cfg Config) *node {
	t.Helper()
	db, err := store.Open(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	n := &node{t: t, cfg: cfg, signer: keys.Generate(), store: db}
	n.listen()
	t.Cleanup(func() { _ = n.host.Close() })
	return n
}

func (n *node) listen() {
	cfg := host.DefaultConfig()
	cfg.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	h, err := host.New(cfg, n.signer)
	require.NoError(n.t, err)
	n.host = h
}

// start runs the module; the node can be stopped and started again.
func (n *node) start() {
	n.t.Helper()
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("ATTEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})).With("node", n.signer.Account()[:12])
	}
	n.bus = bus.New(bus.WithLogger(slog.New(slog.DiscardHandler)))
	var err error
	n.module, err = New(n.cfg, n.bus.Port("attest"), n.host, n.signer, n.store.Bucket("attest"), log)
	require.NoError(n.t, err)
	n.module.available = func() (uint64, error) { return 1 << 30, nil }
	chain := n.bus.Port("chain")
	n.book, n.busy = bus.Publish[message.CommitteeBook](chain), bus.Publish[message.Busy](chain)
	n.posted = bus.Subscribe[message.Attested](chain)
	n.double, n.shown = bus.Subscribe[message.Equivocated](chain), bus.Subscribe[message.StatementShown](chain)
	require.NoError(n.t, n.bus.Seal())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.module.Run(ctx) }()
	var once sync.Once
	n.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				n.t.Errorf("the module ended with %s", err)
			}
			n.bus.Close()
		})
	}
	n.t.Cleanup(n.stop)
}

// knows says whether the running module has heard of the committee.
func (n *node) knows(k key) bool {
	n.module.mu.Lock()
	defer n.module.mu.Unlock()
	return n.module.courts[k] != nil
}

func (n *node) source() message.Source {
	return message.Source{PeerID: n.host.ID().String(), Addrs: n.host.Addrs()}
}

// world is a subject, its committee, and what the chain would know.
type world struct {
	t       *testing.T
	subject *node
	seats   []*node
	c       message.Committee
	height  int64
	posted  map[uint32]message.Attestation // what the chain took, by seat
	posts   int
	double  []message.Equivocated
}

func newWorld(t *testing.T, seats int, cfg Config) *world {
	t.Helper()
	w := &world{t: t, subject: newNode(t, cfg), posted: map[uint32]message.Attestation{}, height: 100}
	w.c = message.Committee{
		Class: attestation.ClassMemory, Window: 7, Subject: "open1subject", SubjectAddress: bytes.Repeat([]byte{9}, 20),
		SubjectKey: w.subject.signer.PrivKey().PubKey().Bytes(), Source: w.subject.source(),
		Challenge: bytes.Repeat([]byte{3}, 32), Draw: bytes.Repeat([]byte{4}, 32),
		Claimed: 10 * mib, Until: testUntil,
		Terms: message.AttestTerms{Samples: 4, Rounds: 1, Steps: 1 << 12, Interval: 8, StepNanos: 1_000_000, SlackNanos: 100_000_000},
	}
	for i := range seats {
		n := newNode(t, cfg)
		w.seats = append(w.seats, n)
		w.c.Members = append(w.c.Members, message.CommitteeMember{
			Operator: fmt.Sprintf("open1seat%d", i), Address: bytes.Repeat([]byte{byte(20 + i)}, 20),
			PubKey: n.signer.PrivKey().PubKey().Bytes(), Source: n.source(),
		})
	}
	return w
}

// start runs all modules but those of the seats named.
func (w *world) start(but ...int) {
	w.t.Helper()
	w.subject.start()
	for i, n := range w.seats {
		dead := false
		for _, b := range but {
			dead = dead || b == i
		}
		if !dead {
			n.start()
		}
	}
}

// view is the committee as a party has it: of a seat, or of the subject (-1).
func (w *world) view(seat int) message.Committee {
	c := w.c
	c.Seat = seat
	c.Members = append([]message.CommitteeMember(nil), c.Members...)
	for i := range c.Members {
		_, c.Members[i].Reported = w.posted[uint32(i)]
	}
	return c
}

// tell says the book of the height to a running node.
func (w *world) tell(n *node, seat int) {
	if n.bus == nil {
		return
	}
	b := message.CommitteeBook{Height: w.height, ChainID: testChain}
	if seat < 0 {
		b.Stands = []message.Committee{w.view(-1)}
	} else {
		b.Seats = []message.Committee{w.view(seat)}
	}
	n.book.Send(b)
}

// mine takes what was posted, checks it as the chain does, and says a new book.
func (w *world) mine(blocks int64) {
	w.t.Helper()
	w.height += blocks
	for _, n := range append([]*node{w.subject}, w.seats...) {
		w.collect(n)
	}
	w.tell(w.subject, -1)
	for i, n := range w.seats {
		w.tell(n, i)
	}
}

func (w *world) collect(n *node) {
	for n.bus != nil {
		select {
		case p := <-n.posted.C():
			w.posts++
			for _, a := range p.Attestations {
				_, again := w.posted[a.Seat]
				if again {
					continue
				}
				place := attestation.Place{
					ChainID: testChain, Class: w.c.Class, Window: w.c.Window, Challenge: w.c.Draw,
					Subject: w.c.SubjectAddress, Seat: a.Seat, Verifier: w.c.Members[a.Seat].Address,
				}
				require.True(w.t, keys.VerifyText(w.c.Members[a.Seat].PubKey, attestation.SignBytes(place, reportOf(a)), a.Signature))
				w.posted[a.Seat] = a
			}
		case d := <-n.double.C():
			w.double = append(w.double, d)
		default:
			return
		}
	}
}

// mineUntil mines a block each while until done.
func (w *world) mineUntil(what string, done func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for !done() {
		if time.Now().After(deadline) {
			w.t.Fatalf("not within %s: %s (posted: %v)", patience, what, w.posted)
		}
		w.mine(0)
		time.Sleep(10 * time.Millisecond)
		if w.height < testUntil/2+20 {
			w.height++
		}
	}
}

func (w *world) results() (ok, mismatch, unknown int) {
	for _, a := range w.posted {
		switch a.Result {
		case attestation.OK:
			ok++
		case attestation.Mismatch:
			mismatch++
		default:
			unknown++
		}
	}
	return ok, mismatch, unknown
}
