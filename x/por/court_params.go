// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por/gemm"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// maxDeposit bounds deposits: a billion OPEN.
var maxDeposit = math.NewInt(1_000_000_000_000_000)

// setCourtDefaults sets the params of committees and the court, for blocks of about a second.
func (p *Params) setCourtDefaults() {
	p.CommitteeSize = 7
	p.BandwidthCommitteeSize = 5
	p.DisputeCommitteeSize = 15
	p.MinCommitteeSize = 5
	p.MaxVerifierDuties = 64
	p.MaxCommitteesPerBlock = 50
	p.ValueToleranceBps = 2_000
	p.VerifierScoreRateBps = 500
	p.MinVerifierScoreBps = 0
	p.AuditBps = 500
	p.MaxFraudsPerBlock = 10
	p.DisputeWindowBlocks = 14_400
	p.DisputeTimeoutBlocks = 259_200
	p.MaxDisputeRounds = 3
	p.DepositDenom = "uopen"
	p.DisputeDeposit = math.NewInt(10_000_000)
	p.FraudDeposit = math.NewInt(10_000_000)
}

// setCourtLocal makes waiting short, for a network on one small machine.
func (p *Params) setCourtLocal() {
	p.MinCommitteeSize = MinSeats
	p.DisputeWindowBlocks, p.DisputeTimeoutBlocks = 60, 600
	p.DisputeDeposit, p.FraudDeposit = math.NewInt(1_000_000), math.NewInt(1_000_000)
}

// CommitteeSizeOf is the number of seats that measure a class.
func (p Params) CommitteeSizeOf(class Class) int {
	if class == CLASS_BANDWIDTH {
		return int(p.BandwidthCommitteeSize)
	}
	return int(p.CommitteeSize)
}

// validateCourt returns ErrInvalidParams if a param of committees or the court is out of bounds. With
// fewer seats than four, one that is lost or bad would decide alone; a larger committee has to be larger.
func (p Params) validateCourt() error {
	least := int64(MinSeats)
	if p.Trial {
		least = 1
	}
	for _, b := range []struct {
		name             string
		value, low, high int64
	}{
		{"committee_size", int64(p.CommitteeSize), least, MaxSeats},
		{"bandwidth_committee_size", int64(p.BandwidthCommitteeSize), least, MaxSeats},
		{"dispute_committee_size", int64(p.DisputeCommitteeSize), int64(max(p.CommitteeSize, p.BandwidthCommitteeSize)) + 1, MaxSeats},
		{"min_committee_size", int64(p.MinCommitteeSize), least, int64(min(p.CommitteeSize, p.BandwidthCommitteeSize))},
		{"max_verifier_duties", int64(p.MaxVerifierDuties), 1, 10_000},
		{"max_committees_per_block", int64(p.MaxCommitteesPerBlock), 1, 200},
		{"value_tolerance_bps", int64(p.ValueToleranceBps), 1, basisPoints},
		{"verifier_score_rate_bps", int64(p.VerifierScoreRateBps), 1, basisPoints},
		{"min_verifier_score_bps", int64(p.MinVerifierScoreBps), 0, InitialVerifierScore},
		{"audit_bps", int64(p.AuditBps), 0, basisPoints},
		{"max_frauds_per_block", int64(p.MaxFraudsPerBlock), 1, 200},
		{"dispute_window_blocks", p.DisputeWindowBlocks, 1, 10_000_000},
		{"dispute_timeout_blocks", p.DisputeTimeoutBlocks, 1, 10_000_000},
		{"max_dispute_rounds", int64(p.MaxDisputeRounds), 1, 20},
	} {
		if b.value < b.low || b.value > b.high {
			return errors.Wrapf(ErrInvalidParams, "%s is %d, must be %d to %d", b.name, b.value, b.low, b.high)
		}
	}
	if err := sdk.ValidateDenom(p.DepositDenom); err != nil {
		return errors.Wrapf(ErrInvalidParams, "deposit_denom: %s", err)
	}
	for _, d := range []struct {
		name  string
		value math.Int
	}{{"dispute_deposit", p.DisputeDeposit}, {"fraud_deposit", p.FraudDeposit}} {
		if d.value.IsNil() || !d.value.IsPositive() || d.value.GT(maxDeposit) {
			return errors.Wrapf(ErrInvalidParams, "%s must be 1 to %s", d.name, maxDeposit)
		}
	}
	return nil
}

// MinSeats is the least size of a committee, but where things are tried out: of four, one may fail or lie.
const MinSeats = 4

// validateAttested holds what committees measure by to its bounds.
func (c ClassParams) validateAttested(of string) error {
	bad := func(err error) error { return errors.Wrapf(ErrInvalidParams, "%s%s", of, err) }
	if c.RevealBlocks == 0 {
		return errors.Wrapf(ErrInvalidParams, "%sreveal_blocks must be positive: it is when committees measure", of)
	}
	if (c.Memory != nil) != (c.Class == CLASS_MEMORY) || (c.Bandwidth != nil) != (c.Class == CLASS_BANDWIDTH) || (c.Gpu != nil) != (c.Class == CLASS_GPU) {
		return errors.Wrapf(ErrInvalidParams, "%smemory, bandwidth and gpu belong to their own classes, and must be there", of)
	}
	switch {
	case c.Memory != nil:
		if err := c.Memory.Spec().Validate(); err != nil {
			return bad(err)
		}
		for _, b := range []bound{
			{"memory.step_nanos", clamp(c.Memory.StepNanos), 1, maxNanos},
			{"memory.slack_nanos", clamp(c.Memory.SlackNanos), 0, maxNanos},
		} {
			if err := b.check(of); err != nil {
				return err
			}
		}
	case c.Bandwidth != nil:
		return bound{"bandwidth.measure_millis", clamp(c.Bandwidth.MeasureMillis), 1, maxWorkMillis}.check(of)
	case c.Gpu != nil:
		if err := (gemm.Challenge{Node: []byte{0}, N: int(c.Gpu.Order)}).Validate(); err != nil {
			return bad(err)
		}
		for _, b := range []bound{
			{"gpu.work_millis", clamp(c.Gpu.WorkMillis), 1, maxWorkMillis},
			{"gpu.gpu_gops", clamp(c.Gpu.GpuGops), 1, maxStepsASecond},
		} {
			if err := b.check(of); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxNanos bounds times of a walk: 100 s.
const maxNanos = 100_000_000_000

// Spec is how cells and walks are made.
func (t MemoryTerms) Spec() ramwalk.Spec {
	return ramwalk.Spec{Rounds: t.Rounds, Steps: t.Steps, Interval: t.Interval}
}
