// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/keeper"
)

// anyService picks a service that is ACTIVE, with its owner.
func anyService(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	accept func(workers.Service) bool,
) (simsx.SimAccount, workers.Service) {
	var found []workers.Service
	err := k.Services.Walk(ctx, nil, func(_ uint64, s workers.Service) (bool, error) {
		if s.IsActive() && accept(s) {
			found = append(found, s)
		}
		return len(found) >= 50, nil
	})
	if err != nil || len(found) == 0 {
		reporter.Skip("no service fits")
		return simsx.SimAccount{}, workers.Service{}
	}
	s := found[data.Rand().Intn(len(found))]
	return data.GetAccount(reporter, s.Owner), s
}

// mayChange accepts services whose last change was long enough ago.
func mayChange(ctx context.Context, params workers.Params) func(workers.Service) bool {
	return func(s workers.Service) bool {
		return sdk.UnwrapSDKContext(ctx).BlockHeight()-s.UpdatedHeight >= params.MinServiceInterval
	}
}

// canPay says whether an account has so much to spend beside its fees.
func canPay(a simsx.SimAccount, params workers.Params, replicas uint32) bool {
	return a.LiquidBalance().AmountOf(workers.DepositDenom).GTE(params.DepositFor(replicas).MulRaw(2))
}

// MsgCreateServiceFactory registers a service.
func MsgCreateServiceFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgCreateService] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgCreateService) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		owner := data.AnyAccountN(tries, reporter, simsx.WithSpendableBalance(), simsx.SimAccountFilterFn(func(a simsx.SimAccount) bool {
			owned := uint32(0)
			err := k.ServiceOwners.Walk(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, uint64](a.Address),
				func(collections.Pair[sdk.AccAddress, uint64]) (bool, error) { owned++; return false, nil })
			return err == nil && owned < params.MaxServicesPerOwner && canPay(a, params, params.MaxReplicas)
		}))
		if reporter.IsSkipped() {
			return nil, nil
		}
		name := fmt.Sprintf("service-%d", data.Rand().Intn(1_000_000))
		if taken, err := k.ServiceNames.Has(ctx, name); err != nil || taken {
			reporter.Skip("the name is taken")
			return nil, nil
		}
		least, most := randomScale(data.Rand(), params)
		return []simsx.SimAccount{owner}, &workers.MsgCreateService{
			Owner: owner.AddressBech32, Name: name, Spec: randomSpec(data.Rand()), MinReplicas: least, MaxReplicas: most,
		}
	}
}

// MsgUpdateServiceFactory replaces a spec.
func MsgUpdateServiceFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgUpdateService] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgUpdateService) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		owner, s := anyService(ctx, k, data, reporter, mayChange(ctx, params))
		return []simsx.SimAccount{owner}, &workers.MsgUpdateService{
			Owner: owner.AddressBech32, Id: s.Id, Spec: randomSpec(data.Rand()), Version: s.Version,
		}
	}
}

// MsgScaleServiceFactory changes how many replicas there may be.
func MsgScaleServiceFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgScaleService] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgScaleService) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		owner, s := anyService(ctx, k, data, reporter, mayChange(ctx, params))
		if reporter.IsSkipped() {
			return nil, nil
		}
		if !canPay(owner, params, params.MaxReplicas) {
			reporter.Skip("the owner cannot pay")
			return nil, nil
		}
		least, most := randomScale(data.Rand(), params)
		return []simsx.SimAccount{owner}, &workers.MsgScaleService{Owner: owner.AddressBech32, Id: s.Id, MinReplicas: least, MaxReplicas: most}
	}
}

// MsgAddMembersFactory makes an account a member.
func MsgAddMembersFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgAddMembers] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgAddMembers) {
		params, err := k.Params.Get(ctx)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		owner, s := anyService(ctx, k, data, reporter, func(s workers.Service) bool { return s.Members < params.MaxMembers })
		member := data.AnyAccount(reporter)
		return []simsx.SimAccount{owner}, &workers.MsgAddMembers{Owner: owner.AddressBech32, Id: s.Id, Members: []string{member.AddressBech32}}
	}
}

// MsgRemoveMembersFactory makes an account no member any more.
func MsgRemoveMembersFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgRemoveMembers] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgRemoveMembers) {
		owner, s := anyService(ctx, k, data, reporter, func(workers.Service) bool { return true })
		member := data.AnyAccount(reporter)
		return []simsx.SimAccount{owner}, &workers.MsgRemoveMembers{Owner: owner.AddressBech32, Id: s.Id, Members: []string{member.AddressBech32}}
	}
}

