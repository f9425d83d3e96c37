// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"

	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

// bech32Prefix begins every account address.
const bech32Prefix = "open"

// The SDK prints the addresses inside a transaction, such as its fee granter's,
// with a prefix that it keeps in a global.
func init() {
	sdk.GetConfig().SetBech32PrefixForAccount(bech32Prefix, bech32Prefix+"pub")
}

// addresses turns account addresses into text and back.
var addresses = address.NewBech32Codec(bech32Prefix)

// encoding holds the codecs for what the daemon says and reads.
type encoding struct {
	registry codectypes.InterfaceRegistry
	cdc      *codec.ProtoCodec
	tx       client.TxConfig
}

func newEncoding() (encoding, error) {
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec:          addresses,
			ValidatorAddressCodec: address.NewBech32Codec(bech32Prefix + "valoper"),
		},
	})
	if err != nil {
		return encoding{}, err
	}
	std.RegisterInterfaces(registry)
	authtypes.RegisterInterfaces(registry)
	feegrant.RegisterInterfaces(registry)
	stakingext.RegisterInterfaces(registry)
	workers.RegisterInterfaces(registry)
	por.RegisterInterfaces(registry)
	slashingtasks.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	return encoding{registry: registry, cdc: cdc, tx: authtx.NewTxConfig(cdc, authtx.DefaultSignModes)}, nil
}
