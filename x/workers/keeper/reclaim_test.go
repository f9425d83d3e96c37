// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// fakeHolder stands for a module that holds parts of Xnodes.
type fakeHolder struct {
	heard  []int64
	refuse error
}

func (h *fakeHolder) AfterXnodeReclaim(_ context.Context, _ sdk.AccAddress, at int64) error {
	if h.refuse == nil {
		h.heard = append(h.heard, at)
	}
	return h.refuse
}

// lease has Xnode 1 online, a notice of ten blocks, and a module that listens.
func lease(t testing.TB) (*fixture, *fakeHolder) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MinReclaimNotice = 10 })
	f.online(1)
	return f, f.holder
}

func (f *fixture) announce(at int64) (int64, error) {
	res, err := f.msgs.AnnounceReclaim(f.ctx, &workers.MsgAnnounceReclaim{Operator: f.text(operator(1)), AtHeight: at})
	if err != nil {
		return 0, err
	}
	return res.AtHeight, nil
}

func TestW8_AnOperatorGetsItsMachineBackAfterNotice(t *testing.T) {
	f, holder := lease(t)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/1", small, 0))
	for _, at := range []int64{-1, 1, 100, 109, 100 + 100_000_001} {
		_, err := f.announce(at)
		require.ErrorIs(t, err, workers.ErrInvalidReclaim, at)
	}
	at, err := f.announce(0)
	require.NoError(t, err)
	require.Equal(t, int64(110), at)
	f.told(&workers.EventReclaimAnnounced{Operator: f.text(operator(1)), AtHeight: 110})
	require.Equal(t, workers.XNODE_STATUS_ACTIVE, f.xnode(1).Status)
	require.Equal(t, uint64(700), f.weight(1), "it is still drawn for what ends in time")
	f.invariants()

	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/2", small, 0), workers.ErrReclaimed, "an open end")
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/2", small, 111), workers.ErrReclaimed, "one block too long")
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/2", small, 110))
	for until, want := range map[int64]int{0: 0, 110: 1, 111: 0} {
		require.Len(t, f.drawFor("seed", 1, workers.Need{Resources: small, Until: until}), want)
	}

	f.skip(10)
	require.Equal(t, workers.XNODE_STATUS_ACTIVE, f.xnode(1).Status)
	require.NoError(t, f.k.EndBlock(f.ctx)) // of height 110
	x := f.xnode(1)
	require.Equal(t, workers.XNODE_STATUS_DRAINING, x.Status)
	require.Zero(t, x.ReclaimHeight)
	require.Zero(t, f.weight(1))
	f.told(&workers.EventXnodeStatusChanged{
		Operator: x.Operator, From: workers.XNODE_STATUS_ACTIVE, To: workers.XNODE_STATUS_DRAINING,
	})
	f.told(&workers.EventReclaimDue{Operator: x.Operator, Complete: true, Allocations: []workers.Allocation{
		{Operator: x.Operator, Subject: "task/1", Resources: small}, {Operator: x.Operator, Subject: "task/2", Resources: small},
	}})
	require.Equal(t, []int64{110, 110}, holder.heard, "announced, and due")
	f.invariants()

	require.ErrorIs(t, f.k.Retire(f.ctx, operator(1)), workers.ErrAllocated, "what is held is given back first")
	for _, subject := range []string{"task/1", "task/2"} {
		require.NoError(t, f.k.Release(f.ctx, operator(1), subject))
	}
	require.NoError(t, f.k.Retire(f.ctx, operator(1)))
	f.invariants()
}

func TestAReclaimIsMovedAndCancelled(t *testing.T) {
	f, holder := lease(t)
	cancel := func() error {
		_, err := f.msgs.CancelReclaim(f.ctx, &workers.MsgCancelReclaim{Operator: f.text(operator(1))})
		return err
	}
	require.ErrorIs(t, cancel(), workers.ErrNoReclaim)
	_, err := f.announce(150)
	require.NoError(t, err)
	f.at(105)
	_, err = f.announce(114)
	require.ErrorIs(t, err, workers.ErrInvalidReclaim, "a nearer height needs its own notice")
	_, err = f.announce(115)
	require.NoError(t, err)
	f.invariants()
	require.NoError(t, cancel())
	f.told(&workers.EventReclaimCancelled{Operator: f.text(operator(1))})
	require.Equal(t, []int64{150, 115, 0}, holder.heard)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/1", small, 0))
	f.skip(20)
	require.Equal(t, workers.XNODE_STATUS_ACTIVE, f.xnode(1).Status)
	require.Equal(t, uint64(4), f.xnode(1).Version, "three changes by the operator")
	f.invariants()

	require.ErrorIs(t, f.k.CancelReclaim(f.ctx, operator(9)), workers.ErrNotRegistered)
	_, err = f.k.AnnounceReclaim(f.ctx, operator(9), 0)
	require.ErrorIs(t, err, workers.ErrNotRegistered)
}

func TestARetirementEndsAReclaim(t *testing.T) {
	f, _ := lease(t)
	_, err := f.announce(0)
	require.NoError(t, err)
	require.NoError(t, f.k.Drain(f.ctx, operator(1)))
	require.NoError(t, f.k.Retire(f.ctx, operator(1)))
	f.invariants()
	f.skip(20)
	require.Zero(t, f.count(&workers.EventReclaimDue{}))
	require.Equal(t, workers.XNODE_STATUS_RETIRED, f.xnode(1).Status)
}

func TestC4_AReclaimThatFailsIsTriedAgain(t *testing.T) {
	f, holder := lease(t)
	_, err := f.announce(0)
	require.NoError(t, err)
	holder.refuse = errors.New("not now")
	f.at(110)
	require.NoError(t, f.k.EndBlock(f.ctx))
	require.Equal(t, 1, f.count(&workers.EventQueueItemFailed{}))
	require.Zero(t, f.count(&workers.EventReclaimDue{}))
	require.Equal(t, workers.XNODE_STATUS_ACTIVE, f.xnode(1).Status)
	require.Equal(t, int64(120), f.xnode(1).ReclaimHeight)
	f.invariants()
	holder.refuse = nil
	f.at(120)
	require.NoError(t, f.k.EndBlock(f.ctx))
	require.Equal(t, workers.XNODE_STATUS_DRAINING, f.xnode(1).Status)
	f.invariants()
}

func TestC5_ManyReclaimsAtOnceAreWorkedOffInSharesAndToldInPart(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) {
		p.MinReclaimNotice, p.MaxQueueItemsPerBlock, p.MaxRegistrationsPerBlock = 10, 3, 200
	})
	for i := range 7 {
		f.online(i)
		_, err := f.k.AnnounceReclaim(f.ctx, operator(i), 110)
		require.NoError(t, err)
	}
	f.at(105)
	for i := range 101 {
		require.NoError(t, f.k.Allocate(f.ctx, operator(0), fmt.Sprintf("task/%03d", i), workers.Resources{MemoryBytes: 1}, 110))
	}
	f.at(110)
	for _, want := range []int{3, 6, 7} {
		require.NoError(t, f.k.EndBlock(f.ctx))
		require.Equal(t, want, f.count(&workers.EventReclaimDue{}))
		f.invariants()
	}
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		event, err := sdk.ParseTypedEvent(e)
		require.NoError(t, err)
		if told, ok := event.(*workers.EventReclaimDue); ok && told.Operator == f.text(operator(0)) {
			require.Len(t, told.Allocations, 100)
			require.False(t, told.Complete)
			return
		}
	}
	require.Fail(t, "not told")
}
