// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"context"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// drawLikeAList draws up to 20 slots and compares each with a walk over a list.
func drawLikeAList(ctx context.Context, t require.TestingT, tree Tree, weights []uint64, r *rand.Rand) {
	left := append([]uint64(nil), weights...)
	d, err := tree.Draw(ctx)
	require.NoError(t, err)
	for range 20 {
		var sum uint64
		for _, w := range left {
			sum += w
		}
		require.Equal(t, sum, d.Remaining())
		if sum == 0 {
			return
		}
		point := r.Uint64() % sum
		want, rest := uint64(0), point
		for rest >= left[want] {
			rest -= left[want]
			want++
		}
		got, err := d.Find(ctx, point)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.NoError(t, d.Exclude(ctx, got))
		require.NoError(t, d.Exclude(ctx, got), "excluding twice changes nothing")
		left[got] = 0
	}
}

func TestDrawingWritesNothing(t *testing.T) {
	ctx, tree, db := memTree(t)
	fill(t, ctx, tree, []uint64{5, 0, 7, 1})
	before := dump(t, db)
	d, err := tree.Draw(ctx)
	require.NoError(t, err)
	for d.Remaining() > 0 {
		slot, err := d.Find(ctx, d.Remaining()/2)
		require.NoError(t, err)
		require.NoError(t, d.Exclude(ctx, slot))
	}
	require.Equal(t, before, dump(t, db))
}

func TestExcludingASlotBeyondTheTreeIsRefused(t *testing.T) {
	ctx, tree, _ := memTree(t)
	fill(t, ctx, tree, []uint64{5})
	d, err := tree.Draw(ctx)
	require.NoError(t, err)
	require.ErrorIs(t, d.Exclude(ctx, 1<<20), ErrUnknownSlot)
	require.NoError(t, d.Exclude(ctx, 31), "no weight, nothing to exclude")
	require.Equal(t, uint64(5), d.Remaining())
}

// TestFirstDrawsFollowTheWeights has a fixed seed and a wide margin: it finds a
// wrong algorithm, not bad luck. The critical value is that of chi-square with
// 49 degrees of freedom at p = 0.001.
func TestFirstDrawsFollowTheWeights(t *testing.T) {
	ctx, tree, _ := memTree(t)
	weights := make([]uint64, 50)
	var total uint64
	for i := range weights {
		weights[i] = uint64(1 + i%7)
		total += weights[i]
	}
	fill(t, ctx, tree, weights)
	const draws = 50_000
	counts := make([]int, len(weights))
	r := rand.New(rand.NewSource(42))
	for range draws {
		d, err := tree.Draw(ctx)
		require.NoError(t, err)
		slot, err := d.Find(ctx, uint64(r.Int63n(int64(total))))
		require.NoError(t, err)
		counts[slot]++
	}
	chi := 0.0
	for i, n := range counts {
		expected := float64(draws) * float64(weights[i]) / float64(total)
		chi += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	require.Less(t, chi, 85.35)
}

func TestCorruptNodesAreFound(t *testing.T) {
	for name, corrupt := range map[string]func(context.Context, Tree) error{
		"an inner sum too large": func(ctx context.Context, tree Tree) error {
			return tree.setNode(ctx, 1, 0, &node{100, 100})
		},
		"a leaf gone": func(ctx context.Context, tree Tree) error { return tree.setNode(ctx, 0, 1, new(node)) },
		"a stray node": func(ctx context.Context, tree Tree) error {
			return tree.setNode(ctx, 0, 40, &node{1})
		},
		"a node of odd length": func(ctx context.Context, tree Tree) error {
			return tree.nodes.Set(ctx, nodeKey(0, 0), []byte{1, 2, 3})
		},
		"a free slot with weight": func(ctx context.Context, tree Tree) error {
			return tree.Restore(ctx, 64, []uint64{3})
		},
		"a slot free twice": func(ctx context.Context, tree Tree) error {
			return tree.Restore(ctx, 80, []uint64{70, 70})
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, tree, _ := memTree(t)
			weights := make([]uint64, 64)
			for i := range weights {
				weights[i] = 1
			}
			fill(t, ctx, tree, weights)
			require.NoError(t, tree.CheckInvariants(ctx))
			require.NoError(t, corrupt(ctx, tree))
			require.ErrorIs(t, tree.CheckInvariants(ctx), ErrCorrupt)
		})
	}
}

func TestAnInnerSumThatIsTooLargeEndsADrawWithAnError(t *testing.T) {
	ctx, tree, _ := memTree(t)
	weights := make([]uint64, 64)
	weights[0], weights[40] = 1, 1
	fill(t, ctx, tree, weights)
	require.NoError(t, tree.setNode(ctx, minHeight-1, 0, &node{100}))
	d, err := tree.Draw(ctx)
	require.NoError(t, err)
	_, err = d.Find(ctx, 50)
	require.ErrorIs(t, err, ErrCorrupt)
}
