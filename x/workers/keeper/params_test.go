// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

func TestC8_OnlyTheAuthorityChangesParamsAndOnlyWithinBounds(t *testing.T) {
	f := newFixture(t)
	_, err := f.msgs.UpdateParams(f.ctx, &workers.MsgUpdateParams{
		Authority: f.text(operator(1)), Params: workers.DefaultParams(),
	})
	require.ErrorIs(t, err, workers.ErrUnauthorized)

	huge, _ := math.NewIntFromString("1" + "000000000000000000000000000000000000000000000000000000000000000000000000000")
	for name, spoil := range map[string]func(*workers.Params){
		"a negative deposit":          func(p *workers.Params) { p.ServiceDeposit = math.NewInt(-1) },
		"no deposit of replicas":      func(p *workers.Params) { p.ReplicaDeposit = math.Int{} },
		"a huge deposit":              func(p *workers.Params) { p.ReplicaDeposit = huge },
		"no services":                 func(p *workers.Params) { p.MaxServicesPerOwner = 0 },
		"no replicas":                 func(p *workers.Params) { p.MaxReplicas = 0 },
		"too many replicas":           func(p *workers.Params) { p.MaxReplicas = 201 },
		"no members":                  func(p *workers.Params) { p.MaxMembers = 0 },
		"tiny specs":                  func(p *workers.Params) { p.MaxServiceBytes = 1 },
		"no floor of services":        func(p *workers.Params) { p.MinServiceInterval = 0 },
		"no name cool-down":           func(p *workers.Params) { p.NameCooldown = 0 },
		"too many on an Xnode":        func(p *workers.Params) { p.MaxReplicasPerXnode = 201 },
		"no turns of replicas":        func(p *workers.Params) { p.MaxReplicaItemsPerBlock = 0 },
		"too many turns":              func(p *workers.Params) { p.MaxReplicaItemsPerBlock = 201 },
		"no time to start":            func(p *workers.Params) { p.StartTimeout = 0 },
		"negative time to be unknown": func(p *workers.Params) { p.UnknownAfter = -1 },
		"never lost":                  func(p *workers.Params) { p.LostAfter = 1 << 62 },
		"forgotten at once":           func(p *workers.Params) { p.ForgetAfter = 0 },
		"no time to drain":            func(p *workers.Params) { p.DrainTimeout = 0 },
		"no pause":                    func(p *workers.Params) { p.RetryBase = 0 },
		"a cap below the first pause": func(p *workers.Params) { p.RetryMax = p.RetryBase - 1 },
		"no attempts":                 func(p *workers.Params) { p.MaxAttempts = 0 },
		"no floor of reports":         func(p *workers.Params) { p.MinReportInterval = 0 },
		"stable at once":              func(p *workers.Params) { p.StableAfter = 0 },
		"a nil unit":                  func(p *workers.Params) { p.WeightUnit = math.Int{} },
		"a zero unit":                 func(p *workers.Params) { p.WeightUnit = math.ZeroInt() },
		"a negative unit":             func(p *workers.Params) { p.WeightUnit = math.NewInt(-1) },
		"a huge unit":                 func(p *workers.Params) { p.WeightUnit = huge },
		"no bond units":               func(p *workers.Params) { p.MaxBondUnits = 0 },
		"huge bond units":             func(p *workers.Params) { p.MaxBondUnits = 1 << 63 },
		"no cores":                    func(p *workers.Params) { p.MaxCores = 0 },
		"huge cores":                  func(p *workers.Params) { p.MaxCores = 1<<64 - 1 },
		"no timeout":                  func(p *workers.Params) { p.HeartbeatTimeout = 0 },
		"a negative timeout":          func(p *workers.Params) { p.HeartbeatTimeout = -1 },
		"a huge timeout":              func(p *workers.Params) { p.HeartbeatTimeout = 1 << 62 },
		"no heartbeat floor":          func(p *workers.Params) { p.MinHeartbeatInterval = 0 },
		"a floor like the timeout":    func(p *workers.Params) { p.MinHeartbeatInterval = p.HeartbeatTimeout },
		"no update floor":             func(p *workers.Params) { p.MinUpdateInterval = 0 },
		"a huge update floor":         func(p *workers.Params) { p.MinUpdateInterval = 1 << 62 },
		"no cool-down":                func(p *workers.Params) { p.ReregisterCooldown = 0 },
		"a huge cool-down":            func(p *workers.Params) { p.ReregisterCooldown = 1 << 62 },
		"no registrations":            func(p *workers.Params) { p.MaxRegistrationsPerBlock = 0 },
		"too many registrations":      func(p *workers.Params) { p.MaxRegistrationsPerBlock = 201 },
		"no queue":                    func(p *workers.Params) { p.MaxQueueItemsPerBlock = 0 },
		"too long a queue":            func(p *workers.Params) { p.MaxQueueItemsPerBlock = 201 },
		"no rejections":               func(p *workers.Params) { p.MaxDrawRejections = 0 },
		"too many rejections":         func(p *workers.Params) { p.MaxDrawRejections = 10_001 },
		"no gas price cap":            func(p *workers.Params) { p.MaxGasPrice = math.Int{} },
		"a negative gas price cap":    func(p *workers.Params) { p.MaxGasPrice = math.NewInt(-1) },
		"a huge gas price cap":        func(p *workers.Params) { p.MaxGasPrice = huge },
		"no seat fee cap":             func(p *workers.Params) { p.MaxSeatFee = math.Int{} },
		"a huge seat fee cap":         func(p *workers.Params) { p.MaxSeatFee = workers.MaxPrice.AddRaw(1) },
		"a rating beyond the best":    func(p *workers.Params) { p.InitialRating = 10_001 },
		"a gain beyond all":           func(p *workers.Params) { p.RatingGainBps = 10_001 },
		"a loss beyond all":           func(p *workers.Params) { p.RatingMissedBps, p.RatingWrongBps = 10_001, 10_001 },
		"a huge loss":                 func(p *workers.Params) { p.RatingWrongBps = 1<<32 - 1 },
		"wrong costs less":            func(p *workers.Params) { p.RatingWrongBps = p.RatingMissedBps - 1 },
		"no market":                   func(p *workers.Params) { p.MaxMarketSample = 0 },
		"a huge market":               func(p *workers.Params) { p.MaxMarketSample = 2_001 },
		"a huge core's reward":        func(p *workers.Params) { p.RewardPerCore = 1_000_000_001 },
		"a huge memory's reward":      func(p *workers.Params) { p.RewardPerGibMemory = 1<<64 - 1 },
		"a huge storage's reward":     func(p *workers.Params) { p.RewardPerGibStorage = 1_000_000_001 },
		"a huge line's reward":        func(p *workers.Params) { p.RewardPerBandwidth = 1_000_000_001 },
		"a huge GPU's reward":         func(p *workers.Params) { p.RewardPerGpu = 1_000_000_001 },
		"no card":                     func(p *workers.Params) { p.MaxCardBytes = 511 },
		"a huge card":                 func(p *workers.Params) { p.MaxCardBytes = 16_385 },
		"no notice":                   func(p *workers.Params) { p.MinReclaimNotice = 0 },
		"a huge notice":               func(p *workers.Params) { p.MinReclaimNotice = 10_000_001 },
		"a huge reward":               func(p *workers.Params) { p.MaxRewardWeight = 1_000_000_000_001 },
	} {
		params := workers.DefaultParams()
		spoil(&params)
		_, err := f.msgs.UpdateParams(f.ctx, &workers.MsgUpdateParams{Authority: f.authority, Params: params})
		require.ErrorIs(t, err, workers.ErrInvalidParams, name)
	}

	params := workers.DefaultParams()
	params.MaxCores = 3
	_, err = f.msgs.UpdateParams(f.ctx, &workers.MsgUpdateParams{Authority: f.authority, Params: params})
	require.NoError(t, err)
	f.told(&workers.EventParamsUpdated{Params: params})
	res, err := f.queries.Params(f.ctx, &workers.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, params, res.Params)
}

