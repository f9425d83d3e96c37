// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	deposit = int64(1_000_000)
	start   = int64(100_000_000)
)

// accused has a committee find against a machine, and returns the window and the charge.
func accused(c *courtroom, subject machine) (por.Window, por.Charge) {
	w := c.until(1, por.PHASE_REVEALING)
	c.verdict(w, subject, por.VERDICT_MISMATCH, 0)
	w = c.until(1, por.PHASE_CLOSED)
	require.Equal(c.t, por.VERDICT_MISMATCH, c.measurement(w, subject).Verdict)
	charge, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.NoError(c.t, err)
	require.Len(c.t, charge.Accusers, 7)
	require.Empty(c.t, c.faults(), "the penalty waits")
	return w, charge
}

// settled is the outcome of the charge that the last block ended.
func (c *courtroom) settled() por.ChargeOutcome {
	return event(c.fixture, func(m any) (*por.EventChargeSettled, bool) { e, ok := m.(*por.EventChargeSettled); return e, ok }).Outcome
}

func TestAMismatchThatNobodyDisputesIsPunishedWhenTheTimeIsOver(t *testing.T) {
	c := courtSetup(t, 16, por.MODE_ENFORCED)
	subject := c.machines[0]
	w, charge := accused(c, subject)
	require.Zero(t, c.capacity(subject).Verified)
	for c.ctx.BlockHeight() < charge.Due {
		c.turn()
	}
	require.Empty(t, c.faults())
	c.turn()
	require.Equal(t, por.CHARGE_OUTCOME_UNDISPUTED, c.settled())
	require.Equal(t, []string{"por/memory/1 false-proof"}, c.faults())
	require.Equal(t, w.OpenedHeight, c.bonds.Faults[0].Height)
	require.ErrorIs(t, c.dispute(w, subject), por.ErrNoCharge)
}

func TestT2_AVerdictCanBeDisputedUpToAndWithTheLastHeight(t *testing.T) {
	for _, late := range []int64{0, 1} {
		c := courtSetup(t, 16, por.MODE_ENFORCED)
		w, charge := accused(c, c.machines[0])
		c.height(charge.Due + late)
		err := c.dispute(w, c.machines[0])
		if late == 0 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, por.ErrTooLate)
		}
	}
}

func TestOnlyTheVerdictThatIsThereCanBeDisputedOnceAndByItsSubject(t *testing.T) {
	c := courtSetup(t, 16, por.MODE_ENFORCED)
	subject := c.machines[0]
	w, _ := accused(c, subject)
	require.ErrorIs(t, c.dispute(w, c.machines[1]), por.ErrNoCharge)
	other := w
	other.Number = 2
	require.ErrorIs(t, c.dispute(other, subject), por.ErrNoCharge)
	poor := c.bank.Balances[string(subject.operator)]
	delete(c.bank.Balances, string(subject.operator))
	require.ErrorIs(t, c.dispute(w, subject), fakes.ErrPoor)
	c.bank.Balances[string(subject.operator)] = poor
	require.NoError(t, c.dispute(w, subject))
	require.Equal(t, start-deposit, c.balance(subject))
	require.Equal(t, deposit, c.held().Int64())
	require.ErrorIs(t, c.dispute(w, subject), por.ErrAlreadyDisputed)
}

// appeal disputes and waits for the larger committee.
func appeal(c *courtroom, subject machine) (first, second por.Window) {
	first, _ = accused(c, subject)
	require.NoError(c.t, c.dispute(first, subject))
	second = c.until(2, por.PHASE_REVEALING)
	return first, second
}

func TestADisputeIsJudgedByALargerCommitteeOfOthers(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	subject := c.machines[0]
	_, second := appeal(c, subject)
	larger := c.committee(second.Number, subject)
	require.True(t, larger.Appeal)
	require.Len(t, larger.Seats, 15)
	for _, v := range c.committee(1, subject).Verifiers() {
		require.Negative(t, larger.SeatOf(v), "none of those who gave the verdict")
	}
	require.Len(t, c.committee(second.Number, c.machines[1]).Seats, 7, "others have their usual one")
}

func TestInASmallNetworkTheLargerCommitteeHasSomeOfTheFirst(t *testing.T) {
	c := courtSetup(t, 10, por.MODE_ENFORCED)
	subject := c.machines[0]
	_, second := appeal(c, subject)
	require.Len(t, c.committee(second.Number, subject).Seats, 9, "everybody else")
}

func TestADisputeThatIsWonReturnsTheDepositAndLowersTheAccusers(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	subject := c.machines[0]
	_, second := appeal(c, subject)
	before := map[string]por.VerifierScore{}
	for _, m := range c.machines {
		before[m.text] = c.score(m)
	}
	c.verdict(second, subject, por.VERDICT_OK, 64*mib)
	c.until(2, por.PHASE_CLOSED)
	require.Equal(t, start, c.balance(subject))
	require.True(t, c.held().IsZero())
	require.Empty(t, c.faults())
	require.Equal(t, 64*mib, c.capacity(subject).Verified)
	for _, v := range c.committee(1, subject).Verifiers() {
		require.Equal(t, before[v].Overturned+1, c.score(c.machine(v)).Overturned)
		require.Less(t, c.score(c.machine(v)).Score, before[v].Score)
	}
	_, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.ErrorIs(t, err, por.ErrNoCharge)
}

