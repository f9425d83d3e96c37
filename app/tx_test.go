// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/testapp"
)

func send(from, to testapp.Account, open int64) sdk.Msg {
	return banktypes.NewMsgSend(from.Addr, to.Addr, sdk.NewCoins(app.Open(open)))
}

// C16: a transaction that was signed for another network is worth nothing here.
func TestC16_ATransactionOfAnotherChainIsRefused(t *testing.T) {
	here := testapp.New(t, testapp.WithChainID("here-1"))
	tx := testapp.Tx{From: here.Accounts[0], Msgs: []sdk.Msg{send(here.Accounts[0], here.Accounts[1], 1)}}

	tx.ChainID = "there-1"
	res := here.DeliverTx(tx)
	require.Equal(t, sdkerrors.ErrUnauthorized.ABCICode(), res.Code, res.Log)

	tx.Timeout = here.Time().Add(time.Minute)
	res = here.DeliverTx(tx)
	require.Equal(t, sdkerrors.ErrUnauthorized.ABCICode(), res.Code, res.Log)

	tx.ChainID = ""
	res = here.DeliverTx(tx)
	require.True(t, res.IsOK(), res.Log)
}

func TestTransactionsWithoutOrder(t *testing.T) {
	a := testapp.New(t)
	from, to := a.Accounts[0], a.Accounts[1]
	valid := func() testapp.Tx {
		return testapp.Tx{From: from, Msgs: []sdk.Msg{send(from, to, 1)}, Timeout: a.Time().Add(30 * time.Second)}
	}

	t.Run("many of one key fit into a block, and its sequence does not move", func(t *testing.T) {
		_, before := sequence(a, from)
		tx := valid()
		for i := range 20 {
			tx.Timeout = tx.Timeout.Add(time.Duration(i + 1))
			require.True(t, a.Submit(a.Sign(tx)).IsOK())
		}
		block := a.NextBlock()
		require.Len(t, block.Results, 20)
		for _, res := range block.Results {
			require.True(t, res.IsOK(), res.Log)
		}
		_, after := sequence(a, from)
		require.Equal(t, before, after)
	})
	t.Run("the same one again is refused, also if a proposer forces it", func(t *testing.T) {
		bz := a.Sign(valid())
		require.True(t, a.Submit(bz).IsOK())
		a.NextBlock()
		require.False(t, a.Submit(bz).IsOK())
		a.Force(bz)
		block := a.NextBlock()
		require.Len(t, block.Results, 1)
		require.Equal(t, sdkerrors.ErrInvalidRequest.ABCICode(), block.Results[0].Code, block.Results[0].Log)
	})
	t.Run("one whose time is over is refused", func(t *testing.T) {
		tx := valid()
		tx.Timeout = a.Time().Add(-time.Second)
		require.Equal(t, sdkerrors.ErrTxTimeout.ABCICode(), a.DeliverTx(tx).Code)
	})
	t.Run("one that asks for more than ten minutes is refused", func(t *testing.T) {
		tx := valid()
		tx.Timeout = a.Time().Add(time.Hour)
		require.Equal(t, sdkerrors.ErrInvalidRequest.ABCICode(), a.DeliverTx(tx).Code)
	})
	t.Run("one with a sequence is refused", func(t *testing.T) {
		tx, one := valid(), uint64(1)
		tx.Sequence = &one
		require.Equal(t, sdkerrors.ErrInvalidRequest.ABCICode(), a.DeliverTx(tx).Code)
	})
	t.Run("its nonce is forgotten when it can no longer be valid", func(t *testing.T) {
		timeout := a.Time().Add(3 * time.Second)
		tx := valid()
		tx.Timeout = timeout
		require.True(t, a.DeliverTx(tx).IsOK())
		known, err := a.Keepers().Account.ContainsUnorderedNonce(a.Ctx(), from.Addr, timeout)
		require.NoError(t, err)
		require.True(t, known)
		a.NextBlocks(5)
		known, err = a.Keepers().Account.ContainsUnorderedNonce(a.Ctx(), from.Addr, timeout)
		require.NoError(t, err)
		require.False(t, known)
	})
}

func sequence(a *testapp.TestApp, of testapp.Account) (number, sequence uint64) {
	account := a.Keepers().Account.GetAccount(a.Ctx(), of.Addr)
	return account.GetAccountNumber(), account.GetSequence()
}

