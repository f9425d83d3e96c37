// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestATaskThatNobodyChecksHasOneSeatWhoseWordIsTheOutcome(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.AuditBps = 10_000 })
	id := f.submitAs(slashingtasks.VERIFY_NONE)
	submitted := said[*slashingtasks.EventTaskSubmitted](f)[0]
	require.Equal(t, slashingtasks.VERIFY_NONE, submitted.Verify)
	require.EqualValues(t, 1, submitted.DetwasmVersion)
	require.EqualValues(t, 7*2_500, f.task(id).Escrow.Int64(), "a challenge can bring seven seats")
	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.Len(t, f.seats(id), 1)
	f.vote(id, good())
	require.Equal(t, slashingtasks.PHASE_CHALLENGEABLE, f.task(id).Phase)
	require.True(t, f.task(id).Audited, "no coin is tossed")
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 2_001, task.Paid.Int64())
	require.EqualValues(t, 1_000_000_000-2_001, f.balance(requester))
	require.Empty(t, f.ratings(id, f.seats(id)[0].Operator), "what nobody checked proves nothing")
}

func TestALoneLiarThatIsChallengedIsOverturnedByTheLeastCommitteeThatCan(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SlashDissent = true })
	id := f.submitAs(slashingtasks.VERIFY_NONE)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, bad())
	require.NoError(t, f.challenge(id))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	require.EqualValues(t, 7, f.task(id).Seats, "its vote and six fresh ones")
	f.vote(id, good())
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.EqualValues(t, 6*2_001, task.Paid.Int64())
	require.EqualValues(t, 1_000_000_000, f.balance(challenger))
	liar := f.seats(id)[0]
	require.Equal(t, []string{"overturned FAULT_TRACK_WRONG_DATA"}, f.faults(id, liar.Operator))
	require.Equal(t, []string{"wrong"}, f.ratings(id, liar.Operator))
	require.Equal(t, []string{"served"}, f.ratings(id, f.seats(id)[1].Operator))
}

func TestALoneHonestSeatSurvivesAChallenge(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SlashDissent = true })
	id := f.submitAs(slashingtasks.VERIFY_NONE)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	require.NoError(t, f.challenge(id))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 7*2_001, task.Paid.Int64())
	require.EqualValues(t, 990_000_000, f.balance(challenger), "burned")
	require.Equal(t, []string{"served"}, f.ratings(id, f.seats(id)[0].Operator), "now somebody has checked")
}

func TestASampleThatTheCoinPicksIsRunByACommittee(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SampleBps = 10_000 })
	id := f.submitAs(slashingtasks.VERIFY_SAMPLE)
	require.EqualValues(t, 15*2_500, f.task(id).Escrow.Int64())
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, bad())
	require.False(t, f.task(id).Audited)
	f.until(id, slashingtasks.PHASE_DRAWING)
	require.Equal(t, slashingtasks.CauseSample, said[*slashingtasks.EventEscalated](f)[0].Cause)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	require.True(t, f.task(id).Audited, "a committee has the audit's coin, which is off")
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, good(), *task.Outcome)
	require.Equal(t, []string{"wrong"}, f.ratings(id, f.seats(id)[0].Operator))
}

func TestASampleThatTheCoinSparesIsVerifiedAndCountsAsServed(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SampleBps, p.AuditBps = 1, 10_000 })
	id := f.submitAs(slashingtasks.VERIFY_SAMPLE)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	task := f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 2_001, task.Paid.Int64())
	require.Equal(t, []string{"served"}, f.ratings(id, f.seats(id)[0].Operator))
}

func TestALoneSeatThatIsMissedIsRedrawn(t *testing.T) {
	f := newFixture(t)
	id := f.submitAs(slashingtasks.VERIFY_NONE)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	first := f.seats(id)[0]
	for len(f.drawn(id)) == 1 && f.drawn(id)[0].Index == 0 || len(f.drawn(id)) == 0 {
		f.end()
	}
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.Equal(t, []string{"missed"}, f.ratings(id, first.Operator))
	require.Len(t, f.seats(id), 2)
}

func TestALoneSeatAndAsManyOthersAgainstItSettleNothing(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SlashDissent = true })
	f.world.xnodes = f.world.xnodes[:2]
	id := f.submitAs(slashingtasks.VERIFY_NONE)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, bad())
	require.NoError(t, f.challenge(id))
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	task := f.until(id, slashingtasks.PHASE_CLOSED)
	require.Equal(t, slashingtasks.CLOSE_REASON_INCONCLUSIVE, task.Reason)
	for _, s := range f.seats(id) {
		require.Empty(t, f.faults(id, s.Operator))
		require.Empty(t, f.ratings(id, s.Operator))
	}
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
	require.EqualValues(t, 1_000_000_000, f.balance(challenger))
}

