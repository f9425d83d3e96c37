// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package testapp

import (
	"crypto/sha256"
	"fmt"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Account can sign transactions.
type Account struct {
	Name string
	Key  cryptotypes.PrivKey
	Addr sdk.AccAddress
}

// String returns the account's address.
func (a Account) String() string { return a.Addr.String() }

// NewAccount returns the account of that name, the same in every run. It exists
// on chain from its first coin on.
func NewAccount(name string) Account {
	key := secp256k1.GenPrivKeyFromSecret([]byte("testapp account " + name))
	return Account{Name: name, Key: key, Addr: sdk.AccAddress(key.PubKey().Address())}
}

// Validator is one of the chain's first validators.
type Validator struct {
	// Account owns it.
	Account
	// ConsKey signs blocks.
	ConsKey cryptotypes.PrivKey
	// BeaconSecret is the seed of the beacon key.
	BeaconSecret []byte
	// BeaconPubKey is nil for a validator without a key.
	BeaconPubKey []byte
}

// ConsAddr returns the address that the validator proposes under.
func (v Validator) ConsAddr() sdk.ConsAddress { return sdk.ConsAddress(v.ConsKey.PubKey().Address()) }

// ValAddr returns the operator address.
func (v Validator) ValAddr() sdk.ValAddress { return sdk.ValAddress(v.Addr) }

func newValidator(i int) Validator {
	name := fmt.Sprintf("validator%d", i)
	secret := sha256.Sum256([]byte("testapp beacon " + name))
	return Validator{
		Account:      NewAccount(name),
		ConsKey:      ed25519.GenPrivKeyFromSecret([]byte("testapp consensus " + name)),
		BeaconSecret: secret[:],
	}
}
