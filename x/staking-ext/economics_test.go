// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestTheMostThatADutyMayEarn(t *testing.T) {
	for _, c := range []struct{ slash, harmed, detection, most uint32 }{
		{500, 2_000, 500, 20},
		{10_000, 5_000, 10_000, 5_000},
		{10_000, 0, 10_000, 10_000},
		{1, 5_000, 1, 0},
		{0, 0, 10_000, 0},
	} {
		p := stakingext.DefaultParams()
		p.WrongData.SlashBps, p.WrongData.HarmedBps, p.MinDetectionBps = c.slash, c.harmed, c.detection
		require.Equal(t, c.most, p.MostGain(), c)
	}
}

// Any params that are accepted make a lie a loss on average, counted in exact
// fractions; and exactly those with a greater gain are refused.
func TestAcceptedParamsMakeALieALoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := stakingext.DefaultParams()
		p.Offline.SlashBps = 0
		p.WrongData.SlashBps = rapid.Uint32Range(0, 10_000).Draw(t, "slash")
		p.WrongData.HarmedBps = rapid.Uint32Range(0, stakingext.MaxHarmedBps).Draw(t, "harmed")
		p.MinDetectionBps = rapid.Uint32Range(1, 10_000).Draw(t, "detection")
		p.MaxGainBps = rapid.OneOf(
			rapid.Uint32Range(0, 10_000),
			rapid.Custom(func(t *rapid.T) uint32 { return min(10_000, p.MostGain()+rapid.Uint32Range(0, 1).Draw(t, "more")) }),
		).Draw(t, "gain")
		part := func(bps uint32) *big.Rat { return big.NewRat(int64(bps), 10_000) }
		kept := new(big.Rat).Sub(big.NewRat(1, 1), part(p.WrongData.HarmedBps))
		loss := new(big.Rat).Mul(new(big.Rat).Mul(part(p.WrongData.SlashBps), kept), part(p.MinDetectionBps))
		pays := loss.Cmp(part(p.MaxGainBps)) < 0
		require.Equal(t, pays, p.Validate() != nil)
		require.Equal(t, pays, p.MaxGainBps > p.MostGain())
	})
}

// However many duties one cheats in at once: what the slashes take of one stake is
// at least the fraction of all the locks.
func TestSlashesOfOneStakeCostAtLeastTheFractionOfEachLock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bps := rapid.Int64Range(1, 10_000).Draw(t, "bps")
		duties := rapid.Int64Range(1, 200).Draw(t, "duties")
		lock := rapid.Int64Range(1_000_000, 1_000_000_000).Draw(t, "lock")
		stake := math.NewInt(lock * duties).AddRaw(rapid.Int64Range(0, lock).Draw(t, "spare"))
		left := stake
		for range duties {
			left = left.Sub(stakingext.MulDiv(left, bps, stakingext.BasisPoints))
		}
		// Each slash rounds down by less than one unit.
		require.True(t, stake.Sub(left).AddRaw(duties).GTE(stakingext.MulDiv(math.NewInt(lock*duties), bps, stakingext.BasisPoints)))
	})
}

func TestASplitNeverGivesMoreThanHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		penalty := stakingext.Penalty{HarmedBps: rapid.Uint32Range(0, stakingext.MaxHarmedBps).Draw(t, "harmed")}
		slashed := math.NewIntFromUint64(rapid.Uint64().Draw(t, "slashed"))
		part := penalty.SplitSlash(slashed)
		require.False(t, part.IsNegative())
		require.True(t, part.MulRaw(2).LTE(slashed))
	})
}
