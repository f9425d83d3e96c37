// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"slices"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// MaxNeedRegions bounds Need.Regions.
const MaxNeedRegions = 32

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
	// Attributes that the card must have, ordered by key.
	Attributes []Attribute
	// Regions of which the card's must be one; any if empty.
	Regions []string
	// Until is the height after which the work is over; 0 for an open end.
	Until int64

	// MaxPerRegion is the most seats in one region; 0 for no limit. Cards without a
	// region share one. Only draws look at it.
	MaxPerRegion uint32
	// Taken are the regions of seats that were given before, each as often as it is
	// taken: they count for MaxPerRegion.
	Taken []string
}

// Validate refuses what no Xnode could ever have, or would take long to look for
// (ErrInvalidNeed, and the errors of resources and ratings). Who stores a need
// calls it; draws do not.
func (n Need) Validate() error {
	if err := n.Resources.Validate(); err != nil {
		return err
	}
	if n.MinRating > MaxRating {
		return errorsmod.Wrapf(ErrInvalidRating, "min_rating %d", n.MinRating)
	}
	for _, price := range []math.Int{n.MaxGasPrice, n.MaxSeatFee} {
		if !price.IsNil() && price.IsNegative() {
			return errorsmod.Wrapf(ErrInvalidPrice, "%s uopen", price)
		}
	}
	if err := ValidateAttributes(n.Attributes); err != nil {
		return errorsmod.Wrap(ErrInvalidNeed, err.Error())
	}
	if len(n.Regions) > MaxNeedRegions {
		return errorsmod.Wrapf(ErrInvalidNeed, "regions: at most %d", MaxNeedRegions)
	}
	for i, region := range n.Regions {
		if region == "" || !isSlug(region, MaxRegionLength) || slices.Contains(n.Regions[:i], region) {
			return errorsmod.Wrapf(ErrInvalidNeed, "region %.32q: 1 to %d of a-z, 0-9 and -, each once", region, MaxRegionLength)
		}
	}
	if n.Until < 0 {
		return errorsmod.Wrapf(ErrInvalidNeed, "until height %d", n.Until)
	}
	return nil
}

// Meets says whether the Xnode can take the work, is what and where was asked
// for, takes it at the price, and is rated well enough.
func (x Xnode) Meets(n Need) bool { return x.Suits(n) && x.IsRated(n) && x.IsWilling(n) }

// Suits says whether the Xnode can take the work, and is what and where was
// asked for, whatever its price and rating.
func (x Xnode) Suits(n Need) bool {
	return x.CanTake(n.Resources) && x.LastsUntil(n.Until) && x.IsIn(n.Regions) && x.HasAll(n.Attributes)
}

// LastsUntil says whether work that is over after a height, or never for 0, is so
// before the operator wants the Xnode back.
func (x Xnode) LastsUntil(height int64) bool {
	return x.ReclaimHeight == 0 || (height > 0 && height <= x.ReclaimHeight)
}

// IsIn says whether the Xnode is in one of the regions, or there are none.
func (x Xnode) IsIn(regions []string) bool {
	return len(regions) == 0 || slices.Contains(regions, x.Card.Region)
}

// HasAll says whether the card has all of the attributes.
func (x Xnode) HasAll(attributes []Attribute) bool {
	for _, a := range attributes {
		if value, ok := x.Card.Attribute(a.Key); !ok || value != a.Value {
			return false
		}
	}
	return true
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
