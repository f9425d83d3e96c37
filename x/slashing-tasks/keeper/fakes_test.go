// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/openmesh-network/openmesh/x/por"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
	"github.com/openmesh-network/openmesh/x/workers"
)

const denom = "uopen"

var errBlocked = errors.New("blocked address")

// world is the modules below, in a store of their own so that what a keeper
// undoes is undone here too.
type world struct {
	balances collections.Map[sdk.AccAddress, math.Int]
	locks    collections.Map[collections.Pair[sdk.AccAddress, string], math.Int]
	faults   collections.Map[collections.Pair[sdk.AccAddress, string], uint32]
	harmed   collections.Map[collections.Pair[sdk.AccAddress, string], []byte]
	stones   collections.KeySet[sdk.AccAddress]
	taken    collections.Map[collections.Pair[sdk.AccAddress, string], uint64]
	rated    collections.Map[collections.Pair[sdk.AccAddress, string], uint32] // how often for a cause

	// What a test decides.
	blocked  []string
	xnodes   []*xnode
	noBeacon bool
	lag      int64 // blocks from a lock to its seed
	pruned   int64 // locks up to this height are forgotten
	drawErr  error
	panics   bool // on every unlock
	rules    stakingext.Params
}

type xnode struct {
	operator sdk.AccAddress
	key      *secp256k1.PrivKey
	busy     bool // refuses locks
	gone     bool // is not drawn
	prices   workers.Prices
	rating   uint32
}

func newWorld(ss corestore.KVStoreService) *world {
	sb := collections.NewSchemaBuilder(ss)
	pair := collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey)
	w := &world{
		balances: collections.NewMap(sb, collections.NewPrefix(0), "balances", sdk.AccAddressKey, sdk.IntValue),
		locks:    collections.NewMap(sb, collections.NewPrefix(1), "locks", pair, sdk.IntValue),
		faults:   collections.NewMap(sb, collections.NewPrefix(2), "faults", pair, collections.Uint32Value),
		stones:   collections.NewKeySet(sb, collections.NewPrefix(3), "stones", sdk.AccAddressKey),
		taken:    collections.NewMap(sb, collections.NewPrefix(4), "taken", pair, collections.Uint64Value),
		harmed:   collections.NewMap(sb, collections.NewPrefix(6), "harmed", pair, collections.BytesValue),
		rated:    collections.NewMap(sb, collections.NewPrefix(5), "rated", pair, collections.Uint32Value),
		lag:      2,
		rules:    stakingext.DefaultParams(),
	}
	if _, err := sb.Build(); err != nil {
		panic(err)
	}
	return w
}

func moduleAddress() sdk.AccAddress { return authtypes.NewModuleAddress(slashingtasks.ModuleName) }

func addr(name string) sdk.AccAddress {
	sum := sha256.Sum256([]byte(name))
	return sum[:20]
}

// Accounts.

func (w *world) GetModuleAddress(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

func (w *world) GetModuleAccount(context.Context, string) sdk.ModuleAccountI { return nil }

// Bank.

func (w *world) GetBalance(ctx context.Context, a sdk.AccAddress, d string) sdk.Coin {
	b, err := w.balances.Get(ctx, a)
	if err != nil {
		b = math.ZeroInt()
	}
	return sdk.NewCoin(d, b)
}

func (w *world) move(ctx context.Context, from, to sdk.AccAddress, amt sdk.Coins) error {
	amount := amt.AmountOf(denom)
	if len(amt) != 1 || !amount.IsPositive() {
		return fmt.Errorf("bad coins %s", amt)
	}
	if slices.Contains(w.blocked, to.String()) {
		return errBlocked
	}
	have := w.GetBalance(ctx, from, denom).Amount
	if have.LT(amount) {
		return fmt.Errorf("%s has %s, needs %s", from, have, amount)
	}
	if err := w.balances.Set(ctx, from, have.Sub(amount)); err != nil || to == nil {
		return err
	}
	return w.balances.Set(ctx, to, w.GetBalance(ctx, to, denom).Amount.Add(amount))
}

func (w *world) SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error {
	return w.move(ctx, from, authtypes.NewModuleAddress(module), amt)
}

func (w *world) SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amt sdk.Coins) error {
	return w.move(ctx, authtypes.NewModuleAddress(module), to, amt)
}

func (w *world) BurnCoins(ctx context.Context, module string, amt sdk.Coins) error {
	return w.move(ctx, authtypes.NewModuleAddress(module), nil, amt)
}

// Beacon.

func (w *world) DrawSeed(ctx context.Context, lock int64) ([]byte, bool, error) {
	if w.pruned > 0 && lock <= w.pruned {
		return nil, false, por.ErrSeedPruned
	}
	if w.noBeacon || sdk.UnwrapSDKContext(ctx).BlockHeight() < lock+w.lag {
		return nil, false, nil
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "seed %d", lock))
	return sum[:], true, nil
}

// Bonds.

func (w *world) Lock(ctx context.Context, op sdk.AccAddress, subject string, amount math.Int, until int64) error {
	key := collections.Join(op, subject)
	if has, err := w.locks.Has(ctx, key); err != nil || has {
		return errors.Join(err, stakingext.ErrLockExists)
	}
	if until <= sdk.UnwrapSDKContext(ctx).BlockHeight() {
		return stakingext.ErrInvalidLock
	}
	if x := w.xnode(op); x == nil || x.busy {
		return stakingext.ErrInsufficientFree
	}
	return w.locks.Set(ctx, key, amount)
}

