// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/message"
)

func TestAnXnodeThatClaimsTenTimesItsMemoryIsAttestedWhatItHas(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.start()
	w.mineUntil("all have attested", func() bool { return len(w.posted) == 4 })
	for seat, a := range w.posted {
		require.Equal(t, uint32(attestation.OK), a.Result, "seat %d", seat)
		require.Equal(t, uint64(mib), a.Value, "what is held, not the %d that are claimed", w.c.Claimed)
	}
	require.LessOrEqual(t, w.posts, 4, "members take turns to post")
	w.mineUntil("the memory is given back", func() bool { return w.subject.module.Stats().HeldBytes == 0 })
}

func TestP8_ADeadSeatChangesNothing(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.start(2)
	w.mineUntil("more than two thirds have attested", func() bool { ok, _, _ := w.results(); return ok >= attestation.Quorum(4) })
}

func TestP8_ASeatThatLiesIsPostedAndOutvoted(t *testing.T) {
	for name, lie := range map[string]attestation.Report{
		"mismatch":        {Result: attestation.Mismatch, Evidence: make([]byte, 32)},
		"a huge value":    {Result: attestation.OK, Value: 1 << 60, Evidence: make([]byte, 32)},
		"nothing is here": {Result: attestation.Unknown, Evidence: make([]byte, 32)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 4, quick())
			liar := w.seats[1]
			signature, err := liar.signer.SignText(attestation.SignBytes(newCourt(testChain, w.view(1)).place(1), lie))
			require.NoError(t, err)
			kept, err := json.Marshal(record{Attestation: message.Attestation{
				Seat: 1, Result: lie.Result, Value: lie.Value, Evidence: lie.Evidence, Signature: signature,
			}})
			require.NoError(t, err)
			require.NoError(t, liar.store.Bucket("attest").Set(t.Context(), []byte(keyOf(w.c).String()), kept))
			w.start()
			w.mineUntil("all have attested", func() bool { return len(w.posted) == 4 })
			honest := 0
			for seat, a := range w.posted {
				if seat != 1 && a.Result == attestation.OK && a.Value == mib {
					honest++
				}
			}
			require.Equal(t, attestation.Quorum(4), honest)
		})
	}
}

func TestAnswersThatAreAlwaysTooLateAreAMismatchThatTheSubjectSigned(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.c.Terms.Steps, w.c.Terms.StepNanos, w.c.Terms.SlackNanos = 1<<18, 1, 0
	w.start()
	w.mineUntil("all have attested", func() bool { return len(w.posted) == 4 })
	_, mismatch, _ := w.results()
	require.GreaterOrEqual(t, mismatch, attestation.Quorum(4))
	for _, a := range w.posted {
		require.NotEqual(t, make([]byte, 32), a.Evidence)
	}
}

func TestASubjectThatCannotBeReachedIsUnknownAndOnlyWhenTimeIsUp(t *testing.T) {
	w := newWorld(t, 4, quick())
	require.NoError(t, w.subject.host.Close())
	for _, n := range w.seats {
		n.start()
	}
	for range 20 {
		w.mine(1)
	}
	require.Empty(t, w.posted)
	w.height = testUntil - 30
	w.mineUntil("all have attested", func() bool {
		w.height = min(w.height+1, testUntil-5)
		return len(w.posted) == 4
	})
	_, _, unknown := w.results()
	require.Equal(t, 4, unknown)
}

func TestP6_ASubjectThatRestartsMidWindowIsMeasuredAfterwards(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.subject.start()
	w.tell(w.subject, -1)
	w.mineUntil("filled", func() bool { return w.subject.module.Stats().HeldBytes > 0 })
	w.subject.stop()
	require.Zero(t, w.subject.module.Stats().HeldBytes)
	for _, n := range w.seats {
		n.start()
	}
	w.subject.bus = nil
	w.mine(1)
	w.subject.start()
	w.mineUntil("all have attested", func() bool { ok, _, _ := w.results(); return ok == 4 })
}

func TestASubjectThatRunsProgramsAsksToComeBackLaterAndIsMeasuredThen(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.subject.start()
	w.subject.busy.Send(message.Busy{Running: 1})
	require.Eventually(t, w.subject.module.loaded, patience, time.Millisecond)
	w.tell(w.subject, -1)
	w.mineUntil("the committee is known", func() bool { return w.subject.knows(keyOf(w.c)) })
	s := w.dial(0)
	require.NoError(t, writeFrame(s, kindHello, hello{w.c.Class, w.c.Window, 0}.encode()))
	_, err := expect(s, kindWelcome)
	require.ErrorAs(t, err, &busyError{})
	require.Zero(t, w.subject.module.Stats().HeldBytes)
	w.subject.busy.Send(message.Busy{})
	for _, n := range w.seats {
		n.start()
	}
	w.mineUntil("all have attested", func() bool { ok, _, _ := w.results(); return ok == 4 })
}

func TestAVerifierThatRestartsSaysTheSameAgain(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.start(1, 2, 3)
	w.mineUntil("seat 0 has attested", func() bool { return w.seats[0].module.Stats().Measured == 1 })
	w.seats[0].stop()
	first := w.seats[0].module.records[keyOf(w.c)]
	w.seats[0].start()
	for _, n := range w.seats[1:] {
		n.start()
	}
	w.mineUntil("all have attested", func() bool { return len(w.posted) == 4 })
	require.Equal(t, first.Attestation, w.posted[0])
	require.Empty(t, w.double)
	require.Zero(t, w.seats[0].module.Stats().Measured)
}

func TestAnAuditedSeatShowsWhatItsAttestationRestsOn(t *testing.T) {
	w := newWorld(t, 4, quick())
	w.start()
	w.mineUntil("all have attested", func() bool { return len(w.posted) == 4 })
	w.c.Closed, w.c.Audited = true, 3
	w.mine(1)
	shown := <-w.seats[2].shown.C()
	place := newCourt(testChain, w.view(2)).place(2)
	id := attestation.StatementID(place, shown.Nonce, shown.Body, shown.Signature)
	require.Equal(t, w.posted[2].Evidence, id[:])
}
