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

// The messages of the court are such that the handlers take them, and its state never contradicts itself.
func TestSimulatedMessagesOfTheCourtSucceed(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	accounts := simtypes.RandomAccounts(r, 24)
	cdc := moduletestutil.MakeTestEncodingConfig().Codec
	key := storetypes.NewKVStoreKey(por.StoreKey)
	ctx := testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("t")).Ctx.WithChainID("simulation")
	codec := addresscodec.NewBech32Codec("cosmos")
	gov, err := codec.BytesToString(others{}.GetModuleAddress("gov"))
	require.NoError(t, err)
	xnodes, bank := fakes.NewWorkers(), fakes.NewBank()
	xnodes.Codec = codec
	k := keeper.New(cdc, runtime.NewKVStoreService(key), codec, &fakes.Staking{}, xnodes, &fakes.Bonds{},
		fakes.Accounts{}, bank, por.ProofJudges(), gov)
	msgs := keeper.NewMsgServer(k)

	state := &module.SimulationState{Rand: r, Cdc: cdc, GenState: map[string]json.RawMessage{}}
	simulation.RandomGenesis(state)
	var genesis por.GenesisState
	cdc.MustUnmarshalJSON(state.GenState[por.ModuleName], &genesis)
	for i := range genesis.Params.Classes {
		class := &genesis.Params.Classes[i]
		class.Mode = por.MODE_ENFORCED
		if class.Class.Attested() {
			class.RevealBlocks, class.PeriodBlocks = 8, class.AnswerBlocks+12
		}
		if class.Memory != nil {
			class.Memory.Steps = 64
		}
	}
	genesis.Params.MinContributions, genesis.Params.DisputeWindowBlocks, genesis.Params.AuditBps = 1, 30, 5_000
	require.NoError(t, k.InitGenesis(ctx, genesis))
	for i, account := range accounts[:12] {
		claimed := workers.Resources{MemoryBytes: 1 << 30, BandwidthBps: 1 << 20}
		text, err := codec.BytesToString(account.Address)
		require.NoError(t, err)
		xnodes.MustPut(workers.Xnode{
			Operator: text, SignerPubKey: accounts[12+i].PubKey.Bytes(), Card: workers.Card{Claimed: claimed},
			Status: workers.XNODE_STATUS_ACTIVE, Online: true,
		})
		require.NoError(t, k.AfterXnodeClaimed(ctx, account.Address, claimed))
		require.NoError(t, k.AfterXnodeOnline(ctx, account.Address, true))
		bank.Fund(account.Address, 1_000_000_000)
		bank.Fund(accounts[12+i].Address, 1_000_000_000)
	}
	done := map[string]int{}
	for height := int64(1); height <= 250; height++ {
		ctx = ctx.WithBlockHeight(height)
		previous, err := k.LatestBeacon(ctx)
		require.NoError(t, err)
		operator, err := fakes.ValidatorCodec.BytesToString(accounts[0].Address)
		require.NoError(t, err)
		seed := previous.Next(height, operator, previous.Seed) // some block's contribution
		require.NoError(t, k.Seeds.Set(ctx, height, seed))
		require.NoError(t, k.Contributions.Set(ctx, seed.Contributions, height))
		require.NoError(t, k.DrawCommittees(ctx))
		data := simsx.NewChainDataSource(ctx, r, others{}, others{}, codec, accounts...)
		for range 5 {
			try(t, ctx, data, done, "verdict", simulation.SubmitVerdict(k), msgs.SubmitVerdict)
		}
		try(t, ctx, data, done, "show", simulation.ShowEvidence(k), msgs.ShowEvidence)
		if height%9 == 0 {
			try(t, ctx, data, done, "equivocation", simulation.ReportEquivocation(k), msgs.ReportEquivocation)
			try(t, ctx, data, done, "fraud", simulation.ReportFraud(k), msgs.ReportFraud)
		}
		try(t, ctx, data, done, "dispute", simulation.DisputeVerdict(k), msgs.DisputeVerdict)
		require.NoError(t, k.EndBlock(ctx))
		require.NoError(t, k.SettleCharges(ctx))
		require.NoError(t, k.CheckInvariants(ctx))
		if height%50 == 0 {
			exported, err := k.ExportGenesis(ctx)
			require.NoError(t, err)
			require.NoError(t, exported.Validate(fakes.ValidatorCodec, codec))
		}
	}
	for _, kind := range []string{"verdict", "show", "equivocation", "fraud", "dispute"} {
		require.NotZero(t, done[kind], kind)
	}
}

// try makes a message, if there is one to make, and has it handled.
func try[M sdk.Msg, R any](
	t *testing.T, ctx context.Context, data *simsx.ChainDataSource, done map[string]int, kind string,
	factory simsx.SimMsgFactoryFn[M], handle func(context.Context, M) (R, error),
) {
	t.Helper()
	reporter := simsx.NewBasicSimulationReporter()
	_, msg := factory(ctx, data, reporter)
	if reporter.IsSkipped() {
		return
	}
	_, err := handle(ctx, msg)
	require.NoError(t, err, kind)
	done[kind]++
}
