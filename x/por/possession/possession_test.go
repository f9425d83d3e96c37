// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package possession_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/possession"
)

func content(size int) []byte {
	b := make([]byte, size)
	if _, err := rand.NewChaCha8([32]byte{1}).Read(b); err != nil {
		panic(err) // it never fails
	}
	return b
}

func commit(t testing.TB, b []byte) possession.Object {
	o, err := possession.Commit(bytes.NewReader(b))
	require.NoError(t, err)
	require.EqualValues(t, len(b), o.Size)
	return o
}

func challenge(i, leaves int) possession.Challenge {
	return possession.Challenge{Seed: sha256.Sum256([]byte{byte(i >> 8), byte(i)}), Holder: []byte("holder"), Leaves: leaves}
}

func TestAProofVerifiesWhateverTheSize(t *testing.T) {
	for _, size := range []int{1, 31, 1023, 1024, 1025, 2048, 3000, 5 * 1024, 256 * 1024, 256*1024 + 1, 700_001} {
		b := content(size)
		o := commit(t, b)
		tree, err := possession.Tree(o, bytes.NewReader(b))
		require.NoError(t, err)
		require.Equal(t, o.Root, tree.Root())
		for i, leaves := range []int{1, 2, 5, 20} {
			c := challenge(i, leaves)
			proof, err := possession.Prove(o, c, bytes.NewReader(b))
			require.NoError(t, err)
			require.LessOrEqual(t, len(proof), possession.MaxProofBytes(leaves))
			require.NoError(t, possession.Verify(o, c, proof))
			again, err := possession.ProveWith(tree, o, c, bytes.NewReader(b))
			require.NoError(t, err)
			require.Equal(t, proof, again)
		}
	}
}

func TestVectors(t *testing.T) {
	b := make([]byte, 3*1024+5)
	for i := range b {
		b[i] = byte(i)
	}
	o := commit(t, b)
	c := possession.Challenge{Seed: [32]byte(bytes.Repeat([]byte{2}, 32)), Holder: bytes.Repeat([]byte{1}, 20), Leaves: 2}
	drawn, err := c.Draw(o)
	require.NoError(t, err)
	proof, err := possession.Prove(o, c, bytes.NewReader(b))
	require.NoError(t, err)
	sum := sha256.Sum256(proof)
	require.Equal(t, "addfbf493f334e0644613f0378ff6626f84335450abb96e8a61c4ef71a1a938e", hex.EncodeToString(o.Root[:]))
	require.Equal(t, []uint64{1, 3}, drawn)
	require.Len(t, proof, 1024+2*32+5+2*32)
	require.Equal(t, "875258557a76eb8ecaa2bc5119ee35251a7f260e12625d74927517a9d4745ead", hex.EncodeToString(sum[:]))
}

// TestP1_AnAnswerIsGoodForOneChallengeHolderAndObject: the draw differs, so the answer does.
func TestP1_AnAnswerIsGoodForOneChallengeHolderAndObject(t *testing.T) {
	b := content(1 << 20)
	o := commit(t, b)
	c := challenge(0, 5)
	proof, err := possession.Prove(o, c, bytes.NewReader(b))
	require.NoError(t, err)

	window := challenge(1, 5)
	require.ErrorIs(t, possession.Verify(o, window, proof), possession.ErrLeaf)
	holder := c
	holder.Holder = []byte("another")
	require.ErrorIs(t, possession.Verify(o, holder, proof), possession.ErrLeaf)
	other := commit(t, content(1<<20-1))
	require.Error(t, possession.Verify(other, c, proof))
	longer := o
	longer.Size++
	require.Error(t, possession.Verify(longer, c, proof))
}

func TestP3_MalformedAnswersAreRefusedByLength(t *testing.T) {
	b := content(100_000)
	o := commit(t, b)
	c := challenge(0, 5)
	proof, err := possession.Prove(o, c, bytes.NewReader(b))
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"nothing":   nil,
		"truncated": proof[:len(proof)-1],
		"oversized": append(slices.Clone(proof), 0),
		"10 MB":     make([]byte, 10<<20),
		"twice":     append(slices.Clone(proof), proof...),
	} {
		require.ErrorIs(t, possession.Verify(o, c, bad), possession.ErrLength, name)
	}
	// Any changed byte is seen, and the leaf is named.
	drawn, err := c.Draw(o)
	require.NoError(t, err)
	for at := 0; at < len(proof); at += 7 {
		bad := slices.Clone(proof)
		bad[at] ^= 1
		var wrong *possession.LeafError
		require.True(t, errors.As(possession.Verify(o, c, bad), &wrong))
		require.Contains(t, drawn, wrong.Index)
	}
	// The same leaf for every drawn one.
	size, err := o.ProofSize(drawn[:1])
	require.NoError(t, err)
	require.ErrorIs(t, possession.Verify(o, c, bytes.Repeat(proof[:size], 5)), possession.ErrLeaf)
	// Second preimages: a node is not a leaf.
	require.ErrorIs(t, possession.Object{Root: o.Root, Size: 64}.VerifyLeaf(0, proof[:64]), possession.ErrLeaf)
	require.ErrorIs(t, o.VerifyLeaf(o.Leaves(), proof[:size]), merkle.ErrIndex)
}

