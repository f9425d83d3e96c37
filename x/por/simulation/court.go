// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/keeper"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// sample is how many records are looked at.
const sample = 100

// sitting is a committee with its window, and the signers of subject and verifiers as far as they
// are the simulator's.
type sitting struct {
	committee por.Committee
	window    por.Window
	subject   simsx.SimAccount
	operator  sdk.AccAddress
}

// randomCourt makes committees so small that the simulator's few Xnodes fill them, and waits short.
func randomCourt(r random, p *por.Params) {
	p.CommitteeSize, p.BandwidthCommitteeSize, p.MinCommitteeSize = 1+uint32(r.Intn(5)), 1+uint32(r.Intn(5)), 1
	p.DisputeCommitteeSize = 6 + uint32(r.Intn(10))
	p.MaxCommitteesPerBlock = 1 + uint32(r.Intn(10))
	p.AuditBps = 5_000 + uint32(r.Intn(5_001))
	p.DisputeWindowBlocks, p.DisputeTimeoutBlocks = 10+r.Int63n(30), 20+r.Int63n(100)
	for i := range p.Classes {
		c := &p.Classes[i]
		if !c.Class.Attested() {
			continue
		}
		c.RevealBlocks = 6 + r.Int63n(6)
		c.PeriodBlocks = c.AnswerBlocks + c.RevealBlocks + 2 + r.Int63n(5)
		if r.Intn(3) > 0 {
			c.Mode = por.MODE_ENFORCED
		}
		if c.Memory != nil { // enforced, it would leave the few Xnodes none to run tasks in
			c.Mode, c.Memory.Steps = por.MODE_SHADOW, 64<<r.Intn(3)
		}
	}
}

// SubmitVerdict has the verifiers of a committee attest, mostly to the same.
func SubmitVerdict(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgSubmitVerdict] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgSubmitVerdict) {
		s, ok := pick(ctx, k, data, rep, func(c por.Committee, w por.Window) bool {
			return !c.Closed && w.Reveals(height(ctx))
		})
		if !ok {
			return nil, nil
		}
		results := []por.Verdict{por.VERDICT_OK, por.VERDICT_OK, por.VERDICT_OK, por.VERDICT_MISMATCH, por.VERDICT_MISMATCH, por.VERDICT_UNKNOWN}
		report := por.Report{Result: simsx.OneOf(data.Rand(), results)}
		msg := &por.MsgSubmitVerdict{Class: s.committee.Class, Window: s.committee.Window, Subject: s.committee.Subject}
		var sender simsx.SimAccount
		for i, seat := range s.committee.Seats {
			if seat.Report != nil || seat.Void || data.Rand().Intn(8) == 0 {
				continue
			}
			a, signer, ok := attest(ctx, data, s, i, report)
			today, err := k.SignerKey(ctx, verifierOf(data, seat))
			if !ok || err != nil || !bytes.Equal(today, seat.PubKey) {
				continue // it has another key now
			}
			sender = signer
			msg.Attestations = append(msg.Attestations, a)
		}
		if len(msg.Attestations) == 0 {
			rep.Skip("nobody can attest")
			return nil, nil
		}
		msg.Sender = sender.AddressBech32
		return []simsx.SimAccount{sender}, msg
	}
}

// verifierOf is the address of a seat's verifier; nil if it cannot be read.
func verifierOf(data *simsx.ChainDataSource, seat por.Seat) sdk.AccAddress {
	verifier, err := data.AddressCodec().StringToBytes(seat.Verifier)
	if err != nil {
		return nil
	}
	return verifier
}

// ShowEvidence shows what an audited seat attested the hash of.
func ShowEvidence(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgShowEvidence] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgShowEvidence) {
		s, ok := pick(ctx, k, data, rep, func(c por.Committee, _ por.Window) bool { return c.Audited > 0 })
		if !ok {
			return nil, nil
		}
		i := int(s.committee.Audited) - 1
		statement, at, ok := answer(ctx, data, s, i)
		if !ok || string(statement.ID(at)) != string(s.committee.Seats[i].Report.Evidence) {
			rep.Skip("the subject has another key now")
			return nil, nil
		}
		sender := data.AnyAccount(rep)
		if rep.IsSkipped() {
			return nil, nil
		}
		return []simsx.SimAccount{sender}, &por.MsgShowEvidence{
			Sender: sender.AddressBech32, Class: s.committee.Class, Window: s.committee.Window, Subject: s.committee.Subject, Statement: statement,
		}
	}
}

