// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/workers"
)

// TestC6_WhateverHappensTheInvariantsHold sends random messages of six operators
// with ten keys, with blocks in between; most of them are refused. At the end
// everything is retired, and nothing but the history is left.
func TestC6_WhateverHappensTheInvariantsHold(t *testing.T) {
	const operators, keys = 6, 10
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(t)
		f.setParams(func(p *workers.Params) {
			p.HeartbeatTimeout, p.MinHeartbeatInterval, p.MinUpdateInterval = 6, 2, 2
			p.ReregisterCooldown, p.MaxQueueItemsPerBlock, p.MaxRegistrationsPerBlock = 4, 2, 3
			p.MinReclaimNotice = 3
		})
		op := rapid.IntRange(0, operators-1)
		sig := rapid.IntRange(0, keys-1)
		// A transaction that fails leaves nothing.
		try := func(run func(g *fixture) error) {
			branch, write := f.ctx.CacheContext()
			g := *f
			g.ctx = branch
			if run(&g) == nil {
				write()
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"bond": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				if open := rapid.Int64Range(0, 100).Draw(rt, "open"); open > 0 {
					f.bond(i, open)
				} else {
					delete(f.bonds.free, string(operator(i)))
				}
				require.NoError(rt, f.k.AfterBondChanged(f.ctx, operator(i)))
			},
			"register": func(rt *rapid.T) {
				i, s := op.Draw(rt, "operator"), sig.Draw(rt, "signer")
				try(func(g *fixture) error {
					return g.k.Register(g.ctx, operator(i), key(s).PubKey().Bytes(), possession(t, chainID, operator(i), s), card(t, s))
				})
			},
			"rotate": func(rt *rapid.T) {
				i, s := op.Draw(rt, "operator"), sig.Draw(rt, "signer")
				try(func(g *fixture) error {
					return g.k.RotateSigner(g.ctx, operator(i), key(s).PubKey().Bytes(), possession(t, chainID, operator(i), s), nil)
				})
			},
			"heartbeat": func(rt *rapid.T) {
				s, inst := sig.Draw(rt, "signer"), rapid.Uint64Range(1, 3).Draw(rt, "instance")
				try(func(g *fixture) error { return g.heartbeat(s, inst) })
			},
			"update": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				cpu := rapid.Uint64Range(1, 20_000).Draw(rt, "cpu")
				try(func(g *fixture) error {
					x, err := g.k.Xnode(g.ctx, operator(i))
					if err != nil {
						return err
					}
					x.Card.Claimed.CpuMillis = cpu
					_, err = g.k.UpdateCard(g.ctx, operator(i), x.Card, 0)
					return err
				})
			},
			"drain": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				try(func(g *fixture) error { return g.k.Drain(g.ctx, operator(i)) })
			},
			"resume": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				try(func(g *fixture) error { return g.k.Resume(g.ctx, operator(i)) })
			},
			"retire": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				try(func(g *fixture) error { return g.k.Retire(g.ctx, operator(i)) })
			},
			"allocate": func(rt *rapid.T) {
				subject := fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "subject"))
				need := workers.Need{
					Resources: workers.Resources{CpuMillis: rapid.Uint64Range(1, 5_000).Draw(rt, "millis")}, MaxPerRegion: 2,
					Until: rapid.Int64Range(0, 1).Draw(rt, "ends") * (f.ctx.BlockHeight() + 4),
				}
				drawn, err := f.k.DrawXnodes(f.ctx, []byte(subject), 3, need, nil)
				require.NoError(rt, err)
				require.LessOrEqual(rt, len(drawn), 2, "they share a region")
				for _, x := range drawn {
					addr, err := f.ac.StringToBytes(x.Operator)
					require.NoError(rt, err)
					try(func(g *fixture) error {
						err := g.k.Allocate(g.ctx, addr, subject, need.Resources, need.Until)
						require.True(rt, err == nil || errors.Is(err, workers.ErrAllocationExists), "what is drawn can be taken: %v", err)
						return err
					})
				}
			},
			"verify": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				r := workers.Resources{CpuMillis: rapid.Uint64Range(0, 20_000).Draw(rt, "verified"), MemoryBytes: gib}
				try(func(g *fixture) error { return g.k.SetVerified(g.ctx, operator(i), r, "proof/7") })
			},
			"doubt": func(rt *rapid.T) { f.proofs.doubts = rapid.Bool().Draw(rt, "doubts") },
			"reclaim": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				at := rapid.Int64Range(0, 1).Draw(rt, "named") * (f.ctx.BlockHeight() + rapid.Int64Range(2, 6).Draw(rt, "ahead"))
				try(func(g *fixture) error {
					_, err := g.k.AnnounceReclaim(g.ctx, operator(i), at)
					return err
				})
			},
			"cancel": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				try(func(g *fixture) error { return g.k.CancelReclaim(g.ctx, operator(i)) })
			},
			"release": func(rt *rapid.T) {
				i, subject := op.Draw(rt, "operator"), fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "subject"))
				try(func(g *fixture) error { return g.k.Release(g.ctx, operator(i), subject) })
			},
			"rate": func(rt *rapid.T) {
				i := op.Draw(rt, "operator")
				cause := workers.RatingCause(rapid.Int32Range(0, 3).Draw(rt, "cause"))
				try(func(g *fixture) error { return g.k.Rate(g.ctx, operator(i), "task/1", cause) })
			},
			"params": func(rt *rapid.T) {
				f.setParams(func(p *workers.Params) {
					p.MaxCores = rapid.Uint64Range(1, 10).Draw(rt, "cores")
					p.WeightUnit = math.NewInt(rapid.Int64Range(1, 5_000_000).Draw(rt, "unit"))
				})
			},
			"block": func(rt *rapid.T) {
				require.NoError(rt, f.k.EndBlock(f.ctx))
				require.Zero(rt, f.count(&workers.EventQueueItemFailed{}))
				f.at(f.ctx.BlockHeight() + 1)
			},
			"": func(rt *rapid.T) {
				require.NoError(rt, f.k.CheckInvariants(f.ctx))
				require.NoError(rt, addsUp(f, operators))
			},
		})
		for i := range operators {
			for s := range 6 {
				try(func(g *fixture) error { return g.k.Release(g.ctx, operator(i), fmt.Sprint(s)) })
			}
			try(func(g *fixture) error { return g.k.Retire(g.ctx, operator(i)) })
		}
		require.NoError(rt, f.k.CheckInvariants(f.ctx))
		require.Zero(rt, f.total())
		for i := range operators {
			require.Zero(rt, f.bonds.rewards[string(operator(i))])
		}
		for left := 0; left < 10; left++ { // what is left of re-weighing
			require.NoError(rt, f.k.EndBlock(f.ctx))
		}
		gs, err := f.k.ExportGenesis(f.ctx)
		require.NoError(rt, err)
		require.Len(rt, gs.FreeSlots, int(gs.SlotCount))
		require.Empty(rt, gs.Allocations)
		require.Empty(rt, gs.ReweighCursor)
	})
}

// addsUp says where what is allocated, or earned by, is not what follows from
// everything else.
func addsUp(f *fixture, operators int) error {
	for i := range operators {
		x, err := f.k.Xnode(f.ctx, operator(i))
		if err != nil {
			continue
		}
		res, err := f.queries.Allocations(f.ctx, &workers.QueryAllocationsRequest{Operator: x.Operator})
		if err != nil {
			return err
		}
		var sum workers.Resources
		for _, a := range res.Allocations {
			if sum, err = sum.Add(a.Resources); err != nil {
				return err
			}
		}
		switch {
		case sum != x.Allocated:
			return fmt.Errorf("allocations of %d are %v, not %v", i, sum, x.Allocated)
		case !x.Capacity().Fits(x.Free()):
			return fmt.Errorf("more of %d is free than there is", i)
		case f.bonds.rewards[string(operator(i))] != x.RewardWeight:
			return fmt.Errorf("%d earns by another weight than was told", i)
		}
	}
	return nil
}
