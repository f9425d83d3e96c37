// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// The bounds of the parameters. Max* of intervals are in blocks.
const (
	maxUnits          = uint64(1_000_000)
	maxInterval       = int64(10_000_000)
	maxPerBlock       = uint32(200)
	maxDrawRejections = uint32(10_000)
	maxMarketSample   = uint32(2_000)
)

// maxWeightUnit is in uopen.
var maxWeightUnit = math.NewInt(1_000_000_000_000_000)

// DefaultParams are meant for blocks of one second.
func DefaultParams() Params {
	return Params{
		WeightUnit:               math.NewInt(1_000_000),
		MaxBondUnits:             10_000,
		MaxCores:                 64,
		HeartbeatTimeout:         60,
		MinHeartbeatInterval:     5,
		MinUpdateInterval:        10,
		ReregisterCooldown:       3_600,
		MaxRegistrationsPerBlock: 20,
		MaxQueueItemsPerBlock:    200,
		MaxDrawRejections:        64,
		MaxGasPrice:              math.NewInt(1_000_000_000),
		MaxSeatFee:               math.NewInt(1_000_000_000),
		InitialRating:            5_000,
		RatingGainBps:            200,
		RatingMissedBps:          1_000,
		RatingWrongBps:           5_000,
		MaxMarketSample:          500,
	}
}

// Validate refuses every parameter outside of its bounds (ErrInvalidParams).
func (p Params) Validate() error {
	if p.WeightUnit.IsNil() || !p.WeightUnit.IsPositive() || p.WeightUnit.GT(maxWeightUnit) {
		return errorsmod.Wrapf(ErrInvalidParams, "weight_unit: 1 to %s uopen", maxWeightUnit)
	}
	if err := (Prices{GasPrice: p.MaxGasPrice, SeatFee: p.MaxSeatFee}).Validate(); err != nil {
		return errorsmod.Wrapf(ErrInvalidParams, "max_gas_price, max_seat_fee: 0 to %s uopen", MaxPrice)
	}
	for _, b := range []struct {
		name          string
		value, lo, hi int64
	}{
		{"max_bond_units", clamp(p.MaxBondUnits), 1, int64(maxUnits)},
		{"max_cores", clamp(p.MaxCores), 1, int64(maxUnits)},
		{"heartbeat_timeout", p.HeartbeatTimeout, 2, maxInterval},
		{"min_heartbeat_interval", p.MinHeartbeatInterval, 1, maxInterval},
		{"min_update_interval", p.MinUpdateInterval, 1, maxInterval},
		{"reregister_cooldown", p.ReregisterCooldown, 1, maxInterval},
		{"max_registrations_per_block", int64(p.MaxRegistrationsPerBlock), 1, int64(maxPerBlock)},
		{"max_queue_items_per_block", int64(p.MaxQueueItemsPerBlock), 1, int64(maxPerBlock)},
		{"max_draw_rejections", int64(p.MaxDrawRejections), 1, int64(maxDrawRejections)},
		{"initial_rating", int64(p.InitialRating), 0, MaxRating},
		{"rating_gain_bps", int64(p.RatingGainBps), 0, MaxRating},
		{"rating_missed_bps", int64(p.RatingMissedBps), 0, MaxRating},
		{"rating_wrong_bps", int64(p.RatingWrongBps), int64(p.RatingMissedBps), MaxRating},
		{"max_market_sample", int64(p.MaxMarketSample), 1, int64(maxMarketSample)},
	} {
		if b.value < b.lo || b.value > b.hi {
			return errorsmod.Wrapf(ErrInvalidParams, "%s: %d is not in %d to %d", b.name, b.value, b.lo, b.hi)
		}
	}
	if p.MinHeartbeatInterval >= p.HeartbeatTimeout {
		return errorsmod.Wrap(ErrInvalidParams, "min_heartbeat_interval must be less than heartbeat_timeout")
	}
	return nil
}

// clamp makes a large uint64 a large int64 rather than a negative one.
func clamp(v uint64) int64 { return int64(min(v, 1<<62)) }

// WeighsLike says whether both give every Xnode the same weight.
func (p Params) WeighsLike(other Params) bool {
	return p.WeightUnit.Equal(other.WeightUnit) && p.MaxBondUnits == other.MaxBondUnits && p.MaxCores == other.MaxCores
}
