// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package keeper holds the state of x/staking-ext and every rule that needs it.
package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

type (
	lockKey  = collections.Pair[sdk.AccAddress, string]
	entryKey = collections.Pair[sdk.AccAddress, uint64]
	faultKey = collections.Triple[sdk.AccAddress, string, string]

	// Queue keys lead with the height, or the nanosecond, of their turn.
	lockTurn  = collections.Triple[int64, sdk.AccAddress, string]
	entryTurn = collections.Triple[int64, sdk.AccAddress, uint64]
	faultTurn = collections.Quad[int64, sdk.AccAddress, string, string]

	suspensionTurn   = collections.Triple[int64, sdk.AccAddress, string]
	serviceEntryKey  = collections.Pair[uint64, uint64]
	serviceFaultKey  = collections.Triple[uint64, string, string]
	serviceTurn      = collections.Triple[int64, uint64, uint64]
	serviceFaultTurn = collections.Quad[int64, uint64, string, string]
)

// Keeper is the store of the module, its codecs and the keepers it needs.
type Keeper struct {
	ac        address.Codec
	accounts  stakingext.AccountKeeper
	bank      stakingext.BankKeeper
	authority string
	hooks     stakingext.BondHooks
	services  stakingext.ServiceKeeper
	guards    []stakingext.ParamsGuard

	Schema collections.Schema
	Params collections.Item[stakingext.Params]
	// Totals is the ledger: the sums of Bonds and Unbondings.
	Totals collections.Item[stakingext.Totals]
	Bonds  collections.Map[sdk.AccAddress, stakingext.Bond]
	// Locks by operator and subject; LockQueue holds each at its queued_at.
	Locks     collections.Map[lockKey, stakingext.Lock]
	LockQueue collections.KeySet[lockTurn]
	// Unbondings by operator and id. Each waits in one of two queues: for its
	// time, then for its height (where it also waits for retries).
	Unbondings     collections.Map[entryKey, stakingext.Unbonding]
	UnbondingSeq   collections.Sequence
	UnbondingTimes collections.KeySet[entryTurn]
	UnbondingTurns collections.KeySet[entryTurn]
	// Faults by operator, subject and kind; FaultQueue holds each at its prune_height.
	Faults        collections.Map[faultKey, stakingext.FaultRecord]
	FaultQueue    collections.KeySet[faultTurn]
	SlashEpoch    collections.Item[stakingext.SlashEpoch]
	EvidenceFloor collections.Item[int64]
	// SuspensionQueue holds every suspension of every bond at its queued_at.
	SuspensionQueue collections.KeySet[suspensionTurn]
	// ServiceBonds by service; their unbondings and faults as those of operators.
	ServiceBonds          collections.Map[uint64, stakingext.ServiceBond]
	ServiceUnbondings     collections.Map[serviceEntryKey, stakingext.ServiceUnbonding]
	ServiceUnbondingTimes collections.KeySet[serviceTurn]
	ServiceUnbondingTurns collections.KeySet[serviceTurn]
	ServiceFaults         collections.Map[serviceFaultKey, stakingext.ServiceFault]
	ServiceFaultQueue     collections.KeySet[serviceFaultTurn]

	backingState
}

