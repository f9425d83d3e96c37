// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// sparse is a chain of which only some rows exist, the same ones through all steps:
// what a verifier sees of it is what it would see of a whole one. Each of these
// rows is a sample of each step.
func sparse(b *testing.B, n, steps, rows int) (gemm.Challenge, gemm.Commitment, []gemm.Sample, []byte) {
	b.Helper()
	c := challenge(n, "bench", "node")
	s, err := gemm.NewStreams(c)
	require.NoError(b, err)
	trees, roots := make([]*merkle.Tree, steps), make([]merkle.Hash, steps)
	at, matrix := make([]int, rows), make([][]byte, rows) // where the rows are, and what
	for i := range rows {
		at[i], matrix[i] = i, make([]byte, n)
		s.Rows(matrix[i], i)
	}
	var samples []gemm.Sample
	var opening []gemm.Opened
	var targets []int
	for t := range steps {
		key, leaves := s.Step(uint32(t)), make([]merkle.Hash, n)
		for _, i := range ordered(at) {
			samples = append(samples, gemm.Sample{Step: uint32(t), Row: uint32(at[i])})
			o := gemm.Opened{Row: matrix[i], Product: s.Product(matrix[i])}
			opening = append(opening, o)
			matrix[i] = make([]byte, n)
			key.Requant(matrix[i], o.Product, at[i])
			at[i] = key.Target(at[i], n)
			targets = append(targets, at[i])
			d := sha256.Sum256(matrix[i])
			leaves[at[i]] = merkle.Leaf(uint64(at[i]), d[:])
		}
		trees[t], err = merkle.NewTree(leaves)
		require.NoError(b, err)
		roots[t] = trees[t].Root()
	}
	leaves := make([]merkle.Hash, steps)
	for t, r := range roots {
		leaves[t] = merkle.Leaf(uint64(t), r[:])
	}
	top, err := merkle.NewTree(leaves)
	require.NoError(b, err)
	place := func(t, row int) gemm.Place {
		inStep, err := trees[t-1].Path(uint64(row))
		require.NoError(b, err)
		inChain, err := top.Path(uint64(t - 1))
		require.NoError(b, err)
		return gemm.Place{Root: roots[t-1], InStep: inStep, InChain: inChain}
	}
	for k, sample := range samples {
		opening[k].To = place(int(sample.Step)+1, targets[k])
		if sample.Step > 0 {
			opening[k].From = place(int(sample.Step), int(sample.Row))
		}
	}
	return c, gemm.Commitment{Steps: uint32(steps), Root: top.Root()}, samples, gemm.Encode(samples, opening)
}

// ordered are the indices of at in the order of what it holds.
func ordered(at []int) []int {
	index := make([]int, len(at))
	for i := range index {
		index[i] = i
	}
	slices.SortFunc(index, func(i, j int) int { return at[i] - at[j] })
	return index
}

// BenchmarkVerify checks 3 steps of 16 rows.
func BenchmarkVerify(b *testing.B) {
	for _, n := range []int{256, 1024, 4096, 8192} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c, made, samples, data := sparse(b, n, 3, 16)
			for b.Loop() {
				require.NoError(b, gemm.Verify(c, made, samples, data, seed(0)))
			}
			b.ReportMetric(float64(len(data)), "bytes")
		})
	}
}

func BenchmarkDispute(b *testing.B) {
	for _, n := range []int{256, 1024, 4096, 8192} {
		c, made, samples, data := sparse(b, n, 2, 1)
		transitions, err := gemm.Transitions(c, made, samples, data)
		require.NoError(b, err)
		b.Run(fmt.Sprintf("entry/%d", n), func(b *testing.B) {
			for b.Loop() {
				right, err := transitions[1].Entry(c, made, n-1)
				require.NoError(b, err)
				require.True(b, right)
			}
		})
		b.Run(fmt.Sprintf("row/%d", n), func(b *testing.B) {
			for b.Loop() {
				column, err := transitions[1].Whole(c, made)
				require.NoError(b, err)
				require.Equal(b, -1, column)
			}
		})
	}
}

func BenchmarkColumns(b *testing.B) {
	s, err := gemm.NewStreams(challenge(4096, "bench", "node"))
	require.NoError(b, err)
	buf := make([]byte, 32<<10)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		s.Columns(buf, 0)
	}
}
