// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// Slash records a fault and takes fractionBps (basis points) of the stake within
// its reach: the bond, the backing, and every withdrawal of either that began at
// or after the infraction. The harmed party of the fault, if there is one, gets
// the part that the params set for the track of what was the operator's; the rest
// is burned. It returns what was taken, in the base unit: less than asked for
// where the epoch's circuit breaker cuts it, zero where nothing is left. Status is
// not its business; ReportFault and Jail are.
// Errors: ErrInvalidFault, ErrFaultTooOld, ErrNoBond, ErrAlreadySlashed.
func (k *Keeper) Slash(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault, fractionBps uint32) (math.Int, error) {
	return k.punish(ctx, operator, fault, stakingext.Penalty{SlashBps: fractionBps})
}

// ReportFault records a fault and applies the penalty that the params set for its
// track: slash, jail after so many faults in a window, tombstone. It returns what
// was taken, in the base unit. Errors as Slash.
func (k *Keeper) ReportFault(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault) (math.Int, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return math.Int{}, err
	}
	penalty, err := params.Penalty(fault.Track)
	if err != nil {
		return math.Int{}, err
	}
	return k.punish(ctx, operator, fault, penalty)
}

func (k *Keeper) punish(ctx context.Context, operator sdk.AccAddress, fault stakingext.Fault, penalty stakingext.Penalty) (math.Int, error) {
	none := math.Int{}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return none, err
	}
	if penalty.SlashBps > stakingext.BasisPoints {
		return none, stakingext.ErrInvalidFault.Wrapf("fraction of %d basis points is above the whole", penalty.SlashBps)
	}
	if err := k.checkFault(ctx, fault, params); err != nil {
		return none, err
	}
	bond, err := k.BondOf(ctx, operator)
	if err != nil {
		return none, err
	}
	known, err := k.Faults.Has(ctx, collections.Join3(operator, fault.Subject, fault.Kind))
	if err != nil {
		return none, err
	}
	if known {
		return none, stakingext.ErrAlreadySlashed.Wrapf("%s %s of %s", fault.Kind, fault.Subject, bond.Operator)
	}
	slashed, err := k.take(ctx, operator, &bond, fault, penalty.SlashBps, params)
	if err != nil {
		return none, err
	}
	if err := k.climb(ctx, &bond, fault.Track, penalty, params); err != nil {
		return none, err
	}
	if err := k.Bonds.Set(ctx, operator, bond); err != nil {
		return none, err
	}
	return slashed, k.bondChanged(ctx, operator)
}

// checkFault refuses faults that cannot be, and those whose record may be pruned.
func (k *Keeper) checkFault(ctx context.Context, fault stakingext.Fault, params stakingext.Params) error {
	if err := fault.Validate(); err != nil {
		return stakingext.ErrInvalidFault.Wrap(err.Error())
	}
	floor, err := k.evidenceFloor(ctx)
	if err != nil {
		return err
	}
	return fault.CheckAge(sdk.UnwrapSDKContext(ctx).BlockHeight(), params.MaxEvidenceAgeBlocks, floor)
}

// take takes the fraction, off the given bond in memory and off the entries and
// the backing in the store, disposes of it and records the fault.
func (k *Keeper) take(
	ctx context.Context, operator sdk.AccAddress, bond *stakingext.Bond,
	fault stakingext.Fault, bps uint32, params stakingext.Params,
) (math.Int, error) {
	none := math.Int{}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()

	pieces := []math.Int{bond.Amount}
	reach := bond.Amount
	entries, err := k.unbondingsSince(ctx, operator, fault.Height)
	if err != nil {
		return none, err
	}
	for _, e := range entries {
		pieces = append(pieces, e.Amount)
		reach = reach.Add(e.Amount)
	}
	backed, batches, err := k.backingInReach(ctx, operator, fault.Height)
	if err != nil {
		return none, err
	}
	for _, tokens := range backed {
		pieces = append(pieces, tokens)
		reach = reach.Add(tokens)
	}

	due := stakingext.MulDiv(reach, int64(bps), stakingext.BasisPoints)
	slashed, err := k.drawAllowance(ctx, due, params)
	if err != nil {
		return none, err
	}
	parts := stakingext.Apportion(pieces, slashed)
	bond.Amount = bond.Amount.Sub(parts[0])
	for i, e := range entries {
		if err := k.cutUnbonding(ctx, operator, e, parts[i+1]); err != nil {
			return none, err
		}
	}
	fromBacking, err := k.cutBacking(ctx, operator, batches, parts[1+len(entries):])
	if err != nil {
		return none, err
	}
	fromEntries := slashed.Sub(parts[0]).Sub(fromBacking)
	if slashed.IsPositive() {
		if err := k.addTotals(ctx, parts[0].Neg(), fromEntries.Neg()); err != nil {
			return none, err
		}
	}
	// The harmed party gets a part of what the operator lost. A share of its
	// backers' loss would pay two that are in league.
	toHarmed, err := k.dispose(ctx, operator, fault, slashed.Sub(fromBacking), params)
	if err != nil {
		return none, err
	}
	if fromBacking.IsPositive() {
		if err := k.bank.BurnCoins(ctx, stakingext.ModuleName, coins(params.BondDenom, fromBacking)); err != nil {
			return none, err
		}
	}
	harmed, err := k.nameOf(fault.Harmed)
	if err != nil {
		return none, err
	}

	if err := k.setFault(ctx, operator, stakingext.FaultRecord{
		Operator:       bond.Operator,
		Fault:          fault,
		FractionBps:    bps,
		Due:            due,
		Slashed:        slashed,
		ToHarmed:       toHarmed,
		RecordedHeight: height,
		PruneHeight:    height + params.FaultRetentionBlocks + 1,
	}); err != nil {
		return none, err
	}
	if slashed.LT(due) {
		if err := emit(ctx, &stakingext.EventSlashCapped{Operator: bond.Operator, Fault: fault, Due: due, Slashed: slashed}); err != nil {
			return none, err
		}
	}
	return slashed, emit(ctx, &stakingext.EventSlashed{
		Operator: bond.Operator, Fault: fault, FractionBps: bps,
		FromBond: parts[0], FromUnbondings: fromEntries, FromBacking: fromBacking,
		Slashed: slashed, ToHarmed: toHarmed, Harmed: harmed,
	})
}

