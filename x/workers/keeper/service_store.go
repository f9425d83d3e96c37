// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

type (
	replicaKey  = collections.Pair[uint64, uint64]                   // service, index
	replicaTurn = collections.Triple[int64, uint64, uint64]          // height, service, index
	hostedKey   = collections.Triple[sdk.AccAddress, uint64, uint64] // operator, service, index
	memberKey   = collections.Pair[uint64, sdk.AccAddress]           // service, member
	serviceTurn = collections.Pair[int64, uint64]                    // height, service
	ownedKey    = collections.Pair[sdk.AccAddress, uint64]           // owner, service
)

// serviceStore is what the keeper keeps of services and their replicas.
type serviceStore struct {
	Services       collections.Map[uint64, workers.Service]           // by id
	ServiceNames   collections.Map[string, uint64]                    // name to id
	ServiceOwners  collections.KeySet[ownedKey]                       // of every service
	Members        collections.KeySet[memberKey]                      // of every service
	Replicas       collections.Map[replicaKey, workers.Replica]       // by service and index
	Hosted         collections.KeySet[hostedKey]                      // of every replica with a place
	ReplicaTurns   collections.KeySet[replicaTurn]                    // one for each deadline
	ServiceTurns   collections.KeySet[serviceTurn]                    // one for each turn
	LastService    collections.Item[uint64]                           // absent before the first
	XnodeTurns     collections.Map[sdk.AccAddress, workers.XnodeTurn] // by operator
	XnodeTurnQueue queue                                              // one for each of these turns

	bank  workers.BankKeeper
	seeds workers.SeedKeeper
}

func newServiceStore(sb *collections.SchemaBuilder, cdc codec.Codec) serviceStore {
	pair := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	return serviceStore{
		Services:       collections.NewMap(sb, workers.ServicesPrefix, "services", collections.Uint64Key, codec.CollValue[workers.Service](cdc)),
		ServiceNames:   collections.NewMap(sb, workers.ServiceNamesPrefix, "service_names", collections.StringKey, collcodec.KeyToValueCodec(collections.Uint64Key)),
		ServiceOwners:  collections.NewKeySet(sb, workers.ServiceOwnersPrefix, "service_owners", collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)),
		Members:        collections.NewKeySet(sb, workers.MembersPrefix, "members", collections.PairKeyCodec(collections.Uint64Key, sdk.AccAddressKey)),
		Replicas:       collections.NewMap(sb, workers.ReplicasPrefix, "replicas", pair, codec.CollValue[workers.Replica](cdc)),
		Hosted:         collections.NewKeySet(sb, workers.HostedPrefix, "hosted", collections.TripleKeyCodec(sdk.AccAddressKey, collections.Uint64Key, collections.Uint64Key)),
		ReplicaTurns:   collections.NewKeySet(sb, workers.ReplicaTurnsPrefix, "replica_turns", collections.TripleKeyCodec(collections.Int64Key, collections.Uint64Key, collections.Uint64Key)),
		ServiceTurns:   collections.NewKeySet(sb, workers.ServiceTurnsPrefix, "service_turns", collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
		LastService:    collections.NewItem(sb, workers.LastServicePrefix, "last_service", collections.Uint64Value),
		XnodeTurns:     collections.NewMap(sb, workers.XnodeTurnsPrefix, "xnode_turns", sdk.AccAddressKey, codec.CollValue[workers.XnodeTurn](cdc)),
		XnodeTurnQueue: collections.NewKeySet(sb, workers.XnodeTurnQueuePrefix, "xnode_turn_queue", collections.PairKeyCodec(collections.Int64Key, sdk.AccAddressKey)),
	}
}

// SetServices names who holds deposits and who gives the seeds that places are
// drawn with. Once, while the app is put together. Without a bank there are no
// services that need a deposit; without seeds nothing is placed.
func (k *Keeper) SetServices(bank workers.BankKeeper, seeds workers.SeedKeeper) *Keeper {
	k.bank, k.seeds = bank, seeds
	return k
}

// Service returns a service (ErrNoService).
func (k *Keeper) Service(ctx context.Context, id uint64) (workers.Service, error) {
	s, err := k.Services.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return s, errorsmod.Wrapf(workers.ErrNoService, "%d", id)
	}
	return s, err
}

