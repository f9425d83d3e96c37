// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// initCourt fills the part of the store that belongs to committees and the court. Indices, queues and
// the ledger of deposits follow from the records.
func (k *Keeper) initCourt(ctx context.Context, state por.GenesisState) error {
	k.accountKeeper.GetModuleAccount(ctx, por.ModuleName) // makes it where it is not there yet
	for _, c := range state.Committees {
		subject, err := k.account(c.Subject)
		if err != nil {
			return err
		}
		var verifiers []sdk.AccAddress
		for _, text := range c.Verifiers() {
			verifier, err := k.account(text)
			if err != nil {
				return err
			}
			verifiers = append(verifiers, verifier)
		}
		if err := k.seat(ctx, c, subject, verifiers); err != nil {
			return err
		}
	}
	for _, d := range state.Draws {
		last := sdk.AccAddress{}
		if d.Last != "" {
			var err error
			if last, err = k.account(d.Last); err != nil {
				return err
			}
		}
		if err := k.DrawCursors.Set(ctx, collections.Join(uint32(d.Class), d.Window), last); err != nil {
			return err
		}
	}
	for _, charge := range state.Charges {
		subject, err := k.account(charge.Subject)
		if err != nil {
			return err
		}
		if err := k.setCharge(ctx, subject, charge); err != nil {
			return err
		}
		if charge.State != por.CHARGE_STATE_DISPUTED {
			continue
		}
		if err := k.addHeld(ctx, charge.Deposit.Amount); err != nil {
			return err
		}
	}
	for _, record := range state.Frauds {
		operator, err := k.account(record.Operator)
		if err != nil {
			return err
		}
		if err := k.Frauds.Set(ctx, memberKey(record.Class, record.Window, operator), record); err != nil {
			return err
		}
	}
	for _, score := range state.VerifierScores {
		operator, err := k.account(score.Operator)
		if err != nil {
			return err
		}
		if err := k.VerifierScores.Set(ctx, operator, score); err != nil {
			return err
		}
	}
	return nil
}

// exportCourt reads that part of the store. How much was judged in the running block is not part of it.
func (k *Keeper) exportCourt(ctx context.Context, state *por.GenesisState) error {
	var err error
	if state.Committees, err = values(k.Committees.Iterate(ctx, nil)); err != nil {
		return err
	}
	if state.Charges, err = values(k.Charges.Iterate(ctx, nil)); err != nil {
		return err
	}
	if state.Frauds, err = values(k.Frauds.Iterate(ctx, nil)); err != nil {
		return err
	}
	if state.VerifierScores, err = values(k.VerifierScores.Iterate(ctx, nil)); err != nil {
		return err
	}
	return k.DrawCursors.Walk(ctx, nil, func(key collections.Pair[uint32, uint64], last sdk.AccAddress) (bool, error) {
		d := por.DrawCursor{Class: por.Class(key.K1()), Window: key.K2()}
		if len(last) > 0 {
			var err error
			if d.Last, err = k.accounts.BytesToString(last); err != nil {
				return true, err
			}
		}
		state.Draws = append(state.Draws, d)
		return false, nil
	})
}

// values lists all that an iterator gives.
func values[K, V any](it collections.Iterator[K, V], err error) ([]V, error) {
	if err != nil {
		return nil, err
	}
	return it.Values()
}

// prepareCourt readies the state for an export to a chain that begins again at height 1: charges are
// settled without a penalty, for their heights mean nothing there, and committees are forgotten.
func (k *Keeper) prepareCourt(ctx context.Context) error {
	charges, err := values(k.Charges.Iterate(ctx, nil))
	if err != nil {
		return err
	}
	for _, charge := range charges {
		subject, err := k.account(charge.Subject)
		if err != nil {
			return err
		}
		if err := k.endCharge(ctx, subject, charge, por.CHARGE_OUTCOME_UNDECIDED); err != nil {
			return err
		}
	}
	for _, clear := range []func() error{
		func() error { return k.Committees.Clear(ctx, nil) },
		func() error { return k.Duties.Clear(ctx, nil) },
		func() error { return k.DutyCounts.Clear(ctx, nil) },
		func() error { return k.DrawCursors.Clear(ctx, nil) },
		func() error { return k.Frauds.Clear(ctx, nil) },
	} {
		if err := clear(); err != nil {
			return err
		}
	}
	return nil
}

// checkCourt returns an error if that part of the store contradicts itself, or the bank.
func (k *Keeper) checkCourt(ctx context.Context, state *por.GenesisState) error {
	if err := k.checkDuties(ctx, state.Committees); err != nil {
		return err
	}
	held := math.ZeroInt()
	for _, charge := range state.Charges {
		subject, err := k.account(charge.Subject)
		if err != nil {
			return err
		}
		queued, err := k.ChargeTurns.Has(ctx, collections.Join3(charge.Due, uint32(charge.Class), subject))
		if err != nil {
			return err
		}
		if !queued {
			return fmt.Errorf("charge against %s is not queued", charge.Subject)
		}
		if charge.State == por.CHARGE_STATE_DISPUTED {
			held = held.Add(charge.Deposit.Amount)
		}
	}
	turns := 0
	if err := k.ChargeTurns.Walk(ctx, nil, func(turnKey) (bool, error) { turns++; return false, nil }); err != nil {
		return err
	}
	if turns != len(state.Charges) {
		return fmt.Errorf("%d turns of %d charges", turns, len(state.Charges))
	}
	ledger, err := k.HeldDeposits(ctx)
	if err != nil {
		return err
	}
	if !ledger.Equal(held) {
		return fmt.Errorf("deposits of disputes are %s, the ledger says %s", held, ledger)
	}
	balance := k.bank.GetBalance(ctx, k.accountKeeper.GetModuleAddress(por.ModuleName), state.Params.DepositDenom)
	if balance.Amount.LT(held) {
		return fmt.Errorf("deposits are %s, the account has %s", held, balance)
	}
	return nil
}

// checkDuties compares the committees with the index and the counts of their seats.
func (k *Keeper) checkDuties(ctx context.Context, committees []por.Committee) error {
	seats := 0
	for _, c := range committees {
		subject, err := k.account(c.Subject)
		if err != nil {
			return err
		}
		for _, text := range c.Verifiers() {
			seats++
			verifier, err := k.account(text)
			if err != nil {
				return err
			}
			known, err := k.Duties.Has(ctx, collections.Join4(verifier, uint32(c.Class), c.Window, subject))
			if err != nil {
				return err
			}
			if !known {
				return fmt.Errorf("seat of %s in window %d of %s is not indexed", text, c.Window, c.Class)
			}
		}
	}
	indexed, counted := 0, 0
	if err := k.Duties.Walk(ctx, nil, func(dutyKey) (bool, error) { indexed++; return false, nil }); err != nil {
		return err
	}
	if err := k.DutyCounts.Walk(ctx, nil, func(_ placeKey, n uint32) (bool, error) { counted += int(n); return false, nil }); err != nil {
		return err
	}
	if indexed != seats || counted != seats {
		return fmt.Errorf("%d seats, of which %d are indexed and %d counted", seats, indexed, counted)
	}
	return nil
}