func TestC9_ParamsThatChangeWeightsAreAppliedInSharesAndWithoutGaps(t *testing.T) {
	f := newFixture(t)
	for i := range 7 {
		f.online(i)
	}
	f.setParams(func(p *workers.Params) { p.MaxCores = 2; p.MaxQueueItemsPerBlock = 3 })
	f.invariants()
	for _, want := range []uint64{3*200 + 4*800, 6*200 + 800, 7 * 200} {
		require.NoError(t, f.k.EndBlock(f.ctx))
		require.Equal(t, want, f.total())
		f.invariants()
	}
	_, err := f.k.ReweighCursor.Get(f.ctx)
	require.Error(t, err, "done")

	f.setParams(func(p *workers.Params) { p.HeartbeatTimeout = 90 })
	_, err = f.k.ReweighCursor.Get(f.ctx)
	require.Error(t, err, "the timeout weighs nothing")
}

func TestC9_AShorterTimeoutNeverCutsADeadlineThatIsSet(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	f.setParams(func(p *workers.Params) { p.HeartbeatTimeout = 10 })
	f.skip(59)
	require.True(t, f.xnode(1).Online, "queued for height 160")
	f.skip(2)
	require.False(t, f.xnode(1).Online)
	f.invariants()
}

func TestReweighingFollowsWhatIsEligible(t *testing.T) {
	f := newFixture(t)
	f.online(1)
	delete(f.bonds.free, string(operator(1))) // no hook tells
	require.NoError(t, f.k.AfterMinBondChanged(f.ctx))
	require.NoError(t, f.k.EndBlock(f.ctx))
	require.Zero(t, f.total())
	require.Equal(t, 2, f.bonds.told, "the same reward weight may count for something else")
	f.invariants()
}
