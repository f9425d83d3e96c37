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
	// A million Xnodes of the greatest reward weight still add up in 64 bits.
	maxRewardRate   = uint64(1_000_000_000)
	maxRewardWeight = uint64(1_000_000_000_000)
	minCardBytes    = int64(512)
	maxCardBytes    = int64(16_384)

	maxServicesPerOwner = 1_000
	// maxReplicas bounds the replicas of a service, and those on an Xnode: what one
	// turn looks at.
	maxReplicas = 200
	maxMembers  = 100_000
	maxAttempts = 1_000
)

// maxDeposit is in uopen.
var maxDeposit = math.NewInt(1_000_000_000_000_000)

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
		RewardPerCore:            1_000,
		RewardPerGibMemory:       200,
		RewardPerGibStorage:      5,
		RewardPerBandwidth:       500,
		RewardPerGpu:             50_000,
		MaxRewardWeight:          1_000_000,
		MaxCardBytes:             2_048,
		MinReclaimNotice:         86_400,
		ServiceDeposit:           math.NewInt(10_000_000),
		ReplicaDeposit:           math.NewInt(10_000_000),
		MaxServicesPerOwner:      20,
		MaxReplicas:              100,
		MaxMembers:               1_000,
		MaxServiceBytes:          4_096,
		MinServiceInterval:       10,
		NameCooldown:             86_400,
		MaxReplicasPerXnode:      64,
		MaxReplicaItemsPerBlock:  50,
		StartTimeout:             300,
		UnknownAfter:             15,
		LostAfter:                120,
		ForgetAfter:              3_600,
		DrainTimeout:             120,
		RetryBase:                10,
		RetryMax:                 3_600,
		MaxAttempts:              8,
		MinReportInterval:        2,
		StableAfter:              600,
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
	for _, deposit := range []math.Int{p.ServiceDeposit, p.ReplicaDeposit} {
		if deposit.IsNil() || deposit.IsNegative() || deposit.GT(maxDeposit) {
			return errorsmod.Wrapf(ErrInvalidParams, "service_deposit, replica_deposit: 0 to %s uopen", maxDeposit)
		}
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
		{"reward_per_core", clamp(p.RewardPerCore), 0, int64(maxRewardRate)},
		{"reward_per_gib_memory", clamp(p.RewardPerGibMemory), 0, int64(maxRewardRate)},
		{"reward_per_gib_storage", clamp(p.RewardPerGibStorage), 0, int64(maxRewardRate)},
		{"reward_per_bandwidth", clamp(p.RewardPerBandwidth), 0, int64(maxRewardRate)},
		{"reward_per_gpu", clamp(p.RewardPerGpu), 0, int64(maxRewardRate)},
		{"max_reward_weight", clamp(p.MaxRewardWeight), 0, int64(maxRewardWeight)},
		{"max_card_bytes", clamp(p.MaxCardBytes), minCardBytes, maxCardBytes},
		{"min_reclaim_notice", p.MinReclaimNotice, 1, maxInterval},
		{"max_services_per_owner", int64(p.MaxServicesPerOwner), 1, maxServicesPerOwner},
		{"max_replicas", int64(p.MaxReplicas), 1, maxReplicas},
		{"max_members", int64(p.MaxMembers), 1, maxMembers},
		{"max_service_bytes", clamp(p.MaxServiceBytes), minCardBytes, maxCardBytes},
		{"min_service_interval", p.MinServiceInterval, 1, maxInterval},
		{"name_cooldown", p.NameCooldown, 1, maxInterval},
		{"max_replicas_per_xnode", int64(p.MaxReplicasPerXnode), 1, maxReplicas},
		{"max_replica_items_per_block", int64(p.MaxReplicaItemsPerBlock), 1, int64(maxPerBlock)},
		{"start_timeout", p.StartTimeout, 1, maxInterval},
		{"unknown_after", p.UnknownAfter, 0, maxInterval},
		{"lost_after", p.LostAfter, 1, maxInterval},
		{"forget_after", p.ForgetAfter, 1, maxInterval},
		{"drain_timeout", p.DrainTimeout, 1, maxInterval},
		{"retry_base", p.RetryBase, 1, maxInterval},
		{"retry_max", p.RetryMax, p.RetryBase, maxInterval},
		{"max_attempts", int64(p.MaxAttempts), 1, maxAttempts},
		{"min_report_interval", p.MinReportInterval, 1, maxInterval},
		{"stable_after", p.StableAfter, 1, maxInterval},
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

// DepositFor is what is held for a service of so many replicas at most, in uopen.
func (p Params) DepositFor(replicas uint32) math.Int {
	return p.ServiceDeposit.Add(p.ReplicaDeposit.MulRaw(int64(replicas)))
}

// SharedItems is how many services, and how many Xnodes, have their turn in a
// block: each may have a hundred replicas.
func (p Params) SharedItems() int { return int(max(1, p.MaxReplicaItemsPerBlock/10)) }

// clamp makes a large uint64 a large int64 rather than a negative one.
func clamp(v uint64) int64 { return int64(min(v, 1<<62)) }

// WeighsLike says whether both give every Xnode the same weight, in draws and for
// rewards.
func (p Params) WeighsLike(other Params) bool {
	return p.WeightUnit.Equal(other.WeightUnit) && p.MaxBondUnits == other.MaxBondUnits && p.MaxCores == other.MaxCores &&
		p.RewardPerCore == other.RewardPerCore && p.RewardPerGibMemory == other.RewardPerGibMemory &&
		p.RewardPerGibStorage == other.RewardPerGibStorage && p.RewardPerBandwidth == other.RewardPerBandwidth &&
		p.RewardPerGpu == other.RewardPerGpu && p.MaxRewardWeight == other.MaxRewardWeight
}
