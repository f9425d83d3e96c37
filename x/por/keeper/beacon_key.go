// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/por"
)

// BeaconKey returns a validator's record, or ErrNoBeaconKey.
func (k *Keeper) BeaconKey(ctx context.Context, operator sdk.ValAddress) (por.BeaconKey, error) {
	key, err := k.BeaconKeys.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return por.BeaconKey{}, errorsmod.Wrapf(por.ErrNoBeaconKey, "operator %X", []byte(operator))
	}
	return key, err
}

// IsValidator says whether there is a validator of this operator.
func (k *Keeper) IsValidator(ctx context.Context, operator sdk.ValAddress) (bool, error) {
	_, err := k.staking.GetValidator(ctx, operator)
	if errors.Is(err, stakingtypes.ErrNoValidatorFound) {
		return false, nil
	}
	return err == nil, err
}

// AnnounceKey makes pubKey the operator's key once the activation delay has passed; an empty
// one ends its key. It returns the first height of the change.
func (k *Keeper) AnnounceKey(ctx context.Context, operator sdk.ValAddress, pubKey []byte) (int64, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, err
	}
	key, err := k.BeaconKey(ctx, operator)
	if errors.Is(err, por.ErrNoBeaconKey) {
		key.Operator, err = k.staking.ValidatorAddressCodec().BytesToString(operator)
	}
	if err != nil {
		return 0, err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	// A change may be due and still wait in a long queue: it must not stand in the way.
	key, err = k.settle(ctx, operator, key, sdkCtx.BlockHeight())
	if err != nil {
		return 0, err
	}
	height := sdkCtx.BlockHeight() + params.ActivationDelay
	key, err = key.Announce(pubKey, height)
	if err != nil {
		return 0, err
	}
	if err := k.BeaconKeys.Set(ctx, operator, key); err != nil {
		return 0, err
	}
	if err := k.KeyChanges.Set(ctx, collections.Join(height, operator)); err != nil {
		return 0, err
	}
	return height, sdkCtx.EventManager().EmitTypedEvent(&por.EventBeaconKeyAnnounced{
		Operator: key.Operator, PubKey: pubKey, Height: height,
	})
}

// SettleKeyChanges puts announced changes that are due in force, max_items_per_block at most.
// It is housekeeping: a change counts from its height on, settled or not. One that fails is
// therefore taken off the queue and logged, and does not stop the block.
func (k *Keeper) SettleKeyChanges(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	changes, err := k.dueChanges(ctx, sdkCtx.BlockHeight(), int(params.MaxItemsPerBlock))
	if err != nil {
		return err
	}
	for _, change := range changes {
		err := isolate.Run(ctx, func(ctx context.Context) error { return k.settleOne(sdk.UnwrapSDKContext(ctx), change.K2()) })
		if err == nil {
			continue
		}
		sdkCtx.Logger().Error("change of a beacon key not settled", "module", por.ModuleName,
			"operator", change.K2().String(), "height", change.K1(), "error", err)
		if err := k.KeyChanges.Remove(ctx, change); err != nil {
			return err
		}
	}
	return nil
}

// dueChanges reads the front of the queue.
func (k *Keeper) dueChanges(ctx context.Context, height int64, limit int) ([]collections.Pair[int64, sdk.ValAddress], error) {
	it, err := k.KeyChanges.Iterate(ctx, collections.NewPrefixUntilPairRange[int64, sdk.ValAddress](height))
	if err != nil {
		return nil, err
	}
	defer it.Close()
	var due []collections.Pair[int64, sdk.ValAddress]
	for ; it.Valid() && len(due) < limit; it.Next() {
		change, err := it.Key()
		if err != nil {
			return nil, err
		}
		due = append(due, change)
	}
	return due, nil
}

func (k *Keeper) settleOne(ctx sdk.Context, operator sdk.ValAddress) error {
	key, err := k.BeaconKey(ctx, operator)
	if err != nil {
		return err
	}
	_, err = k.settle(ctx, operator, key, ctx.BlockHeight())
	return err
}

// settle puts one due change in force, and forgets a record that it leaves empty.
func (k *Keeper) settle(ctx context.Context, operator sdk.ValAddress, key por.BeaconKey, height int64) (por.BeaconKey, error) {
	settled, changed := key.Settle(height)
	if !changed {
		return key, nil
	}
	if err := k.KeyChanges.Remove(ctx, collections.Join(key.Pending.Height, operator)); err != nil {
		return key, err
	}
	var err error
	if settled.Empty() {
		err = k.BeaconKeys.Remove(ctx, operator)
	} else {
		err = k.BeaconKeys.Set(ctx, operator, settled)
	}
	if err != nil {
		return key, err
	}
	return settled, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&por.EventBeaconKeyChanged{
		Operator: settled.Operator, PubKey: settled.PubKey, ActiveFrom: settled.ActiveFrom,
	})
}

// Duty says what the proposer of the block of height owes. The newest seed must be that of the
// block before. ErrInvalidHeight if it is not.
func (k *Keeper) Duty(ctx context.Context, proposer sdk.ConsAddress, height int64) (por.Duty, error) {
	previous, err := k.previous(ctx, height)
	if err != nil {
		return por.Duty{}, err
	}
	return k.duty(ctx, previous, proposer, height)
}

func (k *Keeper) duty(ctx context.Context, previous por.Seed, proposer sdk.ConsAddress, height int64) (por.Duty, error) {
	operator, err := k.operatorOf(ctx, proposer)
	if errors.Is(err, por.ErrNotValidator) {
		return por.Duty{Excuse: por.ABSENCE_UNKNOWN_PROPOSER}, nil
	}
	if err != nil {
		return por.Duty{}, err
	}
	spelled, err := k.staking.ValidatorAddressCodec().BytesToString(operator)
	if err != nil {
		return por.Duty{}, err
	}
	duty := por.Duty{Operator: spelled, Excuse: por.ABSENCE_NO_KEY}
	key, err := k.BeaconKeys.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		return duty, nil
	}
	if err != nil {
		return por.Duty{}, err
	}
	if pubKey := key.KeyAt(height); len(pubKey) > 0 {
		duty.Excuse = por.ABSENCE_UNSPECIFIED
		duty.PubKey = pubKey
		duty.Alpha = por.Alpha(sdk.UnwrapSDKContext(ctx).ChainID(), height, previous.Seed)
	}
	return duty, nil
}

// operatorOf returns the validator behind a consensus address, or ErrNotValidator.
func (k *Keeper) operatorOf(ctx context.Context, proposer sdk.ConsAddress) (sdk.ValAddress, error) {
	validator, err := k.staking.GetValidatorByConsAddr(ctx, proposer)
	if err == nil {
		return k.staking.ValidatorAddressCodec().StringToBytes(validator.OperatorAddress)
	}
	if !errors.Is(err, stakingtypes.ErrNoValidatorFound) {
		return nil, err
	}
	// CometBFT uses a rotated consensus key two blocks after the rotation, x/staking learns it
	// only at the end of that block: for this one block the address is known as pending.
	kind, operator, found, err := k.staking.GetRotationLockedConsAddr(ctx, proposer)
	if err != nil {
		return nil, err
	}
	if !found || kind != stakingtypes.ConsAddrLockPendingTo {
		return nil, errorsmod.Wrapf(por.ErrNotValidator, "consensus address %X", []byte(proposer))
	}
	return operator, nil
}
