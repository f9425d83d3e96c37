// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

const (
	// Name is the application's name, as nodes report it.
	Name = "openmesh"
	// Bech32Prefix begins every account address.
	Bech32Prefix = "open"
	// CoinType is the BIP-44 coin type of the keys (that of Cosmos).
	CoinType = 118
	// BondDenom is the base denomination, in which all amounts on chain are.
	BondDenom = "uopen"
	// DisplayDenom is the denomination that people see: 10^DenomExponent of BondDenom.
	DisplayDenom = "OPEN"
	// DenomExponent is the number of decimals of DisplayDenom.
	DenomExponent = 6
)

// The SDK keeps address prefixes, coin type and bond denomination in globals,
// which must be right before the first address is printed; so importing this
// package sets them.
func init() {
	config := sdk.GetConfig()
	config.SetBech32PrefixForAccount(Bech32Prefix, Bech32Prefix+"pub")
	config.SetBech32PrefixForValidator(Bech32Prefix+"valoper", Bech32Prefix+"valoperpub")
	config.SetBech32PrefixForConsensusNode(Bech32Prefix+"valcons", Bech32Prefix+"valconspub")
	config.SetCoinType(CoinType)
	sdk.DefaultBondDenom = BondDenom
}

// Open returns n OPEN in the base denomination.
func Open(n int64) sdk.Coin {
	return sdk.NewCoin(BondDenom, math.NewInt(n).Mul(math.NewIntWithDecimal(1, DenomExponent)))
}

// DenomMetadata tells wallets and explorers how to show the network's coin.
func DenomMetadata() banktypes.Metadata {
	return banktypes.Metadata{
		Description: "The coin of Openmesh: it secures the chain, bonds Xnodes and pays for work.",
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: BondDenom, Exponent: 0, Aliases: []string{"microopen"}},
			{Denom: DisplayDenom, Exponent: DenomExponent},
		},
		Base:    BondDenom,
		Display: DisplayDenom,
		Name:    "Open",
		Symbol:  "OPEN",
	}
}
