// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// TestC14_EveryUopenOfAnEscrowIsPaidOrRefundedWhateverIsVoted drives one task at a
// time to its end, over all ways of verifying, ladders, coins and votes, at prices
// and gas up to the greatest. fixture.end checks the ledger after every block.
func TestC14_EveryUopenOfAnEscrowIsPaidOrRefundedWhateverIsVoted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFixture(rt, func(p *slashingtasks.Params) {
			p.Tiers = rapid.SampledFrom([][]uint32{{3}, {3, 7}, {3, 7, 15}, {4, 5, 6}, {5, 20}}).Draw(rt, "tiers")
			p.MaxEscalations = rapid.Uint32Range(0, 3).Draw(rt, "escalations")
			p.AuditBps = rapid.SampledFrom([]uint32{0, 5_000, 10_000}).Draw(rt, "audit")
			p.SampleBps = rapid.SampledFrom([]uint32{1, 5_000, 10_000}).Draw(rt, "sample")
			p.SlashDissent = rapid.Bool().Draw(rt, "slash")
			p.CommitWindow, p.RevealWindow, p.ChallengeWindow, p.DrawTimeout = 3, 3, 2, 4
			p.MinSeatFee, p.MinGasPrice, p.MaxGasLimit, p.Retention = math.ZeroInt(), math.ZeroInt(), 1<<56, 1_000
		})
		f.world.addXnodes(9, rapid.IntRange(9, 30).Draw(rt, "xnodes"))
		rich := math.NewIntWithDecimal(1, 60)
		require.NoError(rt, f.world.balances.Set(f.ctx, requester, rich))
		m := f.anySubmission(rt)
		if m == nil {
			return
		}
		escrow := m.MaxFee.Amount
		f.play(rt, 1)
		task, paid := f.task(1), math.ZeroInt()
		require.True(rt, task.Final())
		most := task.Terms.SeatPay(m.Program.GasLimit, m.Program.GasLimit)
		for _, s := range f.seats(1) {
			require.True(rt, s.Paid.LTE(most))
			paid = paid.Add(s.Paid)
			require.Equal(rt, s.Paid.String(), f.world.GetBalance(f.ctx, operatorOf(s), denom).Amount.String())
		}
		refund := f.world.GetBalance(f.ctx, requester, denom).Amount.Sub(rich.Sub(escrow))
		require.Equal(rt, task.Paid.String(), paid.String())
		require.Equal(rt, escrow.String(), paid.Add(refund).String())
		require.False(rt, refund.IsNegative())
		require.True(rt, task.Held().IsZero())
		require.Zero(rt, f.balance(moduleAddress()), "a challenge bond was returned or burned")
		if task.Phase == slashingtasks.PHASE_CLOSED {
			require.True(rt, paid.IsZero())
		}
	})
}

// anySubmission submits whatever can be asked for, at exactly what a quote says;
// nil where the ladder offers no sample, and where no lock could secure it.
func (f *fixture) anySubmission(rt *rapid.T) *slashingtasks.MsgSubmitTask {
	p, err := f.k.Params.Get(f.ctx)
	require.NoError(rt, err)
	price := rapid.SampledFrom([]math.Int{
		math.ZeroInt(), math.OneInt(), math.NewInt(999_999), math.NewInt(1_000_001), slashingtasks.MaxAmount,
	})
	m := f.submission(p.Tiers[0])
	m.Verify = slashingtasks.Verify(rapid.Int32Range(0, 3).Draw(rt, "verify"))
	m.Seats = rapid.SampledFrom(p.Tiers).Draw(rt, "tier")
	if m.Verify == slashingtasks.VERIFY_NONE || m.Verify == slashingtasks.VERIFY_SAMPLE {
		m.Seats = rapid.Uint32Range(0, 1).Draw(rt, "one")
	}
	m.SeatFee, m.GasPrice = price.Draw(rt, "seat fee"), price.Draw(rt, "gas price")
	m.Program.GasLimit = rapid.SampledFrom([]uint64{1, 999_999, 1_000_001, 1 << 56}).Draw(rt, "limit")
	quote, err := f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{
		Verify: m.Verify, Seats: m.Seats, GasLimit: m.Program.GasLimit, SeatFee: m.SeatFee.String(), GasPrice: m.GasPrice.String(),
	})
	if m.Verify == slashingtasks.VERIFY_SAMPLE && p.MaxEscalations == 0 {
		require.ErrorIs(rt, err, slashingtasks.ErrInvalidVerify)
		return nil
	}
	if errors.Is(err, slashingtasks.ErrUnsecured) {
		require.True(rt, p.SlashDissent)
		return nil
	}
	require.NoError(rt, err)
	require.True(rt, quote.LikelyFee.LTE(quote.EscalatedFee) && quote.EscalatedFee.LTE(quote.MaxFee))
	send := func() error {
		return f.tx(func(ctx sdk.Context) error { _, err := f.msg.SubmitTask(ctx, m); return err })
	}
	m.MaxFee.Amount = quote.MaxFee.SubRaw(1)
	require.ErrorIs(rt, send(), slashingtasks.ErrMaxFee)
	m.MaxFee.Amount = quote.MaxFee
	require.NoError(rt, send())
	require.Equal(rt, quote.MaxFee.String(), f.task(1).Escrow.String())
	require.Equal(rt, quote.Ladder, f.task(1).Terms.Ladder)
	return m
}

// play has the seats of a task vote, miss and decline, and a challenger come, until
// the task is final.
func (f *fixture) play(rt *rapid.T, id uint64) {
	limit := f.task(id).Program.GasLimit
	outcomes := []slashingtasks.Outcome{
		{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: limit},
		{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_GAS, Gas: limit},
		{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_DEPTH, Gas: limit / 2},
		{Status: slashingtasks.OUTCOME_STATUS_INVALID_MODULE},
	}
	honest := rapid.IntRange(0, len(outcomes)-1).Draw(rt, "honest")
	for range 400 {
		task := f.task(id)
		if task.Final() {
			return
		}
		for _, s := range f.seats(id) {
			if s.State == slashingtasks.SEAT_STATE_COMMITTED {
				for _, o := range outcomes {
					_ = f.reveal(s, o)
				}
			}
			if s.State != slashingtasks.SEAT_STATE_DRAWN {
				continue
			}
			switch deed := rapid.IntRange(0, 19).Draw(rt, "deed"); {
			case deed < len(outcomes):
				_ = f.commit(s, outcomes[deed])
			case deed < 18:
				_ = f.commit(s, outcomes[honest])
			case deed == 18:
				_ = f.decline(s)
			}
		}
		if task.Phase == slashingtasks.PHASE_CHALLENGEABLE && rapid.IntRange(0, 3).Draw(rt, "challenge") == 0 {
			_ = f.challenge(id)
		}
		f.end()
	}
	require.FailNow(rt, "the task never ended")
}
