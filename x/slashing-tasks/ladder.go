// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import "slices"

// Ladder returns the committee sizes of a task by stage, in seats.
//
// COMMITTEE begins at a tier (ErrInvalidTier for a size that is none) and goes on
// with at most max_escalations further ones. NONE and SAMPLE begin with one seat
// (ErrInvalidTier for another number) and go on with the least tier in which that
// seat alone cannot prevent a quorum: NONE ends there, SAMPLE goes on as above.
// ErrInvalidVerify for SAMPLE where nothing escalates, and for anything else.
func (p Params) Ladder(verify Verify, seats uint32) ([]uint32, error) {
	further := int(p.MaxEscalations)
	switch verify {
	case VERIFY_COMMITTEE:
		i := slices.Index(p.Tiers, seats)
		if i < 0 {
			return nil, ErrInvalidTier.Wrapf("%d seats; the tiers are %v", seats, p.Tiers)
		}
		return slices.Clone(p.Tiers[i:min(i+1+further, len(p.Tiers))]), nil
	case VERIFY_NONE:
		further = min(further, 1)
	case VERIFY_SAMPLE:
		if further == 0 {
			return nil, ErrInvalidVerify.Wrapf("%s: nothing escalates here", verify)
		}
	default:
		return nil, ErrInvalidVerify.Wrapf("%d", verify)
	}
	if seats > 1 {
		return nil, ErrInvalidTier.Wrapf("%d seats; %s has one", seats, verify)
	}
	i := slices.IndexFunc(p.Tiers, outvotesOne)
	if i < 0 {
		i = len(p.Tiers) - 1
	}
	return append([]uint32{1}, p.Tiers[i:min(i+further, len(p.Tiers))]...), nil
}

// outvotesOne says whether a committee has a quorum without one of its seats. In
// one that has not, the seat that it judges could hold up the judgement.
func outvotesOne(seats uint32) bool { return Quorum(seats) < seats }
