// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/openmesh-network/openmesh/x/workers"

	"github.com/openmesh-network/openmesh/worker/message"
)

// CardOptions is what an operator says about an Xnode.
type CardOptions struct {
	Claim         message.Hardware
	Label, Region string
	// Attributes are what consumers may ask for, by key.
	Attributes map[string]string
	// Endpoints are multiaddrs that end in /p2p/<peer id of the signer>.
	Endpoints []string
	// GasPrice of 1,000,000 gas and SeatFee, in uopen.
	GasPrice, SeatFee math.Int
}

// Card is the chain's form of it.
func (o CardOptions) Card() workers.Card {
	var attributes []workers.Attribute
	for _, key := range slices.Sorted(maps.Keys(o.Attributes)) {
		attributes = append(attributes, workers.Attribute{Key: key, Value: o.Attributes[key]})
	}
	return workers.Card{
		Claimed:    resources(o.Claim),
		Prices:     workers.Prices{GasPrice: o.GasPrice, SeatFee: o.SeatFee},
		Label:      o.Label,
		Region:     o.Region,
		Endpoints:  o.Endpoints,
		Attributes: attributes,
	}
}

// resources is the chain's form of hardware.
func resources(h message.Hardware) workers.Resources {
	return workers.Resources{
		CpuMillis: h.CPUMillis, MemoryBytes: h.MemoryBytes, StorageBytes: h.StorageBytes, BandwidthBps: h.BandwidthBps,
		GpuCount: h.GPUs, GpuMemoryBytes: h.GPUMemoryBytes, GpuClass: h.GPUClass,
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
