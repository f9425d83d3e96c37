// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/staking-ext/keeper"
)

const denom = "uopen"

var (
	genesisTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	alice       = sdk.AccAddress(bytes.Repeat([]byte{1}, 20))
	bob         = sdk.AccAddress(bytes.Repeat([]byte{2}, 20))
	carol       = sdk.AccAddress(bytes.Repeat([]byte{3}, 32))
	gov         = authtypes.NewModuleAddress("gov")
	module      = authtypes.NewModuleAddress(stakingext.ModuleName)
	codecAddr   = addresscodec.NewBech32Codec("open")
)

// tester is what a fixture needs of *testing.T, and *rapid.T has too.
type tester interface {
	require.TestingT
	Helper()
}

// fixture is the keeper on a real store, between fakes, on a chain that the test drives.
type fixture struct {
	t       tester
	ctx     sdk.Context
	cdc     codec.Codec
	store   corestore.KVStoreService
	k       *keeper.Keeper
	bank    *fakeBank
	hooks   *fakeHooks
	owners  fakeServices
	msgs    stakingext.MsgServer
	queries stakingext.QueryServer
}

// setup starts a chain at height 100 where alice, bob and carol own a million each.
func setup(t tester, change ...func(*stakingext.Params)) *fixture {
	t.Helper()
	gs := stakingext.NewGenesisState(testParams())
	for _, c := range change {
		c(&gs.Params)
	}
	f := newChain(t)
	require.NoError(t, f.k.InitGenesis(f.ctx, gs))
	for _, who := range []sdk.AccAddress{alice, bob, carol} {
		f.bank.set(f.ctx, who, math.NewInt(1_000_000))
	}
	return f
}

// newChain is a keeper whose genesis has not been read yet.
func newChain(t tester) *fixture {
	t.Helper()
	keys := storetypes.NewKVStoreKeys(stakingext.StoreKey, "fakebank")
	ctx := testutil.DefaultContextWithKeys(keys, nil, nil).
		WithBlockHeader(cmtproto.Header{Height: 100, Time: genesisTime}).
		WithEventManager(sdk.NewEventManager())
	registry := codectypes.NewInterfaceRegistry()
	stakingext.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	authority, err := codecAddr.BytesToString(gov)
	require.NoError(t, err)

	f := &fixture{
		t: t, ctx: ctx, cdc: cdc, hooks: &fakeHooks{}, owners: fakeServices{},
		store: runtime.NewKVStoreService(keys[stakingext.StoreKey]),
		bank:  newFakeBank(keys["fakebank"]),
	}
	f.k = keeper.New(cdc, f.store, codecAddr, fakeAccounts{}, f.bank, authority)
	f.k.SetHooks(stakingext.NewMultiBondHooks(f.hooks))
	f.k.SetServices(f.owners)
	f.msgs, f.queries = keeper.NewMsgServer(f.k), keeper.NewQueryServer(f.k)
	return f
}

func testParams() stakingext.Params {
	p := stakingext.DefaultParams()
	p.MinBond = math.NewInt(100)
	p.MinUnbond = math.NewInt(10)
	p.UnbondingTime = time.Hour
	p.ChallengeWindowBlocks = 20
	p.LockGraceBlocks = 5
	p.MaxLockBlocks = 1_000
	p.MaxLocks = 4
	p.WrongData = stakingext.Penalty{SlashBps: 1_000, JailAfter: 1, JailDuration: time.Hour}
	p.Offline = stakingext.Penalty{SlashBps: 10, JailAfter: 3, JailDuration: 10 * time.Minute}
	p.Unknown = stakingext.Penalty{SlashBps: 0, JailAfter: 5, JailDuration: time.Minute}
	p.FaultWindowBlocks = 50
	p.MaxEvidenceAgeBlocks = 100
	p.FaultRetentionBlocks = 200
	p.SlashEpochBlocks = 1_000
	p.MaxSlashPerEpochBps = stakingext.BasisPoints
	p.RetryBackoffBlocks = 10
	p.MinBacking = math.NewInt(50)
	p.UnbackBatchBlocks = 10
	p.MaxUnbackBatches = 3
	p.MaxCommissionStepBps = 500
	p.CommissionIntervalBlocks = 100
	p.MaxSuspensionBlocks = 500
	p.MinServiceBond = math.NewInt(50)
	return p
}

