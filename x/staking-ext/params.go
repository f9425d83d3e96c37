// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
	// maxQueueWork bounds what governance can allow one EndBlock to do per queue.
	maxQueueWork = 200
)

// maxMinBond bounds min_bond: a billion OPEN.
var maxMinBond = math.NewInt(1_000_000_000_000_000)

// DefaultParams suit a public chain with blocks of about one second.
func DefaultParams() Params {
	return Params{
		BondDenom:             "uopen",
		MinBond:               math.NewInt(100_000_000),
		MinUnbond:             math.NewInt(1_000_000),
		MaxUnbondingEntries:   7,
		UnbondingTime:         14 * day,
		ChallengeWindowBlocks: 86_400,
		LockGraceBlocks:       600,
		MaxLockBlocks:         2_592_000,
		MaxLocks:              256,
		WrongData:             Penalty{SlashBps: 500, JailAfter: 1, JailDuration: day, HarmedBps: 2_000},
		Offline:               Penalty{SlashBps: 5, JailAfter: 5, JailDuration: 10 * time.Minute},
		Unknown:               Penalty{SlashBps: 0, JailAfter: 20, JailDuration: 10 * time.Minute},
		FaultWindowBlocks:     86_400,
		MaxEvidenceAgeBlocks:  604_800,
		FaultRetentionBlocks:  1_209_600,
		SlashEpochBlocks:      86_400,
		MaxSlashPerEpochBps:   1_000,
		MaxMaturedPerBlock:    100,
		MaxReleasedPerBlock:   100,
		MaxPrunedPerBlock:     100,
		RetryBackoffBlocks:    100,

		MinBacking:               math.NewInt(10_000_000),
		MaxBackingBps:            2 * BasisPoints,
		UnbackBatchBlocks:        43_200,
		MaxUnbackBatches:         64,
		MaxUnbackingsPerBlock:    100,
		MaxCommissionStepBps:     100,
		CommissionIntervalBlocks: 86_400,
		RewardShareBps:           2_000,
		// 5 % slashed, 80 % of it for good, found out once in 20 times: 0.2 %.
		MinDetectionBps:     500,
		MaxGainBps:          20,
		MaxSuspensionBlocks: 2_592_000,
		MaxResumedPerBlock:  100,
		MinServiceBond:      math.NewInt(10_000_000),
	}
}

// Penalty returns the penalty of a track; ErrInvalidFault for an unknown one.
func (p Params) Penalty(track FaultTrack) (Penalty, error) {
	switch track {
	case TrackWrongData:
		return p.WrongData, nil
	case TrackOffline:
		return p.Offline, nil
	case TrackUnknown:
		return p.Unknown, nil
	}
	return Penalty{}, ErrInvalidFault.Wrapf("unknown track %d", track)
}

