// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// lively sets params so that one who tries the network out need not wait for
// days, and sees penalties at work that a public network begins without.
func lively(cfg Config, cdc codec.JSONCodec, genesis app.GenesisState) error {
	err := app.ChangeState(cdc, genesis, govtypes.ModuleName, func(state *govv1.GenesisState) error {
		deposit, voting, expedited := time.Minute, 30*time.Second, 15*time.Second
		state.Params.MaxDepositPeriod = &deposit
		state.Params.VotingPeriod = &voting
		state.Params.ExpeditedVotingPeriod = &expedited
		return nil
	})
	if err != nil {
		return err
	}
	err = app.ChangeState(cdc, genesis, por.ModuleName, func(state *por.GenesisState) error {
		state.Params = proofParams(cfg.Proofs, cfg.BlockTime)
		return nil
	})
	if err != nil {
		return err
	}
	return app.ChangeState(cdc, genesis, slashingtasks.ModuleName, func(state *slashingtasks.GenesisState) error {
		state.Params.SlashDissent = true
		return nil
	})
}
