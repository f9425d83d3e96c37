// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/workers"
)

// prove has x/por say that Xnode i has that many thousandths of a core, and of
// everything else what it claims.
func (f *fixture) prove(i int, millis uint64) {
	f.t.Helper()
	verified := f.xnode(i).Card.Claimed
	verified.CpuMillis = millis
	require.NoError(f.t, f.k.SetVerified(f.ctx, operator(i), verified, "proof/2"))
}

func TestW3_AnXnodeIsMatchedWeighedAndPaidByWhatItProvesOnly(t *testing.T) {
	f := newFixture(t)
	f.proofs.doubts = true
	f.online(1) // claims 8 cores, 16 GiB, 100 GiB, 1 Gbit/s
	require.Zero(t, f.weight(1), "nothing is proven yet")
	require.Zero(t, f.bonds.rewards[string(operator(1))])
	require.Empty(t, f.draw("seed", 1, small))
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/1", small, 0), workers.ErrInsufficientResources)
	market, err := f.queries.Market(f.ctx, &workers.QueryMarketRequest{Resources: small})
	require.NoError(t, err)
	require.Zero(t, market.Able)
	f.invariants()

	claimed := f.xnode(1).Card.Claimed
	proven := workers.Resources{CpuMillis: 3_000, MemoryBytes: 32 * gib, StorageBytes: 10 * gib}
	require.NoError(t, f.k.SetVerified(f.ctx, operator(1), proven, "proof/1"))
	f.told(&workers.EventVerifiedChanged{Operator: f.text(operator(1)), To: proven, Evidence: "proof/1"})
	x := f.xnode(1)
	require.Equal(t, claimed, x.Card.Claimed, "a claim stays a claim")
	require.Equal(t, workers.Resources{CpuMillis: 3_000, MemoryBytes: 16 * gib, StorageBytes: 10 * gib}, x.Capacity())
	require.Equal(t, uint64(100*3), f.weight(1))
	const earns = 3*1_000 + 16*200 + 10*5
	require.EqualValues(t, earns, f.bonds.rewards[string(operator(1))])
	f.told(&workers.EventRewardWeightChanged{Operator: f.text(operator(1)), To: earns})
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/1", workers.Resources{CpuMillis: 3_001}, 0), workers.ErrInsufficientResources)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/1", workers.Resources{CpuMillis: 2_000}, 0))
	require.Equal(t, uint64(100), f.weight(1))
	require.EqualValues(t, earns, f.bonds.rewards[string(operator(1))], "what is in use earns as well")
	f.invariants()

	f.at(101)
	require.NoError(t, f.k.SetVerified(f.ctx, operator(1), proven, "proof/3"))
	require.Zero(t, f.count(&workers.EventVerifiedChanged{}), "nothing changed")
}

func TestW3_LessMayBeProvenThanIsAllocatedAndThatWorkGoesOn(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	require.NoError(t, f.k.Allocate(f.ctx, operator(1), "task/1", workers.Resources{CpuMillis: 6_000, MemoryBytes: gib}, 0))
	f.prove(1, 2_000)
	x := f.xnode(1)
	require.Equal(t, uint64(6_000), x.Allocated.CpuMillis)
	require.Zero(t, x.Free().CpuMillis)
	require.Equal(t, 15*gib, x.Free().MemoryBytes, "of the other kinds there is some")
	require.Zero(t, f.weight(1))
	require.ErrorIs(t, f.k.Allocate(f.ctx, operator(1), "task/2", small, 0), workers.ErrInsufficientResources)
	f.invariants()

	f.at(200)
	lower := card(t, 1)
	lower.Claimed.CpuMillis = 5_999
	_, err := f.k.UpdateCard(f.ctx, operator(1), lower, 0)
	require.ErrorIs(t, err, workers.ErrInsufficientResources, "less than is allocated may not be claimed, whatever is proven")

	require.NoError(t, f.k.Release(f.ctx, operator(1), "task/1"))
	require.Equal(t, uint64(2_000), f.xnode(1).Free().CpuMillis)
	require.Equal(t, uint64(200), f.weight(1))
	f.invariants()
}

