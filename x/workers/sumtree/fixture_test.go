// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"context"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
)

// plainStore is a database as a store, without anything in between.
type plainStore struct{ dbm.DB }

func (s plainStore) OpenKVStore(context.Context) corestore.KVStore { return s }

func (s plainStore) Iterator(start, end []byte) (corestore.Iterator, error) {
	return s.DB.Iterator(start, end)
}

func (s plainStore) ReverseIterator(start, end []byte) (corestore.Iterator, error) {
	return s.DB.ReverseIterator(start, end)
}

// countingStore counts what is read.
type countingStore struct {
	plainStore
	reads int
}

func (s *countingStore) OpenKVStore(context.Context) corestore.KVStore { return s }

func (s *countingStore) Get(key []byte) ([]byte, error) {
	s.reads++
	return s.plainStore.Get(key)
}

func newTree(tb testing.TB, service corestore.KVStoreService) Tree {
	tb.Helper()
	sb := collections.NewSchemaBuilder(service)
	tree := New(sb, 8, "weights")
	_, err := sb.Build()
	require.NoError(tb, err)
	return tree
}

func memTree(tb testing.TB) (context.Context, Tree, dbm.DB) {
	tb.Helper()
	db := dbm.NewMemDB()
	return context.Background(), newTree(tb, plainStore{db}), db
}

// iavlTree lies in an SDK store, as it does on the chain.
func iavlTree(tb testing.TB) (context.Context, Tree) {
	tb.Helper()
	key := storetypes.NewKVStoreKey("sumtree")
	tc := testutil.DefaultContextWithDB(tb, key, storetypes.NewTransientStoreKey("transient"))
	return tc.Ctx, newTree(tb, runtime.NewKVStoreService(key))
}

// fill gives the first len(weights) slots their weights, bottom up.
func fill(tb testing.TB, ctx context.Context, t Tree, weights []uint64) {
	tb.Helper()
	require.NoError(tb, t.Restore(ctx, uint64(len(weights)), nil))
	sums := weights
	for level := range height(uint64(len(weights))) {
		var above []uint64
		for i := 0; i < len(sums); i += Fanout {
			var n node
			copy(n[:], sums[i:])
			require.NoError(tb, t.setNode(ctx, level, uint64(i/Fanout), &n))
			above = append(above, n.sum())
		}
		sums = above
	}
}

func dump(tb testing.TB, db dbm.DB) map[string]string {
	tb.Helper()
	iter, err := db.Iterator(nil, nil)
	require.NoError(tb, err)
	defer iter.Close()
	out := map[string]string{}
	for ; iter.Valid(); iter.Next() {
		out[string(iter.Key())] = string(iter.Value())
	}
	return out
}