func TestEachDeedMovesARatingOnceAndDecliningNone(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxRedraws = 0 })
	f.world.addXnodes(9, 40)
	id := f.committing(7)
	seats := f.seats(id)
	require.NoError(t, f.decline(seats[6]))
	for i, o := range []slashingtasks.Outcome{bad(), good(), good(), good(), good()} {
		require.NoError(t, f.commit(seats[i], o))
	}
	f.until(id, slashingtasks.PHASE_REVEALING)
	for i, o := range []slashingtasks.Outcome{bad(), good(), good(), good()} {
		require.NoError(t, f.reveal(seats[i], o))
	}
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	for i, want := range [][]string{{"wrong"}, {"served"}, {"served"}, {"served"}, {"missed"}, {"missed"}, nil} {
		require.Equal(t, want, f.ratings(id, seats[i].Operator), "seat %d", i)
	}
	require.Empty(t, f.faults(id, seats[0].Operator), "slash_dissent is off: a rating is no fine")
}

func TestC9_APriceThatRisesAfterTheDrawDoesNotMatterAndAllSeatsGetTheOffer(t *testing.T) {
	f := newFixture(t)
	for i, x := range f.world.xnodes {
		x.prices.GasPrice = math.NewInt(int64(400 + 20*i)) // six of nine ask at most 500
		x.prices.SeatFee = math.NewInt(int64(i))
	}
	id := f.committing(3)
	for _, s := range f.seats(id) {
		require.LessOrEqual(t, f.world.xnode(operatorOf(s)).prices.GasPrice.Int64(), int64(500))
		f.world.xnode(operatorOf(s)).prices.GasPrice = math.NewInt(9_000)
		f.world.xnode(operatorOf(s)).rating = 0
	}
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	for _, s := range f.seats(id) {
		require.EqualValues(t, 2_001, s.Paid.Int64(), "whatever it asked")
	}
}

func TestWhereTooFewAcceptThePriceOrHaveTheRatingThereIsNoCommittee(t *testing.T) {
	for name, test := range map[string]struct {
		spoil  func(*xnode)
		change func(*slashingtasks.MsgSubmitTask)
	}{
		"the gas price": {func(x *xnode) { x.prices.GasPrice = math.NewInt(501) }, func(*slashingtasks.MsgSubmitTask) {}},
		"the seat fee":  {func(x *xnode) { x.prices.SeatFee = math.NewInt(2_001) }, func(*slashingtasks.MsgSubmitTask) {}},
		"the rating":    {func(x *xnode) { x.rating = 5_999 }, func(m *slashingtasks.MsgSubmitTask) { m.MinRatingBps = 6_000 }},
		"the chain's":   {func(x *xnode) { x.rating = 999 }, func(*slashingtasks.MsgSubmitTask) {}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(p *slashingtasks.Params) { p.MinRatingBps = 1_000 })
			for i, x := range f.world.xnodes {
				if x.rating = 6_000; i > 1 {
					test.spoil(x)
				}
			}
			as := func(m *slashingtasks.MsgSubmitTask) { m.Verify, m.Seats = 0, 3; test.change(m) }
			id := f.submitAs(0, as)
			task := f.until(id, slashingtasks.PHASE_CLOSED)
			require.Equal(t, slashingtasks.CLOSE_REASON_NO_COMMITTEE, task.Reason)
			require.EqualValues(t, 1_000_000_000, f.balance(requester))
			one := f.submitAs(slashingtasks.VERIFY_NONE, test.change)
			f.until(one, slashingtasks.PHASE_COMMITTING)
		})
	}
}

func TestAQuoteOfOneSeatShowsWhatAnEscalationCosts(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SampleBps, p.MinRatingBps, p.MaxDetwasmVersion = 700, 1_000, 3 })
	for verify, want := range map[slashingtasks.Verify]slashingtasks.QueryQuoteResponse{
		slashingtasks.VERIFY_NONE:   {MaxFee: math.NewInt(7 * 2_500), Ladder: []uint32{1, 7}},
		slashingtasks.VERIFY_SAMPLE: {MaxFee: math.NewInt(15 * 2_500), Ladder: []uint32{1, 7, 15}, EscalationBps: 700},
	} {
		got, err := f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{
			Verify: verify, GasLimit: 1_000_000, SeatFee: "2000", GasPrice: "500",
		})
		require.NoError(t, err)
		want.LikelyFee, want.EscalatedFee = math.NewInt(2_500), math.NewInt(7*2_500)
		want.SeatBond = math.NewInt(1_000_000)
		want.SeatFee, want.GasPrice = math.NewInt(2_000), math.NewInt(500)
		want.Verify, want.MinRatingBps, want.DetwasmVersion = verify, 1_000, 3
		require.Equal(t, want.String(), got.String())
	}
	_, err := f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{Verify: slashingtasks.VERIFY_SAMPLE, Seats: 7, GasLimit: 1})
	require.ErrorIs(t, err, slashingtasks.ErrInvalidTier)
}
