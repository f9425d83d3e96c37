// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"slices"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// moduleAccounts are the accounts that modules hold coins in, and what each may
// do with the supply.
func moduleAccounts() map[string][]string {
	return map[string][]string{
		authtypes.FeeCollectorName:          nil,
		distrtypes.ModuleName:               nil,
		minttypes.ModuleName:                {authtypes.Minter},
		stakingtypes.BondedPoolName:         {authtypes.Burner, authtypes.Staking},
		stakingtypes.NotBondedPoolName:      {authtypes.Burner, authtypes.Staking},
		stakingtypes.KeyRotationFeePoolName: {authtypes.Burner},
		govtypes.ModuleName:                 {authtypes.Burner},
		stakingext.ModuleName:               {authtypes.Burner},
		por.ModuleName:                      {authtypes.Burner},
		slashingtasks.ModuleName:            {authtypes.Burner},
		workers.ModuleName:                  nil,
	}
}

// ModuleAccounts returns the names of all module accounts, sorted.
func ModuleAccounts() []string {
	var names []string
	for name := range moduleAccounts() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// BlockedAddresses are the accounts that nobody may send coins to: all module
// accounts, whose ledgers would not know of them. (Governance's, too: a deposit
// goes through its message.)
func BlockedAddresses() map[string]bool {
	blocked := make(map[string]bool)
	for name := range moduleAccounts() {
		blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	return blocked
}

// Authority is the account that may change params: governance's.
func Authority() string {
	return authtypes.NewModuleAddress(govtypes.ModuleName).String()
}
