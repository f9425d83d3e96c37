// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/proving/memory"
)

const (
	// maxAttempts is how many streams of one seat about one committee are answered:
	// one asks again where it was busy or late, not forever.
	maxAttempts = 256
	// fillPause, turnPause and loadPause are what a busy subject asks for: while it
	// fills, while another seat measures, while customers' programs run.
	fillPause, turnPause, loadPause = 2 * time.Second, 500 * time.Millisecond, 10 * time.Second
)

// admission counts the streams that are served.
type admission struct {
	mu            sync.Mutex
	total         int
	peers         map[peer.ID]int
	limit, byPeer int
}

func (a *admission) enter(p peer.ID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.total >= a.limit || a.peers[p] >= a.byPeer {
		return false
	}
	a.total++
	a.peers[p]++
	return true
}

func (a *admission) leave(p peer.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	if a.peers[p]--; a.peers[p] == 0 {
		delete(a.peers, p)
	}
}

// serve answers one stream.
func (m *Module) serve(ctx context.Context, s host.Stream) {
	p := s.Conn().RemotePeer()
	_ = s.SetDeadline(time.Now().Add(talk))
	if !m.admission.enter(p) {
		m.stats.refused.Add(1)
		_ = s.Reset()
		return
	}
	defer m.admission.leave(p)
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()
	err := m.respond(ctx, s, p)
	if err != nil {
		m.log.Debug("stream not served to its end", "peer", p.String(), "err", err)
		_ = s.Reset()
		return
	}
	_ = s.Close()
}

func (m *Module) respond(ctx context.Context, s host.Stream, p peer.ID) error {
	pub, err := keys.PubKeyOfPeer(p)
	if err != nil {
		return err
	}
	kind, body, err := readFrame(s)
	if err != nil {
		return err
	}
	switch kind {
	case kindHello:
		return m.respondHello(ctx, s, pub.Key, body)
	case kindShare:
		return m.respondShare(ctx, s, pub.Key, body)
	}
	return fmt.Errorf("%w: kind %d", ErrProtocol, kind)
}

// stand is what a subject needs to answer one seat.
type stand struct {
	committee message.Committee
	place     attestation.Place
	hold      *memory.Hold
	rests     time.Duration // for how long others go first
}

// respondHello answers a seat that wants to measure this Xnode.
func (m *Module) respondHello(ctx context.Context, s host.Stream, pub, body []byte) error {
	h, err := parseHello(body)
	if err != nil {
		return err
	}
	st, refusal := m.admit(h, pub)
	if refusal != "" {
		m.stats.refused.Add(1)
		return writeFrame(s, kindRefuse, []byte(refusal))
	}
	if m.loaded() {
		return writeFrame(s, kindBusy, busyBody(loadPause))
	}
	switch h.class {
	case attestation.ClassMemory:
		if st.hold == nil {
			return writeFrame(s, kindBusy, busyBody(fillPause))
		}
		if st.rests > 0 {
			return writeFrame(s, kindBusy, busyBody(st.rests))
		}
		if !m.turn.TryLock() {
			return writeFrame(s, kindBusy, busyBody(turnPause))
		}
		defer m.turn.Unlock()
		defer m.rested(keyOf(st.committee), h.seat, time.Now())
		return m.answerMemory(ctx, s, st.committee, st.place, st.hold)
	case attestation.ClassBandwidth: // all members at once, and no walk meanwhile
		if !m.turn.TryRLock() {
			return writeFrame(s, kindBusy, busyBody(turnPause))
		}
		defer m.turn.RUnlock()
		return m.answerBandwidth(s, st.committee, st.place)
	}
	return writeFrame(s, kindRefuse, []byte("this class is not measured by this version"))
}

// admit says why a seat is not answered, or gives what it takes to answer it: only
// members of a running window in which this Xnode stands are, by their keys.
func (m *Module) admit(h hello, pub []byte) (stand, string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.courts[key{h.class, h.window, m.self}]
	switch {
	case m.self == "" || c == nil || c.Seat >= 0 || c.Closed:
		return stand{}, "no such window"
	case int(h.seat) >= len(c.Members) || !bytes.Equal(c.Members[h.seat].PubKey, pub):
		return stand{}, "not on the committee"
	case c.attempts[h.seat] >= maxAttempts:
		return stand{}, "too often"
	}
	c.attempts[h.seat]++
	return stand{c.Committee, c.place(int(h.seat)), m.holds[keyOf(c.Committee)].held(), time.Until(c.rests[h.seat])}, ""
}

// rested notes how long a seat has held the subject.
func (m *Module) rested(k key, seat uint32, since time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.courts[k]; c != nil {
		c.rest(seat, time.Since(since), time.Now())
	}
}

// respondShare takes attestations from a member or the subject, and gives those
// that are known here.
func (m *Module) respondShare(ctx context.Context, s host.Stream, pub, body []byte) error {
	sh, err := parseShare(body)
	if err != nil {
		return err
	}
	k := key{sh.class, sh.window, string(sh.subject)}
	m.mu.Lock()
	c := m.courts[k]
	if c == nil || c.memberOf(pub) < 0 && !bytes.Equal(c.SubjectKey, pub) {
		m.mu.Unlock()
		m.stats.refused.Add(1)
		return writeFrame(s, kindRefuse, []byte("no such committee"))
	}
	news, conflicts := m.learn(c, sh.items)
	known := share{sh.class, sh.window, sh.subject, c.list()}
	m.mu.Unlock()
	m.report(ctx, k, news, conflicts)
	return writeFrame(s, kindShare, known.encode())
}

// conflict is two attestations of one seat.
type conflict struct{ first, second message.Attestation }

// learn takes attestations into a committee; the caller holds the lock.
func (m *Module) learn(c *court, items []message.Attestation) (news bool, conflicts []conflict) {
	for _, a := range items {
		fresh, other := c.accept(a)
		news = news || fresh
		if other != nil {
			conflicts = append(conflicts, conflict{*other, a})
		}
	}
	return news, conflicts
}

// report tells Run that a committee has changed.
func (m *Module) report(ctx context.Context, k key, news bool, conflicts []conflict) {
	if !news {
		return
	}
	select {
	case m.changed <- change{k, conflicts}:
	case <-ctx.Done():
	}
}
