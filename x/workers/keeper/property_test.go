// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
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
				drawn, err := f.k.DrawXnodes(f.ctx, []byte(subject), 2, workers.Need{Resources: small}, nil)
				require.NoError(rt, err)
				for _, x := range drawn {
					addr, err := f.ac.StringToBytes(x.Operator)
					require.NoError(rt, err)
					try(func(g *fixture) error { return g.k.Allocate(g.ctx, addr, subject, small) })
				}
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
			"": func(rt *rapid.T) { require.NoError(rt, f.k.CheckInvariants(f.ctx)) },
		})
		for i := range operators {
			for s := range 6 {
				try(func(g *fixture) error { return g.k.Release(g.ctx, operator(i), fmt.Sprint(s)) })
			}
			try(func(g *fixture) error { return g.k.Retire(g.ctx, operator(i)) })
		}
		require.NoError(rt, f.k.CheckInvariants(f.ctx))
		require.Zero(rt, f.total())
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
