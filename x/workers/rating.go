// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import errorsmod "cosmossdk.io/errors"

// MaxRating is the best rating, and the whole in basis points.
const MaxRating = 10_000

// Rate moves the rating, an exponentially weighted record of service in 1/10,000:
//
//	SERVED           rating + ⌈(10,000 − rating) × rating_gain_bps / 10,000⌉
//	MISSED, WRONG    rating − ⌈rating × rating_{missed,wrong}_bps / 10,000⌉
//
// Steps are rounded up, so that both ends can be reached. ErrInvalidRating for
// another cause.
func (x *Xnode) Rate(cause RatingCause, p Params) error {
	switch cause {
	case RATING_CAUSE_SERVED:
		x.Rating += part(MaxRating-x.Rating, p.RatingGainBps)
	case RATING_CAUSE_MISSED:
		x.Rating -= part(x.Rating, p.RatingMissedBps)
	case RATING_CAUSE_WRONG:
		x.Rating -= part(x.Rating, p.RatingWrongBps)
	default:
		return errorsmod.Wrapf(ErrInvalidRating, "cause %d", cause)
	}
	return nil
}

// part is bps/10,000 of n, rounded up; n and bps are at most 10,000.
func part(n, bps uint32) uint32 { return (n*bps + MaxRating - 1) / MaxRating }
