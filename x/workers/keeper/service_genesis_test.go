// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

// served is a chain on which replicas are in every state: of service 1, the first
// is lost and the fifth stands in for it, others run or are unknown; 2 waits for
// Xnodes that there are not; 3 failed for good; 4 drains; 5 is retired; of 6 one
// starts, and one is to leave a machine that is reclaimed.
func served(t testing.TB) *fixture {
	f := newFixture(t)
	f.setParams(func(p *workers.Params) { p.MaxAttempts = 1 })
	for i := range 4 {
		f.online(i)
	}
	all := []int{0, 1, 2, 3}
	first := f.create("first", spec(), 2, 4)
	f.serve(6, all...)
	gone := f.hostOf(f.in(first, running)[0])
	var rest []int
	for _, i := range all {
		if i != gone {
			rest = append(rest, i)
		}
	}
	f.serve(202, rest...)
	f.serve(6, rest...)
	require.Len(t, f.in(first, lost), 1)

	s := spec()
	s.Constraints.Regions, s.Visibility = []string{"mars-1"}, workers.SERVICE_VISIBILITY_PRIVATE
	second := f.create("second", s, 2, 2)
	require.NoError(t, f.k.AddMembers(f.ctx, owner(0), second, []string{f.text(owner(2)), f.text(owner(1))}))
	third := f.create("third", spec(), 1, 1)
	f.beating(5, rest...)
	require.NoError(t, f.report(f.in(third, placed)[0], failed, 1))
	fourth, fifth := f.create("fourth", spec(), 1, 1), f.create("fifth", spec(), 0, 1)
	f.serve(6, rest...)
	require.NoError(t, f.k.RetireService(f.ctx, owner(0), fourth))
	require.NoError(t, f.k.RetireService(f.ctx, owner(0), fifth))
	sixth := f.create("sixth", spec(), 2, 2)
	f.beating(5, rest...)
	require.NoError(t, f.report(f.in(sixth, placed)[0], running, 1))
	_, err := f.k.AnnounceReclaim(f.ctx, operator(f.hostOf(f.in(sixth, running)[0])), 0)
	require.NoError(t, err)
	require.NoError(t, f.report(f.in(sixth, placed)[0], starting, 1))
	f.beating(1, rest...)
	require.Len(t, f.in(fourth, draining), 1)
	require.Equal(t, workers.SERVICE_STATUS_RETIRED, f.service(fifth).Status)
	require.NoError(t, f.k.Drain(f.ctx, operator(gone)))
	f.invariants()
	return f
}