// ReportEquivocation has a verifier attest two things, and reports it.
func ReportEquivocation(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgReportEquivocation] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgReportEquivocation) {
		s, ok := pick(ctx, k, data, rep, func(por.Committee, por.Window) bool { return true })
		if !ok {
			return nil, nil
		}
		i := data.Rand().Intn(len(s.committee.Seats))
		first, _, one := attest(ctx, data, s, i, por.Report{Result: por.VERDICT_OK})
		second, _, two := attest(ctx, data, s, i, por.Report{Result: por.VERDICT_MISMATCH})
		if !one || !two || s.committee.Seats[i].Void {
			rep.Skip("nobody can equivocate")
			return nil, nil
		}
		reporter := data.AnyAccount(rep)
		if rep.IsSkipped() {
			return nil, nil
		}
		return []simsx.SimAccount{reporter}, &por.MsgReportEquivocation{
			Reporter: reporter.AddressBech32, Class: s.committee.Class, Window: s.committee.Window, Subject: s.committee.Subject,
			First: first, Second: second,
		}
	}
}

// DisputeVerdict disputes a charge.
func DisputeVerdict(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgDisputeVerdict] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgDisputeVerdict) {
		var found []por.Charge
		err := k.Charges.Walk(ctx, nil, func(_ collections.Pair[uint32, sdk.AccAddress], c por.Charge) (bool, error) {
			if c.State == por.CHARGE_STATE_OPEN && height(ctx) <= c.Due && data.HasAccount(c.Subject) {
				found = append(found, c)
			}
			return len(found) == sample, nil
		})
		if err != nil || len(found) == 0 {
			rep.Skip("there is no charge")
			return nil, nil
		}
		charge := simsx.OneOf(data.Rand(), found)
		subject := data.GetAccount(rep, charge.Subject)
		if rep.IsSkipped() || !subject.LiquidBalance().BlockAmount(charge.Deposit) {
			rep.Skip("the deposit cannot be paid")
			return nil, nil
		}
		return []simsx.SimAccount{subject}, &por.MsgDisputeVerdict{Subject: charge.Subject, Class: charge.Class, Window: charge.Window}
	}
}

// pick chooses a committee whose subject's signer is the simulator's.
func pick(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, rep simsx.SimulationReporter,
	accept func(por.Committee, por.Window) bool,
) (sitting, bool) {
	var found []sitting
	err := k.Committees.Walk(ctx, nil, func(key collections.Triple[uint32, uint64, sdk.AccAddress], c por.Committee) (bool, error) {
		w, err := k.Windows.Get(ctx, collections.Join(key.K1(), key.K2()))
		if err != nil {
			return true, err
		}
		signer, known := holder(data, c.SubjectKey)
		if known && accept(c, w) {
			found = append(found, sitting{committee: c, window: w, subject: signer, operator: key.K3()})
		}
		return len(found) == sample, nil
	})
	if err != nil || len(found) == 0 {
		rep.Skip("no committee suits")
		return sitting{}, false
	}
	return simsx.OneOf(data.Rand(), found), true
}

// holder is the simulator's account with a key.
func holder(data *simsx.ChainDataSource, pubKey []byte) (simsx.SimAccount, bool) {
	addr := sdk.AccAddress((&secp256k1.PubKey{Key: pubKey}).Address())
	text, err := data.AddressCodec().BytesToString(addr)
	if err != nil || !data.HasAccount(text) {
		return simsx.SimAccount{}, false
	}
	account := data.GetAccountbyAccAddr(simsx.NewBasicSimulationReporter(), addr)
	_, ok := account.PrivKey.(*secp256k1.PrivKey)
	return account, ok
}

