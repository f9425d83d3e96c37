// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package porsim

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/workers"
)

// storageWindow goes through a storage window in which everybody proves a unit.
func (w *world) storageWindow() {
	w.t.Helper()
	win := w.opens(por.CLASS_STORAGE)
	for _, n := range w.nodes {
		require.True(w.t, w.prove(n, win, 1, everything))
	}
	w.flush()
	w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
}

// unharmed wants everybody to count for what it claims, without fault.
func (w *world) unharmed(class por.Class) {
	w.t.Helper()
	for _, n := range w.nodes {
		require.Equal(w.t, class.Of(n.claimed), w.counts(n, class), n.operator.Name)
		require.Zero(w.t, w.faults(n), n.operator.Name)
	}
}

func both() workers.Resources {
	r := cores(1)
	r.StorageBytes = unit
	return r
}

// The chain stands still for a day in the middle of windows, long after they should be over.
func TestP6_AHaltLongerThanAWindowPenalisesNobody(t *testing.T) {
	w := newWorld(t, times(6, both())...)
	fast := func(n *node, win por.Window) *corechain.Record { return w.compute(n, win, honest, coreSteps) }
	w.storageWindow()
	w.cpuWindow(fast)
	w.unharmed(por.CLASS_STORAGE)
	w.unharmed(por.CLASS_CPU)

	win := w.opens(por.CLASS_STORAGE)
	for _, n := range w.nodes[:3] { // half of them answered before it
		require.True(t, w.prove(n, win, 1, everything))
	}
	w.flush()
	w.Skip(24 * time.Hour)
	for _, n := range w.nodes[3:] {
		require.True(t, w.prove(n, win, 1, everything))
	}
	w.flush()
	w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
	require.Equal(t, por.Tally{Ok: 6}, w.window(por.CLASS_STORAGE).Tally)
	w.unharmed(por.CLASS_STORAGE)

	// Of processors, a halt before the answers, and one between commitment and reveal.
	win = w.opens(por.CLASS_CPU)
	w.Skip(24 * time.Hour)
	records := make(map[*node]*corechain.Record)
	for _, n := range w.nodes {
		records[n] = fast(n, win)
		w.commit(n, win, records[n])
	}
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	w.Skip(24 * time.Hour)
	for _, n := range w.nodes {
		w.reveal(n, records[n])
	}
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_CLOSED)
	require.Equal(t, por.Tally{Ok: 6}, w.window(por.CLASS_CPU).Tally)
	w.unharmed(por.CLASS_CPU)
}

// One daemon is killed before it answers, one after it committed and comes back in time.
func TestP6_AnXnodeThatIsKilledLosesNothingIfItComesBack(t *testing.T) {
	w := newWorld(t, times(3, storage(1))...)
	w.storageWindow()

	dead, back := w.nodes[0], w.nodes[1]
	win := w.opens(por.CLASS_STORAGE)
	for _, n := range w.nodes[1:] {
		require.True(t, w.prove(n, win, 1, everything))
	}
	w.flush()
	w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
	require.Equal(t, por.VERDICT_MISSED, w.capacity(dead, por.CLASS_STORAGE).LastVerdict)
	w.unharmed(por.CLASS_STORAGE) // a first miss costs score and nothing else
	require.Less(t, w.capacity(dead, por.CLASS_STORAGE).Score, w.capacity(back, por.CLASS_STORAGE).Score)
	w.storageWindow()
	require.Zero(t, w.capacity(dead, por.CLASS_STORAGE).Misses)

	w = newWorld(t, times(2, cores(1))...)
	fast := func(n *node, win por.Window) *corechain.Record { return w.compute(n, win, honest, coreSteps) }
	w.cpuWindow(fast)
	back = w.nodes[1]
	win = w.opens(por.CLASS_CPU)
	record := fast(back, win)
	w.commit(back, win, record)
	w.flush()
	revealing := w.reaches(por.CLASS_CPU, por.PHASE_REVEALING)
	w.RunUntil(20, func(sdk.Context) bool { return w.Height() == revealing.RevealDeadline-1 })
	w.reveal(back, record) // in the last block
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_CLOSED)
	require.Equal(t, por.VERDICT_OK, w.capacity(back, por.CLASS_CPU).LastVerdict)
	w.unharmed(por.CLASS_CPU) // the other one missed it for the first time
}

// Who committed and is never seen again has nothing verified, but is not punished.
func TestP6_AnXnodeThatDiesBetweenCommitmentAndRevealIsNotPunished(t *testing.T) {
	w := newWorld(t, cores(1))
	fast := func(n *node, win por.Window) *corechain.Record { return w.compute(n, win, honest, coreSteps) }
	w.cpuWindow(fast)
	n := w.nodes[0]
	win := w.opens(por.CLASS_CPU)
	w.commit(n, win, fast(n, win))
	w.flush()
	w.reaches(por.CLASS_CPU, por.PHASE_CLOSED)
	require.Equal(t, por.VERDICT_WITHHELD, w.capacity(n, por.CLASS_CPU).LastVerdict)
	require.Zero(t, w.counts(n, por.CLASS_CPU))
	require.Zero(t, w.faults(n))
	w.cpuWindow(fast)
	w.unharmed(por.CLASS_CPU)
}

