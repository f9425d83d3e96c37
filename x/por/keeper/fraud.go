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

// Fraud returns the fraud that was proven of an operator in a window, and whether there is one.
func (k *Keeper) Fraud(ctx context.Context, class por.Class, window uint64, operator sdk.AccAddress) (por.FraudRecord, bool, error) {
	record, err := k.Frauds.Get(ctx, memberKey(class, window, operator))
	if errors.Is(err, collections.ErrNotFound) {
		return record, false, nil
	}
	return record, err == nil, err
}

// ReportFraud has one item of what an operator proved, or answered, recomputed. What is malformed, of
// another window, chain or operator, not what was committed to, or not signed by the operator is
// refused before anything costly. Everything else is judged: the reporter's deposit returns where the
// item is wrong, and is burned where it is not.
func (k *Keeper) ReportFraud(
	ctx context.Context, reporter sdk.AccAddress, class por.Class, window uint64, operator sdk.AccAddress, evidence por.FraudEvidence,
) (upheld bool, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return false, err
	}
	judge := k.judges.Of(class)
	if judge == nil {
		return false, errorsmod.Wrapf(por.ErrFraudUnsupported, "%s", class)
	}
	if err := evidence.Validate(class); err != nil {
		return false, err
	}
	w, err := k.window(ctx, class, window)
	if err != nil {
		return false, err
	}
	if now := height(ctx); w.ExpiresHeight > 0 && now >= w.ExpiresHeight {
		return false, errorsmod.Wrapf(por.ErrTooLate, "the last height was %d", w.ExpiresHeight-1)
	}
	if _, known, err := k.Fraud(ctx, class, window, operator); err != nil || known {
		return false, errors.Join(err, errorsmod.Wrapf(por.ErrAlreadyReported, "%s, window %d, operator %s", class, window, operator))
	}
	if err := k.countFraud(ctx, params); err != nil {
		return false, err
	}
	c, err := k.caseOf(ctx, w, operator, evidence)
	if err != nil {
		return false, err
	}
	deposit := sdk.NewCoin(params.DepositDenom, params.FraudDeposit)
	if err := k.hold(ctx, reporter, deposit); err != nil {
		return false, err
	}
	gas, err := judge.Gas(c, evidence)
	if err != nil {
		return false, err
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(gas, "por: judging evidence")
	wrong, err := judge.Judge(c, evidence)
	if err != nil {
		return false, err
	}
	end := k.burn
	if wrong {
		end = k.release
	}
	if err := end(ctx, reporter, deposit); err != nil {
		return false, err
	}
	return wrong, k.judged(ctx, params, w, operator, reporter, evidence.ID(c.Place), wrong)
}

// countFraud refuses more evidence in one block than max_frauds_per_block. The count begins anew with
// every block that has any.
func (k *Keeper) countFraud(ctx context.Context, params por.Params) error {
	count, err := orZero(k.FraudCount.Get(ctx))
	if err != nil {
		return err
	}
	if now := height(ctx); count.Height != now {
		count = por.FraudCount{Height: now}
	}
	if count.Judged >= params.MaxFraudsPerBlock {
		return errorsmod.Wrapf(por.ErrBlockFull, "%d in this block", count.Judged)
	}
	count.Judged++
	return k.FraudCount.Set(ctx, count)
}

// caseOf binds evidence to what the chain knows: the commitment of an accepted proof, or the key that
// the operator answered with.
func (k *Keeper) caseOf(ctx context.Context, w por.Window, operator sdk.AccAddress, e por.FraudEvidence) (por.Case, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(gasPerEvidenceByte*uint64(e.Hashed()), "por: hashing evidence")
	c := por.Case{Place: place(sdkCtx.ChainID(), w, operator, 0, nil), Window: w}
	if !w.Class.Attested() {
		m, err := k.Measurements.Get(ctx, memberKey(w.Class, w.Number, operator))
		if err != nil && !errors.Is(err, collections.ErrNotFound) {
			return c, err
		}
		if len(m.ProofHash) == 0 {
			return c, errorsmod.Wrapf(por.ErrNoProof, "%s, window %d, operator %s", w.Class, w.Number, operator)
		}
		c.Measurement = m
		return c, nil
	}
	committee, err := k.Committee(ctx, w.Class, w.Number, operator)
	if err != nil {
		return c, err
	}
	if int(e.Statement.Seat) >= len(committee.Seats) {
		return c, errorsmod.Wrapf(por.ErrNoSuchSeat, "%d of %d", e.Statement.Seat, len(committee.Seats))
	}
	verifier, err := k.account(committee.Seats[e.Statement.Seat].Verifier)
	if err != nil {
		return c, err
	}
	c.Place = place(sdkCtx.ChainID(), w, operator, e.Statement.Seat, verifier)
	c.Question = por.Question(c.Place, e.Statement.Nonce)
	keys, err := k.signersOf(ctx, operator, committee.SubjectKey)
	if err != nil {
		return c, err
	}
	sdkCtx.GasMeter().ConsumeGas(attestationGas*uint64(len(keys)), "por: statement")
	if !signedByOne(keys, func(key []byte) bool { return e.Statement.Signed(c.Place, key) }) {
		return c, errorsmod.Wrapf(por.ErrBadSignature, "statement of %s", operator)
	}
	return c, nil
}

// judged records what came of a report. A proven fraud is punished at once: there is nothing that a
// larger committee could find about it.
func (k *Keeper) judged(ctx context.Context, params por.Params, w por.Window, operator, reporter sdk.AccAddress, id []byte, upheld bool) error {
	operatorText, err := k.accounts.BytesToString(operator)
	if err != nil {
		return err
	}
	reporterText, err := k.accounts.BytesToString(reporter)
	if err != nil {
		return err
	}
	if upheld {
		if err := k.Frauds.Set(ctx, memberKey(w.Class, w.Number, operator), por.FraudRecord{
			Class: w.Class, Window: w.Number, Operator: operatorText, Reporter: reporterText, Evidence: id, Height: height(ctx),
		}); err != nil {
			return err
		}
		if err := k.overrule(ctx, params, w, operator, id); err != nil {
			return err
		}
		if err := k.penalise(ctx, params, w, operator, por.KindFalseProof, w.OpenedHeight, id); err != nil {
			return err
		}
	}
	return emit(ctx, &por.EventFraudJudged{
		Class: w.Class, Window: w.Number, Operator: operatorText, Reporter: reporterText, Evidence: id,
		Upheld: upheld,
	})
}
