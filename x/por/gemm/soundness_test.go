// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/sampling"
)

// TestP7_WhoFakesAFractionIsCaughtAsOftenAsTheFormulaSays runs provers that leave
// out a fraction of the rows of all steps, or of whole steps, and go on from
// rubbish; it opens and verifies with many beacons.
func TestP7_WhoFakesAFractionIsCaughtAsOftenAsTheFormulaSays(t *testing.T) {
	const steps, count, beacons = 20, 4, 500
	c := challenge(256, "window 1", "cheater")
	for _, percent := range []int{50, 20, 10, 5} {
		for _, whole := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %%, whole steps %v", percent, whole), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, uint64(percent)))
				left := rng.Perm(steps)[:steps*percent/100]
				fakes, total := 0, 0
				k := run(t, c, steps, func(step, _ int, next []byte) {
					total++
					fake := rng.IntN(100) < percent
					if whole {
						fake = false
						for _, l := range left {
							fake = fake || l == step
						}
					}
					if fake {
						fakes++
						for j := range next {
							next[j] = byte(rng.Uint32())
						}
					}
				})
				caught := 0
				for b := range beacons {
					samples, err := gemm.Draw(seed(b), c, k.made, count)
					require.NoError(t, err)
					if err := gemm.Verify(c, k.made, samples, k.open(t, samples), seed(-b)); err != nil {
						require.ErrorIs(t, err, gemm.ErrRow)
						caught++
					}
				}
				p := float64(fakes) / float64(total)
				want := 1 - math.Pow(1-p, count)
				sigma := math.Sqrt(want * (1 - want) / beacons)
				require.InDelta(t, want, float64(caught)/beacons, 4*sigma+0.002)
				bound := float64(sampling.Survival(uint64(p*10_000), count)) / sampling.Certain
				require.LessOrEqual(t, 1-float64(caught)/beacons, bound+4*sigma+0.002)
			})
		}
	}
}

// TestARowThatIsChosenBadlySavesOneStepOnly: all rows made equal by one wrong step
// have one product, but their successors differ, because the place is in the mask.
func TestARowThatIsChosenBadlySavesOneStepOnly(t *testing.T) {
	c := challenge(256, "window 1", "cheater")
	k := run(t, c, 3, func(step, _ int, next []byte) {
		if step == 0 {
			clear(next)
		}
	})
	require.Equal(t, k.products[1][0], k.products[1][1], "for nothing")
	distinct := map[string]bool{}
	for _, row := range k.matrices[2] {
		distinct[string(row)] = true
	}
	require.Len(t, distinct, 256)
	other := run(t, challenge(256, "window 1", "accomplice"), 3, func(step, _ int, next []byte) {
		if step == 0 {
			clear(next)
		}
	})
	for _, row := range other.matrices[2] {
		require.False(t, distinct[string(row)], "the accomplice's rows are of no use")
	}
}