func (w *world) Unlock(ctx context.Context, op sdk.AccAddress, subject string) error {
	if w.panics {
		panic("unlock")
	}
	key := collections.Join(op, subject)
	if has, err := w.locks.Has(ctx, key); err != nil || !has {
		return errors.Join(err, stakingext.ErrNoLock)
	}
	return w.locks.Remove(ctx, key)
}

func (w *world) punish(ctx context.Context, op sdk.AccAddress, f stakingext.Fault, bps uint32) (math.Int, error) {
	if err := f.Validate(); err != nil {
		return math.Int{}, err
	}
	key := collections.Join(op, f.Subject+" "+f.Kind+" "+f.Track.String())
	if has, err := w.faults.Has(ctx, key); err != nil || has {
		return math.Int{}, errors.Join(err, stakingext.ErrAlreadySlashed)
	}
	if err := w.harmed.Set(ctx, key, f.Harmed); err != nil {
		return math.Int{}, err
	}
	return math.NewInt(int64(bps)), w.faults.Set(ctx, key, bps)
}

func (w *world) GetParams(context.Context) (stakingext.Params, error) { return w.rules, nil }

func (w *world) Slash(ctx context.Context, op sdk.AccAddress, f stakingext.Fault, bps uint32) (math.Int, error) {
	return w.punish(ctx, op, f, bps)
}

func (w *world) ReportFault(ctx context.Context, op sdk.AccAddress, f stakingext.Fault) (math.Int, error) {
	return w.punish(ctx, op, f, 1)
}

func (w *world) Tombstone(ctx context.Context, op sdk.AccAddress) error {
	if has, err := w.stones.Has(ctx, op); err != nil || has {
		return errors.Join(err, stakingext.ErrTombstoned)
	}
	return w.stones.Set(ctx, op)
}

// Workers.

func (w *world) addXnodes(from, to int) {
	for i := from; i < to; i++ {
		w.xnodes = append(w.xnodes, &xnode{
			operator: addr(fmt.Sprintf("operator %d", i)),
			key:      secp256k1.GenPrivKeyFromSecret(fmt.Appendf(nil, "signer %d", i)),
			prices:   workers.Prices{GasPrice: math.ZeroInt(), SeatFee: math.ZeroInt()},
			rating:   5_000,
		})
	}
}

func (w *world) xnode(op sdk.AccAddress) *xnode {
	for _, x := range w.xnodes {
		if x.operator.Equals(op) {
			return x
		}
	}
	return nil
}

func (x *xnode) signer() sdk.AccAddress { return sdk.AccAddress(x.key.PubKey().Address()) }

func (x *xnode) record() workers.Xnode {
	return workers.Xnode{
		Operator: x.operator.String(), Signer: x.signer().String(), SignerPubKey: x.key.PubKey().Bytes(),
		Card: workers.Card{Prices: x.prices}, Rating: x.rating,
	}
}

func (w *world) Xnode(_ context.Context, op sdk.AccAddress) (workers.Xnode, error) {
	if x := w.xnode(op); x != nil {
		return x.record(), nil
	}
	return workers.Xnode{}, workers.ErrNotRegistered
}

func (w *world) OperatorBySigner(_ context.Context, signer sdk.AccAddress) (sdk.AccAddress, error) {
	for _, x := range w.xnodes {
		if x.signer().Equals(signer) {
			return x.operator, nil
		}
	}
	return nil, workers.ErrUnknownSigner
}

func (w *world) DrawXnodes(_ context.Context, seed []byte, n int, need workers.Need, exclude []sdk.AccAddress) ([]workers.Xnode, error) {
	if w.drawErr != nil {
		return nil, w.drawErr
	}
	rank := func(x *xnode) []byte {
		sum := sha256.Sum256(append(slices.Clone(seed), x.operator...))
		return sum[:]
	}
	var fit []*xnode
	for _, x := range w.xnodes {
		suits := !x.gone && x.record().IsWilling(need) && x.record().IsRated(need)
		if suits && !slices.ContainsFunc(exclude, func(e sdk.AccAddress) bool { return e.Equals(x.operator) }) {
			fit = append(fit, x)
		}
	}
	slices.SortFunc(fit, func(a, b *xnode) int { return bytes.Compare(rank(a), rank(b)) })
	var drawn []workers.Xnode
	for _, x := range fit[:min(n, len(fit))] {
		drawn = append(drawn, x.record())
	}
	return drawn, nil
}

func (w *world) Allocate(ctx context.Context, op sdk.AccAddress, subject string, r workers.Resources, _ int64) error {
	return w.taken.Set(ctx, collections.Join(op, subject), r.CpuMillis)
}

func (w *world) Rate(ctx context.Context, op sdk.AccAddress, subject string, cause workers.RatingCause) error {
	if w.xnode(op) == nil {
		return workers.ErrNotRegistered
	}
	key := collections.Join(op, subject+" "+cause.String())
	n, err := w.rated.Get(ctx, key)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	return w.rated.Set(ctx, key, n+1)
}

func (w *world) Release(ctx context.Context, op sdk.AccAddress, subject string) error {
	key := collections.Join(op, subject)
	if has, err := w.taken.Has(ctx, key); err != nil || !has {
		return errors.Join(err, workers.ErrNoAllocation)
	}
	return w.taken.Remove(ctx, key)
}
