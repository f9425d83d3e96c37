// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/proving/memory"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// watchEvery is how often free memory is looked at while some is held.
const watchEvery = time.Second

// Host is what the module needs of the peer-to-peer host.
type Host interface {
	NewStream(ctx context.Context, to peer.AddrInfo, proto protocol.ID) (host.Stream, error)
	SetHandler(proto protocol.ID, handle func(host.Stream))
	RemoveHandler(proto protocol.ID)
}

// Module attests, and is attested. Make it with New, then Run it.
type Module struct {
	cfg       Config
	log       *slog.Logger
	host      Host
	signer    *keys.Signer
	kv        store.KV
	available func() (uint64, error)

	book        *bus.Subscription[message.CommitteeBook]
	busy        *bus.Subscription[message.Busy]
	attested    *bus.Publisher[message.Attested]
	shown       *bus.Publisher[message.StatementShown]
	equivocated *bus.Publisher[message.Equivocated]

	// Shared with the goroutines that serve and measure.
	mu     sync.Mutex
	courts map[key]*court
	holds  map[key]*holding
	self   string // address of the operator, once it stands in a window

	running   atomic.Int64  // programs of customers
	turn      sync.RWMutex  // held by a walk; shared by measurements of bandwidth
	probes    chan struct{} // a place for each measurement of others
	admission *admission
	stats     counters
	work      sync.WaitGroup
	found     chan finding
	changed   chan change
	filled    chan filled

	// Owned by Run.
	height   int64
	measures map[key]*measuring
	records  map[key]record
}

// measuring is a measurement of another under way, and what ends it.
type measuring struct {
	giveUp context.CancelFunc // there is no more time: what is known now is said
	drop   context.CancelFunc // the committee is over
}

// record is what is kept of a committee in which this Xnode has a seat.
type record struct {
	Attestation message.Attestation `json:"attestation"`
	Statement   statement           `json:"statement"`
}

// change is news about a committee.
type change struct {
	key       key
	conflicts []conflict
}

type counters struct {
	measured, mismatched, unknown, refused, equivocated atomic.Uint64
}

// Stats counts since the start.
type Stats struct {
	// Measured, Mismatched and Unknown are what this Xnode attested of others.
	Measured, Mismatched, Unknown uint64
	// Refused counts streams that were not answered, Equivocated seats that said two
	// things.
	Refused, Equivocated uint64
	// HeldBytes is the memory that is filled now.
	HeldBytes uint64
}

// Stats returns the counters.
func (m *Module) Stats() Stats {
	s := Stats{
		Measured: m.stats.measured.Load(), Mismatched: m.stats.mismatched.Load(), Unknown: m.stats.unknown.Load(),
		Refused: m.stats.refused.Load(), Equivocated: m.stats.equivocated.Load(),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range m.holds {
		if h.hold != nil {
			s.HeldBytes += h.hold.Fill().Bytes()
		}
	}
	return s
}

// New declares the module on its port. kv keeps what was attested.
func New(cfg Config, port *bus.Port, h Host, signer *keys.Signer, kv store.KV, log *slog.Logger) (*Module, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Module{
		cfg: cfg, log: log, host: h, signer: signer, kv: kv, available: memory.Available,
		book:        bus.Subscribe[message.CommitteeBook](port, bus.KeepNewest()),
		busy:        bus.Subscribe[message.Busy](port, bus.KeepNewest()),
		attested:    bus.Publish[message.Attested](port),
		shown:       bus.Publish[message.StatementShown](port),
		equivocated: bus.Publish[message.Equivocated](port),
		courts:      map[key]*court{},
		holds:       map[key]*holding{},
		probes:      make(chan struct{}, cfg.Probes),
		admission:   &admission{peers: map[peer.ID]int{}, limit: cfg.Streams, byPeer: cfg.StreamsPerPeer},
		found:       make(chan finding),
		changed:     make(chan change),
		filled:      make(chan filled),
		measures:    map[key]*measuring{},
		records:     map[key]record{},
	}, nil
}

// loaded says whether a measurement would disturb, or be disturbed by, the work of
// customers.
func (m *Module) loaded() bool { return m.running.Load() > 0 }

// Run serves and measures until ctx ends, and returns when all of it has stopped.
func (m *Module) Run(ctx context.Context) error {
	if err := m.load(); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer m.end(stop)
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
		m.serve(running, s)
	})
	defer func() {
		m.host.RemoveHandler(Protocol)
		gate.Lock()
		defer gate.Unlock()
		ended = true
	}()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case b := <-m.book.C():
			if err := m.take(running, b); err != nil {
				return err
			}
		case b := <-m.busy.C():
			m.running.Store(int64(b.Running))
		case f := <-m.found:
			if err := m.sign(running, f); err != nil {
				return err
			}
		case c := <-m.changed:
			for _, x := range c.conflicts {
				m.tellConflict(c.key, x)
			}
			m.post(c.key)
		case f := <-m.filled:
			m.takeFilled(f)
		case <-tick.C:
			m.watch()
		case <-ctx.Done():
			return nil
		}
	}
}

