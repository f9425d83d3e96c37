// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/por/keeper"
)

// fullCourt is a chain with committees of two windows, one in the middle of its draws, a disputed charge,
// another one, a fraud, a void seat and scores.
func fullCourt(t *testing.T) *courtroom {
	tr := newTrial(t, por.MODE_ENFORCED)
	c := tr.courtroom
	c.verdict(tr.w, c.machines[1], por.VERDICT_MISMATCH, 0)
	c.verdict(tr.w, c.machines[2], por.VERDICT_MISMATCH, 0)
	tr.judge.Wrong = true
	_, err := tr.report()
	require.NoError(t, err)
	c.params(func(p *por.Params) { p.DisputeWindowBlocks, p.MaxCommitteesPerBlock = 500, 4 })
	c.until(1, por.PHASE_CLOSED)
	require.NoError(t, c.dispute(tr.w, c.machines[1]))
	for c.window().Number < 2 || c.window().Phase != por.PHASE_REVEALING {
		c.turn()
	}
	c.turn()
	return c
}

func TestC17_TheCourtSurvivesExportAndImport(t *testing.T) {
	c := fullCourt(t)
	cdc := moduletestutil.MakeTestEncodingConfig().Codec
	exported, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	require.Len(t, exported.Committees, 9+4)
	require.Len(t, exported.Draws, 1)
	require.Len(t, exported.Charges, 2)
	require.Len(t, exported.Frauds, 1)
	require.Len(t, exported.VerifierScores, 9)

	key := storetypes.NewKVStoreKey(por.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("t")).Ctx.
		WithChainID(chainID).WithBlockHeight(c.ctx.BlockHeight())
	k := keeper.New(cdc, runtime.NewKVStoreService(key), fakes.AccountCodec, c.staking, c.workers, c.bonds,
		fakes.Accounts{}, c.bank, por.Judges{}, c.gov)
	require.NoError(t, k.InitGenesis(ctx, *exported))
	require.NoError(t, k.CheckInvariants(ctx))
	again, err := k.ExportGenesis(ctx)
	require.NoError(t, err)
	require.Equal(t, string(cdc.MustMarshalJSON(exported)), string(cdc.MustMarshalJSON(again)))
	held, err := k.HeldDeposits(ctx)
	require.NoError(t, err)
	require.Equal(t, c.held(), held)
}

func TestC17_EveryMutatedFieldOfTheCourtIsRefused(t *testing.T) {
	c := fullCourt(t)
	for name, change := range map[string]func(*por.GenesisState){
		"a committee twice":             func(g *por.GenesisState) { g.Committees[1] = g.Committees[0] },
		"of a class without committees": func(g *por.GenesisState) { g.Committees[0].Class = por.CLASS_CPU },
		"of nobody":                     func(g *por.GenesisState) { g.Committees[0].Subject = "" },
		"without seats":                 func(g *por.GenesisState) { g.Committees[0].Seats = nil },
		"that its subject sits on":      func(g *por.GenesisState) { g.Committees[0].Seats[0].Verifier = g.Committees[0].Subject },
		"with a verifier twice":         func(g *por.GenesisState) { g.Committees[0].Seats[1] = g.Committees[0].Seats[0] },
		"with a key that is none":       func(g *por.GenesisState) { g.Committees[0].Seats[0].PubKey = make([]byte, 33) },
		"without the subject's key":     func(g *por.GenesisState) { g.Committees[0].SubjectKey = nil },
		"with a malformed report": func(g *por.GenesisState) {
			g.Committees[0].Seats[0].Report = &por.Report{Result: por.VERDICT_OK}
		},
		"that audits nobody":                  func(g *por.GenesisState) { g.Committees[0].Audited = 8 },
		"draws of nothing":                    func(g *por.GenesisState) { g.Draws[0].Window = 0 },
		"draws after nobody":                  func(g *por.GenesisState) { g.Draws[0].Last = "open1" },
		"a charge without state":              func(g *por.GenesisState) { g.Charges[0].State = 0 },
		"a charge without evidence":           func(g *por.GenesisState) { g.Charges[0].Evidence = nil },
		"a charge by nobody":                  func(g *por.GenesisState) { g.Charges[0].Accusers = nil },
		"a charge by somebody else":           func(g *por.GenesisState) { g.Charges[0].Accusers[0] = g.Charges[0].Subject },
		"a charge with a deposit of rubbish":  func(g *por.GenesisState) { g.Charges[0].Deposit.Denom = "rubbish" },
		"a charge due before it was made":     func(g *por.GenesisState) { g.Charges[0].Due = 0 },
		"an undisputed charge with an appeal": func(g *por.GenesisState) { g.Charges[1].State, g.Charges[1].AppealWindow = por.CHARGE_STATE_OPEN, 2 },
		"charges out of order":                func(g *por.GenesisState) { g.Charges[0], g.Charges[1] = g.Charges[1], g.Charges[0] },
		"a fraud without evidence":            func(g *por.GenesisState) { g.Frauds[0].Evidence = nil },
		"a fraud told by nobody":              func(g *por.GenesisState) { g.Frauds[0].Reporter = "x" },
		"a score above the whole":             func(g *por.GenesisState) { g.VerifierScores[0].Score = 10_001 },
		"a score of nobody":                   func(g *por.GenesisState) { g.VerifierScores[0].Operator = "" },
		"scores out of order": func(g *por.GenesisState) {
			g.VerifierScores[0], g.VerifierScores[1] = g.VerifierScores[1], g.VerifierScores[0]
		},
	} {
		t.Run(name, func(t *testing.T) {
			exported, err := c.k.ExportGenesis(c.ctx)
			require.NoError(t, err)
			require.NoError(t, exported.Validate(fakes.ValidatorCodec, fakes.AccountCodec))
			change(exported)
			require.Error(t, exported.Validate(fakes.ValidatorCodec, fakes.AccountCodec))
		})
	}
}

