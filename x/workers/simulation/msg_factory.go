// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"context"
	"encoding/binary"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/keeper"
)

// MsgRegisterXnodeFactory registers an Xnode for an account with an eligible bond.
func MsgRegisterXnodeFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgRegisterXnode] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgRegisterXnode) {
		operator := data.AnyAccountN(tries, reporter, simsx.WithSpendableBalance(), mayRegister(ctx, k))
		signer := data.AnyAccountN(tries, reporter, mayBeSigner(ctx, k, operator))
		if reporter.IsSkipped() {
			return nil, nil
		}
		params, err := k.Params.Get(ctx)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		if n, err := k.Registrations.Get(ctx); err == nil && n >= uint64(params.MaxRegistrationsPerBlock) {
			reporter.Skip("the block has no room for another registration")
			return nil, nil
		}
		pubKey, proof, err := possession(ctx, operator, signer)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		return []simsx.SimAccount{operator}, &workers.MsgRegisterXnode{
			Operator:     operator.AddressBech32,
			SignerPubKey: pubKey,
			Possession:   proof,
			Card:         randomCard(data.Rand(), pubKey, workers.Resources{}),
		}
	}
}

// MsgUpdateXnodeFactory replaces the card of an Xnode.
func MsgUpdateXnodeFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgUpdateXnode] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgUpdateXnode) {
		operator, x := anyXnode(ctx, k, data, reporter, func(x workers.Xnode) bool {
			params, err := k.Params.Get(ctx)
			return err == nil && sdk.UnwrapSDKContext(ctx).BlockHeight()-x.UpdatedHeight >= params.MinUpdateInterval
		})
		if reporter.IsSkipped() {
			return nil, nil
		}
		version := uint64(0)
		if data.Rand().Intn(2) == 0 {
			version = x.Version
		}
		return []simsx.SimAccount{operator}, &workers.MsgUpdateXnode{
			Operator: operator.AddressBech32,
			Card:     randomCard(data.Rand(), x.SignerPubKey, x.Allocated),
			Version:  version,
		}
	}
}

// MsgRotateSignerFactory gives an Xnode another signer.
func MsgRotateSignerFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgRotateSigner] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgRotateSigner) {
		operator, x := anyXnode(ctx, k, data, reporter, func(workers.Xnode) bool { return true })
		signer := data.AnyAccountN(tries, reporter, mayBeSigner(ctx, k, operator), simsx.ExcludeAddresses(x.Signer))
		if reporter.IsSkipped() {
			return nil, nil
		}
		pubKey, proof, err := possession(ctx, operator, signer)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		return []simsx.SimAccount{operator}, &workers.MsgRotateSigner{
			Operator:     operator.AddressBech32,
			SignerPubKey: pubKey,
			Possession:   proof,
			Endpoints:    randomCard(data.Rand(), pubKey, workers.Resources{}).Endpoints,
		}
	}
}

// MsgHeartbeatFactory sends a heartbeat of the running daemon, or now and then
// of a new one.
func MsgHeartbeatFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgHeartbeat] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgHeartbeat) {
		_, x := anyXnode(ctx, k, data, reporter, func(workers.Xnode) bool { return true })
		if reporter.IsSkipped() {
			return nil, nil
		}
		instance := x.Instance
		if len(instance) == 0 || data.Rand().Intn(10) == 0 {
			instance = binary.BigEndian.AppendUint64(nil, 1+uint64(data.Rand().Int63()))
		}
		params, err := k.Params.Get(ctx)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		signer := data.GetAccount(reporter, x.Signer)
		if _, err := x.Beat(sdk.UnwrapSDKContext(ctx).BlockHeight(), instance, params); err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		return []simsx.SimAccount{signer}, &workers.MsgHeartbeat{Signer: signer.AddressBech32, Instance: instance}
	}
}

// MsgDrainXnodeFactory drains an active Xnode.
func MsgDrainXnodeFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgDrainXnode] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgDrainXnode) {
		operator, _ := anyXnode(ctx, k, data, reporter, func(x workers.Xnode) bool {
			return x.Status == workers.XNODE_STATUS_ACTIVE
		})
		return []simsx.SimAccount{operator}, &workers.MsgDrainXnode{Operator: operator.AddressBech32}
	}
}

