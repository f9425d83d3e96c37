// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"fmt"
	"io"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/openmesh-network/openmesh/x/workers"
)

// Claim is the hardware that an operator claims.
type Claim struct {
	// CPUMillis in thousandths of a core; MemoryBytes, StorageBytes in bytes.
	CPUMillis, MemoryBytes, StorageBytes uint64
}

// CardOptions is what an operator says about an Xnode.
type CardOptions struct {
	Claim         Claim
	Label, Region string
	// Endpoints are multiaddrs that end in /p2p/<peer id of the signer>.
	Endpoints []string
	// GasPrice of 1,000,000 gas and SeatFee, in uopen.
	GasPrice, SeatFee math.Int
}

// Card is the chain's form of it.
func (o CardOptions) Card() workers.Card {
	return workers.Card{
		Claimed:   workers.Resources{CpuMillis: o.Claim.CPUMillis, MemoryBytes: o.Claim.MemoryBytes, StorageBytes: o.Claim.StorageBytes},
		Prices:    workers.Prices{GasPrice: o.GasPrice, SeatFee: o.SeatFee},
		Label:     o.Label,
		Region:    o.Region,
		Endpoints: o.Endpoints,
	}
}

// keyringKey signs with a key that stays in the keyring.
type keyringKey struct {
	ring keyring.Keyring
	name string
	pub  cryptotypes.PubKey
}

// KeyringKey opens the named key of a keyring. A passphrase is read from prompt
// where the backend wants one.
func KeyringKey(dir, backend, name string, prompt io.Reader) (Key, error) {
	enc, err := newEncoding()
	if err != nil {
		return nil, err
	}
	ring, err := keyring.New(sdk.KeyringServiceName(), backend, dir, prompt, enc.cdc)
	if err != nil {
		return nil, fmt.Errorf("open the keyring in %s: %w", dir, err)
	}
	record, err := ring.Key(name)
	if err != nil {
		return nil, fmt.Errorf("key %q in the %s keyring of %s: %w", name, backend, dir, err)
	}
	pub, err := record.GetPubKey()
	if err != nil {
		return nil, err
	}
	return keyringKey{ring, name, pub}, nil
}

// PubKey implements Key.
func (k keyringKey) PubKey() cryptotypes.PubKey { return k.pub }

// Sign implements Key.
func (k keyringKey) Sign(message []byte) ([]byte, error) {
	signature, _, err := k.ring.Sign(k.name, message, signing.SignMode_SIGN_MODE_DIRECT)
	return signature, err
}
