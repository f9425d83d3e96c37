// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/openmesh-network/openmesh/x/por/attestation"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/proving/memory"
)

// pings is how many round trips are measured before and again after a walk.
const pings = 8

func walkSpec(t message.AttestTerms) ramwalk.Spec {
	return ramwalk.Spec{Rounds: t.Rounds, Steps: t.Steps, Interval: t.Interval}
}

func fillOf(c message.Committee, cells uint64) ramwalk.Fill {
	f := ramwalk.Fill{Operator: c.SubjectAddress, Window: c.Window, Cells: cells}
	copy(f.Seed[:], c.Challenge)
	return f
}

// cellsFor is how many cells the subject fills: what is claimed and not in use, at
// most what is configured and free.
func cellsFor(cfg Config, c message.Committee, free uint64) uint64 {
	n := c.Claimed - min(c.Claimed, c.Allocated)
	if cfg.MemoryBytes > 0 {
		n = min(n, cfg.MemoryBytes)
	}
	n = min(n, free-min(free, cfg.MemoryReserve))
	return n / ramwalk.CellSize
}

// fill takes memory and fills it.
func (m *Module) fill(ctx context.Context, c message.Committee) (*memory.Hold, error) {
	free, err := m.available()
	if err != nil {
		return nil, err
	}
	cells := cellsFor(m.cfg, c, free)
	if cells == 0 {
		return nil, fmt.Errorf("%w: %d bytes are free and %d reserved", memory.ErrNotFree, free, m.cfg.MemoryReserve)
	}
	return memory.New(ctx, memory.Options{
		Spec: walkSpec(c.Terms), Fill: fillOf(c, cells), Workers: m.cfg.FillWorkers, Reserve: m.cfg.MemoryReserve,
	})
}

// witness remembers the one walk of a session, so that it can be signed.
type witness struct {
	memory.Walker

	seed [32]byte
	ends []ramwalk.State
}

// Walk implements memory.Walker.
func (w *witness) Walk(ctx context.Context, seed [32]byte) ([]ramwalk.State, error) {
	ends, err := w.Walker.Walk(ctx, seed)
	if err == nil {
		w.seed, w.ends = seed, ends
	}
	return ends, err
}

// answerMemory answers one measurement of held memory, and signs what it answered.
func (m *Module) answerMemory(ctx context.Context, s host.Stream, c message.Committee, place attestation.Place, walker memory.Walker) error {
	if err := writeFrame(s, kindWelcome, binary.BigEndian.AppendUint64(nil, walker.Fill().Cells)); err != nil {
		return err
	}
	_ = s.SetDeadline(time.Now().Add(m.cfg.Session))
	w := &witness{Walker: walker}
	if err := memory.NewServer(w, memory.Limits{Session: m.cfg.Session}).Serve(ctx, keepOpen{s}); err != nil {
		return err
	}
	_ = s.SetDeadline(time.Now().Add(talk))
	nonce, err := expect(s, kindNonce)
	if err != nil {
		return err
	}
	if len(nonce) != attestation.NonceSize || attestation.Question(place, nonce) != w.seed {
		return fmt.Errorf("%w: the nonce does not lead to the walk", ErrProtocol)
	}
	root, err := ramwalk.Root(w.ends)
	if err != nil {
		return err
	}
	answer := attestation.MemoryAnswer(walker.Fill().Cells, root)
	signature, err := m.signer.SignText(attestation.StatementSignBytes(place, nonce, answer))
	if err != nil {
		return err
	}
	return writeFrame(s, kindStatement, statementBody(answer, signature))
}

// probeMemory measures a subject's memory over a stream on which it has said hello.
func (m *Module) probeMemory(ctx context.Context, s host.Stream, c message.Committee, place attestation.Place) (finding, error) {
	none := finding{}
	welcome, err := expect(s, kindWelcome)
	if err != nil {
		return none, err
	}
	if len(welcome) != 8 {
		return none, fmt.Errorf("%w: a welcome of %d bytes", ErrProtocol, len(welcome))
	}
	cells := binary.BigEndian.Uint64(welcome)
	nonce := make([]byte, attestation.NonceSize)
	session := memory.Session{
		Spec: walkSpec(c.Terms), Fill: fillOf(c, cells),
		Timing:  ramwalk.Timing{Step: c.Terms.StepNanos, Slack: c.Terms.SlackNanos},
		Samples: min(max(c.Terms.Samples, 1), memory.MaxSamples), Pings: pings, Timeout: m.cfg.Session,
	}
	if _, err := rand.Read(nonce); err != nil {
		return none, err
	}
	if _, err := rand.Read(session.DrawSeed[:]); err != nil {
		return none, err
	}
	session.WalkSeed = attestation.Question(place, nonce)
	_ = s.SetDeadline(time.Now().Add(m.cfg.Session))
	seen, err := session.Verify(ctx, keepOpen{s})
	if err != nil {
		return none, err
	}
	if !seen.Seen.Answered {
		return none, fmt.Errorf("no answer: %w", seen.Err)
	}
	if seen.Verdict == ramwalk.Unknown {
		return none, fmt.Errorf("nothing to be said of a walk of %s: %w", time.Duration(seen.Seen.Elapsed), errors.Join(seen.Err, errJitter))
	}
	_ = s.SetDeadline(time.Now().Add(talk))
	st, err := m.askStatement(s, c, place, nonce)
	if err != nil {
		return none, err
	}
	if string(st.Body) != string(attestation.MemoryAnswer(cells, seen.Root)) {
		return none, fmt.Errorf("%w: it signs another answer", ErrProtocol)
	}
	f := finding{statement: st, result: attestation.OK, value: min(seen.Bytes, c.Claimed)}
	switch {
	case seen.Verdict == ramwalk.Mismatch:
		f.result, f.value, f.late = attestation.Mismatch, 0, seen.Err == nil
	case f.value == 0: // claimed nothing
		f.result = attestation.Unknown
	}
	return f, nil
}

// errJitter is what an Unknown without another reason is from.
var errJitter = errors.New("the network's jitter may explain it")

// askStatement tells the nonce and reads what the subject signs.
func (m *Module) askStatement(s host.Stream, c message.Committee, place attestation.Place, nonce []byte) (statement, error) {
	if err := writeFrame(s, kindNonce, nonce); err != nil {
		return statement{}, err
	}
	body, err := expect(s, kindStatement)
	if err != nil {
		return statement{}, err
	}
	answer, signature, err := parseStatement(body)
	if err != nil {
		return statement{}, err
	}
	if !verifyText(c.SubjectKey, attestation.StatementSignBytes(place, nonce, answer), signature) {
		return statement{}, fmt.Errorf("%w: not the subject's signature", ErrProtocol)
	}
	return statement{Nonce: nonce, Body: answer, Signature: signature}, nil
}

// keepOpen is a stream that a session does not close: to close it ends reads and
// writes under way, until there is a new deadline.
type keepOpen struct{ host.Stream }

// Close implements io.Closer.
func (k keepOpen) Close() error { return k.SetDeadline(time.Unix(1, 0)) }
