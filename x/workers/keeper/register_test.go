// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

func TestARegisteredXnodeIsOfflineUntilItsFirstHeartbeat(t *testing.T) {
	f := newFixture(t)
	f.register(1)
	f.told(&workers.EventXnodeRegistered{Operator: f.text(operator(1)), Signer: f.text(signer(1)), Registrations: 1})
	x := f.xnode(1)
	require.Equal(t, workers.Xnode{
		Operator: f.text(operator(1)), Signer: f.text(signer(1)), SignerPubKey: key(1).PubKey().Bytes(),
		Card: card(t, 1), Status: workers.XNODE_STATUS_ACTIVE, PastSigners: x.PastSigners,
		RegisteredHeight: 100, UpdatedHeight: 100, Registrations: 1, Version: 1, Rating: 5_000, Verified: card(t, 1).Claimed,
	}, x)
	require.Zero(t, f.weight(1))
	f.invariants()

	require.NoError(t, f.heartbeat(1, 7))
	f.told(&workers.EventXnodeOnline{Operator: f.text(operator(1))})
	require.Equal(t, uint64(100*8), f.weight(1), "100 units of bond times 8 cores")
	found, err := f.k.OperatorBySigner(f.ctx, signer(1))
	require.NoError(t, err)
	require.Equal(t, operator(1), found)
	f.invariants()
}

func TestW1_ARegistrationThatIsNotOnesOwnIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fixture, *workers.MsgRegisterXnode)
		want   error
	}{
		"without a bond": {func(f *fixture, _ *workers.MsgRegisterXnode) {
			delete(f.bonds.free, string(operator(1)))
		}, workers.ErrNotEligible},
		"twice": {func(f *fixture, _ *workers.MsgRegisterXnode) { f.register(1) }, workers.ErrAlreadyRegistered},
		"with the signer of another operator": {func(f *fixture, m *workers.MsgRegisterXnode) {
			f.register(2)
			m.SignerPubKey, m.Possession = key(2).PubKey().Bytes(), possession(f.t, chainID, operator(1), 2)
			m.Card = card(f.t, 2)
		}, workers.ErrSignerTaken},
		"with a proof made for another chain": {func(f *fixture, m *workers.MsgRegisterXnode) {
			m.Possession = possession(f.t, "other-1", operator(1), 1)
		}, workers.ErrBadPossession},
		"with a proof made for another operator": {func(f *fixture, m *workers.MsgRegisterXnode) {
			m.Possession = possession(f.t, chainID, operator(2), 1)
		}, workers.ErrBadPossession},
		"with a proof by another key": {func(f *fixture, m *workers.MsgRegisterXnode) {
			m.Possession = possession(f.t, chainID, operator(1), 2)
		}, workers.ErrBadPossession},
		"with a truncated proof": {func(_ *fixture, m *workers.MsgRegisterXnode) {
			m.Possession = m.Possession[:63]
		}, workers.ErrBadPossession},
		"with a proof too long": {func(_ *fixture, m *workers.MsgRegisterXnode) {
			m.Possession = append(m.Possession, 0)
		}, workers.ErrBadPossession},
		"with no key": {func(_ *fixture, m *workers.MsgRegisterXnode) { m.SignerPubKey = nil }, workers.ErrInvalidSigner},
		"with a key of another kind": {func(_ *fixture, m *workers.MsgRegisterXnode) {
			m.SignerPubKey = m.SignerPubKey[1:]
		}, workers.ErrInvalidSigner},
		"with a key that is no point of the curve": {func(_ *fixture, m *workers.MsgRegisterXnode) {
			m.SignerPubKey = append([]byte{2}, []byte(strings.Repeat("\xff", 32))...)
		}, workers.ErrBadPossession},
		"with another's peer id in an endpoint": {func(f *fixture, m *workers.MsgRegisterXnode) {
			m.Card.Endpoints = []string{"/ip4/203.0.113.7/tcp/4001/p2p/" + peerID(f.t, 2)}
		}, workers.ErrInvalidEndpoint},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.bond(1, 100)
			msg := f.registerMsg(1)
			c.change(f, msg)
			branch, _ := f.ctx.CacheContext() // a failing transaction leaves nothing
			_, err := f.msgs.RegisterXnode(branch, msg)
			require.ErrorIs(t, err, c.want)
			f.invariants()
		})
	}
}

func TestW1_TheOperatorCannotBeItsOwnSigner(t *testing.T) {
	f := newFixture(t)
	self := signer(1)
	f.bonds.free[string(self)] = math.NewInt(100_000_000)
	msg := f.registerMsg(1)
	msg.Operator = f.text(self)
	msg.Possession = possession(t, chainID, self, 1)
	_, err := f.msgs.RegisterXnode(f.ctx, msg)
	require.ErrorIs(t, err, workers.ErrInvalidSigner)
}

func TestW3_ClaimsAreStoredAsClaimedAndWeighNoMoreThanTheCap(t *testing.T) {
	f := newFixture(t)
	f.bond(1, 100)
	msg := f.registerMsg(1)
	msg.Card.Claimed = workers.Resources{
		CpuMillis: workers.MaxQuantity, MemoryBytes: 1 << 60, StorageBytes: 1 << 60,
		GpuCount: 128, GpuMemoryBytes: 1 << 60, GpuClass: "nvidia-h200",
	}
	_, err := f.msgs.RegisterXnode(f.ctx, msg)
	require.NoError(t, err)
	require.NoError(t, f.heartbeat(1, 1))
	require.Equal(t, msg.Card.Claimed, f.xnode(1).Card.Claimed)
	require.Equal(t, uint64(100*64), f.weight(1), "max_cores is 64")
	f.bond(1, 1_000_000)
	require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(1)))
	require.Equal(t, uint64(10_000*64), f.weight(1), "max_bond_units is 10,000")
}

