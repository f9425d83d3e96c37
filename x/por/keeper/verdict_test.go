// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

func TestEveryMemberGetsACommitteeOfOthers(t *testing.T) {
	c := courtSetup(t, 12, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	for _, m := range c.machines {
		committee := c.committee(w.Number, m)
		require.Len(t, committee.Seats, 7)
		require.Negative(t, committee.SeatOf(m.text), "nobody measures itself")
		require.Equal(t, m.key.PubKey().Bytes(), committee.SubjectKey)
		require.GreaterOrEqual(t, committee.DrawnHeight, w.DrawnHeight, "drawn after the window was locked")
	}
}

func TestDrawsAreCappedABlock(t *testing.T) {
	c := courtSetup(t, 12, por.MODE_ENFORCED)
	c.params(func(p *por.Params) { p.MaxCommitteesPerBlock = 5 })
	for c.window().Phase != por.PHASE_REVEALING {
		c.turn()
	}
	count := func() (n int) {
		it, err := c.k.Committees.Iterate(c.ctx, nil)
		require.NoError(t, err)
		all, err := it.Keys()
		require.NoError(t, err)
		return len(all)
	}
	require.Zero(t, count())
	for _, want := range []int{5, 10, 12} {
		c.turn()
		require.Equal(t, want, count())
	}
}

func TestP5_CommitteesAreDrawnOnlyWithAFreshSeed(t *testing.T) {
	c := courtSetup(t, 8, por.MODE_ENFORCED)
	for c.window().Phase != por.PHASE_REVEALING {
		c.turn()
	}
	silent := c.validator(2) // without a key: its block only hashes on
	c.block(silent, false)
	require.NoError(t, c.k.DrawCommittees(c.ctx))
	_, err := c.k.Committee(c.ctx, por.CLASS_MEMORY, 1, c.machines[0].operator)
	require.ErrorIs(t, err, por.ErrNoCommittee)
	require.NoError(t, c.k.EndBlock(c.ctx))
	c.turn()
	c.committee(1, c.machines[0])
}

func TestNobodyHasMoreDutiesThanTheLimit(t *testing.T) {
	c := courtSetup(t, 12, por.MODE_ENFORCED)
	c.params(func(p *por.Params) { p.MaxVerifierDuties = 5 })
	w := c.until(1, por.PHASE_REVEALING)
	duties := map[string]int{}
	missing := 0
	for _, m := range c.machines {
		committee, err := c.k.Committee(c.ctx, por.CLASS_MEMORY, w.Number, m.operator)
		if err != nil {
			require.ErrorIs(t, err, por.ErrNoCommittee)
			missing++
			continue
		}
		for _, s := range committee.Seats {
			duties[s.Verifier]++
		}
	}
	require.Positive(t, missing, "12 times 5 duties are not enough for 12 committees of 7")
	for verifier, n := range duties {
		require.LessOrEqual(t, n, 5)
		page, err := c.queries.Seats(c.ctx, &por.QuerySeatsRequest{Verifier: verifier})
		require.NoError(t, err)
		require.Len(t, page.Duties, n)
	}
	closed := c.until(1, por.PHASE_CLOSED)
	require.NotZero(t, closed.Tally.Unknown, "who could not be measured is not penalised")
	require.Empty(t, c.faults())
}

func TestABackerOfTheSubjectAndAVerifierOfNoReputeArePassedOver(t *testing.T) {
	c := courtSetup(t, 12, por.MODE_ENFORCED)
	subject, backer, lazy := c.machines[0], c.machines[1], c.machines[2]
	c.bonds.Backers = map[string]bool{string(backer.operator) + string(subject.operator): true}
	c.params(func(p *por.Params) { p.MinVerifierScoreBps = 1_000 })
	require.NoError(t, c.k.VerifierScores.Set(c.ctx, lazy.operator, por.VerifierScore{Operator: lazy.text, Score: 999}))
	w := c.until(1, por.PHASE_REVEALING)
	require.Negative(t, c.committee(w.Number, subject).SeatOf(backer.text))
	for _, m := range c.machines {
		require.Negative(t, c.committee(w.Number, m).SeatOf(lazy.text))
	}
	require.NotEmpty(t, c.committee(w.Number, backer).Seats)
}

func TestAVerdictOfOKIsWhatIsVerified(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	honest, modest := c.machines[0], c.machines[1]
	c.verdict(w, honest, por.VERDICT_OK, 80*mib)
	c.verdict(w, modest, por.VERDICT_OK, 6*mib)
	w = c.until(1, por.PHASE_CLOSED)
	require.Equal(t, uint64(2), w.Tally.Ok)
	require.Equal(t, 64*mib, c.capacity(honest).Verified, "no more than is claimed")
	require.Equal(t, 6*mib, c.capacity(modest).Verified, "a tenth of the claim is what counts")
	x, err := c.workers.Xnode(c.ctx, modest.operator)
	require.NoError(t, err)
	require.Equal(t, 6*mib, x.Verified.MemoryBytes)
	m := c.measurement(w, honest)
	require.Equal(t, por.VERDICT_OK, m.Verdict)
	require.Equal(t, c.committee(1, honest).VerdictID(chainID, honest.operator), m.Evidence)
	require.Empty(t, c.faults())
}

func TestAFullerVerdictReplacesAnUnknownOneUntilTheDeadline(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	subject := c.machines[0]
	var all []por.Attestation
	for seat := range 7 {
		all = append(all, c.attest(w, subject, seat, por.VERDICT_OK, 64*mib))
	}
	res, err := c.submit(w, subject.text, subject, all[:3]...)
	require.NoError(t, err)
	require.Equal(t, por.VERDICT_UNKNOWN, res.Verdict)
	verifier := c.machine(c.committee(1, subject).Seats[4].Verifier)
	res, err = c.submit(w, c.text(verifier.signer()), subject, all[3:5]...)
	require.NoError(t, err, "a member's signer may post as well")
	require.Equal(t, por.VERDICT_OK, res.Verdict)
	res, err = c.submit(w, verifier.text, subject, all[5])
	require.NoError(t, err, "who comes later is heard, too")
	require.Equal(t, por.VERDICT_OK, res.Verdict)
	c.until(1, por.PHASE_CLOSED)
	for seat := range 6 {
		require.Equal(t, uint64(1), c.score(c.machine(c.committee(1, subject).Seats[seat].Verifier)).Attested)
	}
	require.NotZero(t, c.score(c.machine(c.committee(1, subject).Seats[6].Verifier)).Missed)
}

func TestT2_AttestationsAreTakenUpToAndWithTheDeadline(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	subject := c.machines[0]
	first, second := c.attest(w, subject, 0, por.VERDICT_OK, mib), c.attest(w, subject, 1, por.VERDICT_OK, mib)
	c.height(w.RevealDeadline)
	_, err := c.submit(w, subject.text, subject, first)
	require.NoError(t, err)
	c.height(w.RevealDeadline + 1)
	_, err = c.submit(w, subject.text, subject, second)
	require.ErrorIs(t, err, por.ErrWindowClosed)
}

// P1, P3, P4, P8: none of these costs the chain a signature, but the last ones.
func TestP1P3P4P8_BadAttestationsAreRefusedBeforeCostlyWork(t *testing.T) {
	for name, test := range map[string]struct {
		change func(c *courtroom, w por.Window, msg *por.MsgSubmitVerdict)
		want   error
		paid   uint64
	}{
		"none at all": {
			func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) { msg.Attestations = nil }, por.ErrTooManyItems, 0,
		},
		"more than seats": {func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) {
			for range 8 {
				msg.Attestations = append(msg.Attestations, msg.Attestations[0])
			}
		}, por.ErrTooManyItems, 0},
		"one twice": {func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) {
			msg.Attestations = append(msg.Attestations, msg.Attestations[0])
		}, por.ErrSeatReported, 0},
		"of a seat that has spoken": {func(c *courtroom, w por.Window, msg *por.MsgSubmitVerdict) {
			_, err := c.submit(w, msg.Sender, c.machine(msg.Subject), msg.Attestations[0])
			require.NoError(c.t, err)
		}, por.ErrSeatReported, 0},
		"of a seat that does not exist": {
			func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) { msg.Attestations[0].Seat = 7 }, por.ErrNoSuchSeat, 0,
		},
		"malformed": {
			func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) { msg.Attestations[0].Report.Evidence = nil }, por.ErrInvalidAttestation, 0,
		},
		"with a truncated signature": {func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) {
			msg.Attestations[0].Signature = msg.Attestations[0].Signature[:63]
		}, por.ErrInvalidAttestation, 0},
		"posted by a stranger": {func(c *courtroom, w por.Window, msg *por.MsgSubmitVerdict) {
			committee := c.committee(w.Number, c.machine(msg.Subject))
			for _, m := range c.machines {
				if m.text != msg.Subject && committee.SeatOf(m.text) < 0 {
					msg.Sender = m.text
				}
			}
		}, por.ErrNotOnCommittee, 0},
		"for a class that the chain judges itself": {
			func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) { msg.Class = por.CLASS_STORAGE }, por.ErrNotAttested, 0,
		},
		"for another window": {
			func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) { msg.Window++ }, por.ErrNoCommittee, 0,
		},
		"for another subject": {func(c *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) {
			msg.Subject = c.machines[8].text
			msg.Sender = msg.Subject
		}, por.ErrBadSignature, 1},
		"for another seat": {
			func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) { msg.Attestations[0].Seat++ }, por.ErrBadSignature, 1,
		},
		"with another value": {
			func(_ *courtroom, _ por.Window, msg *por.MsgSubmitVerdict) { msg.Attestations[0].Report.Value++ }, por.ErrBadSignature, 1,
		},
		"signed for another chain": {func(c *courtroom, w por.Window, msg *por.MsgSubmitVerdict) {
			subject := c.machine(msg.Subject)
			verifier := c.machine(c.committee(w.Number, subject).Seats[0].Verifier)
			at := c.place(w, subject, 0, verifier)
			at.ChainID = "openmesh-other"
			var err error
			msg.Attestations[0].Signature, err = verifier.key.Sign(por.AttestationSignBytes(at, msg.Attestations[0].Report))
			require.NoError(c.t, err)
		}, por.ErrBadSignature, 1},
		"signed by a key that was rotated away": {func(c *courtroom, w por.Window, msg *por.MsgSubmitVerdict) {
			verifier := c.machine(c.committee(w.Number, c.machine(msg.Subject)).Seats[0].Verifier)
			c.rotate(verifier)
		}, por.ErrBadSignature, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := courtSetup(t, 10, por.MODE_ENFORCED)
			w := c.until(1, por.PHASE_REVEALING)
			subject := c.machines[0]
			msg := &por.MsgSubmitVerdict{
				Sender: subject.text, Class: w.Class, Window: w.Number, Subject: subject.text,
				Attestations: []por.Attestation{c.attest(w, subject, 0, por.VERDICT_OK, 64*mib)},
			}
			test.change(c, w, msg)
			signatures := &countingMeter{GasMeter: storetypes.NewInfiniteGasMeter()}
			err := c.tx(func(ctx context.Context) error {
				_, err := c.msgs.SubmitVerdict(sdk.UnwrapSDKContext(ctx).WithGasMeter(signatures), msg)
				return err
			})
			require.ErrorIs(t, err, test.want)
			require.Equal(t, test.paid, signatures.attestations)
		})
	}
}

