// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package testapp

import (
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

// TestApp is a chain under test.
type TestApp struct {
	tb       testing.TB
	settings settings
	nodes    []*node // nodes[0] is the main one

	// Validators are the first validators, in the order in which they propose.
	Validators []Validator
	// Accounts hold coins from the start.
	Accounts []Account

	height  int64 // of the last block
	time    time.Time
	appHash []byte
	set     *validatorSet
	pending [][]byte
}

// settings are what options change.
type settings struct {
	chainID    string
	validators int
	keyless    int
	accounts   int
	coins      sdk.Coins
	blockTime  time.Duration
	start      time.Time
	shadows    bool
	change     []func(codec.JSONCodec, app.GenesisState) error
}

// Option changes how the chain begins.
type Option func(*settings)

// WithChainID names the chain; "testapp-1" by default.
func WithChainID(id string) Option { return func(s *settings) { s.chainID = id } }

// WithValidators sets the number of validators, of which the last `keyless` have
// no beacon key. By default there are 4, and all have one.
func WithValidators(n, keyless int) Option {
	return func(s *settings) { s.validators, s.keyless = n, keyless }
}

// WithAccounts sets the number of accounts and what each of them holds. By
// default there are 8 with 1,000,000 OPEN each.
func WithAccounts(n int, coins ...sdk.Coin) Option {
	return func(s *settings) {
		s.accounts = n
		if len(coins) > 0 {
			s.coins = sdk.NewCoins(coins...)
		}
	}
}

// WithBlockTime sets the time between blocks; one second by default.
func WithBlockTime(d time.Duration) Option { return func(s *settings) { s.blockTime = d } }

// WithGenesis changes the modules' states before the first block.
func WithGenesis(change func(codec.JSONCodec, app.GenesisState) error) Option {
	return func(s *settings) { s.change = append(s.change, change) }
}

// WithoutShadows runs the main node alone, for benchmarks and long stories whose
// determinism others test.
func WithoutShadows() Option { return func(s *settings) { s.shadows = false } }

// New begins a chain and runs its first block. At the test's end the chain is
// checked and closed.
func New(tb testing.TB, opts ...Option) *TestApp {
	tb.Helper()
	s := settings{
		chainID: "testapp-1", validators: 4, accounts: 8, coins: sdk.NewCoins(app.Open(1_000_000)),
		blockTime: time.Second, start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), shadows: true,
	}
	for _, opt := range opts {
		opt(&s)
	}
	a := &TestApp{tb: tb, settings: s, time: s.start}
	var secrets [][]byte
	for i := range s.validators {
		v := newValidator(i)
		if i < s.validators-s.keyless {
			signer, err := beacon.NewSigner(v.BeaconSecret)
			require.NoError(tb, err)
			v.BeaconPubKey = signer.PubKeys()[0]
			secrets = append(secrets, v.BeaconSecret)
		}
		a.Validators = append(a.Validators, v)
	}
	for i := range s.accounts {
		a.Accounts = append(a.Accounts, NewAccount(fmt.Sprintf("account%d", i)))
	}
	signer, err := beacon.NewSigner(secrets...)
	require.NoError(tb, err)
	a.nodes = nodes(tb, s.chainID, signer, s.shadows)
	tb.Cleanup(a.close)
	a.initChain()
	a.NextBlock()
	return a
}

// initChain gives every node the genesis.
func (a *TestApp) initChain() {
	network := app.NetworkGenesis{
		ChainID: a.settings.chainID,
		Time:    a.settings.start,
		Change: func(cdc codec.JSONCodec, state app.GenesisState) error {
			for _, change := range a.settings.change {
				if err := change(cdc, state); err != nil {
					return err
				}
			}
			return nil
		},
	}
	for _, account := range a.Accounts {
		network.Accounts = append(network.Accounts, app.GenesisAccount{Address: account.Addr, Coins: a.settings.coins})
	}
	for _, v := range a.Validators {
		network.Accounts = append(network.Accounts, app.GenesisAccount{Address: v.Addr, Coins: a.settings.coins})
		network.Validators = append(network.Validators, app.GenesisValidator{
			Moniker: v.Name, Operator: v.Addr, ConsPubKey: v.ConsKey.PubKey(),
			BeaconPubKey: v.BeaconPubKey, Stake: app.Open(1_000).Amount,
		})
	}
	genesis, err := a.App().NewGenesis(network)
	require.NoError(a.tb, err)
	params := genesis.Consensus.Params.ToProto()
	for i, n := range a.nodes {
		res, err := n.app.InitChain(&abci.RequestInitChain{
			Time: a.time, ChainId: a.settings.chainID, ConsensusParams: &params,
			AppStateBytes: genesis.AppState, InitialHeight: 1,
		})
		require.NoError(a.tb, err, n.name)
		if i == 0 {
			a.set, a.appHash = newValidatorSet(a.tb, res.Validators), res.AppHash
		}
		require.Equal(a.tb, a.appHash, res.AppHash, "app hash of %s after genesis", n.name)
	}
}

// close checks the invariants and closes the nodes.
func (a *TestApp) close() {
	if !a.tb.Failed() {
		for _, err := range a.App().CheckInvariants(a.Ctx()) {
			a.tb.Errorf("invariant broken at the end of the test: %v", err)
		}
	}
	for _, n := range a.nodes {
		if err := n.app.Close(); err != nil {
			a.tb.Errorf("close %s: %v", n.name, err)
		}
	}
}

// App returns the main node's state machine.
func (a *TestApp) App() *app.App { return a.nodes[0].app }

// Keepers returns the main node's keepers.
func (a *TestApp) Keepers() app.Keepers { return a.App().Keepers }

// Ctx returns a context on the state after the last block. What is written to it
// is lost.
func (a *TestApp) Ctx() sdk.Context {
	return sdk.NewContext(a.App().CommitMultiStore().CacheMultiStore(), a.header(), false, log.NewNopLogger())
}

// ChainID returns the chain's name.
func (a *TestApp) ChainID() string { return a.settings.chainID }

// Height returns the height of the last block.
func (a *TestApp) Height() int64 { return a.height }

// Time returns the time of the last block.
func (a *TestApp) Time() time.Time { return a.time }
