// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation_test

import (
	"context"
	"encoding/json"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/openmesh-network/openmesh/x/workers"
	"github.com/openmesh-network/openmesh/x/workers/keeper"
	"github.com/openmesh-network/openmesh/x/workers/simulation"
)

// others stands for the modules that simulations ask.
type others struct{}

func (others) SpendableCoins(context.Context, sdk.AccAddress) sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin("uopen", 1_000_000))
}
func (others) IsSendEnabledDenom(context.Context, string) bool        { return true }
func (others) GetModuleAddress(name string) sdk.AccAddress            { return sdk.AccAddress(name) }
func (others) Eligible(context.Context, sdk.AccAddress) (bool, error) { return true, nil }
func (others) FreeBond(context.Context, sdk.AccAddress) (math.Int, error) {
	return math.NewInt(500_000_000), nil
}
func (others) SetRewardWeight(context.Context, sdk.AccAddress, uint64) error { return nil }

func (others) GetBalance(_ context.Context, _ sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewInt64Coin(denom, 1_000_000_000)
}
func (others) SendCoinsFromAccountToModule(context.Context, sdk.AccAddress, string, sdk.Coins) error {
	return nil
}
func (others) SendCoinsFromModuleToAccount(context.Context, string, sdk.AccAddress, sdk.Coins) error {
	return nil
}
func (others) DrawSeed(ctx context.Context, lock int64) ([]byte, bool, error) {
	return []byte{byte(lock)}, sdk.UnwrapSDKContext(ctx).BlockHeight() > lock, nil
}

// believer stands for x/por: it believes every claim.
type believer struct{ k *keeper.Keeper }

func (b believer) AfterXnodeClaimed(ctx context.Context, operator sdk.AccAddress, claimed workers.Resources) error {
	return b.k.SetVerified(ctx, operator, claimed, "proof/1")
}
func (believer) AfterXnodeOnline(context.Context, sdk.AccAddress, bool) error { return nil }

// send runs one factory and delivers what it makes. It counts by type.
func send[T sdk.Msg, R any](
	t *testing.T, ctx sdk.Context, data *simsx.ChainDataSource, sent map[string]int,
	factory simsx.SimMsgFactoryFn[T], deliver func(context.Context, T) (R, error),
) {
	reporter := simsx.NewBasicSimulationReporter()
	_, msg := factory(ctx, data, reporter)
	if reporter.IsSkipped() {
		return
	}
	_, err := deliver(ctx, msg)
	require.NoError(t, err, "%T", msg)
	sent[sdk.MsgTypeURL(msg)]++
}

func TestSimulatedMessagesAreAcceptedAndKeepTheInvariants(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	accounts := simtypes.RandomAccounts(r, 60)
	cdc := moduletestutil.MakeTestEncodingConfig().Codec
	key := storetypes.NewKVStoreKey(workers.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("transient")).Ctx.WithChainID("simulation")
	ac := addresscodec.NewBech32Codec(sdk.GetConfig().GetBech32AccountAddrPrefix())
	gov, err := ac.BytesToString(others{}.GetModuleAddress("gov"))
	require.NoError(t, err)
	k := keeper.New(cdc, runtime.NewKVStoreService(key), ac, others{}, gov)
	k.SetHooks(believer{k})
	k.SetServices(others{}, others{})
	msgs := keeper.NewMsgServer(k)

	state := &module.SimulationState{Rand: r, Cdc: cdc, GenState: map[string]json.RawMessage{}}
	simulation.RandomGenesis(state)
	var gs workers.GenesisState
	cdc.MustUnmarshalJSON(state.GenState[workers.ModuleName], &gs)
	require.NoError(t, k.InitGenesis(ctx, &gs))

	sent := map[string]int{}
	for height := int64(1); height <= 300; height++ {
		ctx = ctx.WithBlockHeight(height).WithEventManager(sdk.NewEventManager())
		data := simsx.NewChainDataSource(ctx, r, others{}, others{}, ac, accounts...)
		send(t, ctx, data, sent, simulation.MsgRegisterXnodeFactory(k), msgs.RegisterXnode)
		send(t, ctx, data, sent, simulation.MsgHeartbeatFactory(k), msgs.Heartbeat)
		send(t, ctx, data, sent, simulation.MsgHeartbeatFactory(k), msgs.Heartbeat)
		send(t, ctx, data, sent, simulation.MsgUpdateXnodeFactory(k), msgs.UpdateXnode)
		send(t, ctx, data, sent, simulation.MsgDrainXnodeFactory(k), msgs.DrainXnode)
		send(t, ctx, data, sent, simulation.MsgResumeXnodeFactory(k), msgs.ResumeXnode)
		send(t, ctx, data, sent, simulation.MsgReportReplicaFactory(k), msgs.ReportReplica)
		send(t, ctx, data, sent, simulation.MsgReportReplicaFactory(k), msgs.ReportReplica)
		if height%3 == 0 {
			send(t, ctx, data, sent, simulation.MsgCreateServiceFactory(k), msgs.CreateService)
			send(t, ctx, data, sent, simulation.MsgScaleServiceFactory(k), msgs.ScaleService)
			send(t, ctx, data, sent, simulation.MsgUpdateServiceFactory(k), msgs.UpdateService)
			send(t, ctx, data, sent, simulation.MsgDeclineReplicaFactory(k), msgs.DeclineReplica)
			send(t, ctx, data, sent, simulation.MsgAddMembersFactory(k), msgs.AddMembers)
			send(t, ctx, data, sent, simulation.MsgRemoveMembersFactory(k), msgs.RemoveMembers)
		}
		if height%5 == 0 {
			send(t, ctx, data, sent, simulation.MsgRetireServiceFactory(k), msgs.RetireService)
			send(t, ctx, data, sent, simulation.MsgAnnounceReclaimFactory(k), msgs.AnnounceReclaim)
		}
		if height%10 == 0 {
			send(t, ctx, data, sent, simulation.MsgCancelReclaimFactory(k), msgs.CancelReclaim)
			send(t, ctx, data, sent, simulation.MsgRotateSignerFactory(k), msgs.RotateSigner)
			send(t, ctx, data, sent, simulation.MsgRetireXnodeFactory(k), msgs.RetireXnode)
			send(t, ctx, data, sent, simulation.MsgUpdateParamsFactory(), msgs.UpdateParams)
		}
		require.NoError(t, k.EndBlock(ctx))
		for _, event := range ctx.EventManager().ABCIEvents() {
			require.NotContains(t, event.Type, "ItemFailed", "%v", event)
		}
		require.NoError(t, k.CheckInvariants(ctx))
	}
	for _, msg := range []sdk.Msg{
		&workers.MsgRegisterXnode{}, &workers.MsgHeartbeat{}, &workers.MsgUpdateXnode{}, &workers.MsgRotateSigner{},
		&workers.MsgDrainXnode{}, &workers.MsgResumeXnode{}, &workers.MsgRetireXnode{}, &workers.MsgUpdateParams{},
		&workers.MsgAnnounceReclaim{}, &workers.MsgCancelReclaim{},
		&workers.MsgCreateService{}, &workers.MsgUpdateService{}, &workers.MsgScaleService{}, &workers.MsgRetireService{},
		&workers.MsgAddMembers{}, &workers.MsgRemoveMembers{}, &workers.MsgReportReplica{}, &workers.MsgDeclineReplica{},
	} {
		require.Greater(t, sent[sdk.MsgTypeURL(msg)], 3, "%T", msg)
	}
}
