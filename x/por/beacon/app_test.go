// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon_test

import (
	"bytes"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/baseapp/txnrunner"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectestutil "github.com/cosmos/cosmos-sdk/codec/testutil"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/por/keeper"
)

const (
	chainID  = "openmesh-test"
	maxBytes = 1 << 20
)

// node is a real BaseApp with the beacon as its only module.
type node struct {
	*baseapp.BaseApp
	t        *testing.T
	k        *keeper.Keeper
	txConfig client.TxConfig
	// prepare and process stand for the handlers of the SDK where a test sets them.
	prepare sdk.PrepareProposalHandler
	process sdk.ProcessProposalHandler
}

type validator struct {
	operator sdk.ValAddress
	text     string
	cons     sdk.ConsAddress
	signer   *beacon.Signer
	pubKey   []byte
}

func newValidator(t testing.TB, n byte) validator {
	t.Helper()
	signer, err := beacon.NewSigner(bytes.Repeat([]byte{n}, 32))
	require.NoError(t, err)
	v := validator{
		operator: bytes.Repeat([]byte{n}, 20), cons: bytes.Repeat([]byte{n + 100}, 20),
		signer: signer, pubKey: signer.PubKeys()[0],
	}
	v.text, err = fakes.ValidatorCodec.BytesToString(v.operator)
	require.NoError(t, err)
	return v
}

// start makes the node of a validator at height 0. The genesis has the keys of registered;
// other proposers are known, but have none.
func start(t *testing.T, self validator, registered ...validator) *node {
	t.Helper()
	return startWith(t, false, self, registered...)
}

// startWith runs transactions one by one, or in parallel.
func startWith(t *testing.T, parallel bool, self validator, registered ...validator) *node {
	t.Helper()
	registry := codectestutil.CodecOptions{AccAddressPrefix: "open", ValAddressPrefix: "openvaloper"}.NewInterfaceRegistry()
	por.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	txConfig := authtx.NewTxConfig(cdc, authtx.DefaultSignModes)
	n := &node{t: t, txConfig: txConfig}

	app := baseapp.NewBaseApp("test", log.NewNopLogger(), dbm.NewMemDB(), txConfig.TxDecoder(), baseapp.SetChainID(chainID))
	app.SetInterfaceRegistry(registry)
	app.SetTxEncoder(txConfig.TxEncoder())
	key := storetypes.NewKVStoreKey(por.StoreKey)
	app.MountKVStores(map[string]*storetypes.KVStoreKey{por.StoreKey: key})
	staking := &fakes.Staking{}
	accounts := addresscodec.NewBech32Codec("open")
	gov, err := accounts.BytesToString(bytes.Repeat([]byte{9}, 20))
	require.NoError(t, err)
	n.k = keeper.New(cdc, runtime.NewKVStoreService(key), accounts, staking, fakes.NewWorkers(), &fakes.Bonds{},
		fakes.Accounts{}, fakes.NewBank(), por.ProofJudges(), gov)
	por.RegisterMsgServer(app.MsgServiceRouter(), keeper.NewMsgServer(n.k))

	genesis := por.GenesisState{Params: por.DefaultParams()}
	for _, v := range registered {
		genesis.BeaconKeys = append(genesis.BeaconKeys, por.BeaconKey{Operator: v.text, PubKey: v.pubKey})
	}
	for b := byte(1); b <= 5; b++ {
		v := newValidator(t, b)
		staking.Add(v.operator, v.cons)
	}
	app.SetInitChainer(func(ctx sdk.Context, _ *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
		return &abci.ResponseInitChain{}, n.k.InitGenesis(ctx, genesis)
	})
	app.SetPreBlocker(beacon.PreBlocker(n.k, func(sdk.Context, *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		return &sdk.ResponsePreBlock{}, nil
	}))
	sdkHandlers := baseapp.NewDefaultProposalHandler(app.Mempool(), app)
	n.prepare, n.process = sdkHandlers.PrepareProposalHandler(), sdkHandlers.ProcessProposalHandler()
	app.SetPrepareProposal(beacon.Prepare(n.k, self.signer, func(ctx sdk.Context, req *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
		return n.prepare(ctx, req)
	}))
	app.SetProcessProposal(beacon.Process(n.k, func(ctx sdk.Context, req *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
		return n.process(ctx, req)
	}))
	var runner sdk.TxRunner = txnrunner.NewDefaultRunner(txConfig.TxDecoder())
	if parallel {
		app.SetDisableBlockGasMeter(true)
		runner = txnrunner.NewSTMRunner(txConfig.TxDecoder(), []storetypes.StoreKey{key}, 2, false,
			func(storetypes.MultiStore) string { return "uopen" })
	}
	app.SetBlockSTMTxRunner(beacon.WrapRunner(runner))
	require.NoError(t, app.LoadLatestVersion())
	n.BaseApp = app
	_, err = app.InitChain(&abci.RequestInitChain{ChainId: chainID, InitialHeight: 1})
	require.NoError(t, err)
	return n
}

