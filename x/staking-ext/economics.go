// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import "cosmossdk.io/math"

// MaxHarmedBps bounds the part of a slash that goes to the harmed party, in basis
// points. A harmed party that is in league with the punished gets back what it
// lost, at most half of it: every such deal loses the other half.
const MaxHarmedBps = 5_000

// SplitSlash says what of a slash goes to the harmed party; the rest, and what
// rounding leaves, is to be burned.
func (p Penalty) SplitSlash(slashed math.Int) (toHarmed math.Int) {
	return MulDiv(slashed, int64(p.HarmedBps), BasisPoints)
}

// MostGain is the most that wrong data in one duty may earn, in basis points of
// what is locked to it, so that it does not pay: the penalty, less what may come
// back through a harmed party in league, times the least probability of being
// found out; rounded down.
func (p Params) MostGain() uint32 {
	return uint32(p.expectedLoss() / (BasisPoints * BasisPoints))
}

// expectedLoss is what wrong data costs on average, as a part of the lock, in
// 10^-12. Params within their bounds cannot overflow it.
func (p Params) expectedLoss() uint64 {
	return uint64(p.WrongData.SlashBps) * uint64(BasisPoints-p.WrongData.HarmedBps) * uint64(p.MinDetectionBps)
}

// validateEconomics refuses params under which cheating pays. It is called with
// every param within its bounds.
func (p Params) validateEconomics() error {
	if p.expectedLoss() < uint64(p.MaxGainBps)*BasisPoints*BasisPoints {
		return ErrInvalidParams.Wrapf(
			"max_gain_bps is %d, but wrong_data.slash_bps %d less harmed_bps %d, found out with min_detection_bps %d, outweighs %d at most",
			p.MaxGainBps, p.WrongData.SlashBps, p.WrongData.HarmedBps, p.MinDetectionBps, p.MostGain())
	}
	return nil
}
