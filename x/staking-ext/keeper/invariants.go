// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// CheckInvariants walks the whole store: sums equal totals, the module account
// covers the ledger, every record is consistent and has exactly its turn in the
// queues. ErrInvariant says what is broken. For tests, simulations and
// `opend debug invariants`; never in a block.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	// A state that could be exported and imported is a state without contradictions.
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := gs.Validate(k.ac); err != nil {
		return stakingext.ErrInvariant.Wrap(err.Error())
	}
	if err := k.checkBalance(ctx, gs.Totals); err != nil {
		return err
	}
	if err := k.checkBackingQueues(ctx, gs); err != nil {
		return err
	}
	if err := k.checkQueues(ctx, gs); err != nil {
		return err
	}
	if err := k.checkSuspensionQueue(ctx, gs); err != nil {
		return err
	}
	return k.checkServiceQueues(ctx, gs)
}

func (k *Keeper) checkQueues(ctx context.Context, gs *stakingext.GenesisState) error {
	for _, l := range gs.Locks {
		operator, err := k.address("lock", l.Operator)
		if err != nil {
			return err
		}
		if err := mustHave(ctx, k.LockQueue, collections.Join3(l.QueuedAt, operator, l.Subject)); err != nil {
			return err
		}
	}
	for _, u := range gs.Unbondings {
		operator, err := k.address("unbonding", u.Operator)
		if err != nil {
			return err
		}
		queue, key := k.turnOf(operator, u)
		if err := mustHave(ctx, queue, key); err != nil {
			return err
		}
	}
	for _, f := range gs.Faults {
		operator, err := k.address("fault", f.Operator)
		if err != nil {
			return err
		}
		if err := mustHave(ctx, k.FaultQueue, collections.Join4(f.PruneHeight, operator, f.Fault.Subject, f.Fault.Kind)); err != nil {
			return err
		}
	}
	locks, err := count(ctx, k.LockQueue)
	if err != nil {
		return err
	}
	times, err := count(ctx, k.UnbondingTimes)
	if err != nil {
		return err
	}
	turns, err := count(ctx, k.UnbondingTurns)
	if err != nil {
		return err
	}
	faults, err := count(ctx, k.FaultQueue)
	if err != nil {
		return err
	}
	if locks != len(gs.Locks) || times+turns != len(gs.Unbondings) || faults != len(gs.Faults) {
		return stakingext.ErrInvariant.Wrapf("queues hold %d locks, %d unbondings, %d faults; the store %d, %d, %d",
			locks, times+turns, faults, len(gs.Locks), len(gs.Unbondings), len(gs.Faults))
	}
	return nil
}

func mustHave[K any](ctx context.Context, queue collections.KeySet[K], key K) error {
	has, err := queue.Has(ctx, key)
	if err != nil {
		return err
	}
	if !has {
		return stakingext.ErrInvariant.Wrapf("no queue has %s", queue.KeyCodec().Stringify(key))
	}
	return nil
}

func count[K any](ctx context.Context, queue collections.KeySet[K]) (int, error) {
	iter, err := queue.Iterate(ctx, nil)
	if err != nil {
		return 0, err
	}
	keys, err := iter.Keys()
	return len(keys), err
}
