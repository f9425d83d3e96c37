// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import "cosmossdk.io/math"

// Need is what a piece of work asks of an Xnode, and offers to it.
type Need struct {
	// Resources that it allocates.
	Resources Resources
	// MaxGasPrice is paid for 1,000,000 gas, in uopen; nil for whatever is asked.
	MaxGasPrice math.Int
	// MaxSeatFee is paid for a seat, in uopen; nil for whatever is asked.
	MaxSeatFee math.Int
	// MinRating is the least rating, in 1/10,000.
	MinRating uint32
}

// Meets says whether the Xnode can take the work, does so at the price, and is
// rated well enough.
func (x Xnode) Meets(n Need) bool {
	return x.CanTake(n.Resources) && x.IsRated(n) && x.IsWilling(n)
}

// IsRated says whether the rating is the one needed, or better.
func (x Xnode) IsRated(n Need) bool { return x.Rating >= n.MinRating }

// IsWilling says whether the Xnode asks at most the prices offered.
func (x Xnode) IsWilling(n Need) bool {
	return !above(x.Card.Prices.GasPrice, n.MaxGasPrice) && !above(x.Card.Prices.SeatFee, n.MaxSeatFee)
}

func above(asked, offered math.Int) bool {
	return !asked.IsNil() && !offered.IsNil() && asked.GT(offered)
}