// A wallet simulates without a fee and asks for as much gas as it is told.
func TestSimulatedGasIsEnough(t *testing.T) {
	a := testapp.New(t)
	from, to, granter := a.Accounts[0], a.Accounts[1], a.Accounts[2]
	grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, granter.Addr, from.Addr)
	require.NoError(t, err)
	a.MustDeliver(granter, grant)
	a.MustDeliver(from, send(from, to, 1)) // its key is known from here on

	fee := sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 200))
	for name, change := range map[string]func(*testapp.Tx){
		"ordered":                      func(*testapp.Tx) {},
		"unordered":                    func(tx *testapp.Tx) { tx.Timeout = a.Time().Add(time.Minute) },
		"ordered, another pays":        func(tx *testapp.Tx) { tx.Granter = granter.Addr },
		"unordered, another pays":      func(tx *testapp.Tx) { tx.Granter, tx.Timeout = granter.Addr, a.Time().Add(time.Minute) },
		"an account's first":           func(tx *testapp.Tx) { tx.From = a.Accounts[4]; tx.Msgs = []sdk.Msg{send(tx.From, to, 1)} },
		"with a cheap message":         func(tx *testapp.Tx) { tx.Msgs = []sdk.Msg{feegrantRevocation(t, a, from, to)} },
		"unordered with a long memo":   func(tx *testapp.Tx) { tx.Timeout, tx.Memo = a.Time().Add(time.Minute), string(make([]byte, 200)) },
		"with ten messages, unordered": func(tx *testapp.Tx) { tx.Timeout = a.Time().Add(time.Minute); tx.Msgs = ten(tx.Msgs[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			tx := testapp.Tx{From: from, Msgs: []sdk.Msg{send(from, to, 1)}}
			change(&tx)
			simulated := a.Simulate(tx)
			tx.Gas, tx.Fee = simulated, fee
			res := a.DeliverTx(tx)
			require.True(t, res.IsOK(), "simulated %d: %s", simulated, res.Log)
			require.LessOrEqual(t, uint64(res.GasUsed), simulated)
			require.Greater(t, uint64(res.GasUsed)*10, simulated*8, "simulated %d, used %d: wasteful", simulated, res.GasUsed)
			t.Logf("simulated %d, used %d", simulated, res.GasUsed)
		})
	}
}

func ten(msg sdk.Msg) (msgs []sdk.Msg) {
	for range 10 {
		msgs = append(msgs, msg)
	}
	return msgs
}

// feegrantRevocation grants and returns a message that revokes: one of the
// cheapest there are.
func feegrantRevocation(t *testing.T, a *testapp.TestApp, from, to testapp.Account) sdk.Msg {
	t.Helper()
	grant, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, from.Addr, to.Addr)
	require.NoError(t, err)
	a.MustDeliver(from, grant)
	revoke := feegrant.NewMsgRevokeAllowance(from.Addr, to.Addr)
	return &revoke
}

// C19: who cannot pay is turned away before anybody verifies a signature, so a
// storm of failing transactions costs its receivers little.
func TestC19_TheFeeIsCheckedBeforeTheSignature(t *testing.T) {
	a := testapp.New(t)
	from := a.Accounts[0]
	tx := testapp.Tx{
		From: from, Msgs: []sdk.Msg{send(from, a.Accounts[1], 1)},
		ChainID: "there-1", // so the signature is worth nothing
		Fee:     sdk.NewCoins(app.Open(1_000_000_000_000)),
	}
	res := a.Submit(a.Sign(tx))
	require.Equal(t, sdkerrors.ErrInsufficientFunds.ABCICode(), res.Code, res.Log)
}

// C15: one transaction does not carry messages without end.
func TestC15_ATransactionHoldsAHundredMessagesAtMost(t *testing.T) {
	a := testapp.New(t)
	from, to := a.Accounts[0], a.Accounts[1]
	tx := testapp.Tx{From: from, Gas: 50_000_000}
	for range 100 {
		tx.Msgs = append(tx.Msgs, send(from, to, 1))
	}
	res := a.DeliverTx(tx)
	require.True(t, res.IsOK(), res.Log)

	tx.Msgs = append(tx.Msgs, send(from, to, 1))
	require.Equal(t, sdkerrors.ErrTxTooLarge.ABCICode(), a.Submit(a.Sign(tx)).Code)
	a.Force(a.Sign(tx))
	block := a.NextBlock()
	require.Equal(t, sdkerrors.ErrTxTooLarge.ABCICode(), block.Results[0].Code, "a proposer's whim does not help")
}
