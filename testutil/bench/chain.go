// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmttypes "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/bench/measure"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

const (
	chainID       = "bench-1"
	validators    = 4
	blockInterval = time.Second // of the chain's own clock
	maxBlockBytes = 2 << 20
)

// chain is the real application over a database on disk, fed with blocks without
// consensus. It is set as opend sets it, but for the mempool: nothing asks CheckTx.
type chain struct {
	app *app.App
	dir string

	height  int64
	time    time.Time
	appHash []byte
	members []abci.Validator
	nonce   int64 // makes unordered transactions of one block differ
}

// newChain begins a chain with these accounts and runs its first block.
func newChain(accounts []account, change func(codec.JSONCodec, app.GenesisState) error) (c *chain, err error) {
	c = &chain{time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if c.dir, err = os.MkdirTemp("", "openmesh-bench-chain-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	network := app.NetworkGenesis{ChainID: chainID, Time: c.time, Change: change}
	for _, a := range accounts {
		network.Accounts = append(network.Accounts,
			app.GenesisAccount{Address: a.addr, Coins: sdk.NewCoins(app.Open(1_000_000))})
	}
	var secrets [][]byte
	for i := range validators {
		name := fmt.Sprintf("validator%d", i)
		secret := sha256.Sum256([]byte("bench beacon " + name))
		signer, err := beacon.NewSigner(secret[:])
		if err != nil {
			return c, err
		}
		secrets = append(secrets, secret[:])
		network.Validators = append(network.Validators, app.GenesisValidator{
			Moniker: name, Operator: newAccount(name).addr, Stake: app.Open(1_000).Amount,
			ConsPubKey:   ed25519.GenPrivKeyFromSecret([]byte("bench consensus " + name)).PubKey(),
			BeaconPubKey: signer.PubKeys()[0],
		})
	}
	signer, err := beacon.NewSigner(secrets...)
	if err != nil {
		return c, err
	}
	db, err := dbm.NewGoLevelDB("application", filepath.Join(c.dir, "data"), nil)
	if err != nil {
		return c, err
	}
	opts := simtestutil.AppOptionsMap{flags.FlagHome: c.dir, app.OptBeaconSigner: signer}
	c.app = app.New(log.NewNopLogger(), db, true, opts,
		baseapp.SetChainID(chainID),
		baseapp.SetPruning(pruningtypes.NewPruningOptions(pruningtypes.PruningDefault)),
		baseapp.SetIAVLCacheSize(781_250), // app.toml's default
	)
	if err := c.initChain(network); err != nil {
		return c, err
	}
	_, err = c.step(nil)
	return c, err
}

func (c *chain) initChain(network app.NetworkGenesis) error {
	genesis, err := c.app.NewGenesis(network)
	if err != nil {
		return err
	}
	params := genesis.Consensus.Params.ToProto()
	res, err := c.app.InitChain(&abci.RequestInitChain{
		Time: c.time, ChainId: chainID, ConsensusParams: &params,
		AppStateBytes: genesis.AppState, InitialHeight: 1,
	})
	if err != nil {
		return err
	}
	c.appHash = res.AppHash
	for _, u := range res.Validators {
		key, err := cryptoenc.PubKeyFromProto(u.PubKey)
		if err != nil {
			return err
		}
		c.members = append(c.members, abci.Validator{Address: key.Address(), Power: u.Power})
	}
	slices.SortFunc(c.members, func(a, b abci.Validator) int { return bytes.Compare(a.Address, b.Address) })
	return nil
}

// close removes the chain from the disk.
func (c *chain) close() error {
	var err error
	if c.app != nil {
		err = c.app.Close()
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

// block is what a block did, and what it took to execute and commit it.
type block struct {
	results []*abci.ExecTxResult // of the transactions given
	gas     int64
	cost    measure.Cost
}

// step runs a block. Only FinalizeBlock and Commit are measured: what a node that
// neither proposes nor sees the transactions before has to do. Every transaction
// must succeed.
func (c *chain) step(txs [][]byte) (block, error) {
	height, at := c.height+1, c.time.Add(blockInterval)
	proposer := c.members[int(height)%len(c.members)].Address
	proposal, err := c.app.PrepareProposal(&abci.RequestPrepareProposal{
		MaxTxBytes: maxBlockBytes, Txs: txs, Height: height, Time: at, ProposerAddress: proposer,
	})
	if err != nil {
		return block{}, err
	}
	hash := sha256.Sum256(binary.BigEndian.AppendUint64(bytes.Clone(c.appHash), uint64(height)))
	req := &abci.RequestFinalizeBlock{
		Txs: proposal.Txs, Height: height, Time: at, ProposerAddress: proposer, Hash: hash[:],
	}
	if height > 1 {
		for _, v := range c.members {
			req.DecidedLastCommit.Votes = append(req.DecidedLastCommit.Votes,
				abci.VoteInfo{Validator: v, BlockIdFlag: cmttypes.BlockIDFlagCommit})
		}
	}
	var res *abci.ResponseFinalizeBlock
	took, err := measure.Run(func() error {
		if res, err = c.app.FinalizeBlock(req); err != nil {
			return err
		}
		_, err := c.app.Commit()
		return err
	})
	if err != nil {
		return block{}, err
	}
	c.height, c.time, c.appHash = height, at, res.AppHash
	b := block{results: res.TxResults, cost: took}
	if len(proposal.Txs) > 0 && beacon.IsEnvelope(proposal.Txs[0]) {
		b.results = b.results[1:]
	}
	if len(b.results) != len(txs) {
		return b, fmt.Errorf("height %d: %d transactions given, %d in the block", height, len(txs), len(b.results))
	}
	for i, r := range b.results {
		b.gas += r.GasUsed
		if r.Code != 0 {
			return b, fmt.Errorf("height %d, transaction %d of %d: %s", height, i, len(txs), r.Log)
		}
	}
	return b, nil
}

// steps runs n empty blocks.
func (c *chain) steps(n int) error {
	for range n {
		if _, err := c.step(nil); err != nil {
			return err
		}
	}
	return nil
}

// ctx reads what is committed, straight from the stores: no cache in between
// remembers what was read before. It is not for writing.
func (c *chain) ctx() sdk.Context {
	header := cmttypes.Header{ChainID: chainID, Height: c.height, Time: c.time}
	return c.app.NewUncachedContext(false, header) //nolint:staticcheck // every other context reads through a cache
}
