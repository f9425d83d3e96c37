// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package dag

import (
	"fmt"
	"testing"
	"testing/fstest"
)

func TestTheHasherTellsTheCIDsOfAStore(t *testing.T) {
	tree := fstest.MapFS{"big": {Data: random(3 * ChunkSize * MaxLinks / 2)}, "empty": {}, "below/deep": {Data: []byte("x")}}
	for i := range 6000 { // enough for a sharded directory
		tree[fmt.Sprintf("below/a rather long name of a file %06d", i)] = &fstest.MapFile{Data: fmt.Append(nil, i)}
	}
	want, size, err := New(memory()).ImportFS(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	got, hashed, err := NewHasher().ImportFS(t.Context(), tree)
	if err != nil || got != want || hashed != size {
		t.Fatalf("%s %d %v, want %s %d", got, hashed, err, want, size)
	}
}
