// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

const (
	// attestationGas pays for checking one secp256k1 signature, some 130 µs: what the SDK takes for that
	// of a transaction.
	attestationGas = 1_000
	// gasPerEvidenceByte pays for hashing evidence.
	gasPerEvidenceByte = 1
)

// Attest takes attestations of a committee, posted by its subject or one of its members. All that
// is cheap is checked of all of them before the first signature is; a message with one bad
// attestation is refused as a whole.
func (k *Keeper) Attest(
	ctx context.Context, sender sdk.AccAddress, class por.Class, window uint64, subject sdk.AccAddress, attestations []por.Attestation,
) (por.Poll, error) {
	none := por.Poll{}
	c, w, err := k.sitting(ctx, class, window, subject)
	if err != nil {
		return none, err
	}
	if len(attestations) == 0 || len(attestations) > len(c.Seats) {
		return none, errorsmod.Wrapf(por.ErrTooManyItems, "%d attestations of %d seats", len(attestations), len(c.Seats))
	}
	if sits, err := k.Sits(ctx, c, sender); err != nil || !sits {
		return none, errors.Join(err, errorsmod.Wrapf(por.ErrNotOnCommittee, "sender %s", sender))
	}
	if err := c.Admit(attestations); err != nil {
		return none, err
	}
	for _, a := range attestations {
		seat := &c.Seats[a.Seat]
		if err := k.checkSignature(ctx, w, subject, a, seat.Verifier); err != nil {
			return none, err
		}
		report := a.Report
		seat.Report = &report
		if err := emit(ctx, &por.EventAttested{
			Class: class, Window: window, Subject: c.Subject, Verifier: seat.Verifier, Seat: a.Seat, Report: report,
		}); err != nil {
			return none, err
		}
	}
	return c.Count(), k.Committees.Set(ctx, memberKey(class, window, subject), c)
}

// sitting returns a committee that still takes attestations, and its window.
func (k *Keeper) sitting(ctx context.Context, class por.Class, window uint64, subject sdk.AccAddress) (por.Committee, por.Window, error) {
	if !class.Attested() {
		return por.Committee{}, por.Window{}, errorsmod.Wrapf(por.ErrNotAttested, "%s", class)
	}
	c, err := k.Committee(ctx, class, window, subject)
	if err != nil {
		return c, por.Window{}, err
	}
	w, err := k.window(ctx, class, window)
	if err != nil {
		return c, w, err
	}
	if c.Closed || !w.Reveals(height(ctx)) {
		return c, w, errorsmod.Wrapf(por.ErrWindowClosed, "the last height was %d", w.RevealDeadline)
	}
	return c, w, nil
}

// checkSignature pays for and checks one signature, by the verifier's signer of today: a key that was
// rotated away attests nothing.
func (k *Keeper) checkSignature(ctx context.Context, w por.Window, subject sdk.AccAddress, a por.Attestation, verifier string) error {
	operator, err := k.account(verifier)
	if err != nil {
		return err
	}
	key, err := k.SignerKey(ctx, operator)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(attestationGas, "por: attestation")
	if !a.Signed(place(sdkCtx.ChainID(), w, subject, a.Seat, operator), key) {
		return errorsmod.Wrapf(por.ErrBadSignature, "seat %d of %s", a.Seat, verifier)
	}
	return nil
}

// place names a seat of a window.
func place(chainID string, w por.Window, subject sdk.AccAddress, seat uint32, verifier sdk.AccAddress) por.Place {
	return por.Place{
		ChainID: chainID, Class: w.Class, Window: w.Number, Challenge: w.DrawSeed,
		Subject: subject, Seat: seat, Verifier: verifier,
	}
}

// closeCommittee ends the sitting of a member's committee: the reports are counted, the verifiers are
// rated. Without a committee nothing is known.
func (k *Keeper) closeCommittee(ctx context.Context, params por.Params, w por.Window, subject sdk.AccAddress) (por.Finding, error) {
	unknown := por.Finding{Verdict: por.VERDICT_UNKNOWN}
	c, err := k.Committee(ctx, w.Class, w.Number, subject)
	if errors.Is(err, por.ErrNoCommittee) {
		return unknown, nil
	}
	if err != nil {
		return unknown, err
	}
	poll := c.Count()
	id := c.VerdictID(sdk.UnwrapSDKContext(ctx).ChainID(), subject)
	fraud, proven, err := k.Fraud(ctx, w.Class, w.Number, subject)
	if err != nil {
		return unknown, err
	}
	c.Closed = true
	if c.Audited, err = k.audit(ctx, params, c, subject); err != nil {
		return unknown, err
	}
	if err := k.Committees.Set(ctx, memberKey(w.Class, w.Number, subject), c); err != nil {
		return unknown, err
	}
	if err := k.rateSeats(ctx, params, c, poll); err != nil {
		return unknown, err
	}
	if err := emit(ctx, &por.EventCommitteeClosed{
		Class: w.Class, Window: w.Number, Subject: c.Subject, Verdict: poll.Verdict, Value: poll.Value, Evidence: id,
		Ok: uint32(poll.OK), Mismatch: uint32(poll.Mismatch), Unknown: uint32(poll.Unknown), Silent: uint32(poll.Silent),
		Audited: c.Audited,
	}); err != nil {
		return unknown, err
	}
	if proven { // whatever was attested; it is punished already
		poll.Verdict, poll.Value, id = por.VERDICT_MISMATCH, 0, fraud.Evidence
	}
	switch {
	case c.Appeal:
		err = k.judgeAppeal(ctx, params, w, subject, poll)
	case poll.Verdict == por.VERDICT_MISMATCH && !proven:
		err = k.accuse(ctx, params, w, subject, c, id)
	}
	if err != nil {
		return unknown, err
	}
	if poll.Absent() && !proven {
		return k.silent(ctx, w, subject)
	}
	return por.Finding{Verdict: poll.Verdict, Value: poll.Value, Evidence: id}, nil
}

// rateSeats tells how each seat of a closed committee was served. Who spoke for an Xnode that is
// void was rated when it became so.
func (k *Keeper) rateSeats(ctx context.Context, params por.Params, c por.Committee, poll por.Poll) error {
	for i := range c.Seats {
		seat := c.Seats[i]
		deed := por.DeedAttested
		switch {
		case seat.Void:
			continue
		case seat.Report == nil:
			deed = por.DeedMissed
		case poll.IsOutlying(*seat.Report, params.ValueToleranceBps):
			deed = por.DeedOutlying
		}
		if err := k.rateVerifier(ctx, seat.Verifier, deed, params); err != nil {
			return err
		}
	}
	return nil
}

// VerifierScore returns how an operator serves on committees: the initial score for who never did.
func (k *Keeper) VerifierScore(ctx context.Context, operator sdk.AccAddress) (por.VerifierScore, error) {
	score, err := k.VerifierScores.Get(ctx, operator)
	if !errors.Is(err, collections.ErrNotFound) {
		return score, err
	}
	text, err := k.accounts.BytesToString(operator)
	return por.NewVerifierScore(text), err
}

func (k *Keeper) rateVerifier(ctx context.Context, verifier string, deed por.Deed, params por.Params) error {
	operator, err := k.account(verifier)
	if err != nil {
		return err
	}
	score, err := k.VerifierScore(ctx, operator)
	if err != nil {
		return err
	}
	score.Rate(deed, params.VerifierScoreRateBps)
	if err := k.VerifierScores.Set(ctx, operator, score); err != nil {
		return err
	}
	return emit(ctx, &por.EventVerifierRated{Score: score})
}