// MsgRetireServiceFactory stops a service.
func MsgRetireServiceFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgRetireService] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgRetireService) {
		owner, s := anyService(ctx, k, data, reporter, func(workers.Service) bool { return true })
		return []simsx.SimAccount{owner}, &workers.MsgRetireService{Owner: owner.AddressBech32, Id: s.Id}
	}
}

// anyReplica picks a replica on an Xnode that is online, with its signer.
func anyReplica(
	ctx context.Context, k *keeper.Keeper, data *simsx.ChainDataSource, reporter simsx.SimulationReporter,
	accept func(workers.Replica) bool,
) (simsx.SimAccount, workers.Replica) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		reporter.Skip(err.Error())
		return simsx.SimAccount{}, workers.Replica{}
	}
	now := sdk.UnwrapSDKContext(ctx).BlockHeight()
	var found []workers.Replica
	var signers []string
	err = k.Hosted.Walk(ctx, nil, func(key collections.Triple[sdk.AccAddress, uint64, uint64]) (bool, error) {
		r, err := k.Replicas.Get(ctx, collections.Join(key.K2(), key.K3()))
		if err != nil {
			return true, err
		}
		x, err := k.Xnode(ctx, key.K1())
		if err != nil {
			return true, err
		}
		if x.Online && accept(r) && (r.ReportedHeight == 0 || now-r.ReportedHeight >= params.MinReportInterval) {
			found, signers = append(found, r), append(signers, x.Signer)
		}
		return len(found) >= 50, nil
	})
	if err != nil || len(found) == 0 {
		reporter.Skip("no replica fits")
		return simsx.SimAccount{}, workers.Replica{}
	}
	i := data.Rand().Intn(len(found))
	return data.GetAccount(reporter, signers[i]), found[i]
}

// MsgReportReplicaFactory reports that a replica runs or stopped, or now and then
// that it failed.
func MsgReportReplicaFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgReportReplica] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgReportReplica) {
		signer, r := anyReplica(ctx, k, data, reporter, func(r workers.Replica) bool {
			return r.State != workers.REPLICA_STATE_LOST && r.State != workers.REPLICA_STATE_RUNNING
		})
		to := workers.REPLICA_STATE_RUNNING
		if r.State == workers.REPLICA_STATE_DRAINING {
			to = workers.REPLICA_STATE_STOPPED
		} else if data.Rand().Intn(10) == 0 {
			to = workers.REPLICA_STATE_FAILED
		}
		return []simsx.SimAccount{signer}, &workers.MsgReportReplica{
			Signer: signer.AddressBech32, ServiceId: r.ServiceId, Index: r.Index, State: to, Version: r.Version,
		}
	}
}

// MsgDeclineReplicaFactory gives back a replica that does not run yet.
func MsgDeclineReplicaFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgDeclineReplica] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgDeclineReplica) {
		signer, r := anyReplica(ctx, k, data, reporter, func(r workers.Replica) bool {
			return r.State == workers.REPLICA_STATE_PLACED || r.State == workers.REPLICA_STATE_STARTING
		})
		return []simsx.SimAccount{signer}, &workers.MsgDeclineReplica{
			Signer: signer.AddressBech32, ServiceId: r.ServiceId, Index: r.Index, Reason: "no room",
		}
	}
}

func randomScale(r *simsx.XRand, params workers.Params) (least, most uint32) {
	most = 1 + uint32(r.Intn(int(params.MaxReplicas)))
	return uint32(r.Intn(int(most) + 1)), most
}

func randomSpec(r *simsx.XRand) workers.ServiceSpec {
	spec := workers.ServiceSpec{
		Visibility: workers.ServiceVisibility(1 + r.Intn(2)),
		Workload: workers.Workload{
			Kind: workers.WORKLOAD_KIND_CONTAINER, Artifact: r.StringN(64), Args: []string{r.StringN(16)}, Port: uint32(r.Intn(65_536)),
		},
		Resources: workers.Resources{CpuMillis: 1 + uint64(r.Intn(4_000)), MemoryBytes: uint64(r.Intn(1 << 30))},
		Reconcile: workers.ReconcilePolicy(1 + r.Intn(3)),
	}
	if r.Intn(4) == 0 {
		spec.Constraints.MaxPerRegion = 1
	}
	return spec
}
