// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsims "github.com/cosmos/cosmos-sdk/x/auth/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/openmesh-network/openmesh/x/por"
	pormodule "github.com/openmesh-network/openmesh/x/por/module"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	slashingtasksmodule "github.com/openmesh-network/openmesh/x/slashing-tasks/module"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	stakingextmodule "github.com/openmesh-network/openmesh/x/staking-ext/module"
	"github.com/openmesh-network/openmesh/x/workers"
	workersmodule "github.com/openmesh-network/openmesh/x/workers/module"
)

// newModules builds the modules around their keepers and sets the orders in
// which they run.
func newModules(a *App) *module.Manager {
	k, cdc, registry := &a.Keepers, a.encoding.Codec, a.encoding.Registry
	m := module.NewManager(
		genutil.NewAppModule(k.Account, k.Staking, a, a.encoding.TxConfig),
		auth.NewAppModule(cdc, k.Account, authsims.RandomGenesisAccounts),
		bank.NewAppModule(cdc, k.Bank, k.Account),
		staking.NewAppModule(cdc, k.Staking, k.Account, k.Bank),
		slashing.NewAppModule(cdc, k.Slashing, k.Account, k.Bank, k.Staking, registry),
		mint.NewAppModule(cdc, k.Mint, k.Account, nil),
		distr.NewAppModule(cdc, k.Distribution, k.Account, k.Bank, k.Staking),
		gov.NewAppModule(cdc, k.Gov, k.Account, k.Bank),
		upgrade.NewAppModule(k.Upgrade, k.Account.AddressCodec()),
		evidence.NewAppModule(k.Evidence),
		feegrantmodule.NewAppModule(cdc, k.Account, k.Bank, k.FeeGrant, registry),
		authzmodule.NewAppModule(cdc, k.Authz, k.Account, k.Bank, registry),
		consensus.NewAppModule(cdc, k.Consensus),

		stakingextmodule.New(cdc, k.StakingExt),
		workersmodule.New(cdc, k.Workers),
		pormodule.New(cdc, k.Por),
		slashingtasksmodule.New(cdc, k.SlashingTasks),
	)
	m.SetOrderPreBlockers(preBlockers()...)
	m.SetOrderBeginBlockers(beginBlockers()...)
	m.SetOrderEndBlockers(endBlockers()...)
	m.SetOrderInitGenesis(genesisOrder()...)
	m.SetOrderExportGenesis(genesisOrder()...)
	return m
}

// preBlockers: an upgrade changes what all others would read; then auth drops
// expired nonces of unordered transactions.
func preBlockers() []string {
	return []string{upgradetypes.ModuleName, authtypes.ModuleName}
}

// beginBlockers: mint before distribution, which pays out what was minted and
// collected; slashing after both, so that rewards of the past block are settled
// before a penalty; ours after the SDK's, from the lowest up.
func beginBlockers() []string {
	return []string{
		minttypes.ModuleName,
		distrtypes.ModuleName,
		slashingtypes.ModuleName,
		evidencetypes.ModuleName,
		stakingtypes.ModuleName,
		authz.ModuleName,
		por.ModuleName,
	}
}

// endBlockers: governance first, so that what it decided holds in the same
// block; staking returns the validator updates; the bank credits last what others
// sent.
func endBlockers() []string {
	return []string{
		govtypes.ModuleName,
		stakingtypes.ModuleName,
		feegrant.ModuleName,
		stakingext.ModuleName,
		workers.ModuleName,
		por.ModuleName,
		slashingtasks.ModuleName,
		banktypes.ModuleName,
	}
}

// genesisOrder: accounts and balances before whoever owns them; staking before
// genutil, whose transactions create validators; ours last, from the lowest up,
// because they refer to accounts, balances and validators.
func genesisOrder() []string {
	return []string{
		consensustypes.ModuleName,
		authtypes.ModuleName,
		banktypes.ModuleName,
		distrtypes.ModuleName,
		stakingtypes.ModuleName,
		slashingtypes.ModuleName,
		govtypes.ModuleName,
		minttypes.ModuleName,
		genutiltypes.ModuleName,
		evidencetypes.ModuleName,
		authz.ModuleName,
		feegrant.ModuleName,
		upgradetypes.ModuleName,
		stakingext.ModuleName,
		workers.ModuleName,
		por.ModuleName,
		slashingtasks.ModuleName,
	}
}
