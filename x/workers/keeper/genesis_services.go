// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"

	"github.com/openmesh-network/openmesh/x/workers"
)

// initServices fills the store of services. Deposits must be in the module's
// account already.
func (k *Keeper) initServices(ctx context.Context, gs *workers.GenesisState) error {
	for _, s := range gs.Services {
		owner, err := k.address(s.Owner)
		if err != nil {
			return err
		}
		if err := errors.Join(
			k.ServiceNames.Set(ctx, s.Name, s.Id),
			k.ServiceOwners.Set(ctx, collections.Join(owner, s.Id)),
			k.Services.Set(ctx, s.Id, s),
		); err != nil {
			return err
		}
		if s.Turn == 0 {
			continue
		}
		if err := k.ServiceTurns.Set(ctx, collections.Join(s.Turn, s.Id)); err != nil {
			return err
		}
	}
	for _, m := range gs.Members {
		member, err := k.address(m.Member)
		if err != nil {
			return err
		}
		if err := k.Members.Set(ctx, collections.Join(m.ServiceId, member)); err != nil {
			return err
		}
	}
	for _, r := range gs.Replicas {
		if err := k.reindex(ctx, workers.Replica{}, r); err != nil {
			return err
		}
		if err := k.Replicas.Set(ctx, collections.Join(r.ServiceId, r.Index), r); err != nil {
			return err
		}
	}
	for _, t := range gs.XnodeTurns {
		operator, err := k.address(t.Operator)
		if err != nil {
			return err
		}
		if err := k.setXnodeTurn(ctx, operator, t); err != nil {
			return err
		}
	}
	if gs.LastServiceId == 0 {
		return nil
	}
	return k.LastService.Set(ctx, gs.LastServiceId)
}

func (k *Keeper) exportServices(ctx context.Context, gs *workers.GenesisState) error {
	err := k.Services.Walk(ctx, nil, func(_ uint64, s workers.Service) (bool, error) {
		gs.Services = append(gs.Services, s)
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.Members.Walk(ctx, nil, func(key memberKey) (bool, error) {
		text, err := k.text(key.K2())
		gs.Members = append(gs.Members, workers.ServiceMember{ServiceId: key.K1(), Member: text})
		return false, err
	})
	if err != nil {
		return err
	}
	err = k.Replicas.Walk(ctx, nil, func(_ replicaKey, r workers.Replica) (bool, error) {
		gs.Replicas = append(gs.Replicas, r)
		return false, nil
	})
	if err != nil {
		return err
	}
	err = k.XnodeTurns.Walk(ctx, nil, func(_ sdk.AccAddress, t workers.XnodeTurn) (bool, error) {
		gs.XnodeTurns = append(gs.XnodeTurns, t)
		return false, nil
	})
	if err != nil {
		return err
	}
	gs.LastServiceId, err = k.LastService.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	return err
}

// checkServices checks what genesis validation cannot see: that indexes and queues
// hold exactly what follows from services and replicas, and that the deposits are
// there.
func (k *Keeper) checkServices(ctx context.Context, gs *workers.GenesisState) error {
	deposits := math.ZeroInt()
	for _, s := range gs.Services {
		deposits = deposits.Add(s.Deposit)
		if err := k.checkListed(ctx, s); err != nil {
			return err
		}
	}
	turns, held := 0, 0
	for _, r := range gs.Replicas {
		if r.Deadline > 0 {
			turns++
			if queued, err := k.ReplicaTurns.Has(ctx, collections.Join3(r.Deadline, r.ServiceId, r.Index)); err != nil || !queued {
				return broken("replica %d of service %d has no turn at %d", r.Index, r.ServiceId, r.Deadline)
			}
		}
		if !r.Holds() {
			continue
		}
		held++
		operator, err := k.address(r.Operator)
		if err != nil {
			return err
		}
		if hosted, err := k.Hosted.Has(ctx, collections.Join3(operator, r.ServiceId, r.Index)); err != nil || !hosted {
			return broken("replica %d of service %d is not listed on %s", r.Index, r.ServiceId, r.Operator)
		}
	}
	for _, t := range gs.XnodeTurns {
		operator, err := k.address(t.Operator)
		if err != nil {
			return err
		}
		if queued, err := k.XnodeTurnQueue.Has(ctx, collections.Join(t.Height, operator)); err != nil || !queued {
			return broken("Xnode of %s has no turn at %d", t.Operator, t.Height)
		}
	}
	got, err := k.serviceSizes(ctx)
	if err != nil {
		return err
	}
	waiting := 0
	for _, s := range gs.Services {
		if s.Turn > 0 {
			waiting++
		}
	}
	want := serviceSizes{names: len(gs.Services), owned: len(gs.Services), turns: turns, hosted: held, waiting: waiting, xnodes: len(gs.XnodeTurns)}
	if got != want {
		return broken("indexes of services have %+v entries, want %+v", got, want)
	}
	if k.bank == nil {
		return nil
	}
	account := sdk.AccAddress(address.Module(workers.ModuleName))
	if balance := k.bank.GetBalance(ctx, account, workers.DepositDenom); balance.Amount.LT(deposits) {
		return broken("the module holds %s, but deposits of %s", balance, deposits)
	}
	return nil
}

func (k *Keeper) checkListed(ctx context.Context, s workers.Service) error {
	owner, err := k.address(s.Owner)
	if err != nil {
		return err
	}
	if id, err := k.ServiceNames.Get(ctx, s.Name); err != nil || id != s.Id {
		return broken("name %q is not that of service %d", s.Name, s.Id)
	}
	if owned, err := k.ServiceOwners.Has(ctx, collections.Join(owner, s.Id)); err != nil || !owned {
		return broken("service %d is not listed for %s", s.Id, s.Owner)
	}
	if s.Turn == 0 {
		return nil
	}
	if queued, err := k.ServiceTurns.Has(ctx, collections.Join(s.Turn, s.Id)); err != nil || !queued {
		return broken("service %d has no turn at %d", s.Id, s.Turn)
	}
	return nil
}

// serviceSizes counts the entries of the indexes of services.
type serviceSizes struct{ names, owned, turns, hosted, waiting, xnodes int }

func (k *Keeper) serviceSizes(ctx context.Context) (n serviceSizes, err error) {
	err = errors.Join(
		k.ServiceNames.Walk(ctx, nil, func(string, uint64) (bool, error) { n.names++; return false, nil }),
		k.ServiceOwners.Walk(ctx, nil, func(ownedKey) (bool, error) { n.owned++; return false, nil }),
		k.ReplicaTurns.Walk(ctx, nil, func(replicaTurn) (bool, error) { n.turns++; return false, nil }),
		k.Hosted.Walk(ctx, nil, func(hostedKey) (bool, error) { n.hosted++; return false, nil }),
		k.ServiceTurns.Walk(ctx, nil, func(serviceTurn) (bool, error) { n.waiting++; return false, nil }),
		k.XnodeTurnQueue.Walk(ctx, nil, func(collections.Pair[int64, sdk.AccAddress]) (bool, error) { n.xnodes++; return false, nil }),
	)
	return n, err
}
