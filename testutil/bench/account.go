// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/openmesh-network/openmesh/app"
)

// txLifetime is how long a transaction without order may wait for a block; the
// chain remembers its nonce for as long.
const txLifetime = 10 * time.Second

// account can sign transactions.
type account struct {
	key  cryptotypes.PrivKey
	addr sdk.AccAddress
}

// newAccount returns the account of that name, the same in every run.
func newAccount(name string) account {
	key := secp256k1.GenPrivKeyFromSecret([]byte("bench account " + name))
	return account{key: key, addr: sdk.AccAddress(key.PubKey().Address())}
}

// tx is a transaction to be signed. It pays a fee of 0.001 uopen for each unit of
// gas that it asks for.
type tx struct {
	from account
	gas  uint64
	// granter pays the fee, if not nil.
	granter sdk.AccAddress
	// sequence orders the transaction; nil for one without order.
	sequence *uint64
	msgs     []sdk.Msg
}

// sign returns the transaction's bytes.
func (c *chain) sign(t tx) ([]byte, error) {
	config := c.app.TxConfig()
	b := config.NewTxBuilder()
	if err := b.SetMsgs(t.msgs...); err != nil {
		return nil, err
	}
	b.SetGasLimit(t.gas)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, int64(t.gas/1_000)+1)))
	b.SetFeeGranter(t.granter)
	data := authsigning.SignerData{
		Address: t.from.addr.String(), ChainID: chainID, PubKey: t.from.key.PubKey(),
		AccountNumber: c.app.Keepers.Account.GetAccount(c.ctx(), t.from.addr).GetAccountNumber(),
	}
	if t.sequence != nil {
		data.Sequence = *t.sequence
	} else {
		c.nonce++
		b.SetUnordered(true)
		b.SetTimeoutTimestamp(c.time.Add(txLifetime + time.Duration(c.nonce)))
	}
	signature := &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT}
	whole := signing.SignatureV2{PubKey: data.PubKey, Sequence: data.Sequence, Data: signature}
	if err := b.SetSignatures(whole); err != nil { // signatures cover who signs in which mode
		return nil, err
	}
	bytes, err := authsigning.GetSignBytesAdapter(context.Background(), config.SignModeHandler(), signature.SignMode, data, b.GetTx())
	if err != nil {
		return nil, err
	}
	if signature.Signature, err = t.from.key.Sign(bytes); err != nil {
		return nil, err
	}
	if err := b.SetSignatures(whole); err != nil {
		return nil, err
	}
	return config.TxEncoder()(b.GetTx())
}
