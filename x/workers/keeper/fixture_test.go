// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/keeper"
)

const (
	chainID = "openmesh-test-1"
	gib     = uint64(1) << 30
)

// fakeBonds stands for x/staking-ext. An operator without an entry has no bond.
type fakeBonds struct {
	free   map[string]math.Int // by operator bytes, in uopen
	broken map[string]error    // what asking about an operator returns
	bomb   string              // asking about this operator panics
	asked  int

	rewards map[string]uint64 // by operator bytes, as told
	told    int               // how often a reward weight was
	greedy  error             // what telling a reward weight returns
}

func newFakeBonds() *fakeBonds {
	return &fakeBonds{free: map[string]math.Int{}, broken: map[string]error{}, rewards: map[string]uint64{}}
}

func (b *fakeBonds) Eligible(_ context.Context, operator sdk.AccAddress) (bool, error) {
	b.asked++
	if b.bomb != "" && b.bomb == string(operator) {
		panic("boom")
	}
	if err := b.broken[string(operator)]; err != nil {
		return false, err
	}
	_, ok := b.free[string(operator)]
	return ok, nil
}

func (b *fakeBonds) FreeBond(_ context.Context, operator sdk.AccAddress) (math.Int, error) {
	free, ok := b.free[string(operator)]
	if !ok {
		return math.Int{}, fmt.Errorf("no bond")
	}
	return free, nil
}

func (b *fakeBonds) SetRewardWeight(_ context.Context, operator sdk.AccAddress, weight uint64) error {
	b.told++
	b.rewards[string(operator)] = weight
	return b.greedy
}

// fakeProofs stands for x/por: it believes every claim, unless told otherwise.
type fakeProofs struct {
	k       *keeper.Keeper
	doubts  bool
	refuse  error               // what every hook returns
	claimed []workers.Resources // of any operator
	online  []bool
}

func (p *fakeProofs) AfterXnodeClaimed(ctx context.Context, operator sdk.AccAddress, claimed workers.Resources) error {
	p.claimed = append(p.claimed, claimed)
	if p.refuse != nil || p.doubts {
		return p.refuse
	}
	return p.k.SetVerified(ctx, operator, claimed, "proof/1")
}

func (p *fakeProofs) AfterXnodeOnline(_ context.Context, _ sdk.AccAddress, online bool) error {
	p.online = append(p.online, online)
	return p.refuse
}

// fixture is a keeper on a real store.
type fixture struct {
	t         testing.TB
	ctx       sdk.Context
	k         *keeper.Keeper
	msgs      workers.MsgServer
	queries   workers.QueryServer
	bonds     *fakeBonds
	proofs    *fakeProofs
	holder    *fakeHolder
	bank      *fakeBank
	seeds     *fakeSeeds
	ac        address.Codec
	cdc       codec.Codec
	authority string
	freed     uint64 // a slot that a test has freed
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := emptyFixture(t, newFakeBonds())
	require.NoError(t, f.k.InitGenesis(f.ctx, workers.DefaultGenesis()))
	return f
}

