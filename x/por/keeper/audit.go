// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// audit draws which seat of a committee that closes has to show its evidence, counted from 1; 0 for
// none. The seed is of this block: later than every attestation.
func (k *Keeper) audit(ctx context.Context, params por.Params, c por.Committee, subject sdk.AccAddress) (uint32, error) {
	seed, err := k.LatestBeacon(ctx)
	if err != nil {
		return 0, ignore(err, por.ErrSeedNotFound)
	}
	return c.Audit(seed.Seed, subject, params.AuditBps), nil
}

// ShowEvidence takes what an audited seat attested the hash of: the subject's signed answer. It does
// not matter who brings it.
func (k *Keeper) ShowEvidence(
	ctx context.Context, class por.Class, window uint64, subject sdk.AccAddress, s por.Statement,
) error {
	if err := s.Validate(); err != nil {
		return err
	}
	c, err := k.Committee(ctx, class, window, subject)
	if err != nil {
		return err
	}
	if c.Audited != s.Seat+1 {
		return errorsmod.Wrapf(por.ErrNotAudited, "seat %d", s.Seat)
	}
	w, err := k.window(ctx, class, window)
	if err != nil {
		return err
	}
	seat := c.Seats[s.Seat]
	verifier, err := k.account(seat.Verifier)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(gasPerEvidenceByte*uint64(len(s.Body)), "por: hashing evidence")
	at := place(sdkCtx.ChainID(), w, subject, s.Seat, verifier)
	if !bytes.Equal(s.ID(at), seat.Report.Evidence) {
		return errorsmod.Wrap(por.ErrInvalidEvidence, "not what the seat attested the hash of")
	}
	keys, err := k.signersOf(ctx, subject, c.SubjectKey)
	if err != nil {
		return err
	}
	sdkCtx.GasMeter().ConsumeGas(attestationGas*uint64(len(keys)), "por: statement")
	if !signedByOne(keys, func(key []byte) bool { return s.Signed(at, key) }) {
		return errorsmod.Wrapf(por.ErrBadSignature, "statement of %s", c.Subject)
	}
	c.Audited = 0
	if err := k.Committees.Set(ctx, memberKey(class, window, subject), c); err != nil {
		return err
	}
	return emit(ctx, &por.EventEvidenceShown{Class: class, Window: window, Subject: c.Subject, Verifier: seat.Verifier})
}

// closeAudit rates an audited seat that showed nothing while it could.
func (k *Keeper) closeAudit(ctx context.Context, c por.Committee) error {
	if c.Audited == 0 || c.Seats[c.Audited-1].Void {
		return nil
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return k.rateVerifier(ctx, c.Seats[c.Audited-1].Verifier, por.DeedUnshown, params)
}
