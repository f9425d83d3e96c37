// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

// lived is a chain on which everything has happened.
func lived(t testing.TB) *fixture {
	f := newFixture(t)
	for i := range 6 {
		f.online(i)
	}
	f.register(6)
	require.NoError(t, f.k.Allocate(f.ctx, operator(0), "task/1", small, 0))
	require.NoError(t, f.k.Allocate(f.ctx, operator(0), "task/2", small, 0))
	require.NoError(t, f.k.Allocate(f.ctx, operator(2), "task/1", small, 0))
	require.NoError(t, f.k.Drain(f.ctx, operator(2)))
	f.prove(1, 5_000)
	f.prove(2, 10)
	require.NoError(t, f.k.Rate(f.ctx, operator(0), "task/0", workers.RATING_CAUSE_SERVED))
	require.NoError(t, f.k.Rate(f.ctx, operator(4), "task/0", workers.RATING_CAUSE_WRONG))
	require.NoError(t, f.k.RotateSigner(f.ctx, operator(3), key(13).PubKey().Bytes(), possession(t, chainID, operator(3), 13), nil))
	f.at(110)
	require.NoError(t, f.heartbeat(1, 99))
	require.NoError(t, f.k.Retire(f.ctx, operator(4)))
	require.NoError(t, f.k.Retire(f.ctx, operator(5)))
	_, err := f.k.AnnounceReclaim(f.ctx, operator(6), 0)
	require.NoError(f.t, err)
	f.skip(50) // 0 and 2 go offline
	f.setParams(func(p *workers.Params) { p.MaxCores = 3; p.MaxQueueItemsPerBlock = 2 })
	f.skip(1) // re-weighing is under way
	f.invariants()
	return f
}

func TestC17_ExportImportExportIsByteEqual(t *testing.T) {
	f := lived(t)
	first, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NotEmpty(t, first.ReweighCursor)
	require.NotEmpty(t, first.FreeSlots)
	require.Equal(t, uint64(10), first.Xnodes[2].Verified.CpuMillis, "less than is allocated")
	raw := f.cdc.MustMarshalJSON(first)

	var gs workers.GenesisState
	f.cdc.MustUnmarshalJSON(raw, &gs)
	g := emptyFixture(t, f.bonds)
	g.at(f.ctx.BlockHeight())
	require.NoError(t, g.k.InitGenesis(g.ctx, &gs))
	g.invariants()
	second, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, string(raw), string(g.cdc.MustMarshalJSON(second)))

	// Both go on alike: also the indexes, the queue and the tree were restored.
	for _, x := range []*fixture{f, g} {
		x.skip(1)
		x.skip(1)
		x.invariants()
		require.NoError(t, x.heartbeat(13, 5))
		x.skip(70)
		x.online(7)
		x.invariants()
	}
	first, err = f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	second, err = g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, first, second)
	require.Equal(t, f.total(), g.total())
	require.Equal(t, f.draw("seed", 3, small), g.draw("seed", 3, small))
}