func emptyFixture(t testing.TB, bonds *fakeBonds) *fixture {
	t.Helper()
	key := storetypes.NewKVStoreKey(workers.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx
	f := &fixture{t: t, bonds: bonds, ac: addresscodec.NewBech32Codec("open")}
	f.ctx = ctx.WithChainID(chainID).WithBlockHeight(100)
	f.authority = f.text(sdk.AccAddress("the-governance-accnt"))
	f.cdc = codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	f.k = keeper.New(f.cdc, runtime.NewKVStoreService(key), f.ac, bonds, f.authority)
	f.proofs = &fakeProofs{k: f.k}
	f.holder = &fakeHolder{}
	f.k.SetHooks(f.proofs, f.holder)
	f.bank, f.seeds = newFakeBank(), &fakeSeeds{delay: 1}
	f.k.SetServices(f.bank, f.seeds)
	f.msgs, f.queries = keeper.NewMsgServer(f.k), keeper.NewQueryServer(f.k)
	return f
}

func (f *fixture) text(addr sdk.AccAddress) string {
	f.t.Helper()
	text, err := f.ac.BytesToString(addr)
	require.NoError(f.t, err)
	return text
}

// operator i has address bytes in the order of i.
func operator(i int) sdk.AccAddress {
	return append([]byte("operator----"), binary.BigEndian.AppendUint64(nil, uint64(i))...)
}

func key(i int) *secp256k1.PrivKey {
	return secp256k1.GenPrivKeyFromSecret(fmt.Appendf(nil, "signer %d", i))
}

func signer(i int) sdk.AccAddress { return sdk.AccAddress(key(i).PubKey().Address()) }

func peerID(t testing.TB, i int) string {
	id, err := workers.PeerID(key(i).PubKey().Bytes())
	require.NoError(t, err)
	return id
}

func possession(t testing.TB, chain string, op sdk.AccAddress, signer int) []byte {
	proof, err := key(signer).Sign(workers.PossessionSignBytes(chain, op))
	require.NoError(t, err)
	return proof
}

// card claims 8 cores.
func card(t testing.TB, signer int) workers.Card {
	return workers.Card{
		Claimed: workers.Resources{
			CpuMillis: 8000, MemoryBytes: 16 * gib, StorageBytes: 100 * gib, BandwidthBps: 1_000_000_000,
		},
		Prices:    workers.Prices{GasPrice: math.NewInt(10), SeatFee: math.NewInt(100)},
		Label:     "attic",
		Region:    "eu-west-1",
		Endpoints: []string{"/ip4/203.0.113.7/tcp/4001/p2p/" + peerID(t, signer)},
	}
}

func instance(i uint64) []byte { return binary.BigEndian.AppendUint64(nil, i) }

func (f *fixture) bond(i int, open int64) {
	f.bonds.free[string(operator(i))] = math.NewInt(open * 1_000_000)
}

func (f *fixture) registerMsg(i int) *workers.MsgRegisterXnode {
	return &workers.MsgRegisterXnode{
		Operator:     f.text(operator(i)),
		SignerPubKey: key(i).PubKey().Bytes(),
		Possession:   possession(f.t, chainID, operator(i), i),
		Card:         card(f.t, i),
	}
}

// register gives operator i a bond of 100 OPEN and an Xnode with signer i.
func (f *fixture) register(i int) {
	f.t.Helper()
	f.bond(i, 100)
	_, err := f.msgs.RegisterXnode(f.ctx, f.registerMsg(i))
	require.NoError(f.t, err)
}

func (f *fixture) heartbeat(signerIndex int, inst uint64) error {
	_, err := f.msgs.Heartbeat(f.ctx, &workers.MsgHeartbeat{Signer: f.text(signer(signerIndex)), Instance: instance(inst)})
	return err
}

// online registers operator i and sends a first heartbeat of instance i+1.
func (f *fixture) online(i int) {
	f.t.Helper()
	f.register(i)
	require.NoError(f.t, f.heartbeat(i, uint64(i+1)))
}

// at moves to a height without ending the blocks in between.
func (f *fixture) at(height int64) {
	f.ctx = f.ctx.WithBlockHeight(height).WithEventManager(sdk.NewEventManager())
}

// skip ends n blocks.
func (f *fixture) skip(n int64) {
	f.t.Helper()
	for range n {
		require.NoError(f.t, f.k.EndBlock(f.ctx))
		f.at(f.ctx.BlockHeight() + 1)
	}
}

func (f *fixture) xnode(i int) workers.Xnode {
	f.t.Helper()
	x, err := f.k.Xnode(f.ctx, operator(i))
	require.NoError(f.t, err)
	return x
}

func (f *fixture) weight(i int) uint64 {
	f.t.Helper()
	w, err := f.k.WeightOf(f.ctx, f.xnode(i))
	require.NoError(f.t, err)
	return w
}

func (f *fixture) total() uint64 {
	f.t.Helper()
	total, err := f.k.TotalWeight(f.ctx)
	require.NoError(f.t, err)
	return total
}

func (f *fixture) setParams(change func(*workers.Params)) {
	f.t.Helper()
	params, err := f.k.Params.Get(f.ctx)
	require.NoError(f.t, err)
	change(&params)
	require.NoError(f.t, f.k.UpdateParams(f.ctx, params))
}

// invariants checks what must always hold.
func (f *fixture) invariants() {
	f.t.Helper()
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
}

// told checks that the current events hold this one.
func (f *fixture) told(want proto.Message) {
	f.t.Helper()
	var got []string
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		event, err := sdk.ParseTypedEvent(e)
		require.NoError(f.t, err)
		if proto.MessageName(event) == proto.MessageName(want) && event.String() == want.String() {
			return
		}
		got = append(got, proto.MessageName(event)+" "+event.String())
	}
	require.Fail(f.t, "no such event", "want %s %s\ngot %v", proto.MessageName(want), want, got)
}

// count is how often an event of this type was told.
func (f *fixture) count(kind proto.Message) (n int) {
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		if e.Type == proto.MessageName(kind) {
			n++
		}
	}
	return n
}
