// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/por"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	// chargePatience is how many attempts to settle a charge may fail before it is dropped.
	chargePatience = 6
	// chargeBackoff is the first wait after such a failure, in blocks; it doubles.
	chargeBackoff = 2
)

// accuse makes a charge of a committee's MISMATCH, where the class is enforced. One charge a subject
// and class is enough: what else is found while it is pending costs capacity, but is no other offence.
func (k *Keeper) accuse(ctx context.Context, params por.Params, w por.Window, subject sdk.AccAddress, c por.Committee, id []byte) error {
	if w.Terms.Mode != por.MODE_ENFORCED {
		return nil
	}
	pending, err := k.Charges.Has(ctx, chargeKey(w.Class, subject))
	if err != nil || pending {
		return err
	}
	charge := por.Charge{
		Class: w.Class, Window: w.Number, Subject: c.Subject, State: por.CHARGE_STATE_OPEN, Evidence: id,
		Height: w.OpenedHeight, Due: height(ctx) + params.DisputeWindowBlocks,
		Deposit: sdk.NewCoin(params.DepositDenom, params.DisputeDeposit), Accusers: c.Accusers(), Seated: c.Verifiers(),
	}
	if err := k.setCharge(ctx, subject, charge); err != nil {
		return err
	}
	return emit(ctx, &por.EventCharged{Charge: charge})
}

// Charge returns the pending charge against a subject in a class (ErrNoCharge).
func (k *Keeper) Charge(ctx context.Context, class por.Class, subject sdk.AccAddress) (por.Charge, error) {
	charge, err := k.Charges.Get(ctx, chargeKey(class, subject))
	if errors.Is(err, collections.ErrNotFound) {
		return charge, errorsmod.Wrapf(por.ErrNoCharge, "%s, subject %s", class, subject)
	}
	return charge, err
}

