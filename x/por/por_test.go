// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
)

func TestC8_ParamsOutOfBoundsAreRefused(t *testing.T) {
	require.NoError(t, por.DefaultParams().Validate())
	for name, change := range map[string]func(*por.Params){
		"no delay":                        func(p *por.Params) { p.ActivationDelay = 0 },
		"a delay that shows the seed":     func(p *por.Params) { p.ActivationDelay = 1 },
		"a negative delay":                func(p *por.Params) { p.ActivationDelay = -1 },
		"a huge delay":                    func(p *por.Params) { p.ActivationDelay = 1 << 62 },
		"no contributions":                func(p *por.Params) { p.MinContributions = 0 },
		"more contributions than blocks":  func(p *por.Params) { p.MinContributions = 1 << 31 },
		"no retention":                    func(p *por.Params) { p.RetentionBlocks = 0 },
		"a negative retention":            func(p *por.Params) { p.RetentionBlocks = -1 },
		"a huge retention":                func(p *por.Params) { p.RetentionBlocks = 1 << 62 },
		"a queue that never moves":        func(p *por.Params) { p.MaxItemsPerBlock = 0 },
		"a pruning that never catches up": func(p *por.Params) { p.MaxItemsPerBlock = 1 },
		"a queue without a cap":           func(p *por.Params) { p.MaxItemsPerBlock = 201 },
	} {
		t.Run(name, func(t *testing.T) {
			params := por.DefaultParams()
			change(&params)
			require.ErrorIs(t, params.Validate(), por.ErrInvalidParams)
		})
	}
}

func operator(t *testing.T, n byte) string {
	t.Helper()
	text, err := fakes.ValidatorCodec.BytesToString(bytes.Repeat([]byte{n}, 20))
	require.NoError(t, err)
	return text
}

func pubKey(t *testing.T, n byte) []byte {
	t.Helper()
	signer, err := beacon.NewSigner(bytes.Repeat([]byte{n}, 32))
	require.NoError(t, err)
	return signer.PubKeys()[0]
}

func TestC17_GenesisRefusesEachMutatedField(t *testing.T) {
	good := func() *por.GenesisState {
		first := por.GenesisSeed("chain", 7)
		second := first.Next(8, operator(t, 1), []byte("output"))
		return &por.GenesisState{
			Params: por.DefaultParams(),
			Seeds:  []por.Seed{first, second, second.NextAbsent(9)},
			BeaconKeys: []por.BeaconKey{
				{Operator: operator(t, 1), PubKey: pubKey(t, 1), ActiveFrom: 3, Pending: &por.PendingKey{PubKey: pubKey(t, 2), Height: 20}},
				{Operator: operator(t, 2), PubKey: pubKey(t, 3), Pending: &por.PendingKey{Height: 20}},
				{Operator: operator(t, 3), Pending: &por.PendingKey{PubKey: pubKey(t, 4), Height: 20}},
			},
		}
	}
	require.NoError(t, good().Validate(fakes.ValidatorCodec, fakes.AccountCodec))
	require.NoError(t, por.DefaultGenesis().Validate(fakes.ValidatorCodec, fakes.AccountCodec))
	for name, change := range map[string]func(*por.GenesisState){
		"params":                             func(g *por.GenesisState) { g.Params = por.Params{} },
		"seeds out of order":                 func(g *por.GenesisState) { g.Seeds[0].Height = 8 },
		"a negative height":                  func(g *por.GenesisState) { g.Seeds[0].Height = -1 },
		"a short seed":                       func(g *por.GenesisState) { g.Seeds[1].Seed = g.Seeds[1].Seed[1:] },
		"a fresh seed of nobody":             func(g *por.GenesisState) { g.Seeds[1].Contributor = "" },
		"a fresh seed of an account":         func(g *por.GenesisState) { g.Seeds[1].Contributor = "open1qqqq" },
		"an absent seed of somebody":         func(g *por.GenesisState) { g.Seeds[2].Contributor = operator(t, 1) },
		"a seed that turned fresh":           func(g *por.GenesisState) { g.Seeds[2].Fresh = true },
		"a contribution that was never made": func(g *por.GenesisState) { g.Seeds[2].Contributions++ },
		"a contribution that is not counted": func(g *por.GenesisState) { g.Seeds[1].Contributions = 0 },
		"an operator's key twice":            func(g *por.GenesisState) { g.BeaconKeys[1].Operator = g.BeaconKeys[0].Operator },
		"keys out of order":                  func(g *por.GenesisState) { g.BeaconKeys[0], g.BeaconKeys[1] = g.BeaconKeys[1], g.BeaconKeys[0] },
		"a key of nobody":                    func(g *por.GenesisState) { g.BeaconKeys[0].Operator = "" },
		"a short key":                        func(g *por.GenesisState) { g.BeaconKeys[0].PubKey = g.BeaconKeys[0].PubKey[1:] },
		"a key of small order to come":       func(g *por.GenesisState) { g.BeaconKeys[2].Pending.PubKey = make([]byte, 32) },
		"a negative first height":            func(g *por.GenesisState) { g.BeaconKeys[1].ActiveFrom = -1 },
		"a change before the key it changes": func(g *por.GenesisState) { g.BeaconKeys[0].Pending.Height = 3 },
		"a change to the same key":           func(g *por.GenesisState) { g.BeaconKeys[0].Pending.PubKey = g.BeaconKeys[0].PubKey },
		"a deactivation of no key":           func(g *por.GenesisState) { g.BeaconKeys[2].Pending.PubKey = nil },
		"neither a key nor one to come":      func(g *por.GenesisState) { g.BeaconKeys[2].Pending = nil },
	} {
		t.Run(name, func(t *testing.T) {
			state := good()
			change(state)
			require.Error(t, state.Validate(fakes.ValidatorCodec, fakes.AccountCodec))
		})
	}
}

func TestKeyAtCountsAChangeFromItsHeightOn(t *testing.T) {
	key := por.BeaconKey{PubKey: []byte("old"), ActiveFrom: 10, Pending: &por.PendingKey{PubKey: []byte("new"), Height: 20}}
	require.Nil(t, key.KeyAt(9))
	require.Equal(t, []byte("old"), key.KeyAt(10))
	require.Equal(t, []byte("old"), key.KeyAt(19))
	require.Equal(t, []byte("new"), key.KeyAt(20))
	key.Pending.PubKey = nil
	require.Empty(t, key.KeyAt(20))
}
