// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"bytes"
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// ReportEquivocation voids and punishes a verifier that attested two different things for one seat.
// The evidence speaks for itself: who brings it does not matter and earns nothing. It is taken
// until the window is pruned, and once.
func (k *Keeper) ReportEquivocation(
	ctx context.Context, reporter sdk.AccAddress, class por.Class, window uint64, subject sdk.AccAddress, first, second por.Attestation,
) error {
	if err := por.CheckContradiction(first, second); err != nil {
		return err
	}
	c, err := k.Committee(ctx, class, window, subject)
	if err != nil {
		return err
	}
	if int(first.Seat) >= len(c.Seats) {
		return errorsmod.Wrapf(por.ErrNoSuchSeat, "%d of %d", first.Seat, len(c.Seats))
	}
	seat := &c.Seats[first.Seat]
	if seat.Void {
		return errorsmod.Wrapf(por.ErrAlreadyReported, "seat %d", first.Seat)
	}
	verifier, err := k.account(seat.Verifier)
	if err != nil {
		return err
	}
	w, err := k.window(ctx, class, window)
	if err != nil {
		return err
	}
	keys, err := k.signersOf(ctx, verifier, seat.PubKey)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	for _, a := range []por.Attestation{first, second} {
		sdkCtx.GasMeter().ConsumeGas(attestationGas*uint64(len(keys)), "por: attestation")
		if !signedByOne(keys, func(key []byte) bool { return a.Signed(place(sdkCtx.ChainID(), w, subject, a.Seat, verifier), key) }) {
			return errorsmod.Wrapf(por.ErrBadSignature, "seat %d of %s", a.Seat, seat.Verifier)
		}
	}
	evidence := por.EquivocationID(place(sdkCtx.ChainID(), w, subject, first.Seat, verifier), first, second)
	return k.equivocated(ctx, w, c, subject, verifier, int(first.Seat), reporter, evidence)
}

func (k *Keeper) equivocated(
	ctx context.Context, w por.Window, c por.Committee, subject, verifier sdk.AccAddress, i int, reporter sdk.AccAddress, evidence []byte,
) error {
	seat := &c.Seats[i]
	seat.Void = true
	if err := k.Committees.Set(ctx, memberKey(c.Class, c.Window, subject), c); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.rateVerifier(ctx, seat.Verifier, por.DeedEquivocated, params); err != nil {
		return err
	}
	if w.Terms.Mode == por.MODE_ENFORCED && params.Mode(c.Class) == por.MODE_ENFORCED {
		if err := k.report(ctx, c.Class, c.Window, verifier, stakingext.Fault{
			Subject: por.SeatSubject(c.Class, c.Window, c.Subject), Kind: por.KindEquivocation,
			Track: stakingext.TrackWrongData, Height: c.DrawnHeight,
		}, evidence); err != nil {
			return err
		}
	}
	text, err := k.accounts.BytesToString(reporter)
	if err != nil {
		return err
	}
	return emit(ctx, &por.EventEquivocation{
		Class: c.Class, Window: c.Window, Subject: c.Subject, Verifier: seat.Verifier, Seat: uint32(i),
		Reporter: text, Evidence: evidence,
	})
}

// signersOf are the keys that speak for an operator in a window: the one that was pinned when the committee
// was drawn, and today's. Rotating a key does not unsay what it has signed.
func (k *Keeper) signersOf(ctx context.Context, operator sdk.AccAddress, pinned []byte) ([][]byte, error) {
	keys := [][]byte{pinned}
	today, err := k.SignerKey(ctx, operator)
	if err != nil {
		return nil, err
	}
	if len(today) > 0 && !bytes.Equal(today, pinned) {
		keys = append(keys, today)
	}
	return keys, nil
}

// SignerKey is the key of an Xnode's signer today; none if it is retired or never was.
func (k *Keeper) SignerKey(ctx context.Context, operator sdk.AccAddress) ([]byte, error) {
	x, err := k.workers.Xnode(ctx, operator)
	if errors.Is(err, workers.ErrNotRegistered) || err == nil && x.IsRetired() {
		return nil, nil
	}
	return x.SignerPubKey, err
}

func signedByOne(keys [][]byte, signed func(key []byte) bool) bool {
	for _, key := range keys {
		if signed(key) {
			return true
		}
	}
	return false
}
