// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"cosmossdk.io/math"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// SecureBond is the least lock of a seat, in uopen, under which voting for a wrong
// outcome does not pay. A quorum of liars earns its pay where the coin does not
// fall, and loses the slash of its locks where it does:
//
//	pay * (1 - coin) <= lock * slash * kept * coin
//
// with the coin's chance and the slash in 1/10,000. Kept is the part of a slash
// that can never come back to the liars through a requester in league with them,
// whatever x/staking-ext's harmed_bps are. The number of seats falls out, since
// each risks what it earns. Coin and slash must not be 0.
func SecureBond(pay math.Int, coinBps, slashBps uint32) math.Int {
	const kept = stakingext.BasisPoints - stakingext.MaxHarmedBps
	gain := pay.MulRaw(int64(BasisPoints-coinBps) * BasisPoints * BasisPoints)
	loss := int64(coinBps) * int64(slashBps) * kept
	return gain.AddRaw(loss - 1).QuoRaw(loss)
}

// weakestCoin is the least chance, in 1/10,000, with which a quorum of any stage
// but the last is put to a larger committee. False where no coin is tossed: the
// last stage is as good as its size, and NONE is checked by nobody.
func (t Terms) weakestCoin() (uint32, bool) {
	weakest, found := uint32(BasisPoints), false
	for stage := range t.Ladder[:len(t.Ladder)-1] {
		if t.Ladder[stage] == 1 && t.Verify == VERIFY_NONE {
			continue
		}
		weakest, found = min(weakest, t.CoinBps(uint32(stage))), true
	}
	return weakest, found
}

// Secured returns the terms with the lock that a program's pay asks of a seat: the
// seat bond, or more, up to the parameter's most. Where nobody is slashed for its
// vote, no lock deters, and the seat bond stays. ErrUnsecured where it would take
// more.
func (t Terms) Secured(p Params, gasLimit uint64) (Terms, error) {
	coin, tossed := t.weakestCoin()
	if !t.SlashDissent || !tossed {
		return t, nil
	}
	if coin == 0 || t.OverturnedSlashBps == 0 {
		return t, ErrUnsecured.Wrap("nothing is ever audited, or nothing taken for it")
	}
	pay := t.SeatPay(gasLimit, gasLimit)
	need := SecureBond(pay, coin, t.OverturnedSlashBps)
	if need.GT(p.MaxSeatBond) {
		return t, ErrUnsecured.Wrapf("a seat that earns %s uopen would have to lock %s, max_seat_bond is %s: lower gas_limit or prices",
			pay, need, p.MaxSeatBond)
	}
	t.SeatBond = math.MaxInt(t.SeatBond, need)
	return t, nil
}

// validateEconomics refuses parameters under which cheating pays: within the most
// that a seat locks, every program up to max_gas_limit must be securable at the
// least prices. Where nobody is slashed for its vote there is nothing to weigh.
// It is called with every parameter within its bounds.
func (p Params) validateEconomics() error {
	if p.SeatBond.GT(p.MaxSeatBond) {
		return ErrInvalidParams.Wrapf("max_seat_bond %s is below seat_bond %s", p.MaxSeatBond, p.SeatBond)
	}
	switch {
	case !p.SlashDissent:
		return nil
	case p.AuditBps == 0:
		return ErrInvalidParams.Wrap("audit_bps must be positive where slash_dissent is on: what is never audited can lie")
	case p.OverturnedSlashBps == 0:
		return ErrInvalidParams.Wrap("overturned_slash_bps must be positive where slash_dissent is on: lying must cost something")
	}
	pay := SeatPay(p.MinSeatFee, p.MaxGasLimit, p.MinGasPrice)
	coin := min(p.AuditBps, p.SampleBps)
	if need := SecureBond(pay, coin, p.OverturnedSlashBps); need.GT(p.MaxSeatBond) {
		return ErrInvalidParams.Wrapf(
			"max_seat_bond is %s uopen, but with a coin of %d (the lesser of audit_bps and sample_bps) and overturned_slash_bps %d it takes %s to secure the %s that a seat earns with max_gas_limit at the least prices",
			p.MaxSeatBond, coin, p.OverturnedSlashBps, need, pay)
	}
	return nil
}

// LongestTask is how many blocks a task can last at most, by the longest ladder.
func (p Params) LongestTask() int64 {
	stages := 1
	for _, tier := range p.Tiers {
		if ladder, err := p.Ladder(VERIFY_COMMITTEE, tier); err == nil {
			stages = max(stages, len(ladder))
		}
	}
	for _, verify := range []Verify{VERIFY_NONE, VERIFY_SAMPLE} {
		if ladder, err := p.Ladder(verify, 1); err == nil {
			stages = max(stages, len(ladder))
		}
	}
	return Terms{
		Ladder: make([]uint32, stages), DrawTimeout: p.DrawTimeout, MaxRedraws: p.MaxRedraws,
		CommitWindow: p.CommitWindow, RevealWindow: p.RevealWindow, ChallengeWindow: p.ChallengeWindow,
	}.Horizon(0)
}

// ValidateAgainst holds the parameters to those of x/staking-ext: what locks and
// slashes there must carry what is promised here. ErrInvalidParams names both.
func (p Params) ValidateAgainst(bonds stakingext.Params) error {
	longest := p.LongestTask()
	switch {
	case p.FeeDenom != bonds.BondDenom:
		return ErrInvalidParams.Wrapf("fee_denom is %s, but x/staking-ext's bond_denom is %s: pay and locks could not be compared",
			p.FeeDenom, bonds.BondDenom)
	case longest > bonds.MaxLockBlocks:
		return ErrInvalidParams.Wrapf("a task can last %d blocks, but x/staking-ext's max_lock_blocks is %d: no seat could be locked",
			longest, bonds.MaxLockBlocks)
	case longest > bonds.MaxEvidenceAgeBlocks:
		return ErrInvalidParams.Wrapf("a task can last %d blocks, but x/staking-ext's max_evidence_age_blocks is %d: its faults would be too old",
			longest, bonds.MaxEvidenceAgeBlocks)
	case !p.SlashDissent:
		return nil
	case p.AuditBps < bonds.MinDetectionBps:
		return ErrInvalidParams.Wrapf("audit_bps is %d, but x/staking-ext counts on min_detection_bps %d", p.AuditBps, bonds.MinDetectionBps)
	case p.SampleBps < bonds.MinDetectionBps:
		return ErrInvalidParams.Wrapf("sample_bps is %d, but x/staking-ext counts on min_detection_bps %d", p.SampleBps, bonds.MinDetectionBps)
	case p.OverturnedSlashBps < bonds.WrongData.SlashBps:
		return ErrInvalidParams.Wrapf("overturned_slash_bps is %d, but x/staking-ext's wrong_data.slash_bps is %d: a quorum of liars would lose less than a single one",
			p.OverturnedSlashBps, bonds.WrongData.SlashBps)
	}
	return nil
}
