// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// passes is the chance that a prover who stores the part f of a plot finds k2 labels for one
// nonce at least: 1 - (1 - P(Poisson(f k1) >= k2))^20.
func passes(f float64, k1, k2 int) (proof, nonce float64) {
	below, term := 0.0, math.Exp(-f*float64(k1))
	for i := range k2 {
		below += term
		term *= f * float64(k1) / float64(i+1)
	}
	nonce = 1 - below
	return 1 - math.Pow(below, Nonces), nonce
}

// TestSoundnessTable holds the README's table.
func TestSoundnessTable(t *testing.T) {
	for _, c := range []struct{ f, proof float64 }{
		{1, 0.9999993}, {0.98, 0.99988}, {0.95, 0.9806}, {0.92, 0.7504}, {0.90, 0.4484}, {0.88, 0.1988}, {0.85, 0.0367}, {0.80, 7.86e-4}, {0.70, 6.04e-9},
	} {
		got, _ := passes(c.f, DefaultK, DefaultK)
		require.InEpsilon(t, c.proof, got, 0.01, "f = %v", c.f)
	}
}

// TestP7_WhoStoresAPartPassesAsOftenAsTheFormulaSays runs provers that lack cells, with the
// parameters of a real network, on a plot of 8 MiB whose cells are cheap.
func TestP7_WhoStoresAPartPassesAsOftenAsTheFormulaSays(t *testing.T) {
	m := makePlot(t, Plot{Params: Params{N: 2, K1: DefaultK, K2: DefaultK}, Key: Key{1}, Cells: 2048})
	const turns = 250
	parts := []float64{1, 0.95, 0.90, 0.85, 0.80, 0.50}
	proofs, nonces := make([]int, len(parts)), make([]int, len(parts))
	for turn := range turns {
		hits := m.hits(t, challengeOf(turn), everything)
		for i, part := range parts {
			held := uint64(part * float64(m.Cells))
			passed := false
			for _, labels := range hits {
				n, _ := slices.BinarySearch(labels, held*LabelsPerCell) // holes at the end: labels are all alike
				if n >= DefaultK {
					nonces[i]++
					passed = true
				}
			}
			if passed {
				proofs[i]++
			}
		}
	}
	for i, part := range parts {
		proof, nonce := passes(part, DefaultK, DefaultK)
		t.Logf("f = %.2f: proofs %d of %d, formula %.3g; nonces %d of %d, formula %.3g",
			part, proofs[i], turns, proof*turns, nonces[i], turns*Nonces, nonce*turns*Nonces)
		requireBinomial(t, proofs[i], turns, proof)
		requireBinomial(t, nonces[i], turns*Nonces, nonce)
	}
}

// requireBinomial holds hits of n tries within 4 standard deviations (and one) of n p.
func requireBinomial(t *testing.T, hits, n int, p float64) {
	t.Helper()
	require.InDelta(t, float64(n)*p, float64(hits), 1+4*math.Sqrt(float64(n)*p*(1-p)))
}

// TestP7_InventedIndicesPassSamplesAsOftenAsTheFormulaSays: (1 - x)^K3.
func TestP7_InventedIndicesPassSamplesAsOftenAsTheFormulaSays(t *testing.T) {
	m := makePlot(t, Plot{Params: Params{N: 2, K1: DefaultK, K2: DefaultK}, Key: Key{1}, Cells: 512})
	honest, ok := m.prove(t, challengeOf(3), everything)
	require.True(t, ok)
	for _, c := range []struct {
		invented float64
		samples  int
	}{{0.1, 4}, {0.1, 16}, {0.3, 4}, {0.3, 8}, {0.3, 16}, {0.5, 2}, {0.5, 8}, {1, 1}} {
		fake := Proof{honest.Nonce, slices.Clone(honest.Indices)}
		bad := m.invent(t, &fake, int(c.invented*DefaultK))
		require.NoError(t, m.Check(fake))
		const turns = 600
		passed := 0
		for turn := range turns {
			err := m.VerifySamples(challengeOf(3), fake, m.sample(t, challengeOf(turn), c.samples))
			if err == nil {
				passed++
				continue
			}
			var wrong *LabelError
			require.ErrorAs(t, err, &wrong)
			require.Contains(t, bad, wrong.Index)
		}
		formula := math.Pow(1-c.invented, float64(c.samples))
		t.Logf("x = %.1f, K3 = %d: %d of %d pass, formula %.3g", c.invented, c.samples, passed, turns, formula*turns)
		requireBinomial(t, passed, turns, formula)
		require.ErrorIs(t, m.VerifyAll(challengeOf(3), fake), ErrLabel) // a committee always sees it
	}
}

// invent replaces count indices of the proof by labels that do not qualify, and returns them.
func (m made) invent(t *testing.T, proof *Proof, count int) (bad []uint64) {
	s, err := m.NewScanner(challengeOf(3))
	require.NoError(t, err)
	step := len(proof.Indices) / count
	for i := range count {
		at := i * step
		free := uint64(0)
		if at > 0 {
			free = proof.Indices[at-1] + 1
		}
		for label := free; ; label++ {
			if !s.Qualifies(proof.Nonce, label, &m.cells[label/LabelsPerCell]) {
				require.Less(t, label, m.Labels())
				proof.Indices[at] = label
				bad = append(bad, label)
				break
			}
		}
		if at+1 < len(proof.Indices) && proof.Indices[at+1] == proof.Indices[at] {
			t.Fatal("no room between neighbours")
		}
	}
	return bad
}
