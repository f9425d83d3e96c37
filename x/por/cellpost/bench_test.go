// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkCell(b *testing.B) {
	for _, n := range []uint32{2, 16, 64, 256} {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			m, err := NewMaker(Key{}, n)
			require.NoError(b, err)
			var cell Cell
			b.SetBytes(CellBytes)
			for i := range b.N {
				m.Cell(uint64(i), &cell)
			}
		})
	}
}

// BenchmarkScan is the prover's work on a core: 20 nonces in one pass.
func BenchmarkScan(b *testing.B) {
	m := makePlot(b, Plot{Params: Params{N: 2, K1: DefaultK, K2: DefaultK}, Cells: 256})
	s, err := m.NewScanner(Challenge{})
	require.NoError(b, err)
	b.SetBytes(CellBytes)
	hits := 0
	for i := range b.N {
		s.Scan(uint64(i%256), &m.cells[i%256], func(uint8, uint64) { hits++ })
	}
}

// BenchmarkVerify gives the time of a verification and the length of a proof.
func BenchmarkVerify(b *testing.B) {
	p := Plot{Params: Params{N: 16, K1: DefaultK, K2: DefaultK}, Cells: 256}
	m := makePlot(b, p)
	proof, ok := m.prove(b, Challenge{}, everything)
	require.True(b, ok)
	for _, samples := range []int{1, 8, 16, DefaultK} {
		b.Run(fmt.Sprintf("samples=%d", samples), func(b *testing.B) {
			for range b.N {
				require.NoError(b, p.VerifySamples(Challenge{}, proof, p.sample(b, Challenge{1}, samples)))
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, bytes := range []uint64{8 << 20, 64 << 30, 1 << 40, MaxPlotBytes} {
		b.Run(fmt.Sprintf("plot=%dMiB", bytes>>20), func(b *testing.B) {
			p := sized(bytes)
			encoded, err := p.Encode(simulated(p, 1))
			require.NoError(b, err)
			for range b.N {
				_, err := p.Decode(encoded)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(len(encoded)), "proof_bytes")
			b.ReportMetric(float64(p.MaxProofBytes()), "cap_bytes")
		})
	}
}