func (n *node) next() int64 { return n.LastBlockHeight() + 1 }

// propose returns the block that the node would propose if proposer were its validator.
func (n *node) propose(proposer validator, txs ...[]byte) [][]byte {
	n.t.Helper()
	res, err := n.PrepareProposal(&abci.RequestPrepareProposal{
		Height: n.next(), Time: time.Unix(n.next(), 0), ProposerAddress: proposer.cons, Txs: txs, MaxTxBytes: maxBytes,
	})
	require.NoError(n.t, err)
	return res.Txs
}

// accepts says whether the node would vote for a block.
func (n *node) accepts(proposer validator, txs [][]byte) bool {
	n.t.Helper()
	res, err := n.ProcessProposal(&abci.RequestProcessProposal{
		Height: n.next(), Time: time.Unix(n.next(), 0), ProposerAddress: proposer.cons, Txs: txs,
	})
	require.NoError(n.t, err)
	return res.IsAccepted()
}

// decide executes a block and commits it. It returns the transactions' results and the seed.
func (n *node) decide(proposer validator, txs [][]byte) ([]*abci.ExecTxResult, por.Seed) {
	n.t.Helper()
	res, err := n.FinalizeBlock(&abci.RequestFinalizeBlock{
		Height: n.next(), Time: time.Unix(n.next(), 0), ProposerAddress: proposer.cons, Txs: txs,
	})
	require.NoError(n.t, err)
	_, err = n.Commit()
	require.NoError(n.t, err)
	seed, err := n.k.LatestBeacon(n.NewContext(true))
	require.NoError(n.t, err)
	require.Equal(n.t, n.LastBlockHeight(), seed.Height)
	return res.TxResults, seed
}

// tx is a transaction that executes without error, if its validator has a key.
func (n *node) tx(v validator, memo string) []byte {
	n.t.Helper()
	b := n.txConfig.NewTxBuilder()
	require.NoError(n.t, b.SetMsgs(&por.MsgDeactivateBeaconKey{Validator: v.text}))
	b.SetGasLimit(1_000_000)
	b.SetMemo(memo)
	bz, err := n.txConfig.TxEncoder()(b.GetTx())
	require.NoError(n.t, err)
	return bz
}

// envelope is what v owes for the next block.
func (n *node) envelope(v validator) []byte {
	n.t.Helper()
	latest := por.GenesisSeed(chainID, 0) // before the first block nothing is committed
	if n.LastBlockHeight() > 0 {
		var err error
		latest, err = n.k.LatestBeacon(n.NewContext(true))
		require.NoError(n.t, err)
	}
	proof, err := v.signer.Prove(v.pubKey, por.Alpha(chainID, n.next(), latest.Seed))
	require.NoError(n.t, err)
	return beacon.Encode(proof)
}
