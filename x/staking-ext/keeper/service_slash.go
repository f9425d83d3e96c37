// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// SlashService records a fault of a service and takes fractionBps (basis points)
// of the stake behind it: what is bonded, and every unbonding that began at or
// after the infraction. One fault (service, subject, kind) is punished once. The
// harmed party and the epoch's circuit breaker are as for Slash. It returns what
// was taken, in the base unit. Errors: ErrInvalidFault, ErrFaultTooOld,
// ErrNoServiceBond, ErrAlreadySlashed.
func (k *Keeper) SlashService(ctx context.Context, id uint64, fault stakingext.Fault, fractionBps uint32) (math.Int, error) {
	none := math.Int{}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return none, err
	}
	if fractionBps > stakingext.BasisPoints {
		return none, stakingext.ErrInvalidFault.Wrapf("fraction of %d basis points is above the whole", fractionBps)
	}
	if err := k.checkFault(ctx, fault, params); err != nil {
		return none, err
	}
	known, err := k.ServiceFaults.Has(ctx, collections.Join3(id, fault.Subject, fault.Kind))
	if err != nil {
		return none, err
	}
	if known {
		return none, stakingext.ErrAlreadySlashed.Wrapf("%s %s of service %d", fault.Kind, fault.Subject, id)
	}
	bond, err := k.ServiceBondOf(ctx, id)
	if err != nil {
		return none, err
	}
	owner, err := k.address("owner", bond.Owner)
	if err != nil {
		return none, err
	}
	due, slashed, err := k.takeFromService(ctx, &bond, fault, fractionBps, params)
	if err != nil {
		return none, err
	}
	toHarmed, err := k.dispose(ctx, owner, fault, slashed, params)
	if err != nil {
		return none, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	record := stakingext.FaultRecord{
		Operator:       bond.Owner,
		Fault:          fault,
		FractionBps:    fractionBps,
		Due:            due,
		Slashed:        slashed,
		ToHarmed:       toHarmed,
		RecordedHeight: height,
		PruneHeight:    height + params.FaultRetentionBlocks + 1,
	}
	if err := k.setServiceFault(ctx, stakingext.ServiceFault{ServiceId: id, Record: record}); err != nil {
		return none, err
	}
	if slashed.LT(due) {
		if err := emit(ctx, &stakingext.EventSlashCapped{Operator: bond.Owner, Fault: fault, Due: due, Slashed: slashed}); err != nil {
			return none, err
		}
	}
	if err := emit(ctx, &stakingext.EventServiceSlashed{ServiceId: id, Record: record}); err != nil {
		return none, err
	}
	return slashed, k.closeServiceIfBlank(ctx, id)
}

// takeFromService takes the fraction off the bond and the entries within reach, as
// far as the epoch allows, and returns what was due and what was taken.
func (k *Keeper) takeFromService(
	ctx context.Context, bond *stakingext.ServiceBond, fault stakingext.Fault, bps uint32, params stakingext.Params,
) (due, slashed math.Int, err error) {
	open, err := k.serviceUnbondingsOf(ctx, bond.ServiceId)
	if err != nil {
		return due, slashed, err
	}
	pieces, reach := []math.Int{bond.Amount}, bond.Amount
	var entries []stakingext.ServiceUnbonding
	for _, u := range open {
		if u.Entry.CreatedHeight >= fault.Height {
			entries = append(entries, u)
			pieces, reach = append(pieces, u.Entry.Amount), reach.Add(u.Entry.Amount)
		}
	}
	due = stakingext.MulDiv(reach, int64(bps), stakingext.BasisPoints)
	slashed, err = k.drawAllowance(ctx, due, params)
	if err != nil || !slashed.IsPositive() {
		return due, slashed, err
	}
	parts := stakingext.Apportion(pieces, slashed)
	bond.Amount = bond.Amount.Sub(parts[0])
	for i, u := range entries {
		if err := k.cutServiceUnbonding(ctx, u, parts[i+1]); err != nil {
			return due, slashed, err
		}
	}
	if err := k.ServiceBonds.Set(ctx, bond.ServiceId, *bond); err != nil {
		return due, slashed, err
	}
	return due, slashed, k.addServiceTotals(ctx, parts[0].Neg(), parts[0].Sub(slashed))
}

// cutServiceUnbonding takes a part off an entry, and drops it with its last coin.
func (k *Keeper) cutServiceUnbonding(ctx context.Context, u stakingext.ServiceUnbonding, part math.Int) error {
	if part.Equal(u.Entry.Amount) {
		return k.removeServiceUnbonding(ctx, u)
	}
	u.Entry.Amount = u.Entry.Amount.Sub(part)
	return k.ServiceUnbondings.Set(ctx, collections.Join(u.ServiceId, u.Entry.Id), u)
}

// setServiceFault writes a record and its turn in the prune queue.
func (k *Keeper) setServiceFault(ctx context.Context, f stakingext.ServiceFault) error {
	fault := f.Record.Fault
	if err := k.ServiceFaults.Set(ctx, collections.Join3(f.ServiceId, fault.Subject, fault.Kind), f); err != nil {
		return err
	}
	return k.ServiceFaultQueue.Set(ctx, collections.Join4(f.Record.PruneHeight, f.ServiceId, fault.Subject, fault.Kind))
}

func (k *Keeper) pruneServiceFaults(ctx context.Context, params stakingext.Params) error {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	iter, err := k.ServiceFaultQueue.Iterate(ctx, collections.NewPrefixUntilQuadRange[int64, uint64, string, string](height))
	if err != nil {
		return err
	}
	turns, err := firstKeys(iter, int(params.MaxPrunedPerBlock))
	if err != nil {
		return err
	}
	var errs error
	for _, turn := range turns {
		errs = errors.Join(errs, isolate.Run(ctx, func(ctx context.Context) error { return k.pruneServiceFault(ctx, turn, params) }))
	}
	return errs
}

// pruneServiceFault forgets one fault, or moves its record where the retention was
// raised since.
func (k *Keeper) pruneServiceFault(ctx context.Context, turn serviceFaultTurn, params stakingext.Params) error {
	key := collections.Join3(turn.K2(), turn.K3(), turn.K4())
	f, err := k.ServiceFaults.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := k.ServiceFaultQueue.Remove(ctx, turn); err != nil {
		return err
	}
	if later := f.Record.RecordedHeight + params.FaultRetentionBlocks + 1; later > sdk.UnwrapSDKContext(ctx).BlockHeight() {
		f.Record.PruneHeight = later
		return k.setServiceFault(ctx, f)
	}
	return k.ServiceFaults.Remove(ctx, key)
}
