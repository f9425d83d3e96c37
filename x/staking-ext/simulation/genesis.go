// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package simulation feeds x/staking-ext with random states and messages.
package simulation

import (
	"fmt"
	"math/rand"
	"time"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/module"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// RandomizedGenState writes a random genesis state. Bonds start empty, since the
// bank's genesis knows nothing of them; some come jailed, suspended or with a lock that
// will expire, as a slash leaves them, so that every message finds its work.
func RandomizedGenState(state *module.SimulationState) {
	r := state.Rand
	gs := stakingext.NewGenesisState(RandomParams(r, state.BondDenom))
	for _, acc := range state.Accounts {
		if r.Intn(3) != 0 {
			continue
		}
		bond := stakingext.NewBond(acc.Address.String())
		bond.Faults.WrongData = stakingext.FaultCounter{Total: 1}
		if r.Intn(2) == 0 {
			bond.Status = stakingext.StatusJailed
			bond.JailedUntil = state.GenTimestamp.UTC()
		}
		for i := range r.Intn(3) {
			until := 1 + r.Int63n(50)
			bond.Suspensions = append(bond.Suspensions, stakingext.Suspension{
				Cause: fmt.Sprintf("sim/%d", i), UntilHeight: until, QueuedAt: until,
			})
		}
		for i := range r.Intn(4) {
			lock := stakingext.Lock{
				Operator: bond.Operator,
				Subject:  fmt.Sprintf("sim/%d", i),
				Amount:   math.NewInt(1 + r.Int63n(1_000)),
				Until:    1 + r.Int63n(20),
			}
			lock.Deadline = lock.Until + gs.Params.LockGraceBlocks
			lock.QueuedAt = lock.Deadline
			gs.Locks = append(gs.Locks, lock)
			bond.Locked = bond.Locked.Add(lock.Amount)
			bond.LockedUntil = max(bond.LockedUntil, lock.Until)
			bond.LockCount++
		}
		gs.Bonds = append(gs.Bonds, bond)
		// Nobody has proven a capacity yet: these earn once they are bonded.
		record := stakingext.NewRewardRecord(bond.Operator, gs.RewardState.Index)
		record.Weight = 1 + uint64(r.Int63n(1_000))
		gs.RewardRecords = append(gs.RewardRecords, record)
	}
	state.GenState[stakingext.ModuleName] = state.Cdc.MustMarshalJSON(gs)
}

// RandomParams returns params within their bounds, short enough that a simulation
// of a hundred blocks sees things mature.
func RandomParams(r *rand.Rand, denom string) stakingext.Params {
	p := stakingext.DefaultParams()
	p.BondDenom = denom
	p.MinBond = math.NewInt(1_000 + r.Int63n(100_000))
	p.MinUnbond = math.NewInt(1 + r.Int63n(1_000))
	p.MaxUnbondingEntries = uint32(1 + r.Intn(10))
	p.UnbondingTime = time.Second + time.Duration(r.Int63n(int64(48*time.Hour)))
	p.ChallengeWindowBlocks = 1 + r.Int63n(10)
	p.LockGraceBlocks = r.Int63n(5)
	p.SlashEpochBlocks = 1 + r.Int63n(50)
	p.MaxSlashPerEpochBps = uint32(1 + r.Intn(stakingext.BasisPoints))
	p.MaxMaturedPerBlock = uint32(1 + r.Intn(5))
	// One release a block leaves expired locks to MsgReleaseExpiredLock.
	p.MaxReleasedPerBlock = 1
	p.MaxPrunedPerBlock = uint32(1 + r.Intn(5))
	p.RetryBackoffBlocks = 1 + r.Int63n(5)
	p.MinBacking = math.NewInt(1 + r.Int63n(1_000))
	p.MaxBackingBps = uint32(1_000 + r.Intn(10*stakingext.BasisPoints-1_000))
	p.UnbackBatchBlocks = 1 + r.Int63n(10)
	p.MaxUnbackBatches = uint32(1 + r.Intn(5))
	p.MaxUnbackingsPerBlock = uint32(1 + r.Intn(5))
	p.MaxCommissionStepBps = uint32(1 + r.Intn(1_000))
	p.CommissionIntervalBlocks = 1 + r.Int63n(10)
	p.RewardShareBps = uint32(100 + r.Intn(4_000))
	p.WrongData.HarmedBps = uint32(r.Intn(stakingext.MaxHarmedBps + 1))
	// At most what x/slashing-tasks promises in simulations.
	p.MinDetectionBps = uint32(1 + r.Intn(500))
	p.MaxGainBps = uint32(r.Intn(int(p.MostGain()) + 1))
	p.MaxSuspensionBlocks = 1 + r.Int63n(100)
	p.MaxResumedPerBlock = uint32(1 + r.Intn(5))
	p.MinServiceBond = math.NewInt(1_000 + r.Int63n(100_000))
	return p
}
