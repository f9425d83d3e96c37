// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

func slashing(p *slashingtasks.Params) { p.SlashDissent, p.AuditBps = true, 500 }

func TestASeatOfADearTaskLocksMoreAndTheQuoteSaysSo(t *testing.T) {
	f := newFixture(t, slashing)
	dear := func(m *slashingtasks.MsgSubmitTask) {
		m.Verify, m.Seats, m.SeatFee = 0, 3, math.NewInt(99_500) // and 500 for gas
		m.MaxFee.Amount = math.NewInt(1_500_000)
	}
	id := f.submitAs(0, dear)
	require.Equal(t, math.NewInt(7_600_000), f.task(id).Terms.SeatBond)
	quote, err := f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{Seats: 3, GasLimit: 1_000_000, SeatFee: "99500", GasPrice: "500"})
	require.NoError(t, err)
	require.Equal(t, math.NewInt(7_600_000), quote.SeatBond)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	seat := f.seats(id)[0]
	locked, err := f.world.locks.Get(f.ctx, collections.Join(operatorOf(seat), slashingtasks.Subject(id)))
	require.NoError(t, err)
	require.Equal(t, math.NewInt(7_600_000), locked)
}

func TestATaskThatNoSeatCouldSecureIsRefusedAndCostsNothing(t *testing.T) {
	f := newFixture(t, slashing, func(p *slashingtasks.Params) {
		p.MaxSeatBond, p.MaxGasLimit = math.NewInt(1_000_000), 1_000_000
	})
	m := f.submission(3)
	m.SeatFee = math.NewInt(20_000)
	m.MaxFee.Amount = math.NewInt(10_000_000)
	err := f.tx(func(ctx sdk.Context) error { _, err := f.msg.SubmitTask(ctx, m); return err })
	require.ErrorIs(t, err, slashingtasks.ErrUnsecured)
	_, err = f.query.Quote(f.ctx, &slashingtasks.QueryQuoteRequest{Seats: 3, GasLimit: 1, SeatFee: "20000"})
	require.ErrorIs(t, err, slashingtasks.ErrUnsecured)
	require.EqualValues(t, 1_000_000_000, f.balance(requester))
}

func TestATaskThatCouldOutlastItsLocksIsRefused(t *testing.T) {
	f := newFixture(t)
	f.world.rules.MaxLockBlocks = f.task(f.submit(3)).Terms.Horizon(0)
	f.submit(3) // exactly as long
	f.world.rules.MaxLockBlocks--
	m := f.submission(3)
	err := f.tx(func(ctx sdk.Context) error { _, err := f.msg.SubmitTask(ctx, m); return err })
	require.ErrorIs(t, err, slashingtasks.ErrTooLong)
}

func TestC8_ParametersThatTheBondsDoNotCarryAreRefusedAtGenesisAndAfter(t *testing.T) {
	p := params()
	p.SlashDissent, p.AuditBps = true, 499
	f := bareFixture(t)
	err := f.k.InitGenesis(f.ctx, slashingtasks.NewGenesisState(p))
	require.ErrorIs(t, err, slashingtasks.ErrInvalidParams)
	require.ErrorContains(t, err, "audit_bps is 499")
	require.ErrorContains(t, err, "min_detection_bps 500")

	f = newFixture(t, slashing)
	f.world.rules.MinDetectionBps = 500
	p, err = f.k.Params.Get(f.ctx)
	require.NoError(t, err)
	for name, change := range map[string]func(*slashingtasks.Params){
		"audit_bps":            func(p *slashingtasks.Params) { p.AuditBps = 499 },
		"overturned_slash_bps": func(p *slashingtasks.Params) { p.OverturnedSlashBps = 499 },
		"max_lock_blocks":      func(p *slashingtasks.Params) { p.CommitWindow, p.MaxRedraws = 100_000, 8 },
	} {
		bad := p
		change(&bad)
		_, err := f.msg.UpdateParams(f.ctx, &slashingtasks.MsgUpdateParams{Authority: authority.String(), Params: bad})
		require.ErrorIs(t, err, slashingtasks.ErrInvalidParams, name)
		require.ErrorContains(t, err, name)
	}
}

func TestC8_BondsThatNoLongerCarryTheParametersAreGuarded(t *testing.T) {
	f := newFixture(t, slashing)
	bonds := stakingext.DefaultParams()
	require.NoError(t, f.k.GuardBondParams(f.ctx, bonds))
	bonds.MinDetectionBps = 501
	require.ErrorIs(t, f.k.GuardBondParams(f.ctx, bonds), slashingtasks.ErrInvalidParams)
	bonds = stakingext.DefaultParams()
	bonds.MaxLockBlocks = 10
	require.ErrorContains(t, f.k.GuardBondParams(f.ctx, bonds), "max_lock_blocks is 10")
}

// harmed is whom the fault of an operator named, "" for nobody.
func (f *fixture) harmed(id uint64, operator, kind string, track stakingext.FaultTrack) string {
	f.t.Helper()
	bz, err := f.world.harmed.Get(f.ctx, collections.Join(
		sdk.MustAccAddressFromBech32(operator), slashingtasks.Subject(id)+" "+kind+" "+track.String()))
	require.NoError(f.t, err)
	if len(bz) == 0 {
		return ""
	}
	return sdk.AccAddress(bz).String()
}

func TestTheRequesterIsTheHarmedPartyOfWrongVotes(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.SlashDissent = true })
	id := f.submit(7)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	f.vote(id, bad(), good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	liar := f.seats(id)[0].Operator
	require.Equal(t, requester.String(), f.harmed(id, liar, slashingtasks.KindDissent, stakingext.TrackWrongData))
}

func TestNobodyInParticularIsHarmedByAbsence(t *testing.T) {
	f := newFixture(t)
	id := f.submit(3)
	f.until(id, slashingtasks.PHASE_COMMITTING)
	sleeper := f.seats(id)[0].Operator
	for len(f.faults(id, sleeper)) == 0 {
		f.end()
	}
	require.Empty(t, f.harmed(id, sleeper, slashingtasks.KindNoCommit, stakingext.TrackOffline))
}
