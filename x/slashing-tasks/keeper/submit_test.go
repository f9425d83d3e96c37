// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

func TestC12_C13_C14_ABadSubmissionIsRefusedAndMovesNoMoney(t *testing.T) {
	type msg = slashingtasks.MsgSubmitTask
	huge := math.NewIntWithDecimal(1, 70)
	for _, test := range []struct {
		name   string
		change func(*msg)
		want   error
	}{
		{"an address of another chain", func(m *msg) { m.Requester = "cosmos1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu" }, slashingtasks.ErrInvalidAddress},
		{"an empty address", func(m *msg) { m.Requester = "" }, slashingtasks.ErrInvalidAddress},
		{"an address in mixed case", func(m *msg) { m.Requester = "Open" + m.Requester[4:] }, slashingtasks.ErrInvalidAddress},
		{"an address of 255 bytes", func(m *msg) { m.Requester = sdk.AccAddress(make([]byte, 255)).String() }, slashingtasks.ErrInvalidAddress},
		{"no module", func(m *msg) { m.Program.ModuleCid = "" }, slashingtasks.ErrInvalidProgram},
		{"a module that is no CID", func(m *msg) { m.Program.ModuleCid = "../../etc/passwd" }, slashingtasks.ErrInvalidProgram},
		{"no gas", func(m *msg) { m.Program.GasLimit = 0 }, slashingtasks.ErrInvalidProgram},
		{"gas beyond the parameter", func(m *msg) { m.Program.GasLimit = 1 << 50 }, slashingtasks.ErrInvalidProgram},
		{"less memory than a page", func(m *msg) { m.Program.MemoryLimit = 1 }, slashingtasks.ErrInvalidProgram},
		{"memory beyond the parameter", func(m *msg) { m.Program.MemoryLimit = 1 << 31 }, slashingtasks.ErrInvalidProgram},
		{"output beyond the parameter", func(m *msg) { m.Program.OutputLimit = 1 << 33 }, slashingtasks.ErrInvalidProgram},
		{"a megabyte of argument", func(m *msg) { m.Program.Args = []string{strings.Repeat("a", 1<<20)} }, slashingtasks.ErrInvalidProgram},
		{"a source without a peer", func(m *msg) { m.Sources = []slashingtasks.Source{{Address: "/ip4/1.2.3.4/tcp/1"}} }, slashingtasks.ErrInvalidSource},
		{"a size that is no tier", func(m *msg) { m.Seats = 4 }, slashingtasks.ErrInvalidTier},
		{"a version of the profile that is not yet", func(m *msg) { m.Program.DetwasmVersion = 2 }, slashingtasks.ErrDetwasmVersion},
		{"an unknown way of verifying", func(m *msg) { m.Verify = 4 }, slashingtasks.ErrInvalidVerify},
		{"a negative way of verifying", func(m *msg) { m.Verify = -1 }, slashingtasks.ErrInvalidVerify},
		{"three seats that nobody checks", func(m *msg) { m.Verify = slashingtasks.VERIFY_NONE }, slashingtasks.ErrInvalidTier},
		{"a committee of one", func(m *msg) { m.Seats = 1 }, slashingtasks.ErrInvalidTier},
		{"a rating below the chain's", func(m *msg) { m.MinRatingBps = 999 }, slashingtasks.ErrInvalidRating},
		{"a rating beyond the best", func(m *msg) { m.MinRatingBps = 10_001 }, slashingtasks.ErrInvalidRating},
		{"a seat fee below the least", func(m *msg) { m.SeatFee = math.NewInt(999) }, slashingtasks.ErrInvalidPrice},
		{"a negative seat fee", func(m *msg) { m.SeatFee = math.NewInt(-1) }, slashingtasks.ErrInvalidPrice},
		{"no seat fee", func(m *msg) { m.SeatFee = math.Int{} }, slashingtasks.ErrInvalidPrice},
		{"a gas price of 10^70", func(m *msg) { m.GasPrice = huge }, slashingtasks.ErrInvalidPrice},
		{"a gas price of zero", func(m *msg) { m.GasPrice = math.ZeroInt() }, slashingtasks.ErrInvalidPrice},
		{"a fee that is one uopen short", func(m *msg) { m.MaxFee.Amount = m.MaxFee.Amount.SubRaw(1) }, slashingtasks.ErrMaxFee},
		{"a fee in another denom", func(m *msg) { m.MaxFee.Denom = "uatom" }, slashingtasks.ErrMaxFee},
		{"a fee without an amount", func(m *msg) { m.MaxFee.Amount = math.Int{} }, slashingtasks.ErrMaxFee},
		{"a negative fee", func(m *msg) { m.MaxFee.Amount = math.NewInt(-5) }, slashingtasks.ErrMaxFee},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, func(p *slashingtasks.Params) { p.MinRatingBps = 1_000 })
			m := f.submission(3)
			test.change(m)
			_, err := f.msg.SubmitTask(f.ctx, m)
			require.ErrorIs(t, err, test.want)
			require.EqualValues(t, 1_000_000_000, f.balance(requester))
			require.Empty(t, f.ctx.EventManager().Events())
		})
	}
}

