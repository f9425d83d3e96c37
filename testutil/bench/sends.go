// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/openmesh-network/openmesh/app"
)

const (
	senders = 200
	sendGas = 150_000
)

// sendChain carries bank sends: one coin from one account to another that has
// some, ordered by the sender's sequence, with a fee.
type sendChain struct {
	*chain
	accounts  []account
	sequences []uint64
	next      int
}

func newSendChain() (*sendChain, error) { return newSendChainWith(nil, nil) }

// newSendChainWith has more accounts and another genesis.
func newSendChainWith(more []account, change func(codec.JSONCodec, app.GenesisState) error) (*sendChain, error) {
	s := &sendChain{sequences: make([]uint64, senders)}
	for i := range senders {
		s.accounts = append(s.accounts, newAccount(fmt.Sprintf("sender%d", i)))
	}
	var err error
	s.chain, err = newChain(append(s.accounts[:len(s.accounts):len(s.accounts)], more...), change)
	return s, err
}

// block runs a block of n sends.
func (s *sendChain) block(n int) (block, error) {
	txs, err := s.sends(n)
	if err != nil {
		return block{}, err
	}
	return s.step(txs)
}

// sends signs n sends.
func (s *sendChain) sends(n int) ([][]byte, error) {
	txs := make([][]byte, n)
	for i := range txs {
		from := s.next % senders
		to := (s.next*7 + 1) % senders
		s.next++
		var err error
		txs[i], err = s.sign(tx{
			from: s.accounts[from], gas: sendGas, sequence: &s.sequences[from],
			msgs: []sdk.Msg{banktypes.NewMsgSend(s.accounts[from].addr, s.accounts[to].addr, sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 1)))},
		})
		if err != nil {
			return nil, err
		}
		s.sequences[from]++
	}
	return txs, nil
}
