// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

func TestStorageCountsOnceItIsProven(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(3))
	require.Zero(t, x.counts(por.CLASS_STORAGE), "W3: a claim is no proof")
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, x.proveStorage(3))
	w.closes(por.CLASS_STORAGE)
	c := x.capacity(por.CLASS_STORAGE)
	require.Equal(t, 3*unit, c.Verified)
	require.Equal(t, 3*unit, x.counts(por.CLASS_STORAGE))
	require.EqualValues(t, 5_250, c.Score)
	require.Equal(t, por.VERDICT_OK, c.LastVerdict)
	require.Equal(t, por.EvidenceID(por.CLASS_STORAGE, 1, c.Evidence), w.workers.Evidence[string(x.operator)])
	require.Empty(t, w.bonds.Faults)
}

func TestW3_WhoClaimsTenTimesAsMuchCountsForWhatIsProven(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(10))
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, x.proveStorage(1))
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, unit, x.counts(por.CLASS_STORAGE))
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, x.proveStorage(2))
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, 2*unit, x.counts(por.CLASS_STORAGE), "OK raises")
	x.claim(storage(1))
	require.Equal(t, unit, x.counts(por.CLASS_STORAGE), "no more than is claimed")
	x.claim(storage(4))
	require.Equal(t, 2*unit, x.counts(por.CLASS_STORAGE), "what was proven stays proven")
}

func TestP1_AStorageProofCountsForItsOwnerInItsWindowOnce(t *testing.T) {
	w := newWorld(t)
	x, thief := w.xnode(2, storage(1)), w.xnode(3, storage(1))
	w.opens(por.CLASS_STORAGE)
	duty, _ := x.duty(por.CLASS_STORAGE)
	plot, proof, found := x.storageProof(duty, 1, func(uint64) bool { return true })
	require.True(t, found)
	require.NoError(t, thief.sendStorage(duty, plot, 1, proof), "the shape is right; the labels are not its own")
	require.NoError(t, x.sendStorage(duty, plot, 1, proof))
	require.ErrorIs(t, x.sendStorage(duty, plot, 1, proof), por.ErrAlreadyAnswered)
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, por.VERDICT_OK, x.capacity(por.CLASS_STORAGE).LastVerdict)
	require.Equal(t, por.VERDICT_MISMATCH, thief.capacity(por.CLASS_STORAGE).LastVerdict)

	require.ErrorIs(t, x.sendStorage(duty, plot, 1, proof), por.ErrNotAnswering, "the window is closed")
	w.opens(por.CLASS_STORAGE)
	replayed := duty
	replayed.Window.Number = 2
	require.NoError(t, x.sendStorage(replayed, plot, 1, proof))
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, por.VERDICT_MISMATCH, x.capacity(por.CLASS_STORAGE).LastVerdict, "a proof of another window")
}

func TestP3_MalformedStorageProofsAreRefusedBeforeAnyCell(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *por.MsgProveStorage)
		want   error
	}{
		"no bytes":               {func(m *por.MsgProveStorage) { m.Proof = nil }, por.ErrInvalidProof},
		"truncated":              {func(m *por.MsgProveStorage) { m.Proof = m.Proof[:5] }, por.ErrInvalidProof},
		"ten megabytes":          {func(m *por.MsgProveStorage) { m.Proof = make([]byte, 10<<20) }, por.ErrInvalidProof},
		"a nonce beyond":         {func(m *por.MsgProveStorage) { m.Proof[0] = 20 }, por.ErrInvalidProof},
		"bits after the last":    {func(m *por.MsgProveStorage) { m.Proof = append(m.Proof, 0) }, por.ErrInvalidProof},
		"more than is claimed":   {func(m *por.MsgProveStorage) { m.Units = 3 }, por.ErrInvalidUnits},
		"nothing":                {func(m *por.MsgProveStorage) { m.Units = 0 }, por.ErrInvalidUnits},
		"units beyond all plots": {func(m *por.MsgProveStorage) { m.Units = 1 << 63 }, por.ErrInvalidUnits},
		"a window to come":       {func(m *por.MsgProveStorage) { m.Window++ }, por.ErrNotAnswering},
		"a window of the past":   {func(m *por.MsgProveStorage) { m.Window-- }, por.ErrNotAnswering},
		"by a stranger":          {func(m *por.MsgProveStorage) { m.Signer = "open1qqqq" }, por.ErrInvalidAddress},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			x := w.xnode(2, storage(2))
			w.opens(por.CLASS_STORAGE)
			duty, _ := x.duty(por.CLASS_STORAGE)
			plot, proof, found := x.storageProof(duty, 2, func(uint64) bool { return true })
			require.True(t, found)
			encoded, err := plot.Encode(proof)
			require.NoError(t, err)
			m := &por.MsgProveStorage{Signer: x.signerText(), Window: 1, Units: 2, Proof: encoded}
			c.change(m)
			before := w.ctx.GasMeter().GasConsumed()
			_, err = w.msgs.ProveStorage(w.ctx, m)
			require.ErrorIs(t, err, c.want)
			require.Less(t, w.ctx.GasMeter().GasConsumed()-before, uint64(100_000))
			_, found, err = measured(w, por.CLASS_STORAGE, 1, x)
			require.NoError(t, err)
			require.False(t, found)
		})
	}
}

