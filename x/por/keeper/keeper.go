// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

var _ beacon.Keeper = (*Keeper)(nil)

// Keeper keeps the module's state.
type Keeper struct {
	staking   por.StakingKeeper
	workers   por.WorkerKeeper
	bonds     por.BondKeeper
	accounts  address.Codec
	authority string

	// Schema is the whole store.
	Schema collections.Schema
	// Params are the params.
	Params collections.Item[por.Params]
	// Seeds has the retained seeds by height.
	Seeds collections.Map[int64, por.Seed]
	// Contributions has the height of each retained fresh seed by its running number.
	Contributions collections.Map[uint64, int64]
	// BeaconKeys has the keys by operator.
	BeaconKeys collections.Map[sdk.ValAddress, por.BeaconKey]
	// KeyChanges is the queue of changes to come: first height, operator.
	KeyChanges collections.KeySet[collections.Pair[int64, sdk.ValAddress]]

	// Schedules has each class's by class.
	Schedules collections.Map[uint32, por.Schedule]
	// Windows has those that run or are kept, by class and number.
	Windows collections.Map[collections.Pair[uint32, uint64], por.Window]
	// Measurements has those of these windows, by class, window and operator.
	Measurements collections.Map[collections.Triple[uint32, uint64, sdk.AccAddress], por.Measurement]
	// Capacities has what is known of each operator's Xnode, by operator and class.
	Capacities collections.Map[collections.Pair[sdk.AccAddress, uint32], por.Capacity]
	// Members has the operators that a window of a class concerns: with a claim, or an answer.
	Members collections.KeySet[collections.Pair[uint32, sdk.AccAddress]]
	// Presences has when each operator's Xnode came and went last.
	Presences collections.Map[sdk.AccAddress, por.Presence]

	court
}

// New makes the keeper. Authority is the address that may change the params: governance's.
func New(
	cdc codec.Codec, ss corestore.KVStoreService, ac address.Codec,
	sk por.StakingKeeper, wk por.WorkerKeeper, bonds por.BondKeeper, ak por.AccountKeeper, bank por.BankKeeper,
	judges por.Judges, authority string,
) *Keeper {
	if _, err := ac.StringToBytes(authority); err != nil {
		panic("x/por: authority is not an address: " + err.Error())
	}
	sb := collections.NewSchemaBuilder(ss)
	k := &Keeper{
		staking:       sk,
		workers:       wk,
		bonds:         bonds,
		accounts:      ac,
		authority:     authority,
		Params:        collections.NewItem(sb, por.ParamsPrefix, "params", codec.CollValue[por.Params](cdc)),
		Seeds:         collections.NewMap(sb, por.SeedsPrefix, "seeds", collections.Int64Key, codec.CollValue[por.Seed](cdc)),
		Contributions: collections.NewMap(sb, por.ContributionsPrefix, "contributions", collections.Uint64Key, collections.Int64Value),
		BeaconKeys:    collections.NewMap(sb, por.BeaconKeysPrefix, "beacon_keys", sdk.ValAddressKey, codec.CollValue[por.BeaconKey](cdc)),
		KeyChanges: collections.NewKeySet(sb, por.KeyChangesPrefix, "key_changes",
			collections.PairKeyCodec(collections.Int64Key, sdk.ValAddressKey)),
		Schedules: collections.NewMap(sb, por.SchedulesPrefix, "schedules", collections.Uint32Key, codec.CollValue[por.Schedule](cdc)),
		Windows: collections.NewMap(sb, por.WindowsPrefix, "windows",
			collections.PairKeyCodec(collections.Uint32Key, collections.Uint64Key), codec.CollValue[por.Window](cdc)),
		Measurements: collections.NewMap(sb, por.MeasurementsPrefix, "measurements",
			collections.TripleKeyCodec(collections.Uint32Key, collections.Uint64Key, sdk.AccAddressKey), codec.CollValue[por.Measurement](cdc)),
		Capacities: collections.NewMap(sb, por.CapacitiesPrefix, "capacities",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint32Key), codec.CollValue[por.Capacity](cdc)),
		Members: collections.NewKeySet(sb, por.MembersPrefix, "members",
			collections.PairKeyCodec(collections.Uint32Key, sdk.AccAddressKey)),
		Presences: collections.NewMap(sb, por.PresencesPrefix, "presences", sdk.AccAddressKey, codec.CollValue[por.Presence](cdc)),
		court:     newCourt(cdc, sb, ak, bank, judges),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
