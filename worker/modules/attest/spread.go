// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"context"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
)

// spreadRounds is how often somebody who cannot be reached is tried.
const spreadRounds = 6

// spread brings what is known of a committee to the other members and the subject,
// and takes what they know. Those that cannot be reached are tried again, some
// times.
func (m *Module) spread(ctx context.Context, k key) {
	type target struct {
		source message.Source
		key    []byte
		done   bool
	}
	m.mu.Lock()
	c := m.courts[k]
	if c == nil {
		m.mu.Unlock()
		return
	}
	targets := []*target{{source: c.Source, key: c.SubjectKey}}
	for i, member := range c.Members {
		if i != c.Seat {
			targets = append(targets, &target{source: member.Source, key: member.PubKey})
		}
	}
	m.mu.Unlock()
	for round := range spreadRounds {
		var all sync.WaitGroup
		for _, t := range targets {
			if t.done {
				continue
			}
			all.Go(func() {
				err := m.exchange(ctx, k, t.source, t.key)
				t.done = err == nil
				if err != nil {
					m.log.Debug("attestation not brought", "committee", k.String(), "peer", t.source.PeerID, "err", err)
				}
			})
		}
		all.Wait()
		left := false
		for _, t := range targets {
			left = left || !t.done
		}
		if !left || !wait(ctx, m.cfg.Retry<<round) {
			return
		}
	}
}

// exchange gives one peer what is known and takes what it knows.
func (m *Module) exchange(ctx context.Context, k key, to message.Source, pub []byte) error {
	s, err := m.open(ctx, to, pub)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()
	m.mu.Lock()
	c := m.courts[k]
	if c == nil {
		m.mu.Unlock()
		return s.Reset()
	}
	known := share{k.class, k.window, []byte(k.subject), c.list()}
	m.mu.Unlock()
	_ = s.SetDeadline(time.Now().Add(talk))
	if err := writeFrame(s, kindShare, known.encode()); err != nil {
		_ = s.Reset()
		return err
	}
	body, err := expect(s, kindShare)
	if err != nil {
		_ = s.Reset()
		return err
	}
	_ = s.Close()
	theirs, err := parseShare(body)
	if err != nil {
		return err
	}
	if (key{theirs.class, theirs.window, string(theirs.subject)}) != k {
		return ErrProtocol
	}
	m.mu.Lock()
	if c = m.courts[k]; c == nil {
		m.mu.Unlock()
		return nil
	}
	news, conflicts := m.learn(c, theirs.items)
	m.mu.Unlock()
	m.report(ctx, k, news, conflicts)
	return nil
}
