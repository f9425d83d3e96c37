// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func TestBackingCountsBesideTheOwnBondAndNeverInsteadOfIt(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	require.EqualValues(t, 1_600, f.free(alice))

	// Duties are secured by the operator's own bond alone: nobody gambles with the
	// coins of others.
	require.NoError(t, f.lock(alice, "task/1", 950, 200))
	require.False(t, f.eligible(alice))
	require.EqualValues(t, 650, f.free(alice))
	require.ErrorIs(t, f.lock(alice, "task/2", 51, 200), stakingext.ErrInsufficientFree)
	require.NoError(t, f.lock(alice, "task/2", 50, 200))
	require.EqualValues(t, 600, f.free(alice))
	require.ErrorIs(t, f.unbond(alice, 1), stakingext.ErrInsufficientFree)

	res, err := f.queries.Bond(f.ctx, &stakingext.QueryBondRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Equal(t, "0 600 600", fmt.Sprint(res.Free, res.CountedBacking, res.FreeStake))
	f.requireSound()
}

func TestAPoolTakesOnlyWhatCounts(t *testing.T) {
	f := opened(t, 1_000, 0, func(p *stakingext.Params) { p.MaxBackingBps = 5_000 })
	require.ErrorIs(t, f.back(bob, alice, 501), stakingext.ErrBackingFull)
	require.NoError(t, f.back(bob, alice, 500))
	require.ErrorIs(t, f.back(carol, alice, 50), stakingext.ErrBackingFull)
	// Where the operator's own bond shrinks, less of the backing counts.
	require.NoError(t, f.unbond(alice, 600))
	require.EqualValues(t, 400+200, f.free(alice))
	res, err := f.queries.Pool(f.ctx, &stakingext.QueryPoolRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Equal(t, "200 0", fmt.Sprint(res.Counted, res.Room))
	f.requireSound()
}

func TestWhatBackRefuses(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.bond(bob, 100))
	require.ErrorIs(t, f.back(carol, bob, 50), stakingext.ErrNoPool)
	require.ErrorIs(t, f.back(bob, carol, 50), stakingext.ErrNoBond)
	require.ErrorIs(t, f.back(bob, alice, 49), stakingext.ErrInvalidAmount)
	require.NoError(t, f.k.Tombstone(f.ctx, alice))
	require.ErrorIs(t, f.back(bob, alice, 50), stakingext.ErrTombstoned)
	require.ErrorIs(t, f.commission(alice, 1), stakingext.ErrTombstoned)
	require.ErrorIs(t, f.commission(carol, 1), stakingext.ErrNoBond)
	require.ErrorIs(t, f.commission(bob, 10_001), stakingext.ErrCommission)
	f.requireSound()
}

func TestWhatUnbackRefuses(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.ErrorIs(t, f.unback(bob, alice, 10), stakingext.ErrNoBacking)
	require.NoError(t, f.back(bob, alice, 100))
	require.ErrorIs(t, f.unback(bob, alice, 101), stakingext.ErrInsufficientBacking)
	require.ErrorIs(t, f.unback(bob, alice, 51), stakingext.ErrBelowMinimum)
	require.ErrorIs(t, f.unback(bob, alice, 9), stakingext.ErrInvalidAmount)
	require.NoError(t, f.unback(bob, alice, 50))
	require.True(t, f.hasBacking(bob, alice))
	require.NoError(t, f.unback(bob, alice, 50))
	require.False(t, f.hasBacking(bob, alice))
	f.requireSound()
}

func TestCommissionFallsFreelyAndRisesByStepsOnlyNowAndThen(t *testing.T) {
	f := opened(t, 1_000, 2_000)
	require.ErrorIs(t, f.commission(alice, 2_100), stakingext.ErrCommission) // too soon
	f.next(100, time.Minute)
	require.ErrorIs(t, f.commission(alice, 2_501), stakingext.ErrCommission) // too far
	require.NoError(t, f.commission(alice, 2_500))
	require.ErrorIs(t, f.commission(alice, 2_501), stakingext.ErrCommission)
	require.NoError(t, f.commission(alice, 0))
	require.ErrorIs(t, f.commission(alice, 1), stakingext.ErrCommission) // falling first opens no way up
	f.next(100, time.Minute)
	require.NoError(t, f.commission(alice, 500))
	f.requireSound()
}

