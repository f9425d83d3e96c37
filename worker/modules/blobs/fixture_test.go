// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// node is a host with the module on it, and a party that asks and hears.
type node struct {
	host   *host.Host
	bus    *bus.Bus
	blocks blockstore.Blockstore
	dag    *dag.DAG
	module *Module
	ask    *bus.Asker[message.FetchBlob, message.BlobFetched]
	stored *bus.Subscription[message.BlobStored]
	stop   func() // the module and the host, like a kill for the others
}

func quick() Config {
	cfg := DefaultConfig()
	cfg.Progress, cfg.Stall, cfg.Grace, cfg.Rounds = 2*time.Second, 6*time.Second, time.Second, 2
	return cfg
}

func memory() blockstore.Blockstore {
	return blockstore.NewBlockstore(dssync.MutexWrap(datastore.NewMapDatastore()))
}

func newHost(t testing.TB) *host.Host {
	t.Helper()
	cfg := host.DefaultConfig()
	cfg.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	h, err := host.New(cfg, keys.Generate())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func newNode(t testing.TB, cfg Config, bs blockstore.Blockstore) *node {
	t.Helper()
	h := newHost(t)
	b := bus.New()
	n := &node{host: h, bus: b, blocks: bs, dag: dag.New(bs)}
	var err error
	if n.module, err = New(cfg, b.Port("blobs"), h, bs); err != nil {
		t.Fatal(err)
	}
	tasks := b.Port("tasks")
	n.ask = bus.Asks[message.FetchBlob, message.BlobFetched](tasks)
	n.stored = bus.Subscribe[message.BlobStored](tasks)
	if err := b.Seal(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.module.Run(ctx) }()
	stopped := false
	n.stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = h.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		b.Close()
	}
	t.Cleanup(n.stop)
	return n
}

func (n *node) source() message.Source {
	return message.Source{PeerID: n.host.ID().String(), Addrs: n.host.Addrs()}
}

func sources(nodes ...*node) []message.Source {
	var out []message.Source
	for _, n := range nodes {
		out = append(out, n.source())
	}
	return out
}

func (n *node) fetch(t testing.TB, within time.Duration, q message.FetchBlob) (message.BlobFetched, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	return n.ask.Ask(ctx, q)
}

func (n *node) give(t testing.TB, data []byte) cid.Cid {
	t.Helper()
	c, _, err := n.dag.Import(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (n *node) mustHave(t testing.TB, c cid.Cid, want []byte) {
	t.Helper()
	if ok, err := n.dag.Complete(t.Context(), c); !ok || err != nil {
		t.Fatalf("%s is not complete: %v", c, err)
	}
	r, err := n.dag.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes instead of %d, %v", len(got), len(want), err)
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{7})
	_, _ = r.Read(b)
	return b
}

func badger(t testing.TB, dir string) (*store.Store, blockstore.Blockstore) {
	t.Helper()
	s, err := store.Open(dir, store.WithLogger(slog.New(slog.DiscardHandler)), store.WithReserve(0))
	if err != nil {
		t.Fatal(err)
	}
	return s, s.Blocks()
}

func count(t testing.TB, bs blockstore.Blockstore) int {
	t.Helper()
	keys, err := bs.AllKeysChan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range keys {
		n++
	}
	return n
}

// waitFor waits until ok, which somebody else makes true.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
