// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

func TestAProposalOfAValidatorWithAKeyBeginsWithItsContribution(t *testing.T) {
	a := newValidator(t, 1)
	n := start(t, a, a)
	for range 5 { // from the very first block on
		txs := n.propose(a)
		require.Equal(t, [][]byte{n.envelope(a)}, txs)
		require.True(t, n.accepts(a, txs))
		results, seed := n.decide(a, txs)
		require.Equal(t, []*abci.ExecTxResult{{Log: "beacon"}}, results)
		require.True(t, seed.Fresh)
		require.Equal(t, a.text, seed.Contributor)
	}
}

func TestTransactionsFollowTheContributionAndKeepTheirResults(t *testing.T) {
	a, b := newValidator(t, 1), newValidator(t, 2)
	n := start(t, a, a, b)
	good, bad := n.tx(b, "b gives up"), n.tx(newValidator(t, 3), "has no key to give up")
	txs := n.propose(a, good, bad)
	require.Equal(t, [][]byte{n.envelope(a), good, bad}, txs)
	require.True(t, n.accepts(a, txs))
	results, _ := n.decide(a, txs)
	require.Len(t, results, 3)
	require.Zero(t, results[0].Code)
	require.Zero(t, results[1].Code, results[1].Log)
	require.EqualValues(t, 8, results[2].Code)
	require.Equal(t, por.ModuleName, results[2].Codespace)
}

func TestAValidatorWithoutAKeyProposesAndTheSeedHashesOn(t *testing.T) {
	a, b := newValidator(t, 1), newValidator(t, 2)
	n := start(t, b, a) // b's node: it holds a key that is not registered
	txs := n.propose(b)
	require.Empty(t, txs)
	require.True(t, n.accepts(b, txs))
	_, seed := n.decide(b, txs)
	require.False(t, seed.Fresh)

	first := n.propose(b, n.tx(a, ""))
	require.Len(t, first, 1)
	require.True(t, n.accepts(b, first))
	results, _ := n.decide(b, first)
	require.Len(t, results, 1)
}

func TestP5_AProposalIsRejectedUnlessItHasExactlyWhatIsOwed(t *testing.T) {
	a, b, keyless := newValidator(t, 1), newValidator(t, 2), newValidator(t, 3)
	for name, tc := range map[string]struct {
		proposer validator
		txs      func(n *node, old []byte) [][]byte
		want     bool
	}{
		"the contribution alone":      {a, func(n *node, _ []byte) [][]byte { return [][]byte{n.envelope(a)} }, true},
		"contribution and tx":         {a, func(n *node, _ []byte) [][]byte { return [][]byte{n.envelope(a), n.tx(b, "")} }, true},
		"withheld, an empty block":    {a, func(*node, []byte) [][]byte { return nil }, false},
		"withheld, transactions only": {a, func(n *node, _ []byte) [][]byte { return [][]byte{n.tx(b, "")} }, false},
		"not in front":                {a, func(n *node, _ []byte) [][]byte { return [][]byte{n.tx(b, ""), n.envelope(a)} }, false},
		"twice":                       {a, func(n *node, _ []byte) [][]byte { return [][]byte{n.envelope(a), n.envelope(a)} }, false},
		"with another's behind":       {a, func(n *node, _ []byte) [][]byte { return [][]byte{n.envelope(a), n.tx(b, ""), n.envelope(b)} }, false},
		"P1 another validator's":      {a, func(n *node, _ []byte) [][]byte { return [][]byte{n.envelope(b)} }, false},
		"P1 of the block before":      {a, func(_ *node, old []byte) [][]byte { return [][]byte{old} }, false},
		"P3 a proof of zeros":         {a, func(*node, []byte) [][]byte { return [][]byte{beacon.Encode(make([]byte, por.ProofSize))} }, false},
		"P3 upper-case digits":        {a, func(n *node, _ []byte) [][]byte { return [][]byte{upper(n.envelope(a))} }, false},
		"P3 a byte too many":          {a, func(n *node, _ []byte) [][]byte { return [][]byte{append(n.envelope(a), 0)} }, false},
		"tampered": {a, func(n *node, _ []byte) [][]byte {
			proof, _ := beacon.Decode(n.envelope(a))
			proof[79] ^= 1
			return [][]byte{beacon.Encode(proof)}
		}, false},
		"C16 of another chain": {a, func(n *node, _ []byte) [][]byte {
			latest, err := n.k.LatestBeacon(n.NewContext(true))
			require.NoError(n.t, err)
			proof, err := a.signer.Prove(a.pubKey, por.Alpha("another-chain", n.next(), latest.Seed))
			require.NoError(n.t, err)
			return [][]byte{beacon.Encode(proof)}
		}, false},
		"nothing owed and nothing given":     {keyless, func(*node, []byte) [][]byte { return nil }, true},
		"nothing owed, an envelope in front": {keyless, func(n *node, _ []byte) [][]byte { return [][]byte{n.envelope(keyless)} }, false},
		"nothing owed, an envelope behind":   {keyless, func(n *node, _ []byte) [][]byte { return [][]byte{n.tx(b, ""), n.envelope(a)} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, a, a, b)
			old := n.envelope(a)
			n.decide(a, [][]byte{old})
			require.Equal(t, tc.want, n.accepts(tc.proposer, tc.txs(n, old)))
		})
	}
}

