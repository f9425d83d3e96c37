// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"fmt"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// BasisPoints is the whole, in basis points.
	BasisPoints = 10_000
	// MaxTiers bounds the number of tiers.
	MaxTiers = 8
	// MinSeats is the least size of a committee: with fewer nobody outvotes anybody.
	MinSeats = 3
	// MaxSeats is the greatest size of a committee.
	MaxSeats = 64

	minMemory = 1 << 16 // one wasm page, in bytes
	maxMemory = 1 << 31 // what the deterministic profile allows, in bytes
	maxOutput = 1 << 34
	maxGas    = 1 << 56

	maxDetwasmVersion = 65_535
)

// MaxAmount bounds every price, fee and bond, in uopen: a million times a
// billion OPEN. No sum of such amounts comes near the 256 bits of math.Int.
var MaxAmount = math.NewIntWithDecimal(1, 21)

// DefaultParams suit a public chain with blocks of about one second.
func DefaultParams() Params {
	return Params{
		FeeDenom:             "uopen",
		Tiers:                []uint32{3, 7, 15, 31},
		MaxEscalations:       2,
		DrawTimeout:          60,
		CommitWindow:         60,
		RevealWindow:         20,
		ChallengeWindow:      5,
		MaxRedraws:           2,
		AuditBps:             500,
		MinSeatFee:           math.NewInt(1_000),
		MinGasPrice:          math.NewInt(1),
		SeatBond:             math.NewInt(1_000_000),
		MaxSeatBond:          math.NewInt(100_000_000),
		ChallengeBond:        math.NewInt(10_000_000),
		SlashDissent:         false,
		OverturnedSlashBps:   5_000,
		EquivocationSlashBps: 5_000,
		SeatCpuMillis:        1_000,
		MaxMemoryLimit:       1 << 30,
		MaxOutputLimit:       64 << 20,
		MaxGasLimit:          1_000_000_000_000,
		Retention:            100_800,
		MaxDuePerBlock:       200,
		MaxBatch:             64,
		MaxOpenTasks:         100,
		MinDetwasmVersion:    1,
		MaxDetwasmVersion:    1,
		MinRatingBps:         0,
		SampleBps:            1_000,
	}
}

// Validate holds every parameter to its bounds, and all together to what makes
// cheating not pay. The error, ErrInvalidParams,
// names the parameter.
func (p Params) Validate() error {
	if err := sdk.ValidateDenom(p.FeeDenom); err != nil {
		return ErrInvalidParams.Wrapf("fee_denom: %s", err)
	}
	if err := validateTiers(p.Tiers); err != nil {
		return ErrInvalidParams.Wrapf("tiers: %s", err)
	}
	for _, b := range []struct {
		name              string
		value, least, top uint64
	}{
		{"max_escalations", uint64(p.MaxEscalations), 0, MaxTiers - 1},
		{"draw_timeout", p.DrawTimeout, 3, 10_000},
		{"commit_window", p.CommitWindow, 1, 100_000},
		{"reveal_window", p.RevealWindow, 1, 10_000},
		{"challenge_window", p.ChallengeWindow, 1, 100_000},
		{"max_redraws", uint64(p.MaxRedraws), 0, 8},
		{"audit_bps", uint64(p.AuditBps), 0, BasisPoints},
		{"overturned_slash_bps", uint64(p.OverturnedSlashBps), 0, BasisPoints},
		{"equivocation_slash_bps", uint64(p.EquivocationSlashBps), 1, BasisPoints},
		{"seat_cpu_millis", p.SeatCpuMillis, 1, 1_000_000},
		{"max_memory_limit", p.MaxMemoryLimit, minMemory, maxMemory},
		{"max_output_limit", p.MaxOutputLimit, 1, maxOutput},
		{"max_gas_limit", p.MaxGasLimit, 1, maxGas},
		{"retention", p.Retention, 1, 10_000_000},
		{"max_due_per_block", uint64(p.MaxDuePerBlock), 1, 1_000},
		{"max_batch", uint64(p.MaxBatch), 1, 256},
		{"max_open_tasks", uint64(p.MaxOpenTasks), 1, 100_000},
		{"min_detwasm_version", uint64(p.MinDetwasmVersion), 1, uint64(p.MaxDetwasmVersion)},
		{"max_detwasm_version", uint64(p.MaxDetwasmVersion), 1, maxDetwasmVersion},
		{"min_rating_bps", uint64(p.MinRatingBps), 0, BasisPoints},
		{"sample_bps", uint64(p.SampleBps), 1, BasisPoints},
	} {
		if b.value < b.least || b.value > b.top {
			return ErrInvalidParams.Wrapf("%s is %d, it must be within %d and %d", b.name, b.value, b.least, b.top)
		}
	}
	for _, b := range []struct {
		name  string
		value math.Int
		least int64
	}{
		{"min_seat_fee", p.MinSeatFee, 0},
		{"min_gas_price", p.MinGasPrice, 0},
		{"seat_bond", p.SeatBond, 1},
		{"max_seat_bond", p.MaxSeatBond, 1},
		{"challenge_bond", p.ChallengeBond, 1},
	} {
		if b.value.IsNil() || b.value.LT(math.NewInt(b.least)) || b.value.GT(MaxAmount) {
			return ErrInvalidParams.Wrapf("%s must be within %d and %s uopen", b.name, b.least, MaxAmount)
		}
	}
	return p.validateEconomics()
}

func validateTiers(tiers []uint32) error {
	if len(tiers) == 0 || len(tiers) > MaxTiers {
		return fmt.Errorf("%d tiers, there must be 1 to %d", len(tiers), MaxTiers)
	}
	for i, t := range tiers {
		if t < MinSeats || t > MaxSeats {
			return fmt.Errorf("%d seats, a tier has %d to %d", t, MinSeats, MaxSeats)
		}
		if i > 0 && t <= tiers[i-1] {
			return fmt.Errorf("%d comes after %d, they must ascend", t, tiers[i-1])
		}
	}
	return nil
}
