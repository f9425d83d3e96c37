// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
)

// maxSlots keeps node keys unambiguous and additions far from overflow.
const maxSlots = uint64(1) << 48

// Tree is a sum tree in the store. It holds no state of its own.
type Tree struct {
	nodes collections.Map[uint64, []byte]
	slots collections.Item[uint64]        // how many slots were ever handed out
	free  collections.Map[uint64, uint64] // a stack of slots given back: position to slot
	depth collections.Item[uint64]        // how many are on that stack
}

// New declares the tree's collections in a schema, under prefixes first to first+3.
func New(sb *collections.SchemaBuilder, first uint8, name string) Tree {
	prefix := func(i uint8) collections.Prefix { return collections.NewPrefix([]byte{first + i}) }
	return Tree{
		nodes: collections.NewMap(sb, prefix(0), name+"_nodes", collections.Uint64Key, collections.BytesValue),
		slots: collections.NewItem(sb, prefix(1), name+"_slots", collections.Uint64Value),
		free:  collections.NewMap(sb, prefix(2), name+"_free", collections.Uint64Key, collections.Uint64Value),
		depth: collections.NewItem(sb, prefix(3), name+"_free_depth", collections.Uint64Value),
	}
}

// NewSlot hands out a slot of weight zero: the one given back last, else a new one.
func (t Tree) NewSlot(ctx context.Context) (uint64, error) {
	depth, err := t.count(ctx, t.depth)
	if err != nil {
		return 0, err
	}
	if depth > 0 {
		slot, err := t.free.Get(ctx, depth-1)
		if err != nil {
			return 0, fmt.Errorf("%w: free list: %w", ErrCorrupt, err)
		}
		if err := t.free.Remove(ctx, depth-1); err != nil {
			return 0, err
		}
		return slot, t.setCount(ctx, t.depth, depth-1)
	}
	return t.grow(ctx)
}

// grow adds a slot at the end, and a root above the old one when that is full.
func (t Tree) grow(ctx context.Context) (uint64, error) {
	slots, err := t.count(ctx, t.slots)
	if err != nil {
		return 0, err
	}
	if slots >= maxSlots {
		return 0, fmt.Errorf("%w: too many slots", ErrOverflow)
	}
	if old, now := height(slots), height(slots+1); now > old {
		root, err := t.node(ctx, old-1, 0)
		if err != nil {
			return 0, err
		}
		if err := t.setNode(ctx, now-1, 0, &node{root.sum()}); err != nil {
			return 0, err
		}
	}
	return slots, t.setCount(ctx, t.slots, slots+1)
}

// FreeSlot sets a slot's weight to zero and gives it back. The caller answers
// for giving back each slot once; CheckInvariants finds it when not.
func (t Tree) FreeSlot(ctx context.Context, slot uint64) error {
	if err := t.Set(ctx, slot, 0); err != nil {
		return err
	}
	depth, err := t.count(ctx, t.depth)
	if err != nil {
		return err
	}
	if err := t.free.Set(ctx, depth, slot); err != nil {
		return err
	}
	return t.setCount(ctx, t.depth, depth+1)
}

// Set gives a slot a weight. It refuses a total beyond 64 bits (ErrOverflow)
// and a slot that was never handed out (ErrUnknownSlot).
func (t Tree) Set(ctx context.Context, slot, weight uint64) error {
	slots, err := t.count(ctx, t.slots)
	if err != nil {
		return err
	}
	if slot >= slots {
		return fmt.Errorf("%w: %d of %d", ErrUnknownSlot, slot, slots)
	}
	leaf, err := t.node(ctx, 0, slot>>bitsPerLevel)
	if err != nil {
		return err
	}
	old := leaf[slot%Fanout]
	if old == weight {
		return nil
	}
	total, err := t.Total(ctx)
	if err != nil {
		return err
	}
	if rest := total - old; rest+weight < rest {
		return fmt.Errorf("%w: %d and %d more", ErrOverflow, rest, weight)
	}
	index := slot
	for level := range height(slots) {
		child := index % Fanout
		index >>= bitsPerLevel
		n, err := t.node(ctx, level, index)
		if err != nil {
			return err
		}
		// Unsigned arithmetic wraps twice and comes out right.
		n[child] = n[child] - old + weight
		if err := t.setNode(ctx, level, index, n); err != nil {
			return err
		}
	}
	return nil
}

// Weight returns a slot's weight; zero for one that was never handed out.
func (t Tree) Weight(ctx context.Context, slot uint64) (uint64, error) {
	n, err := t.node(ctx, 0, slot>>bitsPerLevel)
	if err != nil {
		return 0, err
	}
	return n[slot%Fanout], nil
}

// Size returns how many slots were ever handed out, and how many of those are in use.
func (t Tree) Size(ctx context.Context) (slots, used uint64, err error) {
	if slots, err = t.count(ctx, t.slots); err != nil {
		return 0, 0, err
	}
	free, err := t.count(ctx, t.depth)
	return slots, slots - free, err
}

// Total returns the sum of all weights.
func (t Tree) Total(ctx context.Context) (uint64, error) {
	slots, err := t.count(ctx, t.slots)
	if err != nil {
		return 0, err
	}
	root, err := t.node(ctx, height(slots)-1, 0)
	if err != nil {
		return 0, err
	}
	return root.sum(), nil
}

func (t Tree) node(ctx context.Context, level int, index uint64) (*node, error) {
	raw, err := t.nodes.Get(ctx, nodeKey(level, index))
	if errors.Is(err, collections.ErrNotFound) {
		return new(node), nil
	}
	if err != nil {
		return nil, err
	}
	return decodeNode(raw)
}

func (t Tree) setNode(ctx context.Context, level int, index uint64, n *node) error {
	raw := n.encode()
	if len(raw) == 0 {
		return t.nodes.Remove(ctx, nodeKey(level, index))
	}
	return t.nodes.Set(ctx, nodeKey(level, index), raw)
}

func (Tree) count(ctx context.Context, item collections.Item[uint64]) (uint64, error) {
	n, err := item.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// setCount stores zero as absence, so that an emptied tree leaves no bytes.
func (Tree) setCount(ctx context.Context, item collections.Item[uint64], n uint64) error {
	if n == 0 {
		return item.Remove(ctx)
	}
	return item.Set(ctx, n)
}