func upper(envelope []byte) []byte {
	return append(slices.Clone(envelope[:15]), bytes.ToUpper(envelope[15:])...)
}

func TestC4_ABadContributionInADecidedBlockDoesNotStopTheChain(t *testing.T) {
	a := newValidator(t, 1)
	n := start(t, a, a)
	old := n.envelope(a)
	n.decide(a, [][]byte{old})
	for _, txs := range [][][]byte{nil, {old}, {n.tx(a, "")}, {[]byte("not even a transaction")}} {
		results, seed := n.decide(a, txs)
		require.Len(t, results, len(txs))
		require.False(t, seed.Fresh)
	}
	_, seed := n.decide(a, n.propose(a))
	require.True(t, seed.Fresh)
}

func TestPrepareNeverFails(t *testing.T) {
	a := newValidator(t, 1)
	for name, inner := range map[string]sdk.PrepareProposalHandler{
		"where the selection fails": func(sdk.Context, *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
			return nil, errors.New("no")
		},
		"where the selection panics": func(sdk.Context, *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
			panic("no")
		},
		"where a user's envelope is in the mempool": func(_ sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
			return &abci.ResponsePrepareProposal{Txs: [][]byte{beacon.Encode(make([]byte, por.ProofSize))}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, a, a)
			n.prepare = inner
			txs := n.propose(a, n.tx(a, ""))
			require.Equal(t, [][]byte{n.envelope(a)}, txs)
			require.True(t, n.accepts(a, txs))
		})
	}
	t.Run("where a transaction does not decode", func(t *testing.T) {
		n := start(t, a, a)
		require.Equal(t, [][]byte{n.envelope(a)}, n.propose(a, []byte("garbage")))
	})
	t.Run("where the node lost its key", func(t *testing.T) {
		n := start(t, validator{}, a)
		txs := n.propose(a, n.tx(a, ""))
		require.Len(t, txs, 1)
		require.False(t, n.accepts(a, txs), "its block is lost, and it knows")
	})
}