// name is an address as messages write it.
func name(a sdk.AccAddress) string {
	s, err := codecAddr.BytesToString(a)
	if err != nil {
		panic(err)
	}
	return s
}

func open(amount int64) sdk.Coin { return sdk.NewInt64Coin(denom, amount) }

// deliver does what a transaction does: all of it or nothing.
func (f *fixture) deliver(do func(ctx context.Context) error) error {
	f.t.Helper()
	cached, write := f.ctx.CacheContext()
	if err := do(cached); err != nil {
		return err
	}
	write()
	return nil
}

func (f *fixture) bond(who sdk.AccAddress, amount int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.Bond(ctx, &stakingext.MsgBond{Operator: name(who), Amount: open(amount)})
		return err
	})
}

func (f *fixture) unbond(who sdk.AccAddress, amount int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.Unbond(ctx, &stakingext.MsgUnbond{Operator: name(who), Amount: open(amount)})
		return err
	})
}

func (f *fixture) unjail(who sdk.AccAddress) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.Unjail(ctx, &stakingext.MsgUnjail{Operator: name(who)})
		return err
	})
}

func (f *fixture) releaseExpired(who sdk.AccAddress, subject string) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.ReleaseExpiredLock(ctx, &stakingext.MsgReleaseExpiredLock{
			Sender: name(bob), Operator: name(who), Subject: subject,
		})
		return err
	})
}

func (f *fixture) lock(who sdk.AccAddress, subject string, amount, until int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		return f.k.Lock(ctx, who, subject, math.NewInt(amount), until)
	})
}

func (f *fixture) suspend(who sdk.AccAddress, cause string, until int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error { return f.k.Suspend(ctx, who, cause, until) })
}

func (f *fixture) resume(who sdk.AccAddress, cause string) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error { return f.k.Resume(ctx, who, cause) })
}

func (f *fixture) bondService(who sdk.AccAddress, id uint64, amount int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.BondService(ctx, &stakingext.MsgBondService{Owner: name(who), ServiceId: id, Amount: open(amount)})
		return err
	})
}

func (f *fixture) unbondService(who sdk.AccAddress, id uint64, amount int64) error {
	f.t.Helper()
	return f.deliver(func(ctx context.Context) error {
		_, err := f.msgs.UnbondService(ctx, &stakingext.MsgUnbondService{Owner: name(who), ServiceId: id, Amount: open(amount)})
		return err
	})
}

func (f *fixture) slashService(id uint64, fault stakingext.Fault, bps uint32) (slashed math.Int, err error) {
	f.t.Helper()
	err = f.deliver(func(ctx context.Context) error {
		slashed, err = f.k.SlashService(ctx, id, fault, bps)
		return err
	})
	return slashed, err
}

// serviceStake is what is bonded behind a service and what is on its way back.
func (f *fixture) serviceStake(id uint64) (bonded, unbonding int64) {
	f.t.Helper()
	res, err := f.queries.ServiceBond(f.ctx, &stakingext.QueryServiceBondRequest{ServiceId: id})
	require.NoError(f.t, err)
	return res.Bond.Amount.Int64(), res.Unbonding.Int64()
}

func (f *fixture) slash(who sdk.AccAddress, fault stakingext.Fault, bps uint32) (slashed math.Int, err error) {
	f.t.Helper()
	err = f.deliver(func(ctx context.Context) error {
		slashed, err = f.k.Slash(ctx, who, fault, bps)
		return err
	})
	return slashed, err
}

