// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"maps"

	"github.com/spf13/cast"

	"cosmossdk.io/core/address"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/openmesh-network/openmesh/x/por"
	porkeeper "github.com/openmesh-network/openmesh/x/por/keeper"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	slashingtaskskeeper "github.com/openmesh-network/openmesh/x/slashing-tasks/keeper"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	stakingextkeeper "github.com/openmesh-network/openmesh/x/staking-ext/keeper"
	"github.com/openmesh-network/openmesh/x/workers"
	workerskeeper "github.com/openmesh-network/openmesh/x/workers/keeper"
)

// Keepers are the verbs of all modules, the SDK's first, then ours from the
// lowest up.
type Keepers struct {
	Account      authkeeper.AccountKeeper
	Bank         bankkeeper.BaseKeeper
	Staking      *stakingkeeper.Keeper
	Slashing     slashingkeeper.Keeper
	Mint         mintkeeper.Keeper
	Distribution distrkeeper.Keeper
	Gov          *govkeeper.Keeper
	Upgrade      *upgradekeeper.Keeper
	Evidence     evidencekeeper.Keeper
	FeeGrant     feegrantkeeper.Keeper
	Authz        authzkeeper.Keeper
	Consensus    consensuskeeper.Keeper

	StakingExt    *stakingextkeeper.Keeper
	Workers       *workerskeeper.Keeper
	Por           *porkeeper.Keeper
	SlashingTasks *slashingtaskskeeper.Keeper
}

// newKeepers builds every keeper from its store and from the keepers below it.
func newKeepers(
	enc Encoding, keys map[string]*storetypes.KVStoreKey, base *baseapp.BaseApp,
	opts servertypes.AppOptions, logger log.Logger,
) Keepers {
	var (
		k         Keepers
		authority = Authority()
		accounts  = addresscodec.NewBech32Codec(Bech32Prefix)
		vals      = addresscodec.NewBech32Codec(Bech32Prefix + "valoper")
		cons      = addresscodec.NewBech32Codec(Bech32Prefix + "valcons")
	)

	k.Consensus = consensuskeeper.NewKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[consensustypes.StoreKey]), authority, runtime.EventService{})
	k.Account = authkeeper.NewAccountKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[authtypes.StoreKey]), authtypes.ProtoBaseAccount,
		moduleAccounts(), accounts, Bech32Prefix, authority,
		authkeeper.WithUnorderedTransactions(true))
	k.Bank = bankkeeper.NewBaseKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[banktypes.StoreKey]), k.Account, BlockedAddresses(), authority, logger)
	k.Staking = stakingkeeper.NewKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[stakingtypes.StoreKey]), k.Account, k.Bank, authority, vals, cons)
	// Before x/mint, which hands it a share of every provision.
	k.StakingExt = stakingextkeeper.New(enc.Codec,
		runtime.NewKVStoreService(keys[stakingext.StoreKey]), accounts, k.Account, k.Bank, authority)
	k.Mint = mintkeeper.NewKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[minttypes.StoreKey]), k.Staking, k.Account,
		mintBank{BankKeeper: k.Bank, rewards: k.StakingExt}, authtypes.FeeCollectorName, authority)
	k.Distribution = distrkeeper.NewKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[distrtypes.StoreKey]), k.Account, k.Bank, k.Staking,
		authtypes.FeeCollectorName, authority)
	k.Slashing = slashingkeeper.NewKeeper(enc.Codec, enc.Amino,
		runtime.NewKVStoreService(keys[slashingtypes.StoreKey]), k.Staking, authority)
	k.FeeGrant = feegrantkeeper.NewKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[feegrant.StoreKey]), k.Account)
	k.Authz = authzkeeper.NewKeeper(
		runtime.NewKVStoreService(keys[authzkeeper.StoreKey]), enc.Codec, base.MsgServiceRouter(), k.Account)
	k.Upgrade = upgradekeeper.NewKeeper(skippedUpgrades(opts),
		runtime.NewKVStoreService(keys[upgradetypes.StoreKey]), enc.Codec,
		cast.ToString(opts.Get(flags.FlagHome)), base, authority)
	k.Gov = newGovKeeper(k, enc, keys, base, authority)
	k.Evidence = *evidencekeeper.NewKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[evidencetypes.StoreKey]), k.Staking, k.Slashing, accounts,
		runtime.ProvideCometInfoService())

	k.Workers = workerskeeper.New(enc.Codec,
		runtime.NewKVStoreService(keys[workers.StoreKey]), accounts, k.StakingExt, authority)
	k.Por = porkeeper.New(enc.Codec,
		runtime.NewKVStoreService(keys[por.StoreKey]), accounts, k.Staking, k.Workers,
		k.StakingExt, k.Account, k.Bank, por.ProofJudges(), authority)
	k.SlashingTasks = slashingtaskskeeper.New(enc.Codec,
		runtime.NewKVStoreService(keys[slashingtasks.StoreKey]), accounts, k.Account, k.Bank,
		k.Por, k.StakingExt, k.Workers, authority)
	return k
}

// newGovKeeper also sets the router of legacy proposals: without one a
// MsgExecLegacyContent of any user would panic.
func newGovKeeper(
	k Keepers, enc Encoding, keys map[string]*storetypes.KVStoreKey, base *baseapp.BaseApp, authority string,
) *govkeeper.Keeper {
	gov := govkeeper.NewKeeper(enc.Codec,
		runtime.NewKVStoreService(keys[govtypes.StoreKey]), k.Account, k.Bank, k.Distribution,
		base.MsgServiceRouter(), govtypes.DefaultConfig(), authority,
		govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(k.Staking))
	gov.SetLegacyRouter(govv1beta1.NewRouter().AddRoute(govtypes.RouterKey, govv1beta1.ProposalHandler))
	return gov
}

// skippedUpgrades are the heights that the operator told the node to pass
// without running their upgrade.
func skippedUpgrades(opts servertypes.AppOptions) map[int64]bool {
	skipped := make(map[int64]bool)
	for _, h := range cast.ToIntSlice(opts.Get(server.FlagUnsafeSkipUpgrades)) {
		skipped[int64(h)] = true
	}
	return skipped
}

// AddressCodec reads and writes account addresses.
func (*App) AddressCodec() address.Codec { return addresscodec.NewBech32Codec(Bech32Prefix) }

// StoreKeys returns the keys of all stores, by name.
func (a *App) StoreKeys() map[string]*storetypes.KVStoreKey { return maps.Clone(a.keys) }
