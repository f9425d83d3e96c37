// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// maxSources is how many sources of one question are looked at.
const maxSources = 64

// Host is what the module needs of the peer-to-peer host.
type Host interface {
	ID() peer.ID
	NewStream(ctx context.Context, to peer.AddrInfo, proto protocol.ID) (host.Stream, error)
	SetHandler(proto protocol.ID, handle func(host.Stream))
	RemoveHandler(proto protocol.ID)
}

type question = bus.Question[message.FetchBlob, message.BlobFetched]

// Module fetches and serves blobs.
type Module struct {
	cfg    Config
	log    *slog.Logger
	host   Host
	blocks blockstore.Blockstore

	questions *bus.Answerer[message.FetchBlob, message.BlobFetched]
	stored    *bus.Publisher[message.BlobStored]

	// Shared with the goroutines that serve and fetch.
	flights   *registry
	admission *admission
	stats     counters
	work      sync.WaitGroup
	landed    chan landing
	gone      chan *question

	// Owned by Run.
	jobs    map[cid.Cid]*job
	waiting []*job // not started yet
	running int
}

// job is a flight and those who wait for it.
type job struct {
	flight *flight
	asked  []*waiter
}

type waiter struct {
	q    *question
	max  uint64
	stop func() bool
}

type landing struct {
	job *job
	got message.BlobFetched
	err error
}

type counters struct {
	sentBytes, sentBlocks, receivedBytes, receivedBlocks, refused, liars atomic.Uint64
}

// Stats counts since the start.
type Stats struct {
	SentBytes, SentBlocks         uint64
	ReceivedBytes, ReceivedBlocks uint64
	// Refused counts streams over a limit or with a bad request; Liars sources
	// that sent wrong data.
	Refused, Liars uint64
}

// Stats returns the counters.
func (m *Module) Stats() Stats {
	return Stats{
		SentBytes: m.stats.sentBytes.Load(), SentBlocks: m.stats.sentBlocks.Load(),
		ReceivedBytes: m.stats.receivedBytes.Load(), ReceivedBlocks: m.stats.receivedBlocks.Load(),
		Refused: m.stats.refused.Load(), Liars: m.stats.liars.Load(),
	}
}

// New declares the module on its port. The blocks it is given verify what they
// read; the module verifies what it receives.
func New(cfg Config, port *bus.Port, h Host, blocks blockstore.Blockstore) (*Module, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Module{
		cfg:       cfg,
		log:       slog.With("module", port.Name()),
		host:      h,
		blocks:    blocks,
		questions: bus.Answers[message.FetchBlob, message.BlobFetched](port),
		stored:    bus.Publish[message.BlobStored](port),
		flights:   newRegistry(),
		admission: &admission{peers: map[peer.ID]int{}, limit: cfg.Streams, byPeer: cfg.StreamsPerPeer},
		landed:    make(chan landing),
		gone:      make(chan *question),
		jobs:      map[cid.Cid]*job{},
	}, nil
}

// Run serves and fetches until ctx ends, and returns when all of it has stopped.
func (m *Module) Run(ctx context.Context) error {
	var gate sync.Mutex // no stream begins once the end has
	ended := false
	m.host.SetHandler(Protocol, func(s host.Stream) {
		gate.Lock()
		if ended {
			gate.Unlock()
			_ = s.Reset()
			return
		}
		m.work.Add(1)
		gate.Unlock()
		defer m.work.Done()
		m.serve(ctx, s)
	})
	defer func() {
		m.host.RemoveHandler(Protocol)
		gate.Lock()
		ended = true
		gate.Unlock()
		m.work.Wait()
	}()
	for {
		select {
		case q := <-m.questions.C():
			m.take(ctx, q)
		case l := <-m.landed:
			m.land(ctx, l)
		case q := <-m.gone:
			m.leave(q)
		case <-ctx.Done():
			for _, j := range m.jobs {
				j.answer(message.BlobFetched{}, message.ErrBlobStopped)
			}
			return nil
		}
	}
}

