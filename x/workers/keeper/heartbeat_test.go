// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/workers"
)

func TestW5_HeartbeatsHaveAFloorOnTheirSpacing(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	for _, height := range []int64{100, 101, 104} {
		f.at(height)
		require.ErrorIs(t, f.heartbeat(1, 2), workers.ErrTooSoon, "at %d", height)
		require.ErrorIs(t, f.heartbeat(1, 77), workers.ErrTooSoon, "another instance neither")
	}
	f.at(105)
	require.NoError(t, f.heartbeat(1, 2))
	f.told(&workers.EventHeartbeat{Operator: f.text(operator(1)), Instance: instance(2)})
	require.Zero(t, f.count(&workers.EventXnodeOnline{}), "it was online before")
	require.Equal(t, int64(105), f.xnode(1).LastHeartbeat)
	f.invariants()
}

func TestAHeartbeatNeedsAnInstanceAndASigner(t *testing.T) {
	f := newFixture(t)
	f.register(1)
	for _, bad := range [][]byte{nil, {1}, make([]byte, 8), make([]byte, 9)} {
		_, err := f.msgs.Heartbeat(f.ctx, &workers.MsgHeartbeat{Signer: f.text(signer(1)), Instance: bad})
		require.ErrorIs(t, err, workers.ErrInvalidInstance)
	}
	require.ErrorIs(t, f.heartbeat(2, 1), workers.ErrUnknownSigner)
	_, err := f.msgs.Heartbeat(f.ctx, &workers.MsgHeartbeat{Signer: f.text(operator(1)), Instance: instance(1)})
	require.ErrorIs(t, err, workers.ErrUnknownSigner, "the operator is not the signer")
}

func TestAnXnodeThatFallsSilentGoesOfflineAndComesBack(t *testing.T) {
	f := newFixture(t)
	f.online(1) // at 100, timeout 60
	f.skip(30)
	require.NoError(t, f.heartbeat(1, 2)) // at 130
	f.skip(59)
	require.Equal(t, int64(189), f.ctx.BlockHeight())
	require.True(t, f.xnode(1).Online)
	f.at(190)
	require.NoError(t, f.k.EndBlock(f.ctx))
	f.told(&workers.EventXnodeOffline{Operator: f.text(operator(1)), LastHeartbeat: 130})
	require.False(t, f.xnode(1).Online)
	require.Zero(t, f.total())
	f.invariants()

	f.at(300)
	require.NoError(t, f.heartbeat(1, 2), "the same daemon may come back")
	f.told(&workers.EventXnodeOnline{Operator: f.text(operator(1))})
	require.Equal(t, uint64(800), f.weight(1))
	f.invariants()
}

func TestD5_TheNewestOfTwoDaemonsWinsAndTheOlderIsTold(t *testing.T) {
	f := newFixture(t)
	f.register(1)
	require.NoError(t, f.heartbeat(1, 0xA))
	f.at(110)
	require.NoError(t, f.heartbeat(1, 0xB))
	f.told(&workers.EventInstanceReplaced{
		Operator: f.text(operator(1)), OldInstance: instance(0xA), NewInstance: instance(0xB),
	})
	res, err := f.queries.XnodeBySigner(f.ctx, &workers.QueryXnodeBySignerRequest{Signer: f.text(signer(1))})
	require.NoError(t, err)
	require.Equal(t, instance(0xB), res.Xnode.Instance)
	f.at(120)
	require.ErrorIs(t, f.heartbeat(1, 0xA), workers.ErrInstanceReplaced, "the older cannot take it back")
	require.NoError(t, f.heartbeat(1, 0xB))
	f.invariants()
}

func TestD5_ARestartAfterALongSilenceReplacesNobody(t *testing.T) {
	f := newFixture(t)
	f.register(1)
	require.NoError(t, f.heartbeat(1, 0xA))
	f.skip(60)
	require.NoError(t, f.heartbeat(1, 0xB))
	require.Zero(t, f.count(&workers.EventInstanceReplaced{}))
	f.at(200)
	require.ErrorIs(t, f.heartbeat(1, 0xA), workers.ErrInstanceReplaced)
}

func TestC5_AThousandXnodesThatFallSilentAtOnceAreWorkedOffInShares(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxRegistrationsPerBlock = 200; p.MaxQueueItemsPerBlock = 150 })
	const n = 1000
	for i := range n {
		if i%200 == 0 {
			require.NoError(t, f.k.EndBlock(f.ctx)) // a new block at the same height
		}
		f.online(i)
	}
	f.at(160)
	blocks := 0
	for left := n; left > 0; blocks++ {
		require.NoError(t, f.k.EndBlock(f.ctx))
		went := f.count(&workers.EventXnodeOffline{})
		require.Equal(t, min(left, 150), went)
		left -= went
		f.at(f.ctx.BlockHeight() + 1)
	}
	require.Equal(t, 7, blocks)
	require.Zero(t, f.total())
	f.invariants()
}

func TestC4_AnItemThatFailsOrPanicsStopsNeitherTheBlockNorTheOthers(t *testing.T) {
	f := newFixture(t)
	for i := range 4 {
		f.online(i)
	}
	f.setParams(func(p *workers.Params) { p.WeightUnit = p.WeightUnit.MulRaw(2) }) // all are weighed again
	f.bonds.broken[string(operator(1))] = errors.New("no answer")
	f.bonds.bomb = string(operator(2))
	require.NoError(t, f.k.EndBlock(f.ctx))
	f.told(&workers.EventQueueItemFailed{Operator: f.text(operator(1)), Queue: "reweigh", Reason: "no answer"})
	f.told(&workers.EventQueueItemFailed{Operator: f.text(operator(2)), Queue: "reweigh", Reason: "the item panicked"})
	require.Equal(t, uint64(400), f.weight(0))
	require.Equal(t, uint64(800), f.weight(1), "as it was")
	require.Equal(t, uint64(400), f.weight(3))
}

func TestC4_ADeadlineThatFailsIsTriedAgain(t *testing.T) {
	f := newFixture(t)
	f.online(0)
	f.online(1)
	x := f.xnode(0)
	require.NoError(t, f.k.Weights.FreeSlot(f.ctx, x.Slot))
	x.Slot = 1 << 40 // no such slot: weighing it fails
	require.NoError(t, f.k.Xnodes.Set(f.ctx, operator(0), x))
	f.at(160)
	require.NoError(t, f.k.EndBlock(f.ctx))
	require.Equal(t, 1, f.count(&workers.EventQueueItemFailed{}))
	require.False(t, f.xnode(1).Online)
	require.True(t, f.xnode(0).Online)
	require.Equal(t, int64(170), f.xnode(0).Deadline)

	x = f.xnode(0)
	x.Slot = 0
	require.NoError(t, f.k.Xnodes.Set(f.ctx, operator(0), x))
	f.at(170)
	require.NoError(t, f.k.EndBlock(f.ctx))
	require.False(t, f.xnode(0).Online)
}