// Dispute takes the subject's deposit and has it measured again, by a larger committee in one of the
// next windows; the penalty waits for that.
func (k *Keeper) Dispute(ctx context.Context, subject sdk.AccAddress, class por.Class, window uint64) error {
	charge, err := k.Charge(ctx, class, subject)
	if err != nil {
		return err
	}
	now := height(ctx)
	switch {
	case charge.Window != window:
		return errorsmod.Wrapf(por.ErrNoCharge, "%s, window %d; there is one of window %d", class, window, charge.Window)
	case charge.State != por.CHARGE_STATE_OPEN:
		return errorsmod.Wrapf(por.ErrAlreadyDisputed, "%s, window %d", class, window)
	case now > charge.Due:
		return errorsmod.Wrapf(por.ErrTooLate, "the last height was %d", charge.Due)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.hold(ctx, subject, charge.Deposit); err != nil {
		return err
	}
	if err := k.dropTurn(ctx, subject, charge); err != nil {
		return err
	}
	charge.State, charge.Due = por.CHARGE_STATE_DISPUTED, now+params.DisputeTimeoutBlocks
	if err := k.setCharge(ctx, subject, charge); err != nil {
		return err
	}
	return emit(ctx, &por.EventDisputed{
		Class: class, Window: window, Subject: charge.Subject, Deposit: charge.Deposit, Due: charge.Due,
	})
}

// appealOf returns the disputed charge that the committee of a window is to judge; nil if there is none.
func (k *Keeper) appealOf(ctx context.Context, class por.Class, window uint64, subject sdk.AccAddress) (*por.Charge, error) {
	charge, err := k.Charge(ctx, class, subject)
	if errors.Is(err, por.ErrNoCharge) {
		return nil, nil
	}
	if err != nil || charge.State != por.CHARGE_STATE_DISPUTED || charge.AppealWindow != 0 || charge.Window >= window {
		return nil, err
	}
	return &charge, nil
}

// judgeAppeal ends a dispute by what the larger committee found. Where it found nothing, another one
// sits in the next window, at most max_dispute_rounds of them; then nobody is penalised.
func (k *Keeper) judgeAppeal(ctx context.Context, params por.Params, w por.Window, subject sdk.AccAddress, poll por.Poll) error {
	charge, err := k.Charge(ctx, w.Class, subject)
	if errors.Is(err, por.ErrNoCharge) {
		return nil // it timed out
	}
	if err != nil || charge.AppealWindow != w.Number {
		return err
	}
	switch {
	case poll.Verdict == por.VERDICT_OK:
		return k.endCharge(ctx, subject, charge, por.CHARGE_OUTCOME_OVERTURNED)
	case poll.Verdict == por.VERDICT_MISMATCH:
		return k.endCharge(ctx, subject, charge, por.CHARGE_OUTCOME_CONFIRMED)
	case poll.Absent():
		return k.endCharge(ctx, subject, charge, por.CHARGE_OUTCOME_ABSENT)
	case charge.Rounds+1 >= params.MaxDisputeRounds:
		return k.endCharge(ctx, subject, charge, por.CHARGE_OUTCOME_UNDECIDED)
	}
	charge.Rounds++
	charge.AppealWindow = 0
	return k.setCharge(ctx, subject, charge)
}

// endCharge ends a charge: deposit, penalty and the accusers' scores follow from the outcome.
func (k *Keeper) endCharge(ctx context.Context, subject sdk.AccAddress, charge por.Charge, outcome por.ChargeOutcome) error {
	if err := k.Charges.Remove(ctx, chargeKey(charge.Class, subject)); err != nil {
		return err
	}
	if err := k.dropTurn(ctx, subject, charge); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if params.Mode(charge.Class) != por.MODE_ENFORCED {
		outcome = por.CHARGE_OUTCOME_UNDECIDED // governance has thought better of it
	}
	guilty := outcome == por.CHARGE_OUTCOME_UNDISPUTED || outcome == por.CHARGE_OUTCOME_CONFIRMED || outcome == por.CHARGE_OUTCOME_ABSENT
	if guilty {
		if err := k.report(ctx, charge.Class, charge.Window, subject, stakingext.Fault{
			Subject: por.Subject(charge.Class, charge.Window), Kind: por.KindFalseProof,
			Track: stakingext.TrackWrongData, Height: charge.Height,
		}, charge.Evidence); err != nil {
			return err
		}
	}
	if charge.State == por.CHARGE_STATE_DISPUTED {
		end := k.release
		if guilty {
			end = k.burn
		}
		if err := end(ctx, subject, charge.Deposit); err != nil {
			return err
		}
	}
	if outcome == por.CHARGE_OUTCOME_OVERTURNED {
		for _, accuser := range charge.Accusers {
			if err := k.rateVerifier(ctx, accuser, por.DeedOverturned, params); err != nil {
				return err
			}
		}
	}
	return emit(ctx, &por.EventChargeSettled{
		Class: charge.Class, Window: charge.Window, Subject: charge.Subject, Evidence: charge.Evidence,
		Outcome: outcome,
	})
}

// SettleCharges ends at most max_items_per_block charges that are due. One that fails is tried again
// later; after some attempts it is dropped without a penalty.
func (k *Keeper) SettleCharges(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	due, err := k.dueCharges(ctx, int(params.MaxItemsPerBlock))
	if err != nil {
		return err
	}
	for _, turn := range due {
		class, subject := por.Class(turn.K2()), turn.K3()
		failure := isolate.Run(ctx, func(ctx context.Context) error { return k.settleDue(ctx, class, subject) })
		if failure == nil {
			continue
		}
		if err := isolate.Run(ctx, func(ctx context.Context) error { return k.postponeCharge(ctx, class, subject) }); err != nil {
			// Not even the record can be read: no turn may stand in the way of the others.
			if err := k.ChargeTurns.Remove(ctx, turn); err != nil {
				return err
			}
		}
		if err := k.tellFailure(ctx, queueCharge, class, 0, subject, failure); err != nil {
			return err
		}
	}
	return nil
}

// dueCharges lists charges whose last height of waiting is over.
func (k *Keeper) dueCharges(ctx context.Context, limit int) ([]turnKey, error) {
	it, err := k.ChargeTurns.Iterate(ctx, new(collections.Range[turnKey]).EndExclusive(
		collections.TriplePrefix[int64, uint32, sdk.AccAddress](height(ctx))))
	if err != nil {
		return nil, err
	}
	return keysOf(it, limit)
}

// settleDue ends a charge that has waited long enough. A dispute that was never judged falls on the
// subject if that is not there to be measured, and on nobody otherwise.
func (k *Keeper) settleDue(ctx context.Context, class por.Class, subject sdk.AccAddress) error {
	charge, err := k.Charge(ctx, class, subject)
	if err != nil {
		return err
	}
	if charge.State == por.CHARGE_STATE_OPEN {
		return k.endCharge(ctx, subject, charge, por.CHARGE_OUTCOME_UNDISPUTED)
	}
	outcome := por.CHARGE_OUTCOME_UNDECIDED
	if charge.AppealWindow == 0 {
		stands, err := k.stands(ctx, class, subject)
		if err != nil {
			return err
		}
		if !stands {
			outcome = por.CHARGE_OUTCOME_ABSENT
		}
	}
	return k.endCharge(ctx, subject, charge, outcome)
}

// stands says whether a subject is there to be measured in a class.
func (k *Keeper) stands(ctx context.Context, class por.Class, subject sdk.AccAddress) (bool, error) {
	x, err := k.workers.Xnode(ctx, subject)
	if errors.Is(err, workers.ErrNotRegistered) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return !x.IsRetired() && x.Online && class.Of(x.Card.Claimed) > 0, nil
}

func (k *Keeper) postponeCharge(ctx context.Context, class por.Class, subject sdk.AccAddress) error {
	charge, err := k.Charge(ctx, class, subject)
	if err != nil {
		return err
	}
	if err := k.dropTurn(ctx, subject, charge); err != nil {
		return err
	}
	charge.Failures++
	if charge.Failures >= chargePatience {
		// Whatever stands in the way of the penalty: a deposit is never stuck behind a defect.
		dropped := isolate.Run(ctx, func(ctx context.Context) error {
			return k.endCharge(ctx, subject, charge, por.CHARGE_OUTCOME_UNDECIDED)
		})
		if dropped == nil {
			return nil
		}
	}
	charge.Due = height(ctx) + chargeBackoff<<min(charge.Failures, chargePatience)
	return k.setCharge(ctx, subject, charge)
}

func (k *Keeper) setCharge(ctx context.Context, subject sdk.AccAddress, charge por.Charge) error {
	if err := k.Charges.Set(ctx, chargeKey(charge.Class, subject), charge); err != nil {
		return err
	}
	return k.ChargeTurns.Set(ctx, collections.Join3(charge.Due, uint32(charge.Class), subject))
}

func (k *Keeper) dropTurn(ctx context.Context, subject sdk.AccAddress, charge por.Charge) error {
	return k.ChargeTurns.Remove(ctx, collections.Join3(charge.Due, uint32(charge.Class), subject))
}