func TestADisputeThatIsLostBurnsTheDepositAndIsPunishedOnce(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	subject := c.machines[0]
	_, second := appeal(c, subject)
	c.verdict(second, subject, por.VERDICT_MISMATCH, 0)
	c.until(2, por.PHASE_CLOSED)
	require.Equal(t, start-deposit, c.balance(subject))
	require.Equal(t, deposit, c.bank.Burned.Int64())
	require.Equal(t, []string{"por/memory/1 false-proof"}, c.faults())
	for range 30 {
		c.turn()
	}
	require.Len(t, c.faults(), 1, "the larger committee's verdict is no second offence")
}

func TestWhoDoesNotStandForTheMeasurementItAskedForHasLost(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	subject := c.machines[0]
	_, second := appeal(c, subject)
	c.verdict(second, subject, por.VERDICT_UNKNOWN, 0)
	c.until(2, por.PHASE_CLOSED)
	require.Equal(t, []string{"por/memory/1 false-proof"}, c.faults())
	require.Equal(t, deposit, c.bank.Burned.Int64())
}

func TestP8_WithoutAVerdictOfLargerCommitteesNobodyIsPenalised(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	c.params(func(p *por.Params) { p.DisputeTimeoutBlocks = 1_000 })
	subject := c.machines[0]
	appeal(c, subject)
	for number := uint64(2); number <= 4; number++ {
		c.until(number, por.PHASE_REVEALING)
		require.True(t, c.committee(number, subject).Appeal, "another one sits")
		c.until(number, por.PHASE_CLOSED)
	}
	require.Empty(t, c.faults())
	require.Equal(t, start, c.balance(subject))
	_, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.ErrorIs(t, err, por.ErrNoCharge)
}

func TestP6_ADisputeThatNoWindowJudgesEndsAndNobodyIsPenalised(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	subject := c.machines[0]
	w, _ := accused(c, subject)
	require.NoError(t, c.dispute(w, subject))
	charge, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.NoError(t, err)
	c.height(charge.Due + 1)
	require.NoError(t, c.k.SettleCharges(c.ctx))
	require.Equal(t, por.CHARGE_OUTCOME_UNDECIDED, c.settled())
	require.Empty(t, c.faults())
	require.Equal(t, start, c.balance(subject))
}

func TestWhoWithdrawsWhatIsToBeMeasuredHasLost(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	subject := c.machines[0]
	w, _ := accused(c, subject)
	require.NoError(t, c.dispute(w, subject))
	x, err := c.workers.Xnode(c.ctx, subject.operator)
	require.NoError(t, err)
	x.Card.Claimed = workers.Resources{CpuMillis: 1}
	c.workers.MustPut(x)
	charge, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.NoError(t, err)
	c.height(charge.Due + 1)
	require.NoError(t, c.k.SettleCharges(c.ctx))
	require.Equal(t, por.CHARGE_OUTCOME_ABSENT, c.settled())
	require.Equal(t, []string{"por/memory/1 false-proof"}, c.faults())
}

func TestC4_AChargeThatCannotBeSettledIsTriedAgainAndHoldsUpNobody(t *testing.T) {
	c := courtSetup(t, 24, por.MODE_ENFORCED)
	stuck, other := c.machines[0], c.machines[1]
	w := c.until(1, por.PHASE_REVEALING)
	c.verdict(w, stuck, por.VERDICT_MISMATCH, 0)
	c.verdict(w, other, por.VERDICT_MISMATCH, 0)
	c.until(1, por.PHASE_CLOSED)
	require.NoError(t, c.dispute(w, stuck))
	charge, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, stuck.operator)
	require.NoError(t, err)
	c.height(charge.Due + 1)
	c.workers.Broken[string(stuck.operator)] = errors.New("no")
	require.NoError(t, c.k.SettleCharges(c.ctx))
	require.Equal(t, []string{"por/memory/1 false-proof"}, c.faults(), "the other one is settled")
	again, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, stuck.operator)
	require.NoError(t, err)
	require.Equal(t, uint32(1), again.Failures)
	delete(c.workers.Broken, string(stuck.operator))
	c.height(again.Due + 1)
	require.NoError(t, c.k.SettleCharges(c.ctx))
	require.Equal(t, por.CHARGE_OUTCOME_UNDECIDED, c.settled())
	require.True(t, c.held().IsZero())
}

func TestADeedThatWasPunishedBeforeIsNoObstacle(t *testing.T) {
	c := courtSetup(t, 16, por.MODE_ENFORCED)
	_, charge := accused(c, c.machines[0])
	c.bonds.Err = errors.New("punished already")
	c.height(charge.Due + 1)
	require.NoError(t, c.k.SettleCharges(c.ctx))
	require.Equal(t, por.CHARGE_OUTCOME_UNDISPUTED, c.settled())
	_, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, c.machines[0].operator)
	require.ErrorIs(t, err, por.ErrNoCharge)
}

func TestAChargeOfAClassThatIsNoLongerEnforcedEndsWithoutAPenalty(t *testing.T) {
	c := courtSetup(t, 16, por.MODE_ENFORCED)
	subject := c.machines[0]
	w, _ := accused(c, subject)
	require.NoError(t, c.dispute(w, subject))
	c.params(func(p *por.Params) { p.Classes[2].Mode = por.MODE_SHADOW })
	charge, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.NoError(t, err)
	c.height(charge.Due + 1)
	require.NoError(t, c.k.SettleCharges(c.ctx))
	require.Equal(t, por.CHARGE_OUTCOME_UNDECIDED, c.settled())
	require.Equal(t, start, c.balance(subject))
	require.Empty(t, c.faults())
}
