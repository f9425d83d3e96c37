// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

const maxGas = 1 << 56 // the bound of max_gas_limit

// amounts are prices and fees of every size up to the greatest, in uopen.
func amounts() *rapid.Generator[math.Int] {
	return rapid.Custom(func(rt *rapid.T) math.Int {
		n := math.NewIntFromUint64(rapid.Uint64().Draw(rt, "low"))
		if rapid.Bool().Draw(rt, "great") {
			n = slashingtasks.MaxAmount.Sub(n)
		}
		return n
	})
}

// offers are all that can be asked of the parameters.
func offers(p slashingtasks.Params) *rapid.Generator[slashingtasks.Offer] {
	return rapid.Custom(func(rt *rapid.T) slashingtasks.Offer {
		o := slashingtasks.Offer{
			Verify:       slashingtasks.Verify(rapid.Int32Range(0, 3).Draw(rt, "verify")),
			SeatFee:      amounts().Draw(rt, "seat fee"),
			GasPrice:     amounts().Draw(rt, "gas price"),
			MinRatingBps: rapid.Uint32Range(p.MinRatingBps, slashingtasks.BasisPoints).Draw(rt, "rating"),
		}
		if o.Verify == slashingtasks.VERIFY_COMMITTEE || o.Verify == slashingtasks.VERIFY_UNSPECIFIED {
			o.Seats = rapid.SampledFrom(p.Tiers).Draw(rt, "tier")
		}
		return o
	})
}

// ladders are parameters with any tiers.
func ladders() *rapid.Generator[slashingtasks.Params] {
	return rapid.Custom(func(rt *rapid.T) slashingtasks.Params {
		p := slashingtasks.DefaultParams()
		p.Tiers = nil
		for size := uint32(2); len(p.Tiers) < slashingtasks.MaxTiers && size < slashingtasks.MaxSeats; {
			size = rapid.Uint32Range(size+1, slashingtasks.MaxSeats).Draw(rt, "size")
			if p.Tiers = append(p.Tiers, size); rapid.IntRange(0, 3).Draw(rt, "enough") == 0 {
				break
			}
		}
		p.MaxEscalations = rapid.Uint32Range(1, slashingtasks.MaxTiers-1).Draw(rt, "escalations")
		p.MinSeatFee, p.MinGasPrice = math.ZeroInt(), math.ZeroInt()
		p.SampleBps = rapid.Uint32Range(1, slashingtasks.BasisPoints).Draw(rt, "sample")
		p.MinRatingBps = rapid.Uint32Range(0, slashingtasks.BasisPoints).Draw(rt, "least rating")
		require.NoError(rt, p.Validate())
		return p
	})
}

func TestC14_ASeatsPayRisesWithGasAndPricesAndIsRoundedUpByLessThanOneUopen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fee, price := amounts().Draw(rt, "fee"), amounts().Draw(rt, "price")
		gas := rapid.Uint64().Draw(rt, "gas")
		pay := slashingtasks.SeatPay(fee, gas, price)
		require.LessOrEqual(rt, pay.BigInt().BitLen(), 200, "far from the 256 bits that there are")
		over := pay.Sub(fee).MulRaw(1_000_000).Sub(math.NewIntFromUint64(gas).Mul(price))
		require.False(rt, over.IsNegative(), "never below what the gas costs")
		require.True(rt, over.LT(math.NewInt(1_000_000)), "less than 1 uopen above")
		more := rapid.Uint64Range(gas, 1<<64-1).Draw(rt, "more gas")
		require.True(rt, slashingtasks.SeatPay(fee, more, price).GTE(pay))
		require.True(rt, slashingtasks.SeatPay(fee, gas, price.AddRaw(rapid.Int64Range(0, 1<<40).Draw(rt, "dearer"))).GTE(pay))
		require.True(rt, slashingtasks.SeatPay(fee.AddRaw(1), gas, price).Equal(pay.AddRaw(1)))
	})
}

func TestC14_NoCommitteeOfAnyLadderCanCostMoreThanTheEscrow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := ladders().Draw(rt, "params")
		terms, err := slashingtasks.NewTerms(p, offers(p).Draw(rt, "offer"))
		require.NoError(rt, err)
		require.NoError(rt, terms.Validate())
		require.IsIncreasing(rt, append([]uint32{0}, terms.Ladder...))
		require.LessOrEqual(rt, len(terms.Ladder), 1+int(p.MaxEscalations))
		limit := rapid.Uint64Range(1, maxGas).Draw(rt, "limit")
		escrow, left := terms.Escrow(limit), terms.Escrow(limit)
		require.LessOrEqual(rt, escrow.BigInt().BitLen(), 200)
		seats := rapid.Uint32Range(0, terms.Ladder[len(terms.Ladder)-1]).Draw(rt, "agreeing")
		paid := math.ZeroInt()
		for range seats {
			pay := terms.SeatPay(rapid.Uint64().Draw(rt, "gas"), limit)
			left, paid = left.Sub(pay), paid.Add(pay)
		}
		require.False(rt, left.IsNegative())
		require.Equal(rt, escrow.String(), paid.Add(left).String())
		require.True(rt, paid.LTE(terms.SeatPay(limit, limit).MulRaw(int64(seats))))
	})
}
