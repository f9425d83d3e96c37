// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	"cosmossdk.io/core/address"
	corestore "cosmossdk.io/core/store"
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/sumtree"
)

// Keeper is the store of x/workers. It holds no state in memory.
type Keeper struct {
	ac        address.Codec
	bonds     workers.BondKeeper
	hooks     workers.XnodeHooks
	reclaims  workers.MultiReclaimHooks
	authority string

	Schema        collections.Schema
	Params        collections.Item[workers.Params]
	Xnodes        collections.Map[sdk.AccAddress, workers.Xnode]                               // by operator
	Signers       collections.Map[sdk.AccAddress, sdk.AccAddress]                              // signer, current or past, to operator
	Slots         collections.Map[uint64, sdk.AccAddress]                                      // slot of the sum tree to operator
	Deadlines     queue                                                                        // one for each online Xnode
	Allocations   collections.Map[collections.Pair[sdk.AccAddress, string], workers.Resources] // by operator and subject
	Registrations collections.Item[uint64]                                                     // of the running block; absent between blocks
	ReweighCursor collections.Item[sdk.AccAddress]                                             // the next operator; absent when done
	Reclaims      queue                                                                        // one for each announced reclaim
	Weights       sumtree.Tree                                                                 // by slot

	serviceStore
}

// New declares the store. authority is the account that may change the
// parameters. It panics where the collections contradict each other.
func New(cdc codec.Codec, ss corestore.KVStoreService, ac address.Codec, bonds workers.BondKeeper, authority string) *Keeper {
	sb := collections.NewSchemaBuilder(ss)
	addressValue := collcodec.KeyToValueCodec(sdk.AccAddressKey)
	k := &Keeper{
		ac:        ac,
		bonds:     bonds,
		hooks:     workers.MultiXnodeHooks(nil),
		authority: authority,

		Params:        collections.NewItem(sb, workers.ParamsPrefix, "params", codec.CollValue[workers.Params](cdc)),
		Xnodes:        collections.NewMap(sb, workers.XnodesPrefix, "xnodes", sdk.AccAddressKey, codec.CollValue[workers.Xnode](cdc)),
		Signers:       collections.NewMap(sb, workers.SignersPrefix, "signers", sdk.AccAddressKey, addressValue),
		Slots:         collections.NewMap(sb, workers.SlotsPrefix, "slots", collections.Uint64Key, addressValue),
		Deadlines:     collections.NewKeySet(sb, workers.DeadlinesPrefix, "deadlines", collections.PairKeyCodec(collections.Int64Key, sdk.AccAddressKey)),
		Allocations:   collections.NewMap(sb, workers.AllocationsPrefix, "allocations", collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey), codec.CollValue[workers.Resources](cdc)),
		Registrations: collections.NewItem(sb, workers.RegistrationsPrefix, "registrations", collections.Uint64Value),
		ReweighCursor: collections.NewItem(sb, workers.ReweighCursorPrefix, "reweigh_cursor", addressValue),
		Reclaims:      collections.NewKeySet(sb, workers.ReclaimsPrefix, "reclaims", collections.PairKeyCodec(collections.Int64Key, sdk.AccAddressKey)),
		Weights:       sumtree.New(sb, workers.WeightsFirstPrefix, "weights"),

		serviceStore: newServiceStore(sb, cdc),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetHooks names who hears of Xnodes, and who of reclaims. Once, while the app is
// put together.
func (k *Keeper) SetHooks(hooks workers.XnodeHooks, reclaims ...workers.ReclaimHooks) *Keeper {
	if unset, ok := k.hooks.(workers.MultiXnodeHooks); !ok || unset != nil {
		panic("Xnode hooks are set twice")
	}
	k.hooks, k.reclaims = hooks, workers.NewMultiReclaimHooks(reclaims...)
	return k
}

// Authority is the account that may change the parameters, in bech32.
func (k *Keeper) Authority() string { return k.authority }

// UpdateParams replaces the parameters. Where that changes weights, the Xnodes
// are weighed again, some of them at the end of each block.
func (k *Keeper) UpdateParams(ctx context.Context, params workers.Params) error {
	if err := params.Validate(); err != nil {
		return err
	}
	old, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.Params.Set(ctx, params); err != nil {
		return err
	}
	if !params.WeighsLike(old) {
		if err := k.Reweigh(ctx); err != nil {
			return err
		}
	}
	return emit(ctx, &workers.EventParamsUpdated{Params: params})
}

// address parses an address of this chain (ErrInvalidAddress).
func (k *Keeper) address(text string) (sdk.AccAddress, error) {
	raw, err := k.ac.StringToBytes(text)
	if err != nil {
		return nil, errorsmod.Wrapf(workers.ErrInvalidAddress, "%.128q: %s", text, err)
	}
	return raw, nil
}

// text is the bech32 form of an address (ErrInvalidAddress).
func (k *Keeper) text(addr sdk.AccAddress) (string, error) {
	text, err := k.ac.BytesToString(addr)
	if err != nil {
		return "", errorsmod.Wrap(workers.ErrInvalidAddress, err.Error())
	}
	return text, nil
}

func height(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
