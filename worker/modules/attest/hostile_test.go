// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
)

// dial opens a stream from a seat to the subject.
func (w *world) dial(seat int) host.Stream {
	w.t.Helper()
	return w.dialFrom(w.seats[seat])
}

func (w *world) dialFrom(n *node) host.Stream {
	w.t.Helper()
	info, err := host.ParsePeer(w.subject.source().PeerID, w.subject.source().Addrs)
	require.NoError(w.t, err)
	s, err := n.host.NewStream(w.t.Context(), info, Protocol)
	require.NoError(w.t, err)
	require.NoError(w.t, s.SetDeadline(time.Now().Add(patience)))
	w.t.Cleanup(func() { _ = s.Reset() })
	return s
}

func TestOnlyMembersOfARunningWindowAreAnswered(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.subject.start()
	w.tell(w.subject, -1)
	w.mineUntil("filled", func() bool { return w.subject.module.Stats().HeldBytes > 0 })
	stranger := newNode(t, quick())
	for name, c := range map[string]struct {
		from *node
		h    hello
	}{
		"a stranger":             {stranger, hello{w.c.Class, w.c.Window, 0}},
		"another's seat":         {w.seats[1], hello{w.c.Class, w.c.Window, 0}},
		"no such seat":           {w.seats[1], hello{w.c.Class, w.c.Window, 4}},
		"a window that is over":  {w.seats[1], hello{w.c.Class, w.c.Window - 1, 1}},
		"a window of the future": {w.seats[1], hello{w.c.Class, w.c.Window + 1, 1}},
		"another class":          {w.seats[1], hello{attestation.ClassGPU, w.c.Window, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.dialFrom(c.from)
			require.NoError(t, writeFrame(s, kindHello, c.h.encode()))
			_, err := expect(s, kindWelcome)
			require.ErrorIs(t, err, ErrRefused)
		})
	}
}

func TestD10_BadFramesEndTheStreamAndNothingElse(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.subject.start()
	w.tell(w.subject, -1)
	huge := append([]byte{kindShare}, binary.BigEndian.AppendUint32(nil, 1<<31)...)
	for name, bytes := range map[string][]byte{
		"a huge length":              huge,
		"an unknown kind":            {99, 0, 0, 0, 0},
		"a short hello":              {kindHello, 0, 0, 0, 1, 7},
		"a share that is cut":        {kindShare, 0, 0, 0, 13, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 200},
		"a share with no subject":    append([]byte{kindShare, 0, 0, 0, 13}, make([]byte, 13)...),
		"a statement out of nothing": {kindStatement, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.dial(0)
			_, err := s.Write(bytes)
			require.NoError(t, err)
			_, err = io.ReadAll(s)
			require.Error(t, err)
		})
	}
	for _, n := range w.seats {
		n.start()
	}
	w.mineUntil("it is measured all the same", func() bool { ok, _, _ := w.results(); return ok == 4 })
}

func TestD10_APeerHasAFewStreamsAndNoMore(t *testing.T) {
	cfg := quick()
	cfg.StreamsPerPeer = 2
	w := newWorld(t, 4, cfg)
	w.subject.start()
	w.tell(w.subject, -1)
	for range 2 {
		s := w.dial(0)
		_, err := s.Write([]byte{kindHello})
		require.NoError(t, err)
	}
	w.mineUntil("two are held", func() bool {
		w.subject.module.admission.mu.Lock()
		defer w.subject.module.admission.mu.Unlock()
		return w.subject.module.admission.total == 2
	})
	s := w.dial(0)
	_, _ = s.Write([]byte{kindHello})
	_, err := io.ReadAll(s)
	require.Error(t, err)
	require.Equal(t, uint64(1), w.subject.module.Stats().Refused)
}