// New builds the keeper. It panics where the app is put together wrongly: no
// module account, or an authority that is no address.
func New(
	cdc codec.Codec,
	ss corestore.KVStoreService,
	ac address.Codec,
	ak stakingext.AccountKeeper,
	bk stakingext.BankKeeper,
	authority string,
) *Keeper {
	if ak.GetModuleAddress(stakingext.ModuleName) == nil {
		panic(fmt.Sprintf("module account %s is not in the permissions", stakingext.ModuleName))
	}
	if _, err := ac.StringToBytes(authority); err != nil {
		panic(fmt.Sprintf("authority %q of %s: %s", authority, stakingext.ModuleName, err))
	}
	var (
		sb       = collections.NewSchemaBuilder(ss)
		subjects = collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey)
		entries  = collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)
		faults   = collections.TripleKeyCodec(sdk.AccAddressKey, collections.StringKey, collections.StringKey)
		turns    = collections.TripleKeyCodec(collections.Int64Key, sdk.AccAddressKey, collections.Uint64Key)
	)
	k := &Keeper{
		ac:        ac,
		accounts:  ak,
		bank:      bk,
		authority: authority,

		Params:         collections.NewItem(sb, stakingext.ParamsPrefix, "params", codec.CollValue[stakingext.Params](cdc)),
		Totals:         collections.NewItem(sb, stakingext.TotalsPrefix, "totals", codec.CollValue[stakingext.Totals](cdc)),
		Bonds:          collections.NewMap(sb, stakingext.BondsPrefix, "bonds", sdk.AccAddressKey, codec.CollValue[stakingext.Bond](cdc)),
		Locks:          collections.NewMap(sb, stakingext.LocksPrefix, "locks", subjects, codec.CollValue[stakingext.Lock](cdc)),
		LockQueue:      collections.NewKeySet(sb, stakingext.LockQueuePrefix, "lock_queue", collections.TripleKeyCodec(collections.Int64Key, sdk.AccAddressKey, collections.StringKey)),
		Unbondings:     collections.NewMap(sb, stakingext.UnbondingsPrefix, "unbondings", entries, codec.CollValue[stakingext.Unbonding](cdc)),
		UnbondingSeq:   collections.NewSequence(sb, stakingext.UnbondingSeqPrefix, "unbonding_seq"),
		UnbondingTimes: collections.NewKeySet(sb, stakingext.UnbondingTimePrefix, "unbonding_times", turns),
		UnbondingTurns: collections.NewKeySet(sb, stakingext.UnbondingBlockPrefix, "unbonding_turns", turns),
		Faults:         collections.NewMap(sb, stakingext.FaultsPrefix, "faults", faults, codec.CollValue[stakingext.FaultRecord](cdc)),
		FaultQueue:     collections.NewKeySet(sb, stakingext.FaultQueuePrefix, "fault_queue", collections.QuadKeyCodec(collections.Int64Key, sdk.AccAddressKey, collections.StringKey, collections.StringKey)),
		SlashEpoch:     collections.NewItem(sb, stakingext.SlashEpochPrefix, "slash_epoch", codec.CollValue[stakingext.SlashEpoch](cdc)),
		EvidenceFloor:  collections.NewItem(sb, stakingext.EvidenceFloorPrefix, "evidence_floor", collections.Int64Value),

		SuspensionQueue: collections.NewKeySet(sb, stakingext.SuspensionQueuePrefix, "suspension_queue", collections.TripleKeyCodec(collections.Int64Key, sdk.AccAddressKey, collections.StringKey)),
	}
	k.backingState = newBackingState(sb, cdc)
	k.addServiceCollections(sb, cdc)
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetHooks names who hears of changed bonds. Once, while the app is put together.
func (k *Keeper) SetHooks(hooks stakingext.BondHooks) *Keeper {
	if k.hooks != nil {
		panic("bond hooks are set twice")
	}
	k.hooks = hooks
	return k
}

// Authority is the account that may update the params.
func (k *Keeper) Authority() string { return k.authority }

// AddressCodec is the codec that operators' addresses are written with.
func (k *Keeper) AddressCodec() address.Codec { return k.ac }

// coins is an amount as x/bank wants it.
func coins(denom string, amount math.Int) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(denom, amount))
}

// addTotals books changes of the ledger. ErrInvariant where a sum would turn negative.
func (k *Keeper) addTotals(ctx context.Context, bonded, unbonding math.Int) error {
	t, err := k.Totals.Get(ctx)
	if err != nil {
		return err
	}
	t.Bonded, t.Unbonding = t.Bonded.Add(bonded), t.Unbonding.Add(unbonding)
	if t.Bonded.IsNegative() || t.Unbonding.IsNegative() {
		return stakingext.ErrInvariant.Wrap("a total would turn negative")
	}
	return k.Totals.Set(ctx, t)
}

// bondChanged brings the operator's rewards up to date and tells the modules above.
func (k *Keeper) bondChanged(ctx context.Context, operator sdk.AccAddress) error {
	if err := k.refreshRewards(ctx, operator); err != nil {
		return err
	}
	if k.hooks == nil {
		return nil
	}
	return k.hooks.AfterBondChanged(ctx, operator)
}