// ServiceOwner returns whose service it is (ErrNoService), until it is removed. It
// is what x/staking-ext asks.
func (k *Keeper) ServiceOwner(ctx context.Context, id uint64) (sdk.AccAddress, error) {
	s, err := k.Service(ctx, id)
	if err != nil {
		return nil, err
	}
	return k.address(s.Owner)
}

// MayUse says whether an account may use a service: anybody a public one, the
// owner and the members a private one; nobody one that is retired (ErrNoService).
func (k *Keeper) MayUse(ctx context.Context, id uint64, account sdk.AccAddress) (bool, error) {
	s, err := k.Service(ctx, id)
	if err != nil || !s.IsActive() {
		return false, err
	}
	if s.Spec.Visibility == workers.SERVICE_VISIBILITY_PUBLIC {
		return true, nil
	}
	owner, err := k.address(s.Owner)
	if err != nil || owner.Equals(account) {
		return err == nil, err
	}
	return k.Members.Has(ctx, collections.Join(id, account))
}

// owned is Service, for its owner alone and while it is ACTIVE (ErrNotOwner,
// ErrServiceStatus).
func (k *Keeper) owned(ctx context.Context, owner sdk.AccAddress, id uint64) (workers.Service, error) {
	s, err := k.Service(ctx, id)
	if err != nil {
		return s, err
	}
	of, err := k.address(s.Owner)
	if err != nil {
		return s, err
	}
	if !of.Equals(owner) {
		return s, errorsmod.Wrapf(workers.ErrNotOwner, "service %d is of %s", id, s.Owner)
	}
	if !s.IsActive() {
		return s, errorsmod.Wrapf(workers.ErrServiceStatus, "service %d is %s", id, s.Status)
	}
	return s, nil
}

// poke has a service looked at, at a height or before. The caller stores s.
func (k *Keeper) poke(ctx context.Context, s *workers.Service, at int64) error {
	if s.Turn > 0 && s.Turn <= at {
		return nil
	}
	return k.moveTurn(ctx, s, at)
}

// moveTurn sets the turn of a service, 0 for none; the caller stores s.
func (k *Keeper) moveTurn(ctx context.Context, s *workers.Service, at int64) error {
	if s.Turn > 0 {
		if err := k.ServiceTurns.Remove(ctx, collections.Join(s.Turn, s.Id)); err != nil {
			return err
		}
	}
	s.Turn = at
	if at == 0 {
		return nil
	}
	return k.ServiceTurns.Set(ctx, collections.Join(at, s.Id))
}

// pokeService is poke of a stored service, at the end of this block.
func (k *Keeper) pokeService(ctx context.Context, id uint64) error {
	s, err := k.Service(ctx, id)
	if err != nil {
		return err
	}
	if s.Status == workers.SERVICE_STATUS_RETIRED { // its turn is its cool-down
		return nil
	}
	if err := k.poke(ctx, &s, height(ctx)); err != nil {
		return err
	}
	return k.Services.Set(ctx, id, s)
}

// replica returns a replica (ErrNoReplica).
func (k *Keeper) replica(ctx context.Context, service, index uint64) (workers.Replica, error) {
	r, err := k.Replicas.Get(ctx, collections.Join(service, index))
	if errors.Is(err, collections.ErrNotFound) {
		return r, errorsmod.Wrapf(workers.ErrNoReplica, "%d of service %d", index, service)
	}
	return r, err
}

// replicasOf lists the replicas of a service in the order of their indexes. They
// are few: see maxRecords.
func (k *Keeper) replicasOf(ctx context.Context, service uint64) (rs []workers.Replica, err error) {
	err = k.Replicas.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](service),
		func(_ replicaKey, r workers.Replica) (bool, error) {
			rs = append(rs, r)
			return false, nil
		})
	return rs, err
}

// hostedOn lists at most limit replicas on an Xnode.
func (k *Keeper) hostedOn(ctx context.Context, operator sdk.AccAddress, limit int) (keys []replicaKey, err error) {
	err = k.Hosted.Walk(ctx, collections.NewPrefixedTripleRange[sdk.AccAddress, uint64, uint64](operator),
		func(key hostedKey) (bool, error) {
			keys = append(keys, collections.Join(key.K2(), key.K3()))
			return len(keys) >= limit, nil
		})
	return keys, err
}

// membersOf spans the members of a service.
func membersOf(service uint64) *collections.PairRange[uint64, sdk.AccAddress] {
	return collections.NewPrefixedPairRange[uint64, sdk.AccAddress](service)
}