func TestC17_AGenesisWithOneFieldSpoiledIsRefused(t *testing.T) {
	f := lived(t)
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate(f.ac))
	raw := f.cdc.MustMarshalJSON(exported)

	// Of the fixture: 0 has allocations and is offline, 1 is online with a second
	// daemon, 2 drains, 3 has a past signer, 4 and 5 are retired, 6 was never online.
	for name, spoil := range map[string]func(*workers.GenesisState){
		"params":   func(gs *workers.GenesisState) { gs.Params.MaxCores = 0 },
		"operator": func(gs *workers.GenesisState) { gs.Xnodes[0].Operator = "open1x" },
		"operator of another chain": func(gs *workers.GenesisState) {
			gs.Xnodes[0].Operator = "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a"
		},
		"operators out of order":      func(gs *workers.GenesisState) { gs.Xnodes[0], gs.Xnodes[1] = gs.Xnodes[1], gs.Xnodes[0] },
		"an Xnode twice":              func(gs *workers.GenesisState) { gs.Xnodes = append(gs.Xnodes, gs.Xnodes[6]) },
		"signer of another key":       func(gs *workers.GenesisState) { gs.Xnodes[0].Signer = gs.Xnodes[1].Signer },
		"key too short":               func(gs *workers.GenesisState) { gs.Xnodes[0].SignerPubKey = gs.Xnodes[0].SignerPubKey[:32] },
		"key of nobody":               func(gs *workers.GenesisState) { gs.Xnodes[0].SignerPubKey = nil },
		"a signer twice":              func(gs *workers.GenesisState) { gs.Xnodes[0].PastSigners = []string{gs.Xnodes[1].Signer} },
		"past signer":                 func(gs *workers.GenesisState) { gs.Xnodes[3].PastSigners[0] = "x" },
		"past signer is the present":  func(gs *workers.GenesisState) { gs.Xnodes[3].PastSigners[0] = gs.Xnodes[3].Signer },
		"too many past signers":       func(gs *workers.GenesisState) { gs.Xnodes[3].PastSigners = make([]string, 17) },
		"claimed less than allocated": func(gs *workers.GenesisState) { gs.Xnodes[0].Card.Claimed.CpuMillis = 1 },
		"claimed nothing":             func(gs *workers.GenesisState) { gs.Xnodes[1].Card.Claimed = workers.Resources{} },
		"a negative price":            func(gs *workers.GenesisState) { gs.Xnodes[0].Card.Prices.GasPrice = math.NewInt(-1) },
		"a seat fee beyond reason":    func(gs *workers.GenesisState) { gs.Xnodes[0].Card.Prices.SeatFee = workers.MaxPrice.AddRaw(1) },
		"label":                       func(gs *workers.GenesisState) { gs.Xnodes[0].Card.Label = "\n" },
		"region":                      func(gs *workers.GenesisState) { gs.Xnodes[0].Card.Region = "EU" },
		"endpoints":                   func(gs *workers.GenesisState) { gs.Xnodes[0].Card.Endpoints = gs.Xnodes[1].Card.Endpoints },
		"allocated":                   func(gs *workers.GenesisState) { gs.Xnodes[0].Allocated.CpuMillis++ },
		"allocated with a class":      func(gs *workers.GenesisState) { gs.Xnodes[0].Allocated.GpuClass = "x" },
		"status":                      func(gs *workers.GenesisState) { gs.Xnodes[0].Status = workers.XNODE_STATUS_UNSPECIFIED },
		"status unknown":              func(gs *workers.GenesisState) { gs.Xnodes[0].Status = 9 },
		"retired with a card":         func(gs *workers.GenesisState) { gs.Xnodes[1].Status = workers.XNODE_STATUS_RETIRED },
		"not retired any more":        func(gs *workers.GenesisState) { gs.Xnodes[4].Status = workers.XNODE_STATUS_ACTIVE },
		"retired with a slot":         func(gs *workers.GenesisState) { gs.Xnodes[4].Slot = 4 },
		"retired with a label":        func(gs *workers.GenesisState) { gs.Xnodes[4].Card.Label = "x" },
		"retired with a price":        func(gs *workers.GenesisState) { gs.Xnodes[4].Card.Prices.GasPrice = math.OneInt() },
		"retired with a proof":        func(gs *workers.GenesisState) { gs.Xnodes[4].Verified.CpuMillis = 1 },
		"retired with a reward":       func(gs *workers.GenesisState) { gs.Xnodes[4].RewardWeight = 1 },
		"verified":                    func(gs *workers.GenesisState) { gs.Xnodes[0].Verified.GpuClass = "x" },
		"a GPU of another class": func(gs *workers.GenesisState) {
			gs.Allocations[0].Resources.GpuCount, gs.Allocations[0].Resources.GpuClass, gs.Xnodes[0].Allocated.GpuCount, gs.Xnodes[0].Card.Claimed.GpuCount = 1, "x", 1, 1
		},
		"retired with an instance":     func(gs *workers.GenesisState) { gs.Xnodes[4].Instance, gs.Xnodes[4].LastHeartbeat = instance(1), 1 },
		"online without a deadline":    func(gs *workers.GenesisState) { gs.Xnodes[1].Deadline = 0 },
		"offline with a deadline":      func(gs *workers.GenesisState) { gs.Xnodes[1].Online = false },
		"a negative deadline":          func(gs *workers.GenesisState) { gs.Xnodes[0].Deadline = -1 },
		"instance too short":           func(gs *workers.GenesisState) { gs.Xnodes[1].Instance = []byte{1} },
		"instance missing":             func(gs *workers.GenesisState) { gs.Xnodes[1].Instance = nil },
		"replaced instance too short":  func(gs *workers.GenesisState) { gs.Xnodes[1].ReplacedInstance = []byte{1} },
		"replaced by itself":           func(gs *workers.GenesisState) { gs.Xnodes[1].ReplacedInstance = gs.Xnodes[1].Instance },
		"replaced without a newer one": func(gs *workers.GenesisState) { gs.Xnodes[6].ReplacedInstance = instance(1) },
		"last heartbeat missing":       func(gs *workers.GenesisState) { gs.Xnodes[1].LastHeartbeat = 0 },
		"last heartbeat negative":      func(gs *workers.GenesisState) { gs.Xnodes[1].LastHeartbeat = -1 },
		"reclaimed before the chain":   func(gs *workers.GenesisState) { gs.Xnodes[6].ReclaimHeight = -1 },
		"retired, but to be reclaimed": func(gs *workers.GenesisState) { gs.Xnodes[4].ReclaimHeight = 1 },
		"attributes":                   func(gs *workers.GenesisState) { gs.Xnodes[0].Card.Attributes = make([]workers.Attribute, 1) },
		"retired with an attribute":    func(gs *workers.GenesisState) { gs.Xnodes[4].Card.Attributes = []workers.Attribute{{Key: "a"}} },
		"registered height":            func(gs *workers.GenesisState) { gs.Xnodes[0].RegisteredHeight = -1 },
		"updated before registered":    func(gs *workers.GenesisState) { gs.Xnodes[0].UpdatedHeight = 1 },
		"retired height":               func(gs *workers.GenesisState) { gs.Xnodes[0].RetiredHeight = -1 },
		"retired, but not":             func(gs *workers.GenesisState) { gs.Xnodes[0].RetiredHeight = 50 },
		"retired before registered":    func(gs *workers.GenesisState) { gs.Xnodes[4].RetiredHeight = 1 },
		"registrations":                func(gs *workers.GenesisState) { gs.Xnodes[0].Registrations = 0 },
		"version":                      func(gs *workers.GenesisState) { gs.Xnodes[0].Version = 0 },
		"a slot twice":                 func(gs *workers.GenesisState) { gs.Xnodes[0].Slot = gs.Xnodes[1].Slot },
		"a slot beyond":                func(gs *workers.GenesisState) { gs.Xnodes[0].Slot = 7 },
		"slot count too small":         func(gs *workers.GenesisState) { gs.SlotCount-- },
		"slot count too large":         func(gs *workers.GenesisState) { gs.SlotCount++ },
		"a free slot missing":          func(gs *workers.GenesisState) { gs.FreeSlots = gs.FreeSlots[1:] },
		"a free slot in use":           func(gs *workers.GenesisState) { gs.FreeSlots[0] = gs.Xnodes[0].Slot },
		"allocation of nobody":         func(gs *workers.GenesisState) { gs.Allocations[2].Operator = f.text(operator(99)) },
		"allocation's operator":        func(gs *workers.GenesisState) { gs.Allocations[0].Operator = "x" },
		"allocation's subject":         func(gs *workers.GenesisState) { gs.Allocations[0].Subject = "" },
		"allocation's resources":       func(gs *workers.GenesisState) { gs.Allocations[0].Resources.CpuMillis++ },
		"allocation of nothing":        func(gs *workers.GenesisState) { gs.Allocations[0].Resources = workers.Resources{} },
		"allocation missing":           func(gs *workers.GenesisState) { gs.Allocations = gs.Allocations[1:] },
		"allocation twice":             func(gs *workers.GenesisState) { gs.Allocations[1].Subject = gs.Allocations[0].Subject },
		"allocations out of order": func(gs *workers.GenesisState) {
			gs.Allocations[1], gs.Allocations[2] = gs.Allocations[2], gs.Allocations[1]
		},
		"a rating beyond the best":         func(gs *workers.GenesisState) { gs.Xnodes[0].Rating = 10_001 },
		"a retired rating beyond the best": func(gs *workers.GenesisState) { gs.Xnodes[4].Rating = 1 << 31 },
		"no price cap":                     func(gs *workers.GenesisState) { gs.Params.MaxGasPrice = math.Int{} },
		"reweigh cursor":                   func(gs *workers.GenesisState) { gs.ReweighCursor = "x" },
	} {
		t.Run(name, func(t *testing.T) {
			var gs workers.GenesisState
			f.cdc.MustUnmarshalJSON(raw, &gs)
			spoil(&gs)
			require.Error(t, gs.Validate(f.ac))
			require.Error(t, emptyFixture(t, f.bonds).k.InitGenesis(f.ctx, &gs))
		})
	}
}
