// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package simulation makes random states and messages of x/slashing-tasks.
package simulation

import (
	"math/rand"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/module"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// RandomGenesis has no tasks, and parameters under which few blocks are enough to
// see every transition.
func RandomGenesis(simState *module.SimulationState) {
	gs := slashingtasks.NewGenesisState(RandomParams(simState.Rand, simState.BondDenom))
	simState.GenState[slashingtasks.ModuleName] = simState.Cdc.MustMarshalJSON(gs)
}

// RandomParams are short windows and small committees, since a simulation has
// few Xnodes.
func RandomParams(r *rand.Rand, denom string) slashingtasks.Params {
	oldest := uint32(r.Intn(3))
	p := slashingtasks.Params{
		FeeDenom:             denom,
		Tiers:                []uint32{3, uint32(4 + r.Intn(4)), uint32(8 + r.Intn(4))},
		MaxEscalations:       uint32(r.Intn(3)),
		DrawTimeout:          uint64(3 + r.Intn(10)),
		CommitWindow:         uint64(1 + r.Intn(5)),
		RevealWindow:         uint64(1 + r.Intn(5)),
		ChallengeWindow:      uint64(1 + r.Intn(4)),
		MaxRedraws:           uint32(r.Intn(3)),
		AuditBps:             uint32(r.Intn(slashingtasks.BasisPoints + 1)),
		MinSeatFee:           math.NewInt(r.Int63n(1_000)),
		MinGasPrice:          math.NewInt(r.Int63n(1_000)),
		SeatBond:             math.NewInt(1 + r.Int63n(1_000)),
		ChallengeBond:        math.NewInt(1 + r.Int63n(1_000)),
		MaxSeatBond:          math.NewInt(20_000),
		OverturnedSlashBps:   uint32(r.Intn(1_000)),
		EquivocationSlashBps: uint32(1 + r.Intn(1_000)),
		SeatCpuMillis:        1,
		MaxMemoryLimit:       1 << 20,
		MaxOutputLimit:       1 << 20,
		MaxGasLimit:          10_000_000,
		Retention:            uint64(1 + r.Intn(20)),
		MaxDuePerBlock:       uint32(1 + r.Intn(20)),
		MaxBatch:             uint32(1 + r.Intn(20)),
		MaxOpenTasks:         uint32(1 + r.Intn(20)),
		MinDetwasmVersion:    1 + oldest,
		MaxDetwasmVersion:    1 + oldest + uint32(r.Intn(3)),
		MinRatingBps:         uint32(r.Intn(3) * 1_000),
		SampleBps:            uint32(1 + r.Intn(slashingtasks.BasisPoints)),
	}
	if r.Intn(2) == 0 {
		// Coins that fall so often and slashes so great that seats of the small
		// bonds of a simulation are secure.
		p.SlashDissent = true
		p.AuditBps = uint32(8_000 + r.Intn(2_001))
		p.SampleBps = uint32(8_000 + r.Intn(2_001))
		p.OverturnedSlashBps = uint32(5_000 + r.Intn(5_001))
	}
	return p
}