// countingMeter counts what is paid for attestations.
type countingMeter struct {
	storetypes.GasMeter
	attestations uint64
}

func (m *countingMeter) ConsumeGas(amount storetypes.Gas, descriptor string) {
	if descriptor == "por: attestation" {
		m.attestations += amount / 1_000
	}
	m.GasMeter.ConsumeGas(amount, descriptor)
}

// rotate gives a machine's Xnode another signer.
func (c *courtroom) rotate(m machine) machine {
	x, err := c.workers.Xnode(c.ctx, m.operator)
	require.NoError(c.t, err)
	m.key = secp256k1.GenPrivKeyFromSecret([]byte("next of " + m.text))
	x.SignerPubKey = m.key.PubKey().Bytes()
	c.workers.MustPut(x)
	return m
}

func TestARotatedVerifierAttestsWithItsNewKey(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	subject := c.machines[0]
	a := c.attest(w, subject, 0, por.VERDICT_OK, mib)
	verifier := c.rotate(c.machine(c.committee(1, subject).Seats[0].Verifier))
	var err error
	a.Signature, err = verifier.key.Sign(por.AttestationSignBytes(c.place(w, subject, 0, verifier), a.Report))
	require.NoError(t, err)
	_, err = c.submit(w, subject.text, subject, a)
	require.NoError(t, err)
}

