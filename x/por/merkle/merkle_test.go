// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package merkle_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/merkle"
)

func leaves(n int) []merkle.Hash {
	out := make([]merkle.Hash, n)
	for i := range out {
		out[i] = merkle.Leaf(uint64(i), binary.BigEndian.AppendUint32(nil, uint32(i)))
	}
	return out
}

func TestEveryWayToBuildATreeAgrees(t *testing.T) {
	t.Parallel()
	all := leaves(300)
	var b merkle.Builder
	for n := 1; n <= len(all); n++ {
		if err := b.Append(all[n-1]); err != nil {
			t.Fatal(err)
		}
		root, err := b.Root()
		if err != nil {
			t.Fatal(err)
		}
		tree, err := merkle.NewTree(all[:n])
		if err != nil {
			t.Fatal(err)
		}
		if tree.Root() != root {
			t.Fatalf("%d leaves: tree and builder differ", n)
		}
		if n > 70 && n%37 != 0 {
			continue
		}
		var spans []merkle.Span
		for first := range n {
			for _, count := range []int{1, 2, 3, 7, n - first} {
				if count > 0 && first+count <= n {
					spans = append(spans, merkle.Span{First: uint64(first), Count: uint64(count)})
				}
			}
		}
		proved, paths, err := merkle.Prove(uint64(n), func(i uint64) merkle.Hash { return all[i] }, spans)
		if err != nil || proved != root {
			t.Fatalf("%d leaves: Prove: %v, root equal: %v", n, err, proved == root)
		}
		for i, s := range spans {
			path, err := tree.Range(s.First, s.Count)
			if err != nil || !slices.Equal(path, paths[i]) {
				t.Fatalf("%d leaves, %+v: %v, paths equal: %v", n, s, err, slices.Equal(path, paths[i]))
			}
			if err := merkle.VerifyRange(root, uint64(n), s.First, all[s.First:s.First+s.Count], path); err != nil {
				t.Fatalf("%d leaves, %+v: %v", n, s, err)
			}
		}
	}
}

func TestP3_MalformedPathsAreRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []uint64{1, 2, 3, 5, 8, 13, 100} {
		all := leaves(int(n))
		tree, err := merkle.NewTree(all)
		if err != nil {
			t.Fatal(err)
		}
		root := tree.Root()
		for index := range n {
			path, err := tree.Path(index)
			if err != nil {
				t.Fatal(err)
			}
			leaf := all[index]
			refuse := func(what string, want error, size, index uint64, leaf merkle.Hash, path merkle.Path) {
				t.Helper()
				if err := merkle.Verify(root, size, index, leaf, path); !errors.Is(err, want) {
					t.Errorf("%s (leaf %d of %d): %v, want %v", what, index, n, err, want)
				}
			}
			refuse("one sibling more", merkle.ErrLength, n, index, leaf, append(slices.Clone(path), merkle.Hash{}))
			refuse("index beyond the end", merkle.ErrIndex, n, n, leaf, path)
			refuse("greatest index", merkle.ErrIndex, n, ^uint64(0), leaf, path)
			refuse("empty tree", merkle.ErrSize, 0, index, leaf, path)
			refuse("tree too large", merkle.ErrSize, merkle.MaxLeaves+1, index, leaf, path)
			for size := n - min(n-1, 9); size < n+9; size++ {
				if size != n && index < size {
					if merkle.Verify(root, size, index, leaf, path) == nil {
						t.Errorf("leaf %d of %d passes in a tree of %d", index, n, size)
					}
				}
			}
			for other := range n {
				if other != index && merkle.Verify(root, n, other, leaf, path) == nil {
					t.Errorf("leaf %d of %d passes as leaf %d", index, n, other)
				}
			}
			if len(path) == 0 {
				continue
			}
			refuse("one sibling less", merkle.ErrLength, n, index, leaf, path[:len(path)-1])
			doubled := slices.Clone(path)
			doubled[0] = leaf
			refuse("the leaf is its own sibling", merkle.ErrRoot, n, index, leaf, doubled)
			bent := slices.Clone(path)
			bent[len(bent)-1][31] ^= 1
			refuse("one bit of a sibling", merkle.ErrRoot, n, index, leaf, bent)
		}
	}
}

func TestP3_ANodeIsNoLeaf(t *testing.T) {
	t.Parallel()
	all := leaves(4)
	tree, _ := merkle.NewTree(all)
	two, _ := merkle.NewTree(all[:2])
	path, _ := tree.Path(0)
	// The upper half of the path of a leaf, with the node below as a leaf, is a
	// proof in a tree that hashes leaves and nodes alike or does not bind its size.
	for size := uint64(2); size <= 4; size++ {
		for index := range size {
			if merkle.Verify(tree.Root(), size, index, path[1], path[:1]) == nil {
				t.Errorf("a node passes as leaf %d of %d", index, size)
			}
		}
	}
	if two.Root() == tree.Root() {
		t.Error("trees of different sizes share a root")
	}
	// What is hashed for a node or a root is hashed otherwise as a leaf.
	if merkle.Leaf(0, append(all[0][:], all[1][:]...)) == two.Root() {
		t.Error("a leaf hash is a root")
	}
}

