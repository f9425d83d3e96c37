// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// InitGenesis writes a state that Validate accepts, rebuilds the queues and
// creates the module account. x/bank must have been initialised before: its
// balance must cover the ledger, else ErrInvariant.
func (k *Keeper) InitGenesis(ctx context.Context, gs *stakingext.GenesisState) error {
	if err := gs.Validate(k.ac); err != nil {
		return err
	}
	k.accounts.GetModuleAccount(ctx, stakingext.ModuleName)
	if err := k.initItems(ctx, gs); err != nil {
		return err
	}
	for _, b := range gs.Bonds {
		operator, err := k.address("bond", b.Operator)
		if err != nil {
			return err
		}
		if err := k.Bonds.Set(ctx, operator, b); err != nil {
			return err
		}
		if err := k.queueSuspensions(ctx, operator, b); err != nil {
			return err
		}
	}
	for _, l := range gs.Locks {
		operator, err := k.address("lock", l.Operator)
		if err != nil {
			return err
		}
		if err := k.setLock(ctx, operator, l); err != nil {
			return err
		}
	}
	for _, u := range gs.Unbondings {
		operator, err := k.address("unbonding", u.Operator)
		if err != nil {
			return err
		}
		if err := k.setUnbonding(ctx, operator, u); err != nil {
			return err
		}
	}
	for _, f := range gs.Faults {
		operator, err := k.address("fault", f.Operator)
		if err != nil {
			return err
		}
		if err := k.setFault(ctx, operator, f); err != nil {
			return err
		}
	}
	if err := k.initBacking(ctx, gs); err != nil {
		return err
	}
	if err := k.initServices(ctx, gs); err != nil {
		return err
	}
	return k.checkBalance(ctx, gs.Totals)
}

func (k *Keeper) initItems(ctx context.Context, gs *stakingext.GenesisState) error {
	if err := k.Params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.Totals.Set(ctx, gs.Totals); err != nil {
		return err
	}
	if err := k.SlashEpoch.Set(ctx, gs.SlashEpoch); err != nil {
		return err
	}
	if err := k.EvidenceFloor.Set(ctx, gs.EvidenceFloor); err != nil {
		return err
	}
	return k.UnbondingSeq.Set(ctx, gs.NextUnbondingId)
}

// ExportGenesis reads the whole state, in the order of the store.
func (k *Keeper) ExportGenesis(ctx context.Context) (*stakingext.GenesisState, error) {
	gs := &stakingext.GenesisState{}
	var err error
	if gs.Params, err = k.Params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.Totals, err = k.Totals.Get(ctx); err != nil {
		return nil, err
	}
	if gs.SlashEpoch, err = k.SlashEpoch.Get(ctx); err != nil {
		return nil, err
	}
	if gs.EvidenceFloor, err = k.evidenceFloor(ctx); err != nil {
		return nil, err
	}
	if gs.NextUnbondingId, err = k.UnbondingSeq.Peek(ctx); err != nil {
		return nil, err
	}
	if gs.Bonds, err = all(ctx, k.Bonds); err != nil {
		return nil, err
	}
	if gs.Locks, err = all(ctx, k.Locks); err != nil {
		return nil, err
	}
	if gs.Unbondings, err = all(ctx, k.Unbondings); err != nil {
		return nil, err
	}
	if gs.Faults, err = all(ctx, k.Faults); err != nil {
		return nil, err
	}
	if gs.ServiceBonds, err = all(ctx, k.ServiceBonds); err != nil {
		return nil, err
	}
	if gs.ServiceUnbondings, err = all(ctx, k.ServiceUnbondings); err != nil {
		return nil, err
	}
	if gs.ServiceFaults, err = all(ctx, k.ServiceFaults); err != nil {
		return nil, err
	}
	return gs, k.exportBacking(ctx, gs)
}

// checkBalance holds the module account to what the ledger owes. Coins that
// others sent there only make it richer.
func (k *Keeper) checkBalance(ctx context.Context, totals stakingext.Totals) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	held := k.bank.GetBalance(ctx, k.accounts.GetModuleAddress(stakingext.ModuleName), params.BondDenom)
	if held.Amount.LT(totals.Owed()) {
		return stakingext.ErrInvariant.Wrapf("module account holds %s, the ledger owes %s", held, sdk.NewCoin(params.BondDenom, totals.Owed()))
	}
	return nil
}

// all reads every value of a map; only for export and for checking.
func all[K, V any](ctx context.Context, m collections.Map[K, V]) ([]V, error) {
	iter, err := m.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return iter.Values()
}