func TestP8_LyingVerifiersBelowAThirdChangeNothingAndAreSeen(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	subject := c.machines[0]
	var all []por.Attestation
	for seat := range 7 {
		switch {
		case seat < 1:
			all = append(all, c.attest(w, subject, seat, por.VERDICT_MISMATCH, 0))
		case seat < 2:
			all = append(all, c.attest(w, subject, seat, por.VERDICT_OK, 640*mib))
		default:
			all = append(all, c.attest(w, subject, seat, por.VERDICT_OK, 32*mib))
		}
	}
	_, err := c.submit(w, subject.text, subject, all...)
	require.NoError(t, err)
	c.until(1, por.PHASE_CLOSED)
	require.Equal(t, 32*mib, c.capacity(subject).Verified)
	for seat, s := range c.committee(1, subject).Seats {
		score := c.score(c.machine(s.Verifier))
		if seat < 2 {
			require.Equal(t, uint64(1), score.Outlying)
		} else {
			require.Zero(t, score.Outlying)
		}
	}
	require.Empty(t, c.faults())
}

func TestP8_ATieIsUnknownAndNobodyIsPenalised(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	subject := c.machines[0]
	var all []por.Attestation
	for seat := range 7 {
		if seat < 4 {
			all = append(all, c.attest(w, subject, seat, por.VERDICT_MISMATCH, 0))
		} else {
			all = append(all, c.attest(w, subject, seat, por.VERDICT_OK, 64*mib))
		}
	}
	_, err := c.submit(w, subject.text, subject, all...)
	require.NoError(t, err)
	w = c.until(1, por.PHASE_CLOSED)
	require.Equal(t, por.VERDICT_UNKNOWN, c.measurement(w, subject).Verdict)
	_, err = c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.ErrorIs(t, err, por.ErrNoCharge)
	require.Empty(t, c.faults())
	for _, s := range c.committee(1, subject).Seats {
		require.Zero(t, c.score(c.machine(s.Verifier)).Outlying)
	}
	next := c.until(2, por.PHASE_REVEALING)
	require.NotEmpty(t, c.committee(next.Number, subject).Seats, "it is measured again")
}