func TestP4_TheCheckIsPaidForBeforeItIsMade(t *testing.T) {
	w := newWorld(t, func(p *por.Params) { p.Classes[0].Storage.CostN = 64 })
	x := w.xnode(2, storage(1))
	w.opens(por.CLASS_STORAGE)
	w.ctx = w.ctx.WithGasMeter(storetypes.NewGasMeter(16 * 64 * 40))
	require.Panics(t, func() { _ = x.proveStorage(1) })
	w.ctx = w.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
	require.NoError(t, x.proveStorage(1))
	require.Greater(t, w.ctx.GasMeter().GasConsumed(), uint64(16*64*40))
}

func TestP4_OnlySoManyProofsAreCheckedInABlock(t *testing.T) {
	w := newWorld(t, func(p *por.Params) { p.MaxChecksPerBlock = 2 })
	var nodes []*xnode
	for n := range byte(7) {
		nodes = append(nodes, w.xnode(2+n, storage(1)))
	}
	w.opens(por.CLASS_STORAGE)
	for _, x := range nodes[:5] {
		require.NoError(t, x.proveStorage(1))
	}
	w.reaches(por.CLASS_STORAGE, por.PHASE_CONCLUDING)
	concluded := func() (n int) {
		for _, x := range nodes {
			if x.capacity(por.CLASS_STORAGE).LastWindow == 1 {
				n++
			}
		}
		return n
	}
	require.Equal(t, 2, concluded())
	w.tick()
	require.Equal(t, 4, concluded())
	w.tick()
	require.Equal(t, 7, concluded(), "those without a proof take no check")
	require.Equal(t, por.Tally{Ok: 5, Missed: 2}, w.newest(por.CLASS_STORAGE).Tally)
}

func TestW7_ARotatedSignerSpeaksForNobody(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(1))
	w.opens(por.CLASS_STORAGE)
	stolen := *x
	x.signer = bytes.Repeat([]byte{77}, 20)
	w.workers.Rotate(x.operator, stolen.signer, x.signer)
	require.ErrorIs(t, stolen.proveStorage(1), workers.ErrUnknownSigner)
	require.NoError(t, x.proveStorage(1), "the plot is the operator's, not the key's")
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, unit, x.counts(por.CLASS_STORAGE))
}

func TestAFalseProofEndsWhatIsVerifiedAndIsAFault(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(1))
	w.opens(por.CLASS_STORAGE)
	require.NoError(t, x.proveStorage(1))
	w.closes(por.CLASS_STORAGE)
	w.opens(por.CLASS_STORAGE)
	duty, _ := x.duty(por.CLASS_STORAGE)
	plot, _ := duty.Window.Terms.Storage.Plot(chainID, x.operator, 1)
	forged := cellpost.Proof{}
	for i := range uint64(plot.K2) {
		forged.Indices = append(forged.Indices, i)
	}
	require.NoError(t, x.sendStorage(duty, plot, 1, forged))
	answered := w.ctx.BlockHeight()
	w.closes(por.CLASS_STORAGE)
	c := x.capacity(por.CLASS_STORAGE)
	require.Zero(t, c.Verified)
	require.Zero(t, x.counts(por.CLASS_STORAGE))
	require.EqualValues(t, 2_625, c.Score)
	require.Equal(t, []stakingext.Fault{{
		Subject: "por/storage/2", Kind: "false-proof", Track: stakingext.TrackWrongData, Height: answered,
	}}, w.bonds.Faults)
}

func TestARetiredXnodeIsStillJudgedForWhatItAnswered(t *testing.T) {
	w := newWorld(t)
	x := w.xnode(2, storage(1))
	w.opens(por.CLASS_STORAGE)
	duty, _ := x.duty(por.CLASS_STORAGE)
	plot, _ := duty.Window.Terms.Storage.Plot(chainID, x.operator, 1)
	forged := cellpost.Proof{}
	for i := range uint64(plot.K2) {
		forged.Indices = append(forged.Indices, i)
	}
	require.NoError(t, x.sendStorage(duty, plot, 1, forged))
	x.claim(workers.Resources{})
	w.closes(por.CLASS_STORAGE)
	require.Len(t, w.bonds.Faults, 1)
	require.Zero(t, x.capacity(por.CLASS_STORAGE).Claimed)
}

func TestT6_AFaultThatIsRefusedChangesNothingElse(t *testing.T) {
	w := newWorld(t)
	w.bonds.Err = stakingext.ErrNoBond
	x, other := w.xnode(2, storage(1)), w.xnode(3, storage(1))
	w.opens(por.CLASS_STORAGE)
	duty, _ := other.duty(por.CLASS_STORAGE)
	plot, proof, _ := other.storageProof(duty, 1, func(uint64) bool { return true })
	require.NoError(t, other.sendStorage(duty, plot, 1, proof))
	require.NoError(t, x.sendStorage(duty, plot, 1, proof))
	w.closes(por.CLASS_STORAGE)
	require.Equal(t, por.VERDICT_MISMATCH, x.capacity(por.CLASS_STORAGE).LastVerdict)
	require.Equal(t, por.VERDICT_OK, other.capacity(por.CLASS_STORAGE).LastVerdict)
}
