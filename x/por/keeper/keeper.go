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
}

// New makes the keeper. Authority is the address that may change the params: governance's.
func New(cdc codec.Codec, ss corestore.KVStoreService, ac address.Codec, sk por.StakingKeeper, authority string) *Keeper {
	if _, err := ac.StringToBytes(authority); err != nil {
		panic("x/por: authority is not an address: " + err.Error())
	}
	sb := collections.NewSchemaBuilder(ss)
	k := &Keeper{
		staking:       sk,
		accounts:      ac,
		authority:     authority,
		Params:        collections.NewItem(sb, por.ParamsPrefix, "params", codec.CollValue[por.Params](cdc)),
		Seeds:         collections.NewMap(sb, por.SeedsPrefix, "seeds", collections.Int64Key, codec.CollValue[por.Seed](cdc)),
		Contributions: collections.NewMap(sb, por.ContributionsPrefix, "contributions", collections.Uint64Key, collections.Int64Value),
		BeaconKeys:    collections.NewMap(sb, por.BeaconKeysPrefix, "beacon_keys", sdk.ValAddressKey, codec.CollValue[por.BeaconKey](cdc)),
		KeyChanges: collections.NewKeySet(sb, por.KeyChangesPrefix, "key_changes",
			collections.PairKeyCodec(collections.Int64Key, sdk.ValAddressKey)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}