func TestS1_ABackerWhoLeavesAfterTheFaultIsSlashedNevertheless(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.back(carol, alice, 400))
	require.NoError(t, f.unback(bob, alice, 600)) // before the fault
	f.next(15, time.Minute)                       // another batch
	fault := f.fault("task/1")
	f.next(1, time.Minute)
	require.NoError(t, f.unback(carol, alice, 400)) // after it
	require.Len(t, f.batches(alice), 2)

	f.next(2, time.Minute)
	slashed, err := f.slash(alice, fault, 5_000)
	require.NoError(t, err)
	require.Equal(t, "700", slashed.String()) // half of 1000 own and of 400 in reach
	require.Equal(t, "600", f.batches(alice)[0].Tokens.String())
	require.Equal(t, "200", f.batches(alice)[1].Tokens.String())
	f.requireSound()

	f.next(30, 2*time.Hour)
	f.next(1, time.Minute)
	f.next(1, time.Minute)
	require.EqualValues(t, 1_000_000, f.balance(bob))
	require.EqualValues(t, 999_800, f.balance(carol))
	require.Empty(t, f.batches(alice))
	f.requireSound()
}

// Withdrawals that share a batch share its reach: who joins late makes no way out
// for itself by an older batch.
func TestS1_ABatchIsInReachFromTheLastThatJoinedIt(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.back(carol, alice, 400))
	require.NoError(t, f.unback(bob, alice, 600))
	opened := f.batches(alice)[0]
	f.next(5, time.Minute)
	fault := f.fault("task/1")
	f.next(4, time.Minute)
	require.NoError(t, f.unback(carol, alice, 400))
	batch := f.batches(alice)
	require.Len(t, batch, 1)
	require.Greater(t, batch[0].MatureHeight, opened.MatureHeight)
	require.True(t, batch[0].MatureTime.After(opened.MatureTime))

	_, err := f.slash(alice, fault, 1_000)
	require.NoError(t, err)
	require.Equal(t, "900", f.batches(alice)[0].Tokens.String())
	f.requireSound()
}

func TestS1_BackingOutlivesEveryLockByTheChallengeWindow(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.lock(alice, "task/1", 500, 300))
	require.NoError(t, f.unback(bob, alice, 600))
	require.EqualValues(t, 320, f.batches(alice)[0].MatureHeight)
	f.next(219, 3*time.Hour) // 319
	f.next(1, time.Minute)
	require.EqualValues(t, 999_400, f.balance(bob))
	f.next(1, time.Minute)
	require.EqualValues(t, 1_000_000, f.balance(bob))
	f.requireSound()
}

// There is no message that moves, transfers or tokenises a bond or a backing.
func TestS2_NothingMovesBackingBetweenOperators(t *testing.T) {
	var methods []string
	for _, m := range stakingext.Msg_serviceDesc.Methods {
		methods = append(methods, m.MethodName)
	}
	for _, m := range methods {
		require.NotRegexp(t, "(?i)transfer|redelegate|move|tokenize|tokenise|reback", m)
	}
	// Nor can what is on its way back be staked with another before it is paid.
	f := opened(t, 1_000, 0)
	require.NoError(t, f.bond(carol, 1_000))
	require.NoError(t, f.commission(carol, 0))
	f.bank.set(f.ctx, bob, math.NewInt(100))
	require.NoError(t, f.back(bob, alice, 100))
	require.NoError(t, f.unback(bob, alice, 100))
	require.Error(t, f.back(bob, carol, 100))
	f.requireSound()
}

func TestS4_ASecondFullSlashTakesNothing(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.unback(bob, alice, 300))
	for i, want := range []string{"1600", "0"} {
		slashed, err := f.slash(alice, f.fault(fmt.Sprintf("task/%d", i)), 10_000)
		require.NoError(t, err)
		require.Equal(t, want, slashed.String())
		f.requireSound()
	}
	require.True(t, f.totals().Stake().IsZero())
}

func TestS5_ASlashedOperatorWithBackersIsIneligibleAndItsBackersCanLeave(t *testing.T) {
	f := opened(t, 100, 0)
	require.NoError(t, f.back(bob, alice, 150))
	_, err := f.slash(alice, f.fault("task/1"), 1_000)
	require.NoError(t, err)
	require.False(t, f.eligible(alice)) // 90 own, whatever the backing
	value, _ := f.worth(bob, alice)
	require.EqualValues(t, 135, value)
	require.NoError(t, f.unback(bob, alice, 135))
	f.requireSound()
}

