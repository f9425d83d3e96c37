// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
)

// ExportAppStateAndValidators returns the newest state as a genesis. Its chain
// goes on at the next height.
//
// With forNewNetwork (the SDK's "for zero height") the state is also prepared to
// begin a network of its own: rewards are paid out, validators start with a
// clean record, and jailed ones are out unless allowedAddrs (operator addresses)
// names them; none named means that all stay. Its heights go on nevertheless:
// locks, deadlines and seeds of our modules are heights, and would lose their
// meaning if the count began anew.
func (a *App) ExportAppStateAndValidators(
	forNewNetwork bool, allowedAddrs, modules []string,
) (servertypes.ExportedApp, error) {
	ctx := a.NewContextLegacy(true, cmtproto.Header{ChainID: a.ChainID(), Height: a.LastBlockHeight()})
	height := a.LastBlockHeight() + 1
	if forNewNetwork {
		if err := a.settleForNewNetwork(ctx, allowedAddrs); err != nil {
			return servertypes.ExportedApp{}, fmt.Errorf("prepare a genesis for a new network: %w", err)
		}
	}

	genesis, err := a.modules.ExportGenesisForModules(ctx, a.encoding.Codec, modules)
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export: %w", err)
	}
	state, err := json.MarshalIndent(genesis, "", "  ")
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export: %w", err)
	}
	validators, err := staking.WriteValidators(ctx, a.Keepers.Staking)
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export the validator set: %w", err)
	}
	return servertypes.ExportedApp{
		AppState:        state,
		Validators:      validators,
		Height:          height,
		ConsensusParams: a.GetConsensusParams(ctx),
	}, nil
}
