// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package corechain_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/x/por/corechain"
	"github.com/openmesh-network/openmesh/x/por/sampling"
)

// The vector was made by another implementation.
func TestVectors(t *testing.T) {
	t.Parallel()
	p := prove(t, spec, challenge, 3, 3, 2)
	if got, want := hex.EncodeToString(p.commitment.Root[:]), "8ede46820c06053ce91b59d91922f9a1ca0c27c54684e0a08c90009a8359639e"; got != want {
		t.Errorf("root %s, want %s", got, want)
	}
	if want := []uint64{0, 1, 2}; !slices.Equal(p.drawn, want) {
		t.Errorf("drawn %v, want %v", p.drawn, want)
	}
}

// Of a record whose segments are fake at random, 1-(1-p)^S is caught, as the
// package promises. Fakes here are ends with a bit changed, each before an honest
// start of the next (the worker computed on from what it should have committed
// to), which is the least that a cheater can be caught by.
func TestP7_FakesAreCaughtAsTheFormulaSays(t *testing.T) {
	t.Parallel()
	const rounds, segments = 3000, 512
	one := corechain.Spec{Function: corechain.SHA256, Interval: 1}
	for _, bps := range []uint64{500, 1000, 2000, 5000} {
		for _, samples := range []int{4, 16} {
			t.Run(fmt.Sprintf("%d bps fake, %d opened", bps, samples), func(t *testing.T) {
				t.Parallel()
				bad := make([]bool, segments)
				fakes, err := sampling.Draw([32]byte{5}, nil, segments, int(segments*bps/10_000))
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range fakes {
					bad[i] = true
				}
				caught := 0
				for round := range rounds {
					c := corechain.Commitment{Segments: []uint64{segments / 2, segments / 2}}
					c.Root[0], c.Root[1] = byte(round), byte(round>>8)
					drawn, err := corechain.Draw(drawSeed, challenge, c, samples)
					if err != nil {
						t.Fatal(err)
					}
					if slices.ContainsFunc(drawn, func(i uint64) bool { return bad[i] }) {
						caught++
					}
				}
				want := float64(sampling.Certain-sampling.Survival(bps, samples)) / sampling.Certain * rounds
				// Four standard deviations, and what drawing without putting back adds.
				if diff := float64(caught) - want; diff < -4*27.4 || diff > 4*27.4+0.02*rounds {
					t.Errorf("caught %d of %d, the formula says %.0f", caught, rounds, want)
				}
			})
		}
	}
	// And what is drawn bad is seen to be bad.
	r, err := corechain.Compute(one, challenge, []uint64{40})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Ends[0] {
		r.Ends[0][i][0] ^= byte(i % 2)
	}
	p := open(t, r, 1)
	if _, err := corechain.Verify(one, challenge, p.commitment, p.drawn, p.proof()); !errors.Is(err, corechain.ErrMismatch) {
		t.Errorf("a fake: %v", err)
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, f := range corechain.Functions {
		s := corechain.Spec{Function: f, Interval: f.Interval()}
		r, err := corechain.Compute(s, challenge, []uint64{8})
		if err != nil {
			b.Fatal(err)
		}
		// As many ends as in a window of 30 s on 16 lanes; the rest need not be right.
		for lane := range 15 {
			r.Ends = append(r.Ends, make([]corechain.State, 36_000))
			r.Ends[lane+1][0][0] = byte(lane)
		}
		c, err := r.Commit()
		if err != nil {
			b.Fatal(err)
		}
		drawn := []uint64{0, 3, 5, 7}
		reveals, err := r.Open(drawn)
		if err != nil {
			b.Fatal(err)
		}
		proof := corechain.EncodeProof(reveals)
		b.Run(fmt.Sprintf("%v/S=4", f), func(b *testing.B) {
			for range b.N {
				if _, err := corechain.Verify(s, challenge, c, drawn, proof); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(proof)), "proof-B")
			b.ReportMetric(float64(c.Total()), "segments")
		})
	}
}
