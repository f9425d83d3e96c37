// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sumtree

import (
	"context"
	"fmt"
)

// Drawing draws slots without replacement and writes nothing: drawn slots are
// subtracted along their paths, in the drawing's own copies of the nodes it read.
// A Drawing is for one goroutine and is void once the tree changes.
type Drawing struct {
	tree   Tree
	height int
	nodes  map[uint64]*node // looked up by key, never ranged over
	left   uint64
}

// Draw starts a drawing over all slots.
func (t Tree) Draw(ctx context.Context) (*Drawing, error) {
	slots, err := t.count(ctx, t.slots)
	if err != nil {
		return nil, err
	}
	d := &Drawing{tree: t, height: height(slots), nodes: make(map[uint64]*node)}
	root, err := d.node(ctx, d.height-1, 0)
	if err != nil {
		return nil, err
	}
	d.left = root.sum()
	return d, nil
}

// Remaining is the sum of the weights that are still to be drawn.
func (d *Drawing) Remaining() uint64 { return d.left }

// Find returns the slot at a point in [0, Remaining): the slots that are left
// lie side by side in their order, each as wide as its weight.
// It does not take the slot out; Exclude does.
func (d *Drawing) Find(ctx context.Context, point uint64) (uint64, error) {
	if point >= d.left {
		return 0, fmt.Errorf("%w: %d of %d", ErrOutOfRange, point, d.left)
	}
	index := uint64(0)
	for level := d.height - 1; level >= 0; level-- {
		n, err := d.node(ctx, level, index)
		if err != nil {
			return 0, err
		}
		child := 0
		for child < Fanout && point >= n[child] {
			point -= n[child]
			child++
		}
		if child == Fanout {
			return 0, fmt.Errorf("%w: level %d node %d holds less than its parent says", ErrCorrupt, level, index)
		}
		index = index<<bitsPerLevel | uint64(child)
	}
	return index, nil
}

// Exclude takes a slot out of the drawing. Excluding it again changes nothing.
func (d *Drawing) Exclude(ctx context.Context, slot uint64) error {
	if slot>>(bitsPerLevel*d.height) != 0 {
		return fmt.Errorf("%w: %d", ErrUnknownSlot, slot)
	}
	leaf, err := d.node(ctx, 0, slot>>bitsPerLevel)
	if err != nil {
		return err
	}
	weight := leaf[slot%Fanout]
	if weight == 0 {
		return nil
	}
	index := slot
	for level := range d.height {
		child := index % Fanout
		index >>= bitsPerLevel
		n, err := d.node(ctx, level, index)
		if err != nil {
			return err
		}
		if n[child] < weight {
			return fmt.Errorf("%w: level %d node %d holds less than its child", ErrCorrupt, level, index)
		}
		n[child] -= weight
	}
	d.left -= weight
	return nil
}

func (d *Drawing) node(ctx context.Context, level int, index uint64) (*node, error) {
	key := nodeKey(level, index)
	if n, ok := d.nodes[key]; ok {
		return n, nil
	}
	n, err := d.tree.node(ctx, level, index)
	if err != nil {
		return nil, err
	}
	d.nodes[key] = n
	return n, nil
}