// answer is the subject's signed answer to a seat, and its place.
func answer(ctx context.Context, data *simsx.ChainDataSource, s sitting, seat int) (por.Statement, por.Place, bool) {
	verifier, err := data.AddressCodec().StringToBytes(s.committee.Seats[seat].Verifier)
	key, ok := s.subject.PrivKey.(*secp256k1.PrivKey)
	if err != nil || !ok {
		return por.Statement{}, por.Place{}, false
	}
	at := por.Place{
		ChainID: sdk.UnwrapSDKContext(ctx).ChainID(), Class: s.window.Class, Window: s.window.Number,
		Challenge: s.window.DrawSeed, Subject: s.operator, Seat: uint32(seat), Verifier: verifier,
	}
	statement := por.Statement{Seat: uint32(seat), Nonce: make([]byte, por.NonceSize), Body: []byte("an answer")}
	statement.Signature, err = key.Sign(por.StatementSignBytes(at, statement.Nonce, statement.Body))
	return statement, at, err == nil
}

// attest signs a report for a seat, if its verifier's key is the simulator's and still in use.
func attest(ctx context.Context, data *simsx.ChainDataSource, s sitting, seat int, report por.Report) (por.Attestation, simsx.SimAccount, bool) {
	signer, known := holder(data, s.committee.Seats[seat].PubKey)
	statement, at, ok := answer(ctx, data, s, seat)
	if !known || !ok {
		return por.Attestation{}, signer, false
	}
	report.Value, report.Evidence = 0, statement.ID(at)
	if report.Result == por.VERDICT_OK {
		report.Value = 1 + uint64(seat)
	}
	key := signer.PrivKey.(*secp256k1.PrivKey)
	signature, err := key.Sign(por.AttestationSignBytes(at, report))
	return por.Attestation{Seat: uint32(seat), Report: report, Signature: signature}, signer, err == nil
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }

// ReportFraud brings an opened segment of a walk that its subject signed: all zero, hence wrong.
func ReportFraud(k *keeper.Keeper) simsx.SimMsgFactoryFn[*por.MsgReportFraud] {
	return func(ctx context.Context, data *simsx.ChainDataSource, rep simsx.SimulationReporter) ([]simsx.SimAccount, *por.MsgReportFraud) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		s, ok := pick(ctx, k, data, rep, func(c por.Committee, w por.Window) bool {
			return c.Class == por.CLASS_MEMORY && (w.ExpiresHeight == 0 || height(ctx) < w.ExpiresHeight)
		})
		if !ok {
			return nil, nil
		}
		if _, known, err := k.Fraud(ctx, s.committee.Class, s.committee.Window, s.operator); err != nil || known {
			rep.Skip("it was reported")
			return nil, nil
		}
		statement, at, ok := answer(ctx, data, s, 0)
		key, isKey := s.subject.PrivKey.(*secp256k1.PrivKey)
		if !ok || !isKey {
			rep.Skip("the subject cannot sign")
			return nil, nil
		}
		ends := make([]ramwalk.State, s.window.Terms.Memory.Spec().Segments())
		root, err := ramwalk.Root(ends)
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		position := uint64(data.Rand().Intn(len(ends)))
		proof, err := ramwalk.Open(ends, []uint64{position})
		if err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		statement.Body = por.MemoryAnswer(16, root)
		if statement.Signature, err = key.Sign(por.StatementSignBytes(at, statement.Nonce, statement.Body)); err != nil {
			rep.Skip(err.Error())
			return nil, nil
		}
		deposit := sdk.NewCoin(params.DepositDenom, params.FraudDeposit)
		reporter := data.AnyAccount(rep, simsx.WithLiquidBalanceGTE(deposit))
		if rep.IsSkipped() || !reporter.LiquidBalance().BlockAmount(deposit) {
			rep.Skip("nobody can pay the deposit")
			return nil, nil
		}
		return []simsx.SimAccount{reporter}, &por.MsgReportFraud{
			Reporter: reporter.AddressBech32, Class: s.committee.Class, Window: s.committee.Window, Operator: s.committee.Subject,
			Evidence: por.FraudEvidence{Proof: proof, Position: position, Statement: &statement},
		}
	}
}