// Blocks are full of other transactions.
func TestP6_CongestionPenalisesNobodyWhoKeepsTrying(t *testing.T) {
	w := newWorld(t, times(4, both())...)
	w.storageWindow()
	win := w.opens(por.CLASS_STORAGE)
	spammer := w.Accounts[0]
	congested := func() {
		// A transaction that asks for nearly all gas of a block; whatever comes after it has no room.
		w.Force(w.Sign(testapp.Tx{
			From: spammer, Gas: 119_500_000, Timeout: w.Time().Add(time.Minute),
			Msgs: []sdk.Msg{banktypes.NewMsgSend(spammer.Addr, spammer.Addr, sdk.NewCoins(app.Open(1)))},
		}))
		for _, n := range w.nodes {
			require.True(t, w.prove(n, win, 1, everything))
		}
		require.Len(t, w.NextBlock().Results, 1, "the answers are left out")
	}
	for w.Height() < win.Deadline-1 {
		congested()
	}
	for _, n := range w.nodes { // the last block has room
		require.True(t, w.prove(n, win, 1, everything))
	}
	w.flush()
	w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
	require.Equal(t, por.Tally{Ok: 4}, w.window(por.CLASS_STORAGE).Tally)

	// A whole window without room: nobody can answer, and nobody loses more than score.
	win = w.opens(por.CLASS_STORAGE)
	for w.Height() < win.Deadline {
		congested()
	}
	w.reaches(por.CLASS_STORAGE, por.PHASE_CLOSED)
	require.Equal(t, por.Tally{Missed: 4}, w.window(por.CLASS_STORAGE).Tally)
	w.unharmed(por.CLASS_STORAGE)
	w.storageWindow()
	w.unharmed(por.CLASS_STORAGE)
}

// attest has every seat of a subject's committee report; liars of them lie.
func (w *world) attest(subject *node, win por.Window, liars int, lie, truth por.Report) {
	w.t.Helper()
	committee, err := w.Keepers().Por.Committee(w.Ctx(), win.Class, win.Number, subject.operator.Addr)
	require.NoError(w.t, err)
	require.Len(w.t, committee.Seats, 7)
	m := &por.MsgSubmitVerdict{
		Sender: subject.signer.String(), Class: win.Class, Window: win.Number, Subject: subject.operator.String(),
	}
	for seat, s := range committee.Seats {
		report := truth
		if seat < liars {
			report = lie
		}
		evidence := sha256.Sum256([]byte(s.Verifier))
		report.Evidence = evidence[:]
		for _, verifier := range w.nodes {
			if verifier.operator.String() != s.Verifier {
				continue
			}
			a := por.Attestation{Seat: uint32(seat), Report: report}
			at := por.Place{
				ChainID: w.ChainID(), Class: win.Class, Window: win.Number, Challenge: win.DrawSeed,
				Subject: subject.operator.Addr, Seat: uint32(seat), Verifier: verifier.operator.Addr,
			}
			a.Signature, err = verifier.signer.Key.Sign(por.AttestationSignBytes(at, report))
			require.NoError(w.t, err)
			m.Attestations = append(m.Attestations, a)
		}
	}
	require.Len(w.t, m.Attestations, 7)
	w.send(subject, m)
}

// Up to one third of each committee lies, in one direction or the other.
func TestVerifiersThatLieUpToAThirdHarmNobody(t *testing.T) {
	const claim = uint64(64) << 20
	truth := por.Report{Result: por.VERDICT_OK, Value: claim}
	for name, c := range map[string]struct {
		liars int
		lie   por.Report
		want  por.Verdict
	}{
		"two of seven say that it is false":         {2, por.Report{Result: por.VERDICT_MISMATCH}, por.VERDICT_OK},
		"two of seven say that it is next to none":  {2, por.Report{Result: por.VERDICT_OK, Value: 1}, por.VERDICT_OK},
		"two of seven say that nothing was to hear": {2, por.Report{Result: por.VERDICT_UNKNOWN}, por.VERDICT_OK},
		"three of seven only stop the measurement":  {3, por.Report{Result: por.VERDICT_MISMATCH}, por.VERDICT_UNKNOWN},
	} {
		t.Run(name, func(t *testing.T) {
			claimed := cores(1)
			claimed.MemoryBytes = claim
			w := newWorld(t, times(10, claimed)...)
			// Verifiers are drawn by what they are known to have.
			w.cpuWindow(func(n *node, win por.Window) *corechain.Record { return w.compute(n, win, honest, coreSteps) })
			for round := range 2 {
				w.opens(por.CLASS_MEMORY)
				win := w.reaches(por.CLASS_MEMORY, por.PHASE_REVEALING)
				w.NextBlocks(3) // committees are drawn from a fresh seed
				liars := c.liars
				if round == 0 {
					liars = 0
				}
				for _, n := range w.nodes {
					w.attest(n, win, liars, c.lie, truth)
				}
				w.flush()
				w.reaches(por.CLASS_MEMORY, por.PHASE_CLOSED)
				w.unharmed(por.CLASS_MEMORY)
			}
			for _, n := range w.nodes {
				require.Equal(t, c.want, w.capacity(n, por.CLASS_MEMORY).LastVerdict)
			}
		})
	}
}
