// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestDefaultParamsAreValid(t *testing.T) {
	require.NoError(t, stakingext.DefaultParams().Validate())
}

func TestC8_EveryParamIsHeldToItsBounds(t *testing.T) {
	type params = stakingext.Params
	for label, change := range map[string]func(*params){
		"bond_denom empty":                   func(p *params) { p.BondDenom = "" },
		"bond_denom odd":                     func(p *params) { p.BondDenom = "a b" },
		"min_bond missing":                   func(p *params) { p.MinBond = math.Int{} },
		"min_bond zero":                      func(p *params) { p.MinBond = math.ZeroInt() },
		"min_bond negative":                  func(p *params) { p.MinBond = math.NewInt(-1) },
		"min_bond huge":                      func(p *params) { p.MinBond = math.NewInt(1 << 60) },
		"min_unbond missing":                 func(p *params) { p.MinUnbond = math.Int{} },
		"min_unbond zero":                    func(p *params) { p.MinUnbond = math.ZeroInt() },
		"min_unbond above min_bond":          func(p *params) { p.MinUnbond = p.MinBond.AddRaw(1) },
		"max_unbonding_entries zero":         func(p *params) { p.MaxUnbondingEntries = 0 },
		"max_unbonding_entries huge":         func(p *params) { p.MaxUnbondingEntries = 101 },
		"unbonding_time zero":                func(p *params) { p.UnbondingTime = 0 },
		"unbonding_time negative":            func(p *params) { p.UnbondingTime = -time.Hour },
		"unbonding_time huge":                func(p *params) { p.UnbondingTime = 1<<63 - 1 },
		"challenge_window_blocks zero":       func(p *params) { p.ChallengeWindowBlocks = 0 },
		"challenge_window_blocks huge":       func(p *params) { p.ChallengeWindowBlocks = 1<<63 - 1 },
		"lock_grace_blocks negative":         func(p *params) { p.LockGraceBlocks = -1 },
		"lock_grace_blocks huge":             func(p *params) { p.LockGraceBlocks = 1<<63 - 1 },
		"max_lock_blocks zero":               func(p *params) { p.MaxLockBlocks = 0 },
		"max_lock_blocks huge":               func(p *params) { p.MaxLockBlocks = 1<<63 - 1 },
		"max_locks zero":                     func(p *params) { p.MaxLocks = 0 },
		"max_locks huge":                     func(p *params) { p.MaxLocks = 10_001 },
		"wrong_data.slash_bps huge":          func(p *params) { p.WrongData.SlashBps = 10_001 },
		"wrong_data.jail_after huge":         func(p *params) { p.WrongData.JailAfter = 1_001 },
		"wrong_data.jail_duration negative":  func(p *params) { p.WrongData.JailDuration = -1 },
		"wrong_data.jail_duration zero":      func(p *params) { p.WrongData.JailDuration = 0 },
		"wrong_data.jail_duration huge":      func(p *params) { p.WrongData.JailDuration = 1<<63 - 1 },
		"offline.slash_bps above a tenth":    func(p *params) { p.Offline.SlashBps = 51 },
		"offline.slash_bps wrapping":         func(p *params) { p.Offline.SlashBps = 1<<32 - 1 },
		"offline.jail_duration longer":       func(p *params) { p.Offline.JailDuration = p.WrongData.JailDuration + 1 },
		"offline.tombstone":                  func(p *params) { p.Offline.Tombstone = true },
		"offline jails before wrong_data":    func(p *params) { p.WrongData.JailAfter = p.Offline.JailAfter + 1 },
		"offline jails, wrong_data does not": func(p *params) { p.WrongData.JailAfter = 0 },
		"unknown.slash_bps above offline":    func(p *params) { p.Unknown.SlashBps = p.Offline.SlashBps + 1 },
		"unknown.jail_duration longer":       func(p *params) { p.Unknown.JailDuration = p.Offline.JailDuration + 1 },
		"unknown.tombstone":                  func(p *params) { p.Unknown.Tombstone = true },
		"unknown jails before offline":       func(p *params) { p.Unknown.JailAfter = p.Offline.JailAfter - 1 },
		"fault_window_blocks zero":           func(p *params) { p.FaultWindowBlocks = 0 },
		"fault_window_blocks huge":           func(p *params) { p.FaultWindowBlocks = 1<<63 - 1 },
		"max_evidence_age_blocks zero":       func(p *params) { p.MaxEvidenceAgeBlocks = 0 },
		"max_evidence_age_blocks huge":       func(p *params) { p.MaxEvidenceAgeBlocks = 1<<63 - 1 },
		"fault_retention_blocks short":       func(p *params) { p.FaultRetentionBlocks = p.MaxEvidenceAgeBlocks - 1 },
		"fault_retention_blocks huge":        func(p *params) { p.FaultRetentionBlocks = 1<<63 - 1 },
		"slash_epoch_blocks zero":            func(p *params) { p.SlashEpochBlocks = 0 },
		"slash_epoch_blocks huge":            func(p *params) { p.SlashEpochBlocks = 1<<63 - 1 },
		"max_slash_per_epoch_bps zero":       func(p *params) { p.MaxSlashPerEpochBps = 0 },
		"max_slash_per_epoch_bps huge":       func(p *params) { p.MaxSlashPerEpochBps = 10_001 },
		"max_matured_per_block zero":         func(p *params) { p.MaxMaturedPerBlock = 0 },
		"max_matured_per_block huge":         func(p *params) { p.MaxMaturedPerBlock = 201 },
		"max_released_per_block zero":        func(p *params) { p.MaxReleasedPerBlock = 0 },
		"max_released_per_block huge":        func(p *params) { p.MaxReleasedPerBlock = 201 },
		"max_pruned_per_block zero":          func(p *params) { p.MaxPrunedPerBlock = 0 },
		"max_pruned_per_block huge":          func(p *params) { p.MaxPrunedPerBlock = 201 },
		"wrong_data.harmed_bps huge":         func(p *params) { p.WrongData.HarmedBps = 5_001 },
		"offline.harmed_bps huge":            func(p *params) { p.Offline.HarmedBps = 5_001 },
		"unknown.harmed_bps wrapping":        func(p *params) { p.Unknown.HarmedBps = 1<<32 - 1 },
		"min_detection_bps zero":             func(p *params) { p.MinDetectionBps = 0 },
		"min_detection_bps huge":             func(p *params) { p.MinDetectionBps = 10_001 },
		"max_gain_bps huge":                  func(p *params) { p.MaxGainBps = 10_001 },
		"max_gain_bps that pays":             func(p *params) { p.MaxGainBps = 21 },
		"max_gain_bps with a weaker slash":   func(p *params) { p.WrongData.SlashBps = 499 },
		"max_gain_bps with more to harmed":   func(p *params) { p.WrongData.HarmedBps = 2_001 },
		"max_gain_bps with weaker detection": func(p *params) { p.MinDetectionBps = 499 },
		"max_suspension_blocks zero":         func(p *params) { p.MaxSuspensionBlocks = 0 },
		"max_suspension_blocks huge":         func(p *params) { p.MaxSuspensionBlocks = 1<<63 - 1 },
		"max_resumed_per_block zero":         func(p *params) { p.MaxResumedPerBlock = 0 },
		"max_resumed_per_block huge":         func(p *params) { p.MaxResumedPerBlock = 201 },
		"min_service_bond missing":           func(p *params) { p.MinServiceBond = math.Int{} },
		"min_service_bond zero":              func(p *params) { p.MinServiceBond = math.ZeroInt() },
		"min_service_bond huge":              func(p *params) { p.MinServiceBond = math.NewInt(1 << 60) },
		"retry_backoff_blocks zero":          func(p *params) { p.RetryBackoffBlocks = 0 },
		"retry_backoff_blocks huge":          func(p *params) { p.RetryBackoffBlocks = 1<<63 - 1 },
	} {
		t.Run(label, func(t *testing.T) {
			p := stakingext.DefaultParams()
			change(&p)
			err := p.Validate()
			require.ErrorIs(t, err, stakingext.ErrInvalidParams)
			// The error names the param.
			require.ErrorContains(t, err, strings.Fields(label)[0])
		})
	}
}

func TestDissentMayBeFreeOfChargeWhereOfflineIsToo(t *testing.T) {
	p := stakingext.DefaultParams()
	p.WrongData.SlashBps, p.Offline.SlashBps = 0, 0
	require.ErrorContains(t, p.Validate(), "max_gain_bps", "but no duty may then earn anything by it")
	p.MaxGainBps = 0
	require.NoError(t, p.Validate())
}