func TestAnExportForHeightZeroLeavesNoWaitBehind(t *testing.T) {
	c := fullCourt(t)
	require.NoError(t, c.k.PrepareZeroHeight(c.ctx))
	exported, err := c.k.ExportGenesis(c.ctx)
	require.NoError(t, err)
	require.Empty(t, exported.Committees)
	require.Empty(t, exported.Draws)
	require.Empty(t, exported.Charges)
	require.True(t, c.held().IsZero())
	require.Equal(t, start, c.balance(c.machines[1]), "deposits return")
}

func TestPagesOfTheCourtAreBounded(t *testing.T) {
	c := fullCourt(t)
	charges, err := c.queries.Charges(c.ctx, &por.QueryChargesRequest{})
	require.NoError(t, err)
	require.Len(t, charges.Charges, 2)
	one, err := c.queries.Charge(c.ctx, &por.QueryChargeRequest{Class: por.CLASS_MEMORY, Subject: c.machines[1].text})
	require.NoError(t, err)
	require.Equal(t, por.CHARGE_STATE_DISPUTED, one.Charge.State)
	seats, err := c.queries.Seats(c.ctx, &por.QuerySeatsRequest{Verifier: c.machines[3].text})
	require.NoError(t, err)
	require.NotEmpty(t, seats.Duties)
	committee, err := c.queries.Committee(c.ctx, &por.QueryCommitteeRequest{Class: por.CLASS_MEMORY, Window: 1, Subject: c.machines[0].text})
	require.NoError(t, err)
	require.Equal(t, por.VERDICT_OK, committee.Verdict)
	score, err := c.queries.VerifierScore(c.ctx, &por.QueryVerifierScoreRequest{Operator: c.machines[0].text})
	require.NoError(t, err)
	require.NotZero(t, score.Score.Attested+score.Score.Missed)
	_, err = c.queries.VerifierScore(c.ctx, &por.QueryVerifierScoreRequest{Operator: "nobody"})
	require.ErrorIs(t, err, por.ErrInvalidAddress)
}

