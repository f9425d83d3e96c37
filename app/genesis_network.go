// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/openmesh-network/openmesh/x/por"
)

// NetworkGenesis describes the genesis of a network whose first accounts and
// validators are known to one who makes it: a localnet, a test, a benchmark.
// (The validators of a public network sign for themselves: opend genesis gentx.)
type NetworkGenesis struct {
	// ChainID names the network.
	ChainID string
	// Time is the time of the genesis; in UTC.
	Time time.Time
	// Accounts are the accounts that hold coins at the start.
	Accounts []GenesisAccount
	// Validators are bonded from the first block.
	Validators []GenesisValidator
	// Change, if not nil, changes the modules' states last.
	Change func(codec.JSONCodec, GenesisState) error
}

// GenesisAccount is an account with coins.
type GenesisAccount struct {
	Address sdk.AccAddress
	Coins   sdk.Coins
}

// GenesisValidator is a validator that delegates Stake to itself.
type GenesisValidator struct {
	Moniker string
	// Operator is the account that owns the validator; its stake does not come
	// out of a GenesisAccount.
	Operator sdk.AccAddress
	// ConsPubKey signs blocks.
	ConsPubKey cryptotypes.PubKey
	// BeaconPubKey is the validator's beacon key, in force from the first block;
	// empty for a validator without one.
	BeaconPubKey []byte
	// Stake is in uopen.
	Stake math.Int
}

// NewGenesis makes the genesis of a network.
func (a *App) NewGenesis(network NetworkGenesis) (*genutiltypes.AppGenesis, error) {
	cdc, state := a.encoding.Codec, a.DefaultGenesis()
	for _, step := range []func(codec.JSONCodec, GenesisState) error{
		network.addAccounts, network.addValidators, network.addBeaconKeys, network.Change,
	} {
		if step == nil {
			continue
		}
		if err := step(cdc, state); err != nil {
			return nil, fmt.Errorf("genesis of %s: %w", network.ChainID, err)
		}
	}
	if err := a.basics.ValidateGenesis(cdc, a.encoding.TxConfig, state); err != nil {
		return nil, fmt.Errorf("genesis of %s: %w", network.ChainID, err)
	}
	appState, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return nil, err
	}
	return &genutiltypes.AppGenesis{
		AppName:       Name,
		GenesisTime:   network.Time.UTC(),
		ChainID:       network.ChainID,
		InitialHeight: 1,
		AppState:      appState,
		Consensus:     &genutiltypes.ConsensusGenesis{Params: ConsensusParams()},
	}, nil
}

// ChangeState decodes the state of a module, lets change alter it, and writes it back.
func ChangeState[T any, P interface {
	*T
	proto.Message
}](cdc codec.JSONCodec, genesis GenesisState, module string, change func(P) error) error {
	state := P(new(T))
	if err := cdc.UnmarshalJSON(genesis[module], state); err != nil {
		return fmt.Errorf("%s: %w", module, err)
	}
	if err := change(state); err != nil {
		return fmt.Errorf("%s: %w", module, err)
	}
	bz, err := cdc.MarshalJSON(state)
	if err != nil {
		return fmt.Errorf("%s: %w", module, err)
	}
	genesis[module] = bz
	return nil
}

// addAccounts writes accounts and balances.
func (n NetworkGenesis) addAccounts(cdc codec.JSONCodec, genesis GenesisState) error {
	var accounts authtypes.GenesisAccounts
	known := make(map[string]bool)
	for _, account := range n.Accounts {
		known[account.Address.String()] = true
		accounts = append(accounts, authtypes.NewBaseAccountWithAddress(account.Address))
	}
	for _, validator := range n.Validators {
		if !known[validator.Operator.String()] {
			accounts = append(accounts, authtypes.NewBaseAccountWithAddress(validator.Operator))
		}
	}
	err := ChangeState(cdc, genesis, authtypes.ModuleName, func(state *authtypes.GenesisState) error {
		packed, err := authtypes.PackAccounts(authtypes.SanitizeGenesisAccounts(accounts))
		state.Accounts = packed
		return err
	})
	if err != nil {
		return err
	}
	return ChangeState(cdc, genesis, banktypes.ModuleName, func(state *banktypes.GenesisState) error {
		for _, account := range n.Accounts {
			state.Balances = append(state.Balances,
				banktypes.Balance{Address: account.Address.String(), Coins: account.Coins})
		}
		return nil
	})
}

// addValidators writes validators that the first block bonds. They begin
// unbonded, so that all modules hear of it.
func (n NetworkGenesis) addValidators(cdc codec.JSONCodec, genesis GenesisState) error {
	staked := math.ZeroInt()
	err := ChangeState(cdc, genesis, stakingtypes.ModuleName, func(state *stakingtypes.GenesisState) error {
		for _, v := range n.Validators {
			key, err := codectypes.NewAnyWithValue(v.ConsPubKey)
			if err != nil {
				return err
			}
			operator := sdk.ValAddress(v.Operator).String()
			shares := math.LegacyNewDecFromInt(v.Stake)
			staked = staked.Add(v.Stake)
			state.Validators = append(state.Validators, stakingtypes.Validator{
				OperatorAddress:   operator,
				ConsensusPubkey:   key,
				Status:            stakingtypes.Unbonded,
				Tokens:            v.Stake,
				DelegatorShares:   shares,
				Description:       stakingtypes.Description{Moniker: v.Moniker},
				UnbondingTime:     time.Unix(0, 0).UTC(),
				Commission:        stakingtypes.NewCommission(percent(5), percent(20), percent(1)),
				MinSelfDelegation: math.OneInt(),
			})
			state.Delegations = append(state.Delegations,
				stakingtypes.NewDelegation(v.Operator.String(), operator, shares))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return ChangeState(cdc, genesis, banktypes.ModuleName, func(state *banktypes.GenesisState) error {
		if staked.IsPositive() {
			state.Balances = append(state.Balances, banktypes.Balance{
				Address: authtypes.NewModuleAddress(stakingtypes.NotBondedPoolName).String(),
				Coins:   sdk.NewCoins(sdk.NewCoin(BondDenom, staked)),
			})
		}
		state.Balances = banktypes.SanitizeGenesisBalances(state.Balances)
		return nil
	})
}

// addBeaconKeys puts the validators' beacon keys in force.
func (n NetworkGenesis) addBeaconKeys(cdc codec.JSONCodec, genesis GenesisState) error {
	validators := slices.Clone(n.Validators)
	slices.SortFunc(validators, func(a, b GenesisValidator) int { return bytes.Compare(a.Operator, b.Operator) })
	return ChangeState(cdc, genesis, por.ModuleName, func(state *por.GenesisState) error {
		for _, v := range validators {
			if len(v.BeaconPubKey) > 0 {
				state.BeaconKeys = append(state.BeaconKeys, por.BeaconKey{
					Operator: sdk.ValAddress(v.Operator).String(), PubKey: v.BeaconPubKey, ActiveFrom: 1,
				})
			}
		}
		return nil
	})
}

func percent(n int64) math.LegacyDec { return math.LegacyNewDecWithPrec(n, 2) }
