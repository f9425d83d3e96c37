// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

// gasFactor covers what simulation does not see: the fee's deduction and the
// nonce of an unordered transaction.
const gasFactor = 1.5

// ErrRejected is returned for a transaction that a node refused or a block
// executed with an error.
var ErrRejected = errors.New("the chain refused the transaction")

// Key signs transactions.
type Key interface {
	PubKey() cryptotypes.PubKey
	Sign(message []byte) ([]byte, error)
}

// Fees is how transactions are paid for.
type Fees struct {
	// Price of a unit of gas.
	Price sdk.DecCoin
	// Granter pays by a fee grant; nil when the signer pays.
	Granter sdk.AccAddress
}

// signedTx is a transaction ready to be broadcast.
type signedTx struct {
	raw     []byte
	hash    string // upper-case hex
	timeout time.Time
}

// buildTx simulates and signs an unordered transaction of one signer.
func (c *Client) buildTx(ctx context.Context, key Key, fees Fees, timeout time.Time, msgs ...sdk.Msg) (signedTx, error) {
	account, err := c.account(ctx, key)
	if err != nil {
		return signedTx{}, err
	}
	b := c.enc.tx.NewTxBuilder()
	if err := b.SetMsgs(msgs...); err != nil {
		return signedTx{}, err
	}
	b.SetUnordered(true)
	b.SetTimeoutTimestamp(timeout)
	b.SetFeeGranter(fees.Granter)
	gas, err := c.simulate(ctx, key, b)
	if err != nil {
		return signedTx{}, err
	}
	b.SetGasLimit(gas)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewCoin(fees.Price.Denom, fees.Price.Amount.Mul(math.LegacyNewDecFromInt(math.NewIntFromUint64(gas))).Ceil().TruncateInt())))
	raw, err := c.sign(ctx, key, account, b)
	if err != nil {
		return signedTx{}, err
	}
	sum := sha256.Sum256(raw)
	return signedTx{raw: raw, hash: strings.ToUpper(hex.EncodeToString(sum[:])), timeout: timeout}, nil
}

func (c *Client) account(ctx context.Context, key Key) (*authtypes.BaseAccount, error) {
	text, err := addresses.BytesToString(key.PubKey().Address())
	if err != nil {
		return nil, err
	}
	res, err := authtypes.NewQueryClient(c).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: text})
	if isNotFound(err) {
		return nil, fmt.Errorf("account %s is not on the chain: fund it, or grant it fees with `xworker register`", text)
	}
	if err != nil {
		return nil, err
	}
	return res.Info, nil
}

// simulate returns the gas limit to use.
func (c *Client) simulate(ctx context.Context, key Key, b client.TxBuilder) (uint64, error) {
	if err := b.SetSignatures(emptySignature(key)); err != nil {
		return 0, err
	}
	raw, err := c.enc.tx.TxEncoder()(b.GetTx())
	if err != nil {
		return 0, err
	}
	res, err := txtypes.NewServiceClient(c).Simulate(ctx, &txtypes.SimulateRequest{TxBytes: raw})
	if err != nil {
		if isLost(err) {
			return 0, err
		}
		return 0, fmt.Errorf("%w: %s", ErrRejected, status.Convert(err).Message())
	}
	return uint64(float64(res.GasInfo.GasUsed)*gasFactor) + 5_000, nil
}

func (c *Client) sign(ctx context.Context, key Key, account *authtypes.BaseAccount, b client.TxBuilder) ([]byte, error) {
	sig := emptySignature(key)
	if err := b.SetSignatures(sig); err != nil {
		return nil, err
	}
	data := authsigning.SignerData{
		ChainID:       c.ChainID(),
		AccountNumber: account.AccountNumber,
		PubKey:        key.PubKey(),
		Address:       account.Address,
	}
	bytes, err := authsigning.GetSignBytesAdapter(ctx, c.enc.tx.SignModeHandler(), signing.SignMode_SIGN_MODE_DIRECT, data, b.GetTx())
	if err != nil {
		return nil, err
	}
	signature, err := key.Sign(bytes)
	if err != nil {
		return nil, err
	}
	sig.Data = &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT, Signature: signature}
	if err := b.SetSignatures(sig); err != nil {
		return nil, err
	}
	return c.enc.tx.TxEncoder()(b.GetTx())
}

func emptySignature(key Key) signing.SignatureV2 {
	return signing.SignatureV2{
		PubKey: key.PubKey(),
		Data:   &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
	}
}

// broadcast hands a transaction to the node's mempool. One that the mempool has
// already is no error.
func (c *Client) broadcast(ctx context.Context, raw []byte) error {
	res, err := txtypes.NewServiceClient(c).BroadcastTx(ctx, &txtypes.BroadcastTxRequest{
		TxBytes: raw, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC,
	})
	if err != nil {
		return err
	}
	const inMempoolCache = 19
	if r := res.TxResponse; r.Code != 0 && (r.Codespace != "sdk" || r.Code != inMempoolCache) {
		return fmt.Errorf("%w: %s (%s, code %d)", ErrRejected, r.RawLog, r.Codespace, r.Code)
	}
	return nil
}

// lookup returns the result of an included transaction, nil while there is none.
func (c *Client) lookup(ctx context.Context, hash string) (*sdk.TxResponse, error) {
	res, err := txtypes.NewServiceClient(c).GetTx(ctx, &txtypes.GetTxRequest{Hash: hash})
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return res.TxResponse, nil
}

// rejected is the error of a transaction that was included and failed.
func rejected(r *sdk.TxResponse) error {
	return fmt.Errorf("%w: %s (%s, code %d, transaction %s)", ErrRejected, r.RawLog, r.Codespace, r.Code, r.TxHash)
}

// Send builds, broadcasts and waits for a transaction, until ctx ends. It is
// for commands; the daemon's own transactions go through its queue.
func (c *Client) Send(ctx context.Context, key Key, fees Fees, msgs ...sdk.Msg) (*sdk.TxResponse, error) {
	head, err := c.latest(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := c.buildTx(ctx, key, fees, head.time.Add(time.Minute), msgs...)
	if err != nil {
		return nil, err
	}
	if err := c.broadcast(ctx, tx.raw); err != nil {
		return nil, err
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		// The order matters: a block that is past the timeout is looked at
		// before the last look-up, so that a late index is not taken for a loss.
		head, headErr := c.latest(ctx)
		r, err := c.lookup(ctx, tx.hash)
		switch {
		case r != nil && r.Code != 0:
			return r, rejected(r)
		case r != nil:
			return r, nil
		case err == nil && headErr == nil && head.time.After(tx.timeout.Add(time.Second)):
			return nil, fmt.Errorf("%w: it was not included before %s", ErrRejected, tx.timeout.Format(time.RFC3339))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for transaction %s: %w", tx.hash, ctx.Err())
		case <-tick.C:
		}
	}
}
