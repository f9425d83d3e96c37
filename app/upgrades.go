// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
)

// A plannedUpgrade is a change of the state machine. Governance names it and
// its height; nodes stop there until they run a binary that has it in its list.
type plannedUpgrade struct {
	// name is the plan's name in the proposal.
	name string
	// stores are added, renamed or deleted at the upgrade's height.
	stores storetypes.StoreUpgrades
	// migrate changes state before the modules' own migrations run; nil if those
	// are all there is.
	migrate func(context.Context, *App) error
}

// upgrades are all that this binary can run, oldest first. There has been none.
func upgrades() []plannedUpgrade {
	return nil
}

// registerUpgrades makes the upgrades known, and loads the stores of one that
// is due at the next height, as the former binary left word in the node's home.
// An app without a home (empty) has no former binary.
func (a *App) registerUpgrades(all []plannedUpgrade, home string) error {
	for _, u := range all {
		a.Keepers.Upgrade.SetUpgradeHandler(u.name,
			func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
				if u.migrate != nil {
					if err := u.migrate(ctx, a); err != nil {
						return nil, fmt.Errorf("upgrade %s: %w", u.name, err)
					}
				}
				return a.modules.RunMigrations(ctx, a.configurator, from)
			})
	}

	if home == "" {
		return nil
	}
	due, err := a.Keepers.Upgrade.ReadUpgradeInfoFromDisk()
	if err != nil {
		return fmt.Errorf("read the upgrade info left by the former binary: %w", err)
	}
	if due.Name == "" || a.Keepers.Upgrade.IsSkipHeight(due.Height) {
		return nil
	}
	for _, u := range all {
		if u.name == due.Name {
			a.SetStoreLoader(upgradetypes.UpgradeStoreLoader(due.Height, &u.stores))
		}
	}
	return nil
}