func TestW6_WhatWasProvenEndsWithTheXnode(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	before := f.xnode(1).Verified
	require.False(t, before.IsZero())
	f.at(200)
	require.NoError(t, f.k.Retire(f.ctx, operator(1)))
	f.told(&workers.EventVerifiedChanged{Operator: f.text(operator(1)), From: before, Evidence: "retired"})
	require.Equal(t, []bool{true, false}, f.proofs.online)
	require.Equal(t, []workers.Resources{before, {}}, f.proofs.claimed, "the last claim is none")
	require.Zero(t, f.bonds.rewards[string(operator(1))])
	require.NoError(t, f.k.SetVerified(f.ctx, operator(1), workers.Resources{}, "proof/2"), "nothing is what it has")
	require.ErrorIs(t, f.k.SetVerified(f.ctx, operator(1), small, "proof/2"), workers.ErrInvalidStatus)
	f.invariants()

	f.at(200 + 3_600)
	f.proofs.doubts = true
	f.register(1)
	require.NoError(t, f.heartbeat(1, 5))
	require.True(t, f.xnode(1).Verified.IsZero(), "it is proven anew")
	require.Zero(t, f.weight(1))
	require.Equal(t, int64(200), f.xnode(1).RetiredHeight, "the history stays")
	f.invariants()
}

func TestC7_WhatIsProvenIsCheckedWithoutTheCaller(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	for name, evidence := range map[string]string{"none": "", "long": strings.Repeat("x", 129), "a newline": "a\nb"} {
		require.ErrorIs(t, f.k.SetVerified(f.ctx, operator(1), small, evidence), workers.ErrInvalidEvidence, name)
	}
	require.ErrorIs(t, f.k.SetVerified(f.ctx, operator(9), small, "proof/1"), workers.ErrNotRegistered)
	for name, r := range map[string]workers.Resources{
		"too much":            {CpuMillis: workers.MaxQuantity + 1},
		"a class without GPU": {CpuMillis: 1, GpuClass: "nvidia-h200"},
	} {
		require.ErrorIs(t, f.k.SetVerified(f.ctx, operator(1), r, "proof/1"), workers.ErrInvalidResources, name)
	}
}

func TestTheModuleAboveIsToldOfClaimsAndOfComingsAndGoings(t *testing.T) {
	f := newFixture(t)
	f.register(1)
	require.Len(t, f.proofs.claimed, 1)
	require.Empty(t, f.proofs.online)
	require.NoError(t, f.heartbeat(1, 2))
	f.at(110)
	require.NoError(t, f.heartbeat(1, 2))
	require.Equal(t, []bool{true}, f.proofs.online, "once")

	other := card(t, 1)
	other.Label = "cellar"
	_, err := f.k.UpdateCard(f.ctx, operator(1), other, 0)
	require.NoError(t, err)
	require.Len(t, f.proofs.claimed, 1, "a label claims nothing")
	f.at(120)
	other.Claimed.CpuMillis = 9_000
	_, err = f.k.UpdateCard(f.ctx, operator(1), other, 0)
	require.NoError(t, err)
	require.Equal(t, other.Claimed, f.proofs.claimed[1])

	f.skip(60)
	require.Equal(t, []bool{true, false}, f.proofs.online, "silent")
	require.NoError(t, f.heartbeat(1, 2))
	require.NoError(t, f.k.RotateSigner(f.ctx, operator(1), key(2).PubKey().Bytes(), possession(t, chainID, operator(1), 2), nil))
	require.Equal(t, []bool{true, false, true, false}, f.proofs.online, "rotated")
	f.invariants()
}

func TestAModuleAboveThatFailsRefusesTheChange(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.at(200)
	f.proofs.refuse = errors.New("no")
	require.ErrorIs(t, f.k.Retire(f.ctx, operator(1)), f.proofs.refuse)
	f.bond(2, 100)
	_, err := f.msgs.RegisterXnode(f.ctx, f.registerMsg(2))
	require.ErrorIs(t, err, f.proofs.refuse)
}

func TestRewardsFollowWhoIsThere(t *testing.T) {
	const full = 8*1_000 + 16*200 + 100*5 + 10*500
	f := newFixture(t)
	reward := func() uint64 { return f.bonds.rewards[string(operator(1))] }
	f.register(1)
	require.Zero(t, f.bonds.told, "nobody has heard of it")
	require.NoError(t, f.heartbeat(1, 1))
	require.EqualValues(t, full, reward())
	require.NoError(t, f.k.Drain(f.ctx, operator(1)))
	require.EqualValues(t, full, reward(), "it serves what it has")
	f.at(110)
	require.NoError(t, f.heartbeat(1, 1))
	require.Equal(t, 1, f.bonds.told, "a weight is told once")
	f.skip(61)
	require.Zero(t, reward(), "offline")
	require.NoError(t, f.heartbeat(1, 1))
	require.EqualValues(t, full, reward())

	f.setParams(func(p *workers.Params) { p.RewardPerCore = 0 })
	require.EqualValues(t, full, reward())
	f.skip(1)
	require.EqualValues(t, full-8*1_000, reward(), "parameters reach it at the end of a block")
	f.invariants()

	f.bonds.greedy = errors.New("no")
	require.ErrorIs(t, f.k.SetVerified(f.ctx, operator(1), small, "proof/2"), f.bonds.greedy)
}