func TestC8_EachParamOfTheCourtHasBounds(t *testing.T) {
	for name, change := range map[string]func(*por.Params){
		"a committee of three":                 func(p *por.Params) { p.CommitteeSize = 3 },
		"a committee of everybody":             func(p *por.Params) { p.CommitteeSize = 32 },
		"three measurers":                      func(p *por.Params) { p.BandwidthCommitteeSize = 3 },
		"a larger committee that is not":       func(p *por.Params) { p.DisputeCommitteeSize = 7 },
		"more needed than drawn":               func(p *por.Params) { p.MinCommitteeSize = 6 },
		"no duties":                            func(p *por.Params) { p.MaxVerifierDuties = 0 },
		"no draws":                             func(p *por.Params) { p.MaxCommitteesPerBlock = 0 },
		"a thousand draws":                     func(p *por.Params) { p.MaxCommitteesPerBlock = 1_000 },
		"no tolerance":                         func(p *por.Params) { p.ValueToleranceBps = 0 },
		"a score that never moves":             func(p *por.Params) { p.VerifierScoreRateBps = 0 },
		"newcomers that never sit":             func(p *por.Params) { p.MinVerifierScoreBps = 5_001 },
		"audits beyond certainty":              func(p *por.Params) { p.AuditBps = 10_001 },
		"no judgements":                        func(p *por.Params) { p.MaxFraudsPerBlock = 0 },
		"no time to dispute":                   func(p *por.Params) { p.DisputeWindowBlocks = 0 },
		"a negative timeout":                   func(p *por.Params) { p.DisputeTimeoutBlocks = -1 },
		"no rounds":                            func(p *por.Params) { p.MaxDisputeRounds = 0 },
		"a deposit of nothing":                 func(p *por.Params) { p.DisputeDeposit = p.DisputeDeposit.SubRaw(p.DisputeDeposit.Int64()) },
		"a negative deposit":                   func(p *por.Params) { p.FraudDeposit = p.FraudDeposit.Neg() },
		"a deposit in no coin":                 func(p *por.Params) { p.DepositDenom = "!" },
		"a class that is measured in no time":  func(p *por.Params) { p.Classes[2].RevealBlocks = 0 },
		"memory without terms":                 func(p *por.Params) { p.Classes[2].Memory = nil },
		"memory with the terms of GPUs":        func(p *por.Params) { p.Classes[2].Gpu = p.Classes[4].Gpu },
		"a walk of no steps":                   func(p *por.Params) { p.Classes[2].Memory.Steps = 0 },
		"bandwidth in no time":                 func(p *por.Params) { p.Classes[3].Bandwidth.MeasureMillis = 0 },
		"matrices of an order of no power":     func(p *por.Params) { p.Classes[4].Gpu.Order = 1_000 },
		"a GPU that counts without doing work": func(p *por.Params) { p.Classes[4].Gpu.GpuGops = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			p := por.DefaultParams()
			require.NoError(t, p.Validate())
			change(&p)
			require.ErrorIs(t, p.Validate(), por.ErrInvalidParams)
		})
	}
}

func TestC8_TheDenomOfDepositsCannotChange(t *testing.T) {
	f := setup(t)
	params := shortParams()
	params.DepositDenom = "uother"
	_, err := f.msgs.UpdateParams(f.ctx, &por.MsgUpdateParams{Authority: f.gov, Params: params})
	require.ErrorIs(t, err, por.ErrInvalidParams)
}

// BenchmarkVerdict takes the verdict of seven seats, signatures and store included.
func BenchmarkVerdict(b *testing.B) {
	key := secp256k1.GenPrivKeyFromSecret([]byte("verifier"))
	place := por.Place{ChainID: chainID, Class: por.CLASS_MEMORY, Window: 7, Challenge: make([]byte, 32), Subject: make([]byte, 20), Verifier: make([]byte, 20)}
	var all []por.Attestation
	committee := por.Committee{Class: por.CLASS_MEMORY, Window: 7}
	for seat := range 7 {
		place.Seat = uint32(seat)
		a := por.Attestation{Seat: uint32(seat), Report: por.Report{Result: por.VERDICT_OK, Value: 1 << 30, Evidence: bytes.Repeat([]byte{1}, 32)}}
		var err error
		a.Signature, err = key.Sign(por.AttestationSignBytes(place, a.Report))
		require.NoError(b, err)
		all = append(all, a)
		committee.Seats = append(committee.Seats, por.Seat{Verifier: fmt.Sprint(seat), PubKey: key.PubKey().Bytes()})
	}
	msg := &por.MsgSubmitVerdict{Sender: sdk.AccAddress(place.Subject).String(), Subject: sdk.AccAddress(place.Subject).String(), Attestations: all}
	size, err := msg.Marshal()
	require.NoError(b, err)
	pub := key.PubKey().Bytes()
	for b.Loop() {
		c := committee
		require.NoError(b, c.Admit(all))
		for i, a := range all {
			place.Seat = uint32(i)
			if !a.Signed(place, pub) {
				b.Fatal("not signed")
			}
		}
	}
	b.ReportMetric(float64(len(size)), "message-bytes")
}
