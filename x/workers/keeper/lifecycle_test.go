// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

var small = workers.Resources{CpuMillis: 1000, MemoryBytes: gib}

func TestW5_ACardChangesOnlySoOften(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	changed := card(t, 1)
	changed.Claimed.CpuMillis = 4000
	msg := &workers.MsgUpdateXnode{Operator: f.text(operator(1)), Card: changed}
	_, err := f.msgs.UpdateXnode(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrTooSoon)
	f.at(110)
	res, err := f.msgs.UpdateXnode(f.ctx, msg)
	require.NoError(t, err)
	require.Equal(t, uint64(2), res.Version)
	f.told(&workers.EventXnodeUpdated{Operator: f.text(operator(1)), Version: 2})
	require.Equal(t, changed, f.xnode(1).Card)
	require.Equal(t, uint64(100*4), f.weight(1))
	f.at(119)
	_, err = f.msgs.UpdateXnode(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrTooSoon)
	f.invariants()
}

func TestW5_AChangeMadeInIgnoranceOfTheLastOneIsRefused(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.at(200)
	msg := &workers.MsgUpdateXnode{Operator: f.text(operator(1)), Card: card(t, 1), Version: 2}
	_, err := f.msgs.UpdateXnode(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrVersionMismatch)
	msg.Version = 1
	_, err = f.msgs.UpdateXnode(f.ctx, msg)
	require.NoError(t, err)
}

func TestACardCannotClaimLessThanIsAllocated(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/1", workers.Resources{CpuMillis: 5000}, 0))
	f.at(200)
	changed := card(t, 1)
	changed.Claimed.CpuMillis = 4999
	_, err := f.k.UpdateCard(f.ctx, operator(1), changed, 0)
	require.ErrorIs(t, err, workers.ErrInsufficientResources)
	changed.Claimed.CpuMillis = 5000
	_, err = f.k.UpdateCard(f.ctx, operator(1), changed, 0)
	require.NoError(t, err)
	require.Zero(t, f.weight(1))
	f.invariants()
}

func TestW7_TheOldHotKeyFailsFromTheRotationOn(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.at(101)
	msg := &workers.MsgRotateSigner{
		Operator: f.text(operator(1)), SignerPubKey: key(11).PubKey().Bytes(),
		Possession: possession(t, chainID, operator(1), 11),
		Endpoints:  []string{"/dns4/node.example.org/udp/4001/quic-v1/p2p/" + peerID(t, 11)},
	}
	_, err := f.msgs.RotateSigner(f.ctx, msg)
	require.NoError(t, err)
	f.told(&workers.EventSignerRotated{Operator: msg.Operator, OldSigner: f.text(signer(1)), NewSigner: f.text(signer(11))})
	f.told(&workers.EventXnodeOffline{Operator: msg.Operator, LastHeartbeat: 100})
	require.Zero(t, f.weight(1), "no work for a key that may be stolen")
	f.invariants()

	f.at(120)
	require.ErrorIs(t, f.heartbeat(1, 2), workers.ErrUnknownSigner)
	_, err = f.k.OperatorBySigner(f.ctx, signer(1))
	require.ErrorIs(t, err, workers.ErrUnknownSigner)
	require.NoError(t, f.heartbeat(11, 3))
	found, err := f.k.OperatorBySigner(f.ctx, signer(11))
	require.NoError(t, err)
	require.Equal(t, operator(1), found)
	require.Equal(t, uint64(800), f.weight(1))
	require.Equal(t, []string{f.text(signer(1))}, f.xnode(1).PastSigners)
	f.invariants()
}

func TestW7_ARotationThatIsNotOnesOwnIsRefused(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.online(2)
	rotate := func(op, sig int, proof []byte, endpoints ...string) error {
		branch, _ := f.ctx.CacheContext()
		_, err := f.msgs.RotateSigner(branch, &workers.MsgRotateSigner{
			Operator: f.text(operator(op)), SignerPubKey: key(sig).PubKey().Bytes(), Possession: proof, Endpoints: endpoints,
		})
		return err
	}
	require.ErrorIs(t, rotate(1, 2, possession(t, chainID, operator(1), 2)), workers.ErrSignerTaken)
	require.ErrorIs(t, rotate(1, 1, possession(t, chainID, operator(1), 1)), workers.ErrInvalidSigner)
	require.ErrorIs(t, rotate(1, 3, possession(t, chainID, operator(2), 3)), workers.ErrBadPossession)
	require.ErrorIs(t, rotate(3, 3, possession(t, chainID, operator(3), 3)), workers.ErrNotRegistered)
	require.ErrorIs(t, rotate(1, 3, possession(t, chainID, operator(1), 3), card(t, 1).Endpoints...), workers.ErrInvalidEndpoint,
		"endpoints of the old peer id")
	require.NoError(t, rotate(1, 3, possession(t, chainID, operator(1), 3)))
}