func TestP3_ARangeIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	all := leaves(21)
	tree, _ := merkle.NewTree(all)
	path, _ := tree.Range(5, 6)
	swapped := slices.Clone(all[5:11])
	swapped[0], swapped[1] = swapped[1], swapped[0]
	for name, got := range map[string]error{
		"two leaves change places": merkle.VerifyRange(tree.Root(), 21, 5, swapped, path),
		"a leaf is missing":        merkle.VerifyRange(tree.Root(), 21, 5, all[5:10], path),
		"a leaf is added":          merkle.VerifyRange(tree.Root(), 21, 5, all[5:12], path),
		"no leaves":                merkle.VerifyRange(tree.Root(), 21, 5, nil, path),
		"the range is moved":       merkle.VerifyRange(tree.Root(), 21, 6, all[5:11], path),
		"the range leaves the end": merkle.VerifyRange(tree.Root(), 21, 16, all[5:11], path),
		"the sum overflows":        merkle.VerifyRange(tree.Root(), 21, ^uint64(0)-2, all[5:11], path),
	} {
		if got == nil {
			t.Errorf("%s: passes", name)
		}
	}
}

func TestAnEmptyTreeHasNoRoot(t *testing.T) {
	t.Parallel()
	var b merkle.Builder
	if _, err := b.Root(); !errors.Is(err, merkle.ErrSize) {
		t.Errorf("builder: %v", err)
	}
	if _, err := merkle.NewTree(nil); !errors.Is(err, merkle.ErrSize) {
		t.Errorf("tree: %v", err)
	}
	if _, _, err := merkle.Prove(0, nil, nil); !errors.Is(err, merkle.ErrSize) {
		t.Errorf("prove: %v", err)
	}
}

func TestTheLargestTreeHasFortySiblings(t *testing.T) {
	t.Parallel()
	for _, index := range []uint64{0, 12345, merkle.MaxLeaves - 1} {
		if n, err := merkle.Length(merkle.MaxLeaves, index, 1); err != nil || n != merkle.MaxDepth {
			t.Errorf("leaf %d: %d siblings, %v", index, n, err)
		}
	}
}

func TestVectors(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		1: "de2a1a10d9d75ee4efaebbc0f900d91949c8d3462033561a2a298897407c704c",
		2: "6037f46c4c420a6e0ff5e217082f89360502de102c68e9f79d2825835cdaf182",
		3: "df3aa5d5110074412676df89a2560d543c61cf52d7fcef24cd9d228b8b405743",
		7: "bc1f3f456df38db19fbc04c61b86360e9b57d1a7bbefe0f01219b3539fa0f604",
		8: "a1c66e999aa865b3c410a2c358b0bf1911aab191a8a2cd47c3402734cc6e271a",
	} {
		tree, err := merkle.NewTree(leaves(n))
		if err != nil {
			t.Fatal(err)
		}
		root := tree.Root()
		if got := hex.EncodeToString(root[:]); got != want {
			t.Errorf("%d leaves be32(i): root %s, want %s", n, got, want)
		}
	}
}

func FuzzVerify(f *testing.F) {
	all := leaves(11)
	tree, _ := merkle.NewTree(all)
	for i := range uint64(11) {
		path, _ := tree.Path(i)
		var flat []byte
		for _, h := range path {
			flat = append(flat, h[:]...)
		}
		f.Add(uint64(11), i, flat)
	}
	f.Fuzz(func(t *testing.T, size, index uint64, flat []byte) {
		var path merkle.Path
		for ; len(flat) >= merkle.HashSize; flat = flat[merkle.HashSize:] {
			path = append(path, merkle.Hash(flat[:merkle.HashSize]))
		}
		var leaf merkle.Hash
		if index < uint64(len(all)) {
			leaf = all[index]
		}
		if merkle.Verify(tree.Root(), size, index, leaf, path) != nil {
			return
		}
		want, err := tree.Path(index)
		if err != nil || size != 11 || !slices.Equal(path, want) {
			t.Errorf("size %d index %d: another proof passes", size, index)
		}
	})
}

func BenchmarkMerkle(b *testing.B) {
	all := leaves(1 << 16)
	tree, _ := merkle.NewTree(all)
	path, _ := tree.Path(12345)
	root := tree.Root()
	b.Run("append", func(b *testing.B) {
		var builder merkle.Builder
		for i := range b.N {
			_ = builder.Append(all[i%len(all)])
		}
	})
	b.Run(fmt.Sprintf("verify/siblings=%d", len(path)), func(b *testing.B) {
		for range b.N {
			if err := merkle.Verify(root, 1<<16, 12345, all[12345], path); err != nil {
				b.Fatal(err)
			}
		}
	})
}