// end stops everything and gives the memory back.
func (m *Module) end(stop context.CancelFunc) {
	stop()
	m.work.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	for k := range m.holds {
		m.release(k, "the daemon ends")
	}
	m.work.Wait()
}

// load reads what was attested before.
func (m *Module) load() error {
	return m.kv.Iterate(nil, nil, func(name, value []byte) error {
		var k key
		var r record
		var subject []byte
		if _, err := fmt.Sscanf(string(name), "%d/%d/%x", &k.class, &k.window, &subject); err != nil {
			return fmt.Errorf("a stored attestation, %q: %w", name, err)
		}
		if err := json.Unmarshal(value, &r); err != nil {
			return fmt.Errorf("the stored attestation %q: %w", name, err)
		}
		k.subject = string(subject)
		m.records[k] = r
		return nil
	})
}

// take brings the module to the book: what is missing in it is over.
func (m *Module) take(ctx context.Context, b message.CommitteeBook) error {
	m.height = b.Height
	m.mu.Lock()
	listed := map[key]bool{}
	for _, list := range [][]message.Committee{b.Stands, b.Seats} {
		for _, c := range list {
			k := keyOf(c)
			listed[k] = true
			if c.Seat < 0 {
				m.self = k.subject
			}
			if m.courts[k] == nil {
				m.courts[k] = newCourt(b.ChainID, c)
			}
			m.courts[k].update(c, b.Height)
		}
	}
	for k := range m.courts {
		if !listed[k] {
			m.forget(k)
		}
	}
	for k, c := range m.courts {
		if c.Seat < 0 {
			m.stand(ctx, c)
			continue
		}
		m.sit(ctx, k, c)
	}
	m.mu.Unlock()
	for k := range m.records {
		if listed[k] {
			continue
		}
		if err := m.kv.Delete(ctx, []byte(k.String())); err != nil {
			return err
		}
		delete(m.records, k)
	}
	for k := range listed {
		m.post(k)
		m.show(k)
	}
	return nil
}

// forget drops a committee; the caller holds the lock.
func (m *Module) forget(k key) {
	delete(m.courts, k)
	m.release(k, "the window is over")
	if run := m.measures[k]; run != nil {
		run.drop()
		delete(m.measures, k)
	}
}

// sit begins or ends the measurement for a seat; the caller holds the lock.
func (m *Module) sit(ctx context.Context, k key, c *court) {
	if len(c.Draw) == 0 || c.Seat >= len(c.Members) {
		return
	}
	if run := m.measures[k]; run != nil {
		if m.height >= c.giveUp() {
			run.giveUp()
		}
		return
	}
	kept, ctxLeft := m.records[k], m.height < c.Until
	if c.Closed || !ctxLeft || c.Members[c.Seat].Reported && len(kept.Attestation.Signature) == 0 {
		return
	}
	whole, drop := context.WithCancel(ctx)
	trying, giveUp := context.WithCancel(whole)
	m.measures[k] = &measuring{giveUp, drop}
	if len(kept.Attestation.Signature) > 0 { // said before a restart: it stays said
		c.accept(kept.Attestation)
		m.work.Go(func() { m.spread(whole, k) })
		return
	}
	if m.height >= c.giveUp() {
		giveUp()
	}
	committee, place := c.Committee, c.place(c.Seat)
	m.work.Go(func() {
		f := m.measure(trying, committee, place)
		if whole.Err() != nil {
			return
		}
		select {
		case m.found <- f:
		case <-whole.Done():
		}
	})
}