func TestPrepareLeavesRoomForTheContribution(t *testing.T) {
	a := newValidator(t, 1)
	n := start(t, a, a)
	var all [][]byte
	for i := range 100 {
		all = append(all, n.tx(a, string(rune('a'+i%26))))
	}
	size := func(txs [][]byte) (sum int64) {
		for _, tx := range txs {
			sum += cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{tx})
		}
		return sum
	}
	for _, limit := range []int64{0, 10, 182, 183, 1000, 1001, 5000} {
		res, err := n.PrepareProposal(&abci.RequestPrepareProposal{Height: 1, ProposerAddress: a.cons, Txs: all, MaxTxBytes: limit})
		require.NoError(t, err)
		require.True(t, beacon.IsEnvelope(res.Txs[0]))
		require.LessOrEqual(t, size(res.Txs), max(limit, size(res.Txs[:1])), "limit %d", limit)
		if limit == 5000 {
			require.Greater(t, size(res.Txs), limit-2*size(all[:1]), "no room is wasted")
		}
	}
}

func TestTheRestOfTheBlockIsJudgedByTheInnerHandler(t *testing.T) {
	a := newValidator(t, 1)
	n := start(t, a, a)
	var seen [][]byte
	n.process = func(_ sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
		seen = req.Txs
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	rest := n.tx(a, "")
	require.False(t, n.accepts(a, [][]byte{n.envelope(a), rest}))
	require.Equal(t, [][]byte{rest}, seen)
}

func TestTwoNodesAgreeWhetherOrNotTheySawTheProposal(t *testing.T) {
	a, b := newValidator(t, 1), newValidator(t, 2)
	voter, syncing := start(t, a, a, b), start(t, b, a, b)
	for i := range 10 {
		proposer := []validator{a, b, newValidator(t, 3)}[i%3]
		var txs [][]byte
		if i%3 < 2 {
			txs = [][]byte{voter.envelope(proposer)}
		}
		require.True(t, voter.accepts(proposer, txs))
		voter.decide(proposer, txs)
		syncing.decide(proposer, txs)
		require.Equal(t, voter.LastCommitID(), syncing.LastCommitID())
	}
}

func TestTheParallelRunnerGivesTheSameBlocks(t *testing.T) {
	a, b := newValidator(t, 1), newValidator(t, 2)
	sequential, parallel := startWith(t, false, a, a, b), startWith(t, true, a, a, b)
	for i := range 5 {
		txs := sequential.propose(a, sequential.tx(b, string(rune('a'+i))), sequential.tx(newValidator(t, 3), "fails"))
		if i == 4 { // and one that does not decode, which no honest node proposes
			txs = append([][]byte{sequential.envelope(a)}, []byte("nonsense"))
		}
		want, _ := sequential.decide(a, txs)
		got, _ := parallel.decide(a, txs)
		require.Len(t, got, len(txs))
		for j := range got {
			require.Equal(t, want[j].Code, got[j].Code, "block %d, transaction %d", i, j)
		}
		require.Equal(t, sequential.LastCommitID(), parallel.LastCommitID())
	}
}

func TestAKeyOfTheNextFileTakesOverAtItsHeight(t *testing.T) {
	a := newValidator(t, 1)
	next := bytes.Repeat([]byte{42}, 32)
	both, err := beacon.NewSigner(bytes.Repeat([]byte{1}, 32), next)
	require.NoError(t, err)
	n := start(t, validator{signer: both}, a)

	proof, err := both.Possession(both.PubKeys()[1], chainID, a.operator)
	require.NoError(t, err)
	b := n.txConfig.NewTxBuilder()
	require.NoError(t, b.SetMsgs(&por.MsgRegisterBeaconKey{Validator: a.text, PubKey: both.PubKeys()[1], Proof: proof}))
	b.SetGasLimit(1_000_000)
	register, err := n.txConfig.TxEncoder()(b.GetTx())
	require.NoError(t, err)
	results, _ := n.decide(a, n.propose(a, register))
	require.Zero(t, results[1].Code, results[1].Log)
	for n.LastBlockHeight() < 1+por.DefaultParams().ActivationDelay+2 {
		txs := n.propose(a)
		require.True(t, n.accepts(a, txs), "height %d", n.next())
		_, seed := n.decide(a, txs)
		require.True(t, seed.Fresh)
	}
}
