// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm_test

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// A chain is the plainest prover there is, written from the definitions of the
// package comment and with nothing of the package's own arithmetic but the
// streams: it keeps every matrix.
type chain struct {
	challenge gemm.Challenge
	streams   *gemm.Streams
	matrices  [][][]byte  // [t][row][column], t from 0 to steps
	products  [][][]int32 // [t][row][column] of C_t
	trees     []*merkle.Tree
	top       *merkle.Tree
	made      gemm.Commitment
}

func challenge(n int, beacon, node string) gemm.Challenge {
	return gemm.Challenge{Beacon: sha256.Sum256([]byte(beacon)), Node: []byte(node), N: n}
}

// run computes a chain; spoil may change a row of A_t+1 before it is committed.
func run(t testing.TB, c gemm.Challenge, steps int, spoil func(step, row int, next []byte)) *chain {
	t.Helper()
	s, err := gemm.NewStreams(c)
	require.NoError(t, err)
	all := make([]byte, c.N*c.N)
	s.Rows(all, 0)
	k := &chain{challenge: c, streams: s, matrices: [][][]byte{lines(all, c.N)}}
	b := make([]byte, c.N*c.N)
	s.Columns(b, 0)
	columns := lines(b, c.N)
	roots := make([]merkle.Hash, steps)
	for step := range steps {
		key := s.Step(uint32(step))
		next, product := make([][]byte, c.N), make([][]int32, c.N)
		for i, row := range k.matrices[step] {
			product[i] = make([]int32, c.N)
			out := make([]byte, c.N)
			for j := range out {
				product[i][j] = gemm.Dot(row, columns[j])
				out[j] = key.Entry(product[i][j], i, j)
			}
			if spoil != nil {
				spoil(step, i, out)
			}
			next[(int(key.Mul)*i+int(key.Add))%c.N] = out
		}
		k.matrices, k.products = append(k.matrices, next), append(k.products, product)
		leaves := make([]merkle.Hash, c.N)
		for i, row := range next {
			d := sha256.Sum256(row)
			leaves[i] = merkle.Leaf(uint64(i), d[:])
		}
		tree, err := merkle.NewTree(leaves)
		require.NoError(t, err)
		k.trees, roots[step] = append(k.trees, tree), tree.Root()
	}
	leaves := make([]merkle.Hash, steps)
	for i, r := range roots {
		leaves[i] = merkle.Leaf(uint64(i), r[:])
	}
	k.top, err = merkle.NewTree(leaves)
	require.NoError(t, err)
	k.made = gemm.Commitment{Steps: uint32(steps), Root: k.top.Root()}
	root, err := gemm.Root(roots)
	require.NoError(t, err)
	require.Equal(t, root, k.made.Root)
	return k
}

func lines(all []byte, n int) [][]byte {
	out := make([][]byte, len(all)/n)
	for i := range out {
		out[i] = all[i*n : (i+1)*n]
	}
	return out
}

func (k *chain) place(t testing.TB, matrix, row int) gemm.Place {
	t.Helper()
	inStep, err := k.trees[matrix-1].Path(uint64(row))
	require.NoError(t, err)
	inChain, err := k.top.Path(uint64(matrix - 1))
	require.NoError(t, err)
	return gemm.Place{Root: k.trees[matrix-1].Root(), InStep: inStep, InChain: inChain}
}

// answer opens one sample with the product that product gives.
func (k *chain) answer(t testing.TB, at gemm.Sample) gemm.Opened {
	t.Helper()
	step, row := int(at.Step), int(at.Row)
	o := gemm.Opened{Product: k.products[step][row]}
	if step > 0 {
		o.Row, o.From = k.matrices[step][row], k.place(t, step, row)
	}
	o.To = k.place(t, step+1, k.streams.Step(at.Step).Target(row, k.challenge.N))
	return o
}

func (k *chain) open(t testing.TB, samples []gemm.Sample) []byte {
	t.Helper()
	opening := make([]gemm.Opened, len(samples))
	for i, at := range samples {
		opening[i] = k.answer(t, at)
	}
	return gemm.Encode(samples, opening)
}

func seed(i int) (out [32]byte) {
	binary.BigEndian.PutUint64(out[:], uint64(i))
	return sha256.Sum256(out[:])
}