func TestASubjectThatAnswersNobodyHasMissedTheWindow(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	subject := c.machines[0]
	c.verdict(w, subject, por.VERDICT_UNKNOWN, 0)
	w = c.until(1, por.PHASE_CLOSED)
	require.Equal(t, por.VERDICT_MISSED, c.measurement(w, subject).Verdict)
	require.Empty(t, c.faults())
}

func TestALazyVerifierIsSeenAndASilentCommitteeHarmsNobody(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	c.until(1, por.PHASE_CLOSED)
	for _, m := range c.machines {
		require.NotZero(t, c.score(m).Missed)
		require.Less(t, c.score(m).Score, uint32(por.InitialVerifierScore))
		require.Equal(t, por.VERDICT_UNKNOWN, c.measurement(c.window(), m).Verdict)
	}
	require.Empty(t, c.faults())
}

func TestTwoReportsOfOneSeatArePunishedOnceAndWithoutAJury(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	w := c.until(1, por.PHASE_REVEALING)
	subject, stranger := c.machines[0], c.machines[8]
	first, second := c.attest(w, subject, 3, por.VERDICT_OK, 64*mib), c.attest(w, subject, 3, por.VERDICT_MISMATCH, 0)
	third := c.attest(w, subject, 3, por.VERDICT_OK, 65*mib)
	_, err := c.submit(w, subject.text, subject, first)
	require.NoError(t, err)
	report := func(reporter string, a, b por.Attestation) error {
		return c.tx(func(ctx context.Context) error {
			_, err := c.msgs.ReportEquivocation(ctx, &por.MsgReportEquivocation{
				Reporter: reporter, Class: w.Class, Window: w.Number, Subject: subject.text, First: a, Second: b,
			})
			return err
		})
	}
	verifier := c.machine(c.committee(1, subject).Seats[3].Verifier)
	forged := second
	forged.Signature, err = secp256k1.GenPrivKeyFromSecret([]byte("forger")).Sign(por.AttestationSignBytes(c.place(w, subject, 3, verifier), second.Report))
	require.NoError(t, err)
	require.ErrorIs(t, report(stranger.text, first, forged), por.ErrBadSignature, "T1: forged evidence")
	require.ErrorIs(t, report(stranger.text, first, first), por.ErrNotEquivocation)
	require.ErrorIs(t, report(stranger.text, first, c.attest(w, subject, 2, por.VERDICT_OK, 1)), por.ErrInvalidEvidence)
	c.rotate(verifier) // does not unsay what was signed
	before := c.balance(stranger)
	require.NoError(t, report(stranger.text, first, second))
	require.Equal(t, before, c.balance(stranger), "T4: a reporter earns nothing, so there is nothing to snatch")
	require.Equal(t, []string{"por/memory/1/" + subject.text + " equivocation"}, c.faults())
	require.True(t, c.committee(1, subject).Seats[3].Void)
	require.Zero(t, c.score(verifier).Score)
	require.ErrorIs(t, report(subject.text, first, second), por.ErrAlreadyReported, "S3")
	require.ErrorIs(t, report(subject.text, second, third), por.ErrAlreadyReported, "S3")
	_, err = c.submit(w, subject.text, subject, third)
	require.ErrorIs(t, err, por.ErrSeatReported)
	c.until(1, por.PHASE_CLOSED)
	require.Len(t, c.faults(), 1)
}

