// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// Keeper is the state of the module and its verbs.
type Keeper struct {
	addresses address.Codec
	accounts  slashingtasks.AccountKeeper
	bank      slashingtasks.BankKeeper
	beacon    slashingtasks.BeaconKeeper
	bonds     slashingtasks.BondKeeper
	workers   slashingtasks.WorkerKeeper
	authority string

	Schema collections.Schema
	Params collections.Item[slashingtasks.Params]
	// TaskSeq gives ids, from 1.
	TaskSeq collections.Sequence
	Tasks   collections.Map[uint64, slashingtasks.Task]
	// Seats by (task id, index in drawing order).
	Seats collections.Map[collections.Pair[uint64, uint32], slashingtasks.Seat]
	// Due has one (height, task id) for every task.
	Due collections.KeySet[collections.Pair[int64, uint64]]
	// Requesters lists (requester, task id) of every task.
	Requesters collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
	// OpenTasks counts a requester's tasks that are not final.
	OpenTasks collections.Map[sdk.AccAddress, uint32]
	// OpenSeats lists (operator, task id) of every held seat.
	OpenSeats collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
	// Held is the sum of all escrows and challenge bonds, in uopen: the module's
	// own ledger, whatever else is sent to its account.
	Held collections.Item[math.Int]
}

// New makes the keeper. Authority is the account that may change the parameters.
func New(
	cdc codec.Codec,
	ss corestore.KVStoreService,
	ac address.Codec,
	accounts slashingtasks.AccountKeeper,
	bank slashingtasks.BankKeeper,
	beacon slashingtasks.BeaconKeeper,
	bonds slashingtasks.BondKeeper,
	workers slashingtasks.WorkerKeeper,
	authority string,
) *Keeper {
	sb := collections.NewSchemaBuilder(ss)
	k := &Keeper{
		addresses: ac, accounts: accounts, bank: bank, beacon: beacon, bonds: bonds, workers: workers, authority: authority,

		Params:  collections.NewItem(sb, slashingtasks.ParamsPrefix, "params", codec.CollValue[slashingtasks.Params](cdc)),
		TaskSeq: collections.NewSequence(sb, slashingtasks.TaskSeqPrefix, "task_seq"),
		Tasks:   collections.NewMap(sb, slashingtasks.TasksPrefix, "tasks", collections.Uint64Key, codec.CollValue[slashingtasks.Task](cdc)),
		Seats: collections.NewMap(sb, slashingtasks.SeatsPrefix, "seats",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key), codec.CollValue[slashingtasks.Seat](cdc)),
		Due: collections.NewKeySet(sb, slashingtasks.DuePrefix, "due",
			collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
		Requesters: collections.NewKeySet(sb, slashingtasks.RequestersPrefix, "requesters",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)),
		OpenTasks: collections.NewMap(sb, slashingtasks.OpenTasksPrefix, "open_tasks", sdk.AccAddressKey, collections.Uint32Value),
		OpenSeats: collections.NewKeySet(sb, slashingtasks.OpenSeatsPrefix, "open_seats",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)),
		Held: collections.NewItem(sb, slashingtasks.HeldPrefix, "held", sdk.IntValue),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// Authority is the account that may change the parameters, in bech32.
func (k *Keeper) Authority() string { return k.authority }
