// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"context"
	"math"
	"math/rand"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestHeightCoversAllSlots(t *testing.T) {
	for slots, want := range map[uint64]int{
		0: 4, 1: 4, 32: 4, 33: 4, 1 << 20: 4, 1<<20 + 1: 5, 1 << 25: 5, 1<<25 + 1: 6, maxSlots: 10,
	} {
		require.Equal(t, want, height(slots), "%d slots", slots)
	}
}

func TestAnEmptyTreeHasNothingToDraw(t *testing.T) {
	ctx, tree, db := memTree(t)
	total, err := tree.Total(ctx)
	require.NoError(t, err)
	require.Zero(t, total)
	d, err := tree.Draw(ctx)
	require.NoError(t, err)
	_, err = d.Find(ctx, 0)
	require.ErrorIs(t, err, ErrOutOfRange)
	require.Empty(t, dump(t, db))
}

func TestASlotThatWasNeverHandedOutHasNoWeight(t *testing.T) {
	ctx, tree, _ := memTree(t)
	require.ErrorIs(t, tree.Set(ctx, 0, 1), ErrUnknownSlot)
	slot, err := tree.NewSlot(ctx)
	require.NoError(t, err)
	require.NoError(t, tree.Set(ctx, slot, 1))
	require.ErrorIs(t, tree.Set(ctx, slot+1, 1), ErrUnknownSlot)
	require.ErrorIs(t, tree.Set(ctx, math.MaxUint64, 1), ErrUnknownSlot)
}

func TestATotalBeyond64BitsIsRefusedAndChangesNothing(t *testing.T) {
	ctx, tree, db := memTree(t)
	for range 2 {
		_, err := tree.NewSlot(ctx)
		require.NoError(t, err)
	}
	require.NoError(t, tree.Set(ctx, 0, math.MaxUint64-1))
	require.NoError(t, tree.Set(ctx, 1, 1))
	before := dump(t, db)
	require.ErrorIs(t, tree.Set(ctx, 1, 2), ErrOverflow)
	require.Equal(t, before, dump(t, db))
	require.NoError(t, tree.Set(ctx, 0, math.MaxUint64-2), "a smaller weight leaves room")
	require.NoError(t, tree.Set(ctx, 1, 2))
}

func TestASlotGivenBackLastIsHandedOutFirst(t *testing.T) {
	ctx, tree, _ := memTree(t)
	for range 3 {
		_, err := tree.NewSlot(ctx)
		require.NoError(t, err)
	}
	require.NoError(t, tree.Set(ctx, 1, 7))
	require.NoError(t, tree.FreeSlot(ctx, 2))
	require.NoError(t, tree.FreeSlot(ctx, 1))
	total, err := tree.Total(ctx)
	require.NoError(t, err)
	require.Zero(t, total)
	for _, want := range []uint64{1, 2, 3} {
		slot, err := tree.NewSlot(ctx)
		require.NoError(t, err)
		require.Equal(t, want, slot)
	}
	require.NoError(t, tree.CheckInvariants(ctx))
}

func TestATreeThatOutgrowsItsHeightGetsARootOnTop(t *testing.T) {
	ctx, tree, _ := memTree(t)
	fill(t, ctx, tree, []uint64{3, 4})
	require.NoError(t, tree.Restore(ctx, 1<<20, nil))
	slot, err := tree.NewSlot(ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(1<<20), slot)
	require.NoError(t, tree.CheckInvariants(ctx))
	require.NoError(t, tree.Set(ctx, slot, 5))
	require.NoError(t, tree.CheckInvariants(ctx))
	total, err := tree.Total(ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(12), total)
	d, err := tree.Draw(ctx)
	require.NoError(t, err)
	for point, want := range map[uint64]uint64{2: 0, 3: 1, 6: 1, 7: slot, 11: slot} {
		got, err := d.Find(ctx, point)
		require.NoError(t, err)
		require.Equal(t, want, got, "point %d", point)
	}
}

// TestADrawReadsTheSameFromAHundredOrAMillion is what the benchmarks show in time.
func TestADrawReadsTheSameFromAHundredOrAMillion(t *testing.T) {
	for _, n := range sizes {
		db := &countingStore{plainStore: plainStore{dbm.NewMemDB()}}
		ctx, tree := context.Background(), newTree(t, db)
		weights := make([]uint64, n)
		for i := range weights {
			weights[i] = 1
		}
		fill(t, ctx, tree, weights)
		db.reads = 0
		d, err := tree.Draw(ctx)
		require.NoError(t, err)
		slot, err := d.Find(ctx, uint64(n-1))
		require.NoError(t, err)
		require.NoError(t, d.Exclude(ctx, slot))
		require.Equal(t, 5, db.reads, "%d slots", n)
	}
}

// TestTheTreeBehavesLikeAListOfWeights compares it with the simplest thing that
// could be right, and the bytes with those of a tree built in one go.
func TestTheTreeBehavesLikeAListOfWeights(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ctx, tree, db := memTree(t)
		var weights []uint64
		var free []uint64
		// Start wide, so that several levels are met.
		for range rapid.SampledFrom([]int{0, 31, 32, 1023, 1024, 1030}).Draw(rt, "start") {
			_, err := tree.NewSlot(ctx)
			require.NoError(rt, err)
			weights = append(weights, 0)
		}
		inUse := func() []uint64 {
			var out []uint64
			for i := range weights {
				used := true
				for _, f := range free {
					used = used && f != uint64(i)
				}
				if used {
					out = append(out, uint64(i))
				}
			}
			return out
		}
		rt.Repeat(map[string]func(*rapid.T){
			"new": func(rt *rapid.T) {
				slot, err := tree.NewSlot(ctx)
				require.NoError(rt, err)
				if len(free) > 0 {
					require.Equal(rt, free[len(free)-1], slot)
					free = free[:len(free)-1]
				} else {
					require.Equal(rt, uint64(len(weights)), slot)
					weights = append(weights, 0)
				}
			},
			"set": func(rt *rapid.T) {
				used := inUse()
				if len(used) == 0 {
					rt.Skip("no slot")
				}
				slot := rapid.SampledFrom(used).Draw(rt, "slot")
				weight := rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Max(1<<50)).Draw(rt, "weight")
				require.NoError(rt, tree.Set(ctx, slot, weight))
				weights[slot] = weight
			},
			"free": func(rt *rapid.T) {
				used := inUse()
				if len(used) == 0 {
					rt.Skip("no slot")
				}
				slot := rapid.SampledFrom(used).Draw(rt, "slot")
				require.NoError(rt, tree.FreeSlot(ctx, slot))
				weights[slot] = 0
				free = append(free, slot)
			},
			"draw": func(rt *rapid.T) {
				seed := rapid.Int64().Draw(rt, "seed")
				drawLikeAList(ctx, rt, tree, weights, rand.New(rand.NewSource(seed)))
			},
			"": func(rt *rapid.T) {
				var sum uint64
				for _, w := range weights {
					sum += w
				}
				total, err := tree.Total(ctx)
				require.NoError(rt, err)
				require.Equal(rt, sum, total)
			},
		})
		require.NoError(rt, tree.CheckInvariants(ctx))

		_, again, fresh := memTree(t)
		fill(t, ctx, again, weights)
		require.NoError(rt, again.Restore(ctx, uint64(len(weights)), free))
		require.Equal(rt, dump(t, fresh), dump(t, db), "the bytes depend on the history")
	})
}
