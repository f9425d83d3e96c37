// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks

import (
	"fmt"

	"cosmossdk.io/math"
)

// gasUnit is the amount of gas that a gas price is for.
const gasUnit = 1_000_000

// Quorum is the least number of votes that is more than two thirds of the seats.
func Quorum(seats uint32) uint32 { return seats*2/3 + 1 }

// SeatPay is what a seat that used so much gas earns, in uopen: the seat fee and
// the gas, rounded up.
func SeatPay(seatFee math.Int, gas uint64, gasPrice math.Int) math.Int {
	cost := math.NewIntFromUint64(gas).Mul(gasPrice)
	return seatFee.Add(cost.AddRaw(gasUnit - 1).QuoRaw(gasUnit))
}

// EscrowFor is what a committee of so many seats can cost at most, in uopen.
func EscrowFor(seats uint32, seatFee math.Int, gasLimit uint64, gasPrice math.Int) math.Int {
	return SeatPay(seatFee, gasLimit, gasPrice).MulRaw(int64(seats))
}

// Offer is what a requester asks for, and pays.
type Offer struct {
	Verify Verify
	// Seats is the tier; 1 or 0 where one seat is asked for.
	Seats uint32
	// SeatFee in uopen, GasPrice in uopen per 1,000,000 gas.
	SeatFee, GasPrice math.Int
	// MinRatingBps in 1/10,000; 0 for the parameter's.
	MinRatingBps uint32
}

// NewTerms pins the parameters for a task at the requester's offer: ErrInvalidTier,
// ErrInvalidVerify, ErrInvalidPrice, ErrInvalidRating.
func NewTerms(p Params, o Offer) (Terms, error) {
	if o.Verify == VERIFY_UNSPECIFIED {
		o.Verify = VERIFY_COMMITTEE
	}
	ladder, err := p.Ladder(o.Verify, o.Seats)
	if err != nil {
		return Terms{}, err
	}
	if err := checkPrice("seat_fee", o.SeatFee, p.MinSeatFee); err != nil {
		return Terms{}, err
	}
	if err := checkPrice("gas_price", o.GasPrice, p.MinGasPrice); err != nil {
		return Terms{}, err
	}
	if o.MinRatingBps == 0 {
		o.MinRatingBps = p.MinRatingBps
	}
	if o.MinRatingBps < p.MinRatingBps || o.MinRatingBps > BasisPoints {
		return Terms{}, ErrInvalidRating.Wrapf("min_rating_bps %d, it must be within %d and %d", o.MinRatingBps, p.MinRatingBps, BasisPoints)
	}
	sampleBps := uint32(0)
	if o.Verify == VERIFY_SAMPLE {
		sampleBps = p.SampleBps
	}
	return Terms{
		Ladder:               ladder,
		SeatFee:              o.SeatFee,
		GasPrice:             o.GasPrice,
		SeatBond:             p.SeatBond,
		CommitWindow:         p.CommitWindow,
		RevealWindow:         p.RevealWindow,
		ChallengeWindow:      p.ChallengeWindow,
		AuditBps:             p.AuditBps,
		MaxRedraws:           p.MaxRedraws,
		SlashDissent:         p.SlashDissent,
		ChallengeBond:        p.ChallengeBond,
		DrawTimeout:          p.DrawTimeout,
		OverturnedSlashBps:   p.OverturnedSlashBps,
		EquivocationSlashBps: p.EquivocationSlashBps,
		SeatCpuMillis:        p.SeatCpuMillis,
		Verify:               o.Verify,
		SampleBps:            sampleBps,
		MinRatingBps:         o.MinRatingBps,
	}, nil
}

func checkPrice(name string, price, least math.Int) error {
	if price.IsNil() || price.IsNegative() || price.LT(least) {
		return ErrInvalidPrice.Wrapf("%s must be at least %s uopen", name, least)
	}
	if price.GT(MaxAmount) {
		return ErrInvalidPrice.Wrapf("%s must be at most %s uopen", name, MaxAmount)
	}
	return nil
}

// Escrow is what the last stage can cost at most, in uopen.
func (t Terms) Escrow(gasLimit uint64) math.Int {
	return EscrowFor(t.Ladder[len(t.Ladder)-1], t.SeatFee, gasLimit, t.GasPrice)
}

// SeatPay is what an agreeing seat earns, in uopen. Gas beyond the limit is not paid.
func (t Terms) SeatPay(gas, gasLimit uint64) math.Int {
	return SeatPay(t.SeatFee, min(gas, gasLimit), t.GasPrice)
}

// Horizon is how many blocks a task that now enters a stage can last at most, if
// the chain keeps up with its due tasks.
func (t Terms) Horizon(stage uint32) int64 {
	redraws := uint64(t.MaxRedraws)
	one := t.DrawTimeout + t.CommitWindow + redraws*(t.DrawTimeout+t.CommitWindow) +
		t.RevealWindow + t.ChallengeWindow + t.DrawTimeout
	return int64(one * uint64(len(t.Ladder)-int(stage)))
}

// CoinBps is the chance of the coin over a quorum of a stage, in 1/10,000.
func (t Terms) CoinBps(stage uint32) uint32 {
	if t.Ladder[stage] == 1 {
		return t.SampleBps
	}
	return t.AuditBps
}

// Validate checks pinned terms by themselves, as genesis brings them.
func (t Terms) Validate() error {
	p := DefaultParams()
	if t.Verify < VERIFY_NONE || t.Verify > VERIFY_COMMITTEE {
		return fmt.Errorf("terms: unknown verify %d", t.Verify)
	}
	p.Tiers = t.Ladder
	if t.Verify != VERIFY_COMMITTEE {
		if len(t.Ladder) == 0 || t.Ladder[0] != 1 {
			return fmt.Errorf("terms: ladder %v with verify %s", t.Ladder, t.Verify)
		}
		if p.Tiers = t.Ladder[1:]; len(p.Tiers) == 0 && t.Verify == VERIFY_NONE {
			p.Tiers = []uint32{MinSeats}
		}
	}
	if (t.Verify == VERIFY_SAMPLE) != (t.SampleBps > 0) {
		return fmt.Errorf("terms: sample_bps %d with verify %s", t.SampleBps, t.Verify)
	}
	p.SampleBps, p.MinRatingBps = max(t.SampleBps, 1), t.MinRatingBps
	p.CommitWindow, p.RevealWindow, p.ChallengeWindow = t.CommitWindow, t.RevealWindow, t.ChallengeWindow
	p.DrawTimeout, p.MaxRedraws, p.AuditBps = t.DrawTimeout, t.MaxRedraws, t.AuditBps
	p.OverturnedSlashBps, p.EquivocationSlashBps = t.OverturnedSlashBps, t.EquivocationSlashBps
	p.MinSeatFee, p.MinGasPrice = t.SeatFee, t.GasPrice
	p.MaxSeatBond = MaxAmount
	p.SeatBond, p.ChallengeBond, p.SeatCpuMillis = t.SeatBond, t.ChallengeBond, t.SeatCpuMillis
	if err := p.Validate(); err != nil {
		return fmt.Errorf("terms: %w", err)
	}
	return nil
}
