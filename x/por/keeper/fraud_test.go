// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
)

// trial is a window with an answer of a machine that can be questioned.
type trial struct {
	*courtroom
	w                 por.Window
	subject, reporter machine
	msg               *por.MsgReportFraud
}

func newTrial(t *testing.T, mode por.Mode) *trial {
	c := courtSetup(t, 9, mode)
	c.judge.Cost = 50_000
	tr := &trial{courtroom: c, w: c.until(1, por.PHASE_REVEALING), subject: c.machines[0], reporter: c.machines[8]}
	c.verdict(tr.w, tr.subject, por.VERDICT_OK, 64*mib)
	verifier := c.machine(c.committee(1, tr.subject).Seats[2].Verifier)
	s := c.statement(tr.w, tr.subject, 2, verifier)
	tr.msg = &por.MsgReportFraud{
		Reporter: tr.reporter.text, Class: por.CLASS_MEMORY, Window: 1, Operator: tr.subject.text,
		Evidence: por.FraudEvidence{Proof: []byte("the item"), Position: 5, Statement: &s},
	}
	return tr
}

func (tr *trial) report() (upheld bool, err error) {
	err = tr.tx(func(ctx context.Context) error {
		res, err := tr.msgs.ReportFraud(ctx, tr.msg)
		if err == nil {
			upheld = res.Upheld
		}
		return err
	})
	return upheld, err
}

func TestAWrongItemIsFraudAndTheDepositReturns(t *testing.T) {
	tr := newTrial(t, por.MODE_ENFORCED)
	tr.until(1, por.PHASE_CLOSED)
	require.Equal(t, 64*mib, tr.capacity(tr.subject).Verified)
	tr.judge.Wrong = true
	upheld, err := tr.report()
	require.NoError(t, err)
	require.True(t, upheld)
	require.Equal(t, start, tr.balance(tr.reporter))
	require.Equal(t, []string{"por/memory/1 false-proof"}, tr.faults(), "at once: there is nothing to vote on")
	require.Zero(t, tr.capacity(tr.subject).Verified)
	require.Equal(t, por.VERDICT_MISMATCH, tr.measurement(tr.w, tr.subject).Verdict)
	res, err := tr.queries.Fraud(tr.ctx, &por.QueryFraudRequest{Class: por.CLASS_MEMORY, Window: 1, Operator: tr.subject.text})
	require.NoError(t, err)
	require.Equal(t, tr.reporter.text, res.Fraud.Reporter)
	at := tr.judge.Cases[0]
	require.Equal(t, por.Question(at.Place, tr.msg.Evidence.Statement.Nonce), at.Question)

	tr.msg.Reporter = tr.machines[7].text
	_, err = tr.report()
	require.ErrorIs(t, err, por.ErrAlreadyReported, "S3, T4: who copies it gets nothing, and loses nothing")
	require.Equal(t, start, tr.balance(tr.machines[7]))
	require.NoError(t, tr.k.CheckInvariants(tr.ctx))
}

func TestT1_AFrivolousReportCostsItsDeposit(t *testing.T) {
	tr := newTrial(t, por.MODE_ENFORCED)
	upheld, err := tr.report()
	require.NoError(t, err)
	require.False(t, upheld)
	require.Equal(t, start-deposit, tr.balance(tr.reporter))
	require.Equal(t, deposit, tr.bank.Burned.Int64())
	require.Empty(t, tr.faults())
	tr.judge.Wrong = true
	upheld, err = tr.report()
	require.NoError(t, err, "it does not protect the operator from another item")
	require.True(t, upheld)
}

func TestInTheShadowFraudIsRecordedOnly(t *testing.T) {
	tr := newTrial(t, por.MODE_SHADOW)
	tr.judge.Wrong = true
	upheld, err := tr.report()
	require.NoError(t, err)
	require.True(t, upheld)
	require.Empty(t, tr.faults())
	_, known, err := tr.k.Fraud(tr.ctx, por.CLASS_MEMORY, 1, tr.subject.operator)
	require.NoError(t, err)
	require.True(t, known)
}

func TestT2_FraudIsTakenUntilTheWindowExpires(t *testing.T) {
	for _, late := range []int64{0, 1} {
		tr := newTrial(t, por.MODE_ENFORCED)
		tr.judge.Wrong = true
		w := tr.until(1, por.PHASE_CLOSED)
		tr.height(w.ExpiresHeight - 1 + late)
		_, err := tr.report()
		if late == 0 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, por.ErrTooLate)
		}
	}
}