// Validate holds every param to its bounds, and the penalties to their order: an
// accident never costs what fraud costs, and fraud never pays. The error names the
// param.
func (p Params) Validate() error {
	if err := sdk.ValidateDenom(p.BondDenom); err != nil {
		return ErrInvalidParams.Wrapf("bond_denom: %s", err)
	}
	if isNegative(p.MinBond) || !p.MinBond.IsPositive() || p.MinBond.GT(maxMinBond) {
		return ErrInvalidParams.Wrapf("min_bond must be within 1 and %s", maxMinBond)
	}
	if isNegative(p.MinUnbond) || !p.MinUnbond.IsPositive() || p.MinUnbond.GT(p.MinBond) {
		return ErrInvalidParams.Wrap("min_unbond must be within 1 and min_bond")
	}
	if isNegative(p.MinServiceBond) || !p.MinServiceBond.IsPositive() || p.MinServiceBond.GT(maxMinBond) {
		return ErrInvalidParams.Wrapf("min_service_bond must be within 1 and %s", maxMinBond)
	}
	if p.UnbondingTime < time.Second || p.UnbondingTime > year {
		return ErrInvalidParams.Wrapf("unbonding_time must be within 1s and %s", year)
	}
	for _, b := range []struct {
		name       string
		value      int64
		least, top int64
	}{
		{"max_unbonding_entries", int64(p.MaxUnbondingEntries), 1, 100},
		{"challenge_window_blocks", p.ChallengeWindowBlocks, 1, 10_000_000},
		{"lock_grace_blocks", p.LockGraceBlocks, 0, 1_000_000},
		{"max_lock_blocks", p.MaxLockBlocks, 1, 50_000_000},
		{"max_locks", int64(p.MaxLocks), 1, 10_000},
		{"fault_window_blocks", p.FaultWindowBlocks, 1, 50_000_000},
		{"max_evidence_age_blocks", p.MaxEvidenceAgeBlocks, 1, 50_000_000},
		{"fault_retention_blocks", p.FaultRetentionBlocks, p.MaxEvidenceAgeBlocks, 100_000_000},
		{"slash_epoch_blocks", p.SlashEpochBlocks, 1, 10_000_000},
		{"max_slash_per_epoch_bps", int64(p.MaxSlashPerEpochBps), 1, BasisPoints},
		{"max_matured_per_block", int64(p.MaxMaturedPerBlock), 1, maxQueueWork},
		{"max_released_per_block", int64(p.MaxReleasedPerBlock), 1, maxQueueWork},
		{"max_pruned_per_block", int64(p.MaxPrunedPerBlock), 1, maxQueueWork},
		{"retry_backoff_blocks", p.RetryBackoffBlocks, 1, 100_000},
		{"min_detection_bps", int64(p.MinDetectionBps), 1, BasisPoints},
		{"max_gain_bps", int64(p.MaxGainBps), 0, BasisPoints},
		{"max_suspension_blocks", p.MaxSuspensionBlocks, 1, 50_000_000},
		{"max_resumed_per_block", int64(p.MaxResumedPerBlock), 1, maxQueueWork},
	} {
		if b.value < b.least || b.value > b.top {
			return ErrInvalidParams.Wrapf("%s is %d, it must be within %d and %d", b.name, b.value, b.least, b.top)
		}
	}
	if err := p.validateBacking(); err != nil {
		return err
	}
	if err := p.validatePenalties(); err != nil {
		return err
	}
	return p.validateEconomics()
}

func (p Params) validatePenalties() error {
	for _, t := range []struct {
		name    string
		penalty Penalty
	}{{"wrong_data", p.WrongData}, {"offline", p.Offline}, {"unknown", p.Unknown}} {
		switch {
		case t.penalty.SlashBps > BasisPoints:
			return ErrInvalidParams.Wrapf("%s.slash_bps is %d, it must be at most %d", t.name, t.penalty.SlashBps, BasisPoints)
		case t.penalty.JailAfter > 1_000:
			return ErrInvalidParams.Wrapf("%s.jail_after is %d, it must be at most 1000", t.name, t.penalty.JailAfter)
		case t.penalty.JailDuration < 0 || t.penalty.JailDuration > year:
			return ErrInvalidParams.Wrapf("%s.jail_duration must be within 0s and %s", t.name, year)
		case t.penalty.HarmedBps > MaxHarmedBps:
			return ErrInvalidParams.Wrapf("%s.harmed_bps is %d, it must be at most %d", t.name, t.penalty.HarmedBps, MaxHarmedBps)
		case t.penalty.JailAfter > 0 && t.penalty.JailDuration < time.Second:
			return ErrInvalidParams.Wrapf("%s.jail_duration must be at least 1s where jail_after is set", t.name)
		}
	}
	switch {
	case uint64(p.Offline.SlashBps)*10 > uint64(p.WrongData.SlashBps):
		return ErrInvalidParams.Wrap("offline.slash_bps must be at most a tenth of wrong_data.slash_bps")
	case p.Unknown.SlashBps > p.Offline.SlashBps:
		return ErrInvalidParams.Wrap("unknown.slash_bps must be at most offline.slash_bps")
	case p.Offline.JailDuration > p.WrongData.JailDuration:
		return ErrInvalidParams.Wrap("offline.jail_duration must be at most wrong_data.jail_duration")
	case p.Unknown.JailDuration > p.Offline.JailDuration:
		return ErrInvalidParams.Wrap("unknown.jail_duration must be at most offline.jail_duration")
	case sooner(p.Offline.JailAfter, p.WrongData.JailAfter):
		return ErrInvalidParams.Wrap("offline.jail_after must not come before wrong_data.jail_after")
	case sooner(p.Unknown.JailAfter, p.Offline.JailAfter):
		return ErrInvalidParams.Wrap("unknown.jail_after must not come before offline.jail_after")
	case p.Offline.Tombstone || p.Unknown.Tombstone:
		return ErrInvalidParams.Wrap("offline.tombstone and unknown.tombstone must be off: only wrong data ends an operator for good")
	}
	return nil
}

// sooner compares two jail_after values, where 0 is never.
func sooner(a, b uint32) bool {
	return a != 0 && (b == 0 || a < b)
}