func TestAFeeThatTheRequesterDoesNotHaveIsRefused(t *testing.T) {
	f := newFixture(t)
	m := f.submission(3)
	m.MaxFee.Amount = math.NewIntWithDecimal(1, 70)
	require.Error(t, f.tx(func(ctx sdk.Context) error { _, err := f.msg.SubmitTask(ctx, m); return err }))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}

func TestC6_ARequesterHasAtMostSoManyOpenTasksAndFinalOnesDoNotCount(t *testing.T) {
	f := newFixture(t, func(p *slashingtasks.Params) { p.MaxOpenTasks = 2 })
	id := f.committing(3)
	f.submit(3)
	_, err := f.msg.SubmitTask(f.ctx, f.submission(3))
	require.ErrorIs(t, err, slashingtasks.ErrTooManyOpenTasks)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	f.submit(3)
}

func TestC9_ATaskKeepsTheTermsItWasLockedWith(t *testing.T) {
	f := newFixture(t)
	id := f.submit(3)
	want := f.task(id).Terms
	f.setParams(func(p *slashingtasks.Params) {
		p.CommitWindow, p.RevealWindow, p.ChallengeWindow, p.DrawTimeout = 1, 1, 1, 3
		p.Tiers, p.AuditBps, p.SlashDissent, p.SeatBond = []uint32{5}, 10_000, true, math.NewInt(9)
		p.MinRatingBps, p.SampleBps, p.MinSeatFee, p.MinGasPrice = 10_000, 1, math.NewInt(9_000), math.NewInt(9_000)
		p.MinDetwasmVersion, p.MaxDetwasmVersion = 2, 3
	})
	require.EqualValues(t, 1, f.task(id).Program.DetwasmVersion, "resolved when it was locked")
	task := f.until(id, slashingtasks.PHASE_COMMITTING)
	require.Equal(t, want, task.Terms)
	require.Equal(t, task.DrawnHeight+10, task.Deadline)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
}

func TestC10_CoinsSentStraightToTheModuleChangeNothing(t *testing.T) {
	f := newFixture(t)
	f.fund(moduleAddress(), 777)
	id := f.committing(3)
	f.vote(id, good())
	f.until(id, slashingtasks.PHASE_VERIFIED)
	require.EqualValues(t, 777, f.balance(moduleAddress()))
}

func TestAnUpperCaseAddressIsTheSameRequester(t *testing.T) {
	f := newFixture(t)
	m := f.submission(3)
	m.Requester = strings.ToUpper(m.Requester)
	_, err := f.msg.SubmitTask(f.ctx, m)
	require.NoError(t, err)
	require.Equal(t, requester.String(), f.task(1).Requester)
	require.NoError(t, f.k.CheckInvariants(f.ctx))
}