func TestS7_ManyTinyWithdrawalsMakeFewBatches(t *testing.T) {
	f := opened(t, 100_000, 0)
	backers := f.freshBackers(40, 1_000)
	for _, b := range backers {
		require.NoError(t, f.back(b, alice, 1_000))
	}
	for round := range 8 {
		for _, b := range backers {
			require.NoError(t, f.unback(b, alice, 10))
		}
		require.LessOrEqual(t, len(f.batches(alice)), 3, round)
		f.skip(7, time.Second)
	}
	f.requireSound()
	// Everybody is paid in the end, so many in each block.
	f.skip(40, 2*time.Hour)
	p := testParams()
	p.MaxUnbackingsPerBlock = 7
	require.NoError(t, f.k.UpdateParams(f.ctx, name(gov), p))
	for blocks := 0; len(f.batches(alice)) > 0; blocks++ {
		before := f.totals().Unbacking
		f.next(1, time.Second)
		require.LessOrEqual(t, before.Sub(f.totals().Unbacking).Int64(), int64(7*80))
		require.Less(t, blocks, 40)
	}
	for _, b := range backers {
		require.EqualValues(t, 80, f.balance(b))
	}
	f.requireSound()
}

func TestS8_RoundingFallsToThePoolAndTheLastTakesAll(t *testing.T) {
	f := opened(t, 1_000, 0)
	for _, b := range []sdk.AccAddress{bob, carol, gov} {
		f.bank.set(f.ctx, b, math.NewInt(1_000_000))
		require.NoError(t, f.back(b, alice, 50))
	}
	_, err := f.slash(alice, f.fault("task/1"), 1_150)
	require.NoError(t, err)
	pool := f.pool(alice)
	require.Equal(t, "133", pool.Tokens.String()) // of three equal backings
	sum := int64(0)
	for i, b := range []sdk.AccAddress{bob, carol, gov} {
		value, _ := f.worth(b, alice)
		require.NoError(t, f.unback(b, alice, value))
		sum += value
		if i < 2 {
			require.Equal(t, pool.Tokens.Int64()/3, value)
		}
	}
	require.Equal(t, pool.Tokens.Int64(), sum)
	require.True(t, f.pool(alice).Tokens.IsZero())
	require.True(t, f.pool(alice).Shares.IsZero())
	f.requireSound()
}

// The first backer cannot make a share so dear that the next one's coins buy none.
func TestS8_TheFirstBackerCannotInflateTheShare(t *testing.T) {
	f := opened(t, 400_000, 0)
	require.NoError(t, f.back(bob, alice, 50))
	// Coins sent to the account are not on the ledger.
	require.NoError(t, f.bank.move(f.ctx, bob, module, sdk.NewCoins(open(500_000))))
	// Rounding in its favour, as often as it likes.
	for range 200 {
		require.NoError(t, f.back(bob, alice, 61))
		require.NoError(t, f.unback(bob, alice, 61))
	}
	require.NoError(t, f.back(carol, alice, 77))
	value, _ := f.worth(carol, alice)
	require.GreaterOrEqual(t, value, int64(76))
	f.requireSound()
}

func TestS9_AfterAFullSlashANewGenerationBegins(t *testing.T) {
	f := opened(t, 1_000, 0)
	f.weigh(alice, 10)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.back(carol, alice, 400))
	require.NoError(t, f.unback(carol, alice, 100))
	require.EqualValues(t, 2_000, f.mint(10_000))
	old := f.pool(alice)
	_, err := f.slash(alice, f.fault("task/1"), 10_000)
	require.NoError(t, err)
	f.requireEvent(&stakingext.EventPoolWiped{Operator: name(alice), Generation: old.Generation})
	f.requireSound()
	pool := f.pool(alice)
	require.NotEqual(t, old.Generation, pool.Generation)
	require.True(t, pool.Shares.IsZero() && pool.Tokens.IsZero())

	// The old shares are worth nothing; the rewards of their time are still due.
	require.ErrorIs(t, f.unback(bob, alice, 1), stakingext.ErrBackingWiped)
	value, rewards := f.worth(bob, alice)
	require.Zero(t, value)
	require.EqualValues(t, 631, rewards) // 2000 x 900/1900 x 600/900
	// The batch is emptied and closed, though nobody walked its backers.
	f.next(1, time.Second)
	require.Empty(t, f.batches(alice))
	f.requireSound()

	// The operator begins anew; an old backer's new shares are of the new generation.
	require.NoError(t, f.bond(alice, 1_000))
	before := f.balance(bob)
	require.NoError(t, f.back(bob, alice, 500))
	require.Equal(t, before-500+631, f.balance(bob))
	value, _ = f.worth(bob, alice)
	require.EqualValues(t, 500, value)
	require.EqualValues(t, 1_500, f.free(alice))
	paid, err := f.withdraw(carol, alice)
	require.NoError(t, err)
	require.EqualValues(t, 315, paid)
	require.False(t, f.hasBacking(carol, alice))
	require.Empty(t, f.export().EndedGenerations)
	f.requireSound()
}

