// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
)

// Slots returns how many slots were ever handed out, and those given back, in
// the order in which they were. It walks the free list: for export only.
func (t Tree) Slots(ctx context.Context) (count uint64, free []uint64, err error) {
	if count, err = t.count(ctx, t.slots); err != nil {
		return 0, nil, err
	}
	depth, err := t.count(ctx, t.depth)
	if err != nil {
		return 0, nil, err
	}
	for i := range depth {
		slot, err := t.free.Get(ctx, i)
		if err != nil {
			return 0, nil, fmt.Errorf("%w: free list: %w", ErrCorrupt, err)
		}
		free = append(free, slot)
	}
	return count, free, nil
}

// Restore sets the slots of an empty tree, as Slots returned them.
// Every weight is zero afterwards.
func (t Tree) Restore(ctx context.Context, count uint64, free []uint64) error {
	if count > maxSlots {
		return fmt.Errorf("%w: too many slots", ErrOverflow)
	}
	if err := t.setCount(ctx, t.slots, count); err != nil {
		return err
	}
	for i, slot := range free {
		if slot >= count {
			return fmt.Errorf("%w: %d of %d", ErrUnknownSlot, slot, count)
		}
		if err := t.free.Set(ctx, uint64(i), slot); err != nil {
			return err
		}
	}
	return t.setCount(ctx, t.depth, uint64(len(free)))
}

// CheckInvariants walks the whole tree: every inner sum equals its children's,
// no node is stored that would be zero or lies outside, free slots are distinct
// and weigh nothing. For tests and tools, never for a block.
func (t Tree) CheckInvariants(ctx context.Context) error {
	slots, free, err := t.Slots(ctx)
	if err != nil {
		return err
	}
	seen := make(map[uint64]bool, len(free))
	for _, slot := range free {
		weight, err := t.Weight(ctx, slot)
		if err != nil {
			return err
		}
		if weight != 0 || slot >= slots || seen[slot] {
			return fmt.Errorf("%w: free slot %d", ErrCorrupt, slot)
		}
		seen[slot] = true
	}
	iter, err := t.nodes.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	defer iter.Close()
	for ; iter.Valid(); iter.Next() {
		kv, err := iter.KeyValue()
		if err != nil {
			return err
		}
		if err := t.checkNode(ctx, kv, height(slots)); err != nil {
			return err
		}
	}
	return nil
}

func (t Tree) checkNode(ctx context.Context, kv collections.KeyValue[uint64, []byte], height int) error {
	level, index := int(kv.Key>>56), kv.Key&(1<<56-1)
	n, err := decodeNode(kv.Value)
	if err != nil {
		return err
	}
	if level >= height || index>>(bitsPerLevel*(height-1-level)) != 0 || n.sum() == 0 {
		return fmt.Errorf("%w: stray node %d of level %d", ErrCorrupt, index, level)
	}
	if level+1 < height {
		parent, err := t.node(ctx, level+1, index>>bitsPerLevel)
		if err != nil {
			return err
		}
		if parent[index%Fanout] != n.sum() {
			return fmt.Errorf("%w: node %d of level %d sums to %d, its parent says %d",
				ErrCorrupt, index, level, n.sum(), parent[index%Fanout])
		}
	}
	if level == 0 {
		return nil
	}
	for child, sum := range n {
		below, err := t.node(ctx, level-1, index<<bitsPerLevel|uint64(child))
		if err != nil {
			return err
		}
		if below.sum() != sum {
			return fmt.Errorf("%w: child %d of node %d of level %d", ErrCorrupt, child, index, level)
		}
	}
	return nil
}