func (f *fixture) report(who sdk.AccAddress, fault stakingext.Fault) (slashed math.Int, err error) {
	f.t.Helper()
	err = f.deliver(func(ctx context.Context) error {
		slashed, err = f.k.ReportFault(ctx, who, fault)
		return err
	})
	return slashed, err
}

// fault of wrong data at the present height.
func (f *fixture) fault(subject string) stakingext.Fault {
	return stakingext.Fault{Subject: subject, Kind: "dissent", Track: stakingext.TrackWrongData, Height: f.ctx.BlockHeight()}
}

// next ends the present block and begins the one that many blocks and that much
// time later.
func (f *fixture) next(blocks int64, passed time.Duration) {
	f.t.Helper()
	require.NoError(f.t, f.k.EndBlock(f.ctx))
	f.skip(blocks, passed)
}

// skip begins a later block without ending the present one, which the test has done.
func (f *fixture) skip(blocks int64, passed time.Duration) {
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + blocks).WithBlockTime(f.ctx.BlockTime().Add(passed))
}

// endBlock ends the present block and returns the events of that.
func (f *fixture) endBlock() []proto.Message {
	f.t.Helper()
	f.forgetEvents()
	require.NoError(f.t, f.k.EndBlock(f.ctx))
	return f.events()
}

func (f *fixture) forgetEvents() { f.ctx = f.ctx.WithEventManager(sdk.NewEventManager()) }

// events returns the typed events since they were last forgotten.
func (f *fixture) events() []proto.Message {
	f.t.Helper()
	var list []proto.Message
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		msg, err := sdk.ParseTypedEvent(e)
		if err != nil {
			continue
		}
		list = append(list, msg)
	}
	return list
}

// requireEvent asserts that the event, equal in every field, was left.
func (f *fixture) requireEvent(want proto.Message) {
	f.t.Helper()
	for _, got := range f.events() {
		if reflect.TypeOf(got) == reflect.TypeOf(want) && got.String() == want.String() {
			return
		}
	}
	require.Failf(f.t, "event is missing", "%T %s\nin %v", want, want, f.events())
}

func (f *fixture) bondOf(who sdk.AccAddress) stakingext.Bond {
	f.t.Helper()
	b, err := f.k.BondOf(f.ctx, who)
	require.NoError(f.t, err)
	return b
}

func (f *fixture) balance(who sdk.AccAddress) int64 { return f.bank.get(f.ctx, who).Int64() }

func (f *fixture) unbondings(who sdk.AccAddress) []stakingext.Unbonding {
	f.t.Helper()
	res, err := f.queries.Unbondings(f.ctx, &stakingext.QueryUnbondingsRequest{Operator: name(who)})
	require.NoError(f.t, err)
	return res.Unbondings
}

func (f *fixture) eligible(who sdk.AccAddress) bool {
	f.t.Helper()
	ok, err := f.k.Eligible(f.ctx, who)
	require.NoError(f.t, err)
	return ok
}

func (f *fixture) requireSound() {
	f.t.Helper()
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
}

// fakeAccounts knows one module account.
type fakeAccounts struct{}

func (fakeAccounts) GetModuleAddress(name string) sdk.AccAddress {
	if name != stakingext.ModuleName {
		return nil
	}
	return module
}

func (fakeAccounts) GetModuleAccount(context.Context, string) sdk.ModuleAccountI {
	return authtypes.NewEmptyModuleAccount(stakingext.ModuleName, authtypes.Burner)
}

// fakeBank keeps balances of one denom in a store of its own, so that they are
// dropped with a dropped cache like the real ones. Blocked addresses, and burns
// while broken, fail.
type fakeBank struct {
	balances collections.Map[[]byte, math.Int]
	blocked  map[string]bool
	panics   bool
}