func TestW7_ASignerThatWasAnothersIsRefusedUntilItIsLongForgotten(t *testing.T) {
	f := newFixture(t)
	f.register(0)
	rotate := func(op, sig int) error {
		return f.k.RotateSigner(f.ctx, operator(op), key(sig).PubKey().Bytes(), possession(t, chainID, operator(op), sig), nil)
	}
	for i := range workers.MaxPastSigners {
		require.NoError(t, rotate(0, 100+i))
	}
	f.register(1)
	require.ErrorIs(t, rotate(1, 0), workers.ErrSignerTaken)
	require.NoError(t, rotate(0, 200))
	require.Len(t, f.xnode(0).PastSigners, workers.MaxPastSigners)
	require.NoError(t, rotate(1, 0))
	f.invariants()
	require.NoError(t, rotate(0, 100), "back to a key of one's own")
	f.invariants()
}

func TestW8_ADrainingXnodeFinishesAndTakesNothingNew(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	op := f.text(operator(1))
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/1", small, 0))
	_, err := f.msgs.DrainXnode(f.ctx, &workers.MsgDrainXnode{Operator: op})
	require.NoError(t, err)
	f.told(&workers.EventXnodeStatusChanged{Operator: op, From: workers.XNODE_STATUS_ACTIVE, To: workers.XNODE_STATUS_DRAINING})
	require.Zero(t, f.weight(1))
	drawn, err := f.k.DrawXnodes(f.ctx, []byte("seed"), 1, workers.Need{Resources: small}, nil)
	require.NoError(t, err)
	require.Empty(t, drawn)
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/2", small, 0), workers.ErrInvalidStatus)
	_, err = f.msgs.DrainXnode(f.ctx, &workers.MsgDrainXnode{Operator: op})
	require.ErrorIs(t, err, workers.ErrInvalidStatus)
	_, err = f.msgs.RetireXnode(f.ctx, &workers.MsgRetireXnode{Operator: op})
	require.ErrorIs(t, err, workers.ErrAllocated)
	f.invariants()

	_, err = f.msgs.ResumeXnode(f.ctx, &workers.MsgResumeXnode{Operator: op})
	require.NoError(t, err)
	require.Equal(t, uint64(100*7), f.weight(1))
	_, err = f.msgs.ResumeXnode(f.ctx, &workers.MsgResumeXnode{Operator: op})
	require.ErrorIs(t, err, workers.ErrInvalidStatus)

	require.NoError(t, f.k.Drain(f.ctx, operator(1)))
	require.NoError(t, f.k.Release(f.ctx, operator(1), "task/1"))
	_, err = f.msgs.RetireXnode(f.ctx, &workers.MsgRetireXnode{Operator: op})
	require.NoError(t, err)
	f.invariants()
	for name, verb := range map[string]func() error{
		"drain":  func() error { return f.k.Drain(f.ctx, operator(1)) },
		"resume": func() error { return f.k.Resume(f.ctx, operator(1)) },
		"retire": func() error { return f.k.Retire(f.ctx, operator(1)) },
		"take work": func() error {
			return f.k.Allocate(f.ctx, operator(1), "task/3", small, 0)
		},
	} {
		require.ErrorIs(t, verb(), workers.ErrInvalidStatus, "a retired Xnode cannot %s", name)
	}
}

func TestARetiredXnodesSlotIsUsedAgain(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.online(2)
	require.NoError(t, f.k.Retire(f.ctx, operator(1)))
	f.online(3)
	require.Equal(t, uint64(0), f.xnode(3).Slot)
	f.invariants()
}