func TestInTheShadowNobodyIsPenalised(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_SHADOW)
	w := c.until(1, por.PHASE_REVEALING)
	subject := c.machines[0]
	first, second := c.attest(w, subject, 0, por.VERDICT_MISMATCH, 0), c.attest(w, subject, 0, por.VERDICT_OK, 1)
	c.verdict(w, subject, por.VERDICT_MISMATCH, 0)
	require.NoError(t, c.tx(func(ctx context.Context) error {
		_, err := c.msgs.ReportEquivocation(ctx, &por.MsgReportEquivocation{
			Reporter: subject.text, Class: w.Class, Window: 1, Subject: subject.text, First: first, Second: second,
		})
		return err
	}))
	w = c.until(1, por.PHASE_CLOSED)
	require.Equal(t, por.VERDICT_MISMATCH, c.measurement(w, subject).Verdict, "it is recorded")
	_, err := c.k.Charge(c.ctx, por.CLASS_MEMORY, subject.operator)
	require.ErrorIs(t, err, por.ErrNoCharge)
	require.Empty(t, c.faults())
	x, err := c.workers.Xnode(c.ctx, subject.operator)
	require.NoError(t, err)
	require.Equal(t, 64*mib, x.Verified.MemoryBytes, "and the claim counts")
}

func TestAnAuditedSeatShowsItsEvidenceOrLosesItsName(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	c.params(func(p *por.Params) { p.AuditBps, p.FraudBlocks = 10_000, 5 })
	w := c.until(1, por.PHASE_REVEALING)
	shows, hides := c.machines[0], c.machines[1]
	c.verdict(w, shows, por.VERDICT_OK, 64*mib)
	c.verdict(w, hides, por.VERDICT_OK, 64*mib)
	w = c.until(1, por.PHASE_CLOSED)
	show := func(subject machine, seat int, change func(*por.Statement)) error {
		verifier := c.machine(c.committee(1, subject).Seats[seat].Verifier)
		s := c.statement(w, subject, seat, verifier)
		change(&s)
		return c.tx(func(ctx context.Context) error {
			_, err := c.msgs.ShowEvidence(ctx, &por.MsgShowEvidence{
				Sender: c.machines[8].text, Class: w.Class, Window: 1, Subject: subject.text, Statement: s,
			})
			return err
		})
	}
	as := func(*por.Statement) {}
	audited := int(c.committee(1, shows).Audited) - 1
	require.GreaterOrEqual(t, audited, 0)
	require.ErrorIs(t, show(shows, (audited+1)%7, as), por.ErrNotAudited)
	require.ErrorIs(t, show(shows, audited, func(s *por.Statement) { s.Body = []byte("something else") }), por.ErrInvalidEvidence)
	require.ErrorIs(t, show(shows, audited, func(s *por.Statement) { s.Body = make([]byte, por.MaxStatementSize+1) }), por.ErrInvalidEvidence)
	require.NoError(t, show(shows, audited, as))
	require.ErrorIs(t, show(shows, audited, as), por.ErrNotAudited)
	good := c.machine(c.committee(1, shows).Seats[audited].Verifier)
	bad := c.machine(c.committee(1, hides).Seats[c.committee(1, hides).Audited-1].Verifier)
	for range 10 {
		c.turn()
	}
	_, err := c.k.Committee(c.ctx, por.CLASS_MEMORY, 1, hides.operator)
	require.ErrorIs(t, err, por.ErrNoCommittee, "the window is forgotten")
	require.Equal(t, uint64(1), c.score(bad).Unshown)
	if good.text != bad.text {
		require.Zero(t, c.score(good).Unshown)
	}
}

