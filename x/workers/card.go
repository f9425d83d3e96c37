// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

const (
	// MaxLabelLength bounds Card.label, in bytes.
	MaxLabelLength = 64
	// MaxRegionLength bounds Card.region, in bytes.
	MaxRegionLength = 32
	// MaxEndpoints bounds the number of Card.endpoints.
	MaxEndpoints = 8
)

// MaxPrice bounds every price, in uopen.
var MaxPrice = math.NewInt(1_000_000_000_000_000_000)

// Validate refuses prices that are missing, negative or beyond MaxPrice (ErrInvalidCard).
func (p Prices) Validate() error {
	for _, price := range []math.Int{p.GasPrice, p.SeatFee} {
		if price.IsNil() || price.IsNegative() || price.GT(MaxPrice) {
			return errorsmod.Wrapf(ErrInvalidCard, "a price is 0 to %s uopen", MaxPrice)
		}
	}
	return nil
}

// Within refuses prices above those that the parameters allow (ErrInvalidCard).
func (p Prices) Within(params Params) error {
	if p.GasPrice.GT(params.MaxGasPrice) || p.SeatFee.GT(params.MaxSeatFee) {
		return errorsmod.Wrapf(ErrInvalidCard, "at most %s uopen for 1,000,000 gas and %s uopen for a seat may be asked",
			params.MaxGasPrice, params.MaxSeatFee)
	}
	return nil
}

// Validate checks a card whose endpoints must end in peerID.
func (c Card) Validate(peerID string) error {
	if err := c.Claimed.Validate(); err != nil {
		return err
	}
	if c.Claimed.IsZero() {
		return errorsmod.Wrap(ErrInvalidCard, "no resources are claimed")
	}
	if err := c.Prices.Validate(); err != nil {
		return err
	}
	if !isPrintable(c.Label, MaxLabelLength) {
		return errorsmod.Wrapf(ErrInvalidCard, "label: at most %d printable ASCII characters", MaxLabelLength)
	}
	if !isSlug(c.Region, MaxRegionLength) {
		return errorsmod.Wrapf(ErrInvalidCard, "region: at most %d of a-z, 0-9 and -", MaxRegionLength)
	}
	if err := ValidateAttributes(c.Attributes); err != nil {
		return err
	}
	return ValidateEndpoints(c.Endpoints, peerID)
}

// Within refuses prices and a size above those that the parameters allow
// (ErrInvalidCard). It is asked when a card is written; a cap that falls later
// reaches no card.
func (c Card) Within(params Params) error {
	if size := c.Size(); uint64(size) > params.MaxCardBytes {
		return errorsmod.Wrapf(ErrInvalidCard, "a card of %d bytes, at most %d may be", size, params.MaxCardBytes)
	}
	return c.Prices.Within(params)
}

// emptyCard is the card of a retired Xnode.
func emptyCard() Card {
	return Card{Prices: Prices{GasPrice: math.ZeroInt(), SeatFee: math.ZeroInt()}}
}

// isEmpty says whether it is the card of a retired Xnode.
func (c Card) isEmpty() bool {
	return c.Claimed == Resources{} && !c.Prices.GasPrice.IsNil() && c.Prices.GasPrice.IsZero() &&
		!c.Prices.SeatFee.IsNil() && c.Prices.SeatFee.IsZero() &&
		c.Label == "" && c.Region == "" && len(c.Endpoints) == 0 && len(c.Attributes) == 0
}
