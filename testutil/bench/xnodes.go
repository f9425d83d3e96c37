// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"slices"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/openmesh-network/openmesh/app"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// xnode is an Xnode that the chain begins with: bonded, registered and online
// for longer than any benchmark lasts.
type xnode struct{ operator, signer account }

// newXnodes makes n of them, by the bytes of the operator's address.
func newXnodes(n int) []xnode {
	all := make([]xnode, n)
	for i := range all {
		all[i] = xnode{operator: newAccount(fmt.Sprintf("operator%d", i)), signer: newAccount(fmt.Sprintf("signer%d", i))}
	}
	slices.SortFunc(all, func(a, b xnode) int { return bytes.Compare(a.operator.addr, b.operator.addr) })
	return all
}

// addXnodes writes them and their bonds into the genesis. Bonds differ, so that
// weights do; all are far above what seats lock.
func addXnodes(cdc codec.JSONCodec, genesis app.GenesisState, all []xnode) error {
	bonded := math.ZeroInt()
	err := app.ChangeState(cdc, genesis, stakingext.ModuleName, func(state *stakingext.GenesisState) error {
		for i, x := range all {
			bond := stakingext.NewBond(x.operator.addr.String())
			bond.Amount = app.Open(int64(2_000 + i%1_000)).Amount
			bonded = bonded.Add(bond.Amount)
			state.Bonds = append(state.Bonds, bond)
		}
		state.Totals.Bonded = bonded
		return nil
	})
	if err != nil {
		return err
	}
	err = app.ChangeState(cdc, genesis, banktypes.ModuleName, func(state *banktypes.GenesisState) error {
		state.Balances = banktypes.SanitizeGenesisBalances(append(state.Balances, banktypes.Balance{
			Address: authtypes.NewModuleAddress(stakingext.ModuleName).String(),
			Coins:   sdk.NewCoins(sdk.NewCoin(app.BondDenom, bonded)),
		}))
		return nil
	})
	if err != nil {
		return err
	}
	machine := workers.Resources{CpuMillis: 1_000_000, MemoryBytes: 1 << 40, StorageBytes: 1 << 40}
	return app.ChangeState(cdc, genesis, workers.ModuleName, func(state *workers.GenesisState) error {
		for i, x := range all {
			state.Xnodes = append(state.Xnodes, workers.Xnode{
				Operator: x.operator.addr.String(), Signer: x.signer.addr.String(), SignerPubKey: x.signer.key.PubKey().Bytes(),
				Verified: machine,
				Card: workers.Card{
					Claimed: machine,
					Prices:  workers.Prices{GasPrice: math.OneInt(), SeatFee: math.OneInt()},
					Label:   fmt.Sprintf("xnode %d", i), Region: "eu-west-1",
				},
				Status: workers.XNODE_STATUS_ACTIVE, Online: true, Instance: bytes.Repeat([]byte{1}, workers.InstanceLength),
				LastHeartbeat: 1, Deadline: 1_000_000, Registrations: 1, Version: 1, Slot: uint64(i),
			})
		}
		state.SlotCount = uint64(len(all))
		return nil
	})
}