// MsgResumeXnodeFactory resumes a draining Xnode.
func MsgResumeXnodeFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgResumeXnode] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgResumeXnode) {
		operator, _ := anyXnode(ctx, k, data, reporter, func(x workers.Xnode) bool {
			return x.Status == workers.XNODE_STATUS_DRAINING
		})
		return []simsx.SimAccount{operator}, &workers.MsgResumeXnode{Operator: operator.AddressBech32}
	}
}

// MsgRetireXnodeFactory retires an Xnode that has no work.
func MsgRetireXnodeFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgRetireXnode] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgRetireXnode) {
		operator, _ := anyXnode(ctx, k, data, reporter, func(x workers.Xnode) bool { return x.Allocated.IsZero() })
		return []simsx.SimAccount{operator}, &workers.MsgRetireXnode{Operator: operator.AddressBech32}
	}
}

// MsgAnnounceReclaimFactory announces that an Xnode is wanted back.
func MsgAnnounceReclaimFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgAnnounceReclaim] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgAnnounceReclaim) {
		operator, _ := anyXnode(ctx, k, data, reporter, func(workers.Xnode) bool { return true })
		params, err := k.Params.Get(ctx)
		if err != nil {
			reporter.Skip(err.Error())
			return nil, nil
		}
		at := int64(0)
		if ahead := data.Rand().Intn(20); ahead > 0 {
			at = sdk.UnwrapSDKContext(ctx).BlockHeight() + params.MinReclaimNotice + int64(ahead)
		}
		return []simsx.SimAccount{operator}, &workers.MsgAnnounceReclaim{Operator: operator.AddressBech32, AtHeight: at}
	}
}

// MsgCancelReclaimFactory keeps an Xnode in service that was wanted back.
func MsgCancelReclaimFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*workers.MsgCancelReclaim] {
	return func(ctx context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgCancelReclaim) {
		operator, _ := anyXnode(ctx, k, data, reporter, func(x workers.Xnode) bool { return x.ReclaimHeight > 0 })
		return []simsx.SimAccount{operator}, &workers.MsgCancelReclaim{Operator: operator.AddressBech32}
	}
}

// MsgUpdateParamsFactory proposes other parameters.
func MsgUpdateParamsFactory() simsx.SimMsgFactoryFn[*workers.MsgUpdateParams] {
	return func(_ context.Context, data *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *workers.MsgUpdateParams) {
		return nil, &workers.MsgUpdateParams{
			Authority: data.ModuleAccountAddress(reporter, "gov"),
			Params:    randomParams(data.Rand().Rand),
		}
	}
}

// randomCard claims at least what is allocated.
func randomCard(r *simsx.XRand, pubKey []byte, allocated workers.Resources) workers.Card {
	claimed := workers.Resources{
		CpuMillis:    allocated.CpuMillis + 1 + uint64(r.Intn(128_000)),
		MemoryBytes:  allocated.MemoryBytes + uint64(r.Intn(1<<40)),
		StorageBytes: allocated.StorageBytes + uint64(r.Intn(1<<50)),
		BandwidthBps: allocated.BandwidthBps + uint64(r.Intn(1<<34)),
	}
	if allocated.GpuCount > 0 || r.Intn(4) == 0 {
		claimed.GpuCount = allocated.GpuCount + 1
		claimed.GpuMemoryBytes = allocated.GpuMemoryBytes + uint64(r.Intn(1<<38))
		claimed.GpuClass = "nvidia-h200"
	}
	card := workers.Card{
		Claimed: claimed,
		Prices:  workers.Prices{GasPrice: math.NewInt(r.Int63n(1000)), SeatFee: math.NewInt(r.Int63n(1000))},
		Label:   r.StringN(workers.MaxLabelLength),
		Region:  []string{"", "eu-west-1", "us-east-2"}[r.Intn(3)],
	}
	for _, key := range []string{"cpu.vendor", "tee"} {
		if r.Intn(2) == 0 {
			card.Attributes = append(card.Attributes, workers.Attribute{Key: key, Value: r.StringN(8)})
		}
	}
	if peerID, err := workers.PeerID(pubKey); err == nil && r.Intn(2) == 0 {
		card.Endpoints = []string{"/ip4/203.0.113.7/tcp/4001/p2p/" + peerID}
	}
	return card
}
