// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/openmesh-network/openmesh/x/workers"
)

func TestBrokenInvariantsAreFound(t *testing.T) {
	for name, spoil := range map[string]func(*fixture) error{
		"an allocation that nobody counts": func(f *fixture) error {
			return f.k.Allocations.Set(f.ctx, collections.Join(operator(1), "x"), small)
		},
		"an allocation that is lost": func(f *fixture) error {
			return f.k.Allocations.Remove(f.ctx, collections.Join(operator(0), "task/1"))
		},
		"a signer that is not indexed": func(f *fixture) error { return f.k.Signers.Remove(f.ctx, signer(0)) },
		"a signer of nobody":           func(f *fixture) error { return f.k.Signers.Set(f.ctx, signer(99), operator(0)) },
		"a slot that is not indexed":   func(f *fixture) error { return f.k.Slots.Remove(f.ctx, 0) },
		"a slot of nobody":             func(f *fixture) error { return f.k.Slots.Set(f.ctx, 99, operator(0)) },
		"a deadline that is lost": func(f *fixture) error {
			return f.k.Deadlines.Remove(f.ctx, collections.Join(int64(160), operator(0)))
		},
		"a deadline of nobody": func(f *fixture) error {
			return f.k.Deadlines.Set(f.ctx, collections.Join(int64(999), operator(0)))
		},
		"a reclaim that is lost": func(f *fixture) error {
			return f.k.Reclaims.Remove(f.ctx, collections.Join(f.xnode(1).ReclaimHeight, operator(1)))
		},
		"a reclaim of nobody": func(f *fixture) error {
			return f.k.Reclaims.Set(f.ctx, collections.Join(int64(999), operator(0)))
		},
		"a weight out of date":    func(f *fixture) error { return f.k.Weights.Set(f.ctx, 0, 1) },
		"a weight of a free slot": func(f *fixture) error { return f.k.Weights.Set(f.ctx, f.freed, 1) },
		"a reward weight out of date": func(f *fixture) error {
			x := f.xnode(0)
			x.RewardWeight++
			return f.k.Xnodes.Set(f.ctx, operator(0), x)
		},
		"a bond that no hook told of": func(f *fixture) error {
			f.bond(0, 7)
			return nil
		},
		"an Xnode that no message could make": func(f *fixture) error {
			x := f.xnode(0)
			x.Status = workers.XNODE_STATUS_UNSPECIFIED
			return f.k.Xnodes.Set(f.ctx, operator(0), x)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			for i := range 3 {
				f.online(i)
			}
			require.NoError(t, f.k.Allocate(f.ctx, operator(0), "task/1", small, 0))
			_, err := f.k.AnnounceReclaim(f.ctx, operator(1), 0)
			require.NoError(t, err)
			f.freed = f.xnode(2).Slot
			require.NoError(t, f.k.Retire(f.ctx, operator(2)))
			f.invariants()
			require.NoError(t, spoil(f))
			require.ErrorIs(t, f.k.CheckInvariants(f.ctx), workers.ErrInvariant)
		})
	}
}
