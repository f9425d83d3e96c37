// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"

	cmttypes "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers/sumtree"
)

// plainStore is a database as a store, without anything in between.
type plainStore struct{ dbm.DB }

// OpenKVStore implements core/store.KVStoreService.
func (s plainStore) OpenKVStore(context.Context) corestore.KVStore { return s }

// Iterator implements core/store.KVStore.
func (s plainStore) Iterator(start, end []byte) (corestore.Iterator, error) {
	return s.DB.Iterator(start, end)
}

// ReverseIterator implements core/store.KVStore.
func (s plainStore) ReverseIterator(start, end []byte) (corestore.Iterator, error) {
	return s.DB.ReverseIterator(start, end)
}

// tree is a sum tree in a store.
type tree struct {
	sumtree.Tree
	ctx   context.Context
	close func() error
}

func newTree(ctx context.Context, service corestore.KVStoreService, closer func() error) (tree, error) {
	sb := collections.NewSchemaBuilder(service)
	t := sumtree.New(sb, 0, "weights")
	_, err := sb.Build()
	return tree{Tree: t, ctx: ctx, close: closer}, err
}

// grownTree gives n slots weights, one after the other, in a plain store in
// memory. It is what the trees in other stores are copied from.
func grownTree(n int) (tree, dbm.DB, error) {
	db := dbm.NewMemDB()
	t, err := newTree(context.Background(), plainStore{db}, db.Close)
	if err != nil {
		return t, nil, err
	}
	if err := t.Restore(t.ctx, uint64(n), nil); err != nil {
		return t, nil, err
	}
	r := rand.New(rand.NewSource(1))
	for slot := range uint64(n) {
		if err := t.Set(t.ctx, slot, 1+uint64(r.Intn(640_000))); err != nil {
			return t, nil, err
		}
	}
	return t, db, nil
}

// diskTree copies a tree to goleveldb on disk.
func diskTree(from dbm.DB) (tree, error) {
	dir, err := os.MkdirTemp("", "openmesh-bench-tree-")
	if err != nil {
		return tree{}, err
	}
	db, err := dbm.NewGoLevelDB("tree", dir, nil)
	if err != nil {
		return tree{}, errors.Join(err, os.RemoveAll(dir))
	}
	closer := func() error { return errors.Join(db.Close(), os.RemoveAll(dir)) }
	if err := copyTo(from, db.Set); err != nil {
		return tree{}, errors.Join(err, closer())
	}
	return newTree(context.Background(), plainStore{db}, closer)
}

// iavlTree copies a tree to an IAVL store on goleveldb and commits it, as it
// lies on a chain.
func iavlTree(from dbm.DB) (tree, error) {
	dir, err := os.MkdirTemp("", "openmesh-bench-tree-")
	if err != nil {
		return tree{}, err
	}
	db, err := dbm.NewGoLevelDB("tree", dir, nil)
	if err != nil {
		return tree{}, errors.Join(err, os.RemoveAll(dir))
	}
	closer := func() error { return errors.Join(db.Close(), os.RemoveAll(dir)) }
	key := storetypes.NewKVStoreKey("tree")
	cms := store.NewCommitMultiStore(db, log.NewNopLogger())
	cms.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	if err := cms.LoadLatestVersion(); err != nil {
		return tree{}, errors.Join(err, closer())
	}
	kv := cms.GetKVStore(key)
	err = copyTo(from, func(k, v []byte) error { kv.Set(k, v); return nil })
	if err != nil {
		return tree{}, errors.Join(err, closer())
	}
	cms.Commit()
	ctx := sdk.NewContext(cms, cmttypes.Header{Height: 1}, false, log.NewNopLogger())
	return newTree(ctx, runtime.NewKVStoreService(key), closer)
}

func copyTo(from dbm.DB, set func(key, value []byte) error) error {
	it, err := from.Iterator(nil, nil)
	if err != nil {
		return err
	}
	defer it.Close()
	for ; it.Valid(); it.Next() {
		if err := set(it.Key(), it.Value()); err != nil {
			return err
		}
	}
	return it.Error()
}

// committee draws n slots without replacement.
func (t tree) committee(r *rand.Rand, n int) error {
	d, err := t.Draw(t.ctx)
	if err != nil {
		return err
	}
	for range n {
		if d.Remaining() == 0 {
			return fmt.Errorf("the tree has fewer than %d slots", n)
		}
		slot, err := d.Find(t.ctx, uint64(r.Int63n(int64(d.Remaining()))))
		if err != nil {
			return err
		}
		if err := d.Exclude(t.ctx, slot); err != nil {
			return err
		}
	}
	return nil
}
