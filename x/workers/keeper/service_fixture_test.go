// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"

	"github.com/openmesh-network/openmesh/x/workers"
)

// fakeBank stands for x/bank. Everybody begins with 1,000,000 OPEN.
type fakeBank struct{ moved map[string]math.Int } // what came and went, by account bytes

func newFakeBank() *fakeBank { return &fakeBank{moved: map[string]math.Int{}} }

func (b *fakeBank) of(account sdk.AccAddress) math.Int {
	if moved, ok := b.moved[string(account)]; ok {
		return moved
	}
	return math.ZeroInt()
}

func (b *fakeBank) GetBalance(_ context.Context, account sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewCoin(denom, b.of(account))
}

func (b *fakeBank) SendCoinsFromAccountToModule(_ context.Context, from sdk.AccAddress, module string, coins sdk.Coins) error {
	if b.of(from).Add(math.NewInt(1_000_000_000_000)).LT(coins[0].Amount) {
		return errors.New("insufficient funds")
	}
	b.move(from, sdk.AccAddress(address.Module(module)), coins[0].Amount)
	return nil
}

func (b *fakeBank) SendCoinsFromModuleToAccount(_ context.Context, module string, to sdk.AccAddress, coins sdk.Coins) error {
	from := sdk.AccAddress(address.Module(module))
	if b.of(from).LT(coins[0].Amount) {
		return errors.New("insufficient funds")
	}
	b.move(from, to, coins[0].Amount)
	return nil
}

func (b *fakeBank) move(from, to sdk.AccAddress, amount math.Int) {
	b.moved[string(from)], b.moved[string(to)] = b.of(from).Sub(amount), b.of(to).Add(amount)
}

// held is what the module's account has.
func (b *fakeBank) held() int64 {
	return b.of(sdk.AccAddress(address.Module(workers.ModuleName))).Int64()
}

// fakeSeeds stands for the beacon: the seed of a lock is there some blocks later.
type fakeSeeds struct {
	delay  int64
	still  bool  // it stands still
	broken error // what asking returns
	asked  []int64
}

func (s *fakeSeeds) DrawSeed(ctx context.Context, lock int64) ([]byte, bool, error) {
	s.asked = append(s.asked, lock)
	if s.broken != nil || s.still || sdk.UnwrapSDKContext(ctx).BlockHeight() < lock+s.delay {
		return nil, false, s.broken
	}
	return binary.BigEndian.AppendUint64([]byte("seed"), uint64(lock)), true, nil
}

// owner owns services; its address is not an operator's.
func owner(i int) sdk.AccAddress {
	return sdk.AccAddress(append([]byte("owner-------"), 0, 0, 0, 0, 0, 0, 0, byte(i)))
}

func spec() workers.ServiceSpec {
	return workers.ServiceSpec{
		Visibility: workers.SERVICE_VISIBILITY_PUBLIC,
		Workload:   workers.Workload{Kind: workers.WORKLOAD_KIND_WASM, Artifact: "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", Port: 8080},
		Resources:  workers.Resources{CpuMillis: 1000, MemoryBytes: gib},
		Reconcile:  workers.RECONCILE_POLICY_KEEP_REPLACEMENT,
	}
}

// create makes a service of owner 0.
func (f *fixture) create(name string, s workers.ServiceSpec, least, most uint32) uint64 {
	f.t.Helper()
	res, err := f.msgs.CreateService(f.ctx, &workers.MsgCreateService{
		Owner: f.text(owner(0)), Name: name, Spec: s, MinReplicas: least, MaxReplicas: most,
	})
	require.NoError(f.t, err)
	return res.Id
}

func (f *fixture) service(id uint64) workers.Service {
	f.t.Helper()
	s, err := f.k.Service(f.ctx, id)
	require.NoError(f.t, err)
	return s
}

func (f *fixture) replicas(id uint64) []workers.Replica {
	f.t.Helper()
	res, err := f.queries.Replicas(f.ctx, &workers.QueryReplicasRequest{Id: id})
	require.NoError(f.t, err)
	return res.Replicas
}

// in lists the replicas of a service that are in a state.
func (f *fixture) in(id uint64, state workers.ReplicaState) (rs []workers.Replica) {
	f.t.Helper()
	for _, r := range f.replicas(id) {
		if r.State == state {
			rs = append(rs, r)
		}
	}
	return rs
}

// index of the operator that a replica is on.
func (f *fixture) hostOf(r workers.Replica) int {
	f.t.Helper()
	for i := range 64 {
		if f.text(operator(i)) == r.Operator {
			return i
		}
	}
	require.Fail(f.t, "no such host", r.Operator)
	return -1
}

// report sends a report of the signer of the Xnode that a replica is on.
func (f *fixture) report(r workers.Replica, to workers.ReplicaState, version uint64) error {
	_, err := f.msgs.ReportReplica(f.ctx, &workers.MsgReportReplica{
		Signer: f.text(signer(f.hostOf(r))), ServiceId: r.ServiceId, Index: r.Index, State: to, Version: version, Reason: "it broke",
	})
	return err
}

// serve is what daemons do: heartbeats of these Xnodes, and a report of everything
// that is to run on them or to stop; then the block ends.
func (f *fixture) serve(blocks int, xnodes ...int) {
	f.t.Helper()
	for range blocks {
		for _, i := range xnodes {
			if x := f.xnode(i); f.ctx.BlockHeight()-x.LastHeartbeat >= 5 {
				require.NoError(f.t, f.heartbeat(i, uint64(i+1)))
			}
			f.obey(i)
		}
		f.skip(1)
	}
}

// obey reports what a daemon does that runs what it is told.
func (f *fixture) obey(i int) {
	f.t.Helper()
	res, err := f.queries.ReplicasByXnode(f.ctx, &workers.QueryReplicasByXnodeRequest{Operator: f.text(operator(i))})
	require.NoError(f.t, err)
	for _, a := range res.Replicas {
		r, to := a.Replica, workers.REPLICA_STATE_RUNNING
		switch r.State {
		case workers.REPLICA_STATE_DRAINING:
			to = workers.REPLICA_STATE_STOPPED
		case workers.REPLICA_STATE_PLACED, workers.REPLICA_STATE_STARTING, workers.REPLICA_STATE_UNKNOWN:
		default:
			continue
		}
		err := f.report(r, to, a.Service.Version)
		require.True(f.t, err == nil || errors.Is(err, workers.ErrTooSoon), "%v", err)
	}
}
