// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/openmesh-network/openmesh/app"
)

// ErrTxFailed is returned for a transaction that was refused, or ran and failed.
var ErrTxFailed = errors.New("localnet: transaction failed")

// ErrTxLost is returned for a transaction that did not come into a block in time.
var ErrTxLost = errors.New("localnet: transaction was not included in time")

const (
	// txLifetime bounds how long a transaction may wait for a block.
	txLifetime = 60 * time.Second
	// gasMargin is added to what a simulation estimates, in percent: state may
	// change between the simulation and the block.
	gasMargin = 30
	// microFeePerGas is the fee in millionths of a uopen per gas.
	microFeePerGas = 1_000
)

// Client sends transactions of the network's accounts.
type Client struct {
	network *Network
	model   *app.App
	keys    keyring.Keyring
	conn    *grpc.ClientConn
}

// Client opens a connection to a running node. Close it.
func (n *Network) Client() (*Client, error) {
	model := newModel()
	keys, err := openKeyring(n.state.ClientHome, model.AppCodec())
	if err != nil {
		return nil, err
	}
	// Amounts are Go types of ours, which gRPC's own codec does not know.
	cdc := codec.NewProtoCodec(model.AppCodec().InterfaceRegistry())
	conn, err := grpc.NewClient(n.GRPC(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(cdc.GRPCCodec())))
	if err != nil {
		return nil, err
	}
	return &Client{network: n, model: model, keys: keys, conn: conn}, nil
}

// Close closes the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Conn is for queries.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Keyring holds the network's accounts.
func (c *Client) Keyring() keyring.Keyring { return c.keys }

// Address returns the address of an account by its name.
func (c *Client) Address(name string) (sdk.AccAddress, error) {
	record, err := c.keys.Key(name)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", name, err)
	}
	return record.GetAddress()
}

// Send signs the messages with the key of that name, sends them in one
// transaction, and waits until it is in a block. Several may be under way at
// once: they are unordered. ErrTxFailed if it failed, ErrTxLost if its time ran out.
func (c *Client) Send(ctx context.Context, from string, msgs ...sdk.Msg) (*sdk.TxResponse, error) {
	bz, deadline, err := c.sign(ctx, from, msgs)
	if err != nil {
		return nil, err
	}
	sent, err := txtypes.NewServiceClient(c.conn).BroadcastTx(ctx,
		&txtypes.BroadcastTxRequest{TxBytes: bz, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	if err != nil {
		return nil, err
	}
	if sent.TxResponse.Code != 0 {
		return sent.TxResponse, fmt.Errorf("%w: refused: %s", ErrTxFailed, sent.TxResponse.RawLog)
	}
	return c.wait(ctx, sent.TxResponse.TxHash, deadline)
}

// wait polls for a transaction until the chain's own clock says that it can no
// longer be included.
func (c *Client) wait(ctx context.Context, hash string, deadline time.Time) (*sdk.TxResponse, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for expired := false; ; {
		res, err := txtypes.NewServiceClient(c.conn).GetTx(ctx, &txtypes.GetTxRequest{Hash: hash})
		switch {
		case err == nil && res.TxResponse.Code != 0:
			return res.TxResponse, fmt.Errorf("%w: %s", ErrTxFailed, res.TxResponse.RawLog)
		case err == nil:
			return res.TxResponse, nil
		case status.Code(err) != codes.NotFound:
			return nil, err
		case expired:
			return nil, fmt.Errorf("%w: %s", ErrTxLost, hash)
		}
		latest, err := cmtservice.NewServiceClient(c.conn).GetLatestBlock(ctx, &cmtservice.GetLatestBlockRequest{})
		if err != nil {
			return nil, err
		}
		expired = latest.SdkBlock.Header.Time.After(deadline) // and look once more: the index lags
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

// sign returns a signed transaction, and until when it is good.
func (c *Client) sign(ctx context.Context, from string, msgs []sdk.Msg) ([]byte, time.Time, error) {
	record, err := c.keys.Key(from)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("account %s: %w", from, err)
	}
	addr, err := record.GetAddress()
	if err != nil {
		return nil, time.Time{}, err
	}
	account, err := authtypes.NewQueryClient(c.conn).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: addr.String()})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("account %s: %w", from, err)
	}
	deadline := time.Now().Add(txLifetime) // to the nanosecond: it is the nonce

	config := c.model.TxConfig()
	builder := config.NewTxBuilder()
	if err := builder.SetMsgs(msgs...); err != nil {
		return nil, deadline, err
	}
	builder.SetUnordered(true)
	builder.SetTimeoutTimestamp(deadline)
	pubKey, err := record.GetPubKey()
	if err != nil {
		return nil, deadline, err
	}
	empty := signing.SignatureV2{PubKey: pubKey, Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT}}
	if err := builder.SetSignatures(empty); err != nil {
		return nil, deadline, err
	}
	unsigned, err := config.TxEncoder()(builder.GetTx())
	if err != nil {
		return nil, deadline, err
	}
	estimate, err := txtypes.NewServiceClient(c.conn).Simulate(ctx, &txtypes.SimulateRequest{TxBytes: unsigned})
	if err != nil {
		return nil, deadline, fmt.Errorf("%w: %w", ErrTxFailed, err)
	}
	gas := estimate.GasInfo.GasUsed * (100 + gasMargin) / 100
	builder.SetGasLimit(gas)
	builder.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, int64(gas*microFeePerGas/1_000_000)+1)))
	factory := clienttx.Factory{}.WithTxConfig(config).WithKeybase(c.keys).WithChainID(c.network.ChainID()).
		WithAccountNumber(account.Info.AccountNumber).WithSequence(0).
		WithSignMode(signing.SignMode_SIGN_MODE_DIRECT).WithUnordered(true)
	if err := clienttx.Sign(ctx, factory, from, builder, true); err != nil {
		return nil, deadline, err
	}
	bz, err := config.TxEncoder()(builder.GetTx())
	return bz, deadline, err
}

// Fund sends coins from the faucet.
func (c *Client) Fund(ctx context.Context, to sdk.AccAddress, coins ...sdk.Coin) error {
	faucet, err := c.Address(Faucet)
	if err != nil {
		return err
	}
	_, err = c.Send(ctx, Faucet, banktypes.NewMsgSend(faucet, to, sdk.NewCoins(coins...)))
	return err
}

// GrantFees lets grantee spend the fees of an account, without a limit.
func (c *Client) GrantFees(ctx context.Context, from string, grantee sdk.AccAddress) error {
	granter, err := c.Address(from)
	if err != nil {
		return err
	}
	msg, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, granter, grantee)
	if err != nil {
		return err
	}
	_, err = c.Send(ctx, from, msg)
	return err
}

// NewAccount makes a key in the network's keyring and funds it from the faucet.
func (c *Client) NewAccount(ctx context.Context, name string, coins ...sdk.Coin) (sdk.AccAddress, error) {
	addr, err := newKey(c.keys, name)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", name, err)
	}
	return addr, c.Fund(ctx, addr, coins...)
}