// sign attests a finding: it is stored before anybody hears of it, so that no
// restart can lead to another one.
func (m *Module) sign(ctx context.Context, f finding) error {
	m.mu.Lock()
	c := m.courts[f.key]
	run := m.measures[f.key]
	if c == nil || run == nil || len(m.records[f.key].Attestation.Signature) > 0 {
		m.mu.Unlock()
		return nil
	}
	place := c.place(c.Seat)
	m.mu.Unlock()
	report := f.report(place)
	signature, err := m.signer.SignText(attestation.SignBytes(place, report))
	if err != nil {
		return err
	}
	r := record{
		Attestation: message.Attestation{
			Seat: place.Seat, Result: report.Result, Value: report.Value, Evidence: report.Evidence, Signature: signature,
		},
		Statement: f.statement,
	}
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := m.kv.Set(ctx, []byte(f.key.String()), value); err != nil {
		return err
	}
	m.records[f.key] = r
	m.count(f)
	m.mu.Lock()
	accepted, _ := c.accept(r.Attestation)
	whole, drop := context.WithCancel(ctx)
	m.measures[f.key] = &measuring{func() {}, func() { drop(); run.drop() }}
	m.mu.Unlock()
	if !accepted {
		m.log.Warn("this seat is another signer's: the key has changed since the draw", "committee", f.key.String())
		return nil
	}
	m.log.Info("attested", "class", f.key.class, "window", f.key.window, "subject", c.Subject, "result", f.result, "value", f.value)
	m.work.Go(func() { m.spread(whole, f.key) })
	m.post(f.key)
	return nil
}

func (m *Module) count(f finding) {
	switch f.result {
	case attestation.OK:
		m.stats.measured.Add(1)
	case attestation.Mismatch:
		m.stats.mismatched.Add(1)
	default:
		m.stats.unknown.Add(1)
	}
}

// post has posted what is due.
func (m *Module) post(k key) {
	m.mu.Lock()
	c := m.courts[k]
	if c == nil {
		m.mu.Unlock()
		return
	}
	due := c.post(m.height)
	said := message.Attested{Class: c.Class, Window: c.Window, Subject: c.Subject, Attestations: due}
	m.mu.Unlock()
	if len(due) > 0 {
		m.attested.Send(said)
	}
}

// show has posted what an audited attestation rests on.
func (m *Module) show(k key) {
	m.mu.Lock()
	c := m.courts[k]
	st := m.records[k].Statement
	if c == nil || c.Seat < 0 || c.Audited != uint32(c.Seat)+1 || c.shown || len(st.Signature) == 0 {
		m.mu.Unlock()
		return
	}
	c.shown = true
	said := message.StatementShown{
		Class: c.Class, Window: c.Window, Subject: c.Subject, Seat: uint32(c.Seat),
		Nonce: st.Nonce, Body: st.Body, Signature: st.Signature,
	}
	m.mu.Unlock()
	m.shown.Send(said)
}

// tellConflict has a seat posted that signed two things.
func (m *Module) tellConflict(k key, x conflict) {
	m.stats.equivocated.Add(1)
	m.mu.Lock()
	c := m.courts[k]
	if c == nil {
		m.mu.Unlock()
		return
	}
	said := message.Equivocated{Class: c.Class, Window: c.Window, Subject: c.Subject, First: x.first, Second: x.second}
	m.mu.Unlock()
	m.log.Warn("a seat has signed two things", "committee", k.String(), "seat", x.first.Seat)
	m.equivocated.Send(said)
}