func TestD17_ASeatThatDawdlesDoesNotKeepTheSubjectToItself(t *testing.T) {
	cfg := quick()
	cfg.Session = time.Second
	w := newWorld(t, 4, cfg)
	w.subject.start()
	w.tell(w.subject, -1)
	w.mineUntil("filled", func() bool { return w.subject.module.Stats().HeldBytes > 0 })
	s := w.dial(3)
	require.NoError(t, writeFrame(s, kindHello, hello{w.c.Class, w.c.Window, 3}.encode()))
	_, err := expect(s, kindWelcome)
	require.NoError(t, err)
	_, err = io.ReadAll(s) // it says nothing until it is put out
	require.Error(t, err)
	s = w.dial(3)
	require.NoError(t, writeFrame(s, kindHello, hello{w.c.Class, w.c.Window, 3}.encode()))
	_, err = expect(s, kindWelcome)
	var busy busyError
	require.ErrorAs(t, err, &busy)
	require.Greater(t, busy.after, 2*time.Second)
	for _, n := range w.seats[:3] {
		n.start()
	}
	w.mineUntil("the others measure meanwhile", func() bool { ok, _, _ := w.results(); return ok == 3 })
}

func TestP8_ASeatThatSignsTwoThingsIsToldAndCountsNoMore(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.seats[0].start()
	w.tell(w.seats[0], 0)
	c := newCourt(testChain, w.view(1))
	k := keyOf(w.c)
	w.mineUntil("the committee is known", func() bool { return w.seats[0].knows(k) })
	say := func(value uint64) {
		r := attestation.Report{Result: attestation.OK, Value: value, Evidence: make([]byte, 32)}
		signature, err := w.seats[1].signer.SignText(attestation.SignBytes(c.place(1), r))
		require.NoError(t, err)
		info, err := host.ParsePeer(w.seats[0].source().PeerID, w.seats[0].source().Addrs)
		require.NoError(t, err)
		s, err := w.seats[1].host.NewStream(t.Context(), info, Protocol)
		require.NoError(t, err)
		items := []message.Attestation{{Seat: 1, Result: r.Result, Value: r.Value, Evidence: r.Evidence, Signature: signature}}
		require.NoError(t, writeFrame(s, kindShare, share{k.class, k.window, []byte(k.subject), items}.encode()))
		_, err = expect(s, kindShare)
		require.NoError(t, err)
	}
	say(1)
	say(1)
	say(2)
	double := <-w.seats[0].double.C()
	require.Equal(t, []uint64{1, 2}, []uint64{double.First.Value, double.Second.Value})
	say(3)
	w.seats[0].module.mu.Lock()
	defer w.seats[0].module.mu.Unlock()
	require.Empty(t, w.seats[0].module.courts[k].known)
}

func TestForgedAttestationsAreLeftOut(t *testing.T) {
	w := newWorld(t, 4, quick())
	c := newCourt(testChain, w.view(0))
	c.update(w.view(0), 1)
	right := attestation.Report{Result: attestation.OK, Value: 5, Evidence: bytes.Repeat([]byte{1}, 32)}
	sign := func(by *node, p attestation.Place) message.Attestation {
		signature, err := by.signer.SignText(attestation.SignBytes(p, right))
		require.NoError(t, err)
		return message.Attestation{Seat: 1, Result: right.Result, Value: right.Value, Evidence: right.Evidence, Signature: signature}
	}
	other := c.place(1)
	other.Window++
	for name, a := range map[string]message.Attestation{
		"by another member": sign(w.seats[2], c.place(1)),
		"of another window": sign(w.seats[1], other),
		"without signature": {Seat: 1, Result: 1, Value: 5, Evidence: right.Evidence, Signature: make([]byte, 64)},
		"of no seat":        {Seat: 9, Result: 1, Value: 5, Evidence: right.Evidence, Signature: make([]byte, 64)},
	} {
		news, _ := c.accept(a)
		require.False(t, news, name)
	}
	news, _ := c.accept(sign(w.seats[1], c.place(1)))
	require.True(t, news)
}
