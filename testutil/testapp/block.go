// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package testapp

import (
	"bytes"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// Block is what a block did.
type Block struct {
	Height int64
	Time   time.Time
	// Proposer is the consensus address of the validator that proposed it.
	Proposer sdk.ConsAddress
	// Txs are the transactions, without the beacon's contribution.
	Txs [][]byte
	// Results belong to Txs.
	Results []*abci.ExecTxResult
	// Events came from outside of transactions (Begin- and EndBlock).
	Events []abci.Event
	// AppHash is the same on all nodes.
	AppHash []byte
}

// Submit offers a transaction to the nodes that see transactions before they
// come in a block. An accepted one is in the next block.
func (a *TestApp) Submit(tx []byte) *abci.ResponseCheckTx {
	a.tb.Helper()
	var main *abci.ResponseCheckTx
	for i, n := range a.nodes {
		if !n.seesCheckTx || n.fresh {
			continue
		}
		res, err := n.app.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
		require.NoError(a.tb, err, n.name)
		if i == 0 {
			main = res
		}
		require.Equal(a.tb, main.Code, res.Code, "CheckTx of %s: %s", n.name, res.Log)
	}
	if main.IsOK() {
		a.pending = append(a.pending, tx)
	}
	return main
}

// Force puts a transaction into the next block without asking CheckTx, as a
// malicious proposer could.
func (a *TestApp) Force(tx []byte) { a.pending = append(a.pending, tx) }

// NextBlock runs a block with all pending transactions on all nodes, and fails
// the test if they do not agree.
func (a *TestApp) NextBlock() Block {
	a.tb.Helper()
	txs := a.pending
	a.pending = nil
	height, at, proposer := a.height+1, a.time, a.set.proposer(a.height+1)
	if a.height > 0 {
		at = at.Add(a.settings.blockTime)
	}
	proposal, err := a.App().PrepareProposal(&abci.RequestPrepareProposal{
		MaxTxBytes: 1 << 20, Txs: txs, Height: height, Time: at, ProposerAddress: proposer,
		LocalLastCommit: abci.ExtendedCommitInfo{},
	})
	require.NoError(a.tb, err)
	return a.run(&abci.RequestFinalizeBlock{
		Txs: proposal.Txs, Height: height, Time: at, ProposerAddress: proposer,
		DecidedLastCommit: a.set.commit(height), Hash: hashOf(height, a.appHash),
	})
}

// run gives a proposed block to every node.
func (a *TestApp) run(req *abci.RequestFinalizeBlock) Block {
	a.tb.Helper()
	var main *abci.ResponseFinalizeBlock
	for i, n := range a.nodes {
		verdict, err := n.app.ProcessProposal(&abci.RequestProcessProposal{
			Txs: req.Txs, Height: req.Height, Time: req.Time, ProposerAddress: req.ProposerAddress,
			ProposedLastCommit: req.DecidedLastCommit, Hash: req.Hash,
		})
		require.NoError(a.tb, err, n.name)
		require.True(a.tb, verdict.IsAccepted(), "%s rejects the proposal of height %d", n.name, req.Height)
		res, err := n.app.FinalizeBlock(req)
		require.NoError(a.tb, err, "%s, height %d", n.name, req.Height)
		_, err = n.app.Commit()
		require.NoError(a.tb, err, n.name)
		n.fresh = false
		if i == 0 {
			main = res
		}
		a.compare(n.name, req.Height, main, res)
		if n.restartEvery > 0 && req.Height%n.restartEvery == 0 {
			n.restart(a.tb)
		}
	}
	a.height, a.time, a.appHash = req.Height, req.Time, main.AppHash
	a.set.update(a.tb, req.Height, main.ValidatorUpdates)

	block := Block{
		Height: req.Height, Time: req.Time, Proposer: req.ProposerAddress,
		Txs: req.Txs, Results: main.TxResults, Events: main.Events, AppHash: main.AppHash,
	}
	if len(block.Txs) > 0 && beacon.IsEnvelope(block.Txs[0]) {
		block.Txs, block.Results = block.Txs[1:], block.Results[1:]
	}
	return block
}

// compare fails the test if a node's results are not those of the main node.
func (a *TestApp) compare(name string, height int64, main, res *abci.ResponseFinalizeBlock) {
	a.tb.Helper()
	require.Len(a.tb, res.TxResults, len(main.TxResults), "%s, height %d", name, height)
	for i := range main.TxResults {
		require.Equal(a.tb, main.TxResults[i].Code, res.TxResults[i].Code,
			"%s, height %d, transaction %d: %s", name, height, i, res.TxResults[i].Log)
		require.Equal(a.tb, main.TxResults[i].GasUsed, res.TxResults[i].GasUsed,
			"gas of %s, height %d, transaction %d", name, height, i)
	}
	require.Equal(a.tb, main.ValidatorUpdates, res.ValidatorUpdates, "%s, height %d", name, height)
	if !bytes.Equal(main.AppHash, res.AppHash) {
		a.tb.Fatalf("app hash of %s at height %d is %X, main has %X", name, height, res.AppHash, main.AppHash)
	}
}

// NextBlocks runs n blocks and returns the last.
func (a *TestApp) NextBlocks(n int) Block {
	a.tb.Helper()
	var block Block
	for range n {
		block = a.NextBlock()
	}
	return block
}

// RunUntil runs blocks until cond holds, and fails the test after limit blocks.
func (a *TestApp) RunUntil(limit int, cond func(sdk.Context) bool) {
	a.tb.Helper()
	for range limit {
		if cond(a.Ctx()) {
			return
		}
		a.NextBlock()
	}
	require.True(a.tb, cond(a.Ctx()), "not so after %d blocks", limit)
}

// Skip lets time pass before the next block, as if the chain had stood still.
func (a *TestApp) Skip(d time.Duration) { a.time = a.time.Add(d) }

func (a *TestApp) header() cmtproto.Header {
	return cmtproto.Header{ChainID: a.settings.chainID, Height: a.height, Time: a.time}
}
