// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func ints(list ...int64) []math.Int {
	out := make([]math.Int, len(list))
	for i, n := range list {
		out[i] = math.NewInt(n)
	}
	return out
}

// The vectors of README.md.
func TestApportionVectors(t *testing.T) {
	for label, c := range map[string]struct {
		pieces []math.Int
		slash  int64
		want   []math.Int
	}{
		"in proportion":                 {ints(600, 300, 100), 100, ints(60, 30, 10)},
		"rounding falls on the first":   {ints(667, 333), 100, ints(67, 33)},
		"no piece pays more than it is": {ints(1, 1, 1), 2, ints(1, 1, 0)},
		"clamped at the sum":            {ints(5, 7), 100, ints(5, 7)},
		"nothing of nothing":            {ints(0, 0), 100, ints(0, 0)},
		"an empty bond":                 {ints(0, 10), 3, ints(0, 3)},
	} {
		t.Run(label, func(t *testing.T) {
			got := stakingext.Apportion(c.pieces, math.NewInt(c.slash))
			require.Equal(t, len(c.want), len(got))
			for i := range got {
				require.Equal(t, c.want[i].String(), got[i].String())
			}
		})
	}
}

func TestS4_ApportionNeverTakesMoreThanThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(0, 1<<62), 1, 8).Draw(t, "pieces")
		slash := rapid.Int64Range(0, 1<<62).Draw(t, "slash")
		pieces := ints(amounts...)
		sum, taken := math.ZeroInt(), math.ZeroInt()
		for i, part := range stakingext.Apportion(pieces, math.NewInt(slash)) {
			if part.IsNegative() || part.GT(pieces[i]) {
				t.Fatalf("part %d is %s of %s", i, part, pieces[i])
			}
			sum, taken = sum.Add(pieces[i]), taken.Add(part)
		}
		if want := math.MinInt(sum, math.NewInt(slash)); !taken.Equal(want) {
			t.Fatalf("took %s, want %s", taken, want)
		}
	})
}

func TestMulDivDoesNotOverflow(t *testing.T) {
	huge := math.NewIntFromBigInt(math.OneInt().BigInt().Lsh(math.OneInt().BigInt(), 255))
	require.Equal(t, huge, stakingext.MulDiv(huge, stakingext.BasisPoints, stakingext.BasisPoints))
}

func TestBackoffDoublesSixTimesAtMost(t *testing.T) {
	for attempts, want := range map[uint32]int64{0: 100, 1: 100, 2: 200, 3: 400, 7: 6_400, 8: 6_400, 1 << 31: 6_400} {
		require.Equal(t, want, stakingext.Backoff(100, attempts))
	}
}