// take starts a fetch, or joins the one that is under way.
func (m *Module) take(ctx context.Context, q *question) {
	root, sources, err := m.read(q.Ask)
	if err != nil {
		q.Reply(message.BlobFetched{}, err)
		return
	}
	w := &waiter{q: q, max: m.cfg.MaxBytes}
	if q.Ask.MaxBytes > 0 {
		w.max = min(w.max, q.Ask.MaxBytes)
	}
	w.stop = context.AfterFunc(q.Context(), func() {
		select {
		case m.gone <- q:
		case <-ctx.Done():
		}
	})
	j := m.jobs[root]
	if j == nil {
		j = &job{flight: newFlight(root, w.max)}
		m.jobs[root] = j
		m.waiting = append(m.waiting, j)
	}
	j.asked = append(j.asked, w)
	j.flight.addSources(sources)
	j.flight.limit.Store(max(j.flight.limit.Load(), w.max))
	m.startNext(ctx)
}

// read checks a question. Sources that are no peers are left out, with a log
// line: the others may do.
func (m *Module) read(ask message.FetchBlob) (cid.Cid, []peer.AddrInfo, error) {
	root, err := cid.Decode(ask.CID)
	if err == nil {
		err = dag.CheckKind(root)
	}
	if err != nil {
		return cid.Undef, nil, fmt.Errorf("%w: %q: %w", message.ErrBlobCID, ask.CID, err)
	}
	var sources []peer.AddrInfo
	for _, s := range ask.Sources[:min(len(ask.Sources), maxSources)] {
		info, err := host.ParsePeer(s.PeerID, s.Addrs)
		if err != nil {
			m.log.Warn("blob source left out", "cid", ask.CID, "error", err.Error())
			continue
		}
		if info.ID != m.host.ID() {
			sources = append(sources, info)
		}
	}
	return root, sources, nil
}

func (m *Module) startNext(ctx context.Context) {
	for m.running < m.cfg.MaxFetches && len(m.waiting) > 0 {
		j := m.waiting[0]
		m.waiting = m.waiting[1:]
		m.running++
		flying, cancel := context.WithCancel(ctx)
		j.flight.cancel = cancel
		m.flights.set(j.flight)
		m.work.Go(func() {
			defer cancel()
			got, err := m.fetch(flying, j.flight)
			m.flights.remove(j.flight)
			select {
			case m.landed <- landing{j, got, err}:
			case <-ctx.Done():
			}
		})
	}
}

func (m *Module) land(ctx context.Context, l landing) {
	m.running--
	if m.jobs[l.job.flight.root] == l.job {
		delete(m.jobs, l.job.flight.root)
	}
	l.job.answer(l.got, l.err)
	if l.err == nil {
		m.stored.Send(message.BlobStored{CID: l.got.CID, Bytes: l.got.Bytes, Blocks: l.got.Blocks})
	}
	m.startNext(ctx)
}

func (j *job) answer(got message.BlobFetched, err error) {
	for _, w := range j.asked {
		w.stop()
		if err == nil && got.Bytes > w.max {
			w.q.Reply(message.BlobFetched{}, fmt.Errorf("%w: %s has %d bytes, %d were allowed", message.ErrBlobTooBig, got.CID, got.Bytes, w.max))
			continue
		}
		w.q.Reply(got, err)
	}
	j.asked = nil
}

// leave forgets an asker who no longer waits, and gives up a fetch for which
// nobody waits.
func (m *Module) leave(q *question) {
	for root, j := range m.jobs {
		n := len(j.asked)
		j.asked = slices.DeleteFunc(j.asked, func(w *waiter) bool { return w.q == q })
		if len(j.asked) == n {
			continue
		}
		q.Reply(message.BlobFetched{}, q.Context().Err())
		if len(j.asked) > 0 {
			return
		}
		delete(m.jobs, root) // who asks now starts anew
		if j.flight.cancel != nil {
			j.flight.cancel()
			return
		}
		m.waiting = slices.DeleteFunc(m.waiting, func(w *job) bool { return w == j })
		return
	}
}
