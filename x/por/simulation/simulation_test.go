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
	"github.com/openmesh-network/openmesh/x/workers"
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
	xnodes := fakes.NewWorkers()
	xnodes.Codec = codec
	bank := fakes.NewBank()
	k := keeper.New(cdc, runtime.NewKVStoreService(key), codec, staking, xnodes, &fakes.Bonds{},
		fakes.Accounts{}, bank, por.ProofJudges(), gov)
	msgs := keeper.NewMsgServer(k)

	state := &module.SimulationState{Rand: r, Cdc: cdc, GenState: map[string]json.RawMessage{}}
	simulation.RandomGenesis(state)
	var genesis por.GenesisState
	cdc.MustUnmarshalJSON(state.GenState[por.ModuleName], &genesis)
	require.NoError(t, k.InitGenesis(ctx, genesis))

	for _, account := range accounts {
		claimed := workers.Resources{CpuMillis: 4_000, StorageBytes: 8 << 30}
		xnodes.Claim(account.Address, account.Address, claimed)
		require.NoError(t, k.AfterXnodeClaimed(ctx, account.Address, claimed))
		require.NoError(t, k.AfterXnodeOnline(ctx, account.Address, true))
	}
	operator, err := fakes.ValidatorCodec.BytesToString(accounts[0].Address)
	require.NoError(t, err)
	done := map[string]int{}
	for height := int64(1); height <= 400; height++ {
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
		if _, msg := simulation.ProveStorage(k)(ctx, data, reporter); !reporter.IsSkipped() {
			_, err := msgs.ProveStorage(ctx, msg)
			require.NoError(t, err)
			done["storage"]++
		}
		reporter = simsx.NewBasicSimulationReporter()
		if _, msg := simulation.CommitCpu(k)(ctx, data, reporter); !reporter.IsSkipped() {
			_, err := msgs.CommitCpu(ctx, msg)
			require.NoError(t, err)
			done["commit"]++
		}
		reporter = simsx.NewBasicSimulationReporter()
		if _, msg := simulation.RevealCpu(k)(ctx, data, reporter); !reporter.IsSkipped() {
			_, err := msgs.RevealCpu(ctx, msg)
			require.NoError(t, err)
			done["reveal"]++
		}
		if height%40 == 0 {
			reporter = simsx.NewBasicSimulationReporter()
			_, msg := simulation.UpdateParams()(ctx, data, reporter)
			_, err := msgs.UpdateParams(ctx, msg)
			require.NoError(t, err)
		}
		previous, err := k.LatestBeacon(ctx)
		require.NoError(t, err)
		seed := previous.Next(height, operator, previous.Seed) // some block's contribution
		require.NoError(t, k.Seeds.Set(ctx, height, seed))
		require.NoError(t, k.Contributions.Set(ctx, seed.Contributions, height))
		require.NoError(t, k.SettleKeyChanges(ctx))
		require.NoError(t, k.EndBlock(ctx))
		require.NoError(t, k.CheckInvariants(ctx))
	}
	for _, kind := range []string{"storage", "commit", "reveal"} {
		require.NotZero(t, done[kind], kind)
	}
	require.NotZero(t, done["register"])
	require.NotZero(t, done["deactivate"])
}