func TestW4_OnlySoManyRegisterInOneBlock(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxRegistrationsPerBlock = 3 })
	for i := range 3 {
		f.register(i)
	}
	f.bond(3, 100)
	_, err := f.msgs.RegisterXnode(f.ctx, f.registerMsg(3))
	require.ErrorIs(t, err, workers.ErrTooManyRegistrations)
	f.skip(1)
	f.register(3)
	f.invariants()
}

func TestW4_ManyXnodesWeighAsMuchAsTheirBondsTogether(t *testing.T) {
	f := newFixture(t)
	for i := range 10 {
		f.online(i)
		f.bond(i, 10)
		require.NoError(t, f.k.AfterBondChanged(f.ctx, operator(i)))
	}
	many := f.total()
	f.online(10) // with a bond of 100
	require.Equal(t, many, f.total()-many)
}

func TestW6_RegisteringAgainWipesNothing(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.at(200)
	_, err := f.msgs.RetireXnode(f.ctx, &workers.MsgRetireXnode{Operator: f.text(operator(1))})
	require.NoError(t, err)
	f.told(&workers.EventXnodeStatusChanged{
		Operator: f.text(operator(1)), From: workers.XNODE_STATUS_ACTIVE, To: workers.XNODE_STATUS_RETIRED,
	})
	require.Zero(t, f.total())
	f.invariants()
	_, err = f.k.OperatorBySigner(f.ctx, signer(1))
	require.ErrorIs(t, err, workers.ErrUnknownSigner)

	f.at(200 + 3599)
	_, err = f.msgs.RegisterXnode(f.ctx, f.registerMsg(1))
	require.ErrorIs(t, err, workers.ErrCoolDown)

	f.at(200 + 3600)
	f.bond(2, 100)
	theirs := f.registerMsg(2)
	theirs.SignerPubKey, theirs.Possession = key(1).PubKey().Bytes(), possession(t, chainID, operator(2), 1)
	_, err = f.msgs.RegisterXnode(f.ctx, theirs)
	require.ErrorIs(t, err, workers.ErrSignerTaken, "the retired operator's key stays its own")

	again := f.registerMsg(1)
	again.SignerPubKey, again.Possession = key(9).PubKey().Bytes(), possession(t, chainID, operator(1), 9)
	again.Card = card(t, 9)
	_, err = f.msgs.RegisterXnode(f.ctx, again)
	require.NoError(t, err)
	x := f.xnode(1)
	require.Equal(t, uint64(2), x.Registrations)
	require.Equal(t, int64(200), x.RetiredHeight)
	require.Equal(t, []string{f.text(signer(1))}, x.PastSigners)
	f.invariants()
}

func TestC12_AddressesOfAnotherKindAreRefused(t *testing.T) {
	f := newFixture(t)
	good := f.text(operator(1))
	for name, addr := range map[string]string{
		"empty":                 "",
		"mixed case":            strings.ToUpper(good[:8]) + good[8:],
		"of another chain":      "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a",
		"of a validator":        "openvaloper1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqtq38fp",
		"with a changed letter": good[:len(good)-1] + map[bool]string{true: "p", false: "q"}[strings.HasSuffix(good, "q")],
		"a megabyte":            strings.Repeat("x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			for _, send := range []func() error{
				func() error {
					_, err := f.msgs.RegisterXnode(f.ctx, &workers.MsgRegisterXnode{Operator: addr})
					return err
				},
				func() error {
					_, err := f.msgs.UpdateXnode(f.ctx, &workers.MsgUpdateXnode{Operator: addr})
					return err
				},
				func() error {
					_, err := f.msgs.RotateSigner(f.ctx, &workers.MsgRotateSigner{Operator: addr})
					return err
				},
				func() error {
					_, err := f.msgs.Heartbeat(f.ctx, &workers.MsgHeartbeat{Signer: addr})
					return err
				},
				func() error {
					_, err := f.msgs.DrainXnode(f.ctx, &workers.MsgDrainXnode{Operator: addr})
					return err
				},
				func() error {
					_, err := f.msgs.ResumeXnode(f.ctx, &workers.MsgResumeXnode{Operator: addr})
					return err
				},
				func() error {
					_, err := f.msgs.RetireXnode(f.ctx, &workers.MsgRetireXnode{Operator: addr})
					return err
				},
				func() error {
					_, err := f.queries.Xnode(f.ctx, &workers.QueryXnodeRequest{Operator: addr})
					return err
				},
				func() error {
					_, err := f.queries.XnodeBySigner(f.ctx, &workers.QueryXnodeBySignerRequest{Signer: addr})
					return err
				},
				func() error {
					_, err := f.queries.Allocations(f.ctx, &workers.QueryAllocationsRequest{Operator: addr})
					return err
				},
			} {
				err := send()
				require.ErrorIs(t, err, workers.ErrInvalidAddress)
				require.Less(t, len(err.Error()), 2000)
			}
		})
	}
}
