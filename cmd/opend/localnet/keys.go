// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"fmt"
	"os"
	"path/filepath"

	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
)

// keyringBackend keeps keys in files without a passphrase: test keys.
const keyringBackend = keyring.BackendTest

func openKeyring(home string, cdc codec.Codec) (keyring.Keyring, error) {
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	return keyring.New(sdk.KeyringServiceName(), keyringBackend, home, nil, cdc)
}

func newKey(keys keyring.Keyring, name string) (sdk.AccAddress, error) {
	path := hd.CreateHDPath(app.CoinType, 0, 0).String()
	record, _, err := keys.NewMnemonic(name, keyring.English, path, keyring.DefaultBIP39Passphrase, hd.Secp256k1)
	if err != nil {
		return nil, err
	}
	return record.GetAddress()
}

// writeClientConfig writes client.toml; the SDK writes its own defaults only.
func writeClientConfig(home string, c *clientconfig.ClientConfig) error {
	dir := filepath.Join(home, "config")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "client.toml"), fmt.Appendf(nil, `# Made by opend localnet: how opend --home %s reaches the network.
chain-id = %q
keyring-backend = %q
keyring-default-keyname = ""
output = "text"
node = %q
broadcast-mode = "sync"
`, home, c.ChainID, c.KeyringBackend, c.Node), 0o600)
}
