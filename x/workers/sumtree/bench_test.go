// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"context"
	"fmt"
	"math/rand"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"
)

var sizes = []int{100, 10_000, 1_000_000}

// stores are what the benchmarks run on: a plain in-memory database (a B-tree),
// a plain goleveldb on disk, and IAVL in an SDK multistore as on the chain.
var stores = []struct {
	name string
	open func(testing.TB) (context.Context, Tree)
}{
	{"memdb", func(tb testing.TB) (context.Context, Tree) {
		ctx, tree, _ := memTree(tb)
		return ctx, tree
	}},
	{"goleveldb", func(tb testing.TB) (context.Context, Tree) {
		db, err := dbm.NewGoLevelDB("bench", tb.TempDir(), nil)
		require.NoError(tb, err)
		tb.Cleanup(func() { _ = db.Close() })
		return context.Background(), newTree(tb, plainStore{db})
	}},
	{"iavl", iavlTree},
}

func benchmark(b *testing.B, run func(b *testing.B, ctx context.Context, tree Tree, r *rand.Rand, n int)) {
	for _, store := range stores {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("store=%s/leaves=%d", store.name, n), func(b *testing.B) {
				ctx, tree := store.open(b)
				r := rand.New(rand.NewSource(1))
				weights := make([]uint64, n)
				for i := range weights {
					weights[i] = 1 + uint64(r.Intn(640_000))
				}
				fill(b, ctx, tree, weights)
				b.ReportAllocs()
				b.ResetTimer()
				run(b, ctx, tree, r, n)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
			})
		}
	}
}

// BenchmarkDraw is one draw: a point, its slot, and the slot excluded.
func BenchmarkDraw(b *testing.B) {
	benchmark(b, func(b *testing.B, ctx context.Context, tree Tree, r *rand.Rand, _ int) {
		for range b.N {
			draw(b, ctx, tree, r, 1)
		}
	})
}

// BenchmarkCommittee is a draw of 7 without replacement.
func BenchmarkCommittee(b *testing.B) {
	benchmark(b, func(b *testing.B, ctx context.Context, tree Tree, r *rand.Rand, _ int) {
		for range b.N {
			draw(b, ctx, tree, r, 7)
		}
	})
}

// BenchmarkSet is one change of a weight.
func BenchmarkSet(b *testing.B) {
	benchmark(b, func(b *testing.B, ctx context.Context, tree Tree, r *rand.Rand, n int) {
		for range b.N {
			if err := tree.Set(ctx, uint64(r.Intn(n)), 1+uint64(r.Intn(640_000))); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func draw(b *testing.B, ctx context.Context, tree Tree, r *rand.Rand, n int) {
	d, err := tree.Draw(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for range n {
		slot, err := d.Find(ctx, uint64(r.Int63n(int64(d.Remaining()))))
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Exclude(ctx, slot); err != nil {
			b.Fatal(err)
		}
	}
}