func TestAllocationsAddUpExactly(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/1", small, 0))
	f.told(&workers.EventAllocated{Operator: f.text(operator(1)), Subject: "task/1", Resources: small})
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/1", small, 0), workers.ErrAllocationExists)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/2", workers.Resources{CpuMillis: 7000}, 0))
	require.Equal(t, workers.Resources{CpuMillis: 8000, MemoryBytes: gib}, f.xnode(1).Allocated)
	require.Zero(t, f.weight(1), "no core is free")
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/3", workers.Resources{CpuMillis: 1}, 0), workers.ErrInsufficientResources)
	f.invariants()

	require.ErrorIs(t, f.k.Release(f.ctx, operator(1), "task/3"), workers.ErrNoAllocation)
	require.ErrorIs(t, f.k.Release(f.ctx, operator(2), "task/1"), workers.ErrNoAllocation)
	require.NoError(t, f.k.Release(f.ctx, operator(1), "task/2"))
	f.told(&workers.EventReleased{Operator: f.text(operator(1)), Subject: "task/2", Resources: workers.Resources{CpuMillis: 7000}})
	require.ErrorIs(t, f.k.Release(f.ctx, operator(1), "task/2"), workers.ErrNoAllocation)
	require.Equal(t, small, f.xnode(1).Allocated)
	require.Equal(t, uint64(100*7), f.weight(1))
	require.NoError(t, f.k.Release(f.ctx, operator(1), "task/1"))
	require.Equal(t, workers.Resources{}, f.xnode(1).Allocated)
	f.invariants()
}

func TestC14_AllocationsOfNothingOrTooMuchAreRefused(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	for name, c := range map[string]struct {
		subject string
		r       workers.Resources
		want    error
	}{
		"nothing":                     {"task/1", workers.Resources{}, workers.ErrInvalidResources},
		"more than a quantity can be": {"task/1", workers.Resources{CpuMillis: workers.MaxQuantity + 1}, workers.ErrInvalidResources},
		"more than there is":          {"task/1", workers.Resources{CpuMillis: workers.MaxQuantity}, workers.ErrInsufficientResources},
		"a GPU that is not there":     {"task/1", workers.Resources{GpuCount: 1}, workers.ErrInsufficientResources},
		"for nobody":                  {"", small, workers.ErrInvalidSubject},
		"for a newline":               {"task\n1", small, workers.ErrInvalidSubject},
		"for a long subject":          {strings.Repeat("x", 129), small, workers.ErrInvalidSubject},
	} {
		require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), c.subject, c.r, 0), c.want, name)
	}
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(2), "task/1", small, 0), workers.ErrNotRegistered)
}

func TestAllocationsOfAGPUAskForItsClass(t *testing.T) {
	f := newFixture(t)
	f.bond(1, 100)
	msg := f.registerMsg(1)
	msg.Card.Claimed.GpuCount, msg.Card.Claimed.GpuMemoryBytes, msg.Card.Claimed.GpuClass = 2, 160*gib, "nvidia-h100"
	_, err := f.msgs.RegisterXnode(f.ctx, msg)
	require.NoError(t, err)
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "a", workers.Resources{GpuCount: 1, GpuClass: "nvidia-h200"}, 0),
		workers.ErrInsufficientResources)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "b", workers.Resources{GpuCount: 1, GpuClass: "nvidia-h100"}, 0))
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "c", workers.Resources{GpuCount: 1}, 0))
	require.Equal(t, workers.Resources{GpuCount: 2}, f.xnode(1).Allocated)
	f.invariants()
	require.NoError(t, f.k.Release(f.ctx, operator(1), "b"))
	require.NoError(t, f.k.Release(f.ctx, operator(1), "c"))
	f.invariants()
}

func TestABondThatChangesChangesTheWeight(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.bonds.asked = 0
	require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(2)), "an operator without an Xnode")
	require.Zero(t, f.bonds.asked, "and it costs nothing")
	f.bonds.free[string(operator(1))] = math.NewInt(999_999)
	require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(1)))
	require.Zero(t, f.weight(1), "less than one unit")
	f.bond(1, 3)
	require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(1)))
	require.Equal(t, uint64(3*8), f.weight(1))
	delete(f.bonds.free, string(operator(1)))
	require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(1)))
	require.Zero(t, f.weight(1))
	f.invariants()
	f.bond(1, 100)
	require.NoError(t, f.k.Retire(f.ctx, operator(1)))
	require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(1)), "a retired Xnode")
	f.invariants()
}

func TestC7_TheVerbsCheckWithoutTheMessageServer(t *testing.T) {
	f := newFixture(t)
	msg := f.registerMsg(1)
	require.ErrorIs(t, f.k.Register(f.ctx, operator(1), msg.SignerPubKey, msg.Possession, msg.Card), workers.ErrNotEligible)
	f.bond(1, 100)
	require.ErrorIs(t, f.k.Register(f.ctx, operator(1), msg.SignerPubKey, nil, msg.Card), workers.ErrBadPossession)
	require.ErrorIs(t, f.k.UpdateParams(f.ctx, workers.Params{}), workers.ErrInvalidParams)
	require.ErrorIs(t, f.k.Heartbeat(f.ctx, sdk.AccAddress{}, instance(1)), workers.ErrUnknownSigner)
}