func TestAFailingDrawLeavesTheOthersAlone(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	for c.window().Phase != por.PHASE_REVEALING {
		c.turn()
	}
	broken := c.machines[0]
	c.workers.Broken[string(broken.operator)] = errors.New("no")
	c.block(c.v, true)
	require.NoError(t, c.k.DrawCommittees(c.ctx))
	require.NoError(t, c.k.EndBlock(c.ctx))
	delete(c.workers.Broken, string(broken.operator))
	_, err := c.k.Committee(c.ctx, por.CLASS_MEMORY, 1, broken.operator)
	require.ErrorIs(t, err, por.ErrNoCommittee)
	c.committee(1, c.machines[1])
	c.until(1, por.PHASE_CLOSED)
	require.Empty(t, c.faults())
}

func TestWhoeverClaimsAfterTheOpeningIsNotMeasured(t *testing.T) {
	c := courtSetup(t, 9, por.MODE_ENFORCED)
	for c.window().Number == 0 {
		c.turn()
	}
	c.turn()
	c.add(9)
	c.until(1, por.PHASE_REVEALING)
	_, err := c.k.Committee(c.ctx, por.CLASS_MEMORY, 1, c.machines[9].operator)
	require.ErrorIs(t, err, por.ErrNoCommittee)
	w := c.until(2, por.PHASE_REVEALING)
	c.committee(w.Number, c.machines[9])
}
