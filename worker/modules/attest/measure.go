// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

const (
	// talk is the time for one exchange of frames.
	talk = 10 * time.Second
	// lateTries is how many answers in a row have to be too late before that is a
	// mismatch: a cold or a disturbed one says nothing.
	lateTries = 3
	// maxBackoff is how often the pause before another try doubles.
	maxBackoff = 4
)

// statement is what a subject signed, as it is kept.
type statement struct {
	Nonce     []byte `json:"nonce,omitempty"`
	Body      []byte `json:"body,omitempty"`
	Signature []byte `json:"signature,omitempty"`
}

// finding is what a measurement came to.
type finding struct {
	key       key
	result    uint32
	value     uint64
	statement statement
	late      bool // a mismatch only by the clock
}

func (f finding) report(p attestation.Place) attestation.Report {
	r := attestation.Report{Result: f.result, Value: f.value, Evidence: make([]byte, attestation.HashSize)}
	if len(f.statement.Signature) > 0 {
		id := attestation.StatementID(p, f.statement.Nonce, f.statement.Body, f.statement.Signature)
		r.Evidence = id[:]
	}
	return r
}

// measure tries until there is a finding that cannot change, or ctx ends: then it
// is unknown. Nothing that a subject or the network does ends it otherwise.
func (m *Module) measure(ctx context.Context, c message.Committee, place attestation.Place) finding {
	unknown := finding{key: keyOf(c), result: attestation.Unknown}
	late := 0
	for try := 0; ; try++ {
		if ctx.Err() != nil {
			return unknown
		}
		f, err := m.probe(ctx, c, place)
		f.key = keyOf(c)
		var busy busyError
		switch {
		case err == nil && f.late && late+1 < lateTries:
			late++
			try = 0
			err = errors.New("too late, measured again")
		case err == nil:
			return f
		case errors.As(err, &busy):
			try = 0
		default:
			late = 0
		}
		m.log.Debug("not measured yet", "committee", keyOf(c).String(), "err", err)
		pause := m.cfg.Retry << min(try, maxBackoff)
		if busy.after > 0 {
			pause = busy.after
		}
		if !wait(ctx, pause/2+rand.N(pause)) {
			return unknown
		}
	}
}

// wait says whether the time passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// probe measures once.
func (m *Module) probe(ctx context.Context, c message.Committee, place attestation.Place) (finding, error) {
	if c.Class == attestation.ClassBandwidth {
		var err error
		if c, err = m.awaitStart(ctx, keyOf(c)); err != nil {
			return finding{}, err
		}
	}
	select { // few at once: our own machine must not be what is measured
	case m.probes <- struct{}{}:
		defer func() { <-m.probes }()
	case <-ctx.Done():
		return finding{}, ctx.Err()
	}
	s, err := m.open(ctx, c.Source, c.SubjectKey)
	if err != nil {
		return finding{}, err
	}
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()
	f, err := m.converse(ctx, s, c, place)
	if err != nil {
		_ = s.Reset()
		return finding{}, err
	}
	_ = s.Close()
	return f, nil
}

func (m *Module) converse(ctx context.Context, s host.Stream, c message.Committee, place attestation.Place) (finding, error) {
	_ = s.SetDeadline(time.Now().Add(talk))
	if err := writeFrame(s, kindHello, hello{c.Class, c.Window, uint32(c.Seat)}.encode()); err != nil {
		return finding{}, err
	}
	switch c.Class {
	case attestation.ClassMemory:
		return m.probeMemory(ctx, s, c, place)
	case attestation.ClassBandwidth:
		return m.probeBandwidth(ctx, s, c, place)
	default:
		return finding{}, fmt.Errorf("class %d is not measured by this version", c.Class)
	}
}

// open opens a stream to who has the key.
func (m *Module) open(ctx context.Context, to message.Source, key []byte) (host.Stream, error) {
	info, err := host.ParsePeer(to.PeerID, to.Addrs)
	if err != nil {
		return nil, err
	}
	pub, err := keys.PubKeyOfPeer(info.ID)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(pub.Key, key) {
		return nil, fmt.Errorf("peer %s does not have the key that the chain tells", info.ID)
	}
	dialling, cancel := context.WithTimeout(ctx, talk)
	defer cancel()
	return m.host.NewStream(dialling, info, Protocol)
}

func verifyText(key, text, signature []byte) bool { return keys.VerifyText(key, text, signature) }
