// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// initServices writes the stake behind services of a genesis state.
func (k *Keeper) initServices(ctx context.Context, gs *stakingext.GenesisState) error {
	for _, b := range gs.ServiceBonds {
		if err := k.ServiceBonds.Set(ctx, b.ServiceId, b); err != nil {
			return err
		}
	}
	for _, u := range gs.ServiceUnbondings {
		if err := k.setServiceUnbonding(ctx, u); err != nil {
			return err
		}
	}
	for _, f := range gs.ServiceFaults {
		if err := k.setServiceFault(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// checkServiceQueues: every record has exactly its turn.
func (k *Keeper) checkServiceQueues(ctx context.Context, gs *stakingext.GenesisState) error {
	for _, u := range gs.ServiceUnbondings {
		queue, key := k.serviceTurnOf(u)
		if err := mustHave(ctx, queue, key); err != nil {
			return err
		}
	}
	for _, f := range gs.ServiceFaults {
		fault := f.Record.Fault
		if err := mustHave(ctx, k.ServiceFaultQueue, collections.Join4(f.Record.PruneHeight, f.ServiceId, fault.Subject, fault.Kind)); err != nil {
			return err
		}
	}
	times, err := count(ctx, k.ServiceUnbondingTimes)
	if err != nil {
		return err
	}
	turns, err := count(ctx, k.ServiceUnbondingTurns)
	if err != nil {
		return err
	}
	faults, err := count(ctx, k.ServiceFaultQueue)
	if err != nil {
		return err
	}
	if times+turns != len(gs.ServiceUnbondings) || faults != len(gs.ServiceFaults) {
		return stakingext.ErrInvariant.Wrapf("queues hold %d unbondings and %d faults of services; the store %d, %d",
			times+turns, faults, len(gs.ServiceUnbondings), len(gs.ServiceFaults))
	}
	return nil
}
