// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm

// merge is a place where control flow meets. Engines move a value there, each
// time, for each local that may have another value on each way, and for each
// operand of the label.
type merge struct {
	seg    int32 // the segment that is charged
	locals int64 // locals that are written in the construct
	arity  int64 // operands of its label
}

// merge notes a place where control flow meets.
func (b *body) merge(seg int32, locals, arity int64) {
	if seg >= 0 && locals+arity > MergeFree {
		b.merges = append(b.merges, merge{seg, locals, arity})
	}
}

// chargeMerges charges the merges of the function. No more locals than are read
// behind merges are moved; how many these are is known at the end.
func (b *body) chargeMerges() {
	for _, m := range b.merges {
		if n := min(m.locals, b.work.locals) + m.arity; n > MergeFree {
			b.segments[m.seg] += uint64(n-MergeFree) * MergeGas
		}
	}
}