// A hair's breadth short of everything, over and over: the number of shares stays
// within what an integer holds, and who is left can leave.
func TestS9_SlashesToADustOfTokensEndInAWornPool(t *testing.T) {
	f := opened(t, 200_000, 0, func(p *stakingext.Params) { p.SlashEpochBlocks = 1 })
	worn := false
	for i := range 12 {
		err := f.back(bob, alice, 90_000)
		if err != nil {
			require.ErrorIs(t, err, stakingext.ErrPoolWorn)
			worn = true
			break
		}
		_, err = f.slash(alice, f.fault(fmt.Sprintf("task/%d", i)), 9_999)
		require.NoError(t, err)
		f.bank.set(f.ctx, alice, math.NewInt(1_000_000))
		f.bank.set(f.ctx, bob, math.NewInt(1_000_000))
		require.NoError(t, f.bond(alice, 200_000))
		f.next(1, time.Second)
		f.requireSound()
	}
	require.True(t, worn)
	value, _ := f.worth(bob, alice)
	require.Positive(t, value)
	require.NoError(t, f.unback(bob, alice, value))
	require.NoError(t, f.back(bob, alice, 90_000))
	f.requireSound()
}

func TestS10_OtherCoinsAreRefused(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	_, err := f.msgs.Back(f.ctx, &stakingext.MsgBack{Backer: name(bob), Operator: name(alice), Amount: sdk.NewInt64Coin("uatom", 100)})
	require.ErrorIs(t, err, stakingext.ErrWrongDenom)
	_, err = f.msgs.Unback(f.ctx, &stakingext.MsgUnback{Backer: name(bob), Operator: name(alice), Amount: sdk.NewInt64Coin("uatom", 100)})
	require.ErrorIs(t, err, stakingext.ErrWrongDenom)
	for _, amount := range []math.Int{{}, math.ZeroInt(), math.NewInt(-5)} {
		_, err = f.msgs.Back(f.ctx, &stakingext.MsgBack{Backer: name(bob), Operator: name(alice), Amount: sdk.Coin{Denom: denom, Amount: amount}})
		require.ErrorIs(t, err, stakingext.ErrInvalidAmount)
		_, err = f.msgs.Unback(f.ctx, &stakingext.MsgUnback{Backer: name(bob), Operator: name(alice), Amount: sdk.Coin{Denom: denom, Amount: amount}})
		require.ErrorIs(t, err, stakingext.ErrInvalidAmount)
	}
	huge := math.NewIntFromBigInt(math.NewInt(1).BigInt().Lsh(math.OneInt().BigInt(), 255))
	_, err = f.msgs.Back(f.ctx, &stakingext.MsgBack{Backer: name(bob), Operator: name(alice), Amount: sdk.Coin{Denom: denom, Amount: huge}})
	require.ErrorIs(t, err, stakingext.ErrBackingFull)
	_, err = f.msgs.Unback(f.ctx, &stakingext.MsgUnback{Backer: name(bob), Operator: name(alice), Amount: sdk.Coin{Denom: denom, Amount: huge}})
	require.ErrorIs(t, err, stakingext.ErrInsufficientBacking)
}

func TestC4_APayoutThatFailsIsTriedAgainAndDelaysNobodyElse(t *testing.T) {
	f := opened(t, 100_000, 0)
	backers := f.freshBackers(5, 100)
	for _, b := range backers {
		require.NoError(t, f.back(b, alice, 100))
		require.NoError(t, f.unback(b, alice, 100))
	}
	f.bank.blocked[string(backers[1])] = true
	f.skip(30, 2*time.Hour)
	f.next(1, time.Second) // to the height queue, or paid
	f.next(1, time.Second)
	for i, b := range backers {
		if i != 1 {
			require.EqualValues(t, 100, f.balance(b))
		}
	}
	batch := f.batches(alice)
	require.Len(t, batch, 1)
	require.Equal(t, "100", batch[0].Tokens.String())
	require.EqualValues(t, 1, batch[0].Attempts)
	f.requireSound()
	// Still within reach of a slash.
	_, err := f.slash(alice, stakingext.Fault{Subject: "task/1", Kind: "late", Track: stakingext.TrackWrongData, Height: 90}, 5_000)
	require.NoError(t, err)
	f.bank.blocked[string(backers[1])] = false
	f.next(10, time.Second)
	f.next(1, time.Second)
	require.EqualValues(t, 50, f.balance(backers[1]))
	require.Empty(t, f.batches(alice))
	f.requireSound()
}

