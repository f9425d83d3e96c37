// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openmesh-network/openmesh/x/workers"
)

// TestC5_WhateverHappensReplicasComeToRunWhereThereIsRoom has Xnodes go and come,
// drain, be reclaimed and lose their proofs while services are created, changed,
// scaled and retired, and daemons report what they like. Every invariant holds
// after each step, and the work of a block stays within its bounds. Then everybody
// is well, and every service comes to what it wants.
func TestC5_WhateverHappensReplicasComeToRunWhereThereIsRoom(t *testing.T) {
	const xnodes, items = 7, 10
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t)
		f.setParams(func(p *workers.Params) {
			p.HeartbeatTimeout, p.MinHeartbeatInterval, p.MinReclaimNotice = 6, 1, 4
			p.MaxReplicas, p.MaxReplicasPerXnode, p.MaxReplicaItemsPerBlock = 4, 3, items
			p.StartTimeout, p.UnknownAfter, p.LostAfter, p.ForgetAfter, p.DrainTimeout = 5, 2, 4, 12, 4
			p.RetryBase, p.RetryMax, p.MaxAttempts, p.MinReportInterval, p.StableAfter = 1, 4, 3, 1, 6
			p.MinServiceInterval, p.NameCooldown, p.MaxServicesPerOwner = 1, 5, 3
		})
		for i := range xnodes {
			f.online(i)
		}
		alive := map[int]bool{0: true, 1: true, 2: true, 3: true, 4: true, 5: true, 6: true}
		try := func(run func(g *fixture) error) {
			branch, write := f.ctx.CacheContext()
			g := *f
			g.ctx = branch
			if run(&g) == nil {
				write()
			}
		}
		block := func(rt *rapid.T) {
			for i := range xnodes {
				if alive[i] && f.ctx.BlockHeight() > f.xnode(i).LastHeartbeat+2 {
					require.NoError(rt, f.heartbeat(i, uint64(i+1)))
				}
			}
			f.at(f.ctx.BlockHeight())
			require.NoError(rt, f.k.EndBlock(f.ctx))
			require.Zero(rt, f.count(&workers.EventServiceItemFailed{}))
			require.LessOrEqual(rt, f.count(&workers.EventAllocated{}), items)
			f.at(f.ctx.BlockHeight() + 1)
		}
		node := rapid.IntRange(0, xnodes-1)
		ids := func() (ids []uint64) {
			gs, err := f.k.ExportGenesis(f.ctx)
			require.NoError(rt, err)
			for _, s := range gs.Services {
				ids = append(ids, s.Id)
			}
			return ids
		}
		pick := func(rt *rapid.T) uint64 {
			all := ids()
			if len(all) == 0 {
				return 1
			}
			return rapid.SampledFrom(all).Draw(rt, "service")
		}
		drawSpec := func(rt *rapid.T) workers.ServiceSpec {
			s := spec()
			s.Resources.CpuMillis = rapid.Uint64Range(500, 2500).Draw(rt, "cpu")
			s.Reconcile = workers.ReconcilePolicy(rapid.IntRange(1, 3).Draw(rt, "policy"))
			return s
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(rt *rapid.T) {
				most := rapid.Uint32Range(1, 4).Draw(rt, "most")
				s, name := drawSpec(rt), fmt.Sprintf("service-%d", rapid.IntRange(0, 5).Draw(rt, "name"))
				try(func(g *fixture) error {
					_, err := g.k.CreateService(g.ctx, owner(0), name, s, most-1, most)
					return err
				})
			},
			"update": func(rt *rapid.T) {
				id, s := pick(rt), drawSpec(rt)
				try(func(g *fixture) error { _, err := g.k.UpdateService(g.ctx, owner(0), id, s, 0); return err })
			},
			"scale": func(rt *rapid.T) {
				id, least := pick(rt), rapid.Uint32Range(0, 4).Draw(rt, "least")
				try(func(g *fixture) error { _, err := g.k.ScaleService(g.ctx, owner(0), id, least, 4); return err })
			},
			"retire service": func(rt *rapid.T) {
				id := pick(rt)
				try(func(g *fixture) error { return g.k.RetireService(g.ctx, owner(0), id) })
			},
			"come or go": func(rt *rapid.T) { i := node.Draw(rt, "xnode"); alive[i] = !alive[i] },
			"drain": func(rt *rapid.T) {
				i := node.Draw(rt, "xnode")
				try(func(g *fixture) error { return g.k.Drain(g.ctx, operator(i)) })
			},
			"resume": func(rt *rapid.T) {
				i := node.Draw(rt, "xnode")
				try(func(g *fixture) error { return g.k.Resume(g.ctx, operator(i)) })
			},
			"reclaim": func(rt *rapid.T) {
				i := node.Draw(rt, "xnode")
				try(func(g *fixture) error { _, err := g.k.AnnounceReclaim(g.ctx, operator(i), 0); return err })
			},
			"cancel": func(rt *rapid.T) {
				i := node.Draw(rt, "xnode")
				try(func(g *fixture) error { return g.k.CancelReclaim(g.ctx, operator(i)) })
			},
			"rotate": func(rt *rapid.T) {
				i := node.Draw(rt, "xnode")
				try(func(g *fixture) error {
					return g.k.RotateSigner(g.ctx, operator(i), key(i).PubKey().Bytes(), possession(t, chainID, operator(i), i), nil)
				})
			},
			"verify": func(rt *rapid.T) {
				i, cpu := node.Draw(rt, "xnode"), rapid.Uint64Range(0, 8000).Draw(rt, "verified")
				try(func(g *fixture) error {
					return g.k.SetVerified(g.ctx, operator(i), workers.Resources{CpuMillis: cpu, MemoryBytes: 16 * gib}, "proof/7")
				})
			},
			"rate": func(rt *rapid.T) {
				i := node.Draw(rt, "xnode")
				try(func(g *fixture) error { return g.k.Rate(g.ctx, operator(i), "task/1", workers.RATING_CAUSE_MISSED) })
			},
			"beacon": func(rt *rapid.T) { f.seeds.still = rapid.Bool().Draw(rt, "still") },
			"report": func(rt *rapid.T) {
				rs := f.replicas(pick(rt))
				if len(rs) == 0 {
					return
				}
				r := rapid.SampledFrom(rs).Draw(rt, "replica")
				to := workers.ReplicaState(rapid.IntRange(0, 9).Draw(rt, "state"))
				if r.Holds() {
					try(func(g *fixture) error { return g.report(r, to, r.Version) })
				}
			},
			"decline": func(rt *rapid.T) {
				for _, r := range f.replicas(pick(rt)) {
					if r.State == placed {
						try(func(g *fixture) error {
							return g.k.DeclineReplica(g.ctx, signer(g.hostOf(r)), r.ServiceId, r.Index, "no")
						})
						return
					}
				}
			},
			"obey": func(rt *rapid.T) {
				i := node.Draw(rt, "xnode")
				if f.xnode(i).Online {
					f.obey(i)
				}
			},
			"block": block,
			"blocks": func(rt *rapid.T) {
				for range rapid.IntRange(2, 8).Draw(rt, "blocks") {
					block(rt)
				}
			},
			"": func(rt *rapid.T) {
				require.NoError(rt, f.k.CheckInvariants(f.ctx))
				for _, id := range ids() {
					require.LessOrEqual(rt, len(f.replicas(id)), 3*4+4)
				}
			},
		})
		recovers := func(rt *rapid.T) {
			f.seeds.still = false
			for i := range xnodes {
				alive[i] = true
				try(func(g *fixture) error { return g.k.CancelReclaim(g.ctx, operator(i)) })
				try(func(g *fixture) error { return g.k.Resume(g.ctx, operator(i)) })
				require.NoError(rt, f.k.SetVerified(f.ctx, operator(i), f.xnode(i).Card.Claimed, "proof/8"))
			}
			for _, id := range ids() { // an owner who looks after it
				if s := f.service(id); s.IsActive() {
					try(func(g *fixture) error { _, err := g.k.UpdateService(g.ctx, owner(0), id, s.Spec, 0); return err })
				}
			}
		}
		block(rt)
		recovers(rt)
		settled := func() bool {
			for _, id := range ids() {
				s := f.service(id)
				for _, r := range f.replicas(id) {
					if r.State != running || r.PlacedVersion != s.PlacementVersion || r.ReplacedBy != 0 {
						return false
					}
				}
				if !s.IsActive() || len(f.replicas(id)) != int(s.TargetReplicas) {
					return false
				}
			}
			return true
		}
		for left := 150; left > 0 && !settled(); left-- {
			for i := range xnodes {
				if f.xnode(i).Online {
					f.obey(i)
				}
			}
			block(rt)
		}
		require.NoError(rt, f.k.CheckInvariants(f.ctx))
		for _, id := range ids() {
			s := f.service(id)
			rs := f.replicas(id)
			require.True(rt, s.IsActive(), "what is retired is gone: %v", s)
			require.Len(rt, rs, int(s.TargetReplicas), "%v", rs)
			for _, r := range rs {
				require.Equal(rt, running, r.State, "%v", rs)
				require.Zero(rt, r.ReplacedBy)
				require.Equal(rt, s.PlacementVersion, r.PlacedVersion)
			}
		}
		// Everything is retired, and nothing is left.
		for _, id := range ids() {
			require.NoError(rt, f.k.RetireService(f.ctx, owner(0), id))
		}
		for range 20 {
			block(rt)
		}
		require.NoError(rt, f.k.CheckInvariants(f.ctx))
		require.Empty(rt, ids())
		require.Zero(rt, f.bank.held())
		for i := range xnodes {
			require.True(rt, f.xnode(i).Allocated.IsZero())
		}
	})
}