// drawAllowance cuts a slash to what the epoch still allows, and books it.
func (k *Keeper) drawAllowance(ctx context.Context, due math.Int, params stakingext.Params) (math.Int, error) {
	if due.IsZero() {
		return due, nil
	}
	epoch, left, err := k.slashAllowance(ctx, params)
	if err != nil {
		return math.Int{}, err
	}
	slashed := math.MinInt(due, left)
	epoch.Slashed = epoch.Slashed.Add(slashed)
	return slashed, k.SlashEpoch.Set(ctx, epoch)
}

// slashAllowance returns the running epoch and what it still allows.
func (k *Keeper) slashAllowance(ctx context.Context, params stakingext.Params) (stakingext.SlashEpoch, math.Int, error) {
	epoch, err := k.SlashEpoch.Get(ctx)
	if err != nil {
		return stakingext.SlashEpoch{}, math.Int{}, err
	}
	totals, err := k.Totals.Get(ctx)
	if err != nil {
		return stakingext.SlashEpoch{}, math.Int{}, err
	}
	epoch, left := epoch.Allowance(sdk.UnwrapSDKContext(ctx).BlockHeight(), totals.Stake(), params)
	return epoch, left, nil
}

// climb counts the fault and moves the operator up the ladder, in memory.
func (k *Keeper) climb(ctx context.Context, bond *stakingext.Bond, track stakingext.FaultTrack, penalty stakingext.Penalty, params stakingext.Params) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	counter := bond.Faults.Of(track)
	counter.Add(sdkCtx.BlockHeight(), params.FaultWindowBlocks)
	if bond.Status == stakingext.StatusTombstoned {
		return nil
	}
	if penalty.Tombstone {
		return k.tombstone(ctx, bond)
	}
	if penalty.JailAfter == 0 || counter.Count < penalty.JailAfter {
		return nil
	}
	counter.Forgive()
	return k.jail(ctx, bond, sdkCtx.BlockTime().Add(penalty.JailDuration))
}

// unbondingsSince returns the entries that began at or after the given height.
func (k *Keeper) unbondingsSince(ctx context.Context, operator sdk.AccAddress, height int64) ([]stakingext.Unbonding, error) {
	entries, err := k.unbondingsOf(ctx, operator)
	if err != nil {
		return nil, err
	}
	for i, e := range entries {
		if e.CreatedHeight >= height {
			return entries[i:], nil
		}
	}
	return nil, nil
}

// cutUnbonding takes a part off an entry, and drops the entry with its last coin.
func (k *Keeper) cutUnbonding(ctx context.Context, operator sdk.AccAddress, entry stakingext.Unbonding, part math.Int) error {
	if part.Equal(entry.Amount) {
		return k.removeUnbonding(ctx, operator, entry)
	}
	entry.Amount = entry.Amount.Sub(part)
	return k.Unbondings.Set(ctx, collections.Join(operator, entry.Id), entry)
}

// setFault writes a record and its turn in the prune queue.
func (k *Keeper) setFault(ctx context.Context, operator sdk.AccAddress, r stakingext.FaultRecord) error {
	if err := k.Faults.Set(ctx, collections.Join3(operator, r.Fault.Subject, r.Fault.Kind), r); err != nil {
		return err
	}
	return k.FaultQueue.Set(ctx, collections.Join4(r.PruneHeight, operator, r.Fault.Subject, r.Fault.Kind))
}

// evidenceFloor is the height below which infractions are refused; 0 at first.
func (k *Keeper) evidenceFloor(ctx context.Context) (int64, error) {
	floor, err := k.EvidenceFloor.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return floor, err
}
