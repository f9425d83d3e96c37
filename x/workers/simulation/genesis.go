// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package simulation makes random states and messages of x/workers.
package simulation

import (
	"math/rand"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/openmesh-network/openmesh/x/workers"
)

// RandomGenesis has no Xnodes, and parameters under which few blocks are enough
// to see every transition.
func RandomGenesis(simState *module.SimulationState) {
	gs := workers.DefaultGenesis()
	gs.Params = randomParams(simState.Rand)
	simState.GenState[workers.ModuleName] = simState.Cdc.MustMarshalJSON(gs)
}

func randomParams(r *rand.Rand) workers.Params {
	return workers.Params{
		WeightUnit:               math.NewInt(1 + r.Int63n(1_000_000)),
		MaxBondUnits:             1 + uint64(r.Intn(10_000)),
		MaxCores:                 1 + uint64(r.Intn(128)),
		HeartbeatTimeout:         4 + r.Int63n(16),
		MinHeartbeatInterval:     1 + r.Int63n(3),
		MinUpdateInterval:        1 + r.Int63n(5),
		ReregisterCooldown:       1 + r.Int63n(10),
		MaxRegistrationsPerBlock: 1 + uint32(r.Intn(10)),
		MaxQueueItemsPerBlock:    1 + uint32(r.Intn(20)),
		MaxDrawRejections:        1 + uint32(r.Intn(64)),
		MaxGasPrice:              math.NewInt(1_000 + r.Int63n(1_000)),
		MaxSeatFee:               math.NewInt(1_000 + r.Int63n(1_000)),
		InitialRating:            uint32(r.Intn(workers.MaxRating + 1)),
		RatingGainBps:            uint32(r.Intn(1_000)),
		RatingMissedBps:          uint32(r.Intn(1_000)),
		RatingWrongBps:           uint32(1_000 + r.Intn(9_001)),
		MaxMarketSample:          1 + uint32(r.Intn(20)),
		RewardPerCore:            uint64(r.Intn(2_000)),
		RewardPerGibMemory:       uint64(r.Intn(400)),
		RewardPerGibStorage:      uint64(r.Intn(10)),
		RewardPerBandwidth:       uint64(r.Intn(1_000)),
		RewardPerGpu:             uint64(r.Intn(100_000)),
		MaxRewardWeight:          uint64(r.Intn(1_000_000)),
		MaxCardBytes:             1_024 + uint64(r.Intn(1_024)),
		MinReclaimNotice:         1 + r.Int63n(10),
		ServiceDeposit:           math.NewInt(r.Int63n(100)),
		ReplicaDeposit:           math.NewInt(r.Int63n(100)),
		MaxServicesPerOwner:      1 + uint32(r.Intn(5)),
		MaxReplicas:              1 + uint32(r.Intn(6)),
		MaxMembers:               1 + uint32(r.Intn(20)),
		MaxServiceBytes:          1_024 + uint64(r.Intn(1_024)),
		MinServiceInterval:       1 + r.Int63n(3),
		NameCooldown:             1 + r.Int63n(10),
		MaxReplicasPerXnode:      1 + uint32(r.Intn(5)),
		MaxReplicaItemsPerBlock:  1 + uint32(r.Intn(20)),
		StartTimeout:             2 + r.Int63n(10),
		UnknownAfter:             r.Int63n(4),
		LostAfter:                1 + r.Int63n(10),
		ForgetAfter:              1 + r.Int63n(20),
		DrainTimeout:             1 + r.Int63n(10),
		RetryBase:                1 + r.Int63n(3),
		RetryMax:                 3 + r.Int63n(10),
		MaxAttempts:              1 + uint32(r.Intn(5)),
		MinReportInterval:        1 + r.Int63n(2),
		StableAfter:              1 + r.Int63n(20),
	}
}
