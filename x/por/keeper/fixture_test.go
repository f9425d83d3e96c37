// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
	"github.com/openmesh-network/openmesh/x/por/keeper"
)

const chainID = "openmesh-test"

// validator is one with a signer whose key may or may not be registered.
type validator struct {
	operator sdk.ValAddress
	text     string
	cons     sdk.ConsAddress
	signer   *beacon.Signer
	pubKey   []byte
}

type fixture struct {
	t       *testing.T
	ctx     sdk.Context
	k       *keeper.Keeper
	msgs    por.MsgServer
	queries por.QueryServer
	staking *fakes.Staking
	workers *fakes.Workers
	bonds   *fakes.Bonds
	bank    *fakes.Bank
	judge   fakes.Judge
	gov     string
}

// setup makes a chain at height 1 whose params are short.
func setup(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, staking: &fakes.Staking{}, workers: fakes.NewWorkers(), bonds: &fakes.Bonds{}, bank: fakes.NewBank()}
	key := storetypes.NewKVStoreKey(por.StoreKey)
	f.ctx = testutil.DefaultContextWithDB(t, key, storetypes.NewTransientStoreKey("t")).Ctx.WithChainID(chainID)
	gov, err := fakes.AccountCodec.BytesToString(bytes.Repeat([]byte{9}, 20))
	require.NoError(t, err)
	f.gov = gov
	f.k = keeper.New(moduletestutil.MakeTestEncodingConfig().Codec, runtime.NewKVStoreService(key), fakes.AccountCodec, f.staking, f.workers, f.bonds,
		fakes.Accounts{}, f.bank, por.Judges{Storage: &f.judge, CPU: &f.judge, Memory: &f.judge, GPU: &f.judge}, gov)
	f.msgs, f.queries = keeper.NewMsgServer(f.k), keeper.NewQueryServer(f.k)
	f.ctx = f.ctx.WithBlockTime(time.UnixMilli(1_700_000_000_000))
	require.NoError(t, f.k.InitGenesis(f.ctx, por.GenesisState{Params: shortParams()}))
	f.height(1)
	return f
}

// shortParams are params with short delays and no classes.
func shortParams() por.Params {
	p := por.LocalnetParams()
	p.ActivationDelay, p.MinContributions, p.RetentionBlocks, p.MaxItemsPerBlock = 5, 2, 100, 3
	p.Classes = nil
	return p
}

func (f *fixture) height(h int64) {
	f.ctx = f.ctx.WithBlockHeight(h).WithEventManager(sdk.NewEventManager())
}

func newValidator(t *testing.T, n byte) validator {
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

// validator adds a validator without a key.
func (f *fixture) validator(n byte) validator {
	v := newValidator(f.t, n)
	f.staking.Add(v.operator, v.cons)
	return v
}

// contributor adds a validator whose key is in force from the first block.
func (f *fixture) contributor(n byte) validator {
	v := f.validator(n)
	require.NoError(f.t, f.k.BeaconKeys.Set(f.ctx, v.operator, por.BeaconKey{Operator: v.text, PubKey: v.pubKey}))
	return v
}

func (f *fixture) register(v validator) (*por.MsgRegisterBeaconKeyResponse, error) {
	proof, err := v.signer.Possession(v.pubKey, chainID, v.operator)
	require.NoError(f.t, err)
	return f.msgs.RegisterBeaconKey(f.ctx, &por.MsgRegisterBeaconKey{Validator: v.text, PubKey: v.pubKey, Proof: proof})
}

// envelope is an honest contribution to the block at height.
func (f *fixture) envelope(v validator, height int64) []byte {
	previous, err := f.k.LatestBeacon(f.ctx)
	require.NoError(f.t, err)
	proof, err := v.signer.Prove(v.pubKey, por.Alpha(chainID, height, previous.Seed))
	require.NoError(f.t, err)
	return beacon.Encode(proof)
}

// block runs the beacon's part of the next block: honest proposes with a contribution.
func (f *fixture) block(v validator, honest bool) por.Seed {
	latest, err := f.k.LatestBeacon(f.ctx)
	require.NoError(f.t, err)
	height := latest.Height + 1
	f.height(height)
	var first []byte
	if honest {
		first = f.envelope(v, height)
	}
	seed, err := f.k.Contribute(f.ctx, height, v.cons, first)
	require.NoError(f.t, err)
	require.NoError(f.t, f.k.SettleKeyChanges(f.ctx))
	return seed
}

// event returns the one event of the type of want, which it fills.
func event[T any](f *fixture, find func(any) (T, bool)) T {
	f.t.Helper()
	var found []T
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		msg, err := sdk.ParseTypedEvent(e)
		require.NoError(f.t, err)
		if typed, ok := find(msg); ok {
			found = append(found, typed)
		}
	}
	require.Len(f.t, found, 1)
	return found[0]
}

func (f *fixture) seedEvent() *por.EventSeed {
	f.t.Helper()
	return event(f, func(m any) (*por.EventSeed, bool) { e, ok := m.(*por.EventSeed); return e, ok })
}