func TestC17_ServicesAreExportedAndImportedByteEqual(t *testing.T) {
	f := served(t)
	first, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, first.Services, 6)
	require.Len(t, first.XnodeTurns, 1)
	require.Len(t, first.Members, 2)
	raw := f.cdc.MustMarshalJSON(first)

	var gs workers.GenesisState
	f.cdc.MustUnmarshalJSON(raw, &gs)
	g := emptyFixture(t, f.bonds)
	maps.Copy(g.bank.moved, f.bank.moved)
	g.at(f.ctx.BlockHeight())
	require.NoError(t, g.k.InitGenesis(g.ctx, &gs))
	g.invariants()
	second, err := g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, string(raw), string(g.cdc.MustMarshalJSON(second)))

	for _, x := range []*fixture{f, g} { // both go on alike
		x.skip(150)
		x.invariants()
	}
	first, err = f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	second, err = g.k.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestC17_AGenesisWithOneFieldOfAServiceSpoiledIsRefused(t *testing.T) {
	f := served(t)
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate(f.ac))
	raw := f.cdc.MustMarshalJSON(exported)
	find := func(gs *workers.GenesisState, state workers.ReplicaState) *workers.Replica {
		for i := range gs.Replicas {
			if gs.Replicas[i].State == state {
				return &gs.Replicas[i]
			}
		}
		require.Fail(t, "no such replica", "%s", state)
		return nil
	}
	for name, spoil := range map[string]func(*workers.GenesisState){
		"a service without an id": func(gs *workers.GenesisState) { gs.Services[0].Id = 0 },
		"services out of order":   func(gs *workers.GenesisState) { gs.Services[0], gs.Services[1] = gs.Services[1], gs.Services[0] },
		"owner":                   func(gs *workers.GenesisState) { gs.Services[0].Owner = "x" },
		"name":                    func(gs *workers.GenesisState) { gs.Services[0].Name = "X" },
		"a name twice":            func(gs *workers.GenesisState) { gs.Services[0].Name = gs.Services[1].Name },
		"spec":                    func(gs *workers.GenesisState) { gs.Services[0].Spec.Visibility = 0 },
		"target beyond":           func(gs *workers.GenesisState) { gs.Services[0].TargetReplicas = 5 },
		"least beyond":            func(gs *workers.GenesisState) { gs.Services[0].MinReplicas = 5 },
		"no replicas at all":      func(gs *workers.GenesisState) { gs.Services[4].MaxReplicas, gs.Services[4].TargetReplicas = 0, 0 },
		"status of a service":     func(gs *workers.GenesisState) { gs.Services[0].Status = 0 },
		"version of a service":    func(gs *workers.GenesisState) { gs.Services[0].Version = 0 },
		"placement version":       func(gs *workers.GenesisState) { gs.Services[0].PlacementVersion = 2 },
		"placement height":        func(gs *workers.GenesisState) { gs.Services[0].PlacementHeight = 1 },
		"updated height":          func(gs *workers.GenesisState) { gs.Services[0].UpdatedHeight = 1 },
		"created height":          func(gs *workers.GenesisState) { gs.Services[0].CreatedHeight = -1 },
		"next index":              func(gs *workers.GenesisState) { gs.Services[0].NextIndex = 1 },
		"no next index":           func(gs *workers.GenesisState) { gs.Services[4].NextIndex = 0 },
		"turn of a service":       func(gs *workers.GenesisState) { gs.Services[0].Turn = -1 },
		"no deposit":              func(gs *workers.GenesisState) { gs.Services[0].Deposit = math.Int{} },
		"a negative deposit":      func(gs *workers.GenesisState) { gs.Services[0].Deposit = math.NewInt(-1) },
		"retired with a deposit":  func(gs *workers.GenesisState) { gs.Services[4].Deposit = math.OneInt() },
		"retired for ever":        func(gs *workers.GenesisState) { gs.Services[4].Turn = 0 },
		"retired with replicas": func(gs *workers.GenesisState) {
			gs.Services[0].Status, gs.Services[0].Deposit, gs.Services[0].Turn = workers.SERVICE_STATUS_RETIRED, math.ZeroInt(), 1
		},
		"members counted wrongly":      func(gs *workers.GenesisState) { gs.Services[1].Members++ },
		"members out of order":         func(gs *workers.GenesisState) { gs.Members[0], gs.Members[1] = gs.Members[1], gs.Members[0] },
		"a member twice":               func(gs *workers.GenesisState) { gs.Members[1] = gs.Members[0] },
		"a member of nothing":          func(gs *workers.GenesisState) { gs.Members[1].ServiceId = 99 },
		"a member of nowhere":          func(gs *workers.GenesisState) { gs.Members[0].Member = "x" },
		"the last service":             func(gs *workers.GenesisState) { gs.LastServiceId = 5 },
		"a replica of nothing":         func(gs *workers.GenesisState) { gs.Replicas[len(gs.Replicas)-1].ServiceId = 99 },
		"a replica without an index":   func(gs *workers.GenesisState) { gs.Replicas[0].Index = 0 },
		"replicas out of order":        func(gs *workers.GenesisState) { gs.Replicas[0], gs.Replicas[1] = gs.Replicas[1], gs.Replicas[0] },
		"a replica twice":              func(gs *workers.GenesisState) { gs.Replicas = append(gs.Replicas, gs.Replicas[len(gs.Replicas)-1]) },
		"a replica on nothing":         func(gs *workers.GenesisState) { find(gs, running).Operator = "" },
		"a replica on another":         func(gs *workers.GenesisState) { find(gs, running).Operator = f.text(operator(9)) },
		"a replica of nowhere":         func(gs *workers.GenesisState) { find(gs, running).Operator = "x" },
		"one that waits on an Xnode":   func(gs *workers.GenesisState) { find(gs, pending).Operator = f.text(operator(1)) },
		"one that waits for nothing":   func(gs *workers.GenesisState) { find(gs, pending).Deadline = 0 },
		"one that failed and waits":    func(gs *workers.GenesisState) { find(gs, failed).Deadline = 9 },
		"one that runs and waits":      func(gs *workers.GenesisState) { gs.Replicas[1].Deadline = 9 },
		"one that starts for ever":     func(gs *workers.GenesisState) { find(gs, starting).Deadline = 0 },
		"one that drains for ever":     func(gs *workers.GenesisState) { find(gs, draining).Deadline = 0 },
		"lost, but not replaced":       func(gs *workers.GenesisState) { find(gs, lost).ReplacedBy = 0 },
		"lost for no reason":           func(gs *workers.GenesisState) { find(gs, lost).Leaving = 0 },
		"replaced by another":          func(gs *workers.GenesisState) { find(gs, lost).ReplacedBy++ },
		"replaces another":             func(gs *workers.GenesisState) { gs.Replicas[1].Replaces = 1 },
		"a state that is never stored": func(gs *workers.GenesisState) { find(gs, running).State = stopped },
		"no state":                     func(gs *workers.GenesisState) { find(gs, running).State = 0 },
		"a cause that there is not":    func(gs *workers.GenesisState) { find(gs, running).LastCause = 99 },
		"a version to come":            func(gs *workers.GenesisState) { find(gs, running).Version = 99 },
		"a place of a version to come": func(gs *workers.GenesisState) { find(gs, running).PlacedVersion = 99 },
		"a lock, but running":          func(gs *workers.GenesisState) { find(gs, running).LockHeight = 1 },
		"a negative since":             func(gs *workers.GenesisState) { find(gs, running).Since = -1 },
		"avoid twice": func(gs *workers.GenesisState) {
			find(gs, pending).Avoid = []string{f.text(operator(1)), f.text(operator(1))}
		},
		"an error of two lines":       func(gs *workers.GenesisState) { find(gs, failed).LastError = "a\nb" },
		"a region of nowhere":         func(gs *workers.GenesisState) { find(gs, pending).Region = "eu" },
		"an allocation of no replica": func(gs *workers.GenesisState) { gs.Allocations[0].Subject = "replica/1/99" },
		"an Xnode's turn twice":       func(gs *workers.GenesisState) { gs.XnodeTurns = append(gs.XnodeTurns, gs.XnodeTurns[0]) },
		"an Xnode's turn never":       func(gs *workers.GenesisState) { gs.XnodeTurns[0].Height = 0 },
		"an Xnode of nowhere":         func(gs *workers.GenesisState) { gs.XnodeTurns[0].Operator = "x" },
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
