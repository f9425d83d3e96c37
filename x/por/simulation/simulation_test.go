// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation_test

import (
	"context"
	"encoding/json"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/testutil"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/por/keeper"
	"github.com/openmesh-network/openmesh/x/por/simulation"
)

// others stands for the modules that the simulator asks for balances and addresses.
type others struct{}

func (others) SpendableCoins(context.Context, sdk.AccAddress) sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin("uopen", 1_000_000))
}
func (others) IsSendEnabledDenom(context.Context, string) bool { return true }
func (others) GetModuleAddress(name string) sdk.AccAddress     { return sdk.AccAddress(name) }

// The messages of the simulator are such that the handlers take them.
func TestSimulatedMessagesSucceed(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	accounts := simtypes.RandomAccounts(r, 5)
	staking := &fakes.Staking{}
	for _, account := range accounts[:3] {
		staking.Add(sdk.ValAddress(account.Address), sdk.ConsAddress(account.ConsKey.PubKey().Address()))
	}
	cdc := moduletestutil.MakeTestEncodingConfig().Codec
	key := storetypes.NewKVStoreKey(por.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("t")).Ctx.WithChainID("simulation")
	codec := addresscodec.NewBech32Codec("cosmos")
	gov, err := codec.BytesToString(others{}.GetModuleAddress("gov"))
	require.NoError(t, err)
	k := keeper.New(cdc, runtime.NewKVStoreService(key), codec, staking, gov)
	msgs := keeper.NewMsgServer(k)

	state := &module.SimulationState{Rand: r, Cdc: cdc, GenState: map[string]json.RawMessage{}}
	simulation.RandomGenesis(state)
	var genesis por.GenesisState
	cdc.MustUnmarshalJSON(state.GenState[por.ModuleName], &genesis)
	require.NoError(t, k.InitGenesis(ctx, genesis))

	done := map[string]int{}
	for height := int64(1); height <= 200; height++ {
		ctx = ctx.WithBlockHeight(height)
		data := simsx.NewChainDataSource(ctx, r, others{}, others{}, codec, accounts...)
		reporter := simsx.NewBasicSimulationReporter()
		if _, msg := simulation.RegisterBeaconKey(k, fakes.ValidatorCodec)(ctx, data, reporter); !reporter.IsSkipped() {
			_, err := msgs.RegisterBeaconKey(ctx, msg)
			require.NoError(t, err)
			done["register"]++
		}
		reporter = simsx.NewBasicSimulationReporter()
		if _, msg := simulation.DeactivateBeaconKey(k, fakes.ValidatorCodec)(ctx, data, reporter); !reporter.IsSkipped() {
			_, err := msgs.DeactivateBeaconKey(ctx, msg)
			require.NoError(t, err)
			done["deactivate"]++
		}
		reporter = simsx.NewBasicSimulationReporter()
		_, msg := simulation.UpdateParams()(ctx, data, reporter)
		_, err := msgs.UpdateParams(ctx, msg)
		require.NoError(t, err)
		_, err = k.Contribute(ctx, height, sdk.ConsAddress("somebody"), nil)
		require.NoError(t, err)
		require.NoError(t, k.SettleKeyChanges(ctx))
		require.NoError(t, k.CheckInvariants(ctx))
	}
	require.NotZero(t, done["register"])
	require.NotZero(t, done["deactivate"])
}