func TestT1P1P3_EvidenceOfSomethingElseIsRefusedBeforeItIsJudged(t *testing.T) {
	for name, test := range map[string]struct {
		change func(tr *trial)
		want   error
	}{
		"no proof":                   {func(tr *trial) { tr.msg.Evidence.Proof = nil }, por.ErrInvalidEvidence},
		"a proof of 10 MB":           {func(tr *trial) { tr.msg.Evidence.Proof = make([]byte, 10<<20) }, por.ErrInvalidEvidence},
		"no statement":               {func(tr *trial) { tr.msg.Evidence.Statement = nil }, por.ErrInvalidEvidence},
		"a long statement":           {func(tr *trial) { tr.msg.Evidence.Statement.Body = make([]byte, 1<<20) }, por.ErrInvalidEvidence},
		"a truncated signature":      {func(tr *trial) { tr.msg.Evidence.Statement.Signature = make([]byte, 63) }, por.ErrInvalidEvidence},
		"a truncated nonce":          {func(tr *trial) { tr.msg.Evidence.Statement.Nonce = make([]byte, 31) }, por.ErrInvalidEvidence},
		"another body":               {func(tr *trial) { tr.msg.Evidence.Statement.Body = []byte("forged") }, por.ErrBadSignature},
		"another nonce":              {func(tr *trial) { tr.msg.Evidence.Statement.Nonce[0]++ }, por.ErrBadSignature},
		"another seat":               {func(tr *trial) { tr.msg.Evidence.Statement.Seat = 3 }, por.ErrBadSignature},
		"a seat that does not exist": {func(tr *trial) { tr.msg.Evidence.Statement.Seat = 7 }, por.ErrNoSuchSeat},
		"another operator":           {func(tr *trial) { tr.msg.Operator = tr.machines[1].text }, por.ErrBadSignature},
		"an unknown operator":        {func(tr *trial) { tr.msg.Operator = tr.gov }, por.ErrNoCommittee},
		"a window to come":           {func(tr *trial) { tr.msg.Window = 2 }, por.ErrWindowNotFound},
		"another class": {func(tr *trial) {
			tr.msg.Class, tr.msg.Evidence.Statement = por.CLASS_STORAGE, nil
		}, por.ErrWindowNotFound},
		"a class that nothing can be shown of":      {func(tr *trial) { tr.msg.Class = por.CLASS_BANDWIDTH }, por.ErrFraudUnsupported},
		"another chain":                             {func(tr *trial) { tr.ctx = tr.ctx.WithChainID("openmesh-2") }, por.ErrBadSignature},
		"an item that is not what was committed to": {func(tr *trial) { tr.judge.Err = por.ErrInvalidEvidence }, por.ErrInvalidEvidence},
		"no money for the deposit":                  {func(tr *trial) { delete(tr.bank.Balances, string(tr.reporter.operator)) }, fakes.ErrPoor},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, por.MODE_ENFORCED)
			before := tr.balance(tr.reporter)
			test.change(tr)
			if len(tr.bank.Balances) == 9 {
				before = tr.balance(tr.reporter)
			}
			judged := tr.judge.Err == nil
			_, err := tr.report()
			require.ErrorIs(t, err, test.want)
			if judged {
				require.Empty(t, tr.judge.Cases, "nothing was computed")
			}
			require.True(t, tr.bank.Burned.IsZero())
			if !errors.Is(test.want, fakes.ErrPoor) {
				require.Equal(t, before, tr.balance(tr.reporter), "a transaction that fails takes nothing but its fee")
			}
		})
	}
}

func TestAStatementUnderTheKeyOfTheDrawHoldsAfterARotation(t *testing.T) {
	tr := newTrial(t, por.MODE_ENFORCED)
	tr.judge.Wrong = true
	tr.rotate(tr.subject)
	upheld, err := tr.report()
	require.NoError(t, err)
	require.True(t, upheld)
}

func TestP4_JudgingIsPaidForBeforehandAndCappedABlock(t *testing.T) {
	tr := newTrial(t, por.MODE_ENFORCED)
	meter := storetypes.NewGasMeter(40_000)
	require.Panics(t, func() {
		_, _ = tr.msgs.ReportFraud(tr.ctx.WithGasMeter(meter), tr.msg)
	})
	require.Empty(t, tr.judge.Cases)
	tr.ctx, _ = tr.ctx.CacheContext()

	tr = newTrial(t, por.MODE_ENFORCED)
	tr.params(func(p *por.Params) { p.MaxFraudsPerBlock = 2 })
	for range 2 {
		_, err := tr.report()
		require.NoError(t, err)
	}
	_, err := tr.report()
	require.ErrorIs(t, err, por.ErrBlockFull)
	tr.ctx = tr.ctx.WithBlockHeight(tr.ctx.BlockHeight() + 1)
	_, err = tr.report()
	require.NoError(t, err)
}

func TestS3_WhateverShowsItAFalseAnswerIsOneFault(t *testing.T) {
	tr := newTrial(t, por.MODE_ENFORCED)
	tr.verdict(tr.w, tr.machines[1], por.VERDICT_MISMATCH, 0)
	tr.until(1, por.PHASE_CLOSED)
	tr.judge.Wrong = true
	verifier := tr.machine(tr.committee(1, tr.machines[1]).Seats[2].Verifier)
	s := tr.statement(tr.w, tr.machines[1], 2, verifier)
	tr.msg.Operator, tr.msg.Evidence.Statement = tr.machines[1].text, &s
	_, err := tr.report()
	require.NoError(t, err)
	for range 15 {
		tr.turn()
	}
	require.Equal(t, []string{"por/memory/1 false-proof", "por/memory/1 false-proof"}, tr.faults(),
		"x/staking-ext knows a fault by operator, subject and kind, and punishes it once")
}

func TestFraudThatIsShownWhileTheCommitteeSitsIsItsVerdict(t *testing.T) {
	tr := newTrial(t, por.MODE_ENFORCED)
	tr.judge.Wrong = true
	_, err := tr.report()
	require.NoError(t, err)
	w := tr.until(1, por.PHASE_CLOSED)
	require.Equal(t, por.VERDICT_MISMATCH, tr.measurement(w, tr.subject).Verdict, "though all attested OK")
	require.Zero(t, tr.capacity(tr.subject).Verified)
	require.True(t, tr.committee(1, tr.subject).Closed, "and its members are rated")
	_, err = tr.k.Charge(tr.ctx, por.CLASS_MEMORY, tr.subject.operator)
	require.ErrorIs(t, err, por.ErrNoCharge)
	require.Len(t, tr.faults(), 1)
}