func TestC6_AClosedBondLeavesNothingOfItsPool(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.unbond(alice, 1_000))
	f.next(30, 2*time.Hour)
	f.next(1, time.Second)
	// Paid, but backers are still there.
	require.EqualValues(t, 1_000_000, f.balance(alice))
	require.NoError(t, f.unback(bob, alice, 600))
	f.next(30, 2*time.Hour)
	f.next(1, time.Second)
	f.next(1, time.Second)
	require.EqualValues(t, 1_000_000, f.balance(bob))
	gs := f.export()
	require.Empty(t, gs.Bonds)
	require.Empty(t, gs.Pools)
	require.Empty(t, gs.Backings)
	require.Empty(t, gs.UnbackingBatches)
	require.Empty(t, gs.Unbackings)
	f.requireSound()
}

func TestBackersBearTheirPartOfASlashUnderTheCircuitBreaker(t *testing.T) {
	f := opened(t, 1_000, 0, func(p *stakingext.Params) { p.MaxSlashPerEpochBps = 1_000 })
	require.NoError(t, f.back(bob, alice, 1_000))
	slashed, err := f.slash(alice, f.fault("task/1"), 5_000)
	require.NoError(t, err)
	require.Equal(t, "200", slashed.String()) // a tenth of 2000
	require.Equal(t, "900", f.bondOf(alice).Amount.String())
	require.Equal(t, "900", f.pool(alice).Tokens.String())
	f.requireSound()
}

// An operator whose friend is the harmed party must not live on its backers.
func TestTheHarmedPartyGetsNothingOfWhatBackersLose(t *testing.T) {
	f := opened(t, 1_000, 0, func(p *stakingext.Params) { p.WrongData.HarmedBps = 5_000 })
	require.NoError(t, f.back(bob, alice, 2_000))
	require.NoError(t, f.unback(bob, alice, 500))
	fault := f.fault("task/1")
	fault.Harmed = carol
	before := f.balance(carol)
	slashed, err := f.slash(alice, fault, 1_000)
	require.NoError(t, err)
	require.Equal(t, "300", slashed.String())
	require.EqualValues(t, 50, f.balance(carol)-before) // half of 100
	require.Equal(t, f.totals().Owed(), f.bank.get(f.ctx, module))
	f.requireSound()
}

func TestTheBackingQueriesAnswer(t *testing.T) {
	f := opened(t, 1_000, 0)
	require.NoError(t, f.back(bob, alice, 600))
	require.NoError(t, f.back(carol, alice, 100))
	require.NoError(t, f.unback(bob, alice, 200))

	list, err := f.queries.Backings(f.ctx, &stakingext.QueryBackingsRequest{Operator: name(alice)})
	require.NoError(t, err)
	require.Len(t, list.Backings, 2)
	mine, err := f.queries.BackerBackings(f.ctx, &stakingext.QueryBackerBackingsRequest{Backer: name(bob)})
	require.NoError(t, err)
	require.Len(t, mine.Backings, 1)
	require.Equal(t, "400 0", fmt.Sprint(mine.Backings[0].Value, mine.Backings[0].Rewards))
	leaving, err := f.queries.BackerUnbackings(f.ctx, &stakingext.QueryBackerUnbackingsRequest{Backer: name(bob)})
	require.NoError(t, err)
	require.Len(t, leaving.Unbackings, 1)
	require.Equal(t, "200", leaving.Unbackings[0].Value.String())
	require.Equal(t, f.batches(alice)[0], leaving.Unbackings[0].Batch)
	none, err := f.queries.BackerUnbackings(f.ctx, &stakingext.QueryBackerUnbackingsRequest{Backer: name(carol)})
	require.NoError(t, err)
	require.Empty(t, none.Unbackings)
	_, err = f.queries.Pool(f.ctx, &stakingext.QueryPoolRequest{Operator: name(bob)})
	require.ErrorIs(t, err, stakingext.ErrNoPool)
	_, err = f.queries.BackerBackings(f.ctx, &stakingext.QueryBackerBackingsRequest{Backer: "nobody"})
	require.Error(t, err)
}
