// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"crypto/sha512"
	"errors"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	simtypes "github.com/cosmos/cosmos-sdk/types/simulation"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
	"github.com/openmesh-network/openmesh/x/por/beacon"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// simConfig is one run of random operations. SIM_BLOCKS, SIM_BLOCK_SIZE and
// SIM_SEED in the environment change it, for longer runs.
func simConfig(t *testing.T) simtypes.Config {
	t.Helper()
	number := func(name string, standard int64) int64 {
		value := os.Getenv(name)
		if value == "" {
			return standard
		}
		n, err := strconv.ParseInt(value, 10, 64)
		require.NoError(t, err, name)
		return n
	}
	return simtypes.Config{
		Seed:               number("SIM_SEED", 20261122),
		NumBlocks:          int(number("SIM_BLOCKS", 100)),
		BlockSize:          int(number("SIM_BLOCK_SIZE", 200)),
		InitialBlockHeight: 1,
		Lean:               true,
		Commit:             true,
		DBBackend:          string(dbm.MemDBBackend),
		ChainID:            simsx.SimAppChainID,
		GenesisTime:        time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Unix(),
	}
}

// delivered counts the messages of simulated transactions by type.
var delivered = map[string]int{}

// newSimApp makes the app that is simulated. The simulator proposes no blocks, so
// nobody would contribute to the beacon, and no committee would ever be drawn:
// here two of three blocks bring a contribution.
func newSimApp(
	logger log.Logger, db dbm.DB, loadLatest bool, opts servertypes.AppOptions, baseOpts ...func(*baseapp.BaseApp),
) *app.App {
	a := app.New(logger, db, false, opts, baseOpts...)
	a.Keepers.StakingExt.SetServices(simServices{a.Keepers})
	inner := beacon.PreBlocker(a.Keepers.Por, a.PreBlocker)
	a.SetPreBlocker(func(ctx sdk.Context, req *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		res, err := inner(ctx, req)
		if err == nil && req.Height%3 > 0 {
			err = contribute(ctx, a.Keepers, req.Height)
		}
		return res, err
	})
	inspect := a.AnteHandler()
	a.SetAnteHandler(func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		for _, msg := range tx.GetMsgs() {
			delivered[sdk.MsgTypeURL(msg)]++
		}
		return inspect(ctx, tx, simulate)
	})
	if loadLatest {
		if err := a.LoadLatestVersion(); err != nil {
			panic(err)
		}
	}
	return a
}

// simServices stands for the registry of services, which the app does not have
// yet: service n is of the operator of the n-th bond, so that services change hands
// as bonds come and go.
type simServices struct{ keepers app.Keepers }

// ServiceOwner implements stakingext.ServiceKeeper.
func (s simServices) ServiceOwner(ctx context.Context, id uint64) (owner sdk.AccAddress, err error) {
	err = s.keepers.StakingExt.Bonds.Walk(ctx, nil, func(operator sdk.AccAddress, _ stakingext.Bond) (bool, error) {
		id--
		owner = operator
		return id == 0, nil
	})
	if err == nil && id > 0 {
		err = errors.New("no such service")
	}
	return owner, err
}

// contribute makes the block's seed a fresh one of some validator.
func contribute(ctx sdk.Context, k app.Keepers, height int64) error {
	absent, err := k.Por.Beacon(ctx, height)
	if err != nil {
		return err
	}
	previous, err := k.Por.Beacon(ctx, height-1)
	if err != nil {
		return err
	}
	validators, err := k.Staking.GetAllValidators(ctx)
	if err != nil || len(validators) == 0 {
		return err
	}
	output := sha512.Sum512(absent.Seed)
	seed := previous.Next(height, validators[0].OperatorAddress, output[:])
	if err := k.Por.Seeds.Set(ctx, height, seed); err != nil {
		return err
	}
	return k.Por.Contributions.Set(ctx, seed.Contributions, height)
}

// simState tells the simulator where accounts and balances are.
func simState(a *app.App) simsx.SimStateFactory {
	return simsx.SimStateFactory{
		Codec:         a.AppCodec(),
		AppStateFn:    simtestutil.AppStateFn(a.AppCodec(), a.SimulationManager(), a.DefaultGenesis()),
		BlockedAddr:   app.BlockedAddresses(),
		AccountSource: a.Keepers.Account,
		BalanceSource: a.Keepers.Bank,
	}
}

// The same seed must lead to the same state, and to one that holds together,
// can be exported, and is the same when it is imported again.
func TestRandomOperationsAreDeterministic(t *testing.T) {
	if testing.Short() {
		t.Skip("takes about a minute")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // half of the time would be the collector's
	cfg := simConfig(t)
	var hashes [][]byte
	for run := range 2 {
		simsx.RunWithSeed(t, cfg, newSimApp, simState, cfg.Seed, nil,
			func(tb testing.TB, instance simsx.TestInstance[*app.App], _ []simtypes.Account) {
				tb.Helper()
				a := instance.App
				hashes = append(hashes, a.LastCommitID().Hash)
				if run > 0 {
					return
				}
				for _, err := range a.CheckInvariants(a.NewContext(true)) {
					tb.Errorf("after %d blocks: %v", cfg.NumBlocks, err)
				}
				testapp.RequireImportsAsExported(tb, a, cfg.ChainID)
			})
	}
	require.Equal(t, hashes[0], hashes[1], "two runs of one seed end in different states")
	if os.Getenv("SIM_BLOCKS")+os.Getenv("SIM_BLOCK_SIZE")+os.Getenv("SIM_SEED") == "" {
		requireEveryMessage(t)
	}
}

// requireEveryMessage holds that the mesh's messages were all among the random
// operations. Params change by proposals, whose messages are in no transaction.
func requireEveryMessage(t *testing.T) {
	t.Helper()
	for _, url := range testapp.Model(t).Encoding().Registry.ListImplementations(sdk.MsgInterfaceProtoName) {
		if !strings.HasPrefix(url, "/openmesh.") || strings.HasSuffix(url, ".MsgUpdateParams") {
			continue
		}
		t.Logf("%6d of %s", delivered[url], url)
		assert.NotZero(t, delivered[url], url)
	}
}
