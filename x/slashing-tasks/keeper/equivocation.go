// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// gasPerSignature pays for checking one secp256k1 signature with one key, as the
// SDK's own default does.
const gasPerSignature = 1_000

// ReportEquivocation voids and punishes a seat whose signer stated two different
// commitments. The evidence speaks for itself, so that it matters to nobody who
// brings it; it is taken until the task is pruned.
func (k *Keeper) ReportEquivocation(ctx context.Context, reporter sdk.AccAddress, first, second slashingtasks.SignedCommit) error {
	if err := slashingtasks.CheckContradiction(first, second); err != nil {
		return err
	}
	w, err := k.open(ctx, first.TaskId)
	if err != nil {
		return err
	}
	operator, err := slashingtasks.ParseAddress(k.addresses, "operator", first.Operator)
	if err != nil {
		return err
	}
	text, err := k.addresses.BytesToString(operator)
	if err != nil {
		return err
	}
	i := w.seats.Find(text)
	if i < 0 {
		return slashingtasks.ErrNotSeat.Wrapf("task %d, operator %s", first.TaskId, text)
	}
	seat := &w.seats[i]
	if seat.State == slashingtasks.SEAT_STATE_EQUIVOCATED {
		return slashingtasks.ErrAlreadyReported.Wrapf("task %d, seat %d", w.task.Id, i)
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	for _, statement := range []slashingtasks.SignedCommit{first, second} {
		sdkCtx.GasMeter().ConsumeGas(gasPerSignature*uint64(len(seat.SignerPubKeys)), "slashingtasks: statement")
		if !statement.Verify(sdkCtx.ChainID(), operator, seat.SignerPubKeys) {
			return slashingtasks.ErrInvalidEvidence.Wrapf("a signature is not of the seat's signer on chain %s", sdkCtx.ChainID())
		}
	}
	if err := k.equivocated(ctx, w, i, operator, reporter); err != nil {
		return err
	}
	return k.save(ctx, w)
}

func (k *Keeper) equivocated(ctx context.Context, w *work, i int, operator, reporter sdk.AccAddress) error {
	// Unlike elsewhere a penalty that fails refuses the message, so that it can be
	// brought again; but no bond, or one that was punished already, is no failure.
	harmed, err := k.harmed(w, operator)
	if err != nil {
		return err
	}
	taken, err := k.bonds.Slash(ctx, operator, stakingext.Fault{
		Subject: slashingtasks.Subject(w.task.Id), Kind: slashingtasks.KindEquivocation,
		Track: stakingext.TrackWrongData, Height: w.seats[i].DrawnHeight, Harmed: harmed,
	}, w.task.Terms.EquivocationSlashBps)
	if err := ignore(err, stakingext.ErrAlreadySlashed, stakingext.ErrNoBond); err != nil {
		return err
	}
	if err != nil {
		taken = math.ZeroInt()
	}
	if err := ignore(k.bonds.Tombstone(ctx, operator), stakingext.ErrTombstoned, stakingext.ErrNoBond); err != nil {
		return err
	}
	if err := k.rate(ctx, w, i, workers.RATING_CAUSE_WRONG); err != nil {
		return err
	}
	if err := k.turn(ctx, w, i, slashingtasks.SEAT_STATE_EQUIVOCATED); err != nil {
		return err
	}
	if err := k.release(ctx, w, i); err != nil {
		return err
	}
	text, err := k.addresses.BytesToString(reporter)
	if err != nil {
		return err
	}
	if err := emit(ctx, &slashingtasks.EventEquivocation{
		TaskId: w.task.Id, Operator: w.seats[i].Operator, Reporter: text, Slashed: taken.String(),
	}); err != nil {
		return err
	}
	if phase := w.task.Phase; phase == slashingtasks.PHASE_REVEALING || phase == slashingtasks.PHASE_CHALLENGEABLE {
		w.task.Due = height(ctx) // the vote is void: count again at the end of this block
	}
	return k.advance(ctx, w)
}
