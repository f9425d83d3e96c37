// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package testapp

import (
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
)

// DefaultGas is the gas limit of a transaction that does not ask for another.
const DefaultGas = 5_000_000

// Tx describes a transaction.
type Tx struct {
	// From signs and pays.
	From Account
	// More sign, too; in the order of the messages.
	More []Account
	Msgs []sdk.Msg
	// Gas is the limit; 0 for DefaultGas.
	Gas uint64
	// Fee may be empty: the nodes want none.
	Fee sdk.Coins
	// Granter pays the fee, if not nil.
	Granter sdk.AccAddress
	// Timeout makes the transaction unordered: valid until then, in any order.
	Timeout time.Time
	// Sequence of the signers, if not nil; otherwise the next on chain, pending
	// transactions counted.
	Sequence *uint64
	// ChainID to sign for; empty for the right one.
	ChainID string
	// Memo is free text.
	Memo string
}

// Sign returns the signed transaction.
func (a *TestApp) Sign(tx Tx) []byte {
	a.tb.Helper()
	config := a.App().TxConfig()
	b := config.NewTxBuilder()
	require.NoError(a.tb, b.SetMsgs(tx.Msgs...))
	if tx.Gas == 0 {
		tx.Gas = DefaultGas
	}
	if tx.ChainID == "" {
		tx.ChainID = a.settings.chainID
	}
	b.SetGasLimit(tx.Gas)
	b.SetFeeAmount(tx.Fee)
	b.SetFeeGranter(tx.Granter)
	b.SetMemo(tx.Memo)
	unordered := !tx.Timeout.IsZero()
	if unordered {
		b.SetUnordered(true)
		b.SetTimeoutTimestamp(tx.Timeout)
	}

	// Signatures cover who signs in which mode, so those come first without the
	// signatures themselves.
	signers := append([]Account{tx.From}, tx.More...)
	data := make([]authsigning.SignerData, len(signers))
	sigs := make([]signing.SignatureV2, len(signers))
	for i, signer := range signers {
		number, sequence := a.identity(signer)
		switch {
		case tx.Sequence != nil:
			sequence = *tx.Sequence
		case unordered:
			sequence = 0
		}
		data[i] = authsigning.SignerData{
			Address: signer.String(), ChainID: tx.ChainID, AccountNumber: number,
			Sequence: sequence, PubKey: signer.Key.PubKey(),
		}
		sigs[i] = signing.SignatureV2{
			PubKey: signer.Key.PubKey(), Sequence: sequence,
			Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
		}
	}
	require.NoError(a.tb, b.SetSignatures(sigs...))
	for i, signer := range signers {
		sig, err := clienttx.SignWithPrivKey(a.Ctx(), signing.SignMode_SIGN_MODE_DIRECT, data[i], b, signer.Key, config, data[i].Sequence)
		require.NoError(a.tb, err)
		sigs[i] = sig
	}
	require.NoError(a.tb, b.SetSignatures(sigs...))
	bz, err := config.TxEncoder()(b.GetTx())
	require.NoError(a.tb, err)
	return bz
}

// identity returns the number of an account and its next sequence.
func (a *TestApp) identity(signer Account) (number, sequence uint64) {
	if acc := a.Keepers().Account.GetAccount(a.Ctx(), signer.Addr); acc != nil {
		number, sequence = acc.GetAccountNumber(), acc.GetSequence()
	}
	for _, bz := range a.pending {
		tx, err := a.App().TxConfig().TxDecoder()(bz)
		if err != nil {
			continue // forced rubbish
		}
		if u, ok := tx.(sdk.TxWithUnordered); ok && u.GetUnordered() {
			continue
		}
		sigTx, ok := tx.(authsigning.SigVerifiableTx)
		require.True(a.tb, ok)
		all, err := sigTx.GetSigners()
		require.NoError(a.tb, err)
		for _, s := range all {
			if signer.Addr.Equals(sdk.AccAddress(s)) {
				sequence++
			}
		}
	}
	return number, sequence
}

// Deliver signs the messages as one transaction and runs it in the next block.
// A transaction that CheckTx refuses is not run; the refusal is returned.
func (a *TestApp) Deliver(from Account, msgs ...sdk.Msg) *abci.ExecTxResult {
	a.tb.Helper()
	return a.DeliverTx(Tx{From: from, Msgs: msgs})
}

// DeliverTx signs the transaction and runs it in the next block. One that CheckTx
// refuses is not run; the refusal is returned.
func (a *TestApp) DeliverTx(tx Tx) *abci.ExecTxResult {
	a.tb.Helper()
	checked := a.Submit(a.Sign(tx))
	if !checked.IsOK() {
		return &abci.ExecTxResult{
			Code: checked.Code, Codespace: checked.Codespace, Log: checked.Log,
			GasWanted: checked.GasWanted, GasUsed: checked.GasUsed,
		}
	}
	block := a.NextBlock()
	require.NotEmpty(a.tb, block.Results, "the transaction is not in the block")
	return block.Results[len(block.Results)-1]
}

// MustDeliver is Deliver for messages that have to succeed.
func (a *TestApp) MustDeliver(from Account, msgs ...sdk.Msg) *abci.ExecTxResult {
	a.tb.Helper()
	res := a.Deliver(from, msgs...)
	require.True(a.tb, res.IsOK(), "transaction failed: %s", res.Log)
	return res
}

// Refuse is Deliver for messages that have to fail with a registered error.
func (a *TestApp) Refuse(want *errorsmod.Error, from Account, msgs ...sdk.Msg) *abci.ExecTxResult {
	a.tb.Helper()
	res := a.Deliver(from, msgs...)
	require.Equal(a.tb, want.Codespace(), res.Codespace, res.Log)
	require.Equal(a.tb, want.ABCICode(), res.Code, res.Log)
	return res
}

// Simulate returns the gas that the nodes estimate for a transaction.
func (a *TestApp) Simulate(tx Tx) uint64 {
	a.tb.Helper()
	gas, _, err := a.App().Simulate(a.Sign(tx))
	require.NoError(a.tb, err)
	return gas.GasUsed
}