func newFakeBank(key *storetypes.KVStoreKey) *fakeBank {
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	return &fakeBank{
		balances: collections.NewMap(sb, collections.NewPrefix(0), "balances", collections.BytesKey, sdk.IntValue),
		blocked:  map[string]bool{},
	}
}

func (b *fakeBank) get(ctx context.Context, who sdk.AccAddress) math.Int {
	amount, err := b.balances.Get(ctx, who)
	if errors.Is(err, collections.ErrNotFound) {
		return math.ZeroInt()
	}
	if err != nil {
		panic(err)
	}
	return amount
}

func (b *fakeBank) set(ctx context.Context, who sdk.AccAddress, amount math.Int) {
	if err := b.balances.Set(ctx, who, amount); err != nil {
		panic(err)
	}
}

func (b *fakeBank) move(ctx context.Context, from, to sdk.AccAddress, amt sdk.Coins) error {
	if len(amt) != 1 || amt[0].Denom != denom {
		return fmt.Errorf("unexpected coins %s", amt)
	}
	amount := amt[0].Amount
	if b.get(ctx, from).LT(amount) {
		return sdkerrors.ErrInsufficientFunds
	}
	b.set(ctx, from, b.get(ctx, from).Sub(amount))
	if to != nil {
		b.set(ctx, to, b.get(ctx, to).Add(amount))
	}
	return nil
}

func (b *fakeBank) GetBalance(ctx context.Context, who sdk.AccAddress, d string) sdk.Coin {
	return sdk.NewCoin(d, b.get(ctx, who))
}

func (b *fakeBank) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, _ string, amt sdk.Coins) error {
	return b.move(ctx, from, module, amt)
}

func (b *fakeBank) SendCoinsFromModuleToAccount(ctx context.Context, _ string, to sdk.AccAddress, amt sdk.Coins) error {
	// The coins move first, so that a failure that is not rolled back shows.
	if err := b.move(ctx, module, to, amt); err != nil {
		return err
	}
	if b.panics {
		panic("bank is broken")
	}
	if b.blocked[string(to)] {
		return sdkerrors.ErrUnauthorized.Wrap("blocked address")
	}
	return nil
}

// SendCoinsFromModuleToModule knows one other module: mint, whose coins are new.
func (b *fakeBank) SendCoinsFromModuleToModule(ctx context.Context, from, to string, amt sdk.Coins) error {
	if from != "mint" || to != stakingext.ModuleName || len(amt) != 1 || amt[0].Denom != denom {
		return fmt.Errorf("unexpected coins %s from %s to %s", amt, from, to)
	}
	b.set(ctx, module, b.get(ctx, module).Add(amt[0].Amount))
	return nil
}

func (b *fakeBank) BurnCoins(ctx context.Context, _ string, amt sdk.Coins) error {
	return b.move(ctx, module, nil, amt)
}

// fakeServices says whose service it is.
type fakeServices map[uint64]sdk.AccAddress

var errNoService = errors.New("no such service")

func (s fakeServices) ServiceOwner(_ context.Context, id uint64) (sdk.AccAddress, error) {
	if owner := s[id]; owner != nil {
		return owner, nil
	}
	return nil, errNoService
}

// fakeHooks counts the calls and fails where it is told to.
type fakeHooks struct {
	calls []string
	err   error
}

func (h *fakeHooks) AfterBondChanged(_ context.Context, operator sdk.AccAddress) error {
	h.calls = append(h.calls, name(operator))
	return h.err
}

func (h *fakeHooks) AfterMinBondChanged(context.Context) error {
	h.calls = append(h.calls, "min_bond")
	return h.err
}

// bareKeeper is a keeper on the fixture's store to which nothing was bound late.
func bareKeeper(f *fixture) *keeper.Keeper {
	return keeper.New(f.cdc, f.store, codecAddr, fakeAccounts{}, f.bank, name(gov))
}

func page(limit uint64) *query.PageRequest { return &query.PageRequest{Limit: limit} }