func TestImpossibleObjectsAndDrawsAreRefused(t *testing.T) {
	_, err := possession.Commit(bytes.NewReader(nil))
	require.ErrorIs(t, err, possession.ErrObject)
	for _, size := range []uint64{0, possession.MaxObjectBytes + 1, 1<<64 - 1} {
		o := possession.Object{Size: size}
		require.ErrorIs(t, o.Validate(), possession.ErrObject)
		require.ErrorIs(t, possession.Verify(o, challenge(0, 1), nil), possession.ErrObject)
		require.ErrorIs(t, o.VerifyLeaf(0, nil), possession.ErrObject)
		_, err := possession.Tree(o, bytes.NewReader(nil))
		require.ErrorIs(t, err, possession.ErrObject)
	}
	o := possession.Object{Size: possession.MaxObjectBytes}
	for _, leaves := range []int{-1, 0, 1025} {
		require.ErrorIs(t, possession.Verify(o, challenge(0, leaves), nil), possession.ErrDraw)
	}
	require.ErrorIs(t, possession.Verify(o, challenge(0, 5), nil), possession.ErrLength)
}

func TestWhatIsLostCannotBeProven(t *testing.T) {
	b := content(100_000)
	o := commit(t, b)
	c := challenge(0, 98) // all of it
	bad := slices.Clone(b)
	bad[55_555] ^= 1
	_, err := possession.Prove(o, c, bytes.NewReader(bad))
	require.ErrorIs(t, err, possession.ErrLeaf)
	_, err = possession.Prove(o, c, bytes.NewReader(b[:99_000]))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = possession.Tree(o, bytes.NewReader(b[:99_000]))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// TestP7_LossIsFoundAsOftenAsTheFormulaSays: 1 - (1-f)^n.
func TestP7_LossIsFoundAsOftenAsTheFormulaSays(t *testing.T) {
	b := content(1000 * 1024)
	o := commit(t, b)
	tree, err := possession.Tree(o, bytes.NewReader(b))
	require.NoError(t, err)
	for _, lost := range []float64{0.01, 0.1, 1.0 / 3, 0.5} {
		have := slices.Clone(b)
		clear(have[:int(lost*1000)*1024])
		for _, n := range []int{1, 5, 20} {
			const turns = 800
			found := 0
			for i := range turns {
				if _, err := possession.ProveWith(tree, o, challenge(i, n), bytes.NewReader(have)); err != nil {
					require.ErrorIs(t, err, possession.ErrLeaf)
					found++
				}
			}
			p := 1 - math.Pow(1-lost, float64(n))
			t.Logf("f = %.2f, n = %d: found %d of %d, formula %.4g", lost, n, found, turns, p*turns)
			require.InDelta(t, p*turns, found, 1+4*math.Sqrt(turns*p*(1-p)))
		}
	}
}

// FuzzVerify: nothing but the proof verifies.
func FuzzVerify(f *testing.F) {
	b := content(9_000)
	o := commit(f, b)
	c := challenge(0, 3)
	proof, err := possession.Prove(o, c, bytes.NewReader(b))
	require.NoError(f, err)
	f.Add(o.Size, proof)
	f.Fuzz(func(t *testing.T, size uint64, bad []byte) {
		err := possession.Verify(possession.Object{Root: o.Root, Size: size}, c, bad)
		require.Equal(t, size == o.Size && bytes.Equal(bad, proof), err == nil)
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, size := range []int{1 << 20, 64 << 20} {
		data := content(size)
		o := commit(b, data)
		c := challenge(0, 20)
		proof, err := possession.Prove(o, c, bytes.NewReader(data))
		require.NoError(b, err)
		b.Run(sizeName(size), func(b *testing.B) {
			for range b.N {
				require.NoError(b, possession.Verify(o, c, proof))
			}
			b.ReportMetric(float64(len(proof))/20, "bytes/leaf")
		})
	}
}

func BenchmarkProve(b *testing.B) {
	data := content(64 << 20)
	o := commit(b, data)
	b.SetBytes(int64(len(data)))
	for range b.N {
		_, err := possession.Prove(o, challenge(0, 20), bytes.NewReader(data))
		require.NoError(b, err)
	}
}

func sizeName(size int) string {
	return map[int]string{1 << 20: "1MiB", 64 << 20: "64MiB"}[size]
}
